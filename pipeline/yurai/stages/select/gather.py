"""Tell what was said of each document, and where it is: messages to doc_ids, and to hosts where robots.txt count.

say       evidence of a shard    -> EVIDENCE messages to the document that a row is about
pages     documents of a shard   -> PAGE messages to the document; with robots, ASKED messages to its host
copies    dropped of a shard     -> the same for what a stage that looks for duplicates dropped
captures  robots of a shard      -> CAPTURE messages to the host
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import orjson
import pyarrow as pa

from yurai.engine.arguments import Arguments, NoArguments
from yurai.engine.task import Task, task_function
from yurai.evidence.robots import COLUMNS
from yurai.evidence.robots.origin import place_of
from yurai.exchange.messages import Key, id_key, name_key, outbox
from yurai.stages.map_tasks import fetched, read_documents
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

EVIDENCE, PAGE, ASKED, CAPTURE, VIEW = range(5)
"""Kinds of messages."""
SAID: Final = ("doc_id", "kind", "channel", "norm", "subject_scope")
SHARED: Final = ("doc_id", "url", "capture_date", "flags", "truncated", "payload_sha256", "warc_type", "kept_doc_id")
OF_PAGE: Final = (*SHARED, "declared_spdx", "text_sha256")
OF_COPY: Final = (*SHARED, "outcome")
Columns: TypeAlias = Mapping[str, object]


@task_function("yurai.steps.select:say")
def say(task: Task[NoArguments], attempt: Attempt) -> TaskRecord:
    """Write EVIDENCE messages: [kind, channel, norm, subject_scope]."""
    path, record = fetched(task, attempt), task.record(task.input.sha256)
    with outbox(attempt, record) as out:
        for row in _lines(read_rows(path, [*SAID])):
            out.send(id_key(str(row["doc_id"])), EVIDENCE, orjson.dumps([row[name] for name in SAID[1:]]))
    return record


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[Columns]:
    for batch in batches:
        yield from cast("list[Columns]", batch.to_pylist())


@dataclass(frozen=True)
class Gather(Arguments):
    """The number of the shard, and whether hosts are to be asked for their robots.txt."""

    number: int
    robots: bool


@task_function("yurai.steps.select:pages")
def pages(task: Task[Gather], attempt: Attempt) -> TaskRecord:
    """Write PAGE messages of documents: [shard, row, columns of OF_PAGE]."""
    return _gather(task, attempt, OF_PAGE)


@task_function("yurai.steps.select:copies")
def copies(task: Task[Gather], attempt: Attempt) -> TaskRecord:
    """Write PAGE messages of documents that were dropped as copies: [null, null, columns of OF_COPY]."""
    return _gather(task, attempt, OF_COPY)


def _gather(task: Task[Gather], attempt: Attempt, names: tuple[str, ...]) -> TaskRecord:
    record, stays = task.record(task.input.sha256), names is OF_PAGE
    rows = read_documents(task, attempt, names) if stays else read_rows(fetched(task, attempt), [*names])
    with outbox(attempt, record) as out, outbox(attempt, record, "hosts") as hosts:
        for number, row in enumerate(_lines(rows)):
            if not stays and not (row["kept_doc_id"] and row["outcome"] == "dropped"):
                continue
            place = [task.args.number, number] if stays else [None, None]
            out.send(id_key(str(row["doc_id"])), PAGE, orjson.dumps([*place, row]))
            key = host_key(cast("str | None", row["url"])) if task.args.robots else None
            if key:
                hosts.send(key, ASKED, orjson.dumps([row["doc_id"], row["url"], row["capture_date"]]))
    return record


def host_key(url: str | None) -> Key | None:
    """Return the key under which a host and its robots.txt meet; None for what has no robots.txt.

    A name with and without `www.` have the same: often one is a redirect to the other, which has to be followed.
    """
    place = place_of(url)
    return None if place is None else name_key(place.origin.host.removeprefix("www."))


@task_function("yurai.steps.select:captures")
def captures(task: Task[NoArguments], attempt: Attempt) -> TaskRecord:
    """Write CAPTURE messages: the columns of a capture that verdicts rest on."""
    path, record = fetched(task, attempt), task.record(task.input.sha256)
    with outbox(attempt, record) as out:
        for row in _lines(read_rows(path, [*COLUMNS], batch_rows=64)):  # a row has up to 512 KiB
            if key := host_key(cast("str", row["url"])):
                out.send(key, CAPTURE, orjson.dumps(row))
    return record
