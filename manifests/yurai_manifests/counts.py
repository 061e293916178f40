"""Hold the counting law: candidates == kept + dropped + failed, for every task, stage and run."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yurai_manifests.canonical import Json
from yurai_manifests.errors import AuditError
from yurai_manifests.shape import TEXT, WHOLE, Each, Fields

_NAMED = Each(WHOLE)
SHAPE = Fields({"stage": TEXT, "seen": WHOLE, "kept": WHOLE, "dropped": _NAMED, "failed": _NAMED, "notes": _NAMED})
"""What `StageCounts.json` writes."""
EVIDENCE_NOTE = "evidence:"
"""Beginning of the notes that count rows of evidence/, by channel."""
UNKNOWN_NOTE = "unknown-token"
"""The note that counts tokens which stand for what the tokenizer does not know."""


@dataclass(slots=True)
class StageCounts:
    """What one stage did with the rows that reached it."""

    stage: str
    seen: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    """Counts beside the law: rows that a rule did not judge, documents that an editor changed."""

    def check(self, where: str) -> None:
        """Raise AuditError unless every row that was seen is kept, dropped or failed, and no count is negative."""
        if min(self.seen, self.kept, *self.dropped.values(), *self.failed.values()) < 0:
            raise AuditError(f"{where}: stage {self.stage} has a negative count; do not publish this corpus")
        dropped, failed = self.dropped.total(), self.failed.total()
        out = self.kept + dropped + failed
        if self.seen != out:
            raise AuditError(
                f"{where}: stage {self.stage} saw {self.seen} rows but accounts for {out} "
                f"({self.kept} kept, {dropped} dropped, {failed} failed); do not publish this corpus"
            )

    def add(self, other: "StageCounts") -> None:
        """Add the counts of the same stage over other rows."""
        self.seen += other.seen
        self.kept += other.kept
        self.dropped += other.dropped
        self.failed += other.failed
        self.notes += other.notes

    def json(self) -> dict[str, Json]:
        """Return the counts as canonical JSON takes them."""
        return {
            "stage": self.stage,
            "seen": self.seen,
            "kept": self.kept,
            "dropped": dict(sorted(self.dropped.items())),
            "failed": dict(sorted(self.failed.items())),
            "notes": dict(sorted(self.notes.items())),
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "StageCounts":
        """Return what `json` wrote."""
        counters = {name: Counter(value[name]) for name in ("dropped", "failed", "notes")}
        return cls(value["stage"], value["seen"], value["kept"], **counters)


def total(stages: Iterable[Iterable[StageCounts]]) -> list[StageCounts]:
    """Return the sum by stage over tasks, stages in the order of their first appearance."""
    sums: dict[str, StageCounts] = {}
    for task in stages:
        for counts in task:
            sums.setdefault(counts.stage, StageCounts(counts.stage)).add(counts)
    return list(sums.values())


def check_chain(stages: list[StageCounts], where: str) -> None:
    """Raise AuditError unless each stage balances and sees exactly what the stage before kept."""
    for counts in stages:
        counts.check(where)
    for before, after in itertools.pairwise(stages):
        if before.kept != after.seen:
            raise AuditError(
                f"{where}: stage {before.stage} kept {before.kept} rows but {after.stage} saw {after.seen}; "
                "do not publish this corpus"
            )
