"""Define the settings of stage threshold: which score, and where it is cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal

from yurai.declare.scores import is_number
from yurai.engine.use import Settings
from yurai_filters.ranges import Score, above

PER_ONE: Final = 10_000
"""Scores are compared as whole numbers of 1e-4."""


@dataclass(frozen=True, kw_only=True)
class Threshold(Settings):
    """Drop documents whose score is low: below a limit, or below the cut that keeps a share of the corpus.

    Scores are compared at 1e-4, and higher ones are better. The cut of `keep_share` is the highest score such that at
    least that share of the documents with a score have it or a higher one: so all ties at the cut stay, and more than
    the share stay only by those ties. It is exact, over all documents that reach the stage, however they lie in files
    and whoever works; `explain` and `facts` in run.json say it. A document that is dropped has the reason
    `low-score:NAME`, with its score and the cut in `detail`; one without a score has `no-score:NAME` and is no part of
    the share.
    Work: two passes for a share, one for a limit; the first reads the score alone, and counts 16 bytes for each
    different score.
    Source: a share of the corpus, DCLM (arXiv:2406.11794), Swallow Corpus v2: the 10 % that a classifier likes best.

    Args:
        score: the named score, as stage classify or a tagger writes one, or column of numbers.
        min_score: lowest score that stays.
        keep_share: share of the documents with a score that stays at least; give this or min_score.
        missing: what becomes of documents without a score.
    """

    score: str = ""
    min_score: Score | None = None
    keep_share: Annotated[float, above(0, 1)] | None = None
    missing: Literal["drop", "keep"] = "drop"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.min_score is not None and self.keep_share is not None:
            raise ValueError("min_score and keep_share are two ways to say one thing; give one of them")
        if self.min_score is not None and not math.isfinite(self.min_score):
            raise ValueError(f"min_score must be a finite number, not {self.min_score}")
        if not is_number(self.score):
            raise ValueError(f"score {self.score!r} is not a column of numbers; name one of docs/schema.md")

    @property
    def limit(self) -> int | None:
        """The lowest score that stays, in whole numbers of 1e-4, where settings say it."""
        return None if self.min_score is None else math.ceil(Fraction(repr(self.min_score)) * PER_ONE)
