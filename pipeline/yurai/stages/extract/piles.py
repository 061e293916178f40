"""Write rows into the files of a task, many at a time."""

from contextlib import ExitStack
from typing import Any

import pyarrow as pa

from yurai.declare.batches import BATCH_ROWS
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.task import Attempt


def open_sink(stack: ExitStack, attempt: Attempt, name: str, schema: pa.Schema) -> ParquetSink:
    """Open the file of one output; whatever goes wrong, its handle is closed and nothing is left."""
    sink = ParquetSink(attempt.path(f"{name}.parquet"), schema)
    stack.callback(sink.abort)
    return sink


class Pile:
    """Rows on their way into a sink, written 256 at a time, or a row group where that is less."""

    def __init__(self, sink: ParquetSink) -> None:
        self._sink = sink
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Put one row on the pile."""
        self._rows.append(row)
        if len(self._rows) >= min(BATCH_ROWS, self._sink.row_group):
            self.flush()

    def flush(self) -> None:
        """Write what is on the pile."""
        self._sink.write(pa.RecordBatch.from_pylist(self._rows, schema=self._sink.schema))
        self._rows.clear()
