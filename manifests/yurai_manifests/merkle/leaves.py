"""Say what the leaf of a row holds: canonical JSON of its id, its kind, and digests of its parts.

    documents, extracted   row, text, and of documents that have them tokens
    other folders          row, and text where they have one
    tokens                 tokens: a document in a token shard

`row` is the sha256 of the canonical JSON of all columns but the text; `text` is computed from the text that lies there,
`tokens` from the ids as the shard stores them, little-endian, the end of document included.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, cast

import orjson
import pyarrow as pa

from yurai_manifests.merkle.rows import row_digests
from yurai_manifests.merkle.tree import leaf_hash
from yurai_manifests.text_bytes import digests

Leaf: TypeAlias = dict[str, str | None]
TOKENS = "tokens"


def leaf_bytes(leaf: Leaf) -> bytes:
    """Return the canonical JSON of a leaf; it holds ASCII names and strings alone, which orjson writes as RFC 8785."""
    return orjson.dumps(leaf, option=orjson.OPT_SORT_KEYS)


def hash_of(leaf: Leaf) -> bytes:
    """Return the hash of a leaf."""
    return leaf_hash(leaf_bytes(leaf))


def row_leaves(kind: str, batch: pa.RecordBatch, spans: Sequence[bytes] | None = None) -> Iterator[Leaf]:
    """Yield the leaves of rows of the folder `kind`; `spans` are the digests of their tokens, null behind the last."""
    known = "doc_id" in batch.schema.names
    ids = cast("list[str | None]", batch.column("doc_id").to_pylist() if known else [None] * batch.num_rows)
    texts = text_digests(batch) if "text" in batch.schema.names else None
    for number, (doc_id, row) in enumerate(zip(ids, row_digests(batch), strict=True)):
        leaf: Leaf = {"doc_id": doc_id, "kind": kind, "row": row}
        if texts:
            span = spans[number] if spans and number < len(spans) else None
            leaf |= {"text": texts[number], TOKENS: None if span is None else span.hex()}
        yield leaf


def text_digests(batch: pa.RecordBatch) -> list[str | None]:
    """Return the hex sha256 of each text in UTF-8, null of null."""
    return [None if one is None else one.hex() for one in digests(batch.column("text"))]


def token_leaf(doc_id: str, span: bytes) -> Leaf:
    """Return the leaf of a document in a token shard."""
    return {"doc_id": doc_id, "kind": TOKENS, TOKENS: span.hex()}
