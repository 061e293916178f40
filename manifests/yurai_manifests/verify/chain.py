"""Follow the digests from run.json to every file that it leads to, and name what has other bytes or is gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.findings import Finding
from yurai_manifests.parquet import read_table
from yurai_manifests.plan import PLAN
from yurai_manifests.run import FOLDERS, RunRecord
from yurai_manifests.step import StepRecord, load_step
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import FIELD as TAKEDOWNS
from yurai_manifests.verify.hashing import Hasher

RESTORE = "restore it, or run the same command with --rebuild"


@dataclass(slots=True)
class Chain:
    """What was followed: names that run.json leads to outside of .work, and what is wrong with delivered files."""

    store: Store
    run: RunRecord
    hasher: Hasher
    named: set[str] = field(default_factory=set)
    steps: list[StepRecord] = field(default_factory=list)
    """Steps whose manifests and parts are as they should be."""
    damaged: set[str] = field(default_factory=set)
    """Delivered files with other bytes."""

    def follow(self) -> Iterator[Finding]:
        """Yield what is changed or missing, delivered files left to `damaged` where they have other bytes."""
        if "plan" in self.run.value:
            yield from self._object(PLAN, str(self.run.value["plan"]))
        for entry in self.run.value["steps"]:
            yield from self._step(entry["manifest"], entry["sha256"])
        for entry in self.run.value.get(TAKEDOWNS, []):
            yield from self._object(entry["tombstone"], entry["sha256"])
        for folder in FOLDERS:
            for file in self.run.files(folder):
                self.named.add(file.name)
                digest = self.hasher.sha256(file.name)
                if digest is None:
                    yield Finding("error", "missing", file.name, "run.json names this file, it is not there", RESTORE)
                elif digest != file.sha256:
                    self.damaged.add(file.name)

    def _object(self, key: str, sha256: str) -> Iterator[Finding]:
        self.named.add(key)
        digest = self.hasher.sha256(key)
        if digest is None:
            yield Finding("error", "missing", key, "the manifests name this file, it is not there", RESTORE)
        elif digest != sha256:
            yield Finding("error", "changed", key, "its bytes are not those that the manifests name", RESTORE)

    def _step(self, key: str, sha256: str) -> Iterator[Finding]:
        wrong = list(self._object(key, sha256))
        yield from wrong
        if wrong:
            return
        try:
            step = load_step(self.store, key, sha256)
        except (AuditError, ShardError) as error:
            yield Finding("error", "changed", key, str(error), RESTORE)
            return
        parts = [(part["path"], list(self._object(part["path"], part["sha256"]))) for part in step.value["parts"]]
        for path, faults in parts:
            yield from faults or self._tasks(step, path)
        if not any(faults for _, faults in parts):
            self.steps.append(step)

    def _tasks(self, step: StepRecord, part: str) -> Iterator[Finding]:
        try:
            table = read_table(pa.BufferReader(self.store.read(part)), ["task", "manifest_sha256"])
        except (pa.ArrowException, OSError) as error:
            yield Finding("error", "changed", part, f"it is not what a run writes: {error}", RESTORE)
            return
        for task, sha256 in zip(*(column.to_pylist() for column in table.columns), strict=True):
            yield from self._object(step.step.task_key(str(task)), str(sha256))
