"""Read the labels of language identifiers: `ja`, `jpn_Jpan` (OpenLID, NLLB, GlotLID) and `zh-Hant` by one table.

Recipes name languages as lid.176 does, which has the codes of Wikipedia: two letters where ISO 639-1 has them, one code
for the languages that ISO 639-3 counts under one (cmn, zho: zh; arb: ar), and als for what ISO calls gsw.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from yurai.declare.language.written import CHINESE, SCRIPTS, scripts_of

LABEL: Final = "__label__"
UNDETERMINED: Final = "und"
_FORM: Final = re.compile(r"([a-z]{2,3})(?:[-_]([A-Z][a-z]{3}))?(?:[-_](?:[A-Z]{2}|[0-9]{3}))?")
_NO_LANGUAGE: Final = frozenset({"und", "zxx", "mis", "mul"})
"""What ISO 639-2 has for no language; GlotLID answers so to noise."""
_PAIRS: Final = """
aar:aa abk:ab adp:dz afr:af aka:ak alb:sq als:sq amh:am ara:ar arb:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay
ayr:ay aze:az azj:az bak:ba bam:bm baq:eu bel:be ben:bn bih:bh bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca
ces:cs cha:ch che:ce chi:zh chu:cu chv:cv cls:sa cmn:zh cor:kw cos:co cre:cr cwd:cr cym:cy cze:cs dan:da deu:de
div:dv drh:mn dut:nl dzo:dz ekk:et ell:el eng:en epo:eo esk:ik est:et eus:eu ewe:ee fao:fo fas:fa fij:fj fil:tl
fin:fi fra:fr fre:fr fry:fy fuc:ff ful:ff gaz:om geo:ka ger:de gla:gd gle:ga glg:gl glv:gv gre:el grn:gn gsw:als
gug:gn guj:gu hat:ht hau:ha hbs:sh heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii
ike:iu iku:iu ile:ie ina:ia ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk
khk:mn khm:km kik:ki kin:rw kir:ky kmr:ku knc:kr kng:kg kom:kv kon:kg kor:ko kpv:kv kua:kj kur:ku lao:lo lat:la
lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg lvs:lv mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg
mlt:mt mon:mn mri:mi msa:ms mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:no nor:no npi:ne
nya:ny oci:oc ojg:oj oji:oj ori:or orm:om ory:or oss:os pan:pa pbu:ps per:fa pes:fa pli:pi plt:mg pol:pl por:pt
prp:gu prs:fa pus:ps que:qu quz:qu roh:rm ron:ro rum:ro run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl
sme:se smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq src:sc srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv swh:sw
tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:ak uig:ug
ukr:uk urd:ur uzb:uz uzn:uz ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh ydd:yi yid:yi yor:yo zha:za zho:zh
zsm:ms zul:zu zyb:za
"""
"""ISO 639-3 and 639-2 with the code of Wikipedia (CLDR, languageAlias; macrolanguages of ISO 639-3)."""
_CODES: Final = dict(pair.split(":") for pair in _PAIRS.split())
_CLASSES: Final = {
    "latin": "Latn Latf", "greek": "Grek", "cyrillic": "Cyrl", "armenian": "Armn", "hebrew": "Hebr",
    "arabic": "Arab Aran", "thaana": "Thaa",
    "indic": "Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Thai Laoo Tibt",
    "georgian": "Geor Mymr Ethi Khmr", "kana": "Jpan Hira Kana", "han": "Hani Hans Hant", "hangul": "Kore Hang",
}  # fmt: skip
"""Scripts as ISO 15924 has them, by the class that letters are counted in; all further ones are "other"."""
_CLASS_OF: Final = {script: name for name, scripts in _CLASSES.items() for script in scripts.split()}
_NEEDED: Final = {"ja": "kana", "ko": "hangul"}
"""Languages written in Chinese characters too, with the letters that a text of theirs has beside them."""


class Label(NamedTuple):
    """A language by its code, with the scripts that a text must have a letter of to be in it."""

    code: str
    scripts: frozenset[str]


@functools.cache
def read_label(label: str) -> Label:
    """Return what a label of a model says; one of no known form is a code as it stands.

    ISO 639-3's `als` is Albanian with a script behind it, and Alemannic, as in lid.176, without.
    """
    code = label.removeprefix(LABEL)
    form = _FORM.fullmatch(code)
    if form is None:
        return Label(code, _scripts(code))
    language, script = form[1], form[2]
    if language in _NO_LANGUAGE:
        return Label(UNDETERMINED, frozenset(SCRIPTS))
    known = language if language == "als" and not script else _CODES.get(language, language)
    if not script or known in _NEEDED:
        return Label(known, _scripts(known))
    return Label(known, frozenset({_CLASS_OF.get(script, "other")}))


def _scripts(code: str) -> frozenset[str]:
    if code in _NEEDED:
        return frozenset({_NEEDED[code]})
    return frozenset({"han"}) if code in CHINESE else scripts_of(code)
