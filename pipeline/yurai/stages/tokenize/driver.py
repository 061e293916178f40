"""Drive stage tokenize: pieces by shard, then shards of the target size."""

import itertools
from collections.abc import Callable, Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State, of_step
from yurai.engine.task import AnyTask
from yurai.engine.use import StageUse
from yurai.sources.fetch import Shard
from yurai.stages.map_tasks import map_shards, step_of
from yurai.stages.packing import pack_task, packs
from yurai.stages.tokenize.settings import Tokenize
from yurai.stages.tokenize.tasks import PackTokens, Pieces, pack, pieces
from yurai_manifests.step import StepRecord
from yurai_manifests.task import StepId


def tokenize(engine: Engine, state: State, use: StageUse[Tokenize], identity: Identity) -> State:
    """Run tokenize over the survivors."""
    settings, store = use.settings, engine.store
    base = step_of(state, use.name, identity)
    made = map_shards(engine, base, identity, state.survivors, pieces, Pieces(use))
    step = StepId(f"{base.name}.pack", base.fingerprint)
    dtype, target = settings.load().dtype.str, settings.shard_tokens
    tokens = of_step(store, made, "tokens")

    def expected() -> Iterator[AnyTask]:
        index_of = _index_pieces(engine, made)
        for one in packs(tokens, target):
            inputs = tuple(itertools.chain.from_iterable((shard, index_of(shard)) for shard in one.shards))
            args = PackTokens(one.number, one.before, target, dtype, settings.format)
            yield pack_task(pack, step, engine, inputs, args, f"shard {one.number:05}")

    record = engine.step(step, identity, expected, sum(1 for _ in packs(tokens, target)))
    shards = of_step(store, record, "bin" if settings.format == "megatron" else "parquet")
    return state.after(made, (use,)).after(record, (), tokens=shards)


def _index_pieces(engine: Engine, made: StepRecord) -> Callable[[Shard], Shard]:
    """Return the function that gives a token piece its index piece; it is asked in order, the last perhaps twice."""
    both = zip(of_step(engine.store, made, "tokens"), of_step(engine.store, made, "index"), strict=True)
    current = next(both)

    def index_of(shard: Shard) -> Shard:
        nonlocal current
        while current[0] != shard:
            current = next(both)
        return current[1]

    return index_of
