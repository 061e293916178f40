"""Score a text by windows of it: what the identifier says of its beginning, its middle and its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from yurai.declare.language.identify import Identifier, identifier
from yurai.declare.models import LID_176, model_digest

Scores: TypeAlias = dict[str, float]
"""Mean chance of each language that any window was given."""

WINDOWS: Final = 3
WIDTH: Final = 250
"""Bytes of a window: the cost of the identifier is in them; 400 let no more through than level 2 stops."""


def gate_identifier() -> Identifier:
    """Return the model, loaded once in each process."""
    return identifier(LID_176, model_digest(LID_176, ""))


def places(length: int) -> Iterator[tuple[int, int]]:
    """Yield where the windows of a text begin and end: one for all of a short text, or three that are apart."""
    if length <= WINDOWS * WIDTH:
        yield 0, length
        return
    for number in range(WINDOWS):
        begin = (length - WIDTH) * number // (WINDOWS - 1)
        yield begin, begin + WIDTH


def scores(windows: list[str]) -> Scores:
    """Return the mean chance of each language over windows, those without a letter left out.

    Stage language may hold what the model says against the letters, or not: a page has the better of both chances.
    """
    found = [chances for chances in map(gate_identifier().chances, windows) if chances is not None]
    codes = {code for chances in found for code in chances}
    return {code: sum(chances.get(code, 0.0) for chances in found) / len(found) for code in sorted(codes)}
