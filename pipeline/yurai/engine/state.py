"""Remember what is true between two steps of a run: which shards hold what, and what has been counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.engine.use import AnyUse
from yurai.sources.fetch import Shard
from yurai.sources.overlay import laid_over
from yurai_manifests.canonical import fingerprint, sha256_stream
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_table
from yurai_manifests.run import Delivered
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.step import StepRecord, outputs
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import Output, TaskRecord


@dataclass(frozen=True, slots=True)
class Shards:
    """A list of shards that is read again from its manifest each time, since it may hold a million."""

    count: int
    rows: int
    size: int
    read: Callable[[], Iterator[Shard]]

    def __iter__(self) -> Iterator[Shard]:
        return self.read()


NOTHING = Shards(0, 0, 0, lambda: iter(()))


def shard_of(store: Store, task: TaskRecord, output: Output) -> Shard:
    """Return one output of a committed task as a shard."""
    return Shard(store.url, output.path, output.sha256, output.rows, output.size, task.source)


def of_step(store: Store, record: StepRecord, name: str) -> Shards:
    """Return the outputs called `name` of a committed step, in input order."""

    def read() -> Iterator[Shard]:
        for task, output in outputs(store, record, name):
            yield shard_of(store, task, output)

    return Shards(record.output(name, "files"), record.output(name), record.output(name, "size"), read)


def kept_of(store: Store, record: StepRecord, before: Shards) -> Shards:
    """Return what a committed step, one task for each shard of `before`, kept of them: overlays lie over those."""

    def read() -> Iterator[Shard]:
        for under, shard in zip(before, of_step(store, record, "kept"), strict=True):
            yield laid_over(shard, under)

    return replace(of_step(store, record, "kept"), read=read)


def of_files(store: Store, files: list[Delivered]) -> Shards:
    """Return delivered files as shards."""
    shards = [Shard(store.url, file.name, file.sha256, file.rows, file.size, file.name) for file in files]
    return Shards(len(shards), sum(f.rows for f in shards), sum(f.size for f in shards), lambda: iter(shards))


def chained(parts: list[Shards]) -> Shards:
    """Return the shards of all parts, one part after the other."""

    def read() -> Iterator[Shard]:
        for part in parts:
            yield from part

    return Shards(sum(p.count for p in parts), sum(p.rows for p in parts), sum(p.size for p in parts), read)


@dataclass(frozen=True, slots=True)
class State:
    """Shards and counts after some steps.

    `done` are the stages behind, with their settings; `survivors` the rows that no stage has dropped;
    `evidence` rows of EVIDENCE about extracted pages; `robots` captures of robots.txt, `warcinfo` what the archives say
    of themselves; `index` signatures of survivors, for later runs; `facts` what
    reducing stages counted beside documents, by step.
    """

    fingerprint: str
    extracted: Shards
    survivors: Shards
    dropped: tuple[Shards, ...]
    evidence: Shards
    done: tuple[AnyUse, ...] = ()
    measures: tuple[AnyUse, ...] = ()
    """The measuring stages among them, which an edited text goes through again."""
    steps: tuple[StepRecord, ...] = ()
    counts: tuple[StageCounts, ...] = ()
    tokens: Shards | None = None
    index: Shards | None = None
    robots: Shards = NOTHING
    warcinfo: Shards = NOTHING
    facts: dict[str, Any] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)

    def after(self, record: StepRecord, uses: tuple[AnyUse, ...], **changes: Any) -> "State":  # noqa: ANN401 - fields of State
        """Return the state after the step `record`, which ran the stages `uses`."""
        return replace(
            self,
            fingerprint=record.step.fingerprint,
            done=self.done + uses,
            steps=(*self.steps, record),
            counts=self.counts + tuple(record.stages),
            **changes,
        )


def of_parquet(inputs: list[str]) -> State:
    """Return the state that Parquet files in the DOCUMENT schema stand for, sorted by name.

    Raises:
        RecipeError: no such file, or other columns than DOCUMENT has.
    """
    shards = sorted((_parquet(url) for url in inputs), key=lambda shard: (shard.source, shard.sha256))
    whole = Shards(len(shards), sum(s.rows for s in shards), sum(s.size for s in shards), lambda: iter(shards))
    digest = fingerprint({"files": [shard.sha256 for shard in shards]})
    sources = {"count": len(shards), "bytes": whole.size, "digest": digest}
    counts = (StageCounts("parquet", whole.rows, whole.rows),)
    carried = {"digest": digest, "sources": sources}
    return State(digest, whole, whole, (NOTHING,), NOTHING, counts=counts, carried=carried)


def _parquet(url: str) -> Shard:
    store, _, name = url.rstrip("/").rpartition("/")
    try:
        with open_store(store or ".").open(name) as file:
            table = read_table(file, ["text_bytes"])
            file.seek(0)
            schema = pq.read_schema(file)
            file.seek(0)
            digest = sha256_stream(file)
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise RecipeError(f"--input {url} is neither an output tree (no run.json) nor Parquet: {error}") from error
    if not schema.equals(DOCUMENT):
        raise RecipeError(f"--input {url} has other columns than DOCUMENT; its columns are listed in docs/schema.md")
    return Shard(open_store(store or ".").url, name, digest, table.num_rows, pc.sum(table.column(0)).as_py() or 0, name)
