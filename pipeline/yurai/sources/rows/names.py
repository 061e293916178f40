"""Tell by its name whether a file holds rows, before a byte is read."""

import re
from typing import Literal

Kind = Literal["jsonl", "parquet"]
_LINES = re.compile(r"[^/\\]\.(?:jsonl|ndjson)(?:\.(?:gz|zst|zstd|lz4))?\Z", re.IGNORECASE)
_NAMED = re.compile(r"[^/\\]\.json(?:\.(?:gz|zst|zstd|lz4))?\Z", re.IGNORECASE)
_PARQUET = re.compile(r"[^/\\]\.parquet\Z", re.IGNORECASE)
_PACKED = (".gz", ".zst", ".zstd", ".lz4")
_PACKINGS = r"(?:gz|zst|zstd|lz4|bz2|xz|lzma|lz|br|z|zip|7z|rar|tar|tgz|sz|snappy)"
_PACKERS = {"bz2": "bzip2", "br": "brotli", "z": "compress", "sz": "snappy", "lz": "lzip"}
_FOREIGN = (
    (rf"\.(?:csv|tsv|tab)(?:\.{_PACKINGS})*",
     "CSV (or TSV), which is not read: write it as Parquet: duckdb -c \"copy 'FILE' to 'FILE.parquet'\""),
    (rf"\.(?:arrow|feather|ipc|orc|avro|xlsx?|ods|sqlite3?|duckdb)(?:\.{_PACKINGS})*",
     "a table of a kind that is not read: write it as JSON Lines or Parquet"),
    (rf"\.(?:jsonl|ndjson|json)(?:\.{_PACKINGS})*\.(?P<packing>{_PACKINGS})",
     "packed by {packing}, which is not read: unpack it, or pack it once with gzip, zstd or lz4"),
    (rf"\.parquet(?:\.{_PACKINGS})+", "Parquet that was packed once more: unpack it"),
)  # fmt: skip
_FOREIGN_NAMES = tuple((re.compile(rf"[^/\\]{ending}\Z", re.IGNORECASE), what) for ending, what in _FOREIGN)


def row_kind(name: str) -> Kind | None:
    """Return how a source of this name is read as rows; None: it is read as a web archive.

    `.json` is JSONL too where a file is named: corpora are published so. What its bytes are packed in, its bytes say.
    """
    if _PARQUET.search(name):
        return "parquet"
    return "jsonl" if _LINES.search(name) or _NAMED.search(name) else None


def is_row_file(name: str) -> bool:
    """Whether a folder's walk takes a file of this name (or path) as rows; not `.json`, most of which is no corpus."""
    return bool(_LINES.search(name) or _PARQUET.search(name))


def is_packed_rows(name: str) -> bool:
    """Whether a source of this name is packed as a whole, so that its rows cannot be read from its middle."""
    return row_kind(name) == "jsonl" and name.lower().endswith(_PACKED)


def foreign_kind(name: str) -> str | None:
    """Return what a file is that by its name holds rows which are not read, and what to do; None: it may be read."""
    if row_kind(name):
        return None
    for ending, what in _FOREIGN_NAMES:
        if found := ending.search(name):
            packing = found.groupdict().get("packing", "").lower()
            return what.format(packing=_PACKERS.get(packing, packing))
    return None
