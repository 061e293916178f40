"""Drive stage line-dedup over lines and paragraphs: those of every shard meet by hash, are judged, and go."""

from collections.abc import Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask
from yurai.engine.use import StageUse
from yurai.exchange.levels import exchange
from yurai.stages.earlier_trees import documents
from yurai.stages.line_dedup.corpus import Corpus, after_cut, listed, met
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.span_driver import cut_spans
from yurai.stages.line_dedup.tasks import Cut, Judge, cut, judge, lines
from yurai.stages.map_tasks import step_of


def cut_units(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    """Run stage line-dedup over the survivors."""
    drive = cut_spans if use.settings.unit == "span" else _cut_lines
    return drive(engine, state, use, identity)


def _cut_lines(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    settings, memory = use.settings, use.settings.memory_bytes
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    corpus = Corpus(documents(settings.against), state.survivors)
    units = listed(steps, "lines", lines, use, corpus)
    by_unit = met(steps, "units", units, "line")

    def partitions() -> Iterator[Judge]:
        return (Judge(spans, settings.min_copies, memory) for spans in by_unit if spans)

    judged = steps.reduce("judge", judge, partitions)
    by_unit.spend(steps)
    by_shard = exchange(steps, "shards", [judged], "cut", corpus.to("shard"), last=True)

    def expected() -> Iterator[AnyTask]:
        for shard, spans in corpus.new_with(by_shard):
            yield steps.over("cut", cut, (shard,), Cut(spans, use, state.measures))

    return after_cut(steps, state, use, expected)
