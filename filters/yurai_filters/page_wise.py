"""Edit a text of pages page by page, so that no editor can lose where a page begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PAGE_BREAK = "\x0c"


def page_by_page(function: Callable[[Any], tuple[Any, dict[str, Any]]], text: Any) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401 - pyarrow.compute has no precise types
    """Return what an editor makes of `text` (string), called on pages where form feeds part them.

    The new texts have as many form feeds as the old ones; counts are summed over the pages of a text. `function` checks
    its own result: strings and int32 counts, as many as it was given.
    """
    if not pc.any(pc.match_substring(text, PAGE_BREAK)).as_py():
        return function(text)
    pages = pc.split_pattern(text, PAGE_BREAK)
    parts = pages.flatten()
    new, counts = function(parts)
    ends = np.cumsum(pc.fill_null(pc.list_value_length(pages), 0).to_numpy())
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, new), PAGE_BREAK)
    whole = pc.if_else(text.is_null(), pa.scalar(None, pa.string()), joined)
    return whole, {rule: _summed(column, ends) for rule, column in counts.items()}


def _summed(column: Any, ends: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Any:  # noqa: ANN401 - as above
    sums = np.concatenate([[0], np.cumsum(pc.fill_null(column, 0).to_numpy())])
    return pa.array(np.diff(sums[np.concatenate([[0], ends])]), pa.int32())
