"""Drive stage line-dedup over spans: windows meet by hash, repeats meet the text that had them before, and go.

Texts never travel: a window is 56 bytes, and a repeat goes to the shard of its first place with the bytes beside it, so
that both texts can be compared there, and back to its own. Each task reads one shard from its start to its end.
"""

from collections.abc import Callable, Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import Shards, State
from yurai.engine.steps import Steps
from yurai.engine.task import A, AnyTask, TaskFunction
from yurai.engine.use import StageUse
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.row_files import Span
from yurai.stages.earlier_trees import documents
from yurai.stages.line_dedup.corpus import Corpus, after_cut, listed, met
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.span_tasks import Extend, ask, cut, extend, judge, windows
from yurai.stages.line_dedup.tasks import Cut, Judge
from yurai.stages.map_tasks import step_of
from yurai_manifests.step import StepRecord


def cut_spans(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    """Run stage line-dedup over the spans of the survivors."""
    settings, memory = use.settings, use.settings.memory_bytes
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    corpus = Corpus(documents(settings.against), state.survivors)
    by_window = met(steps, "met", listed(steps, "windows", windows, use, corpus), "window")

    def partitions() -> Iterator[Judge]:
        return (Judge(spans, settings.min_copies, memory) for spans in by_window if spans)

    judged = steps.reduce("judge", judge, partitions)
    by_window.spend(steps)
    found = exchange(steps, "found", [judged], "repeat", corpus.to("shard"), last=True)
    asked = _over(steps, "ask", ask, corpus.documents, found, lambda spans: Extend(spans, memory))
    found.spend(steps)
    beside = exchange(steps, "beside", [asked], "beside", corpus.to("repeat.kept.shard"), last=True)
    told = _over(steps, "extend", extend, corpus.documents, beside, lambda spans: Extend(spans, memory))
    beside.spend(steps)
    own = exchange(steps, "own", [told], "repeat", corpus.to("shard"), last=True)

    def expected() -> Iterator[AnyTask]:
        for shard, spans in corpus.new_with(own):
            yield steps.over("cut", cut, (shard,), Cut(spans, use, state.measures))

    return after_cut(steps, state, use, expected)


def _over(
    steps: Steps,
    name: str,
    function: TaskFunction[A],
    shards: Shards,
    rows: Partitions,
    args: Callable[[list[Span]], A],
) -> StepRecord:
    """Run a task for each shard that rows came to."""

    def expected() -> Iterator[AnyTask]:
        pairs = zip(shards, rows, strict=False)
        return (steps.over(name, function, (shard,), args(spans)) for shard, spans in pairs if spans)

    return steps.run(name, expected, sum(1 for spans in rows if spans))
