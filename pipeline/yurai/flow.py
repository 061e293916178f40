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
from yurai.shuffle import MIN_READ, partitions, span
from yurai.stage import StageUse
from yurai.state import Shards, State, of_step
from yurai.steps import dedup, extract, shards, tokens
from yurai.steps.deliver import packs
from yurai.task import Task, task_key
from yurai_manifests.canonical import fingerprint
from yurai_manifests.stage import StageRecord, tasks
from yurai_manifests.task import StepId, TaskRecord

DEDUP = "yurai.steps.dedup:"


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


def drop_duplicates(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run dedup: keys, group, decide, collect, apply."""
    memory, survivors = use.settings["memory_bytes"], state.survivors
    count = partitions(survivors.rows, dedup.KEY.itemsize, memory)
    base = _step(state, use.name, identity)

    def sub(name: str) -> StepId:
        return StepId(f"{base.name}.{name}", base.fingerprint)

    def keys() -> Iterator[Task]:
        for index, shard in enumerate(survivors):
            args = {"index": index, "partitions": count}
            yield shard_task(DEDUP + "keys", sub("keys"), engine.store, shard, args, span=f"{index}/{count}")

    keyed = engine.step(sub("keys"), identity, keys, survivors.count)
    grouped = _reduce(engine, sub("group"), identity, "group", lambda: _groups(engine, keyed, count))
    share = {"memory_bytes": memory, "shards": survivors.count}
    decided = _reduce(engine, sub("decide"), identity, "decide", lambda: _by_partition(engine, grouped, count, share))
    blocks = -(-survivors.count // dedup.BLOCK)
    collected = _reduce(
        engine,
        sub("collect"),
        identity,
        "collect",
        lambda: _by_partition(engine, decided, blocks, {"shards": survivors.count}, "block"),
    )

    def applied() -> Iterator[Task]:
        places = _places(engine, collected)
        for index, (shard, place) in enumerate(zip(survivors, places, strict=True)):
            args = {"span": place, "stage": use.name}
            key = f"{index}/{place[3]}"
            yield shard_task(DEDUP + "apply", sub("apply"), engine.store, shard, args, span=key)

    record = engine.step(sub("apply"), identity, applied, survivors.count)
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    for inner in (keyed, grouped, decided, collected):
        state = state.after(inner, ())
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


def deliver(engine: Engine, position: int, kind: str, found: Shards, target: int) -> StageRecord:
    """Pack shards of one kind (documents, extracted, dropped or evidence) into files of the target size."""
    identity = {"deliver": kind, "target": target}
    step = StepId(f"{position:02}-deliver.{kind}", fingerprint(identity))

    def packed() -> Iterator[Task]:
        for pack in packs(found, target):
            args = {"number": pack.number, "before": pack.before, "target": target, "kind": kind}
            yield _many("yurai.steps.deliver:compact", step, engine, pack.shards, args, f"{kind} {pack.number:05}")

    return engine.step(step, identity, packed, sum(1 for _ in packs(found, target)))


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


def _reduce(
    engine: Engine,
    step: StepId,
    identity: dict[str, Any],
    function: str,
    arguments: Callable[[], Iterator[dict[str, Any]]],
) -> StageRecord:
    def expected() -> Iterator[Task]:
        for number, args in enumerate(arguments()):
            digest = fingerprint({"function": function, "args": _identity(args)})
            name = f"{function} {number:05}"
            yield Task(DEDUP + function, step, engine.store.url, name, task_key(step, name, digest), (), args)

    return engine.step(step, identity, expected, sum(1 for _ in arguments()))


def _identity(args: dict[str, Any]) -> dict[str, Any]:
    """Leave out where a range lies: its file's digest and its bounds say what it is."""

    def plain(value: Any) -> Any:  # noqa: ANN401 - nested lists of spans
        if isinstance(value, Shard):
            return value.sha256
        return [plain(part) for part in value] if isinstance(value, list | tuple) else value

    return {name: plain(value) for name, value in args.items()}


def _shard(engine: Engine, record: TaskRecord) -> Shard:
    output = record.output("rows")
    return Shard(engine.store.url, output.path, output.sha256, output.rows, output.size, record.source)


def _groups(engine: Engine, keyed: StageRecord, count: int) -> Iterator[dict[str, Any]]:
    """Yield the spans of each group: consecutive files until a partition's share is 4 MiB."""
    held: list[TaskRecord] = []
    for record in tasks(engine.store, keyed):
        held.append(record)
        if sum(one.output("rows").size for one in held) >= count * MIN_READ:
            yield _group(engine, held, count)
            held = []
    if held:
        yield _group(engine, held, count)


def _group(engine: Engine, held: list[TaskRecord], count: int) -> dict[str, Any]:
    return {"spans": [[span(record, _shard(engine, record), part) for record in held] for part in range(count)]}


def _by_partition(
    engine: Engine, written: StageRecord, count: int, args: dict[str, Any], number: str = "partition"
) -> Iterator[dict[str, Any]]:
    """Yield for each partition its spans in all files of the step before."""
    records = list(tasks(engine.store, written))
    for part in range(count):
        yield {"spans": [span(record, _shard(engine, record), part) for record in records], number: part, **args}


def _places(engine: Engine, collected: StageRecord) -> Iterator[Any]:
    """Yield for each shard where the decisions about it lie."""
    for record in tasks(engine.store, collected):
        shard = _shard(engine, record)
        for part in range(len(record.index["checks"])):
            yield span(record, shard, part)


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
