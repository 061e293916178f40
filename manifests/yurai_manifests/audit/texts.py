"""Check columns of one row against each other: identity, and what follows from the text."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.audit.unlike import Faults, values
from yurai_manifests.schema import document_id

IDENTITY: Final = ("doc_id", "source", "source_sha256", "warc_offset", "inner_offset")
DIGESTS: Final = ("text_sha256", "text_bytes", "char_count", "newline_count")
OPTIONAL: Final = ("char_count", "newline_count")
"""Null where no tagger measured them."""


class Span(TypedDict):
    """An entry of `block_spans`."""

    type: str
    start: int
    end: int


def check_identity(rows: pa.Table, sources: Mapping[str, str] | None, folder: str, faults: Faults) -> None:
    """Recompute `doc_id`, and look `source_sha256` up, as `Case.origins` says."""
    if sources is None:
        return
    names, files = (_texts(rows, name) for name in IDENTITY[:2])
    digests = [str(one or "") for one in values(rows.column("source_sha256"))]
    places = zip(_numbers(rows, "warc_offset"), _numbers(rows, "inner_offset"), strict=True)
    due = [document_id(file, offset or 0, inner) for file, (offset, inner) in zip(files, places, strict=True)]
    wrong = [name for name, one in zip(names, due, strict=True) if name != one]
    faults.add(folder, "have a doc_id that is not of their source and offset", wrong)
    if sources:
        wrong = [name for name, file, one in zip(names, files, digests, strict=True) if sources.get(file) != one]
        faults.add(folder, "have a source or source_sha256 that no task read", wrong)


def check_texts(rows: pa.Table, folder: str, faults: Faults) -> None:
    """Recompute what is said of the text: digest, bytes, characters, line feeds; and where blocks may lie in it."""
    names, texts = _texts(rows, "doc_id"), _texts(rows, "text")
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    due: dict[str, Sequence[object]] = {
        "text_sha256": [hashlib.sha256(one).hexdigest() for one in data],
        "text_bytes": [len(one) for one in data],
        "char_count": [len(text) for text in texts],
        "newline_count": [text.count("\n") for text in texts],
    }
    for column in DIGESTS:
        found = zip(names, _values(rows, column), due[column], strict=True)
        wrong = [name for name, one, two in found if one != two and not (one is None and column in OPTIONAL)]
        faults.add(folder, f"have a {column} that is not of their text", wrong)
    spans = cast("list[list[Span] | None]", _values(rows, "block_spans"))
    wrong = [name for name, one, text in zip(names, spans, data, strict=True) if one and not _fit(one, text)]
    faults.add(folder, "have a block_spans that is not of their text", wrong)


def _values(rows: pa.Table, name: str) -> list[object]:
    """Return a column; one that an older schema lacks is null."""
    return values(rows.column(name)) if name in rows.schema.names else [None] * rows.num_rows


def _texts(rows: pa.Table, name: str) -> list[str]:
    return [str(one) for one in values(rows.column(name))]


def _numbers(rows: pa.Table, name: str) -> list[int | None]:
    return cast("list[int | None]", values(rows.column(name)))


def _fit(spans: Sequence[Span], data: bytes) -> bool:
    """Whether blocks are whole lines of the text, in order and apart."""
    end = 0
    for span in spans:
        start = span["start"]
        if not end <= start < span["end"] <= len(data) or (start and data[start - 1 : start] != b"\n"):
            return False
        end = span["end"]
        if end < len(data) and data[end : end + 1] != b"\n":
            return False
    return True


def sum_of(rows: pa.Table, name: str) -> int:
    """Return the sum of a column of integers."""
    return int(pc.sum(rows.column(name)).as_py() or 0)
