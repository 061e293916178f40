"""Read evaluation files: which items there are, and the strings of each.

JSONL and Parquet have an item a row, as has a JSON list. A JSON object, such as SQuAD's `data`, `paragraphs`, `qas`, is
walked: each object in it is an item. An object is named by its first field that is an id; without one by the id of what
it lies in, then by its row, or its place in the file as a JSON pointer (RFC 6901).
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple, cast

import orjson
import pyarrow as pa

from yurai.declare.lists import read
from yurai.stages.decontaminate.settings import Evaluation
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_table

_IDS: Final = re.compile(r"(?:.*[_-])?(?:id|qid|uid|guid|uuid|idx|index)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_MAGIC: Final[dict[bytes, Literal["gzip", "zstd"]]] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_TEXT: Final = re.compile(r"\.(?:txt|text)(?:\.(?:gz|zst))?", re.IGNORECASE)


class Item(NamedTuple):
    """One string of an item."""

    name: str
    text: str


def read_evaluation(evaluation: Evaluation) -> bytes:
    """Return the bytes of an evaluation's file, as they are stored.

    Raises:
        RecipeError: it cannot be read, or has another sha256 than the recipe says.
    """
    try:
        data = read(evaluation.spec, "")
    except ValueError as error:
        raise RecipeError(f"evaluation {evaluation.name} {error}".replace("names list", "names file", 1)) from error
    actual = hashlib.sha256(data).hexdigest()
    if evaluation.sha256 and actual != evaluation.sha256:
        raise RecipeError(
            f"evaluation {evaluation.name}: {evaluation.spec} has sha256 {actual}, not {evaluation.sha256}: it was "
            "changed since; put it back, or give the new one and run again"
        )
    return data


def digest_of(evaluation: Evaluation) -> str:
    """Return the sha256 that an evaluation's file has; raises RecipeError as `read_evaluation`."""
    return hashlib.sha256(read_evaluation(evaluation)).hexdigest()


def items(evaluation: Evaluation, fields: frozenset[str]) -> Iterator[Item]:
    """Yield the strings of all items, in the order of the file; with `fields` those under these names alone.

    Raises:
        RecipeError: as `read_evaluation`, or the file is no JSON, JSONL, Parquet or text in UTF-8.
    """
    try:
        for name, value in _rows(_inflated(read_evaluation(evaluation)), evaluation.spec):
            yield from _strings(value, name, fields, place="", chosen=not fields)
    except (ValueError, OSError, pa.ArrowInvalid, RecursionError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(
            f"evaluation {evaluation.name}: {evaluation.spec} is no JSONL, JSON, Parquet or text in UTF-8 ({error}); "
            "give the file as it was published"
        ) from error


def _inflated(data: bytes) -> bytes:
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        return data
    with pa.input_stream(pa.py_buffer(data), compression=kind) as stream:
        return bytes(stream.read())


def _rows(data: bytes, spec: str) -> Iterator[tuple[str | None, object]]:
    """Yield (name, value) of each row; None where places inside the value name items."""
    if data.startswith(b"PAR1"):
        for number, row in enumerate(read_table(io.BytesIO(data)).to_pylist()):
            yield f"row {number + 1}", row
        return
    text = data.decode("utf-8-sig")
    if _TEXT.search(spec.rpartition("/")[2]):
        lines = enumerate(text.split("\n"), 1)
        yield from ((f"line {number}", {"text": line}) for number, line in lines if line.strip())
        return
    try:
        whole: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"line {number}", _line(line, number)
        return
    if isinstance(whole, list):
        yield from ((f"item {number}", one) for number, one in enumerate(whole, 1))
    else:
        yield None, whole


def _line(line: str, number: int) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"line {number}: {error}") from error


def _strings(value: object, name: str | None, fields: frozenset[str], place: str, *, chosen: bool) -> Iterator[Item]:
    """Yield the strings of a value; `chosen`: it lies under a field that is compared."""
    if isinstance(value, str):
        if chosen and not _ADDRESS.fullmatch(value.strip()):
            yield Item(name or place or "item", value)
    elif isinstance(value, Mapping):
        parts = cast("Mapping[str, object]", value)
        name = _id_of(parts) or name
        for key, part in parts.items():
            if not _IDS.fullmatch(key):
                inner = f"{place}/{key}" if isinstance(part, list | Mapping) else place
                yield from _strings(part, name, fields, inner, chosen=chosen or key in fields)
    elif isinstance(value, list):
        nested = any(isinstance(part, Mapping) for part in value)
        for number, part in enumerate(value):
            yield from _strings(part, name, fields, f"{place}/{number}" if nested else place, chosen=chosen)


def _id_of(value: Mapping[str, object]) -> str | None:
    found = (str(part) for key, part in value.items() if _IDS.fullmatch(key) and isinstance(part, str | int))
    return next((one for one in found if one), None)
