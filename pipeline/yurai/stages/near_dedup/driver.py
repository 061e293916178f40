"""Drive near-dedup: signatures -> candidates -> estimates -> shingles -> decisions -> applied.

Pairs go to the documents, not documents to pairs: each pair travels to the segment of a, and, if b lies elsewhere, with
a's signature (later: a's shingles) to the segment of b. No step needs all of anything in one place.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import Shards, State, chained, shard_of
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask, TaskFunction
from yurai.engine.use import StageUse
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import by_hash
from yurai.exchange.row_files import span
from yurai.stages.apply_decisions.driver import apply_decisions
from yurai.stages.map_tasks import step_of
from yurai.stages.near_dedup.buckets import TALLY
from yurai.stages.near_dedup.candidates import Candidates, candidates
from yurai.stages.near_dedup.compare import AUDIT, LOSSES, Compare, exact, meet
from yurai.stages.near_dedup.earlier import earlier
from yurai.stages.near_dedup.estimate import Estimate, Signed, arrive, estimate
from yurai.stages.near_dedup.graph_driver import decide
from yurai.stages.near_dedup.pair_judge import BINS
from yurai.stages.near_dedup.segments import Extent, Piece, segments
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.sign import PAGE, Sign, recall, sign
from yurai_manifests.canonical import Json
from yurai_manifests.step import StepRecord, tasks
from yurai_manifests.task import TaskRecord

LEAST_SIGNATURES, LEAST_TEXT = 8 << 20, 32 << 20


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is compared: the documents of earlier runs, with their signatures, and the survivors of this one."""

    older: Shards
    index: Shards
    new: Shards

    @property
    def documents(self) -> Shards:
        """All shards in the order of their numbers."""
        return chained([self.older, self.new])


def near_duplicates(engine: Engine, state: State, use: StageUse[NearDedup], identity: Identity) -> State:
    """Run near-dedup over the survivors.

    Raises:
        RecipeError: an earlier run has no index, or one of other signatures.
    """
    near, base = use.settings, step_of(state, use.name, identity)
    steps = Steps(engine, base, identity, near.memory_bytes)
    older, index = earlier(near)
    corpus = Corpus(older, index, state.survivors)
    signed = _sign(steps, corpus, use)
    paired = _candidates(steps, near, corpus, signed)
    estimated = _estimate(steps, use, corpus, signed, paired)
    compared = _compare(steps, use, corpus, estimated)
    decided = decide(steps, [*estimated, *compared])
    steps.spend([*estimated, *compared], "rows")
    facts = {**_facts(engine, "tally", TALLY, [paired]), **_facts(engine, "audited", AUDIT, compared)}
    facts |= _facts(engine, "losses", LOSSES, compared)
    seen = _sums(engine, "seen", 3 * BINS, estimated)
    facts["seen"] = [seen[at : at + BINS] for at in range(0, len(seen), BINS)]
    return apply_decisions(
        steps,
        replace(state, facts=state.facts | {base.name: facts}),
        use,
        decided,
        reason="near-duplicate",
        older=older,
        annotate=near.annotate,
        signatures=signed[-1] if near.index else None,
        order=near.order,
    )


def _sign(steps: Steps, corpus: Corpus, use: StageUse[NearDedup]) -> list[StepRecord]:
    """Return the records of recalled and of new signatures, in the order of shard numbers."""
    older = corpus.index
    recalled = [steps.map("recall", recall, older, lambda number: Sign(use, number))] if older.count else []
    return [*recalled, steps.map("sign", sign, corpus.new, lambda number: Sign(use, number), older.count)]


def _candidates(steps: Steps, near: NearDedup, corpus: Corpus, signed: list[StepRecord]) -> StepRecord:
    rows = corpus.documents.rows * near.resolved.bands
    bands = exchange(steps, "bands", signed, "band", by_hash("hash", rows, "band", near.memory_bytes), last=True)

    def arguments() -> Iterator[Candidates]:
        return (Candidates(spans, near.memory_bytes) for spans in bands)

    paired = steps.reduce("candidates", candidates, arguments)
    bands.spend(steps)
    return paired


def _estimate(
    steps: Steps, use: StageUse[NearDedup], corpus: Corpus, signed: list[StepRecord], paired: StepRecord
) -> list[StepRecord]:
    """Return the steps that judged pairs by their signatures."""
    near = use.settings
    width, most = near.resolved.signature_bytes, near.memory_bytes // 4
    held = segments(lambda: (Extent(shard.rows, width) for shard in corpus.documents), LEAST_SIGNATURES, most)

    def arguments(partitions: Partitions) -> Callable[[], Iterator[Estimate]]:
        def read() -> Iterator[Estimate]:
            pages = Pages(steps.engine, signed)
            for number, (pieces, spans) in enumerate(zip(held.read(), partitions, strict=True)):
                low, high = held.bounds(number)
                yield Estimate(use, spans, low, high, [pages.of(piece) for piece in pieces])

        return read

    pairs = exchange(steps, "pairs", [paired], "pair", held.route("a"), last=True)
    judged = [steps.reduce("estimate", estimate, arguments(pairs))]
    pairs.spend(steps)
    if judged[0].output("carry"):
        kind = f"carry-{near.resolved.hashes}"
        carried = exchange(steps, "carried", judged, kind, held.route("b"), "carry", last=True)
        judged.append(steps.reduce("arrive", arrive, arguments(carried)))
        carried.spend(steps)
    steps.spend(signed[:-1] if near.index else signed, "signatures")
    return judged


class Pages:
    """Where the signatures of pieces lie; pieces must be asked for in order."""

    def __init__(self, engine: Engine, signed: list[StepRecord]) -> None:
        self._engine = engine
        records = itertools.chain.from_iterable(tasks(engine.store, one) for one in signed)
        self._records: Iterator[tuple[int, TaskRecord | None]] = enumerate(records)
        self._number, self._record = next(self._records, (0, None))

    def of(self, piece: Piece) -> Signed:
        """Return where the signatures of a piece lie."""
        while self._number < piece.shard:
            self._number, self._record = next(self._records)
        assert self._record is not None  # there is a piece, so there is a shard
        shard = shard_of(self._engine.store, self._record, self._record.output("signatures"))
        pages = range(piece.first // PAGE, -(-piece.end // PAGE))
        spans = [span(self._record, shard, page, "signatures") for page in pages]
        return Signed(piece.shard, piece.first, spans)


def _compare(steps: Steps, use: StageUse[NearDedup], corpus: Corpus, estimated: list[StepRecord]) -> list[StepRecord]:
    """Return the steps that compared shingles, where estimates left anything to compare."""
    if not any(record.output("checks") for record in estimated):
        return []

    def extents() -> Iterator[Extent]:
        return (Extent(shard.rows, -(-shard.size // max(1, shard.rows))) for shard in corpus.documents)

    held = segments(extents, LEAST_TEXT, use.settings.memory_bytes // 8)

    def over(name: str, function: TaskFunction[Compare], partitions: Partitions) -> StepRecord:
        """Run a task for each segment, with the shards that it lies in."""

        def expected() -> Iterator[AnyTask]:
            shards = enumerate(corpus.documents)
            number, shard = next(shards)
            for at, (pieces, spans) in enumerate(zip(held.read(), partitions, strict=True)):
                inputs = []
                for piece in pieces:
                    while number < piece.shard:
                        number, shard = next(shards)
                    inputs.append(shard)
                args = Compare(use, spans, *held.bounds(at), pieces)
                yield steps.task(name, function, at, args, tuple(inputs))

        return steps.run(name, expected, len(held.edges))

    checks = exchange(steps, "checks", estimated, "check", held.route("a"), "checks", last=True)
    compared = [over("exact", exact, checks)]
    checks.spend(steps)
    if compared[0].output("carry"):
        shingles = exchange(steps, "shingles", compared, "piece", held.route("b"), "carry", last=True)
        compared.append(over("meet", meet, shingles))
        shingles.spend(steps)
    return compared


def _sums(engine: Engine, name: str, count: int, records: list[StepRecord]) -> list[int]:
    """Add up the numbers that the tasks of some steps noted."""
    totals = [0] * count
    for record in records:
        for task in tasks(engine.store, record):
            totals = [total + number for total, number in zip(totals, task.index[name], strict=True)]
    return totals


def _facts(engine: Engine, name: str, names: tuple[str, ...], records: list[StepRecord]) -> dict[str, Json]:
    sums = dict(zip(names, _sums(engine, name, len(names), records), strict=True))
    if "largest" in sums:
        noted = [task.index[name] for record in records for task in tasks(engine.store, record)]
        sums["largest"] = max((dict(zip(names, one, strict=True))["largest"] for one in noted), default=0)
    return {name: sums}
