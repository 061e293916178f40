"""Tell which texts are copies of texts that are taken down: equal, near, or with them in it.

Near is by the Jaccard similarity of the sets of shingles (5 words, or 12 characters where none are spaced apart),
counted and not estimated; a text has one in it where it holds the whole, or half of its shingles.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.run.takedown.selectors import normal_texts
from yurai.stages.blocklist.sets import LEAST_CHARACTERS, QUOTED, SHINGLING, ShingleSets
from yurai.stages.shingles.hashes import shingle_hashes

Verdict: TypeAlias = Literal["selected", "exact", "mirrored", "near", "quoted"]
VERDICTS: Final[tuple[Verdict, ...]] = ("selected", "exact", "mirrored", "near", "quoted")
"""Strongest first."""


@dataclass(slots=True)
class Taken:
    """The texts that are taken down, and the domains that they were selected at."""

    near: float
    texts: dict[str, set[str | None]] = field(default_factory=dict)
    """{normal text: domains}; none where a file gave it."""
    _sets: ShingleSets = field(default_factory=ShingleSets)

    def add(self, text: str, domain: str | None, lang: str | None) -> None:
        """Add a text in its normal form; before `ready`."""
        if not text:
            return
        if text not in self.texts:
            hashes, _ = shingle_hashes(pa.array([text]), pa.array([lang], pa.string()), SHINGLING)
            self._sets.sets.append(np.unique(hashes))
        self.texts.setdefault(text, set()).add(domain)

    def ready(self) -> None:
        """Sort what texts are compared with."""
        self._sets.ready()

    def verdicts(self, rows: pa.RecordBatch, domains: list[str | None]) -> list[tuple[Verdict, float] | None]:
        """Say of each row whether it is a copy, and how similar: of near Jaccard, of quoted the share."""
        found: list[tuple[Verdict, float] | None] = [None] * rows.num_rows
        if not self.texts:
            return found
        for name in (one for one in ("text", "other_text") if one in rows.schema.names):
            texts = normal_texts(rows, name)
            for at, two in enumerate(self._column(texts, rows.column("lang").to_pylist(), domains)):
                found[at] = stronger(found[at], two)
        return found

    def _column(
        self, texts: list[str | None], langs: list[str | None], domains: list[str | None]
    ) -> list[tuple[Verdict, float] | None]:
        there = [text or "" for text in texts]
        column = cast("pa.StringArray", pa.array(there, pa.large_string()))
        hashes, bounds = shingle_hashes(column, pa.array(langs, pa.string()), SHINGLING)
        return [
            self._one(text, np.unique(hashes[bounds[at] : bounds[at + 1]]), domains[at]) if text else None
            for at, text in enumerate(texts)
        ]

    def _one(self, text: str, shingles: npt.NDArray[np.uint32], domain: str | None) -> tuple[Verdict, float] | None:
        if text in self.texts:
            homes = self.texts[text]
            return ("exact" if homes <= {None} or domain in homes else "mirrored"), 1.0
        if similar := self._similar(shingles):
            return similar
        whole = any(len(one) >= LEAST_CHARACTERS and one in text for one in self.texts)
        return ("quoted", 1.0) if whole else None

    def _similar(self, shingles: npt.NDArray[np.uint32]) -> tuple[Verdict, float] | None:
        """Compare a set of shingles with those of all taken texts at once."""
        shared = self._sets.shared(shingles)
        if shared is None:
            return None
        jaccard, share = float(shared.jaccard.max()), float(shared.quoted.max())
        if jaccard >= self.near:
            return "near", jaccard
        return ("quoted", share) if share >= QUOTED else None


def stronger(one: tuple[Verdict, float] | None, two: tuple[Verdict, float] | None) -> tuple[Verdict, float] | None:
    """Return the stronger of two verdicts, and of equal ones the more similar."""
    if one is None or two is None:
        return one or two
    ranks = [(-VERDICTS.index(verdict), similar) for verdict, similar in (one, two)]
    return one if ranks[0] >= ranks[1] else two
