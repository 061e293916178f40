"""Ask robots.txt, judge pages, and pass on to the document that stays what restricts its copies.

robots  CAPTURE and ASKED of a partition of hosts  -> VIEW messages to documents
judge   EVIDENCE, PAGE, VIEW of one of documents   -> `rows`: OWN to the place of each document that stays;
                                                      `passed`: TOLD to the document that a copy was dropped for;
                                                      `known`: PLACE or KEPT, where messages to a document go on to
pass_on TOLD and known of one of documents         -> `rows`: TOLD to places; `passed`: TOLD to documents again
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

import orjson

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.evidence.robots import Captures, RobotsRow, RobotsView
from yurai.exchange.messages import Key, Message, by_key, id_key, in_arrival, outbox
from yurai.exchange.row_files import Span
from yurai.rights import Judgement, Page, Reason, Statement, judge, statements
from yurai.rights.judge import merged
from yurai.rights.policy import RobotsMode
from yurai.rights.written import read_reasons, write_judgement, write_reasons
from yurai.stages.select.gather import EVIDENCE, PAGE, SAID, VIEW, Columns
from yurai.stages.select.loaded import Law, Rights
from yurai_manifests.task import Attempt, TaskRecord

OWN, TOLD, PLACE, KEPT = range(10, 14)
"""Kinds of messages."""
VIEWED: Final = (
    *("ref", "denied", "content_usage", "content_signal", "status", "licences", "notices", "malformed", "beside"),
)
NO_MARKUP: Final = "row"
"""Type of records that bring their text: there was no markup to look at."""


@dataclass(frozen=True)
class Ask(Arguments):
    """Captures of a partition of hosts, pages that ask for them, and which captures count."""

    known: list[Span]
    asking: list[Span]
    mode: RobotsMode


@task_function("yurai.steps.select:robots")
def robots(task: Task[Ask], attempt: Attempt) -> TaskRecord:
    """Write VIEW messages: what captures say of each page whose host has any; of pages, none is held."""
    args, record = task.args, task.record()
    known = {key: Captures([_capture(one.data) for one in messages]) for key, messages in by_key(args.known)}
    with outbox(attempt, record) as out:
        for one in in_arrival(args.asking):
            captured = known.get(one.key)
            if captured is None:
                continue
            doc_id, url, date = orjson.loads(one.data)
            view = captured.asof(url, date) if args.mode == "asof" else captured.strictest(url)
            out.send(id_key(doc_id), VIEW, orjson.dumps([getattr(view, name) for name in VIEWED]))
    return record


def _capture(data: bytes) -> RobotsRow:
    return cast("RobotsRow", orjson.loads(data))


@dataclass(frozen=True)
class Judge(Arguments):
    """Messages to a partition of documents, what to judge by, and whether pages were searched for statements."""

    spans: list[Span]
    rights: Rights
    looked: bool


@task_function("yurai.steps.select:judge")
def judge_pages(task: Task[Judge], attempt: Attempt) -> TaskRecord:
    """Judge the documents of a partition, those that stay and copies of them."""
    args, record = task.args, task.record()
    law = args.rights.load()
    with (
        outbox(attempt, record) as own,
        outbox(attempt, record, "passed") as passed,
        outbox(attempt, record, "known") as known,
    ):
        for key, messages in by_key(args.spans):
            for place, kept, doc_id, found in _judged(messages, law, looked=args.looked):
                if place:
                    own.send(place, OWN, write_judgement(found))
                    known.send(key, PLACE, orjson.dumps([*place]))
                if kept and law.policy.copies:
                    if not place:
                        known.send(key, KEPT, kept.encode())
                    if told := found.told(doc_id):
                        passed.send(id_key(kept), TOLD, write_reasons(told))
    return record


def _judged(
    messages: list[Message], law: Law, *, looked: bool
) -> Iterator[tuple[Key | None, str | None, str, Judgement]]:
    """Yield for each page of one doc_id its place, the document that it is a copy of, its id, and the judgement."""
    marks = said(one.data for one in messages if one.kind == EVIDENCE)
    view = next((_read_view(one.data) for one in messages if one.kind == VIEW), None)
    for one in messages:
        if one.kind == PAGE:
            shard, number, row = orjson.loads(one.data)
            found = judge(page_of(row, marks, view, looked=looked), law.policy, law.rulings, law.calibration)
            yield None if shard is None else Key(shard, number), row["kept_doc_id"], row["doc_id"], found


def _read_view(data: bytes) -> RobotsView:
    ref, denied, usage, signal, status, *lists, beside = orjson.loads(data)
    licences, notices, malformed = map(tuple, lists)
    said = tuple((channel, norm, capture) for channel, norm, capture in beside)
    return RobotsView(ref, tuple(denied), usage, signal, status, licences, notices, malformed, beside=said)


def said(evidence: Iterable[bytes]) -> tuple[Statement, ...]:
    """Return what EVIDENCE messages to one document say, each once."""
    rows = (orjson.loads(data) for data in dict.fromkeys(evidence))
    return statements([dict(zip(SAID[1:], row, strict=True)) for row in rows])


def page_of(row: Columns, marks: tuple[Statement, ...], view: RobotsView | None, *, looked: bool) -> Page:
    """Return the page that a row of documents/ is, `marks` being what is said of it.

    `looked`: pages were searched for statements.
    """
    texts = {name: cast("str | None", row.get(name)) for name in ("url", "capture_date", "declared_spdx")}
    return Page(
        **texts,
        flags=tuple(cast("list[str] | None", row["flags"]) or ()),
        truncated=row["truncated"] is not None,
        text_sha256=cast("str | None", row.get("text_sha256")),
        payload_sha256=cast("str | None", row["payload_sha256"]),
        statements=marks,
        robots=view,
        looked=looked and row["warc_type"] != NO_MARKUP,
    )


@dataclass(frozen=True)
class PassOn(Arguments):
    """TOLD messages to a partition of documents, and where messages to them go on to."""

    told: list[Span]
    known: list[Span]


@task_function("yurai.steps.select:pass_on")
def pass_on(task: Task[PassOn], attempt: Attempt) -> TaskRecord:
    """Write what documents are told to their places, or to what was kept instead where they were dropped too."""
    args, record = task.args, task.record()
    with outbox(attempt, record) as out, outbox(attempt, record, "passed") as passed:
        for _, messages in by_key([*args.told, *args.known]):
            told = [one for one in messages if one.kind == TOLD]
            if not told:
                continue
            data = write_reasons(heard(told))
            for one in (one for one in messages if one.kind == PLACE):
                out.send(Key(*orjson.loads(one.data)), TOLD, data)
            for kept in sorted({one.data.decode() for one in messages if one.kind == KEPT}):
                passed.send(id_key(kept), TOLD, data)
    return record


def heard(told: Iterable[Message]) -> tuple[Reason, ...]:
    """Return what TOLD messages say together."""
    return merged(reason for one in told for reason in read_reasons(one.data))
