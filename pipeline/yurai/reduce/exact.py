"""Stage dedup, from the driver's side: keys of every shard, brought together by hash, decided, applied."""

from collections.abc import Iterator
from typing import Any

from yurai.engine import Engine
from yurai.exchange import Steps, by_hash, exchange
from yurai.reduce.applied import apply_decisions
from yurai.stage import StageUse
from yurai.state import State
from yurai_manifests.canonical import fingerprint
from yurai_manifests.task import StepId


def drop_equal(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run stage dedup: of documents with an equal text or URL, the first in keep order stays."""
    settings, memory = use.settings, use.settings["memory_bytes"]
    base = StepId(f"{len(state.done):02}-{use.name}", fingerprint(identity))
    steps = Steps(engine, base, identity, memory)
    said = {name: settings[name] for name in ("method", "keep", "quality")}
    keyed = steps.map("keys", "yurai.steps.dedup:keys", state.survivors, lambda number: {"number": number, **said})
    found = exchange(steps, "hash", [keyed], "key", by_hash("hash", keyed.output("rows"), "key", memory))

    def arguments() -> Iterator[dict[str, Any]]:
        for spans in found:
            if spans:
                yield {"spans": spans, "method": settings["method"], "memory_bytes": memory}

    decided = steps.reduce("decide", "yurai.steps.dedup:decide", arguments)
    return apply_decisions(steps, state, use, [decided])
