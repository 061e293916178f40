"""Run one level of an exchange: part the rows of some files into ranges of one file."""

from dataclasses import dataclass

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.route import Route
from yurai.exchange.row_files import Span, read_chunks, rows_file
from yurai.exchange.row_types import row_type
from yurai.exchange.splitter import Splitter
from yurai_manifests.errors import ContractError
from yurai_manifests.task import Attempt, TaskRecord


@dataclass(frozen=True)
class Split(Arguments):
    """The ranges to read, of rows of `kind` (as `row_type` takes it), and how they are parted.

    Range k of the `parts` that are written holds the partitions of `route` from `first + k x width` to the next one.
    """

    spans: list[Span]
    kind: str
    route: Route
    first: int
    width: int
    parts: int


@task_function("yurai.steps.exchange:split")
def split(task: Task[Split], attempt: Attempt) -> TaskRecord:
    """Part rows; each range holds them in the order in which they came.

    Memory: the rows a Splitter holds, a chunk, and a few megabytes.

    Raises:
        ShardError: a range cannot be read, or was changed.
        ContractError: a row belongs to none of the partitions.
    """
    args = task.args
    record = task.record()
    splitter = Splitter(attempt, row_type(args.kind), args.parts)
    for span in args.spans:
        _add(splitter, span, task)
    with rows_file(attempt, record) as out:
        for part in range(args.parts):
            for rows in splitter.part(part):
                out.write(rows)
            out.end_partition()
    return record


def _add(splitter: Splitter, span: Span, task: Task[Split]) -> None:
    args = task.args
    chunks = read_chunks(span, row_type(args.kind))
    for rows in chunks:
        parts = (args.route.partition(rows) - args.first) // args.width
        try:
            splitter.add(rows, parts)
        except ContractError as error:
            for _ in chunks:
                pass  # if the range is damaged, its check at the end says so, and this error is not the first fault
            raise ContractError(f"{task.source}, {span.shard.path}: {error}") from error
