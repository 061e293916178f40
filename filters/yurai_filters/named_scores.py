"""Read named scores out of column `quality`, a list of names with scores for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai_filters.run_rule import AnyArray


def first_named(
    quality: pa.ListArray[pa.StructScalar], chosen: Callable[[pa.StringArray], pa.BooleanArray]
) -> tuple[pa.StringArray, pa.FloatArray]:
    """Return name and score of the first entry of each row whose name is chosen; null where there is none."""
    entries = pc.list_flatten(quality)  # type: ignore[arg-type] # stubs: their ListArray is no Array of lists
    names = cast("pa.StringArray", pc.struct_field(entries, "name"))
    own = chosen(names)
    rows = cast("AnyArray", pc.list_parent_indices(quality)).filter(own)
    place = pc.index_in(pa.array(range(len(quality)), rows.type), value_set=rows)
    return names.filter(own).take(place), cast(
        "pa.FloatArray", pc.struct_field(entries, "score").filter(own).take(place)
    )
