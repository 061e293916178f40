"""Run again what follows from a rights policy, under another policy: from the rows of a tree, no web archive opened.

Stage select and all behind it run again. What stands before it is taken over from the steps of the tree where their
files are still there, else made again from extracted/; either way the digest is that of a run under that policy from
the beginning.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.stage import Kind, restored_use, stage_of
from yurai.engine.arguments import Arguments, NoArguments
from yurai.engine.engine import Engine, Runner, shard_task
from yurai.engine.progress import Reporter
from yurai.engine.state import Shards, State, kept_of, of_files, of_step
from yurai.engine.task import A, AnyTask, Task, task_function
from yurai.engine.use import AnyUse, StageUse
from yurai.run.recipe import Recipe
from yurai.run.run import continue_tree
from yurai.run.side import NO_SIDES, Sides
from yurai.stages.map_tasks import DROPPED_ROW_BYTES, fetched
from yurai.stages.select.settings import Select
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.crawl_schema import ROBOTS
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.schema import DROPPED
from yurai_manifests.step import StepRecord, outputs
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

FUSED: Final = (Kind.READ, Kind.EXTRACT, Kind.MEASURE)


def replay(
    tree: str,
    output: str,
    runner: Runner,
    change: Callable[[Select], Select],
    *,
    sides: Sides = NO_SIDES,
    rebuild: bool = False,
    reporter: Reporter | None = None,
) -> RunRecord:
    """Run the stages of `tree` from select on into `output`, with the settings of select that `change` returns.

    `sides` stand in the place of the side inputs that the tree was made with; without any those are taken over.

    Raises:
        RecipeError: `tree` has no stage select, or was made by a gate that dropped by rights (`replayable = false`).
        DriftError, LeaseError, ShardError: as `run_recipe`.
    """
    store = open_store(tree)
    run = load_run(store)
    uses = [restored_use(value) for value in run.recipe_stages]
    _refuse(tree, uses)
    if store.url == open_store(output).url:
        raise RecipeError(f"{tree} would be written over; give another --output")
    changed = tuple(_changed(use, change) for use in uses)
    place = next(number for number, use in enumerate(uses) if use.name == "select")
    first = sum(stage_of(use).kind in FUSED for use in uses)
    state, start = _taken_over(store, run, uses[:place]), place
    if state is None:
        state, start = _extracted(store, run, uses[:first]), first
    if sides:
        own = {name: value for name, value in state.carried["sources"].items() if name != "side"}
        state = replace(state, carried={**state.carried, "sources": own})
    recipe = Recipe("replay", f"stage select again over {run.digest}", changed[start:], _deliver(run))

    def begin(engine: Engine, state: State) -> State:
        state = _only_dropped_before(engine, state)
        return _without_sides(engine, state) if sides else state

    return continue_tree(
        changed[start:], state, recipe, output, runner, sides=sides, rebuild=rebuild, reporter=reporter, first=begin
    )


def _refuse(tree: str, uses: Sequence[AnyUse]) -> None:
    if all(use.name != "select" for use in uses):
        raise RecipeError(
            f"{tree} has no stage select, so no policy to replay; run yurai select --input {tree} --policy ... "
            "over a tree that is not tokenized"
        )
    for use in uses:
        if use.settings.json().get("replayable") is False:
            raise RecipeError(
                f"{tree} cannot be replayed: stage {use.name} has replayable = false, so pages that another policy "
                "would keep were dropped before their evidence was written; run the recipe over the web archives"
            )


def _changed(use: AnyUse, change: Callable[[Select], Select]) -> AnyUse:
    return StageUse(use.name, change(use.settings)) if isinstance(use.settings, Select) else use


def _deliver(run: RunRecord) -> dict[str, int]:
    return {str(name): int(size) for name, size in run.value["recipe"]["deliver"].items()}


def _state(store: Store, run: RunRecord, done: Sequence[AnyUse], extracted: Shards, survivors: Shards) -> State:
    """Return the state after the stages `done`, in which nothing was dropped yet."""
    counts = run.stages[: len(run.stages) - len(run.recipe_stages) + len(done)]
    facts = {base: one for base, one in run.value["facts"].items() if base[:2].isdigit() and int(base[:2]) < len(done)}
    return State(
        fingerprint=fingerprint({"replay": run.value["fingerprint"], "after": len(done)}),
        extracted=extracted,
        survivors=survivors,
        dropped=(),
        evidence=of_files(store, run.files("evidence")),
        robots=of_files(store, run.files("robots")),
        warcinfo=of_files(store, run.files("warcinfo")),
        done=tuple(done),
        measures=tuple(use for use in done if stage_of(use).kind is Kind.MEASURE),
        counts=tuple(counts),
        facts=facts,
        carried={
            "stages": [use.json() for use in done],
            "other_records": run.value["totals"]["other_records"],
            "unreadable": run.unreadable(store),
            "digest": run.digest,
            "sources": run.value["sources"],
            "tables": run.source_tables,
        },
    )


def _taken_over(store: Store, run: RunRecord, done: Sequence[AnyUse]) -> State | None:
    """Return the state after the stages `done` by the steps of the tree; None unless all their files are there."""
    if run.value["carried"] or not done:
        return None
    first = sum(stage_of(use).kind in FUSED for use in done)
    last: dict[str, StepRecord] = {step.step.name.partition(".")[0]: step for step in run.steps(store)}
    bases = ["00-extract", *(f"{place:02}-{use.name}" for place, use in enumerate(done) if place >= first)]
    records = [last[base] for base in bases if base in last]
    if len(records) < len(bases) or not all(_is_there(store, one) for one in records):
        return None
    survivors = of_step(store, records[0], "extracted")
    for record in records[1:]:
        survivors = kept_of(store, record, survivors)
    state = _state(store, run, done, of_files(store, run.files("extracted")), survivors)
    return replace(state, dropped=tuple(of_step(store, one, "dropped") for one in records))


def _is_there(store: Store, record: StepRecord) -> bool:
    return all(
        store.size(output.path) == output.bytes
        for name in ("kept", "extracted", "dropped")
        for _, output in outputs(store, record, name)
    )


def _extracted(store: Store, run: RunRecord, done: Sequence[AnyUse]) -> State:
    """Return the state after extraction by what the tree delivered; what later stages dropped is among `dropped`."""
    extracted = of_files(store, run.files("extracted"))
    return replace(_state(store, run, done, extracted, extracted), dropped=(of_files(store, run.files("dropped")),))


@dataclass(frozen=True)
class OfStages(Arguments):
    """The stages whose rows stay."""

    stages: tuple[str, ...]


def _only_dropped_before(engine: Engine, state: State) -> State:
    """Return the state without dropped rows of stages that run again; rows taken over from steps have none."""
    if len(state.dropped) > 1 or not _delivered(state):
        return state
    (dropped,) = state.dropped
    stages = tuple(dict.fromkeys(counts.stage for counts in state.counts))
    identity: dict[str, Json] = {"replay": [*stages]}
    step = StepId("00-replay", fingerprint(identity))

    def expected() -> list[AnyTask]:
        return [shard_task(of_stages, step, engine.store, shard, OfStages(stages)) for shard in dropped]

    record = engine.step(step, identity, expected, dropped.count)
    return replace(state, steps=(*state.steps, record), dropped=(of_step(engine.store, record, "dropped"),))


def _without_sides(engine: Engine, state: State) -> State:
    """Return the state with the captures of robots.txt that the inputs themselves held."""
    identity: dict[str, Json] = {"replay": "robots"}
    step = StepId("00-replay.robots", fingerprint(identity))

    def expected() -> list[AnyTask]:
        return [shard_task(of_inputs, step, engine.store, shard, NoArguments()) for shard in state.robots]

    record = engine.step(step, identity, expected, state.robots.count)
    return replace(state, steps=(*state.steps, record), robots=of_step(engine.store, record, "robots"))


@task_function("yurai.steps.replay:of_inputs")
def of_inputs(task: Task[NoArguments], attempt: Attempt) -> TaskRecord:
    """Write the rows of one file of robots/ that are of no side input."""
    return _filtered(task, attempt, "robots", ROBOTS, "given", ["input"])


def _delivered(state: State) -> bool:
    return all(not shard.path.startswith(".work/") for shards in state.dropped for shard in shards)


@task_function("yurai.steps.replay:of_stages")
def of_stages(task: Task[OfStages], attempt: Attempt) -> TaskRecord:
    """Write the rows of one file of dropped/ that these stages dropped."""
    return _filtered(task, attempt, "dropped", DROPPED, "stage", task.args.stages)


def _filtered(
    task: Task[A], attempt: Attempt, name: str, schema: pa.Schema, column: str, values: Collection[str]
) -> TaskRecord:
    """Write the rows of one file whose `column` has one of `values`."""
    record, stay = task.record(task.input.sha256), pa.array(sorted(values), pa.string())
    sink = ParquetSink(attempt.path(f"{name}.parquet"), schema)
    for batch in read_rows(fetched(task, attempt)):
        sink.write(batch.filter(pc.is_in(batch.column(column), stay)))
    sink.close()
    attempt.finish(name, sink.path, rows=sink.rows, size=sink.rows * DROPPED_ROW_BYTES)
    return record
