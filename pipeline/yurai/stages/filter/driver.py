"""Drive stage filter: one task a shard."""

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State, kept_of, of_step
from yurai.engine.use import StageUse
from yurai.stages.filter.settings import Filter
from yurai.stages.filter.tasks import FilterShard, filter_shard
from yurai.stages.map_tasks import map_shards, step_of


def filter_rows(engine: Engine, state: State, use: StageUse[Filter], identity: Identity) -> State:
    """Run a filter stage over the survivors."""
    args = FilterShard(use, state.measures)
    record = map_shards(engine, step_of(state, use.name, identity), identity, state.survivors, filter_shard, args)
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(engine.store, record, state.survivors), dropped=dropped)
