"""Write export `sources`: one line for each input file, with its digest and what became of its records."""

import csv
import io
from collections.abc import Iterator

from yurai_manifests.export import export
from yurai_manifests.run import RunRecord
from yurai_manifests.step import tasks
from yurai_manifests.store import Store
from yurai_manifests.task import TaskRecord
from yurai_manifests.visible import cell

COLUMNS = ("source", "sha256", "bytes", "unreadable_bytes", "candidates", "extracted", "dropped", "failed")


@export("sources", media_type="text/csv")
def sources(store: Store, run: RunRecord) -> Iterator[str]:
    """Input files with sha256 and bytes, and how many of their candidate records were extracted, dropped or failed.

    CSV with a header (RFC 4180), one line an input file; control characters in its name are escapes. A run that went
    on from an earlier tree read no input file.
    """
    yield _line(COLUMNS)
    for step in run.steps(store):
        for task in tasks(store, step):
            if task.file_bytes:
                yield _line(_cells(task))


def _cells(task: TaskRecord) -> tuple[object, ...]:
    seen, extracted = task.stages[0].seen, task.stages[1].kept
    failed = sum(sum(stage.failed.values()) for stage in task.stages[:2])
    unreadable = sum(count for _, count in task.unreadable)
    dropped = seen - extracted - failed
    return cell(task.source), task.source_sha256, task.file_bytes, unreadable, seen, extracted, dropped, failed


def _line(cells: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
