"""Make the rows of one candidate anew: read, extract, measuring stages, filters, as a run makes them.

Whether a document stays where others are alike is no matter of its own bytes: stages that ask other documents are
passed by, and what they write is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from yurai.declare.batches import document_batches
from yurai.declare.stage import Kind, stage_of
from yurai.engine.use import AnyUse
from yurai.extraction import DictLedger, ExtractOptions, Sandbox
from yurai.reproduce.places import Places
from yurai.reproduce.refetch import Units, fetched_line, fetched_row
from yurai.reproduce.stored import Row
from yurai.sources.rows import SourceTable, row_kind, table_of
from yurai.stages.extract.candidates import Candidate, candidate, extracted
from yurai.stages.extract.rows import row_candidates
from yurai.stages.extract.tasks import provenance
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.map_tasks import measure
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DROPPED
from yurai_manifests.task import TaskRecord

REWRITES = "line-dedup"
"""The stage that writes other texts because of other documents."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The stages of a run in the order of the recipe, and what its row files are."""

    read: AnyUse
    extract: AnyUse
    measures: tuple[AnyUse, ...]
    later: tuple[AnyUse, ...]
    tables: tuple[SourceTable, ...]

    @property
    def options(self) -> ExtractOptions:
        """The settings of the second stage."""
        assert isinstance(self.extract.settings, ExtractOptions)
        return self.extract.settings


@dataclass(slots=True)
class Remade:
    """What the bytes of one candidate give here: rows as they would be stored, None where there is none.

    `passed` are the stages that ask other documents; behind REWRITES there is no `document`, and `before` is the one
    that the stage was given.
    """

    extracted: Row | None = None
    dropped: Row | None = None
    document: Row | None = None
    before: Row | None = None
    evidence: list[Row] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def chain_of(uses: Sequence[AnyUse], tables: Sequence[SourceTable]) -> Chain:
    """Return the stages by their part.

    Raises:
        RecipeError: they do not begin with read and extract: the run did not read archives or row files.
    """
    if [use.name for use in uses[:2]] != ["read", "extract"]:
        raise RecipeError("this run began with rows that were extracted before; reproduce the tree that they came from")
    kinds = [stage_of(use).kind for use in uses]
    measures = tuple(use for use, kind in zip(uses, kinds, strict=True) if kind is Kind.MEASURE)
    later = tuple(use for use, kind in zip(uses, kinds, strict=True) if kind.rank > Kind.MEASURE.rank)
    return Chain(uses[0], uses[1], measures, later, tuple(tables))


class Remaker:
    """Makes candidates anew, their pages in one child process; `spool` is a folder for fetched bytes."""

    def __init__(self, chain: Chain, places: Places, spool: Path) -> None:
        self._chain, self._places, self._spool = chain, places, spool
        self._units = Units(places, spool)
        self._sandbox = Sandbox(chain.options, DictLedger())

    def close(self) -> None:
        """End the child process."""
        self._sandbox.close()

    def __call__(self, row: Row) -> Remade:
        """Return what the bytes that `row` names give.

        Raises:
            MissingError, ChangedError: as the functions of `refetch`.
        """
        with self._candidate(row) as found:
            (one,) = extracted([found], self._sandbox, evidence=self._chain.options.evidence)
        if one.outcome is not None:
            gone = one.row | {"outcome": one.outcome, "stage": one.stage, "reason": one.reason}
            return Remade(dropped=_as_stored(gone, DROPPED))
        measures = self._chain.measures
        batch = measure(next(document_batches([one.row])), measures, [StageCounts(use.name) for use in measures])
        made = Remade(extracted=batch.to_pylist()[0], evidence=[dict(entry) for entry in one.evidence])
        self._judge(made, batch)
        return made

    def _judge(self, made: Remade, batch: pa.RecordBatch) -> None:
        """Apply the later stages that ask the document alone."""
        for use in self._chain.later:
            if isinstance(use.settings, Filter):
                decider = Decider(use.name, use.settings.rules, self._chain.measures)
                batch, gone = decider(batch, StageCounts(use.name))
                if gone.num_rows:
                    made.dropped = gone.to_pylist()[0]
                    return
            elif stage_of(use).kind is not Kind.TOKENIZE:
                made.passed.append(use.name)
                if use.name == REWRITES:
                    made.before = _as_delivered(batch)
                    return
        made.document = _as_delivered(batch)

    @contextmanager
    def _candidate(self, row: Row) -> Iterator[Candidate]:
        kind = row_kind(str(row["source"]))
        if kind is None:
            record, judge = self._units.record(row), stage_of(self._chain.read).judge
            assert judge  # the reading stage has it
            yield candidate(record, provenance(_task(row), record), judge(record, self._chain.read.settings))
            return
        table = table_of(self._chain.tables, str(row["source"]))
        fetched = (
            fetched_line(self._places, row, self._spool)
            if kind == "jsonl"
            else fetched_row(self._places, row, table, self._spool)
        )
        with fetched as found:
            yield _of_row(row, found, table, evidence=self._chain.options.evidence)


def _task(row: Row) -> TaskRecord:
    return TaskRecord("", str(row["source"]), str(row["source_sha256"] or ""))


def _of_row(row: Row, found: Path | str, table: SourceTable, *, evidence: bool) -> Candidate:
    """Return the candidate of a row file with the one row that was fetched, at its own place."""
    place = {name: row[name] for name in ("doc_id", "warc_offset")}
    if isinstance(found, str):
        return Candidate(dict(row), None, "read", "failed", found)
    task = _task(row)
    task.stages = [StageCounts("read")]
    (one,) = row_candidates(task, found, table, evidence=evidence)
    one.row |= place
    one.evidence = [entry | {"doc_id": row["doc_id"]} for entry in one.evidence]
    return one


def _as_delivered(batch: pa.RecordBatch) -> Row:
    row: Row = batch.to_pylist()[0]
    return row | {name: None for name in row if name.startswith("other_")}


def _as_stored(row: Row, schema: pa.Schema) -> Row:
    batch: list[Row] = pa.RecordBatch.from_pylist([row], schema=schema).to_pylist()
    return batch[0]
