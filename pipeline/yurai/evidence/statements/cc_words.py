"""Hold the words of which names of Creative Commons licences are made, in the languages of their deeds."""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from typing import Final

ELEMENTS: Final = frozenset(("BY", "NC", "ND", "SA", "CC0", "PDM"))
_PARTS: Final = {
    "PDM": r"public\s+domain\s+mark",
    "CC0": r"CC0|CC[\s-]?zero|zero\b|0(?=\s*(?:1\.0|universal|licen|\)|$))|public\s+domain\s+dedication",
    "NC": r"non[\s-]?commercial(?:\s+use(?:\s+only)?)?|NC\b|nicht[\s-]?kommerziell(?:e)?(?:\s+nutzung)?"
    r"|keine\s*kommerzielle\s*nutzung|pas\s+d['’]utilisation\s+commerciale|no\s?comercial|sin\s+uso\s+comercial"
    r"|n[ãa]o\s?comercial|non\s?commerciale|niet-?\s?commercieel|非営利|非商业性(?:使用)?|非商業性(?:使用)?"
    r"|użycie\s+niekomercyjne|некоммерческ\w+(?:\s+использование)?|비영리",
    "ND": r"no[\s-]?deriv(?:ative)?s?(?:\s+works)?|ND\b|keine\s*bearbeitung(?:en)?|pas\s+de\s+modifications?"
    r"|sin\s?obras?\s?derivadas?|sin\s?derivad[ao]s?|sem\s?derivaç(?:ões|ão)|non\s+opere\s+derivate"
    r"|geen\s?afgeleide\s?werken|改変禁止|禁止演[绎繹]|禁止改作|bez\s+utworów\s+zależnych|변경금지",
    "SA": r"share[\s-]?alike|SA\b|weitergabe\s+unter\s+gleichen\s+bedingungen"
    r"|partage\s+(?:dans\s+[ld]es\s+(?:mêmes\s+conditions|conditions\s+identiques(?:\s+à\s+l['’]initiale)?)|à\s+l['’]identique"
    r"|des\s+conditions\s+initiales\s+à\s+l['’]identique)"
    r"|compartir[\s-]?igual|compartilha[\s-]?igual|condividi\s+allo\s+stesso\s+modo|gelijk\s?delen"
    r"|継承|相同方式(?:共享|分享)|na\s+tych\s+samych\s+warunkach|동일조건변경허락",
    "BY": r"attribution|BY\b|namensnennung|par?ternité|reconocimiento|atribución|atribuição|attribuzione"
    r"|naamsvermelding|帰属|表示|署名|姓名標示|uznanie\s+autorstwa|атрибуци\w+|erkännande|저작자\s?표시",
}
JURISDICTIONS: Final = {
    "germany": "DE", "deutschland": "DE", "de": "DE", "united states": "US", "us": "US", "usa": "US", "japan": "JP",
    "日本": "JP", "jp": "JP", "österreich": "AT", "austria": "AT", "at": "AT", "schweiz": "CH", "switzerland": "CH",
    "ch": "CH", "united kingdom": "UK", "uk": "UK", "england & wales": "UK", "france": "FR", "fr": "FR",
    "australia": "AU", "au": "AU", "netherlands": "NL", "nederland": "NL", "nl": "NL", "igo": "IGO", "españa": "ES",
    "spain": "ES", "italia": "IT", "italy": "IT", "canada": "CA", "中国大陆": "CN", "台灣": "TW", "taiwan": "TW",
}  # fmt: skip
_CODE: Final = 3
_PLACES: Final = "|".join(
    rf"(?-i:{name.upper()}\b)" if len(name) <= _CODE and name.isascii() else re.escape(name)
    for name in sorted(JURISDICTIONS, key=len, reverse=True)
)
"""Codes in capitals alone: "de" and "at" are words."""
_FILLER: Final = (
    r"licen[sc]ed?\b|li[zc]en[zsc](?:i?a|vertrag)?\b|licença|licenza|licencja|ライセンス|許諾|许可(?:协议)?"
    r"|許可(?:協議)?"
    r"|internationale?\b|international|国際|国际|國際|unported|generic|public\b(?!\s+domain)|universal"
    r"|non\s+transposée?|nicht\s+portiert"
    r"|vom\s+typ|cc0?\b|creative[\s-]commons|クリエイティブ[・･\s]?コモンズ|version|バージョン|legal\s+code|\(|\)|（|）"
)
_SEPARATOR: Final = r"[\s\-–—‐・･,:/\[\]「」『』\"“”|_+]{0,4}(?:(?:and|und|et|y|e|および|と|の)\s{0,2})?"
TOKEN: Final = re.compile(
    rf"{_SEPARATOR}(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _PARTS.items())
    + r"|(?:v(?:er(?:sion)?)?\.?\s?)?(?P<version>[1-4]\.[0-9])(?![0-9])"
    + rf"|(?P<jurisdiction>{_PLACES})|(?P<filler>{_FILLER}))",
    re.IGNORECASE,
)
"""One word of a name with what separates it from the word before."""
HEAD: Final = re.compile(
    r"(?P<long>(?i:creative[\s-]{1,3}commons)|クリエイティブ[・･\s]?コモンズ|크리에이티브\s?커먼즈|知识共享|知識共享|[創创]用\s?CC"
    r"|(?i:креатив\s+коммонс))"
    r"|(?P<zero>(?<![A-Za-z0-9#])(?:CC0|cc0|CC[\s-]?Zero)(?![A-Za-z0-9]))"
    r"|(?P<short>(?<![A-Za-z0-9])(?:CC(?=[\s_-]{0,2}(?:BY|by)\b)|CC(?=\s(?:Attribution|Namensnennung))|CC(?=\s?表示)|cc(?=-by\b|[\s_-]by[\s_-](?:sa|nc|nd"
    r"|[1-4]\.\d))))"
)
"""Where a name begins. Lower-case "cc by" is one only with more of a licence behind it: "cc by mail"."""
FRONT_PARTS: Final = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        ("BY", r"attribution"), ("NC", r"non[\s-]?commercial"), ("ND", r"no[\s-]?deriv\w*"), ("SA", r"share[\s-]?alike")
    )
)  # fmt: skip
FRONT: Final = re.compile(
    rf"(?:(?:{'|'.join(word.pattern for _, word in FRONT_PARTS)})[\s,–-]{{0,3}}){{1,4}}\Z", re.IGNORECASE
)
"""Elements that stand before "Creative Commons"; searched in the text that ends there."""
