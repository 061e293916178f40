"""Say which rows of a delivered file have other content than the run hashed, by the leaf hashes in .work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.errors import YuraiError
from yurai_manifests.merkle.leaves import hash_of, row_leaves, token_leaf
from yurai_manifests.merkle.token_spans import spans_of
from yurai_manifests.merkle.tree import HASH_BYTES
from yurai_manifests.run import Delivered, RunRecord, token_shards
from yurai_manifests.step import StepRecord, outputs
from yurai_manifests.store import Store
from yurai_manifests.verify.hashing import Hasher

SHOWN = 5
UNKNOWN = "which row cannot be told"


@dataclass(frozen=True, slots=True)
class Damage:
    """Finds rows in damaged files, with what the steps of roots left."""

    store: Store
    run: RunRecord
    steps: Sequence[StepRecord]
    hasher: Hasher

    def words(self, name: str) -> str:
        """Return where in the delivered file `name` its damage is, as far as it can be told."""
        folder = name.partition("/")[0]
        files = {file.name: file for file in self.run.files(folder)}
        try:
            if folder == "shards":
                return self._in_shard(files[name])
            return self._in_rows(folder, files[name])
        except (YuraiError, OSError, pa.ArrowException, ValueError) as error:
            return f"{UNKNOWN}: {error}"

    def _stored(self, step: str, output: str, name: str) -> list[bytes] | None:
        """Return the hashes that a step of roots left for a file; None where they are gone or damaged."""
        for record in self.steps:
            if not str(record.value["step"]).endswith(f"-roots.{step}"):
                continue
            for task, kept in outputs(self.store, record, output):
                if task.source == name:
                    whole = self.hasher.sha256(kept.path) == kept.sha256
                    return _cut(self.store.read(kept.path)) if whole else None
        return None

    def _spans(self, first: int, count: int) -> Iterator[bytes]:
        """Yield the digests of tokens of `count` documents from `first` on."""
        start = 0
        for shard in token_shards(self.run.files("shards")):
            low, high = max(first - start, 0), min(first + count - start, shard.rows)
            if low < high:
                yield from (self._stored("spans", "spans", shard.name) or [])[low:high]
            start += shard.rows

    def _in_rows(self, folder: str, file: Delivered) -> str:
        leaves = self._stored("rows", "leaves", file.name)
        if leaves is None:
            return f"{UNKNOWN}: .work does not hold the hashes of its rows"
        spans = None
        if folder == "documents" and self.run.files("shards"):
            first = sum(one.rows for one in self.run.files(folder) if one.name < file.name)
            spans = list(self._spans(first, file.rows))
        changed, unread = list[str](), list[str]()
        with self.store.open(file.name) as handle, pq.ParquetFile(handle) as parquet:
            row = 0
            for group in range(parquet.num_row_groups):
                count = parquet.metadata.row_group(group).num_rows
                try:
                    for number, doc_id, leaf in _leaves(parquet, group, folder, row, spans):
                        if number >= len(leaves) or hash_of(leaf) != leaves[number]:
                            changed.append(f"row {number}, document {doc_id}")
                except (pa.ArrowException, OSError, ValueError):
                    columns = ", ".join(_unreadable(parquet, group)[:SHOWN]) or "their pages"
                    unread.append(f"rows {row} to {row + count - 1}, of which {columns} cannot be read")
                row += count
        return _said([*unread, *changed], row == file.rows)

    def _in_shard(self, file: Delivered) -> str:
        stem, _, ending = file.name.rpartition(".")
        holder = next(one for one in token_shards(self.run.files("shards")) if one.name.rpartition(".")[0] == stem)
        leaves = self._stored("spans", "leaves", holder.name)
        if ending == "idx":
            return "it holds lengths and places of documents, no rows"
        if leaves is None:
            return f"{UNKNOWN}: .work does not hold the hashes of its rows"
        changed, row = list[str](), 0
        with self.store.open(f"{stem}.parquet") as index, self.store.open(holder.name) as ids:
            token_bytes = holder.bytes // holder.size if holder.size else 0
            found = spans_of(index, None if holder.name.endswith(".parquet") else ids, token_bytes)
            for row, (doc_id, span) in enumerate(found, 1):
                if row > len(leaves) or hash_of(token_leaf(doc_id, span)) != leaves[row - 1]:
                    changed.append(f"row {row - 1}, document {doc_id}")
        return _said(changed, row == holder.rows)


def _cut(data: bytes) -> list[bytes]:
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def _leaves(
    parquet: pq.ParquetFile, group: int, folder: str, row: int, spans: list[bytes] | None
) -> Iterator[tuple[int, str | None, dict[str, str | None]]]:
    for batch in parquet.iter_batches(row_groups=[group], use_threads=False):
        of_batch = None if spans is None else list(islice(spans, row, row + batch.num_rows))
        for leaf in row_leaves(folder, batch, of_batch):
            yield row, leaf["doc_id"], leaf
            row += 1


def _unreadable(parquet: pq.ParquetFile, group: int) -> list[str]:
    names = []
    for name in parquet.schema_arrow.names:
        try:
            parquet.read_row_group(group, [name], use_threads=False).validate(full=True)
        except (pa.ArrowException, OSError, ValueError):
            names.append(name)
    return names


def _said(places: list[str], whole: bool) -> str:
    if places:
        more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
        return "; ".join(places[:SHOWN]) + more
    if not whole:
        return "it has another number of rows"
    return "no row that is hashed differs: the change is in what lies around them, or in columns without a leaf"
