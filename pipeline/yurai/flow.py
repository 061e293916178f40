"""From one state to the next: which steps a stage takes, and which tasks each step has.

Adjacent map stages before the first commit point run fused in one task for each source; from there on each stage maps
or reduces shards. Step names carry their place in the recipe.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from yurai.engine import Engine, journal_name, shard_task
from yurai.errors import RecipeError
from yurai.fetch import Shard
from yurai.inputs import Source
from yurai.rules import rule
from yurai.stage import StageUse
from yurai.state import Shards, State, of_step
from yurai.steps import extract, shards, tokens
from yurai.steps.deliver import packs
from yurai.task import Task, task_key
from yurai_manifests.canonical import fingerprint
from yurai_manifests.stage import StageRecord
from yurai_manifests.task import StepId


def extract_sources(
    engine: Engine,
    sources: list[Source],
    uses: tuple[StageUse, ...],
    identity: dict[str, Any],
    tables: list[dict[str, Any]],
) -> State:
    """Run read, extract and the measuring stages, fused, over all sources; `tables` say what rows are."""
    step = StepId("00-extract", fingerprint(identity))
    args = {"stages": [use.json() for use in uses], "tables": tables}

    def expected() -> Iterator[Task]:
        for source in sources:
            journal = journal_name(source.name, source.size, source.stamp)
            yield Task(
                extract.FUNCTION,
                step,
                engine.store.url,
                source.name,
                args={**args, "url": source.url, "journal": journal},
            )

    record = engine.step(step, identity, expected, len(sources))
    found = of_step(engine.store, record, "extracted")
    dropped, evidence = (of_step(engine.store, record, name) for name in ("dropped", "evidence"))
    empty = State(step.fingerprint, found, found, (dropped,), evidence)
    return empty.after(record, uses)


def measure(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run a measuring stage alone over extracted pages."""
    step = _step(state, use.name, identity)
    args = {"stages": [use.json()]}
    record = _map(engine, step, identity, state.extracted, shards.MEASURE, args)
    found = of_step(engine.store, record, "extracted")
    return state.after(record, (use,), extracted=found, survivors=found)


def filter_rows(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run a filter stage.

    Raises:
        RecipeError: an editor would change text that no stage before has measured, and nothing could measure it again.
    """
    if not state.measures and any(rule(entry["use"]).kind == "editor" for entry in use.settings["rules"]):
        raise RecipeError(
            "an editor changes text, but no stage before this filter measures it; put language and measure before it "
            "(over Parquet: run yurai measure first and give its output as --input)"
        )
    step = _step(state, use.name, identity)
    args = {"use": use.json(), "measures": state.measures}
    record = _map(engine, step, identity, state.survivors, shards.FILTER, args)
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=of_step(engine.store, record, "kept"), dropped=dropped)


def tokenize(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run tokenize: pieces by shard, then shards of the target size."""
    base = _step(state, use.name, identity)
    pieces = _map(engine, base, identity, state.survivors, tokens.PIECES, {"use": use.json()})
    store, target, kind = engine.store, use.settings["shard_tokens"], use.settings["format"]
    step = StepId(f"{base.name}.pack", base.fingerprint)
    dtype = use.stage.function(**use.settings).dtype.str
    found = of_step(store, pieces, "tokens")

    def packed() -> Iterator[Task]:
        partners = _partners(engine, pieces)
        for pack in packs(found, target):
            inputs = tuple(itertools.chain.from_iterable((shard, partners(shard)) for shard in pack.shards))
            args = {"number": pack.number, "before": pack.before, "target": target, "dtype": dtype, "format": kind}
            yield _many(tokens.PACK, step, engine, inputs, args, f"shard {pack.number:05}")

    record = engine.step(step, identity, packed, sum(1 for _ in packs(found, target)))
    after = state.after(pieces, (use,))
    return after.after(record, (), tokens=of_step(store, record, "bin" if kind == "megatron" else "parquet"))


def deliver(engine: Engine, position: int, kinds: dict[str, Shards], target: int) -> StageRecord:
    """Pack shards of each kind (documents, extracted, dropped ...) into files of the target size, in one step."""
    identity = {"deliver": list(kinds), "target": target}
    step = StepId(f"{position:02}-deliver", fingerprint(identity))

    def packed() -> Iterator[Task]:
        for kind, found in kinds.items():
            for pack in packs(found, target):
                args = {"number": pack.number, "before": pack.before, "target": target, "kind": kind}
                yield _many("yurai.steps.deliver:compact", step, engine, pack.shards, args, f"{kind} {pack.number:05}")

    return engine.step(step, identity, packed, sum(1 for found in kinds.values() for _ in packs(found, target)))


def _step(state: State, name: str, identity: dict[str, Any]) -> StepId:
    return StepId(f"{len(state.done):02}-{name}", fingerprint(identity))


def _map(
    engine: Engine, step: StepId, identity: dict[str, Any], found: Shards, function: str, args: dict[str, Any]
) -> StageRecord:
    def expected() -> Iterator[Task]:
        return (shard_task(function, step, engine.store, shard, args) for shard in found)

    return engine.step(step, identity, expected, found.count)


def _many(
    function: str, step: StepId, engine: Engine, inputs: tuple[Shard, ...], args: dict[str, Any], name: str
) -> Task:
    """Return a task over several shards; its key is made of their digests and of the arguments."""
    digest = fingerprint({"inputs": [shard.sha256 for shard in inputs], "args": args})
    return Task(function, step, engine.store.url, name, task_key(step, name, digest), inputs, args)


def _partners(engine: Engine, pieces: StageRecord) -> Callable[[Shard], Shard]:
    """Return the function that gives a token piece its index piece; it is asked in order, the last perhaps twice."""
    both = zip(of_step(engine.store, pieces, "tokens"), of_step(engine.store, pieces, "index"), strict=True)
    current = next(both)

    def partner(shard: Shard) -> Shard:
        nonlocal current
        while current[0] != shard:
            current = next(both)
        return current[1]

    return partner
