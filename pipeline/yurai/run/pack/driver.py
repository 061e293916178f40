"""Drive `yurai pack`: deal documents to places, arrange them, shuffle their samples, and write files of an order.

Nothing of the size of the corpus is in the driver: it holds sums of shards and of ranges of 262,144 places. Steps are
committed in the folder of the order, so a killed command goes on where it was; at the end they are removed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from yurai.engine.engine import Engine, Runner
from yurai.engine.progress import Reporter
from yurai.engine.state import shard_of
from yurai.engine.steps import Steps
from yurai.engine.task import A, AnyTask, TaskFunction
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import Route
from yurai.exchange.row_files import Span, span
from yurai.run.derive import Made, What, derive
from yurai.run.pack.deal import Count, Deal, count, deal
from yurai.run.pack.settings import Packing
from yurai.run.pack.tasks import RANGE, Arrange, Join, Placed, Write, arrange, join, place, write
from yurai.sources.fetch import Shard
from yurai.tokens.order.mix import Mix
from yurai.tokens.order.samples import PLACES
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.derived import Derived, load_derived
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.lookup.tokens import index_files
from yurai_manifests.run import Delivered, RunRecord, token_sum
from yurai_manifests.step import StepRecord, outputs, tasks
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import Output, StepId

NAMES: Final = re.compile(rf"[0-9]{{5,}}\.parquet|{re.escape(PLACES)}")
MEMORY_BYTES: Final = 1 << 30


def pack(out: Store, run: RunRecord, folder: str, packing: Packing, runner: Runner, reporter: Reporter) -> Derived:
    """Write an order of the tokens of a run into `folder`, or end one that was interrupted.

    Raises:
        RecipeError: the run has no tokens, or none is left to be packed.
        DriftError: the folder has an order of other settings, or of another run.
        AuditError, ShardError, LeaseError: as all runs.
    """
    if not run.files("shards"):
        raise RecipeError(f"{out.url} has no tokens: its recipe has no stage tokenize; add one, then pack")
    _refuse_another(open_store(folder), run, packing)
    what = What("order", packing.json(), NAMES)
    made, _ = derive(out, run, folder, what, lambda engine: _Pack(engine, out, run, packing).run(), runner, reporter)
    return made


def _refuse_another(store: Store, run: RunRecord, packing: Packing) -> None:
    """An order is what models were trained by, so it is never replaced."""
    try:
        there = load_derived(store, "order")
    except FileNotFoundError:
        return
    if there.of != run.digest or there.settings != packing.json():
        raise DriftError(
            f"{store.url} has an order of other settings, or of another run; give another --name, or remove the folder"
        )


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Documents of each weight: before each shard, in all, and their tokens."""

    before: list[tuple[int, ...]]
    documents: tuple[int, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Arranged:
    """The ranges of places in order, and what each holds: tokens, and with a policy that fits its samples."""

    spans: list[list[Span]]
    tokens: list[int]
    samples: list[int]
    left: tuple[int, int]
    """Documents and tokens that do not fit."""


class _Pack:
    """One order, on its way."""

    def __init__(self, engine: Engine, out: Store, run: RunRecord, packing: Packing) -> None:
        self.engine, self.out, self.run_record, self.packing = engine, out, run, packing
        settings = {name: value for name, value in packing.json().items() if name != "global_batch"}
        identity: dict[str, Json] = {"pack": 1, "run": run.digest, "settings": settings}
        self.steps = Steps(engine, StepId("00-pack", fingerprint(identity)), identity, MEMORY_BYTES)
        self.shards = index_files(run)
        self.weights = tuple(str(one) for one in packing.weights)

    def run(self) -> Made:
        """Bring all steps to their commits; return facts and files."""
        corpus, packing = self._counts(), self.packing
        mix = Mix(packing.millionths, corpus.documents, packing.seed)
        if not mix.size:
            raise RecipeError(f"{self.out.url}: no document is to be packed; every weight that applies is 0")
        ranges = -(-mix.size // RANGE)
        dealt = self._deal(corpus, mix, ranges)
        route = Route("position", ranges * packing.epochs, every=RANGE)
        arranged = self._arrange(exchange(self.steps, "places", [dealt], "item", route))
        edges = self._edges(arranged, ranges)
        if not edges[-1]:
            raise RecipeError(
                f"{self.out.url}: its tokens make no sample of {packing.sequence_length:,}; "
                "give a smaller --sequence-length"
            )
        placed = self._place(arranged, edges)
        files = self._write(placed, edges[-1])
        return self._facts(corpus, mix, arranged, placed, edges[-1]), files

    def _counts(self) -> _Corpus:
        rows: list[tuple[int, ...]]
        tokens: tuple[int, ...]
        if not self.weights:
            rows = [(index.rows,) for index, _ in self.shards]
            tokens = (token_sum(self.run_record.files("shards")),)
        else:
            record = self._over_shards("count", count, lambda _, skip: Count(self.weights, skip))
            found = [task.index for task in tasks(self.engine.store, record)]
            rows = [tuple(one["documents"]) for one in found]
            tokens = tuple(sum(some) for some in zip(*(one["tokens"] for one in found), strict=True))
        sums = [list(accumulate(some, initial=0)) for some in zip(*rows, strict=True)]
        before = [tuple(one[number] for one in sums) for number in range(len(rows))]
        return _Corpus(before, tuple(one[-1] for one in sums), tokens)

    def _deal(self, corpus: _Corpus, mix: Mix, ranges: int) -> StepRecord:
        def args(number: int, skip: int) -> Deal:
            before, seed, epochs = corpus.before[number], self.packing.seed, self.packing.epochs
            return Deal(self.weights, skip, number, before, mix.weights, mix.documents, seed, epochs, ranges * RANGE)

        return self._over_shards("deal", deal, args)

    def _over_shards(self, name: str, function: TaskFunction[A], args: Callable[[int, int], A]) -> StepRecord:
        def expected() -> Iterator[AnyTask]:
            before = 0
            for number, (index, _) in enumerate(self.shards):
                skip, documents = self._documents(before, index.rows) if self.weights else (0, [])
                inputs = tuple(self._shard(file) for file in (index, *documents))
                yield self.steps.over(name, function, inputs, args(number, skip))
                before += index.rows

        return self.steps.run(name, expected, len(self.shards))

    def _documents(self, first: int, rows: int) -> tuple[int, list[Delivered]]:
        """Return the files with rows `first` up to `first + rows` of documents/, and how many to skip in the first."""
        start, held, skip = 0, list[Delivered](), 0
        for file in self.run_record.files("documents"):
            if start < first + rows and start + file.rows > first:
                skip = skip if held else max(0, first - start)
                held.append(file)
            start += file.rows
        return skip, held

    def _shard(self, file: Delivered) -> Shard:
        return Shard(self.out.url, file.name, file.sha256, file.rows, file.size, file.name)

    def _arrange(self, places: Partitions) -> _Arranged:
        packing = self.packing
        record = self.steps.reduce(
            "arrange",
            arrange,
            lambda: (Arrange(spans, packing.policy, packing.sequence_length) for spans in places),
        )
        found = list(tasks(self.engine.store, record))
        spans = [[span(task, shard_of(self.engine.store, task, task.output("rows")), 0)] for task in found]
        left = [sum(task.index["left"][number] for task in found) for number in (0, 1)]
        tokens, samples = ([task.index[name][0] for task in found] for name in ("tokens", "samples"))
        return _Arranged(spans, tokens, samples, (left[0], left[1]))

    def _edges(self, arranged: _Arranged, ranges: int) -> tuple[int, ...]:
        """Return the first sample of each epoch, that which its first token begins or is behind; and their count."""
        length, epochs = self.packing.sequence_length, self.packing.epochs
        if self.packing.policy == "concat":
            ends = list(accumulate(arranged.tokens, initial=0))
            starts = [-(-ends[ranges * epoch] // length) for epoch in range(epochs)]
            return (*(min(one, ends[-1] // length) for one in starts), ends[-1] // length)
        ends = list(accumulate(arranged.samples, initial=0))
        return tuple(ends[ranges * epoch] for epoch in range(epochs + 1))

    def _place(self, arranged: _Arranged, edges: tuple[int, ...]) -> StepRecord:
        packing = self.packing
        sizes = arranged.tokens if packing.policy == "concat" else arranged.samples

        def args() -> Iterator[Placed]:
            for spans, start in zip(arranged.spans, accumulate(sizes, initial=0), strict=False):
                yield Placed(spans, packing.policy, packing.sequence_length, start, edges, packing.seed)

        return self.steps.reduce("place", place, args)

    def _write(self, placed: StepRecord, samples: int) -> list[tuple[str, Output]]:
        each, names = self.packing.file_samples, tuple(name for _, name in self.shards)
        route = Route("sample", -(-samples // each), every=each)
        parts = exchange(self.steps, "samples", [placed], "packed", route)

        def args() -> Iterator[Write]:
            for number, spans in enumerate(parts):
                yield Write(spans, number * each, min(each, samples - number * each), names)

        written = self.steps.reduce("write", write, args)
        store = self.engine.store
        made = [
            (f"{number:05}.parquet", output) for number, (_, output) in enumerate(outputs(store, written, "samples"))
        ]
        found = [shard_of(store, task, output) for task, output in outputs(store, written, "places")]
        joined = self.steps.run("join", lambda: iter([self.steps.task("join", join, 0, Join(), tuple(found))]), 1)
        ((_, output),) = outputs(store, joined, "places")
        return [*made, (PLACES, output)]

    def _facts(
        self, corpus: _Corpus, mix: Mix, arranged: _Arranged, placed: StepRecord, samples: int
    ) -> dict[str, Json]:
        packing, batch = self.packing, self.packing.global_batch
        short = [sum(task.index["left"][number] for task in tasks(self.engine.store, placed)) for number in (0, 1)]
        unused = [number for number, weight in enumerate(mix.weights) if not weight]
        left = {
            "last-sample": (short[0], short[1]),
            "too-long": arranged.left,
            "weight-0": (sum(corpus.documents[one] for one in unused), sum(corpus.tokens[one] for one in unused)),
        }
        tokens = sum(arranged.tokens) - short[1] - arranged.left[1]
        return {
            "samples": samples,
            "tokens": tokens,
            "padding": samples * packing.sequence_length - tokens,
            "steps": None if batch is None else samples // batch,
            "documents": sum(corpus.documents),
            "occurrences": mix.size * packing.epochs,
            "file_samples": packing.file_samples,
            "not_packed": {
                name: {"documents": one[0], "tokens": one[1]} for name, one in sorted(left.items()) if one[0]
            },
        }
