"""Make repeats of windows that occurred before: join those in a row, and extend them as far as both texts agree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import BESIDE, REACH, REPEAT, WINDOW, Numbers, Rows, order_keys
from yurai.stages.line_dedup.lines import beside_first
from yurai.stages.line_dedup.winnow import Bytes, windows
from yurai_manifests.text_bytes import Texts

OUTSIDE, OUTSIDE_KEPT = 0xFF, 0xFE
"""What stands where a text is over: no byte of UTF-8, and another one in each text, so that nothing goes on there."""


def window_rows(texts: Texts, nodes: Rows, least: int) -> Rows:
    """Return a WINDOW row for each window of at least so many bytes; `nodes` are the texts'."""
    found = windows(texts, least)
    rows = np.empty(len(found.start), WINDOW)
    rows["hash"], rows["low"] = np.frombuffer(found.digests, "<u8").reshape(-1, 2).T
    rows["node"], rows["position"], rows["length"] = nodes[found.text], found.start, found.length
    return rows


def repeats(rows: Rows, stay: Rows) -> Rows:
    """Return a REPEAT for those WINDOW `rows` whose window is among `stay`, the firsts, but not those themselves."""
    rows, first = beside_first(rows, stay)
    found = np.empty(len(rows), REPEAT)
    found["shard"], found["row"] = rows["node"]["shard"], rows["node"]["row"]
    found["start"], found["length"] = rows["position"], rows["length"]
    found["kept"], found["kept_start"] = first["node"], first["position"]
    return found


def joined(rows: Rows) -> Rows:
    """Return REPEATs in the order of rows, each as long as those that touch or overlap and have one shift in one text.

    What is repeated by several texts stays once for each of them.
    """
    shift = rows["start"].astype(np.int64) - rows["kept_start"]
    kept = rows["kept"]
    by = np.lexsort((rows["start"], shift, kept["row"], kept["shard"], *order_keys(kept), rows["row"]))
    rows, shift = rows[by], shift[by]
    ends = rows["start"].astype(np.int64) + rows["length"]
    same = shift[1:] == shift[:-1]
    for name in ("row", "kept"):
        same &= rows[name][1:] == rows[name][:-1]
    group = np.cumsum(np.concatenate([[True], ~same])[: len(rows)])
    reached = np.maximum.accumulate(ends + (group << 33)) - (group << 33) if len(rows) else ends
    touches = same & (rows["start"][1:] <= reached[:-1])
    starts = np.flatnonzero(np.concatenate([[True], ~touches])[: len(rows)])
    result = rows[starts]
    if len(starts):
        result["length"] = np.maximum.reduceat(ends, starts) - result["start"]
    return result


def with_beside(rows: Rows, texts: Texts, first_row: int) -> Rows:
    """Return BESIDE rows for REPEATs in `texts`, the first of which is row `first_row` of the shard."""
    result = np.empty(len(rows), BESIDE)
    result["repeat"] = rows
    number = rows["row"].astype(np.int64) - first_row
    starts = rows["start"].astype(np.int64)
    result["before"] = _bytes(texts, number, starts - REACH, OUTSIDE)
    result["after"] = _bytes(texts, number, starts + rows["length"], OUTSIDE)
    return result


def extended(rows: Rows, texts: Texts, first_row: int) -> Rows:
    """Return the REPEATs of BESIDE rows whose kept texts are `texts`, as long as both agree, up to REACH bytes."""
    result = rows["repeat"].copy()
    number = result["kept"]["row"].astype(np.int64) - first_row
    starts = result["kept_start"].astype(np.int64)
    before = _bytes(texts, number, starts - REACH, OUTSIDE_KEPT) == rows["before"]
    after = _bytes(texts, number, starts + result["length"], OUTSIDE_KEPT) == rows["after"]
    more = _equal(before[:, ::-1])
    for name in ("start", "kept_start"):
        result[name] -= more
    result["length"] += more + _equal(after)
    return result


def _bytes(texts: Texts, number: Numbers, starts: Numbers, outside: int) -> Bytes:
    """Return REACH bytes of each numbered text from `starts` in it, `outside` where the text is over."""
    places = starts[:, None] + np.arange(REACH)
    inside = (places >= 0) & (places < np.diff(texts.bounds)[number][:, None])
    places += texts.bounds[number][:, None]
    return np.where(inside, np.take(texts.data, places, mode="clip"), np.uint8(outside))


def _equal(same: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint32]:
    """Return how many of each line are true before the first that is not."""
    return np.where(same.all(axis=1), REACH, same.argmin(axis=1)).astype(np.uint32)
