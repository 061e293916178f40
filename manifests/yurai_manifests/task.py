"""Record what one task did, and commit it.

A task writes to a private spool, closes and hashes its files, moves them to names made of their content, and then puts
its manifest *if absent*. A late second attempt can only write equal bytes; a manifest that differs from the committed
one is an alarm, never an overwrite. Times, hosts and attempts go to the journal, outside every digest.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

import orjson

from yurai_manifests.canonical import Json, canonical, sha256, sha256_file
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import ShardError
from yurai_manifests.faults import storage_error
from yurai_manifests.store import SPOOLS, LocalStore, Store


@dataclass(frozen=True, slots=True)
class StepId:
    """One step of a run: its place in the recipe and its fingerprint."""

    name: str
    fingerprint: str

    @property
    def folder(self) -> str:
        """Folder of this step's manifests."""
        return f"stages/{self.name}/{self.fingerprint[:16]}"

    def task_key(self, key: str) -> str:
        """Return where the manifest of task `key` lies."""
        return f"{self.folder}/tasks/{key[:2]}/{key}.json"


@dataclass(frozen=True, slots=True)
class Output:
    """One immutable file that a task wrote."""

    name: str
    path: str
    sha256: str
    bytes: int
    rows: int
    size: int
    """What the file is packed by: bytes of text, or tokens."""


class OutputValue(TypedDict):
    """An output as a task manifest has it: the fields of `Output`."""

    name: str
    path: str
    sha256: str
    bytes: int
    rows: int
    size: int


class TaskValue(TypedDict):
    """A task manifest, decoded: what `TaskRecord.json` returned."""

    key: str
    source: str
    source_sha256: str
    outputs: list[OutputValue]
    stages: list[dict[str, Json]]
    other_records: dict[str, int]
    unreadable: list[tuple[int, int]]
    file_bytes: int
    record_bytes: int
    padding_bytes: int
    warnings: list[str]
    index: dict[str, list[int]]
    not_selected_bytes: NotRequired[int]


@dataclass(slots=True)
class TaskRecord:
    """What a task manifest says. Nothing in it depends on time, host, worker or attempt."""

    key: str
    source: str
    source_sha256: str
    outputs: list[Output] = field(default_factory=list)
    stages: list[StageCounts] = field(default_factory=list)
    other_records: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[int, int]] = field(default_factory=list)
    file_bytes: int = 0
    record_bytes: int = 0
    padding_bytes: int = 0
    warnings: list[str] = field(default_factory=list)
    index: dict[str, list[int]] = field(default_factory=dict)
    """Places inside the outputs: row offsets by partition."""
    not_selected_bytes: int = 0
    """Bytes of the source that a selection did not ask for; a manifest says them where there are any."""

    def output(self, name: str) -> Output:
        """Return the output called `name`."""
        return next(output for output in self.outputs if output.name == name)

    def json(self) -> dict[str, Json]:
        """Return the record as canonical JSON takes it."""
        outputs = [{slot: getattr(o, slot) for slot in Output.__slots__} for o in self.outputs]
        unasked: dict[str, Json] = {"not_selected_bytes": self.not_selected_bytes} if self.not_selected_bytes else {}
        return unasked | {
            "key": self.key,
            "source": self.source,
            "source_sha256": self.source_sha256,
            "outputs": outputs,
            "stages": [counts.json() for counts in self.stages],
            "other_records": dict(sorted(self.other_records.items())),
            "unreadable": [list(gap) for gap in self.unreadable],
            "file_bytes": self.file_bytes,
            "record_bytes": self.record_bytes,
            "padding_bytes": self.padding_bytes,
            "warnings": self.warnings,
            "index": self.index,
        }

    @classmethod
    def of(cls, data: bytes) -> "TaskRecord":
        """Return what `json` wrote."""
        value = orjson.loads(data)
        value["outputs"] = [Output(**output) for output in value["outputs"]]
        value["stages"] = [StageCounts.of(counts) for counts in value["stages"]]
        value["other_records"] = Counter(value["other_records"])
        value["unreadable"] = [(offset, count) for offset, count in value["unreadable"]]
        return cls(**value)


@dataclass(slots=True)
class Attempt:
    """One try at one task: a private spool, and the files that it finished."""

    store: Store
    step: StepId
    spool: Path
    outputs: list[Output] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Return a private path to write `name` at."""
        return self.spool / name

    def finish(self, name: str, local: Path, *, rows: int, size: int = 0) -> Output:
        """Hash the closed file `local` and move it to the name of its content."""
        digest = sha256_file(local)
        count = local.stat().st_size
        key = f".work/{self.step.name}/data/{digest[:2]}/{digest}{local.suffix}"
        self.store.put_file(local, key)  # over equal bytes, or over what damage made of them
        output = Output(name, key, digest, count, rows, size)
        self.outputs.append(output)
        return output


def linked(file: Path, name: Path) -> Path:
    """Give a file of an earlier tree, which nothing writes to, the second name `name`; on other storage a copy."""
    try:
        os.link(file, name)
    except OSError:  # another file system, or one that has no links
        shutil.copyfile(file, name)
    return name


@contextmanager
def attempt(store: Store, step: StepId) -> Iterator[Attempt]:
    """Open a private spool, on the file system of a local store, and clear it whatever happens."""
    root = store.root / SPOOLS if isinstance(store, LocalStore) else None
    try:
        if root is not None:
            root.mkdir(parents=True, exist_ok=True)
        spool = Path(tempfile.mkdtemp(prefix="attempt-", dir=root))
    except OSError as error:
        raise storage_error("write", str(root or tempfile.gettempdir()), error) from error
    try:
        yield Attempt(store, step, spool)
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def clear_spools(store: Store) -> None:
    """Remove what killed attempts left on a local store; only who holds the lease of the tree may."""
    if isinstance(store, LocalStore):
        shutil.rmtree(store.root / SPOOLS, ignore_errors=True)


def clear_litter(store: Store) -> None:
    """Remove what killed writers of small objects left, anywhere in a local tree; only who holds the lease may."""
    if isinstance(store, LocalStore):
        for path in store.litter():
            path.unlink(missing_ok=True)


def commit(store: Store, step: StepId, record: TaskRecord) -> None:
    """Put the task manifest of `record` if there is none yet.

    Raises:
        AuditError: its counts do not balance.
        ShardError: another attempt committed other content under this key: the step is not deterministic.
    """
    for counts in record.stages:
        counts.check(f"task {record.key[:16]} ({record.source})")
    data = canonical(record.json())
    name = step.task_key(record.key)
    if store.put_if_absent(name, data):
        return
    committed = store.read(name)
    if committed != data:
        alarm = f"{step.folder}/alarms/{record.key}-{sha256(data)[:16]}.json"
        store.put(alarm, data)
        raise ShardError(
            f"two attempts at {record.source} in step {step.name} made different content: {name} and {alarm}; "
            "the step is not deterministic on this cluster: compare the two, check that all workers run the same wheels"
        )
