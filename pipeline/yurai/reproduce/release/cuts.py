"""Say which lines of its extracted text a document kept, as numbers: what other documents took, no archive can tell.

Of a text that lost runs of bytes its row says which, in `cut_spans`.

Stage `line-dedup` removes lines that other documents have. The lines that stay are a part of the extracted text in its
order, so ranges of their numbers are enough to cut it again, and hold no word of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias, TypedDict, cast

import pyarrow as pa

from yurai.reproduce.remake import REWRITES
from yurai_manifests.errors import AuditError
from yurai_manifests.files import unchanged
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

KEPT_LINES: Final = "kept_lines"
KIND: Final = pa.list_(pa.struct([pa.field("first", pa.int32()), pa.field("count", pa.int32())]))
_BATCH_ROWS: Final = 128


class Lines(TypedDict):
    """Consecutive lines: the number of the first one, from 0, and how many."""

    first: int
    count: int


class Span(TypedDict):
    """What is read of a run in `cut_spans`."""

    start: int
    length: int


Cut: TypeAlias = Sequence[Lines]


def kept_lines(before: str, after: str) -> Cut | None:
    """Return the lines of `before` that `after` is made of, joined by line feeds; None where it is not."""
    lines, found, place = before.split("\n"), list[Lines](), 0
    for line in after.split("\n"):
        try:
            place = lines.index(line, place)
        except ValueError:
            return None
        if found and found[-1]["first"] + found[-1]["count"] == place:
            found[-1]["count"] += 1
        else:
            found.append({"first": place, "count": 1})
        place += 1
    return found


def cut(text: str, kept: Cut) -> str:
    """Return the lines of a text that stay."""
    lines = text.split("\n")
    return "\n".join(line for one in kept for line in lines[one["first"] : one["first"] + one["count"]])


def without(text: str, spans: Iterable[Span]) -> str:
    """Return a text without the runs that `cut_spans` tells of: start and length in bytes of UTF-8, in order."""
    data, kept, place = text.encode(), list[bytes](), 0
    for span in spans:
        kept.append(data[place : span["start"]])
        place = span["start"] + span["length"]
    return b"".join([*kept, data[place:]]).decode()


class Cuts:
    """Finds the lines that documents kept; asked in their order, it holds one batch of extracted/."""

    def __init__(self, store: Store, run: RunRecord) -> None:
        asked = any(stage["use"] == REWRITES for stage in run.recipe_stages)
        self._texts = _texts(store, run) if asked else None

    def of(self, batch: pa.RecordBatch) -> list[Cut | None]:
        """Return the kept lines of rows of documents/; None of a text that is as it was extracted, or no part of it.

        Raises:
            AuditError: extracted/ has not the rows of documents/ in their order.
        """
        if self._texts is None:
            return [None] * batch.num_rows
        names, texts = (cast("list[str]", batch.column(one).to_pylist()) for one in ("doc_id", "text"))
        return [self._cut(name, text) for name, text in zip(names, texts, strict=True)]

    def _cut(self, doc_id: str, text: str) -> Cut | None:
        before = next((before for name, before in self._texts or () if name == doc_id), None)
        if before is None:
            raise AuditError(f"extracted/ has no row of {doc_id} in the order of documents/; run `yurai audit`")
        return None if before == text else kept_lines(before, text)


def _texts(store: Store, run: RunRecord) -> Iterator[tuple[str, str]]:
    for file in run.files("extracted"):
        with unchanged(store, file) as handle:
            for batch in read_rows(handle, ["doc_id", "text"], batch_rows=_BATCH_ROWS):
                yield from _pairs(batch.column(one).to_pylist() for one in ("doc_id", "text"))


def _pairs(columns: Iterable[list[object]]) -> Iterator[tuple[str, str]]:
    return cast("Iterator[tuple[str, str]]", zip(*columns, strict=True))
