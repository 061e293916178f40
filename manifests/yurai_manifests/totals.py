"""Add up the tasks of one step, from task manifests as they were written.

A step may have a million tasks, and both its commit and the audit add them up, so this works on the decoded JSON:
building a TaskRecord for each costs three times the decoding. Names are bounded as `yurai_manifests.names` says.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.errors import AuditError
from yurai_manifests.names import Tally


class Flow(NamedTuple):
    """What one task did with its rows, over all its stages."""

    seen: int
    kept: int
    dropped: int
    failed: int


@dataclass(slots=True)
class StageSums:
    """The sum of what one stage did, over tasks."""

    stage: str
    seen: int = 0
    kept: int = 0
    dropped: Tally = field(default_factory=Tally)
    failed: Tally = field(default_factory=Tally)
    notes: dict[str, int] = field(default_factory=dict)
    """By names that recipes and Yurai give, never a crawl."""

    def add(self, value: Mapping[str, Any]) -> tuple[int, int]:
        """Add what `StageCounts.json` of this stage wrote and return its dropped and failed rows.

        Without building the object: a million are added at the end of a step.
        """
        self.seen += value["seen"]
        self.kept += value["kept"]
        for name, count in value["notes"].items():
            self.notes[name] = self.notes.get(name, 0) + count
        dropped = self.dropped.add(value["dropped"]) if value["dropped"] else 0
        failed = self.failed.add(value["failed"]) if value["failed"] else 0
        return dropped, failed

    def counts(self, *, whole: bool = False) -> StageCounts:
        """Return the sums as counts; with all names if `whole`."""
        dropped, failed = (Counter(tally.sums(whole=whole)) for tally in (self.dropped, self.failed))
        return StageCounts(self.stage, self.seen, self.kept, dropped, failed, Counter(self.notes))


@dataclass(slots=True)
class Totals:
    """Sums over the tasks of one step."""

    step: str
    tasks: int = 0
    sums: dict[str, StageSums] = field(default_factory=dict)
    """By stage, in the order of the chain; one that stands there again has a key of its own."""
    other_records: Tally = field(default_factory=Tally)
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
        self.other_records.add(task["other_records"])
        for output in task["outputs"]:
            self._add_output(output)
        sums = self.bytes
        sums["files"] += task["file_bytes"]
        sums["records"] += task["record_bytes"]
        sums["padding"] += task["padding_bytes"]
        if unasked := task.get("not_selected_bytes"):
            sums["not-selected"] = sums.get("not-selected", 0) + unasked
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
        met = set[str]()
        for counts in stages:
            name, seen, kept = counts["stage"], counts["seen"], counts["kept"]
            key = name
            while key in met:
                key += "\0"
            met.add(key)
            sums = self.sums.get(key)
            if sums is None:
                sums = self.sums[key] = StageSums(name)
            lost, broken = sums.add(counts)
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

    def stages(self, *, whole: bool = False) -> list[StageCounts]:
        """Return the counts of each stage, in the order of the chain; with all names if `whole`."""
        return [sums.counts(whole=whole) for sums in self.sums.values()]

    def json(self, *, whole: bool = False) -> dict[str, Json]:
        """Return the sums as canonical JSON takes them; with all names, as they were written once, if `whole`."""
        return {
            "tasks": self.tasks,
            "stages": [counts.json() for counts in self.stages(whole=whole)],
            "other_records": self.other_records.sums(whole=whole),
            "outputs": self.outputs,
            "bytes": self.bytes,
            "warnings": self.warnings,
        }
