"""Cut a run of text into sentences, as statements about rights need it: a cut too few is better than one too many."""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from collections.abc import Iterator
from typing import Final

_ABBREVIATED: Final = re.compile(
    r"\b(?:Inc|Ltd|Co|Corp|Dr|Mr|Mrs|Ms|Prof|No|Nr|vs?|St|al|cf|ca|Art|Abs|Lic|Univ|e\.g|i\.e|z\.B|bzw|[A-Z])\Z"
)
_END: Final = re.compile(
    r"(?P<dot>[.!?]+[\"”’)]?)(?=\s+[\"“'(\[©]?[A-ZÀ-ÞА-Я0-9])|[。！？](?:[」』）])?|\u2028\s*\u2028"
    r"|(?P<line>\u2028)(?=[A-ZÀ-Þ©(\[【■※])"
)
_GOES_ON: Final = re.compile(
    r"(?:\b(?:the|an?|under|by|of|to|as|and|or|for|at|is|are|via|unter|einer?|der|die|das|als|und|von|la|le|de|du"
    r"|sous|bajo)|[,、のにはをがと])\s*\Z",
    re.IGNORECASE,
)
_BEHIND: Final = 24


def sentences(text: str) -> Iterator[str]:
    """Sentences of a run, in order, without what separates them; `<br>` in them is a space."""
    start = 0
    for match in _END.finditer(text):
        before = text[max(start, match.start() - _BEHIND) : match.start()]
        if match["dot"] == "." and _ABBREVIATED.search(before):
            continue
        if match["line"] and _GOES_ON.search(before):
            continue
        if sentence := _joined(text[start : match.end()]):
            yield sentence
        start = match.end()
    if sentence := _joined(text[start:]):
        yield sentence


def _joined(text: str) -> str:
    return " ".join(text.split())
