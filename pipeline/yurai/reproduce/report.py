"""Define what reproducing a sample gives: one result for each candidate, and the versions that changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from yurai.reproduce.compare import Difference
from yurai.reproduce.versions import Change
from yurai_manifests.canonical import Json

Verdict = Literal["equal", "differs", "cannot"]
EQUAL, DIFFERS, CANNOT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one candidate; `why` it cannot be made anew. `passed`: stages that ask other documents.

    `tokens` are how many were compared, None where there are none.
    """

    doc_id: str
    url: str | None
    source: str
    offset: int
    length: int
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    why: str | None = None
    passed: tuple[str, ...] = ()
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reproduced:
    """The results in the order of the draw, and all versions that are others now."""

    results: tuple[Result, ...]
    changes: tuple[Change, ...]

    @property
    def counts(self) -> Counter[Verdict]:
        """How many ended how."""
        return Counter(one.verdict for one in self.results)

    @property
    def code(self) -> int:
        """Exit code: 0 all are equal, 1 one differs, 2 none does and one cannot be made anew."""
        counts = self.counts
        return DIFFERS if counts["differs"] else CANNOT if counts["cannot"] else EQUAL

    def json(self) -> dict[str, Json]:
        """Return it as JSON takes it."""
        return {
            "counts": {name: self.counts[name] for name in ("equal", "differs", "cannot")},
            "changes": [asdict(one) for one in self.changes],
            "results": [asdict(one) for one in self.results],
        }
