"""One level of an exchange: rows of some files, parted into ranges of one file."""

from yurai.dedup.records import row_type
from yurai.errors import ContractError
from yurai.exchange import Route
from yurai.shuffle import Span, Splitter, read_chunks, rows_file
from yurai.task import Task
from yurai_manifests.task import Attempt, TaskRecord


def split(task: Task, attempt: Attempt) -> TaskRecord:
    """Part rows; args: `spans`, `kind` (as `row_type` takes it), `route`, `first`, `width`, `parts`.

    Range k holds the partitions from `first + k x width` to the next one, and rows in the order in which they came.
    Memory: the rows a Splitter holds, a chunk, and a few megabytes.

    Raises:
        ShardError: a range cannot be read, or was changed.
        ContractError: a row belongs to none of the partitions.
    """
    args = task.args
    record = TaskRecord(task.key, task.source, "")
    splitter = Splitter(attempt, row_type(args["kind"]), args["parts"])
    for place in args["spans"]:
        _add(splitter, Span(*place), task)
    with rows_file(attempt, record) as out:
        for part in range(args["parts"]):
            for rows in splitter.part(part):
                out.write(rows)
            out.end_partition()
    return record


def _add(splitter: Splitter, place: Span, task: Task) -> None:
    dtype, route = row_type(task.args["kind"]), Route.of(task.args["route"])
    chunks = read_chunks(place, dtype)
    for rows in chunks:
        parts = (route.partition(rows) - task.args["first"]) // task.args["width"]
        try:
            splitter.add(rows, parts)
        except ContractError as error:
            for _ in chunks:
                pass  # if the range is damaged, its check at the end says so, and this error is not the first fault
            raise ContractError(f"{task.source}, {place.shard.path}: {error}") from error
