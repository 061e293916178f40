"""Find the pages nearest to a limit, on either side, which an auditor reads to see whether the limit is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.report.components import Crawled
from yurai.report.safe_text import excerpt, shown, shown_url

NEAREST = 4
Row: TypeAlias = Mapping[str, str | None]
"""Title, URL, language and text of a page, as it was crawled."""
Candidate: TypeAlias = tuple[float, str, float, Row]
"""Distance from the limit, doc_id, value, row."""


class NearPage(Crawled):
    """A page near a limit, fit to be shown."""

    distance: float
    doc_id: str
    value: float


class Nearest:
    """Keeps the few rows whose values lie nearest to a limit; equal distances are decided by doc_id."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._held: list[Candidate] = []

    def offer(
        self,
        values: npt.NDArray[np.float64],
        places: npt.NDArray[np.int64],
        names: list[str],
        row: Callable[[int], Row],
    ) -> None:
        """Look at the rows `places` of a batch with these `values`; `names` are its doc_ids, `row` is asked for few."""
        away = np.abs(values - self._limit)
        if len(away) > NEAREST:
            near = away <= np.partition(away, NEAREST - 1)[NEAREST - 1]
            away, places, values = away[near], places[near], values[near]
        if len(self._held) == NEAREST:
            near = away <= self._held[-1][0]
            away, places, values = away[near], places[near], values[near]
        closest = sorted(
            (distance, names[index], index, value)
            for distance, index, value in zip(away.tolist(), places.tolist(), values.tolist(), strict=True)
        )[:NEAREST]
        new = [(distance, name, value, row(index)) for distance, name, index, value in closest]
        self._held = nearest(self._held + new)

    def json(self) -> list[NearPage]:
        """Return the rows, nearest first, fit to be shown."""
        return [_page(*candidate) for candidate in self._held]


def nearest(candidates: list[Candidate]) -> list[Candidate]:
    """Return the nearest of `candidates`, in order."""
    return sorted(candidates, key=lambda entry: entry[:2])[:NEAREST]


def merged(parts: list[NearPage]) -> list[NearPage]:
    """Return the nearest of what `json` returned for several files."""
    return sorted(parts, key=lambda entry: (entry["distance"], entry["doc_id"]))[:NEAREST]


def _page(distance: float, doc_id: str, value: float, row: Row) -> NearPage:
    return {
        "distance": distance,
        "doc_id": doc_id,
        "value": value,
        "title": shown(row["title"]),
        "url": shown_url(row["url"]),
        "lang": row["lang"],
        "excerpt": excerpt(row["text"]),
    }
