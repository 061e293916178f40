"""The record of one committed step: a small root over Parquet parts of 1,000 task records.

A digest tree: run.json names the root, the root names the parts, a part names task manifests, a task manifest names
files. A million shards need neither one process's memory nor a day to read.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.schema import SCHEMA_VERSION
from yurai_manifests.store import Store
from yurai_manifests.task import Output, StepId, TaskRecord

PART_ROWS = 1000
PART = pa.schema(
    [
        pa.field("task", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("manifest_sha256", pa.string(), nullable=False),
        pa.field("seen", pa.int64(), nullable=False),
        pa.field("kept", pa.int64(), nullable=False),
        pa.field("dropped", pa.int64(), nullable=False),
        pa.field("failed", pa.int64(), nullable=False),
        pa.field("record", pa.binary(), nullable=False),
    ]
)


@dataclass(slots=True)
class Totals:
    """Sums over the tasks of one step."""

    tasks: int = 0
    stages: dict[str, StageCounts] = field(default_factory=dict)
    other_records: Counter[str] = field(default_factory=Counter)
    outputs: dict[str, Counter[str]] = field(default_factory=dict)
    bytes: Counter[str] = field(default_factory=Counter)
    warnings: int = 0

    def add(self, record: TaskRecord) -> None:
        """Add one task."""
        self.tasks += 1
        for counts in record.stages:
            self.stages.setdefault(counts.stage, StageCounts(counts.stage)).add(counts)
        self.other_records += record.other_records
        for output in record.outputs:
            sums = self.outputs.setdefault(output.name, Counter())
            sums.update({"files": 1, "rows": output.rows, "bytes": output.bytes, "size": output.size})
        self.bytes.update({"files": record.file_bytes, "records": record.record_bytes, "padding": record.padding_bytes})
        self.bytes["unreadable"] += sum(count for _, count in record.unreadable)
        self.warnings += len(record.warnings)

    def json(self) -> dict[str, Any]:
        """Return the sums as canonical JSON takes them."""
        return {
            "tasks": self.tasks,
            "stages": [counts.json() for counts in self.stages.values()],
            "other_records": dict(sorted(self.other_records.items())),
            "outputs": {name: dict(sorted(sums.items())) for name, sums in sorted(self.outputs.items())},
            "bytes": dict(sorted(self.bytes.items())),
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class StageRecord:
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

    def output(self, name: str, what: str = "rows") -> int:
        """Return the sum of `what` (files, rows, bytes, size) over the outputs called `name`."""
        return int(self.value["totals"]["outputs"].get(name, {}).get(what, 0))


def commit_stage(store: Store, step: StepId, identity: dict[str, Any], keys: Iterable[str]) -> StageRecord:
    """Read the manifest of every expected task, check it, and put the step's manifest.

    `keys` are all expected task keys in the order of the input; beside them (64 bytes each) memory is bounded.

    Raises:
        ShardError: an expected task has no manifest.
        AuditError: counts of a task, or of the whole step, do not balance.
    """
    expected = list(keys)
    parts, totals = [], Totals()
    folder = f"{step.folder}/commits/{sha256(''.join(expected).encode())[:16]}"
    for number, start in enumerate(range(0, len(expected), PART_ROWS)):
        rows = [_row(store, step, key, totals) for key in expected[start : start + PART_ROWS]]
        parts.append(_put_part(store, f"{folder}/{number:05}.parquet", rows))
    check_chain(list(totals.stages.values()), f"step {step.name}")
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
        raise ShardError(
            f"{store.url}/{key} was committed with other content; keep both and report it: {step.name} is not deterministic"
        )
    return StageRecord(key, sha256(data), value)


def _row(store: Store, step: StepId, key: str, totals: Totals) -> dict[str, Any]:
    try:
        data = store.read(step.task_key(key))
    except FileNotFoundError as error:
        raise ShardError(
            f"step {step.name}: task {key} has no manifest; run the same command again to resume"
        ) from error
    record = TaskRecord.of(data)
    for counts in record.stages:
        counts.check(f"step {step.name}, task {key[:16]} ({record.source})")
    totals.add(record)
    first, last = (record.stages[0], record.stages[-1]) if record.stages else (StageCounts(""), StageCounts(""))
    return {
        "task": key,
        "source": record.source,
        "manifest_sha256": sha256(data),
        "seen": first.seen,
        "kept": last.kept,
        "dropped": sum(counts.dropped.total() for counts in record.stages),
        "failed": sum(counts.failed.total() for counts in record.stages),
        "record": data,
    }


def _put_part(store: Store, key: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=PART), sink, compression="zstd")
    data = sink.getvalue().to_pybytes()
    store.put(key, data)
    return {"path": key, "sha256": sha256(data), "rows": len(rows)}


def load_stage(store: Store, key: str, digest: str) -> StageRecord:
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
    return StageRecord(key, digest, json.loads(data))


def task_rows(store: Store, record: StageRecord) -> Iterator[bytes]:
    """Yield the manifest of every task of a committed step, in order, each part checked against its digest."""
    for part in record.value["parts"]:
        data = store.read(part["path"])
        if sha256(data) != part["sha256"]:
            raise AuditError(f"{store.url}/{part['path']} was changed after the run; restore or rebuild it")
        yield from (row.as_py() for row in pq.read_table(pa.BufferReader(data), columns=["record"]).column("record"))


def tasks(store: Store, record: StageRecord) -> Iterator[TaskRecord]:
    """Yield the record of every task of a committed step, in order."""
    return (TaskRecord.of(data) for data in task_rows(store, record))


def outputs(store: Store, record: StageRecord, name: str) -> Iterator[tuple[TaskRecord, Output]]:
    """Yield (task, output) for the outputs called `name`, in order."""
    for task in tasks(store, record):
        for output in task.outputs:
            if output.name == name:
                yield task, output
