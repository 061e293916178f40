"""Define what every check of an audit is told, and what an audit is lent by the layers above manifests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_manifests.audit.sums import Sums
from yurai_manifests.canonical import Json
from yurai_manifests.findings import Finding
from yurai_manifests.plan import Plan
from yurai_manifests.run import FOLDERS, RunRecord
from yurai_manifests.step import StepRecord
from yurai_manifests.store import Store

FULL_HASH_BYTES: Final = 4 << 30
"""Bytes of delivered files up to which contents are read, and not sizes alone."""
FEW_TASKS: Final = 100_000
"""Tasks of a step up to which each manifest, an object of its own, is read."""
Ids: TypeAlias = npt.NDArray[np.integer]
Lengths: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = Sequence[Mapping[str, Json]]


class Judges(Protocol):
    """Compares rows of DOCUMENT with what a policy says of each, by the rows of evidence about it."""

    def __call__(self, rows: pa.Table, marks: Sequence[Rows], /) -> Mapping[str, Sequence[int]]:
        """Return the places of rows with another value, by column."""


class Encode(Protocol):
    """Texts to the ids of all of them, joined, and ids per text, as the tokenizer of the recipe makes them."""

    def __call__(self, texts: pa.LargeStringArray, /) -> tuple[Ids, Lengths]:
        """Return both."""


@dataclass(frozen=True, slots=True)
class Means:
    """Functions of the run by which its rows are made again; what there is none of is not compared, and `why` says so.

    encode    texts -> ids of the named tokenizer and ids per text; `unknown` is its id for what it does not know
    layout    first place and ids of each document, and bytes of an id -> the bytes of an `.idx`
    declares  rows of evidence about one document -> (declared_spdx, licence_scope), None for rows of another detector
    signs     rows of DOCUMENT -> rows of INDEX
    judges    rows of DOCUMENT and the evidence about each -> places of verdicts and conclusions that do not follow
    """

    encode: Encode | None = None
    unknown: int | None = None
    layout: Callable[[Lengths, Lengths, int], bytes] | None = None
    declares: Callable[[Rows], tuple[str | None, str | None] | None] | None = None
    signs: Callable[[pa.RecordBatch], pa.RecordBatch] | None = None
    judges: Judges | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    """By field: why it is not there."""


@dataclass(slots=True)
class Case:
    """A tree under audit. Checks run in the order of `CHECKS` and leave here what later ones need."""

    store: Store
    run: RunRecord
    full: bool
    means: Means
    sums: Sums
    just_made: bool = False
    """Whether the run has ended this moment."""
    steps: list[StepRecord] = field(default_factory=list)
    """Steps whose manifest and tasks could be read, in order; all of them unless `sums.broken`."""
    plan: Plan | None = None
    damaged: set[str] = field(default_factory=set)
    """Folders with a delivered file that is missing or has other bytes than were published."""

    @property
    def hashing(self) -> bool:
        """Whether contents are read, and not sizes alone."""
        return self.full or sum(file.bytes for folder in FOLDERS for file in self.run.files(folder)) <= FULL_HASH_BYTES

    @property
    def recorded(self) -> list[StepRecord] | None:
        """Steps whose records stand for the roots of rows; None where roots are computed again."""
        return self.steps if self.just_made else None

    @property
    def origins(self) -> Mapping[str, str] | None:
        """{source: sha256} that rows may name, {} where an earlier tree read them, None where rows came as Parquet."""
        if self.run.stages[0].stage == "parquet":
            return None
        return {} if self.run.value["carried"] else self.sums.sources

    def readable(self, *folders: str) -> bool:
        """Whether rows of these folders can be compared."""
        return self.hashing and not self.damaged & {*folders}


Check: TypeAlias = Callable[[Case], Iterator[Finding]]
