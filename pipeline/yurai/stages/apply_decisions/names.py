"""Tell a dropped document of the one that was kept: its URL, and where it lies.

Steps hand on rows of one width, so a name travels as JSON in parts of 128 bytes, filled up with spaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import HELD_BYTES, Span, read_twice, rows_file
from yurai.exchange.row_types import DECISION, NAME, NAME_BYTES, Numbers, Rows
from yurai.sources.fetch import Shard
from yurai.sources.overlay import Survivors
from yurai_manifests.task import Attempt, TaskRecord

SLICE = 1 << 16
"""Decisions whose names are written at once."""
Told = tuple[str | None, str]
"""URL and path."""


class Names(NamedTuple):
    """Names of the documents at `rows`, which ascend: number k has `counts[k]` parts of `text`, from `starts[k]` on."""

    rows: Numbers
    text: npt.NDArray[np.uint8]
    starts: Numbers
    counts: Numbers


@dataclass(frozen=True)
class NamesOf(Arguments):
    """The shard of what stays, spans of decisions about it, and its path where its rows do not say their source."""

    shard: Shard
    spans: list[Span]
    path: str | None


@task_function("yurai.steps.names:names")
def names(task: Task[NamesOf], attempt: Attempt) -> TaskRecord:
    """Write NAME rows for those that go."""
    args, record = task.args, task.record()
    chunks = read_twice(args.spans, DECISION, HELD_BYTES)
    needed = np.empty(0, np.int64)
    for rows in chunks():
        needed = np.union1d(needed, _gone(rows)["kept"]["row"].astype(np.int64))
    known = _names(Survivors.of(args.shard, attempt.spool), needed, args.path) if len(needed) else None
    with rows_file(attempt, record) as out:
        for rows in chunks():
            dropped = _gone(rows)
            for start in range(0, len(dropped), SLICE):
                if known:
                    out.write(_parts(dropped[start : start + SLICE], known))
    return record


def _gone(rows: Rows) -> Rows:
    return rows[np.flatnonzero(rows["gone"])]


def _names(shard: Survivors, needed: Numbers, path: str | None) -> Names:
    """Read the names of the rows `needed` of one shard."""
    named: list[bytes] = []
    for wanted in shard.at(["url", "source"], needed):
        for url, source in zip(wanted.column("url").to_pylist(), wanted.column("source").to_pylist(), strict=True):
            named.append(_padded(orjson.dumps([url, path or source])))
    counts = np.array([len(name) // NAME_BYTES for name in named], np.int64)
    text = np.frombuffer(b"".join(named), np.uint8).reshape(-1, NAME_BYTES)
    return Names(needed, text, np.cumsum(counts) - counts, counts)


def _padded(name: bytes) -> bytes:
    return name.ljust(-(-len(name) // NAME_BYTES) * NAME_BYTES)


def _parts(dropped: Rows, known: Names) -> Rows:
    index = np.searchsorted(known.rows, dropped["kept"]["row"].astype(np.int64))
    counts = known.counts[index]
    row_of_part = np.repeat(np.arange(len(dropped)), counts)
    part = np.arange(len(row_of_part)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.zeros(len(row_of_part), NAME)
    rows["shard"], rows["row"], rows["part"] = dropped["shard"][row_of_part], dropped["row"][row_of_part], part
    rows["text"] = known.text[known.starts[index][row_of_part] + part]
    return rows


def told(rows: Rows) -> dict[int, Told]:
    """Return the names that NAME rows of one shard hold, by the row that is told."""
    rows = rows[np.lexsort((rows["part"], rows["row"]))]
    rows_told, starts = np.unique(rows["row"], return_index=True)
    pieces = np.split(rows["text"], starts[1:])
    return {row: _name(piece) for row, piece in zip(rows_told.tolist(), pieces, strict=False)}


def _name(piece: npt.NDArray[np.uint8]) -> Told:
    url, path = orjson.loads(piece.tobytes())
    return url, path
