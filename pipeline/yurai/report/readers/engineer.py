"""Choose the figures that an engineer reads: where documents end, languages, tasks, skipped records, cost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from yurai.report.intervals import wilson
from yurai.report.journal import Entry, entries
from yurai.report.readers import tiers
from yurai.report.readers.figures import Cell, Figure, Name, Seconds, Section, Share, Size, Tile
from yurai.report.readers.queries import query
from yurai.report.readers.said import say
from yurai.report.readers.shared import HEADS, heads, not_checked
from yurai.report.readers.tree import Asked, figure
from yurai.report.readers.when import time
from yurai.report.readers.wording import OUTCOMES, SCOPES, STATES, UNKNOWN
from yurai.report.safe_text import shown
from yurai.rights import published
from yurai_manifests.names import ranked
from yurai_manifests.step import task_values

SLOWEST = 10
MILLION = 1_000_000


def tiles(asked: Asked) -> Iterator[Tile]:
    """Yield what stands first."""
    totals = asked.run.value["totals"]
    yield Tile(HEADS["candidates"], totals["candidates"], query("counts"))
    yield Tile(say("documents kept"), Share(asked.kept, totals["candidates"], counted=True), query("counts"))
    yield Tile(HEADS["tokens"], asked.tokens, query("counts"))
    yield Tile(say("bytes of kept text"), Size(asked.one("whole")[2] or 0), query("whole"))
    yield Tile(say("CPU time"), _cpu(asked), query("journal"))


def sections(asked: Asked) -> Iterator[Section]:
    """Yield the sections in their order."""
    yield _waterfall(asked)
    yield _languages(asked)
    yield time(asked)
    yield _records(asked)
    yield _tasks(asked)
    yield _errors()
    yield not_checked(asked)


def _waterfall(asked: Asked) -> Section:
    stages = asked.run.stages
    first = stages[0].seen
    lost: dict[str, list[int]] = {}
    for stage, _, _, _, _, text in asked.rows("ended"):
        lost.setdefault(stage, []).append(int(text or 0))
    rows: list[tuple[Cell, ...]] = [
        (
            Name(one.stage),
            one.seen,
            one.kept,
            one.dropped.total(),
            one.failed.total(),
            Size(sum(lost.get(one.stage, []))),
            Share(one.kept, first),
        )
        for one in stages
    ]
    names = (say("seen"), say("kept"), say("dropped"), say("failed"), say("text lost"), say("left of candidates"))
    note = say("Text lost is text that was extracted and dropped here. Tokens of dropped text were not counted.")
    whole = figure("waterfall", say("By stage"), heads("stage", *names), rows, of="counts", note=note, bar=6, most=99)
    lead = say("Every candidate ends as exactly one of kept, dropped (a decision) or failed (an error).")
    return Section("waterfall", say("Waterfall"), lead, [whole, _reasons(asked, first)])


def _reasons(asked: Asked, first: int) -> Figure:
    sums: dict[tuple[str, str, str], list[int | None]] = {}
    for stage, outcome, reason, *counts in asked.rows("ended"):
        key = (stage, outcome, tiers.reason(reason, asked.tier))
        before = sums.get(key, [0, None, None])
        sums[key] = [one if two is None else int(two) + (one or 0) for one, two in zip(before, counts, strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (
            Name(stage),
            OUTCOMES.get(outcome, UNKNOWN),
            Name(reason),
            documents,
            Share(documents or 0, first),
            _size(body),
            _size(text),
        )
        for (stage, outcome, reason), (documents, body, text) in sums.items()
    ]
    names = (say("share of candidates"), say("bytes of bodies"), say("bytes of text"))
    shown_heads = heads("stage", "outcome", "reason", "documents", *names)
    return figure("ended", say("By reason"), shown_heads, rows, most=40)


def _size(count: int | None) -> Size | None:
    return None if count is None else Size(count)


def _languages(asked: Asked) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (
            Name(shown(lang)) if lang else None,
            int(pages),
            int(kept),
            Share(int(kept), int(pages)),
            Size(kept_bytes or 0),
            asked.token_count(tokens),
            asked.of_tokens(tokens),
            round(int(kept_bytes) / int(tokens), 2) if tokens and kept_bytes else None,
        )
        for lang, pages, kept, _, kept_bytes, tokens in asked.rows("languages")
    ]
    names = (say("extracted"), say("kept"), say("share kept"), say("kept text"), HEADS["tokens"], HEADS["token share"])
    title = say("Documents and tokens by language")
    found = figure("languages", title, (say("language"), *names, say("bytes a token")), rows, bar=3)
    lead = say("As the model labelled them. A language of which much less is kept than of others needs a look.")
    return Section("languages", say("Skew by language"), lead, [found])


def _records(asked: Asked) -> Section:
    count, good, bad, none, cut = (int(one) for one in asked.one("digests"))
    gaps = asked.audit.totals["unreadable"]
    others: list[tuple[Cell, ...]] = [
        (say("records of type {type}, which are counted alone", type=shown(name)), rows, None)
        for name, rows in ranked(asked.audit.totals["other_records"])
    ]
    rows: list[tuple[Cell, ...]] = [
        *others,
        (say("unreadable ranges"), len(gaps), Size(sum(gap["bytes"] for gap in gaps))),
        (say("candidates with a wrong digest"), bad, STATES["not-applicable"]),
        (say("candidates that state no digest"), none, STATES["not-applicable"]),
        (say("candidates that the crawler cut"), cut, STATES["not-applicable"]),
    ]
    found = figure("records", say("Records"), (HEADS["what"], say("count"), say("bytes")), rows, of="digests")
    failed: list[tuple[Cell, ...]] = [
        (
            tiers.source(name, digest, asked.table_name(name), asked.tier),
            int(seen),
            int(failed),
            Share(int(failed), int(seen)),
        )
        for name, digest, seen, failed in asked.rows("failed-sources")
    ]
    names = heads("source", "candidates", say("failed"), say("share failed"))
    lead = say("What no document came of: candidates are {count}, with a good digest {good}.", count=count, good=good)
    return Section(
        "records",
        say("Skipped records"),
        lead,
        [found, figure("failed-sources", say("Sources with failures"), names, failed)],
    )


def _journal(asked: Asked) -> list[tuple[str, list[Entry]]]:
    """Return the last attempt at each task of each step that has any."""
    found = []
    for step in asked.run.steps(asked.store):
        tasks = {value["key"] for value in task_values(asked.store, step)}
        mine = {one["task"]: one for one in entries(asked.store, step.step.name) if one["task"] in tasks}
        if mine:
            found.append((step.step.name, list(mine.values())))
    return found


def _cpu(asked: Asked) -> Seconds | None:
    spent = [sum(one.get("cpu_seconds", {}).values()) for _, tasks in _journal(asked) for one in tasks]
    return Seconds(sum(spent)) if spent else None


def _tasks(asked: Asked) -> Section:
    steps = _journal(asked)
    rows = [_cost(stage, list(tasks)) for stage, tasks in _by_stage(steps).items()]
    names = (say("tasks"), say("wall time"), say("CPU time"), say("peak memory of a process"))
    cost = figure("cost", say("Cost by stage"), (HEADS["stage"], *names), rows, of="journal", most=99)
    slow = sorted(((one, step) for step, tasks in steps for one in tasks), key=lambda pair: -_seconds(pair[0]))
    slowest: list[tuple[Cell, ...]] = [
        (Name(step), _source(asked, one), Seconds(_seconds(one)), Size(one["max_rss_kib"] * 1024))
        for one, step in slow[:SLOWEST]
    ]
    titles = heads("step", "source", say("seconds"), say("peak memory"))
    lead = say(
        "From the journal, which belongs to no digest: times differ from run to run. Money is not known: it depends on "
        "what a machine costs."
    )
    return Section(
        "tasks",
        say("Tasks and cost"),
        lead,
        [_per_million(asked), cost, figure("slowest", say("Slowest tasks"), titles, slowest, of="journal")],
    )


def _by_stage(steps: list[tuple[str, list[Entry]]]) -> dict[str, list[Entry]]:
    """Return the tasks of each stage: its steps have names that go on behind a point."""
    found: dict[str, list[Entry]] = {}
    for step, tasks in steps:
        found.setdefault(step.partition(".")[0], []).extend(tasks)
    return found


def _cost(stage: str, tasks: list[Entry]) -> tuple[Cell, ...]:
    cpu = sum(chain.from_iterable(one.get("cpu_seconds", {}).values() for one in tasks))
    wall = max(one["ended"] for one in tasks) - min(one["started"] for one in tasks)
    peak = Size(max(one["max_rss_kib"] for one in tasks) * 1024)
    return Name(stage), len(tasks), Seconds(wall), Seconds(cpu), peak


def _per_million(asked: Asked) -> Figure:
    cpu = _cpu(asked)
    tokens = Seconds(cpu * MILLION / asked.tokens) if cpu is not None and asked.tokens else None
    kept = Seconds(cpu * MILLION / asked.kept) if cpu is not None and asked.kept else None
    rows: list[tuple[Cell, ...]] = [
        (say("CPU time of all tasks"), cpu),
        (say("for a million tokens"), tokens),
        (say("for a million kept documents"), kept),
    ]
    return figure("per-million", say("What the run took"), (HEADS["what"], say("CPU time")), rows, of="journal")


def _seconds(one: Entry) -> float:
    return float(one.get("seconds", one["ended"] - one["started"]))


def _source(asked: Asked, one: Entry) -> Cell:
    """Return the input of a task: an input file, else a file of the tree itself."""
    name = one.get("source")
    if not name:
        return None
    return tiers.source(name, one.get("source_sha256", ""), asked.table_name(name), asked.tier)


def _errors() -> Section:
    rows: list[tuple[Cell, ...]] = [
        (Name(channel), SCOPES.get(scope, UNKNOWN), one.n, Share(one.right, one.n, wilson(one.right, one.n)))
        for (channel, scope), one in sorted(published().items())
    ]
    names = heads("said in", "about", say("claims checked"), say("right"))
    note = say("Of pages that people labelled for this version of Yurai, not of this corpus.")
    found = figure("calibration", say("Licence claims that were right"), names, rows, note=note, most=len(rows))
    lead = say("How far detectors err, with the 95 % interval of Wilson where somebody counted.")
    return Section("errors", say("Errors of detectors"), lead, [found])
