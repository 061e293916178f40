"""Drive the tasks of Merkle roots over the files of a run, as they are delivered, and put the roots together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from yurai.engine.engine import Engine
from yurai.engine.task import A, AnyTask, TaskFunction
from yurai.sources.fetch import Shard
from yurai.stages.packing import pack_task
from yurai.stages.roots.tasks import HashRows, SortedKeys, Spans, hash_keys, hash_rows, hash_spans, join_places
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.lookup.place_rows import PLACED
from yurai_manifests.merkle.roots import Root, Roots
from yurai_manifests.merkle.sorted_keys import KINDS
from yurai_manifests.run import Delivered, token_shards
from yurai_manifests.step import StepRecord, outputs
from yurai_manifests.store import Store
from yurai_manifests.task import Output, StepId

IDENTITY: Final[dict[str, Json]] = {"roots": 2}
SHARDS = "shards"
Named: TypeAlias = Sequence[tuple[str, Output]]
"""Delivered files of a folder: their names, and where their bytes are."""


@dataclass(frozen=True, slots=True)
class Made:
    """Roots, and the steps that computed them."""

    roots: Roots
    steps: tuple[StepRecord, ...]


def make_roots(engine: Engine, position: int, named: Mapping[str, Named]) -> Made:
    """Compute the roots of the files that folders will have, in three steps, and index their keys in one more."""
    base, store = f"{position:02}-roots", engine.store
    rows = {folder: files for folder, files in named.items() if folder != SHARDS}
    shards = list(_shards(named.get(SHARDS, ())))
    spans = _step(engine, f"{base}.spans", lambda: _span_tasks(engine, f"{base}.spans", shards))
    digests = [output for _, output in outputs(store, spans, "spans")]
    hashed = _step(engine, f"{base}.rows", lambda: _row_tasks(engine, f"{base}.rows", rows, digests))
    trees = _key_files(store, hashed, rows, "keys", KINDS)
    keys = _step(engine, f"{base}.keys", lambda: _key_tasks(hash_keys, engine, f"{base}.keys", trees))
    indexes = _key_files(store, hashed, rows, "places", PLACED)
    places = _step(engine, f"{base}.places", lambda: _key_tasks(join_places, engine, f"{base}.places", indexes))
    found = iter(_roots(store, hashed))
    folders = {folder: {name: next(found) for name, _ in files} for folder, files in rows.items()}
    if SHARDS in named:
        names = [ids[0] for ids, _ in shards]
        folders[SHARDS] = dict(zip(names, _roots(store, spans), strict=True))
    return Made(Roots(folders, dict(zip(trees, _roots(store, keys), strict=True))), (spans, hashed, keys, places))


def _step(engine: Engine, name: str, expected: Callable[[], Iterator[AnyTask]]) -> StepRecord:
    return engine.step(_id(name), IDENTITY, expected, sum(1 for _ in expected()))


def _id(name: str) -> StepId:
    return StepId(name, fingerprint(IDENTITY))


def _task(
    function: TaskFunction[A], engine: Engine, step: str, name: str, inputs: Sequence[Output], args: A
) -> AnyTask:
    shards = tuple(Shard(engine.store.url, one.path, one.sha256, one.rows, one.size, name) for one in inputs)
    return pack_task(function, _id(step), engine, shards, args, name)


def _shards(files: Named) -> Iterator[tuple[tuple[str, Output], Output]]:
    """Yield each token shard: the file of its ids, and its index, which may be the same."""
    by_name = dict(files)
    for file in token_shards(Delivered(name, one.sha256, one.bytes, one.rows, one.size) for name, one in files):
        yield (file.name, by_name[file.name]), by_name[f"{file.name.rpartition('.')[0]}.parquet"]


def _span_tasks(engine: Engine, step: str, shards: Sequence[tuple[tuple[str, Output], Output]]) -> Iterator[AnyTask]:
    for (name, ids), index in shards:
        apart = ids is not index
        args = Spans(ids.bytes // ids.size if apart and ids.size else 0)
        yield _task(hash_spans, engine, step, name, (index, ids) if apart else (index,), args)


def _row_tasks(engine: Engine, step: str, folders: Mapping[str, Named], digests: Sequence[Output]) -> Iterator[AnyTask]:
    for folder, files in folders.items():
        before = 0
        for name, file in files:
            skip, spans = _overlap(digests, before, file.rows) if folder == "documents" and digests else (-1, [])
            yield _task(hash_rows, engine, step, name, (file, *spans), HashRows(folder, skip, before))
            before += file.rows


def _overlap(digests: Sequence[Output], first: int, count: int) -> tuple[int, list[Output]]:
    """Return the files of digests that hold some of `count` from `first` on, and how many to skip in the first."""
    skip, held, start = 0, list[Output](), 0
    for file in digests:
        end = start + file.rows
        if max(start, first) < min(end, first + count):
            skip = skip if held else first - start
            held.append(file)
        start = end
    return skip, held


def _key_files(
    store: Store, hashed: StepRecord, folders: Mapping[str, Named], name: str, kinds: Mapping[str, Sequence[str]]
) -> dict[str, list[Output]]:
    """Return the files of sorted rows called `name` of each tree: folder/kind."""
    trees: dict[str, list[Output]] = {}
    for kind in sorted({kind for some in kinds.values() for kind in some}):
        for task, output in outputs(store, hashed, f"{name}.{kind}"):
            trees.setdefault(f"{task.source.partition('/')[0]}/{kind}", []).append(output)
    return {
        f"{folder}/{kind}": trees.get(f"{folder}/{kind}", []) for folder in folders for kind in kinds.get(folder, ())
    }


def _key_tasks(
    function: TaskFunction[SortedKeys], engine: Engine, step: str, trees: Mapping[str, Sequence[Output]]
) -> Iterator[AnyTask]:
    for tree, files in trees.items():
        yield _task(function, engine, step, tree, files, SortedKeys(tree))


def _roots(store: Store, step: StepRecord) -> list[Root]:
    found = [output for _, output in outputs(store, step, "root")]
    data = store.read_many([output.path for output in found])
    return [Root(output.rows, root) for output, root in zip(found, data, strict=True)]
