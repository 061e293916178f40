"""Read lines of CDX files: CDXJ, ZipNum blocks of it, and the older CDX whose head names its fields.

CDXJ: `key timestamp {json}` (https://specs.webrecorder.net/cdxj/0.1.0/). ZipNum is CDXJ in gzip members, which are read
one after another. CDX: http://archive.org/web/researcher/cdx_file_format.php.
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final, cast
from urllib.parse import urlsplit

import orjson
import pyarrow as pa

from yurai.sources.selection.relation import INDEX
from yurai_manifests.errors import ShardError
from yurai_manifests.visible import escaped

ROWS: Final = 20_000
_LETTERS: Final = {
    "N": "url_surtkey",
    "b": "timestamp",
    "a": "url",
    "m": "mime",
    "s": "status",
    "k": "digest",
    "r": "redirect",
    "S": "length",
    "V": "offset",
    "g": "filename",
}
_NAMES: Final = {
    "digest": "content_digest",
    "mime": "content_mime_type",
    "mime-detected": "content_mime_detected",
    "charset": "content_charset",
    "languages": "content_languages",
    "truncated": "content_truncated",
    "redirect": "fetch_redirect",
}
_PLACE: Final = {"offset": "warc_record_offset", "length": "warc_record_length"}
_PLACES: Final = range(2**63)
_STATUS: Final = range(-(2**15), 2**15)
"""Numbers that the columns of INDEX hold; a place in a file is not below 0."""


def cdx_batches(path: Path, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a CDX or CDXJ file, plain or gzip, as rows of INDEX, in their order.

    Raises:
        ShardError: damaged gzip, or a line that is none; `name` is what it is called in errors.
    """
    rows: list[dict[str, object]] = []
    fields: list[str] = []
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                if line.lstrip().startswith(b"CDX "):
                    fields = [_LETTERS.get(letter, letter) for letter in line.decode("ascii", "replace").split()[1:]]
                elif line.strip() and not line.startswith(b"!"):
                    rows.append(_row(line, fields, f"line {number:,} of {escaped(name)}"))
                if len(rows) == ROWS:
                    yield pa.RecordBatch.from_pylist(rows, INDEX)
                    rows.clear()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ShardError(f"{escaped(name)} is damaged gzip ({type(error).__name__}); fetch it again") from error
    yield pa.RecordBatch.from_pylist(rows, INDEX)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")


def _row(line: bytes, fields: list[str], where: str) -> dict[str, object]:
    try:
        if fields:
            values = line.decode("utf-8", "replace").split()
            said = {name: value for name, value in zip(fields, values, strict=True) if value != "-"}
            key, timestamp = said.get("url_surtkey", ""), said["timestamp"]
        else:
            first, second, rest = line.split(b" ", 2)
            key, timestamp, said = first.decode("utf-8", "replace"), second.decode("ascii"), orjson.loads(rest)
        url = _text(said["url"]) or ""
        row: dict[str, object] = {"url_surtkey": key, "fetch_time": _time(timestamp), **_of_url(url)}
        row |= {"url": url, "warc_filename": _text(said["filename"]) or ""}
        row |= {column: _text(said.get(name)) for name, column in _NAMES.items()}
        row |= {column: _number(said[name], _PLACES) for name, column in _PLACE.items()}
        status = said.get("status")
        return row | {"fetch_status": None if status in (None, "", "-") else _number(status, _STATUS)}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ShardError(f"{where} is no line of CDX or CDXJ ({type(error).__name__}); check the file") from error


def _time(timestamp: str) -> datetime:
    return datetime.strptime(timestamp[:14], "%Y%m%d%H%M%S")  # noqa: DTZ007 - the index has UTC without a zone


def _text(value: object) -> str | None:
    """Return the text of a field; any other JSON value is a TypeError, since a column of INDEX has no place for it."""
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object, held: range) -> int:
    """Return the number of a field, as JSON has it or in quotes; a ValueError beyond what its column holds."""
    number = int(str(value))
    if number not in held:
        raise ValueError
    return number


def _of_url(url: str) -> dict[str, str | None]:
    """Return the parts of a URL that the columnar index has; of one that is none, nothing."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return {}
    tld = host.rpartition(".")[2] if host and ":" not in host else None
    return {
        "url_host_name": host,
        "url_host_tld": tld if tld and not tld.isdecimal() else None,
        "url_protocol": parts.scheme,
        "url_path": parts.path,
        "url_query": parts.query or None,
    }
