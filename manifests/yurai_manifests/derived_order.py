"""Check an order of training against its manifest: samples in a row, tokens that are those of their parts, and sums."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai_manifests.derived import Derived
from yurai_manifests.findings import Finding
from yurai_manifests.store import Store

AGAIN = "do not train by it; remove its folder and pack again"


def check_order(store: Store, folder: str, made: Derived) -> Iterator[Finding]:
    """Compare the rows of an order with its facts; its files are those of its manifest."""
    next_position, tokens = 0, 0
    for file in made.named(".parquet"):
        with store.open(f"{folder}/{file.name}") as handle, pq.ParquetFile(handle) as parquet:
            for batch in parquet.iter_batches(1024, columns=["position", "tokens", "parts"], use_threads=False):
                positions = batch.column("position").to_numpy()
                if (positions != np.arange(next_position, next_position + len(positions))).any():
                    yield _wrong(f"{folder}/{file.name}", f"its samples do not go on from {next_position:,}")
                if _sums(batch) != batch.column("tokens").to_pylist():
                    yield _wrong(f"{folder}/{file.name}", "a sample has other tokens than its parts")
                next_position += len(positions)
                tokens += pc.sum(batch.column("tokens")).as_py() or 0
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


def _wrong(where: str, message: str) -> Finding:
    return Finding("error", "order", where, message, AGAIN)
