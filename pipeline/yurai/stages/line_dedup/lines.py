r"""Cut texts into lines or paragraphs as rows, find which occurred before, and write a text without some.

A text is parted into units by separators: a line lies between runs of `\n`, a paragraph between runs of two or more, as
tagger `repetition` has them. A form feed, which parts pages, parts units too, so no unit lies on two pages. Units are
numbered from 0 in their text, short ones and the empty ones at its ends included.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.exchange.row_types import CUT, LINE, Rows
from yurai_filters.page_wise import PAGE_BREAK

Unit: TypeAlias = Literal["line", "paragraph"]
Table: TypeAlias = tuple[Rows, npt.NDArray[np.int64]]
"""For each unit its first LINE row, sorted by hash, and in how many places it occurs."""
SEPARATOR: dict[Unit, str] = {"line": r"[\n\f]+", "paragraph": r"\n*\f[\n\f]*|\n{2,}"}
_SPLIT = {unit: re.compile(f"({pattern})") for unit, pattern in SEPARATOR.items()}
# Linear: where a run of line feeds does not end in a form feed, it is read back once and then taken whole.
_UNSEEN = r"[\pP\x{00}-\x{08}\x{0e}-\x{1b}\x{7f}-\x{84}\x{86}-\x{9f}]+"
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\x{30fc}]"
_SPACE = r"[\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}]+"


@dataclass(frozen=True, slots=True)
class Least:
    """Code points that a unit must have once it is normalised: one mostly in scripts without spaces, and any other."""

    unspaced: int
    spaced: int

    def reached(self, units: pa.StringArray) -> pa.BooleanArray:
        """Tell which units are long enough."""
        length = pc.utf8_length(units)
        if self.unspaced == self.spaced:
            return pc.greater_equal(length, pa.scalar(self.spaced))
        own = pc.count_substring_regex(units, _UNSPACED)
        unspaced = pc.greater(pc.multiply(own, pa.scalar(2, pa.int32())), length)
        return pc.greater_equal(length, pc.if_else(unspaced, pa.scalar(self.unspaced), pa.scalar(self.spaced)))


def normalise(units: Any) -> Any:  # noqa: ANN401 - pyarrow.compute has no precise types
    """Return what equal units share: NFKC, lower case, digits as 0, no punctuation, runs of white space as one space.

    Source: what CCNet (arXiv:1911.00359, its code's `normalize_for_dedup`) does to a line, but for NFKC and white
    space; and its code removes a list of marks, ASCII's not among them, where here all that Unicode calls punctuation
    goes.
    """
    folded: Any = pc.utf8_lower(pc.utf8_normalize(units, "NFKC"))  # type: ignore[attr-defined] # the stubs miss it
    seen: Any = pc.replace_substring_regex(pc.replace_substring_regex(folded, r"\p{Nd}", "0"), _UNSEEN, "")
    return pc.utf8_trim(pc.replace_substring_regex(seen, _SPACE, " "), " ")


def line_rows(text: Any, nodes: Rows, unit: Unit, least: Least) -> Rows:  # noqa: ANN401 - as above
    """Return a LINE row for each unit that is long enough, normalised; `nodes` are the texts'."""
    parts: Any = pc.split_pattern_regex(text, SEPARATOR[unit])
    counts = pc.list_value_length(parts).to_numpy(zero_copy_only=False)
    number = np.repeat(np.arange(len(nodes)), counts)
    position = np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)
    plain = normalise(parts.flatten())
    judged = least.reached(plain)
    values = cast("list[bytes]", plain.filter(judged).cast(pa.large_binary()).to_pylist())
    digests = b"".join(hashlib.sha256(value).digest()[:16] for value in values)
    chosen = judged.to_numpy(zero_copy_only=False)
    rows = np.empty(len(values), LINE)
    rows["hash"], rows["low"] = np.frombuffer(digests, "<u8").reshape(-1, 2).T
    rows["node"], rows["position"] = nodes[number[chosen]], position[chosen]
    return rows


def firsts(chunks: Iterable[Rows], min_copies: int) -> Rows:
    """Return the first of each unit in keep order, then position, that occurs in at least so many places, by hash.

    Rows are LINE, or have its fields.

    Chunks are reduced one by one, and joined once together they are as large as what is held: each row is sorted a few
    times, however many chunks there are. Holds as many rows as there are different units.
    """
    held: Table = (np.empty(0, LINE), np.empty(0, np.int64))
    waiting: list[Table] = []
    for chunk in chunks:
        held = held if len(held[0]) else (chunk[:0], held[1])
        waiting.append(_reduced(chunk, np.ones(len(chunk), np.int64)))
        if sum(len(rows) for rows, _ in waiting) >= len(held[0]):
            held, waiting = _joined([held, *waiting]), []
    rows, counts = _joined([held, *waiting]) if waiting else held
    return rows[counts >= min_copies]


def _joined(tables: list[Table]) -> Table:
    tables = [table for table in tables if len(table[0])] or tables[:1]
    if len(tables) == 1:
        return tables[0]
    return _reduced(np.concatenate([rows for rows, _ in tables]), np.concatenate([counts for _, counts in tables]))


def _reduced(rows: Rows, counts: npt.NDArray[np.int64]) -> Table:
    """Reduce rows, which stand for `counts` places each, to the first of each unit; most units are alone."""
    hashes = np.ascontiguousarray(rows["hash"])
    order = np.argsort(hashes)
    equal = np.concatenate([[False], hashes[order[1:]] == hashes[order[:-1]], [False]])
    shares = (equal[1:] | equal[:-1])[: len(rows)]
    alone, shared = order[~shares], np.sort(order[shares])
    node, low = rows["node"][shared], rows["low"][shared]
    position = rows["position"][shared]
    places = (node["row"], node["shard"], node["id_low"], node["id_high"], node["rank"])
    by = np.lexsort((position, *places, low, hashes[shared]))
    shared, low = shared[by], low[by]
    new = (hashes[shared[1:]] != hashes[shared[:-1]]) | (low[1:] != low[:-1])
    starts = np.flatnonzero(np.concatenate([[True], new])[: len(shared)])
    sums = np.add.reduceat(counts[shared], starts) if len(starts) else np.empty(0, np.int64)
    chosen, sums = np.concatenate([alone, shared[starts]]), np.concatenate([counts[alone], sums])
    back = np.argsort(hashes[chosen], kind="stable")
    return rows[chosen[back]], sums[back]


def copies(rows: Rows, stay: Rows) -> Rows:
    """Return CUT rows for those of `rows` whose unit is among `stay`, what `firsts` gave, but not those themselves."""
    rows, first = beside_first(rows, stay)
    cuts = np.empty(len(rows), CUT)
    cuts["shard"], cuts["row"], cuts["position"] = rows["node"]["shard"], rows["node"]["row"], rows["position"]
    cuts["kept_high"], cuts["kept_low"] = first["node"]["id_high"], first["node"]["id_low"]
    return cuts


def beside_first(rows: Rows, stay: Rows) -> tuple[Rows, Rows]:
    """Return those of `rows` whose unit is among `stay` but that are not there themselves, and the first of each."""
    firsts = _find(rows, stay)
    known = firsts >= 0
    rows, first = rows[known], stay[firsts[known]]
    other = rows["position"] != first["position"]
    for name in ("shard", "row"):
        other |= rows["node"][name] != first["node"][name]
    return rows[other], first[other]


def _find(rows: Rows, table: Rows) -> npt.NDArray[np.int64]:
    """Return the place of each row's unit in `table`, sorted by hash, or -1."""
    hashes, result = np.ascontiguousarray(table["hash"]), np.full(len(rows), -1)
    index = np.searchsorted(hashes, rows["hash"])
    asked = np.arange(len(rows))
    while len(asked):  # more than one round only where two units share 64 bits
        asked = asked[index[asked] < len(hashes)]
        asked = asked[hashes[index[asked]] == rows["hash"][asked]]
        same = table["low"][index[asked]] == rows["low"][asked]
        result[asked[same]] = index[asked[same]]
        asked = asked[~same]
        index[asked] += 1
    return result


def without(text: str, removed: set[int], unit: Unit) -> str:
    """Return `text` without the units numbered in `removed`.

    Where units went, the longest of the separators that stood between two neighbours that stay parts them. Form feeds
    all stay, at the start of a line, so what stays is on the page that it was on.
    """
    kept: list[str] = []
    between: list[str] = []
    for number, part in enumerate(_SPLIT[unit].split(text)):
        if number % 2:
            between.append(part)
        elif number // 2 not in removed:
            kept += [_separator(between, inside=bool(kept)), part]
            between = []
    breaks = "".join(between).count(PAGE_BREAK)
    return "".join(kept) + ("\n" if kept and breaks else "") + PAGE_BREAK * breaks


def _separator(between: list[str], *, inside: bool) -> str:
    breaks = "".join(between).count(PAGE_BREAK)
    if not inside:
        return PAGE_BREAK * breaks
    if len(between) == 1 or not breaks:
        return max(between, key=len)
    return "\n" + PAGE_BREAK * breaks
