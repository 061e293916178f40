"""Add documents up by language, licence, verdict and domain in one pass over their columns, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from yurai_manifests.clean import clean
from yurai_manifests.database import bounded
from yurai_manifests.facts.record import Captured, Share
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import Store

if TYPE_CHECKING:
    import duckdb

DOMAIN: Final = "registrable_domain"
BY: Final = ("lang", "concluded_spdx", "declared_spdx", "train_verdict", "media_type", "policy_id", DOMAIN)
"""Columns whose values documents are added up by."""
_MEASURED: Final = ("text_bytes", "body_bytes", "capture_date")
_SCHEMA: Final = pa.schema([DOCUMENT.field(name) for name in (*BY, *_MEASURED)])
_WHICH: Final = " ".join(f"WHEN grouping({name}) = 0 THEN '{name}'" for name in BY)
_SUM: Final = f"""CREATE TABLE sums AS SELECT
    CASE {_WHICH} ELSE '' END AS what, coalesce({", ".join(BY)}, '') AS name, count(*) AS documents,
    coalesce(sum(text_bytes), 0)::BIGINT AS text_bytes, coalesce(sum(body_bytes), 0)::BIGINT AS payload_bytes,
    coalesce(min(capture_date), '') AS earliest, coalesce(max(capture_date), '') AS latest,
    count(*) - count(capture_date) AS undated
    FROM documents GROUP BY GROUPING SETS ({", ".join(f"({name})" for name in BY)}, ())"""  # noqa: S608 - names of columns


class Sums:
    """The sums of a tree, as long as the database that holds them is open."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database

    def shares(self, what: str) -> tuple[Share, ...]:
        """Return what has each value of a column, most documents first, equal ones in the order of their names."""
        rows = self.database.execute(
            "SELECT name, documents, text_bytes, payload_bytes FROM sums WHERE what = ? ORDER BY documents DESC, name",
            [what],
        ).fetchall()
        return tuple(Share(clean(name), *numbers) for name, *numbers in rows)

    def whole(self) -> tuple[Share, Captured]:
        """Return the sum over all documents, and when they were captured."""
        row = self.database.execute(
            "SELECT documents, text_bytes, payload_bytes, earliest, latest, undated FROM sums WHERE what = ''"
        ).fetchone()
        if row is None:
            return Share("", 0, 0, 0), Captured("", "", 0)
        return Share("", *row[:3]), Captured(clean(row[3]), clean(row[4]), row[5])


@contextmanager
def sums_of(store: Store, run: RunRecord) -> Iterator[Sums]:
    """Give the sums over documents/ of a run.

    Raises:
        ShardError: a file of documents/ is missing or damaged.
    """
    import duckdb  # noqa: PLC0415 - exports that count nothing go without it

    with tempfile.TemporaryDirectory(prefix="yurai-export-") as folder:
        database = duckdb.connect(str(Path(folder) / "sums.duckdb"))
        try:
            bounded(database, folder)
            database.register("documents", pa.RecordBatchReader.from_batches(_SCHEMA, _batches(store, run)))
            database.execute(_SUM)
            yield Sums(database)
        finally:
            database.close()


def _batches(store: Store, run: RunRecord) -> Iterator[pa.RecordBatch]:
    for file in run.files("documents"):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, [*_SCHEMA.names]):
                yield batch.select(_SCHEMA.names).cast(_SCHEMA)
