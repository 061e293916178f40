"""Name what can be asked of a tree: rows of its folders, and what its manifests say as tables."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import pyarrow as pa

from yurai.report.query.cases import case_rows, taken_rows
from yurai.report.query.identities import identity_rows
from yurai.rights.calibration import published, wilson
from yurai.stages.deliver import SCHEMAS
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import TOKEN_INDEX
from yurai_manifests.step import StepRecord, part_tables, tasks
from yurai_manifests.store import Store

FOLDERS: Final = {name: schema for name, schema in SCHEMAS.items() if name != "index"} | {"shards": TOKEN_INDEX}
"""Delivered folders, with their columns: docs/schema.md. `shards` are the sidecars of token shards."""
_HOST = r"lower(regexp_extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)', 1))"
_ORIGIN = f"doc_id, url, {_HOST} AS host, source, source_sha256, warc_offset, capture_date, payload_sha256"
_SIZES = """
SELECT doc_id, coalesce(s.token_count, d.token_count) AS tokens, d.text_bytes
FROM {before}documents d LEFT JOIN {before}shards s USING (doc_id)
"""
_CANDIDATES = f"""
SELECT {_ORIGIN}, 'kept' AS outcome, NULL AS stage, NULL AS reason FROM {{before}}documents
UNION ALL
SELECT {_ORIGIN}, outcome, stage, reason FROM {{before}}dropped
"""  # noqa: S608 - names of columns
DERIVED: Final = {
    "failed": (
        "a row of dropped/ that failed: an error, not a decision",
        "SELECT * FROM {before}dropped WHERE outcome = 'failed'",
    ),
    "sizes": ("a document: doc_id, tokens (as its shard has them, else NULL), text_bytes", _SIZES),
    "candidates": ("a candidate: doc_id, url, host, its place, outcome, stage, reason", _CANDIDATES),
}
"""Views over the folders: what each holds, and its SQL."""


class Table(NamedTuple):
    """A table made of manifests: what a row is, its columns, and what makes its rows."""

    about: str
    schema: pa.Schema
    rows: Callable[[Store, RunRecord], pa.Table]


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


_TEXT, _COUNT = pa.string(), pa.int64()
COUNTS = _schema(number=_COUNT, stage=_TEXT, seen=_COUNT, kept=_COUNT, dropped=_COUNT, failed=_COUNT)
REASONS = _schema(number=_COUNT, stage=_TEXT, outcome=_TEXT, reason=_TEXT, rows=_COUNT)
SETTINGS = _schema(number=_COUNT, stage=_TEXT, name=_TEXT, value=_TEXT)
FILES = _schema(folder=_TEXT, name=_TEXT, sha256=_TEXT, bytes=_COUNT, rows=_COUNT, size=_COUNT)
TASKS = _schema(
    step=_TEXT, task=_TEXT, source=_TEXT, manifest_sha256=_TEXT,
    seen=_COUNT, kept=_COUNT, dropped=_COUNT, failed=_COUNT,
)  # fmt: skip
SOURCES = _schema(
    source=_TEXT, sha256=_TEXT, file_bytes=_COUNT, record_bytes=_COUNT, padding_bytes=_COUNT,
    unreadable_bytes=_COUNT, candidates=_COUNT,
)  # fmt: skip
CALIBRATION = _schema(channel=_TEXT, scope=_TEXT, n=_COUNT, right=_COUNT, low=pa.float64(), high=pa.float64())
IDENTITIES = _schema(number=_COUNT, stage=_TEXT, kind=_TEXT, name=_TEXT, version=_TEXT)

CASES = _schema(
    id=_TEXT, basis=_TEXT, state=_TEXT, received=_TEXT, decided=_TEXT, mode=_TEXT,
    documents=_COUNT, kept=_COUNT, dropped=_COUNT, failed=_COUNT, tokens=_COUNT, files=_COUNT,
)  # fmt: skip
TAKEN = _schema(id=_TEXT, doc_id=_TEXT, verdict=_TEXT, was=_TEXT)


def _counts(_: Store, run: RunRecord) -> pa.Table:
    rows = [
        (number, one.stage, one.seen, one.kept, sum(one.dropped.values()), sum(one.failed.values()))
        for number, one in enumerate(run.stages)
    ]
    return _table(COUNTS, rows)


def _reasons(_: Store, run: RunRecord) -> pa.Table:
    rows = [
        (number, one.stage, outcome, reason, rows)
        for number, one in enumerate(run.stages)
        for outcome, named in (("dropped", one.dropped), ("failed", one.failed), ("noted", one.notes))
        for reason, rows in sorted(named.items())
    ]
    return _table(REASONS, rows)


def _settings(_: Store, run: RunRecord) -> pa.Table:
    rows = [
        (number, use["use"], name, json.dumps(value, ensure_ascii=False, sort_keys=True))
        for number, use in enumerate(run.recipe_stages, len(run.stages) - len(run.recipe_stages))
        for name, value in sorted(use.items())
        if name != "use"
    ]
    return _table(SETTINGS, rows)


def _files(_: Store, run: RunRecord) -> pa.Table:
    rows = [
        (folder, one.name, one.sha256, one.bytes, one.rows, one.size)
        for folder in sorted(run.value["files"])
        for one in run.files(folder)
    ]
    return _table(FILES, rows)


def _tasks(store: Store, run: RunRecord) -> pa.Table:
    parts = [
        part.select(TASKS.names[1:]).add_column(0, "step", pa.array([step.value["step"]] * part.num_rows, _TEXT))
        for step in run.steps(store)
        for part in part_tables(store, step)
    ]
    return pa.concat_tables(part.cast(TASKS) for part in parts) if parts else TASKS.empty_table()


def _sources(store: Store, run: RunRecord) -> pa.Table:
    """Inputs as the first step read them; none where an earlier tree did."""
    steps = [step for step in run.steps(store) if "fused" in step.value["identity"]]
    return _table(SOURCES, (row for step in steps for row in _read(store, step)))


def _read(store: Store, step: StepRecord) -> Iterator[tuple[object, ...]]:
    for task in tasks(store, step):
        lost = sum(count for _, count in task.unreadable)
        seen = task.stages[0].seen if task.stages else 0
        yield (task.source, task.source_sha256, task.file_bytes, task.record_bytes, task.padding_bytes, lost, seen)


def _calibration(_: Store, __: RunRecord) -> pa.Table:
    rows = [
        (channel, scope, one.n, one.right, wilson(one.right, one.n), 1 - wilson(one.n - one.right, one.n))
        for (channel, scope), one in published().items()
        if one.n
    ]
    return _table(CALIBRATION, rows)


def _identities(store: Store, run: RunRecord) -> pa.Table:
    return _table(IDENTITIES, identity_rows(store, run))


def _cases(store: Store, run: RunRecord) -> pa.Table:
    return _table(CASES, case_rows(store, run))


def _taken(store: Store, run: RunRecord) -> pa.Table:
    return _table(TAKEN, taken_rows(store, run))


def _table(schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


MANIFESTS: Final = {
    "counts": Table("a stage of the whole chain, in order, with its counts", COUNTS, _counts),
    "reasons": Table("a reason of a stage: outcome (dropped, failed, noted), and rows", REASONS, _reasons),
    "settings": Table("a setting of a stage of the recipe; value is JSON", SETTINGS, _settings),
    "identities": Table(
        "what a stage was made by: kind (stage, rule, model, package), name, version", IDENTITIES, _identities
    ),
    "files": Table("a delivered file", FILES, _files),
    "tasks": Table("a task of a step, with its counts", TASKS, _tasks),
    "sources": Table("an input file, with its bytes and candidates", SOURCES, _sources),
    "takedowns": Table("a takedown: done, or pending", CASES, _cases),
    "taken": Table("a document that takedown id took, or is to take", TAKEN, _taken),
    "calibration": Table(
        "how often licence claims of a channel and scope were right: Wilson 95 %, low to high",
        CALIBRATION,
        _calibration,
    ),
}
"""What manifests say, as tables; made when a statement names them."""


def tables() -> dict[str, str]:
    """Return each table that SQL can name with what a row of it is."""
    folders = {name: f"a row of {name}/: docs/schema.md" for name in FOLDERS}
    derived = {name: about for name, (about, _) in DERIVED.items()}
    made = {name: f"{table.about} ({', '.join(table.schema.names)})" for name, table in MANIFESTS.items()}
    return folders | derived | made
