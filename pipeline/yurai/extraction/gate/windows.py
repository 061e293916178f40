"""Score a text by windows of it: what the identifier says of its beginning, its middle and its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from yurai.declare.model_line import model_line
from yurai.declare.models import LID_176, FastText, load_fasttext, model_digest

Scores: TypeAlias = dict[str, float]
"""Mean probability of each language that any window was given."""

WINDOWS: Final = 3
WIDTH: Final = 250
"""Bytes of a window: the cost of the identifier is in them; 400 let no more through than level 2 stops."""
_LABELS: Final = 8
_LABEL: Final = "__label__"
"""Labels that are asked for; what comes after them has next to no probability."""


def identifier() -> FastText:
    """Return the model, loaded once in each process."""
    return load_fasttext(LID_176, model_digest(LID_176, ""))


def places(length: int) -> Iterator[tuple[int, int]]:
    """Yield where the windows of a text begin and end: one for all of a short text, or three that are apart."""
    if length <= WINDOWS * WIDTH:
        yield 0, length
        return
    for number in range(WINDOWS):
        begin = (length - WIDTH) * number // (WINDOWS - 1)
        yield begin, begin + WIDTH


def scores(windows: list[str]) -> Scores:
    """Return the mean probability of each language over windows, those without a letter left out."""
    asked = [line for line in map(model_line, windows) if line is not None]
    model, sums = identifier(), dict[str, float]()
    for line in asked:
        labels, probabilities = model.predict(line, k=_LABELS)
        for label, probability in zip(labels, probabilities, strict=True):
            code = label.removeprefix(_LABEL)
            sums[code] = sums.get(code, 0.0) + probability
    return {code: total / len(asked) for code, total in sums.items()}
