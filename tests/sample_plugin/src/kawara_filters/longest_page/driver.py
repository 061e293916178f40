"""Driver of stage longest-page: hosts of every shard, brought together by hash, decided, applied."""

from collections.abc import Iterator

from kawara_filters.longest_page.settings import LongestPage
from kawara_filters.longest_page.tasks import Hosts, Longest, hosts, longest
from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.steps import Steps
from yurai.engine.use import StageUse
from yurai.exchange.levels import exchange
from yurai.exchange.route import by_hash
from yurai.stages.apply_decisions.driver import apply_decisions
from yurai.stages.map_tasks import step_of


def keep_longest(engine: Engine, state: State, use: StageUse[LongestPage], identity: Identity) -> State:
    """Run the stage: name its steps, list their tasks, have the engine bring them to commit."""
    memory = use.settings.memory_bytes
    steps = Steps(engine, step_of(state, use.name, identity), identity, memory)
    named = steps.map("hosts", hosts, state.survivors, Hosts)
    by_host = exchange(steps, "hash", [named], "key", by_hash("hash", named.output("rows"), "key", memory))

    def arguments() -> Iterator[Longest]:
        return (Longest(spans, memory) for spans in by_host if spans)

    decided = steps.reduce("longest", longest, arguments)
    return apply_decisions(steps, state, use, [decided], reason="shorter-page")
