"""Sort the answers of all files of an index into one list of ranges, and say what each file of the crawl has of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from yurai.sources.selection.coalesce import READING, Span, coalesce, read_bytes
from yurai.sources.selection.manifest import FILE, FILES, RECORDS, Facts
from yurai.sources.selection.relation import SELECTED
from yurai_manifests.canonical import sha256_file
from yurai_manifests.database import bounded, closed_off
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.run import Delivered
from yurai_manifests.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yurai_manifests.store import Store

FILE_ROWS: Final = 1_000_000
BATCH: Final = 50_000
_ORDER: Final = '"file", "offset", "length", url, fetch_time, digest'


def merge(parts: Iterable[pa.RecordBatch], store: Store, spool: Path) -> tuple[list[Delivered], Facts]:
    """Write the rows of all parts, sorted, each record once; return the files, and what they hold.

    Raises:
        RecipeError: two records of the index overlap.
    """
    import duckdb  # noqa: PLC0415 - a command line that selects nothing goes without it

    with tempfile.TemporaryDirectory(prefix="yurai-select-") as folder, duckdb.connect() as database:
        bounded(database, folder)
        closed_off(database)
        database.from_arrow(pa.RecordBatchReader.from_batches(SELECTED, parts)).create("selected")
        (hosts,) = database.execute("SELECT count(DISTINCT host) FROM selected").fetchall()[0]
        rows = database.sql(f"SELECT * FROM selected ORDER BY {_ORDER}").to_arrow_reader(BATCH)  # noqa: S608 - a constant
        records = Records(store, spool)
        for batch in rows:
            records.add(pa.Table.from_batches([batch]))
        return records.close(int(hosts))


@dataclass(slots=True)
class Records:
    """The files of a selection, as they are written from sorted rows."""

    store: Store
    spool: Path
    files: list[Delivered] = field(default_factory=list)
    crawl: list[dict[str, object]] = field(default_factory=list)
    twice: int = 0
    _sink: ParquetSink | None = None
    _last: pa.Table | None = None
    _name: str = ""
    _spans: list[Span] = field(default_factory=list)
    _rows: int = 0

    def add(self, rows: pa.Table) -> None:
        """Add rows that stand behind all that were added."""
        rows = self._once(rows)
        for start in range(0, rows.num_rows, FILE_ROWS):
            self._write(rows.slice(start, FILE_ROWS))
        columns = (rows.column(name).to_pylist() for name in ("file", "offset", "length"))
        for name, offset, length in zip(*columns, strict=True):
            if name != self._name:
                self._end_file()
                self._name = name
            self._spans.append((offset, length))

    def close(self, hosts: int) -> tuple[list[Delivered], Facts]:
        """Write what is left and the list of files of the crawl; return all files, and what they hold."""
        self._end_file()
        self._end_sink()
        sink = ParquetSink(self.spool / FILES, FILE)
        sink.write(pa.Table.from_pylist(self.crawl, FILE))
        self._put(sink, FILES)
        sums = {name: sum(int(str(one[name])) for one in self.crawl) for name in ("rows", "bytes", "requests", "read")}
        facts = Facts(sums["rows"], sums["bytes"], len(self.crawl), hosts, sums["requests"], sums["read"], self.twice)
        return self.files, facts

    def _once(self, rows: pa.Table) -> pa.Table:
        """Return the rows whose record was not there before."""
        there = rows if self._last is None else pa.concat_tables([self._last, rows])
        there = there.combine_chunks()
        before, after = there.slice(0, there.num_rows - 1), there.slice(1)
        same = pc.equal(before.column("file"), after.column("file"))
        again = pc.and_(same, pc.equal(before.column("offset"), after.column("offset")))
        again = pc.and_(again, pc.equal(before.column("length"), after.column("length")))
        ends = pc.add(before.column("offset"), before.column("length"))
        wrong = pc.and_not(pc.and_(same, pc.greater(ends, after.column("offset"))), again)
        if pc.any(wrong).as_py():
            at = after.slice(pc.index(wrong, True).as_py(), 1).to_pylist()[0]
            raise RecipeError(
                f"the index has a record of {escaped(at['file'])} at {at['offset']:,} that begins inside another one; "
                "select from one index of the crawl"
            )
        self.twice += again.to_pylist().count(True)
        self._last = there.slice(there.num_rows - 1)
        fresh = after.filter(pc.invert(again))
        return fresh if there.num_rows > rows.num_rows else pa.concat_tables([there.slice(0, 1), fresh])

    def _write(self, rows: pa.Table) -> None:
        """Write at most FILE_ROWS rows, into the open file as far as it has room."""
        while rows.num_rows:
            if self._sink is None:
                self._sink = ParquetSink(self.spool / f"{len(self.files):05}.parquet", SELECTED)
            room = FILE_ROWS - self._sink.rows
            self._sink.write(rows.slice(0, room).cast(SELECTED))
            rows = rows.slice(room)
            if self._sink.rows == FILE_ROWS:
                self._end_sink()

    def _end_sink(self) -> None:
        if self._sink is not None:
            self._put(self._sink, f"{RECORDS}{self._sink.path.name}")
        self._sink = None

    def _put(self, sink: ParquetSink, name: str) -> None:
        sink.close()
        size = sink.path.stat().st_size
        self.files.append(Delivered(name, sha256_file(sink.path), size, sink.rows, 0))
        self.store.put_file(sink.path, name)

    def _end_file(self) -> None:
        if not self._spans:
            return
        groups = list(coalesce(self._spans, READING))
        row = {"file": self._name, "first": self._rows, "rows": len(self._spans), "end": sum(self._spans[-1])}
        row |= {"bytes": sum(length for _, length in self._spans), "requests": len(groups)}
        self.crawl.append({**row, "read": sum(map(read_bytes, groups))})
        self._rows += len(self._spans)
        self._spans = []
