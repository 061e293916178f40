"""The pages nearest to a limit, on either side: what an auditor reads to see whether the limit is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from yurai.report.safe_text import excerpt, shown, shown_url

NEAREST = 4
Candidate = tuple[float, str, dict[str, Any]]


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
        row: Callable[[int], Any],
    ) -> None:
        """Look at the rows `places` of a batch with these `values`; `names` are its doc_ids, `row` is asked for few."""
        away = np.abs(values - self._limit)
        if len(away) > NEAREST:
            near = away <= np.partition(away, NEAREST - 1)[NEAREST - 1]
            away, places, values = away[near], places[near], values[near]
        if len(self._held) == NEAREST:
            near = away <= self._held[-1][0]
            away, places, values = away[near], places[near], values[near]
        found = sorted(
            (distance, names[place], place, value)
            for distance, place, value in zip(away.tolist(), places.tolist(), values.tolist(), strict=True)
        )[:NEAREST]
        new = [(distance, name, row(place) | {"value": value}) for distance, name, place, value in found]
        self._held = nearest(self._held + new)

    def json(self) -> list[dict[str, Any]]:
        """Return the rows, nearest first, fit to be shown."""
        return [{"distance": distance, "doc_id": name, **_page(row)} for distance, name, row in self._held]


def nearest(found: list[Candidate]) -> list[Candidate]:
    """Return the nearest of `found`, in order."""
    return sorted(found, key=lambda entry: entry[:2])[:NEAREST]


def merged(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the nearest of what `json` returned for several files."""
    return sorted(parts, key=lambda entry: (entry["distance"], entry["doc_id"]))[:NEAREST]


def _page(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "value": row["value"],
        "title": shown(row["title"]),
        "url": shown_url(row["url"]),
        "lang": row["lang"],
        "excerpt": excerpt(row["text"]),
    }
