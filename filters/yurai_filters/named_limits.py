"""Let each limit that a filter compares with say which setting it is, and find those that could compare nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.ranges import Range
from yurai_filters.settings import ranges

if TYPE_CHECKING:
    from yurai_filters.compare import Comparison
    from yurai_filters.declaration import Declaration


class _Int(int):
    setting: str


class _Float(float):
    setting: str


def named(settings: Mapping[str, object]) -> dict[str, object]:
    """Return settings whose numbers say which setting they are; arithmetic makes a plain number of one."""
    return {name: _named(name, value) for name, value in settings.items()}


def _named(name: str, value: object) -> object:
    if type(value) not in (int, float):
        return value
    number = _Int(value) if isinstance(value, int) else _Float(value)  # type: ignore[arg-type] # a float, by the test above
    number.setting = name
    return number


def setting_of(limit: float | None) -> str | None:
    """Return the name of the setting that a limit is, None for a number worked out or fixed."""
    return getattr(limit, "setting", None)


def label(one: Comparison, names: Mapping[int, str], number: int) -> str:
    """Name a limit: by its setting, or the column that it compares (`names` by id), or its place."""
    return setting_of(one.limit) or names.get(id(one.column)) or f"limit-{number + 1}"


def in_force(declaration: Declaration, one: Comparison) -> bool:
    """Tell whether a limit could drop anything: it is set, and not the outermost number that its setting can be."""
    if one.limit is None:
        return False
    setting = declaration.settings.get(setting_of(one.limit) or "")
    bounds = [] if setting is None else [bound for _, bound in ranges(setting.annotation)]
    return not any(_is_outermost(bound, one) for bound in bounds)


def _is_outermost(bound: Range, one: Comparison) -> bool:
    assert one.limit is not None  # an unset limit is not in force
    return one.limit <= bound.low if one.side == "below" else one.limit >= bound.high


class Watch:
    """The comparisons that a filter made over some rows, and the conditions it gave that are null in some."""

    def __init__(
        self, declaration: Declaration, comparisons: Sequence[Comparison], conditions: Mapping[str, pa.BooleanArray]
    ) -> None:
        self._declaration, self._comparisons, self._conditions = declaration, comparisons, conditions

    def not_judged(self, names: Mapping[int, str], kept: pa.BooleanArray) -> dict[str, int]:
        """Count, for each limit in force, the `kept` rows in which what it compares is null; 0 is left out.

        A row that the rule drops is not among them: no limit let it pass. A condition that no `below` or `above` is
        behind counts under its reason, if nothing is known to be off.
        """
        counts: dict[str, int] = {}
        seen = pa.array([False] * len(kept), pa.bool_())
        for number, one in enumerate(self._comparisons):
            if len(one.values) == len(kept) and one.values.null_count:
                missing = pc.and_(kept, one.values.is_null())
                seen = pc.or_(seen, missing)
                if missing.true_count and in_force(self._declaration, one):
                    name = label(one, names, number)
                    counts[name] = max(missing.true_count, counts.get(name, 0))
        if all(one.limit is not None for one in self._comparisons):
            for reason, condition in self._conditions.items():
                rest = pc.and_(kept, pc.and_not(condition.is_null(), seen)).true_count
                if rest:
                    counts[reason] = rest
        return counts
