"""Bring a text into the one line that a fastText classifier is trained on and asked about: the same for both."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from yurai_filters.splitters import SplitterName, split_words

LineUnit: TypeAlias = Literal["words", "characters"]
MAX_CHARACTERS: Final = 100_000
"""Characters of a text that are read, from its beginning."""
PREFIX: Final = "__label__"
_SPOKEN: Final = (PREFIX, "</s>")
"""How words begin that fastText takes for a label, or for the end of a line: a page may not speak to it."""


def check_unit(unit: LineUnit, splitter: SplitterName | None) -> None:
    """Raise ValueError for a word splitter whose words `unit` would take apart again."""
    if splitter and unit != "words":
        raise ValueError(f'splitter {splitter!r} makes words; leave unit at "words", or the splitter out')


def classifier_line(text: str, unit: LineUnit, splitter: SplitterName | None = None) -> str | None:
    """Return `text` on one line, words or characters apart by one space; None where it has no letter and no digit.

    `words` are what white space parts, as fastText itself has it; `characters` parts every character from the next, so
    that `wordNgrams` are runs of characters, which is what a script without spaces needs. With `splitter` words are
    what it makes of the text, whatever its language. Raises ValueError where the splitter is not installed.
    """
    read = text[:MAX_CHARACTERS].replace("\0", " ")
    parts = split_words(splitter, read) if splitter else read.split()
    words = [one for one in parts if not one.startswith(_SPOKEN)]
    if not any(letter.isalnum() for word in words for letter in word):
        return None
    return " ".join("".join(words) if unit == "characters" else words)
