"""Tell by its name whether a file holds rows, before a byte is read."""

import re
from typing import Literal

Kind = Literal["jsonl", "parquet"]
_LINES = re.compile(r"[^/\\]\.(?:jsonl|ndjson)(?:\.(?:gz|zst|zstd|lz4))?\Z", re.IGNORECASE)
_NAMED = re.compile(r"[^/\\]\.json(?:\.(?:gz|zst|zstd|lz4))?\Z", re.IGNORECASE)
_PARQUET = re.compile(r"[^/\\]\.parquet\Z", re.IGNORECASE)


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
