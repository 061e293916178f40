"""Commit the record of a step: a small root over Parquet parts of 1,000 task records.

A digest tree: run.json names the root, the root names the parts, a part names task manifests, a task manifest names
files. A million shards need neither one process's memory nor a day to read.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.schema import SCHEMA_VERSION
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
PART = pa.schema([pa.field(name, kind, nullable=False) for name, kind in _COLUMNS.items()])


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
    folder = f"{step.folder}/commits/{_digest(keys)[:16]}"
    if committed := _committed(store, f"{folder}/manifest.json"):
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
    key = f"{folder}/manifest.json"
    if not store.put_if_absent(key, data) and store.read(key) != data:
        raise _contradiction(store, key, step.name)
    return StepRecord(key, sha256(data), value)


def _digest(keys: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for key in keys:
        digest.update(key.encode())
    return digest.hexdigest()


def _committed(store: Store, key: str) -> StepRecord | None:
    """Return the commit at `key` if it and all its parts are there: the step then need not be read again."""
    try:
        data = store.read(key)
    except FileNotFoundError:
        return None
    try:
        value = json.loads(data)
        stored = dict(store.list(key.rpartition("/")[0]))
        whole = all(part["path"] in stored for part in value["parts"])
    except (ValueError, KeyError, TypeError) as error:
        raise ShardError(f"{store.url}/{key} is damaged: {error}; remove it and run the same command again") from error
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
        value = _decode(store, step, task, data)
        sources.append(value["source"])
        flows.append(totals.add(value))
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


def _decode(store: Store, step: StepId, key: str, data: bytes) -> Any:  # noqa: ANN401 - JSON as TaskRecord.json writes it
    try:
        return orjson.loads(data)
    except ValueError as error:
        where = f"{store.url}/{step.task_key(key)}"
        raise ShardError(f"{where} is damaged: {error}; remove it and run the same command again") from error


def load_step(store: Store, key: str, digest: str) -> StepRecord:
    """Read a step's manifest and check its digest.

    Raises:
        AuditError: missing, or other bytes than the run manifest names.
    """
    try:
        data = store.read(key)
    except FileNotFoundError as error:
        raise AuditError(f"{store.url}/{key} is missing; restore it or run with --rebuild") from error
    if sha256(data) != digest:
        raise AuditError(
            f"{store.url}/{key} was changed after the run; do not publish this corpus, restore or rebuild it"
        )
    return StepRecord(key, digest, json.loads(data))


def task_rows(store: Store, record: StepRecord) -> Iterator[bytes]:
    """Yield the manifest of every task of a committed step, in order, each part checked against its digest.

    Raises:
        AuditError: a part is missing, or has other bytes than the step's manifest says.
    """
    for part in record.value["parts"]:
        try:
            data = store.read(part["path"])
        except FileNotFoundError as error:
            raise AuditError(f"{store.url}/{part['path']} is missing; restore it or run with --rebuild") from error
        if sha256(data) != part["sha256"]:
            raise AuditError(f"{store.url}/{part['path']} was changed after the run; restore or rebuild it")
        table = pq.read_table(pa.BufferReader(data), columns=["record"], use_threads=False)
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
