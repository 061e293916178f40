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
from yurai.stages.near_dedup.shingles import Shingling, shingle_hashes

SHINGLING: Final = Shingling("by-language", 5, 12)
QUOTED: Final = 0.5
"""Share of the shingles of a taken text from which on a text is said to quote it."""
LEAST_SHINGLES: Final = 8
"""Shingles from which on sharing half of them says something."""
LEAST_CHARACTERS: Final = 64
"""Characters of the shortest text that is looked for inside other ones: "Page not found" is in many."""
Verdict: TypeAlias = Literal["selected", "exact", "mirrored", "near", "quoted"]
VERDICTS: Final[tuple[Verdict, ...]] = ("selected", "exact", "mirrored", "near", "quoted")
"""Strongest first."""
Pairs: TypeAlias = npt.NDArray[np.int64]


@dataclass(slots=True)
class Taken:
    """The texts that are taken down, and the domains that they were selected at."""

    near: float
    texts: dict[str, set[str | None]] = field(default_factory=dict)
    """{normal text: domains}; none where a file gave it."""
    _sets: list[npt.NDArray[np.uint32]] = field(default_factory=list)
    _hashes: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    _owners: Pairs = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, text: str, domain: str | None, lang: str | None) -> None:
        """Add a text in its normal form; before `ready`."""
        if not text:
            return
        if text not in self.texts:
            hashes, _ = shingle_hashes(pa.array([text]), pa.array([lang], pa.string()), SHINGLING)
            self._sets.append(np.unique(hashes))
        self.texts.setdefault(text, set()).add(domain)

    def ready(self) -> None:
        """Sort what texts are compared with."""
        sizes = [one.size for one in self._sets]
        joined = np.concatenate([np.zeros(0, np.uint32), *self._sets])
        owners = np.repeat(np.arange(len(sizes)), sizes)
        order = np.argsort(joined, kind="stable")
        self._hashes, self._owners = joined[order], owners[order]

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
        low = np.searchsorted(self._hashes, shingles, "left")
        counts = np.searchsorted(self._hashes, shingles, "right") - low
        total = int(counts.sum())
        if not total:
            return None
        starts = np.repeat(low - (np.cumsum(counts) - counts), counts)
        shared = np.bincount(self._owners[starts + np.arange(total)], minlength=len(self._sets))
        sizes = np.array([one.size for one in self._sets])
        jaccard = shared / (sizes + shingles.size - shared)
        share = np.where(sizes >= LEAST_SHINGLES, shared / sizes, 0.0)
        if jaccard.max() >= self.near:
            return "near", float(jaccard.max())
        return ("quoted", float(share.max())) if share.max() >= QUOTED else None


def stronger(one: tuple[Verdict, float] | None, two: tuple[Verdict, float] | None) -> tuple[Verdict, float] | None:
    """Return the stronger of two verdicts, and of equal ones the more similar."""
    if one is None or two is None:
        return one or two
    ranks = [(-VERDICTS.index(verdict), similar) for verdict, similar in (one, two)]
    return one if ranks[0] >= ranks[1] else two
