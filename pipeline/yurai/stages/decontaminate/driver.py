"""Drive stage decontaminate: count what the evaluations hold, then compare each shard with them."""

from collections.abc import Iterator
from dataclasses import fields, replace

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State, kept_of, of_step
from yurai.engine.steps import Steps
from yurai.engine.use import StageUse
from yurai.stages.decontaminate.evaluations import digest_of
from yurai.stages.decontaminate.index import Counts
from yurai.stages.decontaminate.settings import Decontaminate
from yurai.stages.decontaminate.tasks import Compare, compare, weigh
from yurai.stages.map_tasks import step_of
from yurai_manifests.step import tasks

MEMORY_BYTES = 1 << 30


def digests(settings: Decontaminate) -> dict[str, str]:
    """Return the sha256 of each evaluation's file, by name; raises RecipeError as `read_evaluation`."""
    return {one.name: digest_of(one) for one in settings.named}


def decontaminate(engine: Engine, state: State, use: StageUse[Decontaminate], identity: Identity) -> State:
    """Run stage decontaminate over the survivors."""
    args = Compare(use, tuple(digests(use.settings).values()))
    steps = Steps(engine, step_of(state, use.name, identity), identity, MEMORY_BYTES)

    def once() -> Iterator[Compare]:
        yield args

    weighed = steps.reduce("evaluations", weigh, once)
    record = steps.map("compare", compare, state.survivors, lambda _: args)
    (noted,) = tasks(engine.store, weighed)
    names = [one.name for one in fields(Counts)]
    facts = {name: dict(zip(names, counts, strict=True)) for name, counts in noted.index.items()}
    state = replace(state, facts=state.facts | {steps.base.name: facts}).after(weighed, ())
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(engine.store, record, state.survivors), dropped=dropped)
