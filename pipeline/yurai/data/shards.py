"""Read tokens of shards by their number: mapped into memory where they are local, by ranges with a cache elsewhere."""

from typing import Final, Protocol, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai.data.samples import Kept, Places
from yurai.tokens import TokenArray, TokenDType, index_dtype
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.lookup.rows import open_parquet, row_group_starts
from yurai_manifests.run import Delivered
from yurai_manifests.store import LocalStore, Store

BLOCK: Final = 1 << 20
"""Bytes of one request to storage that cannot be mapped."""
BLOCKS: Final = 64
_ROW_GROUPS: Final = 4
_HEAD: Final = 64


class Shard(Protocol):
    """Tokens of one shard."""

    def read(self, start: int, count: int) -> TokenArray:
        """Return `count` ids from number `start` on; fewer where the shard ends before."""


class Shards:
    """The shards of a run; each is opened when a token of it is first asked for."""

    def __init__(self, store: Store, files: list[Delivered]) -> None:
        self._store = store
        self._files = {file.name: file for file in files}
        self._open: dict[str, Shard] = {}
        self._blocks: Kept[tuple[str, int], bytes] = Kept(self._block, BLOCKS)

    def read(self, name: str, start: int, count: int) -> TokenArray:
        """Return `count` ids of the shard `name` from number `start` on.

        Raises:
            AuditError: the run has no such shard, or it has another size than run.json says. ShardError: it is missing,
            damaged or too short.
        """
        if name not in self._open:
            self._open[name] = self._opened(name)
        try:
            ids = self._open[name].read(start, count)
        except (pa.ArrowException, OSError, IndexError, ValueError) as error:
            raise ShardError(f"{self._store.url}/{name} is not readable: {error}; restore it") from error
        if ids.size != count:
            raise ShardError(f"{self._store.url}/{name} ends at a token before {start + count:,}; restore it")
        return ids

    def dtype(self) -> TokenDType:
        """Return the type of an id in Megatron's form, as the first shard tells it; errors as `read`."""
        file = next(iter(self._files.values()), None)
        if file is None:
            raise AuditError(f"{self._store.url} has no token shards: its recipe has no stage tokenize")
        if file.name.endswith(".parquet"):
            with open_parquet(self._store, file) as parquet:
                kind = parquet.schema_arrow.field("tokens").type
            return np.dtype("<u2" if kind == pa.large_list(pa.uint16()) else "<i4")
        return self._named_dtype(file.name)

    def _named_dtype(self, name: str) -> TokenDType:
        index = f"{name.removesuffix('.bin')}.idx"
        return index_dtype(self._store.read_range(index, 0, _HEAD), where=f"{self._store.url}/{index}")

    def _opened(self, name: str) -> Shard:
        file = self._files.get(name)
        size = None if file is None else self._store.size(name)
        if file is None or size not in (None, file.bytes):
            raise AuditError(
                f"{self._store.url}/{name} "
                + ("is no file of the run" if file is None else f"has {size:,} bytes, run.json says {file.bytes:,}")
                + ": the shard was changed; `yurai audit` says more; restore it, or pack again"
            )
        if size is None:
            raise ShardError(f"{self._store.url}/{name} is missing; restore it")
        if name.endswith(".parquet"):
            return _InParquet(self._store, file)
        dtype = self._named_dtype(name)
        if isinstance(self._store, LocalStore) and size:  # an empty file cannot be mapped
            return _Mapped(np.memmap(self._store.root / name, dtype, "r"))
        return _InRanges(self._blocks, name, dtype)

    def _block(self, key: tuple[str, int]) -> bytes:
        return self._store.read_range(key[0], key[1] * BLOCK, (key[1] + 1) * BLOCK)


class _Mapped:
    def __init__(self, ids: TokenArray) -> None:
        self._ids = ids

    def read(self, start: int, count: int) -> TokenArray:
        return self._ids[start : start + count]


class _InRanges:
    def __init__(self, blocks: Kept[tuple[str, int], bytes], name: str, dtype: TokenDType) -> None:
        self._blocks, self._name, self._dtype = blocks, name, dtype

    def read(self, start: int, count: int) -> TokenArray:
        first, end = start * self._dtype.itemsize, (start + count) * self._dtype.itemsize
        numbers = range(first // BLOCK, -(-end // BLOCK))
        data = b"".join(self._blocks[self._name, number] for number in numbers)
        skipped = numbers.start * BLOCK
        return np.frombuffer(data[first - skipped : end - skipped], self._dtype)


class _InParquet:
    """A Parquet shard: where its documents begin and end is held, 24 bytes each, and a few row groups.

    Row groups hold whole documents. Their tokens go on from one to the next, but for gaps, of which a file has nothing:
    `_packed` is the number of a document's first token without them, `_lasts` the documents that a gap follows.
    """

    def __init__(self, store: Store, file: Delivered) -> None:
        self._parquet = open_parquet(store, file)
        spans = self._parquet.read(["token_start", "token_count"], use_threads=False)
        self._starts: Places = spans.column("token_start").to_numpy()
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(spans.column("token_count").to_numpy())])
        self._ends: Places = self._starts + np.diff(bounds)
        self._packed: Places = bounds[:-1]
        self._lasts = np.append(np.flatnonzero(self._starts[1:] != self._ends[:-1]), self._starts.size - 1)
        self._groups_at: Places = bounds[np.array(row_group_starts(self._parquet))[:-1]]
        self._groups: Kept[int, TokenArray] = Kept(self._group, _ROW_GROUPS)

    def _group(self, number: int) -> TokenArray:
        column = self._parquet.read_row_group(number, ["tokens"], use_threads=False).column(0)
        return cast("TokenArray", pc.list_flatten(column).to_numpy())

    def read(self, start: int, count: int) -> TokenArray:
        """Return ids that lie back to back; those behind a gap are left out."""
        found: list[TokenArray] = []
        start, count = self._without_gaps(start, count)
        firsts = self._groups_at
        group = int(np.searchsorted(firsts, start, side="right")) - 1
        while count > 0 and 0 <= group < firsts.size:
            ids = self._groups[group][start - int(firsts[group]) :][:count]
            found.append(ids)
            start, count, group = start + ids.size, count - ids.size, group + 1
        return np.concatenate(found) if found else np.empty(0, np.uint16)

    def _without_gaps(self, start: int, count: int) -> tuple[int, int]:
        """Return the number of a token without gaps, and how many of `count` follow it in a row."""
        row = int(np.searchsorted(self._starts, start, side="right")) - 1
        if row < 0 or start >= self._ends[row]:
            return 0, 0
        last = self._lasts[np.searchsorted(self._lasts, row)]
        return int(self._packed[row]) + start - int(self._starts[row]), min(count, int(self._ends[last]) - start)
