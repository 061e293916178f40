"""Find what a text has of evaluations: hash its runs, look them up, compare them, and count them by item."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from yurai.stages.decontaminate.index import UNITS, Evaluations, Unit, sized
from yurai.stages.decontaminate.normal_form import Units, units


class Match(NamedTuple):
    """An item that a text touches: the first run that it has, and how many different ones."""

    evaluation: str
    item: str
    ngram: str
    matches: int


def find(text: str, known: Evaluations, min_matches: int) -> list[Match]:
    """Return the items that `text` has enough runs of: those with most first, then as their files have them.

    An item counts with `min_matches` different runs, or with all that it has where those are fewer.
    """
    found: dict[int, dict[str, None]] = {}
    for unit, made in zip(UNITS, units(text), strict=True):
        for size in known.indexes[unit].sizes:
            _look(made, size, known, unit, found)
    enough = {item: runs for item, runs in found.items() if len(runs) >= min(min_matches, known.runs[item])}
    order = sorted(enough, key=lambda item: (-len(enough[item]), item))
    return [
        Match(known.names[named.evaluation], named.name, next(iter(enough[item])), len(enough[item]))
        for item in order
        for named in (known.items[item],)
    ]


def _look(made: Units, size: int, known: Evaluations, unit: Unit, found: dict[int, dict[str, None]]) -> None:
    """Add the runs of one size that items have too to `found`, by item, in the order of the text."""
    if 2 * made.counts.sum() < size:
        return
    index, hashes = known.indexes[unit], sized(made.hashes(size), size)
    for place in index.places(hashes).tolist():
        run = made.text(place, size)
        for item in index.of(np.uint64(hashes[place]), run):
            found.setdefault(item, {}).setdefault(run)
