"""Add up the tasks of one step, from task manifests as they were written.

A step may have a million tasks, and both its commit and the audit add them up, so this works on the decoded JSON:
building a TaskRecord for each costs three times the decoding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.errors import AuditError


class Flow(NamedTuple):
    """What one task did with its rows, over all its stages."""

    seen: int
    kept: int
    dropped: int
    failed: int


@dataclass(slots=True)
class Totals:
    """Sums over the tasks of one step."""

    step: str
    tasks: int = 0
    stages: dict[str, StageCounts] = field(default_factory=dict)
    other_records: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, dict[str, int]] = field(default_factory=dict)
    bytes: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("files", "records", "padding", "unreadable"), 0)
    )
    warnings: int = 0

    def add(self, task: Mapping[str, Any]) -> Flow:
        """Add one task manifest, decoded.

        Raises:
            AuditError: its counts do not balance.
        """
        self.tasks += 1
        self.warnings += len(task["warnings"])
        for kind, count in task["other_records"].items():
            self.other_records[kind] = self.other_records.get(kind, 0) + count
        for output in task["outputs"]:
            self._add_output(output)
        sums = self.bytes
        sums["files"] += task["file_bytes"]
        sums["records"] += task["record_bytes"]
        sums["padding"] += task["padding_bytes"]
        sums["unreadable"] += sum([count for _, count in task["unreadable"]]) if task["unreadable"] else 0
        return self._add_stages(task)

    def _add_output(self, output: Mapping[str, Any]) -> None:
        sums = self.outputs.get(output["name"])
        if sums is None:
            sums = self.outputs[output["name"]] = dict.fromkeys(("files", "rows", "bytes", "size"), 0)
        sums["files"] += 1
        sums["rows"] += output["rows"]
        sums["bytes"] += output["bytes"]
        sums["size"] += output["size"]

    def _add_stages(self, task: Mapping[str, Any]) -> Flow:
        stages = task["stages"]
        if not stages:
            return Flow(0, 0, 0, 0)
        first = due = stages[0]["seen"]
        dropped = failed = 0
        for counts in stages:
            name, seen, kept = counts["stage"], counts["seen"], counts["kept"]
            sums = self.stages.get(name)
            if sums is None:
                sums = self.stages[name] = StageCounts(name)
            lost, broken = sums.add_json(counts)
            if seen != due or seen != kept + lost + broken:
                self._refuse(task)
            due = kept
            dropped += lost
            failed += broken
        return Flow(first, due, dropped, failed)

    def _refuse(self, task: Mapping[str, Any]) -> None:
        where = f"step {self.step}, task {task['key'][:16]} ({task['source']})"
        check_chain([StageCounts.of(counts) for counts in task["stages"]], where)
        raise AuditError(f"{where}: its counts do not balance; do not publish this corpus")

    def json(self) -> dict[str, Json]:
        """Return the sums as canonical JSON takes them."""
        return {
            "tasks": self.tasks,
            "stages": [counts.json() for counts in self.stages.values()],
            "other_records": self.other_records,
            "outputs": self.outputs,
            "bytes": self.bytes,
            "warnings": self.warnings,
        }
