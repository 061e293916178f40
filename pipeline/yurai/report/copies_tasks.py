"""Count what one delivered file says of duplicates, as a task.

Removed rows know where they came from, not their language or licence: those are with the extracted page. Files hold
pages in input order, so an extracted file is met only with the ids of removed pages of its own sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import strings
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.report.copies import (
    BINS,
    GROUPS,
    NO_SIMILARITY,
    Copied,
    Copy,
    Ended,
    Leader,
    Led,
    Page,
    largest,
    least_similar,
)
from yurai.report.facts import domains_of
from yurai.report.pairs import strata
from yurai.report.pairs.strata import Losses
from yurai.report.pairs.texts import TEXTS, lines_shown
from yurai.report.safe_text import excerpt, shown, shown_url
from yurai.report.tallies import Column
from yurai.sources.fetch import fetch_shard
from yurai_manifests.canonical import canonical
from yurai_manifests.parquet import read_range, read_rows, read_table
from yurai_manifests.task import Attempt, TaskRecord

SOURCES = 1000
"""A file with pages of more sources than this is met with the ids of all."""
LENGTH = 20_000
"""Characters that are compared word by word."""
GROUPED = ["doc_id", "source", "url", "registrable_domain", "lang", "declared_spdx"]
MANY = 1 << 16
"""Rows at once where no text is read: a set of ids is built for each batch."""
OF_COPIES = ["doc_id", "cluster_id", "kept_doc_id", "jaccard"]
DRAWN = 20
"""Removals of each stratum whose texts are compared."""
_TYPES: dict[str, pa.DataType] = {"what": pa.string(), "name": pa.string()}
_TYPES |= dict.fromkeys(("kept", "marked", "removed"), pa.int64())
COUNTS = pa.schema(_TYPES)
COPY = "copy"
GONE = pa.schema({"doc_id": pa.string(), "source": pa.string()})
MARKED = "marked"


@dataclass(frozen=True)
class Leaders(Arguments):
    """The kind of the file: documents or extracted."""

    kind: str


@task_function("yurai.report.copies_tasks:leaders")
def leaders(task: Task[Leaders], attempt: Attempt) -> TaskRecord:
    """Count kept pages by group and find the largest clusters (`kind` documents), or list sources (extracted)."""
    (shard,) = task.inputs
    path, record = fetch_shard(shard, attempt.spool), TaskRecord(task.key, shard.source, shard.sha256)
    tables, clusters, sources = [COUNTS.empty_table()], list[Leader](), set[str]()
    if task.args.kind == "extracted":
        for batch in read_rows(path, ["source"]):
            sources.update(strings(batch, "source"))
    else:
        for batch in read_rows(path, [*GROUPED, "cluster_id", "cluster_role", "cluster_size"]):
            marked = _marked(batch).cast(pa.int64())
            tables.append(_counted(batch, kept=_each(batch, 1), marked=marked))
            clusters = largest([*clusters, *_leaders(batch)])
    facts: Led = {"leaders": clusters, "sources": _few(sources)}
    _write(attempt, facts, _summed(tables))
    return record


def _marked(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Tell which pages are copies that annotating dedup has kept."""
    return pc.equal(batch.column("cluster_role").fill_null(""), pa.scalar(COPY))


def _each(batch: pa.RecordBatch, value: int) -> Column:
    return pa.array(np.full(batch.num_rows, value, np.int64))


def _leaders(batch: pa.RecordBatch) -> list[Leader]:
    """A cluster is named by its first document in keep order, which always stays."""
    own = pc.and_(
        pc.equal(batch.column("doc_id"), batch.column("cluster_id")),
        pc.greater(batch.column("cluster_size"), pa.scalar(1)),
    )
    rows = batch.filter(own).select(["doc_id", "cluster_size"]).rename_columns(["doc_id", "size"])
    return cast("list[Leader]", rows.to_pylist())


def _few(sources: set[str]) -> list[str] | None:
    return sorted(sources) if len(sources) <= SOURCES else None


def _counted(batch: pa.RecordBatch, **numbers: Column) -> pa.Table:
    """Return COUNTS rows, one for each page and property."""
    names: dict[str, Column] = {
        "source": batch.column("source"),
        "domain": domains_of(batch),
        "lang": batch.column("lang").fill_null("none"),
        "licence": batch.column("declared_spdx").fill_null("none"),
    }
    values = [numbers.get(name, _each(batch, 0)) for name in COUNTS.names[2:]]
    parts = [
        pa.table([pa.array([group_by] * batch.num_rows, pa.string()), names[group_by], *values], schema=COUNTS)
        for group_by in GROUPS
    ]
    return _sums(pa.concat_tables(parts))


def _sums(table: pa.Table) -> pa.Table:
    sums = table.group_by(COUNTS.names[:2]).aggregate([(name, "sum") for name in COUNTS.names[2:]])
    return sums.rename_columns(COUNTS.names).cast(COUNTS)


def _summed(tables: list[pa.Table]) -> pa.Table:
    return _sums(pa.concat_tables(tables)).sort_by([("what", "ascending"), ("name", "ascending")])


def _write(attempt: Attempt, value: Led | Copied | Ended, table: pa.Table, name: str = "counts") -> None:
    facts = attempt.path("facts.json")
    facts.write_bytes(canonical(value))
    attempt.finish("facts", facts, rows=1)
    _put(attempt, name, table)


def _put(attempt: Attempt, name: str, table: pa.Table) -> None:
    rows = attempt.path(f"{name}.parquet")
    pq.write_table(table, rows, compression="zstd")
    attempt.finish(name, rows, rows=table.num_rows)


@dataclass(frozen=True)
class CopiesOf(Arguments):
    """The kind of the file (dropped or documents), the stages that look for duplicates, and whose copies are shown."""

    kind: str
    stages: list[str]
    leaders: list[str]


@task_function("yurai.report.copies_tasks:copies")
def copies(task: Task[CopiesOf], attempt: Attempt) -> TaskRecord:
    """Look at the copies in one file; args: `kind` (dropped or documents), `stages`, `leaders` (doc_ids to show).

    Outputs: `facts`, and `gone`: doc_id and source of what the `stages` removed.
    """
    (shard,) = task.inputs
    path, dropped = fetch_shard(shard, attempt.spool), task.args.kind == "dropped"
    columns = [*OF_COPIES, "source", *(["stage", "jaccard_by", *strata.LOST] if dropped else ["cluster_role"])]
    wanted, stages = (pa.array(names, pa.string()) for names in (task.args.leaders, task.args.stages))
    bins, least, removed_tables, sources = dict[str, Counter[int]](), list[Copy](), [GONE.empty_table()], set[str]()
    losses = Losses(DRAWN)
    for batch in read_rows(path, columns):
        rows = batch.filter(pc.is_in(batch.column("stage"), value_set=stages) if dropped else _marked(batch))
        by = rows.column("jaccard_by").fill_null(NO_SIMILARITY) if dropped else pa.array([MARKED] * rows.num_rows)
        _similarities(bins, rows.column("jaccard"), by)
        least = least_similar([*least, *_copies(rows, by, wanted)])
        if dropped:
            losses.add(rows)
            removed_tables.append(pa.Table.from_batches([rows.select(GONE.names)]).cast(GONE))
            sources.update(strings(rows, "source"))
    table = pa.concat_tables(removed_tables)
    counts = {name: {str(number): rows for number, rows in sorted(held.items())} for name, held in sorted(bins.items())}
    facts: Copied = {"bins": counts, "copies": least, "losses": losses.written(), "sources": _few(sources)}
    _write(attempt, facts, table, "gone")
    return TaskRecord(task.key, shard.source, shard.sha256)


def _similarities(bins: dict[str, Counter[int]], values: pa.Array[pa.FloatScalar], by: Column) -> None:
    """Count the similarities by how they are known; those that are not known go to bin 0."""
    known = values.fill_null(0.0).to_numpy(zero_copy_only=False).astype(np.float64)
    places = np.minimum(np.round(known * 10_000).astype(np.int64) * BINS // 10_000, BINS - 1)
    table = pa.Table.from_arrays(
        [by, pa.array(places), pa.array(np.ones(len(places), np.int64))], ["by", "place", "one"]
    )
    for row in table.group_by(["by", "place"]).aggregate([("one", "sum")]).to_pylist():
        bins.setdefault(row["by"], Counter())[row["place"]] += row["one_sum"]


def _copies(rows: pa.RecordBatch, by: Column, wanted: Column) -> list[Copy]:
    """Return the copies of wanted leaders that were compared with the leader itself."""
    leader, kept = rows.column("cluster_id"), rows.column("kept_doc_id")
    own = pc.and_(pc.equal(leader, kept), pc.is_in(leader, value_set=wanted))
    values = [leader, rows.column("doc_id"), rows.column("jaccard"), by]
    held = cast("list[Copy]", pa.table(values, ["leader", "doc_id", "jaccard", "by"]).filter(own).to_pylist())
    return [{**one, "jaccard": one["jaccard"] and round(one["jaccard"], 4)} for one in held]


@dataclass(frozen=True)
class Removed(Arguments):
    """The sources of the file (None: too many to be named), the pages to show, those whose texts are compared."""

    sources: list[str] | None
    show: list[str]
    texts: list[str]


@task_function("yurai.report.copies_tasks:removed")
def removed(task: Task[Removed], attempt: Attempt) -> TaskRecord:
    """Count the removed pages of an extracted file by group; args: `sources` of it, `show` and `texts` (doc_ids).

    Inputs: the file, and files of ids, of which those of its sources are looked for. Output `texts` has whole texts.
    """
    shard = task.inputs[0]
    path, sources = fetch_shard(shard, attempt.spool), task.args.sources
    removed_ids = pa.concat_tables(
        [GONE.empty_table(), *(_ids(fetch_shard(one, attempt.spool), sources) for one in task.inputs[1:])]
    )
    wanted, ids = pa.array(task.args.show, pa.string()), removed_ids["doc_id"].combine_chunks()
    compared = pa.array(task.args.texts, pa.string())
    tables, pages, texts, start, count = [COUNTS.empty_table()], list[Page](), [TEXTS.empty_table()], 0, 0
    for batch in read_rows(path, GROUPED, batch_rows=MANY):
        rows = batch.filter(pc.is_in(batch.column("doc_id"), value_set=ids))
        tables.append(_counted(rows, removed=_each(rows, 1)))
        count += rows.num_rows
        pages += [_page(path, start + row) for row in _found(batch, wanted)]
        texts += [_text(path, start + row) for row in _found(batch, compared)]
        start += batch.num_rows
    facts: Ended = {"removed": count, "pages": pages}
    _write(attempt, facts, _summed(tables))
    _put(attempt, "texts", pa.concat_tables(texts))
    return TaskRecord(task.key, shard.source, shard.sha256)


def _found(batch: pa.RecordBatch, wanted: Column) -> list[int]:
    rows: list[int] = pc.indices_nonzero(pc.is_in(batch.column("doc_id"), value_set=wanted)).to_numpy().tolist()
    return rows


def _ids(path: Path, sources: list[str] | None) -> pa.Table:
    """Return the rows of a file of ids that are of these sources, or all."""
    if sources is None:
        return read_table(path)
    wanted = pa.array(sources, pa.string())
    held = (
        batch.filter(pc.is_in(batch.column("source"), value_set=wanted)) for batch in read_rows(path, batch_rows=MANY)
    )
    return pa.Table.from_batches(held, GONE)


def _page(path: Path, row: int) -> Page:
    """Return what is shown of one row: redacted here, before it is written anywhere."""
    page = _cells(path, row, ["doc_id", "title", "url", "lang", "text"])
    return {
        "doc_id": page["doc_id"],
        "title": shown(page["title"]),
        "url": shown_url(page["url"]),
        "lang": page["lang"],
        "excerpt": excerpt(page["text"], LENGTH),
    }


def _text(path: Path, row: int) -> pa.Table:
    """Return the whole text of one row, redacted as `_page` does."""
    page = _cells(path, row, TEXTS.names)
    return pa.Table.from_pylist([{**page, "text": lines_shown(page["text"])}], TEXTS)


def _cells(path: Path, row: int, columns: list[str]) -> Mapping[str, str]:
    first, batch = next(one for one in read_range(path, columns, row, row + 1) if one[0] + one[1].num_rows > row)
    cells: Mapping[str, str] = batch.slice(row - first, 1).to_pylist()[0]
    return cells
