"""Read parts of the samples of an order as trainers do, one after the other: row groups and footers are kept."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Final, Generic, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.tokens.order.samples import Part
from yurai_manifests.derived import Derived
from yurai_manifests.errors import ShardError
from yurai_manifests.lookup.rows import open_parquet, row_group_starts
from yurai_manifests.run import Delivered
from yurai_manifests.store import Store

Key = TypeVar("Key")
Value = TypeVar("Value")
Places = npt.NDArray[np.int64]
_GROUPS: Final = 8
_FILES: Final = 64


class Kept(Generic[Key, Value]):
    """The last `size` values that were made, by their keys."""

    def __init__(self, make: Callable[[Key], Value], size: int) -> None:
        self._make, self._size = make, size
        self._held: OrderedDict[Key, Value] = OrderedDict()

    def __getitem__(self, key: Key) -> Value:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        value = self._held[key] = self._make(key)
        if len(self._held) > self._size:
            self._held.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of a row group: where the parts of each begin, and the columns of all parts."""

    positions: Places
    bounds: Places
    columns: pa.RecordBatch

    def parts(self, row: int) -> list[Part]:
        start, end = int(self.bounds[row]), int(self.bounds[row + 1])
        return [Part(**row) for row in self.columns.slice(start, end - start).to_pylist()]


class Samples:
    """The rows of `order/NAME`, by position."""

    def __init__(self, folder: Store, made: Derived) -> None:
        self._folder = folder
        self._files = made.named(".parquet")
        self._starts = [0, *accumulate(file.rows for file in self._files)]
        self._opened: Kept[int, tuple[pq.ParquetFile, list[int]]] = Kept(self._open, _FILES)
        self._groups: Kept[tuple[int, int], _Group] = Kept(self._read, _GROUPS)

    def __len__(self) -> int:
        return self._starts[-1]

    def parts(self, position: int) -> list[Part]:
        """Return the parts of a sample in their order; one without a token has none.

        Raises:
            ShardError: a file of the order is missing or damaged.
        """
        which = bisect_right(self._starts, position) - 1
        file = self._files[which]
        try:
            firsts = self._opened[which][1]
            group = bisect_right(firsts, position - self._starts[which]) - 1
            row = position - self._starts[which] - firsts[group]
            held = self._groups[which, group]
        except (pa.ArrowException, OSError, IndexError, KeyError, ValueError) as error:
            raise _damaged(self._folder, file, str(error)) from error
        if held.positions[row] != position:
            raise _damaged(self._folder, file, f"row {row} is of position {held.positions[row]}, not {position}")
        return held.parts(row)

    def _open(self, which: int) -> tuple[pq.ParquetFile, list[int]]:
        parquet = open_parquet(self._folder, self._files[which])
        return parquet, row_group_starts(parquet)

    def _read(self, key: tuple[int, int]) -> _Group:
        parquet = self._opened[key[0]][0]
        (batch,) = (
            parquet.read_row_group(key[1], ["position", "parts"], use_threads=False).combine_chunks().to_batches()
        )
        parts = cast("pa.ListArray[pa.StructScalar]", batch.column("parts"))
        columns = pa.RecordBatch.from_struct_array(cast("pa.StructArray", parts.values)).select(
            [field.name for field in fields(Part)]
        )
        return _Group(batch.column("position").to_numpy(), parts.offsets.to_numpy().astype(np.int64), columns)


def _damaged(folder: Store, file: Delivered, why: str) -> ShardError:
    return ShardError(f"{folder.url}/{file.name} is not readable: {why}; restore the order, or pack again")
