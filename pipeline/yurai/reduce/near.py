"""near-dedup, step by step: signatures -> candidates -> estimates -> shingles -> decisions -> applied.

Pairs go to the documents, not documents to pairs: each pair travels to the segment of a, and, if b lies elsewhere, with
a's signature (later: a's shingles) to the segment of b. No step needs all of anything in one place.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from yurai.dedup.buckets import TALLY
from yurai.dedup.pairs import BINS
from yurai.dedup.settings import Near
from yurai.engine import Engine
from yurai.errors import RecipeError
from yurai.exchange import Partitions, Steps, by_hash, exchange
from yurai.fetch import Shard
from yurai.reduce.applied import apply_decisions
from yurai.reduce.graph import decide
from yurai.reduce.segments import Extent, Piece, Segments, segments
from yurai.shuffle import span
from yurai.stage import StageUse
from yurai.state import Shards, State, chained, of_files
from yurai.steps.near_exact import AUDIT
from yurai.steps.near_sign import PAGE
from yurai.task import Task
from yurai_manifests.canonical import fingerprint
from yurai_manifests.run import load_run
from yurai_manifests.stage import StageRecord, tasks
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId, TaskRecord

STEPS = "yurai.steps."
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


def near_duplicates(engine: Engine, state: State, use: StageUse, identity: dict[str, Any]) -> State:
    """Run near-dedup over the survivors.

    Raises:
        RecipeError: an earlier run has no index, or one of other signatures.
    """
    near = cast("Near", use.stage.function(**use.settings))
    base = StepId(f"{len(state.done):02}-{use.name}", fingerprint(identity))
    steps = Steps(engine, base, identity, near.memory_bytes)
    older, index = earlier(near)
    corpus = Corpus(older, index, state.survivors)
    signed = _sign(steps, corpus, use)
    found = _candidates(steps, near, corpus, signed)
    estimated = _estimate(steps, near, use, corpus, signed, found)
    compared = _compare(steps, near, use, corpus, estimated)
    decided = decide(steps, [*estimated, *compared])
    facts = {**_facts(engine, "tally", TALLY, [found]), **_facts(engine, "audited", AUDIT, compared)}
    seen = _sums(engine, "seen", 3 * BINS, estimated)
    facts["seen"] = [seen[at : at + BINS] for at in range(0, len(seen), BINS)]
    state = replace(state, facts=state.facts | {base.name: facts})
    signatures = signed[-1] if near.index else None
    return apply_decisions(steps, state, use, decided, older, annotate=near.annotate, signatures=signatures)


def earlier(near: Near) -> tuple[Shards, Shards]:
    """Return the documents of the trees to compare with, and their signatures, file by file."""
    documents, index = [], []
    for tree in near.against:
        store = open_store(tree)
        run = load_run(store)
        uses = [StageUse.of(value) for value in run.recipe_stages if value["use"] == "near-dedup"]
        made = [cast("Near", one.stage.function(**one.settings)) for one in uses]
        if not made or not made[-1].index:
            raise RecipeError(f"{tree} has no index of signatures; make it with near-dedup and index = true")
        if made[-1].signed_as() != near.signed_as():
            raise RecipeError(
                f"{tree} was signed as {made[-1].signed_as()}, this run signs as {near.signed_as()}; use its settings"
            )
        if sum(file.rows for file in run.files("index")) != sum(file.rows for file in run.files("documents")):
            raise RecipeError(f"{tree} has another index than documents; give the tree that near-dedup itself wrote")
        documents.append(_named(of_files(store, run.files("documents")), run.digest))
        index.append(of_files(store, run.files("index")))
    return chained(documents), chained(index)


def _named(found: Shards, digest: str) -> Shards:
    """Name the files of an earlier run by its digest: where its tree lies may differ from machine to machine."""
    return replace(found, read=lambda: (shard._replace(source=f"{digest[:16]}/{shard.path}") for shard in found.read()))


def _sign(steps: Steps, corpus: Corpus, use: StageUse) -> list[StageRecord]:
    """Return the records of recalled and of new signatures, in the order of shard numbers."""
    share = {"use": use.json()}
    found = []
    if corpus.index.count:
        found.append(steps.map("recall", STEPS + "near_sign:recall", corpus.index, lambda n: {**share, "shard": n}))
    first = corpus.index.count
    found.append(steps.map("sign", STEPS + "near_sign:sign", corpus.new, lambda n: {**share, "shard": n}, first))
    return found


def _candidates(steps: Steps, near: Near, corpus: Corpus, signed: list[StageRecord]) -> StageRecord:
    rows = corpus.documents.rows * near.preset.bands
    bands = exchange(steps, "bands", signed, "band", by_hash("hash", rows, "band", near.memory_bytes))

    def arguments() -> Iterator[dict[str, Any]]:
        return ({"spans": spans, "memory_bytes": near.memory_bytes} for spans in bands)

    return steps.reduce("candidates", STEPS + "near_candidates:candidates", arguments)


def _estimate(
    steps: Steps, near: Near, use: StageUse, corpus: Corpus, signed: list[StageRecord], found: StageRecord
) -> list[StageRecord]:
    """Return the steps that judged pairs by their signatures."""
    width, most = near.preset.signature_bytes, near.memory_bytes // 4
    held = segments(lambda: (Extent(shard.rows, width) for shard in corpus.documents), LEAST_SIGNATURES, most)

    def arguments(partitions: Partitions) -> Callable[[], Iterator[dict[str, Any]]]:
        def read() -> Iterator[dict[str, Any]]:
            pages = Pages(steps.engine, signed)
            for number, (pieces, spans) in enumerate(zip(held.read(), partitions, strict=True)):
                yield _args(use, held, number, spans) | {"pieces": [pages.of(piece) for piece in pieces]}

        return read

    pairs = exchange(steps, "pairs", [found], "pair", held.route("a"))
    near_by = steps.reduce("estimate", STEPS + "near_estimate:estimate", arguments(pairs))
    if not near_by.output("carry"):
        return [near_by]
    kind = f"carry-{near.preset.hashes}"
    carried = exchange(steps, "carried", [near_by], kind, held.route("b"), "carry")
    return [near_by, steps.reduce("arrive", STEPS + "near_estimate:arrive", arguments(carried))]


def _args(use: StageUse, held: Segments, number: int, spans: list[Any]) -> dict[str, Any]:
    low, high = held.bounds(number)
    return {"use": use.json(), "spans": spans, "low": str(low), "high": str(high)}


class Pages:
    """Where the signatures of pieces lie; pieces must be asked for in order."""

    def __init__(self, engine: Engine, signed: list[StageRecord]) -> None:
        self._engine = engine
        records = itertools.chain.from_iterable(tasks(engine.store, one) for one in signed)
        self._records: Iterator[tuple[int, TaskRecord | None]] = enumerate(records)
        self._number, self._record = next(self._records, (0, None))

    def of(self, piece: Piece) -> list[Any]:
        """Return (shard, first row, spans) of a piece."""
        while self._number < piece.shard:
            self._number, self._record = next(self._records)
        assert self._record is not None  # there is a piece, so there is a shard
        shard = _output(self._engine, self._record, "signatures")
        pages = range(piece.first // PAGE, -(-piece.end // PAGE))
        return [piece.shard, piece.first, [span(self._record, shard, page, "signatures") for page in pages]]


def _output(engine: Engine, record: TaskRecord, name: str) -> Shard:
    output = record.output(name)
    return Shard(engine.store.url, output.path, output.sha256, output.rows, output.size, record.source)


def _compare(
    steps: Steps, near: Near, use: StageUse, corpus: Corpus, estimated: list[StageRecord]
) -> list[StageRecord]:
    """Return the steps that compared shingles, where estimates left anything to compare."""
    if not any(record.output("checks") for record in estimated):
        return []

    def extents() -> Iterator[Extent]:
        return (Extent(shard.rows, -(-shard.size // max(1, shard.rows))) for shard in corpus.documents)

    held = segments(extents, LEAST_TEXT, near.memory_bytes // 8)
    checks = exchange(steps, "checks", estimated, "check", held.route("a"), "checks")
    near_by = _over_texts(steps, "exact", use, held, corpus, checks)
    if not near_by.output("carry"):
        return [near_by]
    carried = exchange(steps, "shingles", [near_by], "piece", held.route("b"), "carry")
    return [near_by, _over_texts(steps, "meet", use, held, corpus, carried)]


def _over_texts(
    steps: Steps, name: str, use: StageUse, held: Segments, corpus: Corpus, partitions: Partitions
) -> StageRecord:
    """Run a task for each segment, with the shards that it lies in."""

    def expected() -> Iterator[Task]:
        shards = enumerate(corpus.documents)
        number, shard = next(shards)
        for at, (pieces, spans) in enumerate(zip(held.read(), partitions, strict=True)):
            inputs = []
            for piece in pieces:
                while number < piece.shard:
                    number, shard = next(shards)
                inputs.append(shard)
            args = _args(use, held, at, spans) | {"pieces": [list(piece) for piece in pieces]}
            yield steps.task(name, f"{STEPS}near_exact:{name}", at, args, tuple(inputs))

    return steps.run(name, expected, len(held.edges))


def _sums(engine: Engine, name: str, count: int, records: list[StageRecord]) -> list[int]:
    """Add up the numbers that the tasks of some steps noted."""
    totals = [0] * count
    for record in records:
        for task in tasks(engine.store, record):
            totals = [total + number for total, number in zip(totals, task.index[name], strict=True)]
    return totals


def _facts(engine: Engine, name: str, names: tuple[str, ...], records: list[StageRecord]) -> dict[str, Any]:
    found = dict(zip(names, _sums(engine, name, len(names), records), strict=True))
    if "largest" in found:
        noted = [task.index[name] for record in records for task in tasks(engine.store, record)]
        found["largest"] = max((dict(zip(names, one, strict=True))["largest"] for one in noted), default=0)
    return {name: found}
