"""Say which limit a row broke: the measures and settings without which a filter would not have given its reason.

A filter names a reason, not the setting behind it, and a plugin's may be named anyhow. So the filter itself is asked
again: with one measure missing, with one setting as loose as it can be. Where its reason then is gone, that one counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args, get_origin

import pyarrow as pa

from yurai_filters.ranges import Range
from yurai_filters.run_rule import judge
from yurai_filters.settings import EVERY, LANGUAGES, bare, is_codes, is_list, ranges
from yurai_filters.why import reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yurai_filters.declaration import Declaration
    from yurai_filters.run_rule import Column, Columns
    from yurai_filters.settings import Setting

FAR = 1e9
"""Beyond every limit that measures of a text reach."""


def blame(
    declaration: Declaration, columns: Columns, settings: Mapping[str, object], lang: Column | None, reason: str
) -> tuple[str, ...]:
    """Return the names of the columns and settings that decide that the one row of `columns` gets this reason."""
    try:
        order = reasons(declaration)
    except Exception:  # noqa: BLE001 - a plugin may fail on no rows
        order = ()
    behind = {None, *(order[order.index(reason) + 1 :] if reason in order else ())}

    def gives(columns: Columns, settings: Mapping[str, object]) -> bool:
        """A reason that wins before this one tells that a limit was tightened; what cannot be tried tells nothing."""
        try:
            return judge(declaration, columns, settings, lang).reason[0].as_py() not in behind
        except Exception:  # noqa: BLE001 - a plugin may trip over a setting that no recipe would give
            return True

    without = {name: {**columns, name: pa.array([None], kind)} for name, kind in declaration.types.items()}
    read = [name for name, changed in without.items() if not gives(changed, settings)]
    told = [
        name
        for name, setting in declaration.settings.items()
        if name != LANGUAGES
        and not all(
            gives(columns, {**settings, name: other}) for other in _others(setting, settings.get(name, setting.default))
        )
    ]
    return (*read, *told)


def _others(setting: Setting, value: object) -> Iterator[object]:
    """Yield other values of a setting: unset, the other truth, other choices, an empty list, the ends of its range."""
    kind = bare(setting.annotation)
    kinds = get_args(kind) if type(None) in get_args(kind) else (kind,)
    if type(None) in kinds:
        yield None
    for one in kinds:
        if get_origin(one) is Literal:
            yield from (choice for choice in get_args(one) if choice != value)
    if is_list(setting.annotation):
        yield setting.default
    elif is_codes(setting.annotation):
        yield (EVERY,)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from _ends(setting, whole=isinstance(value, int))
    elif isinstance(value, list | tuple):
        yield type(value)()


def _ends(setting: Setting, *, whole: bool) -> list[float]:
    found = [one for _, one in ranges(setting.annotation)] or [Range()]
    inside = [end for one in found for end in one.edges(whole=whole)[0]]
    inside += [FAR if math.isinf(one.high) else one.high for one in found]
    inside += [-FAR if math.isinf(one.low) else one.low for one in found]
    return [int(end) if whole else float(end) for end in inside]
