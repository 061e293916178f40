"""Check an order of training against its manifest: samples in a row, tokens that are those of their parts, and sums."""

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.derived import Derived
from yurai_manifests.findings import Finding
from yurai_manifests.parquet import read_rows
from yurai_manifests.store import Store

AGAIN = "do not train by it; remove its folder and pack again"


def check_order(store: Store, folder: str, made: Derived, gone: Collection[str] = ()) -> Iterator[Finding]:
    """Compare the rows of an order with its facts; its files are those of its manifest.

    Count the tokens of documents that are `gone`, and left their places.
    """
    next_position, tokens, filled, taken = 0, 0, 0, pa.array(sorted(gone), pa.string())
    for file in made.named(".parquet"):
        with store.open(f"{folder}/{file.name}") as handle:
            for batch in read_rows(handle, ["position", "tokens", "parts"]):
                positions = batch.column("position").to_numpy()
                if (positions != np.arange(next_position, next_position + len(positions))).any():
                    yield _wrong(f"{folder}/{file.name}", f"its samples do not go on from {next_position:,}")
                if _sums(batch) != batch.column("tokens").to_pylist():
                    yield _wrong(f"{folder}/{file.name}", "a sample has other tokens than its parts")
                next_position += len(positions)
                filled += _filled(batch, taken)
                tokens += pc.sum(batch.column("tokens")).as_py() or 0
    if filled:
        message = f"{filled:,} of its {tokens:,} tokens are of documents that were taken down, and read as filler"
        yield Finding("info", "order", folder, message, "yurai.data gives them no label; mask them in other trainers")
    for name, found in (("samples", next_position), ("tokens", tokens)):
        if made.facts.get(name) != found:
            yield _wrong(folder, f"it holds {found:,} {name}, its manifest says {made.facts.get(name)}")


def _sums(batch: pa.RecordBatch) -> list[int]:
    """Return the tokens of the parts of each sample."""
    parts = batch.column("parts")
    counts = pc.struct_field(pc.list_flatten(parts), "token_count").to_numpy()
    ends = np.cumsum(pc.list_value_length(parts).to_numpy())
    sums: list[int] = np.diff(np.concatenate([[0], np.cumsum(counts)])[np.concatenate([[0], ends])]).tolist()
    return sums


def _filled(batch: pa.RecordBatch, gone: "pa.Array[pa.StringScalar]") -> int:
    """Return the tokens of parts of these documents."""
    parts = pc.list_flatten(batch.column("parts"))
    held = pc.is_in(pc.struct_field(parts, "doc_id"), value_set=gone)
    return int(pc.sum(pc.filter(pc.struct_field(parts, "token_count"), held)).as_py() or 0)


def _wrong(where: str, message: str) -> Finding:
    return Finding("error", "order", where, message, AGAIN)
