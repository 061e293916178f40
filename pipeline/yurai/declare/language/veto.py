"""Say which languages the letters of a text leave possible, whatever an identifier says.

`ja` needs kana, and what has kana is no Chinese. Chinese characters alone are of the language whose standard has them
(`repertoire`); where both have, of that which a hint names (title, declared language, domain); else of none, unless
they are many: nobody writes much Japanese without kana. Measured: 1,015 pages in Japanese have .58 kana and more for
each Chinese character, 580 of 591 in Chinese less than .005.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from yurai.declare.language.repertoire import Reading, repertoire
from yurai.declare.language.written import Letters

_MAIN: Final = {"kana": "ja", "han": "zh", "hangul": "ko"}
EAST_ASIAN: Final = frozenset(_MAIN)
Hint: TypeAlias = Callable[[], Reading | None]
"""What stands around a text says of its Chinese characters; None for nothing. Asked of few texts."""
KANA: Final = 0.05
"""Share of kana among kana and Chinese characters from which a text is Japanese."""
_QUOTED: Final = 0.3
"""The same below which a text of characters that Japanese has not is Chinese with Japanese words in it, or の."""
MANY_HAN: Final = 20
"""Chinese characters without kana from which a text is Chinese although its characters are of both languages."""
_HINTED: Final = 100
"""Chinese characters without kana from which no hint says that they are Japanese; the gate stops such a page."""
_RULING: Final = 0.5
"""Share of Japanese and Chinese letters from which a text is in one of these languages, or in none."""
_SEEN: Final = 2_000
"""Characters in which those of one language alone are looked for: a text of that length has some."""
_KANA_OF_A_WORD: Final = re.compile(
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff6f\uff71-\uff9d]"
)
"""Kana but for marks of length and voicing: a row of ーーー is a line, in any language."""
_SHARED: Final = frozenset({"latin", "cyrillic", "arabic", "other"})
"""Scripts of many languages: a few letters of them do not tell which."""


def no_hint() -> Reading | None:
    """Say nothing: nothing stands around the text, or nothing is known of it."""


HINTS: Final[tuple[Hint, ...]] = (no_hint, lambda: "ja", lambda: "zh")
"""All that can stand around a text."""


def scripts_left(text: str, letters: Letters, hint: Hint = no_hint) -> frozenset[str]:
    """Return the scripts by which a language is possible for a text that has these letters; with none it is `und`."""
    present = frozenset(letters.of)
    if present == {"kana"} and not _KANA_OF_A_WORD.search(text):
        return frozenset()
    if not present & {"kana", "han"}:
        return present
    reading = _of_han(text, letters, hint)
    others = present - {"kana", "han"}
    if reading is not None:
        return others | {"kana" if reading == "ja" else "han"}
    undecided = letters.share("kana", "han") >= _RULING and "hangul" not in present
    return frozenset() if undecided else others


def main_of(scripts: frozenset[str]) -> str | None:
    """Return the language that Japanese, Chinese or Korean letters are of, if no identifier is asked; None for none."""
    return next((code for script, code in _MAIN.items() if script in scripts), None)


def tells(letters: Letters) -> bool:
    """Tell whether the script that most letters are of is one of few languages, so that a few of them do."""
    return max(letters.of, key=lambda one: letters.of[one], default="other") not in _SHARED


def _of_han(text: str, letters: Letters, hint: Hint) -> Reading | None:
    """Return which of Japanese and Chinese a text with letters of theirs can be, None where nothing tells."""
    kana, han = letters.of.get("kana", 0), letters.of.get("han", 0)
    share = kana / (kana + han)
    if share >= _QUOTED:
        return "ja"
    reading = repertoire(text[:_SEEN])
    if share >= KANA:
        return "zh" if reading == "zh" else "ja"
    return reading or (hint() if han < _HINTED else None) or ("zh" if han >= MANY_HAN else None)
