"""Define the settings of stage threshold: which score, and where it is cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal, NamedTuple

from yurai.declare.scores import is_number
from yurai.engine.use import Settings
from yurai_filters.ranges import Score, above

PER_ONE: Final = 10_000
"""Scores are compared as whole numbers of 1e-4."""


class Limits(NamedTuple):
    """The lowest and the highest score that stay, in whole numbers of 1e-4; None for no limit."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, kw_only=True)
class Threshold(Settings):
    """Drop documents whose score is bad: beyond a limit, or beyond the cut that keeps a share of the corpus.

    Scores are compared at 1e-4. The cut of `keep_share` is the highest score such that at least that share of the
    documents with a score have it or a higher one: so all ties at the cut stay, and more than the share stay only by
    those ties. With `best = "low"`, as for a perplexity, it is the lowest score such that at least that share have it
    or a lower one. It is exact, over all documents that reach the stage, however they lie in files and whoever works;
    `explain` and `facts` in run.json say it. A document that is dropped has the reason `low-score:NAME` or
    `high-score:NAME`, with its score and the cut in `detail`; one without a score has `no-score:NAME` and is no part of
    the share.
    Work: two passes for a share, one for a limit; the first reads the score alone, and counts 16 bytes for each
    different score.
    Source: a share of the corpus, DCLM (arXiv:2406.11794), Swallow Corpus v2: the 10 % that a classifier likes best.

    Args:
        score: the named score, as stage classify or a tagger writes one, or column of numbers.
        min_score: lowest score that stays.
        max_score: highest score that stays.
        keep_share: share of the documents with a score that stays at least; give this or limits.
        best: which scores the share keeps.
        missing: what becomes of documents without a score.
    """

    score: str = ""
    min_score: Score | None = None
    max_score: Score | None = None
    keep_share: Annotated[float, above(0, 1)] | None = None
    best: Literal["high", "low"] = "high"
    missing: Literal["drop", "keep"] = "drop"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        given = {"min_score": self.min_score, "max_score": self.max_score}
        for name, value in given.items():
            if value is not None and self.keep_share is not None:
                raise ValueError(f"{name} and keep_share are two ways to say one thing; give one of them")
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, not {value}")
        if self.min_score is not None and self.max_score is not None and self.min_score > self.max_score:
            raise ValueError(f"min_score {self.min_score} is above max_score {self.max_score}, so nothing would stay")
        if not is_number(self.score):
            raise ValueError(f"score {self.score!r} is not a column of numbers; name one of docs/schema.md")

    @property
    def sign(self) -> int:
        """What scores are multiplied by, so that higher ones are better."""
        return 1 if self.best == "high" else -1

    @property
    def limits(self) -> Limits:
        """The lowest and the highest score that stay, in whole numbers of 1e-4, where settings say them."""
        low, high = self.min_score, self.max_score
        return Limits(
            None if low is None else math.ceil(Fraction(repr(low)) * PER_ONE),
            None if high is None else math.floor(Fraction(repr(high)) * PER_ONE),
        )
