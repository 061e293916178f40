"""Look at the bytes of a page once for what any mark needs, so that the tree of most pages is hardly walked."""

from typing import Final

import re2

from yurai.evidence.word_patterns import SOFT, WORDS

_PIECES: Final = (
    "eserved vorbehalten droits eservados reservats riservati voorbehouden wszelkie защищен сохранены застережено "
    "vyhrazen forbeh reserverade reservert forbehold oikeudet fenntartva rezervate tüm επιφύλαξη pridržana "
    "dilindungi thuộc được الحقوق הזכויות ลิขสิทธิ์ "
    "無断 転載 許複製 著作権所有 版权所有 版權所有 保留 未经 未經 转载 轉載 무단 권리"
)
RESERVED_PIECES: Final = tuple(_PIECES.split())
"""Of each phrase of `notices` a piece that markup does not break up: no space, no letter that may be an entity."""
IN_NUMBERS: Final = "cjk-in-numbers"
"""Chinese, Japanese or Korean text is written in numeric character references, so its words are not in the bytes."""
BEHIND: Final = "behind"
"""Something stands behind `</html>`."""
_ATTRIBUTE: Final = r"\s*=\s*[\"']?[^\"'<>]*"
_PATTERNS: Final = {
    "link": rf"creativecommons|licensebuttons|rel{_ATTRIBUTE}licen",
    "words": f"{WORDS}|{SOFT}",
    "author": rf"(?:rel|itemprop){_ATTRIBUTE}author",
    "ccrel": r"attribution(?:name|url)",
    "script": r"ld\+json|rsl\+xml",
    "rdf": r"rdf:resource",
    "property": rf"(?:itemprop|property){_ATTRIBUTE}(?:licen|rights)",
    "paywall": rf"itemprop{_ATTRIBUTE}isaccessibleforfree",
    IN_NUMBERS: r"&#(?:2[0-9]{4}|3[0-9]{4}|4[0-9]{4}|5[0-9]{4}|x[3-9a-f][0-9a-f]{3});&#",
    BEHIND: r"</html[\s\v]*>[\s\v]*[^\s\v]",
    **{piece: piece for piece in RESERVED_PIECES},
}
_NAMES: Final = tuple(_PATTERNS)
_OPTIONS: Final = re2.Options()
_OPTIONS.max_mem = 32 << 20  # bytes; with the default of 8 MiB the automaton is thrown away and built again
_SET: Final = re2.Set.SearchSet(_OPTIONS)
for _pattern in _PATTERNS.values():
    _SET.Add(f"(?i){_pattern}".encode())
_SET.Compile()


def first_look(markup: bytes) -> frozenset[str]:
    """Names of what `markup`, in UTF-8, holds: those of _PATTERNS, such as link, words and the pieces of notices."""
    return frozenset(_NAMES[index] for index in _SET.Match(markup) or ())
