"""Yield the input files of a run, from the records of its tasks, one at a time."""

from collections.abc import Iterator
from typing import NamedTuple

from yurai_manifests.clean import clean
from yurai_manifests.run import RunRecord
from yurai_manifests.step import tasks
from yurai_manifests.store import Store


class InputFile(NamedTuple):
    """An input file: its name without secrets, its sha256 and its bytes."""

    name: str
    sha256: str
    bytes: int


def input_files(store: Store, run: RunRecord) -> Iterator[InputFile]:
    """Yield the input files that were read whole; none of a run that went on from an earlier tree."""
    for step in run.steps(store):
        for task in tasks(store, step):
            if task.file_bytes and task.source_sha256:
                yield InputFile(clean(task.source, longest=None), task.source_sha256, task.file_bytes)
