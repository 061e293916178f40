"""Define editor "symbol-lines", which removes what extractors leave of the rules and cells of tables."""

from __future__ import annotations

import pyarrow as pa

from yurai_filters.declare import editor
from yurai_filters.ranges import Count


@editor("symbol-lines", version=1, cites="https://github.com/huggingface/fineweb-2")
def symbol_lines(
    text: pa.StringArray, *, symbols: str = "|", blank_lines: Count = 0
) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    r"""Remove the lines that are made of certain symbols alone.

    What it changes: `lines` (between line feeds) that hold nothing but characters of `symbols` and spaces, at least one
    of the former, go; each run of them leaves `blank_lines` blank lines. Other lines, blank ones too, stay.
    Why: trafilatura writes the borders of a table's cells as lines of `|`, of which a model learns nothing.
    Source: FineWeb-2, fineweb-2-pipeline.py, as datatrove 0.10.1's SymbolLinesFormatter does it, where a line feed in
    the place of a run makes two blank lines. It parts lines at every line separator of Unicode and rewrites those as
    line feeds, and drops one at the end of the text; here they stay.
    """
    rows = [(None, 0) if page is None else _without(page, frozenset(symbols), blank_lines) for page in text.to_pylist()]
    counts = pa.array([row[1] for row in rows], pa.int32())
    return pa.array([row[0] for row in rows], pa.string()), {"lines": counts}


def _without(page: str, symbols: frozenset[str], blank_lines: int) -> tuple[str, int]:
    kept: list[str] = []
    removed, in_run = 0, False
    for line in page.split("\n"):
        is_symbols = not symbols.isdisjoint(line) and symbols.issuperset(line.replace(" ", ""))
        if is_symbols:
            kept += [""] * (0 if in_run else blank_lines)
        else:
            kept.append(line)
        removed += is_symbols
        in_run = is_symbols
    return ("\n".join(kept), removed) if removed else (page, 0)
