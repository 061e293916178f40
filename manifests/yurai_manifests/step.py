"""Commit the record of a step: a small root over Parquet parts of 1,000 task records.

A digest tree: run.json names the root, the root names the parts, a part names task manifests, a task manifest names
files. A million shards need neither one process's memory nor a day to read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypedDict, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.counts import SHAPE as COUNTS
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.parquet import read_table
from yurai_manifests.schema import SCHEMA_VERSION
from yurai_manifests.shape import COUNT, TABLE, TEXT, WHOLE, Each, Fields, Many, parsed
from yurai_manifests.store import Store
from yurai_manifests.task import Output, StepId, TaskRecord
from yurai_manifests.totals import Totals

PART_ROWS = 1000
_COLUMNS: dict[str, pa.DataType] = {
    "task": pa.string(),
    "source": pa.string(),
    "manifest_sha256": pa.string(),
    "seen": pa.int64(),
    "kept": pa.int64(),
    "dropped": pa.int64(),
    "failed": pa.int64(),
    "record": pa.binary(),
}
_SUMS = Each(WHOLE)
SHAPE = Fields(
    {
        "schema_version": TEXT,
        "step": TEXT,
        "fingerprint": TEXT,
        "identity": TABLE,
        "parts": Many(Fields({"path": TEXT, "sha256": TEXT, "rows": COUNT}, closed=True)),
        "totals": Fields(
            {
                "tasks": COUNT,
                "stages": Many(COUNTS),
                "other_records": _SUMS,
                "outputs": Each(_SUMS),
                "bytes": _SUMS,
                "warnings": COUNT,
            }
        ),
    }
)
PART = pa.schema([pa.field(name, kind, nullable=False) for name, kind in _COLUMNS.items()])


class PartRow(TypedDict):
    """A row of PART: one task, with its manifest as it was put."""

    task: str
    source: str
    manifest_sha256: str
    seen: int
    kept: int
    dropped: int
    failed: int
    record: bytes


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A committed step: where its root manifest lies, and what it says."""

    key: str
    sha256: str
    value: dict[str, Any]

    @property
    def step(self) -> StepId:
        """The step."""
        return StepId(self.value["step"], self.value["fingerprint"])

    @property
    def stages(self) -> list[StageCounts]:
        """Counts of each stage of the step, in order."""
        return [StageCounts.of(counts) for counts in self.value["totals"]["stages"]]

    def output(self, name: str, unit: str = "rows") -> int:
        """Return the sum of `unit` (files, rows, bytes, size) over the outputs called `name`."""
        return int(self.value["totals"]["outputs"].get(name, {}).get(unit, 0))


def commit_step(store: Store, step: StepId, identity: Mapping[str, Json], keys: Sequence[str]) -> StepRecord:
    """Read the manifest of every expected task, check it, and put the step's manifest; return the one that is there.

    `keys` are all expected task keys in the order of the input; beside them memory is bounded.

    Raises:
        ShardError: an expected task has no manifest, or this step was committed with other content.
        AuditError: counts of a task, or of the whole step, do not balance.
    """
    key = manifest_key(step, keys)
    folder = key.rpartition("/")[0]
    if committed := _committed(store, key):
        _same_step(store, committed, step, identity, len(keys))
        return committed
    totals = Totals(step.name)
    parts = list(_put_parts(store, folder, step, keys, totals))
    check_chain(totals.stages(), f"step {step.name}")
    value = {
        "schema_version": SCHEMA_VERSION,
        "step": step.name,
        "fingerprint": step.fingerprint,
        "identity": identity,
        "parts": parts,
        "totals": totals.json(),
    }
    data = canonical(value)
    if not store.put_if_absent(key, data) and store.read(key) != data:
        raise _contradiction(store, key, step.name)
    return StepRecord(key, sha256(data), value)


def manifest_key(step: StepId, keys: Iterable[str]) -> str:
    """Return where the manifest of a step over these tasks lies, in their order."""
    digest = hashlib.sha256()
    for key in keys:
        digest.update(key.encode())
    return f"{step.folder}/commits/{digest.hexdigest()[:16]}/manifest.json"


def _committed(store: Store, key: str) -> StepRecord | None:
    """Return the commit at `key` if it and all its parts are there: the step then need not be read again."""
    try:
        data = store.read(key)
    except FileNotFoundError:
        return None
    value, wrong = parsed(data, SHAPE)
    if wrong:
        raise ShardError(f"{store.url}/{key} is damaged: {wrong}; remove it and run the same command again")
    stored = dict(store.list(key.rpartition("/")[0]))
    whole = all(part["path"] in stored for part in cast("list[dict[str, str]]", value["parts"]))
    return StepRecord(key, sha256(data), value) if whole else None


def _same_step(store: Store, committed: StepRecord, step: StepId, identity: Mapping[str, Json], count: int) -> None:
    rows = sum(part["rows"] for part in committed.value["parts"])
    if committed.step != step or canonical(committed.value["identity"]) != canonical(identity) or rows != count:
        raise _contradiction(store, committed.key, step.name)


def _contradiction(store: Store, key: str, step: str) -> ShardError:
    return ShardError(
        f"{store.url}/{key} was committed with other content: {step} is not deterministic, or the file was changed; "
        "keep a copy and report it, then run with --rebuild into another --output"
    )


def _put_parts(
    store: Store, folder: str, step: StepId, keys: Sequence[str], totals: Totals
) -> Iterator[dict[str, Any]]:
    """Write the parts; one is packed and synced while the next is read."""
    with ThreadPoolExecutor(1) as writer:
        pending: Future[dict[str, Any]] | None = None
        for start in range(0, len(keys), PART_ROWS):
            rows = _part_rows(store, step, keys[start : start + PART_ROWS], totals)
            if pending:
                yield pending.result()
            pending = writer.submit(_put_part, store, f"{folder}/{start // PART_ROWS:05}.parquet", rows)
        if pending:
            yield pending.result()


def _part_rows(store: Store, step: StepId, keys: Sequence[str], totals: Totals) -> list[Sequence[Any]]:
    """Return the columns of PART for the tasks `keys`, and add them to `totals`."""
    manifests = _read_tasks(store, step, keys)
    sources, flows = [], []
    for task, data in zip(keys, manifests, strict=True):
        try:
            value = orjson.loads(data)
            sources.append(value["source"])
            flows.append(totals.add(value))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            where = f"{store.url}/{step.task_key(task)}"
            raise ShardError(f"{where} is damaged: {error!r}; remove it and run the same command again") from error
    return [keys, sources, [sha256(data) for data in manifests], *zip(*flows, strict=True), manifests]


def _put_part(store: Store, key: str, columns: list[Sequence[Any]]) -> dict[str, Any]:
    table = pa.table([pa.array(column, kind.type) for column, kind in zip(columns, PART, strict=True)], schema=PART)
    sink = pa.BufferOutputStream()
    # keys, digests and records never repeat: a dictionary would cost time and save nothing
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, write_statistics=False)
    data = sink.getvalue().to_pybytes()
    store.put(key, data)
    return {"path": key, "sha256": sha256(data), "rows": table.num_rows}


def _read_tasks(store: Store, step: StepId, keys: Sequence[str]) -> list[bytes]:
    manifests: list[bytes] = []
    try:
        manifests.extend(store.read_many([step.task_key(key) for key in keys]))
    except FileNotFoundError as error:
        raise ShardError(
            f"step {step.name}: task {keys[len(manifests)]} has no manifest at {step.task_key(keys[len(manifests)])}; "
            "run the same command again to resume"
        ) from error
    return manifests


def load_step(store: Store, key: str, digest: str) -> StepRecord:
    """Read a step's manifest and check its digest.

    Raises:
        AuditError: missing, other bytes than the run manifest names, or not what a step writes.
    """
    try:
        data = store.read(key)
    except FileNotFoundError as error:
        raise AuditError(f"{store.url}/{key} is missing; restore it or run with --rebuild") from error
    if sha256(data) != digest:
        raise AuditError(
            f"{store.url}/{key} was changed after the run; do not publish this corpus, restore or rebuild it"
        )
    value, wrong = parsed(data, SHAPE)
    if wrong:
        raise AuditError(f"{store.url}/{key} is damaged: {wrong}; restore it or run with --rebuild")
    return StepRecord(key, digest, value)


def part_tables(store: Store, record: StepRecord) -> Iterator[pa.Table]:
    """Yield the parts of a committed step, in order: tables of PART, each checked against its digest.

    Raises:
        AuditError: a part is missing, has other bytes than the step's manifest says, or is none.
    """
    for part in record.value["parts"]:
        where = f"{store.url}/{part['path']}"
        try:
            data = store.read(part["path"])
        except FileNotFoundError as error:
            raise AuditError(f"{where} is missing; restore it or run with --rebuild") from error
        if sha256(data) != part["sha256"]:
            raise AuditError(f"{where} was changed after the run; restore or rebuild it")
        try:
            table = read_table(pa.BufferReader(data))
        except (pa.ArrowInvalid, OSError) as error:
            raise AuditError(f"{where} is not readable as Parquet: {error}; restore or rebuild it") from error
        if not table.schema.equals(PART) or table.num_rows != part["rows"]:
            raise AuditError(f"{where} has other columns or rows than its step says; restore or rebuild it")
        yield table


def task_rows(store: Store, record: StepRecord) -> Iterator[bytes]:
    """Yield the manifest of every task of a committed step, in order.

    Raises:
        AuditError: as `part_tables`.
    """
    for table in part_tables(store, record):
        yield from cast("list[bytes]", table.column("record").to_pylist())


def task_values(store: Store, record: StepRecord) -> Iterator[Any]:
    """Yield the decoded manifest of every task of a committed step, in order: what `TaskRecord.json` returned.

    Raises:
        AuditError: as `task_rows`.
    """
    return (orjson.loads(data) for data in task_rows(store, record))


def tasks(store: Store, record: StepRecord) -> Iterator[TaskRecord]:
    """Yield the record of every task of a committed step, in order."""
    return (TaskRecord.of(data) for data in task_rows(store, record))


def outputs(store: Store, record: StepRecord, name: str) -> Iterator[tuple[TaskRecord, Output]]:
    """Yield (task, output) for the outputs called `name`, in order."""
    for task in tasks(store, record):
        for output in task.outputs:
            if output.name == name:
                yield task, output
