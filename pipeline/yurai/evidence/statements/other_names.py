"""Find names of licences other than Creative Commons' in text: of governments, data, documents, public domain."""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from collections.abc import Callable, Iterator
from typing import Final

from yurai.evidence.statements.program_names import PROGRAMS, program_id

PUBLIC_DOMAIN: Final = "LicenseRef-public-domain"
_V: Final = r"(?:v(?:ers(?:ione?|i[óòo]n?|ão|ie)|erze|\.)?|wersj[aią]|バージョン|第)?\s*"
_SPDX: Final = frozenset(("OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "OGL-Canada-2.0", "DL-DE-BY-2.0", "DL-DE-ZERO-2.0"))


def _id(name: str) -> str:
    return name if name in _SPDX else f"LicenseRef-{name}"


def _digits(value: str | None) -> str:
    """Version as it is written, of digits of any width; "unspecified" where none is."""
    return ".".join(str(int(digit)) for digit in re.findall(r"\d", value or "")) or "unspecified"


def _gfdl(match: re.Match[str]) -> str:
    """Id by version; SPDX has ids of their own for documents that say whether they have invariant sections."""
    version = match["gfdl_version"]
    if not (version and match["gfdl_later"]):
        return f"LicenseRef-GFDL-{version or 'unspecified'}"
    parts = {None: "", "no": "no-invariants-", "without": "no-invariants-"}.get(match["gfdl_parts"], "invariants-")
    return f"GFDL-{version}-{parts}or-later"


def _ogl(match: re.Match[str]) -> str:
    version = match["ogl_version"] or match["ogl_short"]
    place = (match["ogl_place"] or "UK").title()
    return _id(f"OGL-{'UK' if place == 'Uk' else place}-{f'{version[0]}.0' if version else 'unspecified'}")


def _etalab(match: re.Match[str]) -> str:
    version = match["etalab_version"]
    return "etalab-2.0" if version == "2.0" else f"LicenseRef-Etalab-{version or 'unspecified'}"


def _dl_de(match: re.Match[str]) -> str:
    kind = match["dl_kind"]
    if kind is None:
        return "LicenseRef-DL-DE-unspecified"
    return _id(f"DL-DE-{'ZERO' if kind.lower() == 'zero' else 'BY'}-{_digits(match['dl_version'])}")


def _japan(match: re.Match[str]) -> str:
    kind = "GSTU" if match["jp"].startswith("政府") else "PDL"
    return f"LicenseRef-JP-{kind}-{_digits(match['jp_version'])}"


_GFDL: Final = (
    r"(?:GNU\s+Free\s+Documentation\s+Li(?:cen[sc]e|zenz)|GNU[\s-]+FDL|\bGFDL\b"
    r"|GNU[\s-]+Lizenz\s+für\s+freie\s+Dokumentation"
    r"|\bLl?ic[eè]n[czsç]\w{0,3}\s+(?:GNU\s+)?(?:de|di|per|para)\s+(?:la\s+)?documenta\w{3,5}\s+(?:libre|lliure|livre|libera)"
    r"(?:\s+(?:de\s+|della\s+)?GNU)?"
    r"|GNU\s?自由(?:文[档檔件]|文書)(?:许可证|許可證|授权|授權|ライセンス)\w{0,2}|GNU\s?フリー文書利用許諾(?:契約)?書?)"
    r"(?:[\s,(]*(?:GFDL|FDL|GNU Free Documentation Licen[sc]e)\)?|\s*\((?:[^()\d]{0,60})\))?"
    rf"(?:[\s,(-]*{_V}(?P<gfdl_version>1\.[0-3])(?:-[a-záéí]{{1,3}}\b)?)?"
    r"(?P<gfdl_later>[\s,(]*(?:or\s+(?:any\s+)?(?:later|newer)|oder\s+(?:einer\s+)?später|以降|または[^。]{0,12}以降"
    r"|または[^。]{0,30}?(?:その後の|より新しい|新しい)(?:バージョン|版)|ou\s+(?:toute\s+version\s+)?ultérieure"
    r"|[ou]u?\s+(?:cualquier|qualquer|qualsevol|ogni|qualsiasi)\s+(?:\w+\s+)?(?:posterior|successiva|superiore)"
    r"|vagy\s+(?:\w+\s+)?(?:frissebb|újabb|későbbi)|nebo\s+(?:\w+\s+)?(?:pozdější|novější)"
    r"|of\s+(?:\w+\s+)?(?:latere|nieuwere)|lub\s+(?:\w+\s+)?(?:późniejsz\w+|nowsz\w+)))?"
    r"(?:[^.]{0,70}?[;,]\s*(?:with\s+)?(?P<gfdl_parts>no|without|the)\s+Invariant\s+Sections?)?"
)
_OGL: Final = (
    r"(?:Open\s+Government\s+Licen[cs]e(?:\s+for\s+public\s+sector\s+information)?(?:\s*\(OGL\))?"
    r"(?:\s*[-–—,(]?\s*(?P<ogl_place>Canada|Ontario|Alberta|Toronto|UK)\)?)?"
    rf"(?:[\s,(-]*{_V}(?P<ogl_version>[1-3](?:\.0)?)(?![\d.]*\d))?|\bOGL\s+v?(?P<ogl_short>[23])(?:\.0)?\b)"
)
_ETALAB: Final = (
    r"(?:licence\s+ouverte(?:\s*/\s*open\s+licen[cs]e)?|licen[cs]e\s+(?:ouverte\s+)?etalab|\betalab(?=[\s-]*[12]\.0))"
    rf"(?:[\s,/(-]*etalab)?(?:[\s,(-]*{_V}(?P<etalab_version>[12]\.0))?"
)
_DL_DE: Final = (
    r"(?:\bdl-de|Datenlizenz\s+Deutschland|Data\s+licen[cs]e\s+Germany)"
    r"(?:[\s/–—,(-]*(?P<dl_kind>by|zero|Namensnennung|attribution))?"
    r"(?:[\s/–—,(-]*(?:Version\s*)?(?P<dl_version>[12][.-]0))?"
)
_JAPAN: Final = (
    r"(?:(?P<jp>政府標準利用規約|公共データ利用規約|\bPDL(?=\s?1\.0))"
    r"(?:\s*[(（]?\s*第?\s*(?P<jp_version>[0-9０-９][.．][0-9０-９])\s*版?[)）]?)?)"
)
_ODC_BY: Final = r"(?:Open\s+Data\s+Commons\s+Attribution(?:\s+Licen[sc]e)?|\bODC-By\b)(?:[\s,-]*v?1\.0)?"
_ART: Final = rf"(?:Licence\s+Art\s+Libre|Free\s+Art\s+Licen[sc]e)(?:[\s,(-]*{_V}(?P<lal_version>1\.[23]))?"
_DOMAIN: Final = (
    r"(?:public[\s-]+domain|パブリック[・･\s]?ドメイン|gemeinfrei|domaine\s+public|dom[ií]nio\s+p[úu]blico"
    r"|pubblico\s+dominio|公有领域)"
)
_READ: Final[dict[str, tuple[str, Callable[[re.Match[str]], str]]]] = {
    "gfdl": (_GFDL, _gfdl),
    "ogl": (_OGL, _ogl),
    "etalab": (_ETALAB, _etalab),
    "dl": (_DL_DE, _dl_de),
    "odbl": (r"(?:Open\s+Database\s+Licen[sc]e(?:\s*\(ODbL\))?|\bODbL\b)(?:[\s,-]*v?1\.0)?", lambda _: "ODbL-1.0"),
    "odcby": (_ODC_BY, lambda _: "ODC-By-1.0"),
    "pddl": (r"(?:Public\s+Domain\s+Dedication\s+and\s+Licen[sc]e|\bPDDL\b)", lambda _: "PDDL-1.0"),
    "japan": (_JAPAN, _japan),
    "opubl": (r"Open\s+Publication\s+Licen[sc]e(?:[\s,(-]*v?(?:ersion)?\s*1\.0)?", lambda _: "OPUBL-1.0"),
    "bsddoc": (r"FreeBSD\s+Documentation\s+Licen[sc]e", lambda _: "FreeBSD-DOC"),
    "lal": (_ART, lambda match: "LAL-1.2" if match["lal_version"] == "1.2" else "LAL-1.3"),
    "domain": (_DOMAIN, lambda _: PUBLIC_DOMAIN),
}
_ANY: Final = re.compile(
    "|".join([*(f"(?P<{key}>{pattern})" for key, (pattern, _) in _READ.items()), PROGRAMS]), re.IGNORECASE
)


def other_names(text: str) -> Iterator[tuple[int, int, str | None, bool]]:
    """Names in a text, in order: start, end, id, and whether it is a licence for programs, whose id may be None."""
    for match in _ANY.finditer(text):
        key = next((key for key in _READ if match[key]), None)
        yield match.start(), match.end(), _READ[key][1](match) if key else program_id(match), key is None
