"""Tasks of stage longest-page: the host of each page of a shard, and the decision about the pages of some hosts."""

from dataclasses import dataclass
from math import nan
from urllib.parse import urlsplit

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, rows_file
from yurai.stages.equal_keys import decided, key_rows
from yurai.stages.keep_order import columns, nodes
from yurai.stages.map_tasks import fetched
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord


@dataclass(frozen=True)
class Hosts(Arguments):
    """The number of the shard."""

    number: int


@task_function("kawara:hosts")
def hosts(task: Task[Hosts], attempt: Attempt) -> TaskRecord:
    """Write a KEY row for each page of one shard that has a URL."""
    record, start = task.record(task.input.sha256), 0
    with rows_file(attempt, record) as out:
        for batch in read_rows(fetched(task, attempt), [*columns("longest", None), "url"]):
            pages = nodes(batch, "longest", None, task.args.number, start, older=False)
            start += batch.num_rows
            names = [urlsplit(url or "").hostname or "" for url in batch.column("url").to_pylist()]
            out.write(key_rows(filter(None, names), pages[[bool(name) for name in names]]))
    return record


@dataclass(frozen=True)
class Longest(Arguments):
    """The KEY rows of a partition, and the memory to take for them."""

    spans: list[Span]
    memory_bytes: int


@task_function("kawara:longest")
def longest(task: Task[Longest], attempt: Attempt) -> TaskRecord:
    """Decide about the pages of the hosts of one partition."""
    record = task.record()
    with rows_file(attempt, record) as out:
        for rows in decided(task.args.spans, task.args.memory_bytes, nan):
            out.write(rows)
    return record
