"""Hold the field `roots` of run.json against the rows that lie there."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, cast

from yurai_manifests.findings import Finding
from yurai_manifests.merkle.leaves import Leaf, hash_of
from yurai_manifests.merkle.read import file_leaves, key_files, shard_leaves
from yurai_manifests.merkle.recorded import recorded_roots
from yurai_manifests.merkle.roots import Root, Roots, RootsJson
from yurai_manifests.merkle.shapes import ROOTS
from yurai_manifests.merkle.sorted_keys import KINDS, leaves, merged
from yurai_manifests.merkle.tree import TreeBuilder
from yurai_manifests.run import RunRecord, token_shards
from yurai_manifests.shape import fault
from yurai_manifests.step import StepRecord
from yurai_manifests.store import Store

FIELD: Final = "roots"
ADVICE: Final = "do not publish; restore it or rebuild"


def check_roots(store: Store, run: RunRecord, steps: Iterable[StepRecord] | None = None) -> Iterator[Finding]:
    """Compute all roots again from the delivered rows and name each that run.json has otherwise.

    Keys are sorted in a folder for temporary files: 64 bytes a key. Memory is bounded. With the `steps` of the run no
    row is read: the roots of files and keys must be those that the run's own tasks recorded (ADR 0063).

    Raises:
        ShardError: a delivered file is damaged. FileNotFoundError: one is missing.
    """
    if FIELD not in run.value:
        message = "run.json has no Merkle roots: it was made before there were any"
        yield Finding("info", "roots", "run.json", message, "run again with --rebuild to have them")
    elif wrong := fault(run.value[FIELD], ROOTS, FIELD):
        yield Finding("error", "roots", "run.json", wrong, ADVICE)
    else:
        said = roots_of(run)
        found = compute_roots(store, run) if steps is None else recorded_roots(store, run, steps, said)
        yield from _differences(said, found.json())


def roots_of(run: RunRecord) -> RootsJson:
    """Return the roots that run.json says; their shape was checked."""
    return cast("RootsJson", run.value[FIELD])


def _differences(said: RootsJson, found: RootsJson) -> Iterator[Finding]:
    for name in sorted({*said["files"], *found["files"]}):
        if said["files"].get(name) != found["files"].get(name):
            message = "its rows do not have the Merkle root that run.json says"
            yield Finding("error", "roots", name, message, ADVICE)
    for name in sorted({*said["trees"], *found["trees"]}):
        if said["trees"].get(name) != found["trees"].get(name):
            message = f"the tree {name} of its rows has another root or size than roots.trees.{name}"
            yield Finding("error", "roots", "run.json", message, ADVICE)
    if said["run"] != found["run"]:
        message = "roots.run is not the root over its trees"
        yield Finding("error", "roots", "run.json", message, ADVICE)


def compute_roots(store: Store, run: RunRecord) -> Roots:
    """Return the roots of the rows that lie there; errors as `check_roots`."""
    folders: dict[str, dict[str, Root]] = {}
    keys: dict[str, Root] = {}
    for folder in run.value["files"]:
        files = run.files(folder)
        if folder == "shards":
            folders[folder] = {file.name: _root(shard_leaves(store, file)) for file in token_shards(files)}
            continue
        folders[folder] = {file.name: _root(file_leaves(store, run, folder, file)) for file in files}
        with tempfile.TemporaryDirectory(prefix="yurai-keys-") as spool:
            sorted_files = key_files(store, files, KINDS.get(folder, ()), Path(spool))
            keys |= {f"{folder}/{kind}": _keys_root(paths) for kind, paths in sorted_files.items()}
    return Roots(folders, keys)


def _root(found: Iterable[Leaf]) -> Root:
    builder = TreeBuilder()
    builder.extend(map(hash_of, found))
    return Root(builder.size, builder.root())


def _keys_root(paths: list[Path]) -> Root:
    builder = TreeBuilder()
    builder.extend(leaves(merged(paths)))
    return Root(builder.size, builder.root())
