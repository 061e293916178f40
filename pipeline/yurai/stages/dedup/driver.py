"""Drive stage dedup: keys of every shard, brought together by hash, decided, applied."""

from collections.abc import Iterator

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.steps import Steps
from yurai.engine.use import StageUse
from yurai.exchange.levels import exchange
from yurai.exchange.route import by_hash
from yurai.stages.apply_decisions.driver import apply_decisions
from yurai.stages.dedup.settings import Dedup
from yurai.stages.dedup.tasks import Decide, Keys, decide, keys
from yurai.stages.earlier_trees import documents
from yurai.stages.map_tasks import step_of


def drop_equal(engine: Engine, state: State, use: StageUse[Dedup], identity: Identity) -> State:
    """Run stage dedup: of documents with an equal text or URL, the first in keep order stays."""
    settings, memory = use.settings, use.settings.memory_bytes
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    method, keep, quality = settings.method, settings.keep, settings.quality
    older = documents(settings.against)

    def of(number: int) -> Keys:
        return Keys(number, method, keep, quality, older=number < older.count)

    keyed = [steps.map("earlier", keys, older, of)] if older.count else []
    keyed.append(steps.map("keys", keys, state.survivors, of, older.count))
    rows = sum(one.output("rows") for one in keyed)
    by_key = exchange(steps, "hash", keyed, "key", by_hash("hash", rows, "key", memory), last=True)

    def arguments() -> Iterator[Decide]:
        return (Decide(spans, method, older.count, memory) for spans in by_key if spans)

    decided = steps.reduce("decide", decide, arguments)
    by_key.spend(steps)
    return apply_decisions(steps, state, use, [decided], reason=f"{method}-duplicate", older=older)
