"""Secrets that tests plant in URLs and keys, and where they look for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = ("pLANTEDuser", "pLANTEDword", "pLANTEDsig", "pLANTEDfrag")
USER, QUERY = "pLANTEDuser:pLANTEDword@", "?X-Amz-Signature=pLANTEDsig&e=%2FpLANTEDsig#pLANTEDfrag"


def hits(*texts: str | bytes) -> list[str]:
    """Return the secrets that stand in any of these."""
    whole = b"\0".join(text if isinstance(text, bytes) else text.encode() for text in texts)
    return [secret for secret in SECRETS if secret.encode() in whole]


def tree_bytes(folder: Path) -> bytes:
    """All bytes of a tree, with what Parquet packs unpacked, and its names."""
    parts = []
    for path in sorted(folder.rglob("*")):
        parts.append(str(path).encode())
        if path.is_file():
            parts.append(path.read_bytes())
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            parts.append(str(table.to_pylist()).encode() + str(table.schema.metadata).encode())
    return b"\0".join(parts)
