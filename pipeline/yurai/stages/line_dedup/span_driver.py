"""Drive stage line-dedup over spans: windows meet by hash, repeats meet the text that had them before, and go.

Texts never travel: a window is 56 bytes, and a repeat goes to the shard of its first place with the bytes beside it, so
that both texts can be compared there, and back to its own. Each task reads one shard from its start to its end.
"""

from collections.abc import Callable, Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import Shards, State, kept_of, of_step
from yurai.engine.steps import Steps
from yurai.engine.task import A, AnyTask, TaskFunction
from yurai.engine.use import StageUse
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import Route, by_hash
from yurai.exchange.row_files import Span
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.span_tasks import Extend, ask, cut, extend, judge, windows
from yurai.stages.line_dedup.tasks import Cut, Judge, Lines
from yurai.stages.map_tasks import step_of
from yurai_manifests.step import StepRecord


def cut_spans(engine: Engine, state: State, use: StageUse[LineDedup], identity: Identity) -> State:
    """Run stage line-dedup over the spans of the survivors."""
    settings, memory, survivors = use.settings, use.settings.memory_bytes, state.survivors
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    listed = steps.map("windows", windows, survivors, lambda number: Lines(use, number))
    by_window = exchange(steps, "met", [listed], "window", by_hash("hash", listed.output("rows"), "window", memory))

    def partitions() -> Iterator[Judge]:
        return (Judge(spans, settings.min_copies, memory) for spans in by_window if spans)

    def to(field: str) -> Route:
        return Route(field, max(1, survivors.count), every=1)

    judged = steps.reduce("judge", judge, partitions)
    found = exchange(steps, "found", [judged], "repeat", to("shard"))
    asked = _over(steps, "ask", ask, survivors, found, lambda spans: Extend(spans, memory))
    beside = exchange(steps, "beside", [asked], "beside", to("repeat.kept.shard"))
    told = _over(steps, "extend", extend, survivors, beside, lambda spans: Extend(spans, memory))
    own = exchange(steps, "own", [told], "repeat", to("shard"))

    def expected() -> Iterator[AnyTask]:
        for shard, spans in zip(survivors, own, strict=False):  # without shards there is one empty partition
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


def after_cut(steps: Steps, state: State, use: StageUse[LineDedup], expected: Callable[[], Iterator[AnyTask]]) -> State:
    """Run the step that writes the shards anew, and return the state after the stage."""
    record = steps.run("cut", expected, state.survivors.count)
    for inner in steps.records[:-1]:
        state = state.after(inner, ())
    store = steps.engine.store
    dropped = (*state.dropped, of_step(store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(store, record, state.survivors), dropped=dropped)
