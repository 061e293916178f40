"""Build one piece of an index: the texts of consecutive rows of documents/, and the order of their suffixes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.declare.batches import strings
from yurai.engine.arguments import Arguments
from yurai.engine.clock import part
from yurai.engine.task import Task, task_function
from yurai.search.forms import Form, formed
from yurai.search.heads import make_heads
from yurai.search.piece import DOCUMENT
from yurai.search.suffixes import suffix_array
from yurai.search.units import END, UNIT_BYTES, stored
from yurai.sources.fetch import fetch_shard
from yurai.stages.packing import window
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

COLUMNS = ["doc_id", "text", "text_bytes"]
ROWS = 256
BEHIND = END.to_bytes(UNIT_BYTES, "little")


@dataclass(frozen=True)
class IndexPiece(Arguments):
    """One piece: its number, the bytes of text before the first input and of each piece, and the form of texts."""

    number: int
    before: int
    target: int
    form: Form


@task_function("yurai.run.index.tasks:piece")
def index_piece(task: Task[IndexPiece], attempt: Attempt) -> TaskRecord:
    """Write the four files of a piece; `rows` of each are its documents, `size` its letters."""
    units = attempt.path("units")
    with part("texts"):
        rows, letters = write_units(_texts(task, attempt), units, task.args.form)
    values: npt.NDArray[np.uint16] = np.memmap(units, "<u2", "r") if units.stat().st_size else np.zeros(0, np.uint16)
    with part("sort"):
        order = suffix_array(values)
    with part("write"):
        order.astype("<i4", copy=False).tofile(attempt.path("suffixes"))
        with attempt.path("heads").open("wb") as file:
            file.writelines(make_heads(values, order))
        rows.tofile(attempt.path("documents"))
        del order, values
        for name in ("units", "suffixes", "heads", "documents"):
            attempt.finish(name, attempt.path(name), rows=rows.size, size=letters)
    return task.record()


def _texts(task: Task[IndexPiece], attempt: Attempt) -> Iterator[tuple[str, str]]:
    """Yield (doc_id, text) of the rows that begin in the piece."""
    before = task.args.before
    for shard in task.inputs:
        for batch in read_rows(fetch_shard(shard, attempt.spool), COLUMNS, batch_rows=ROWS):
            sizes = batch.column("text_bytes").to_numpy()
            low, high = window(sizes, before, task.args.number, task.args.target)
            yield from _pairs(batch.slice(low, high - low))
            before += int(sizes.sum())


def _pairs(batch: pa.RecordBatch) -> Iterator[tuple[str, str]]:
    return zip(strings(batch, "doc_id"), strings(batch, "text"), strict=True)


def write_units(texts: Iterator[tuple[str, str]], path: Path, form: Form) -> tuple[npt.NDArray[np.void], int]:
    """Write the units of texts, each with unit 0 behind it; return the rows of documents, and how many letters."""
    ids, firsts, letters, at = list[bytes](), list[int](), 0, 0
    with path.open("wb") as file:
        for doc_id, text in texts:
            kept = formed(text, form)
            ids.append(bytes.fromhex(doc_id))
            firsts.append(at // UNIT_BYTES)
            letters += len(kept)
            at += file.write(stored(kept))
            at += file.write(BEHIND)
    rows = np.zeros(len(ids), DOCUMENT)
    rows["doc_id"], rows["first"] = ids, firsts
    return rows, letters
