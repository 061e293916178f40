"""line-dedup, step by step: units of every shard -> together by hash -> judged -> back to their shard -> cut."""

from collections.abc import Iterator
from typing import Any

from yurai.engine import Engine
from yurai.errors import RecipeError
from yurai.exchange import Route, Steps, by_hash, exchange, identity_of
from yurai.stage import StageUse
from yurai.state import State, of_step
from yurai.steps.lines import CUT_SHARD, JUDGE, LINES
from yurai.task import Task, task_key
from yurai_manifests.canonical import fingerprint
from yurai_manifests.task import StepId


def cut_lines(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run stage line-dedup.

    Raises:
        RecipeError: settings that cannot be meant, or no stage before measures texts, so none could measure new ones.
    """
    use.stage.function(**use.settings)
    if not state.measures:
        raise RecipeError(
            f"{use.name} changes text, but no stage before it measures text; put language and measure before it "
            "(over Parquet: run yurai measure first and give its output as --input)"
        )
    memory, survivors = use.settings["memory_bytes"], state.survivors
    steps = Steps(engine, StepId(f"{len(state.done):02}-{use.name}", fingerprint(identity)), identity, memory)
    units = steps.map("lines", LINES, survivors, lambda number: {"use": use.json(), "shard": number})
    by_unit = exchange(steps, "units", [units], "line", by_hash("hash", units.output("rows"), "line", memory))

    def partitions() -> Iterator[dict[str, Any]]:
        for spans in by_unit:
            if spans:
                yield {"spans": spans, "min_copies": use.settings["min_copies"], "memory_bytes": memory}

    judged = steps.reduce("judge", JUDGE, partitions)
    by_shard = exchange(steps, "shards", [judged], "cut", Route("shard", max(1, survivors.count), every=1))

    def expected() -> Iterator[Task]:
        for shard, spans in zip(survivors, by_shard, strict=False):  # without shards there is one empty partition
            args = {"spans": spans, "use": use.json(), "measures": state.measures}
            key = task_key(steps.step("cut"), shard.source, shard.sha256, fingerprint(identity_of(args)))
            yield Task(CUT_SHARD, steps.step("cut"), engine.store.url, shard.source, key, (shard,), args)

    record = steps.run("cut", expected, survivors.count)
    for inner in steps.records[:-1]:
        state = state.after(inner, ())
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=of_step(engine.store, record, "kept"), dropped=dropped)
