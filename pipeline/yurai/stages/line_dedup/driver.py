"""Drive stage line-dedup over lines and paragraphs: those of every shard meet by hash, are judged, and go."""

from collections.abc import Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask
from yurai.engine.use import StageUse
from yurai.exchange.levels import exchange
from yurai.exchange.route import Route, by_hash
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.span_driver import after_cut, cut_spans
from yurai.stages.line_dedup.tasks import Cut, Judge, Lines, cut, judge, lines
from yurai.stages.map_tasks import step_of


def cut_units(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    """Run stage line-dedup over the survivors."""
    drive = cut_spans if use.settings.unit == "span" else _cut_lines
    return drive(engine, state, use, identity)


def _cut_lines(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    settings, memory, survivors = use.settings, use.settings.memory_bytes, state.survivors
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    units = steps.map("lines", lines, survivors, lambda number: Lines(use, number))
    by_unit = exchange(steps, "units", [units], "line", by_hash("hash", units.output("rows"), "line", memory))

    def partitions() -> Iterator[Judge]:
        return (Judge(spans, settings.min_copies, memory) for spans in by_unit if spans)

    judged = steps.reduce("judge", judge, partitions)
    by_shard = exchange(steps, "shards", [judged], "cut", Route("shard", max(1, survivors.count), every=1))

    def expected() -> Iterator[AnyTask]:
        for shard, spans in zip(survivors, by_shard, strict=False):  # without shards there is one empty partition
            yield steps.over("cut", cut, (shard,), Cut(spans, use, state.measures))

    return after_cut(steps, state, use, expected)
