"""Count for each rule of a filter stage over all rows that it can judge, whatever other rules say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import strings
from yurai.declare.rules import Rules
from yurai.report.bins import Edges, count, edges_for, going
from yurai.report.edges import Nearest, NearPage, Row
from yurai_filters import ContractViolation, Declaration
from yurai_filters.compare import Side
from yurai_filters.run_rule import Columns
from yurai_filters.watch_limits import Limit, compare_rows, limits

SHOWN = ("title", "url", "lang", "text")


class LimitCounts(TypedDict):
    """What is written of one limit; `bins` are {bin: rows}."""

    column: str | None
    setting: str | None
    side: Side
    value: float
    goes: int
    bins: dict[str, int]
    staying: list[NearPage]
    leaving: list[NearPage]


class RuleCounts(TypedDict):
    """What is written of one filter."""

    stage: str
    rule: str
    judged: int
    not_judged: int
    reasons: dict[str, int]
    limits: list[LimitCounts]


@dataclass(slots=True)
class LimitFacts:
    """How the values behind one limit lie: a histogram, how many rows go, and the nearest on both sides."""

    limit: Limit
    value: float
    edges: Edges
    bins: Counter[int] = field(default_factory=Counter)
    goes: int = 0
    staying: Nearest = field(init=False)
    leaving: Nearest = field(init=False)

    def __post_init__(self) -> None:
        self.staying, self.leaving = Nearest(self.value), Nearest(self.value)

    def add(self, values: npt.NDArray[np.float64], places: npt.NDArray[np.int64], rows: pa.RecordBatch) -> None:
        """Add the `values` of the rows `places`."""
        self.bins.update(count(values, self.edges))
        gone = going(values, self.limit.side, self.value)
        self.goes += int(gone.sum())
        names = strings(rows, "doc_id")

        def row(index: int) -> Row:
            return {name: rows.column(name)[index].as_py() for name in SHOWN}

        for held, side in ((self.leaving, gone), (self.staying, ~gone)):
            held.offer(values[side], places[side], names, row)

    def json(self) -> LimitCounts:
        """Return the counts as canonical JSON takes them."""
        return {
            "column": self.limit.column,
            "setting": self.limit.setting,
            "side": self.limit.side,
            "value": self.value,
            "goes": self.goes,
            "bins": {str(key): rows for key, rows in sorted(self.bins.items())},
            "staying": self.staying.json(),
            "leaving": self.leaving.json(),
        }


@dataclass(slots=True)
class RuleFacts:
    """Counts of one filter: rows that it judged, reasons it would give if it stood alone, and its limits."""

    stage: str
    name: str
    limits: list[LimitFacts | None]
    judged: int = 0
    not_judged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, stage: str, rules: Rules) -> list[RuleFacts]:
        """Return an empty count for each filter of a filter stage; editors judge nothing."""
        filters = [use for use in rules if use.rule.kind == "filter"]
        return [cls(stage, use.name, _limits(use.rule, use.settings)) for use in filters]

    def add(
        self, declaration: Declaration, settings: Mapping[str, object], rows: pa.RecordBatch, columns: Columns
    ) -> None:
        """Add all rows of a batch."""
        compared = compare_rows(declaration, columns, settings, rows.column("lang"))
        self.judged += compared.judged.true_count
        self.not_judged += rows.num_rows - compared.judged.true_count
        self.reasons.update(compared.reason.drop_null().to_pylist())
        if len(compared.values) != len(self.limits):
            raise ContractViolation("it compares other limits on rows than on none")
        for limit, values in zip(self.limits, compared.values, strict=True):
            if limit is not None:
                there = pc.and_(compared.judged, pc.is_valid(values))
                places = pc.indices_nonzero(there).to_numpy().astype(np.int64)
                limit.add(values.take(places).to_numpy(zero_copy_only=False).astype(np.float64), places, rows)

    def json(self) -> RuleCounts:
        """Return the counts as canonical JSON takes them."""
        return {
            "stage": self.stage,
            "rule": self.name,
            "judged": self.judged,
            "not_judged": self.not_judged,
            "reasons": dict(sorted(self.reasons.items())),
            "limits": [limit.json() for limit in self.limits if limit is not None],
        }


def _limits(declaration: Declaration, settings: Mapping[str, object]) -> list[LimitFacts | None]:
    """Return a place for each limit, None for one that is off; limits of one measure share their edges."""
    declared = limits(declaration, settings)
    return [None if one.value is None else LimitFacts(one, one.value, edges_of(one, declared)) for one in declared]


def edges_of(limit: Limit, all_limits: tuple[Limit, ...]) -> Edges:
    """Return the edges for the measure behind `limit`: all limits of that measure are among them."""
    same = [one for one in all_limits if one == limit or (limit.column is not None and one.column == limit.column)]
    return edges_for((one.side, one.value) for one in same if one.value is not None)
