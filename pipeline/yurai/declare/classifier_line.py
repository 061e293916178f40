"""Bring a text into the one line that a fastText classifier is trained on and asked about: the same for both."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

LineUnit: TypeAlias = Literal["words", "characters"]
MAX_CHARACTERS: Final = 100_000
"""Characters of a text that are read, from its beginning."""
PREFIX: Final = "__label__"
_SPOKEN: Final = (PREFIX, "</s>")
"""How words begin that fastText takes for a label, or for the end of a line: a page may not speak to it."""


def classifier_line(text: str, unit: LineUnit) -> str | None:
    """Return `text` on one line, words or characters apart by one space; None where it has no letter and no digit.

    `words` are what white space parts, as fastText itself has it; `characters` parts every character from the next, so
    that `wordNgrams` are runs of characters, which is what a script without spaces needs.
    """
    words = [one for one in text[:MAX_CHARACTERS].replace("\0", " ").split() if not one.startswith(_SPOKEN)]
    if not any(letter.isalnum() for word in words for letter in word):
        return None
    return " ".join("".join(words) if unit == "characters" else words)
