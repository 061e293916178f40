"""Drive stage select: statements meet documents by doc_id, copies reach what stays, each shard is judged and cut."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from yurai.declare.stage import Identity, Kind, stage_of
from yurai.engine.arguments import NoArguments
from yurai.engine.engine import Engine
from yurai.engine.state import State, kept_of, of_step, shard_of
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask
from yurai.engine.use import StageUse
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import Route, by_hash
from yurai.exchange.row_files import whole_span
from yurai.rights import load_policy
from yurai.rights.calibration import published_sha256
from yurai.rights.policy import RobotsMode
from yurai.rights.rulings import rulings_digest
from yurai.stages.map_tasks import step_of
from yurai.stages.select.apply import Apply, apply
from yurai.stages.select.cap import budget_of, edge_of, totals
from yurai.stages.select.gather import Gather, captures, copies, pages, say
from yurai.stages.select.judged import Ask, Judge, PassOn, judge_pages, pass_on, robots
from yurai.stages.select.loaded import Rights
from yurai.stages.select.mixing import ALL
from yurai.stages.select.settings import Select
from yurai.stages.select.weigh import AFTER, BEFORE, Weigh, weigh
from yurai_manifests.errors import RecipeError
from yurai_manifests.step import StepRecord, tasks


def digests(settings: Select) -> dict[str, str]:
    """Return the sha256 of all that verdicts rest on beside the evidence.

    Raises:
        RecipeError: a policy, its registries or rulings are not there, or wrong.
    """
    found = {"policy": load_policy(settings.policy).sha256, "calibration": published_sha256()}
    if settings.rulings:
        found["rulings"] = rulings_digest(settings.rulings)
    tokenizer = settings.load()
    if tokenizer and tokenizer.sha256:
        found["tokenizer"] = tokenizer.sha256
    return found


def select(engine: Engine, state: State, use: StageUse[Select], identity: Identity) -> State:
    """Run stage select over the survivors."""
    settings, known = use.settings, digests(use.settings)
    rights = Rights(settings.policy, known["policy"], settings.rulings, known.get("rulings", ""))
    steps = Steps(engine, step_of(state, use.name, identity), identity, settings.memory_bytes)
    judged = _judged(steps, state, rights)
    told = exchange(steps, "told", judged, "message", Route("hash", max(1, state.survivors.count), every=1))
    weighed = _weighed(steps, state, told, use, rights)
    sizes = totals(engine, weighed, BEFORE)
    edge = _edge(steps, settings, weighed, sizes)

    def expected() -> Iterator[AnyTask]:
        parallel = zip(state.survivors, told, tasks(engine.store, weighed), strict=False)
        for shard, spans, task in parallel:
            output = task.output("weighed")
            own = [whole_span(shard_of(engine.store, task, output), output.bytes)] if output.bytes else []
            yield steps.over("apply", apply, (shard,), Apply(spans, own, edge, use, rights))

    record = steps.run("apply", expected, state.survivors.count)
    facts = {BEFORE: _named(settings, sizes), AFTER: _named(settings, totals(engine, record, AFTER))}
    state = steps.closed(replace(state, facts=state.facts | {steps.base.name: facts}))
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(engine.store, record, state.survivors), dropped=dropped)


def _judged(steps: Steps, state: State, rights: Rights) -> list[StepRecord]:
    """Return the steps that wrote judgements, and what copies are told, to the places of the survivors."""
    policy = load_policy(rights.policy)
    asks = policy.robots != "off"
    said = [
        steps.map("say", say, state.evidence, lambda _: NoArguments()),
        steps.map("pages", pages, state.survivors, lambda number: Gather(number, asks)),
    ]
    for number, shards in enumerate(state.dropped if policy.copies else ()):
        said.append(steps.map(f"copies-{number}", copies, shards, lambda place: Gather(place, asks)))
    if asks:
        said.append(_asked(steps, state, said[1:], policy.robots))
    by_document = exchange(steps, "documents", said, "message", _by_key(steps, said))
    looked = any("evidence" in use.settings.json() and use.settings.json()["evidence"] for use in state.done)

    def arguments() -> Iterator[Judge]:
        return (Judge(spans, rights, looked) for spans in by_document if spans)

    judged = steps.reduce("judge", judge_pages, arguments)
    stages = [use for use in state.done if stage_of(use).kind is Kind.DEDUP]
    return [judged, *_passed_on(steps, judged, rounds=max(1, len(stages)))]


def _by_key(steps: Steps, records: list[StepRecord], output: str = "rows") -> Route:
    return by_hash("hash", sum(one.output(output) for one in records), "message", steps.memory_bytes)


def _asked(steps: Steps, state: State, gathered: list[StepRecord], mode: RobotsMode) -> StepRecord:
    """Return the step that wrote what robots.txt say to the documents whose hosts have any."""
    captured = steps.map("captures", captures, state.robots, lambda _: NoArguments())
    rows = captured.output("rows") + sum(one.output("hosts") for one in gathered)
    route = by_hash("hash", rows, "message", steps.memory_bytes)
    known = exchange(steps, "captured", [captured], "message", route)
    asking = exchange(steps, "asking", gathered, "message", route, "hosts")

    def arguments() -> Iterator[Ask]:
        both = zip(known, asking, strict=True)
        return (Ask(left, right, mode) for left, right in both if left and right)

    return steps.reduce("robots", robots, arguments)


def _passed_on(steps: Steps, judged: StepRecord, *, rounds: int) -> Iterator[StepRecord]:
    """Yield the steps that pass on what copies are told; one that was kept may be a copy for a stage behind."""
    if not judged.output("passed"):
        return
    route = _by_key(steps, [judged], "known")
    known, last = exchange(steps, "known", [judged], "message", route, "known"), judged
    for number in range(rounds):
        waiting = exchange(steps, f"passed-{number}", [last], "message", route, "passed")
        last = steps.reduce(f"pass-on-{number}", pass_on, _Passing(waiting, known))
        yield last
        if not last.output("passed"):
            return


@dataclass(frozen=True, slots=True)
class _Passing:
    """The arguments of the tasks that pass on."""

    waiting: Partitions
    known: Partitions

    def __call__(self) -> Iterator[PassOn]:
        both = zip(self.waiting, self.known, strict=True)
        return (PassOn(told, places) for told, places in both if told)


def _weighed(steps: Steps, state: State, told: Partitions, use: StageUse[Select], rights: Rights) -> StepRecord:
    def expected() -> Iterator[AnyTask]:
        for shard, spans in zip(state.survivors, told, strict=False):
            yield steps.over("weigh", weigh, (shard,), Weigh(spans, use, rights))

    return steps.run("weigh", expected, state.survivors.count)


def _edge(steps: Steps, settings: Select, weighed: StepRecord, sizes: dict[str, int]) -> int:
    """Return the first hash that the cap drops, ALL where it drops none.

    Raises:
        RecipeError: the cap leaves nothing of what there was.
    """
    most = settings.rights_sensitive_max
    if most is None or most >= 1 or not sizes["care"]:
        return ALL
    if not sizes["open"]:
        unit = "tokens" if settings.tokenizer else "bytes of UTF-8"
        raise RecipeError(
            f"stage select: rights_sensitive_max = {most:g} cannot be kept: none of the {sizes['care']:,} {unit} that "
            f"are left is under an open licence, so the largest corpus that satisfies it has 0 {unit}. Add open text, "
            "rule about domains (yurai rights review), or set rights_sensitive_max = 1"
        )
    budget = budget_of(most, sizes["open"])
    return edge_of(steps, weighed, budget) if sizes["care"] > budget else ALL


def _unit(settings: Select) -> str:
    return "tokens" if settings.tokenizer else "bytes"


def _named(settings: Select, sizes: dict[str, int]) -> dict[str, int]:
    """Return sums under names that say their unit: `open_tokens` or `open_bytes` (of UTF-8)."""
    return {name if name.endswith("documents") else f"{name}_{_unit(settings)}": size for name, size in sizes.items()}
