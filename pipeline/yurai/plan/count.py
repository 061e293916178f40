"""Count the candidates of an input without running it: all of a small one, windows of many sources of a large one.

Counting costs a thousandth of extraction. So it goes through a hundred times as many pages as a trial, and what a trial
tells of one page holds for a number of pages that is known within a few percent.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.plan.cut import Pieces, pieces_of
from yurai.plan.draw import Stratum, allotted, drawn
from yurai.plan.estimate import Estimate, ratio
from yurai.sources.fetch import open_remote
from yurai.sources.find import Source
from yurai.sources.rows import row_kind
from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.jsonl import lines
from yurai.sources.warc import CANDIDATES, Gap, read_file
from yurai_manifests.errors import RecipeError

FILES = 256
"""Sources that are opened at most."""
BUDGET = 48 << 20
"""Bytes that are counted; an input up to this size, and of no more files, is counted whole."""
CLUSTERS = 16
"""Sources of a stratum from which on each is a group; of fewer, each window is."""
READERS = 16


@dataclass(frozen=True, slots=True)
class Group:
    """Bytes (or rows, of Parquet: then as bytes of their source) that were counted, and the candidates in them."""

    bytes: float
    candidates: int


@dataclass(frozen=True, slots=True)
class Count:
    """The candidates of one stratum, and how many sources were opened for it."""

    estimate: Estimate
    opened: int


def count(groups: Sequence[Stratum]) -> list[Count]:
    """Return the candidates of each stratum.

    Raises:
        OSError: a source cannot be read.
        RecipeError: one is damaged Parquet.
    """
    files, whole = allotted(groups, FILES), sum(group.size for group in groups)
    share = min(1.0, BUDGET / whole) if whole else 1.0
    return [_count(group, number, share) for group, number in zip(groups, files, strict=True)]


def _count(stratum: Stratum, files: int, share: float) -> Count:
    chosen = drawn(stratum, files)
    part = min(1.0, share * len(stratum.sources) / len(chosen))
    with ThreadPoolExecutor(READERS) as pool:
        found = [one for one in pool.map(lambda source: list(_groups(source, part)), chosen) if one]
    few = len(chosen) == len(stratum.sources) or len(found) < CLUSTERS
    groups = [group for one in found for group in one] if few else [_joined(one) for one in found]
    counted = sum(group.bytes for group in groups)
    if not counted:
        return Count(Estimate(0.0), len(chosen))
    candidates = [group.candidates for group in groups]
    sampled = min(1.0, counted / stratum.size)
    return Count(ratio(candidates, [group.bytes for group in groups], stratum.size, sampled), len(chosen))


def _joined(groups: Iterable[Group]) -> Group:
    held = list(groups)
    return Group(sum(group.bytes for group in held), sum(group.candidates for group in held))


def _groups(source: Source, share: float) -> Iterator[Group]:
    """Yield what windows of one source hold."""
    kind = row_kind(source.name)
    if kind == "parquet":
        yield Group(source.size, _rows_of(source))
        return
    found = pieces_of(source, 1.0 if kind is None and source.size * share > source.size / 2 else share)
    with tempfile.TemporaryDirectory(prefix="yurai-count-") as folder:
        for piece in found.pieces:
            counted = _lines(piece) if kind == "jsonl" else _candidates(found, piece, Path(folder) / "piece")
            yield Group(len(piece), counted)


def _rows_of(source: Source) -> int:
    with open_remote(source.url) as file:
        try:
            return int(pq.ParquetFile(file).metadata.num_rows)
        except pa.ArrowInvalid as error:
            message = f"{source.name} is damaged where its columns are told ({error}), and a run cannot read it"
            raise RecipeError(f"{message}: leave it out of the input of plan") from error


def _lines(piece: bytes) -> int:
    return sum(1 for _, line, _, reason in lines(Inflow(piece)) if reason or (line and line.strip()))


def _candidates(found: Pieces, piece: bytes, path: Path) -> int:
    path.write_bytes(found.ahead + piece)
    return sum(1 for part in read_file(path) if not isinstance(part, Gap) and part.kind in CANDIDATES)
