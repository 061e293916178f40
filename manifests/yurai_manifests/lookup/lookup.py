"""Look up the rows of a folder that have a URL, a doc_id, a text or a kept_doc_id: by the index, or by a scan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.index import find_numbers
from yurai_manifests.lookup.place_rows import PlaceKind
from yurai_manifests.lookup.recent import Found, Recent
from yurai_manifests.lookup.rows import open_parquet, rows_at
from yurai_manifests.merkle.sorted_keys import batch_keys, key_of
from yurai_manifests.run import RunRecord
from yurai_manifests.step import load_step, outputs
from yurai_manifests.store import Store
from yurai_manifests.task import Output

STEP: Final = "roots.places"
OUTPUT: Final = "places"


@dataclass
class Lookup:
    """Rows of a finished tree by their keys."""

    store: Store
    run: RunRecord
    scanned: set[str] = field(default_factory=set)
    """Folders of which a whole column was read, since the tree has no index of it."""
    _places: dict[str, Output] | None = None
    _recent: Recent = field(default_factory=Recent)

    def find(
        self, folder: str, kind: PlaceKind, value: str, columns: Sequence[str] | None = None, *, exact: bool = False
    ) -> list[Found]:
        """Return the rows of a folder that have a key, in input order; `exact`: the column equals `value`.

        Without `exact`, a URL or text is compared in its normal form. `columns` are read beside the one of the key.

        Raises:
            AuditError: the index is damaged. ShardError: a file is.
        """
        if not self.run.files(folder):
            return []
        wanted = None if columns is None else sorted({kind, "doc_id", *columns})
        numbers = self.numbers(folder, kind, value)
        return [one for one in self.rows(folder, numbers, wanted) if _has(kind, one.cells, value, exact=exact)]

    def numbers(self, folder: str, kind: PlaceKind, value: str) -> list[int]:
        """Return the numbers of the rows of a folder that may have a key; who reads them compares."""
        place = self.places().get(f"{folder}/{kind}")
        if place is None:
            return list(self._scan(folder, kind, value))
        try:
            read = self.store.read_range
            return find_numbers(lambda start, end: read(place.path, start, end), place.rows, key_of(kind, value))
        except FileNotFoundError:  # of a copy without .work
            return list(self._scan(folder, kind, value))
        except AuditError as error:
            raise AuditError(f"{self.store.url}/{place.path}: {error}") from error

    def rows(self, folder: str, numbers: Sequence[int], columns: Sequence[str] | None = None) -> Iterator[Found]:
        """Yield rows of a folder by their numbers, in order; errors as `rows_at`."""
        known = {number: self._recent.get(folder, number, columns) for number in sorted(set(numbers))}
        missing = [number for number, found in known.items() if found is None]
        read = rows_at(self.store, self.run.files(folder), missing, columns)
        for number, found in known.items():
            yield found or self._kept(folder, number, next(read), whole=columns is None)

    def _kept(self, folder: str, number: int, read: tuple[str, int, pa.RecordBatch], *, whole: bool) -> Found:
        file, row, batch = read
        found = Found(file, row, number, batch.to_pylist()[0])
        self._recent.put(folder, found, whole=whole)
        return found

    def again(self) -> "Lookup":
        """Return one that has scanned nothing, and knows which indexes there are and the rows that were read last."""
        return Lookup(self.store, self.run, _places=self.places(), _recent=self._recent)

    def places(self) -> dict[str, Output]:
        """Return the indexes of the run by folder/kind; none of a run of a version that made none."""
        if self._places is None:
            named = (entry for entry in self.run.value["steps"] if entry.get("step", "").endswith(f"-{STEP}"))
            steps = [load_step(self.store, entry["manifest"], entry["sha256"]) for entry in named]
            self._places = {task.source: output for step in steps for task, output in outputs(self.store, step, OUTPUT)}
        return self._places

    def _scan(self, folder: str, kind: PlaceKind, value: str) -> Iterator[int]:
        """Yield the rows that have a key, read from the column of the key of every file."""
        self.scanned.add(folder)
        key, start = key_of(kind, value), 0
        for file in self.run.files(folder):
            with open_parquet(self.store, file) as parquet:
                for batch in parquet.iter_batches(columns=[kind], use_threads=False):
                    for number in _equal(batch, kind, value, key):
                        yield start + number
                    start += batch.num_rows


def _equal(batch: pa.RecordBatch, kind: PlaceKind, value: str, key: bytes) -> list[int]:
    if kind not in ("url", "text"):
        return cast("list[int]", pc.indices_nonzero(pc.equal(batch.column(0), pa.scalar(value))).to_pylist())
    return [number for number, other in enumerate(batch_keys(kind, batch)) if other == key]


def _has(kind: PlaceKind, cells: dict[str, Any], value: str, *, exact: bool) -> bool:
    cell = cells[kind]
    return cell is not None and (cell == value if exact else key_of(kind, cell) == key_of(kind, value))
