"""Read which roots the tasks of a run recorded: those of its files and keys, without reading a row."""

from collections.abc import Iterable
from typing import NamedTuple

from yurai_manifests.canonical import sha256
from yurai_manifests.merkle.roots import Root, Roots, RootsJson
from yurai_manifests.merkle.sorted_keys import KINDS
from yurai_manifests.run import RunRecord, token_shards
from yurai_manifests.step import StepRecord, outputs
from yurai_manifests.store import Store

STEPS = (".spans", ".rows", ".keys")
"""What the names of the steps end in whose tasks write a root."""


class _Record(NamedTuple):
    """Leaves under a root, and the sha256 of its bytes."""

    leaves: int
    sha256: str


def recorded_roots(store: Store, run: RunRecord, steps: Iterable[StepRecord], said: RootsJson) -> Roots:
    """Return the roots of `said` that a task recorded, and an empty one for each that none did.

    Raises:
        ShardError: a part of a step is damaged.
    """
    records = _records(store, steps)

    def root(name: str, digest: str) -> Root:
        record, found = records.get(name, _Record(0, "")), bytes.fromhex(digest)
        return Root(record.leaves, found if sha256(found) == record.sha256 else b"")

    folders: dict[str, dict[str, Root]] = {}
    for folder in run.value["files"]:
        files = token_shards(run.files(folder)) if folder == "shards" else run.files(folder)
        folders[folder] = {file.name: root(file.name, said["files"].get(file.name, "")) for file in files}
    trees = [f"{folder}/{kind}" for folder in folders for kind in KINDS.get(folder, ())]
    return Roots(folders, {tree: root(tree, said["trees"][tree]["root"]) for tree in trees if tree in said["trees"]})


def _records(store: Store, steps: Iterable[StepRecord]) -> dict[str, _Record]:
    """Return what tasks recorded by the name of their file or tree; a later step tells of what it made anew."""
    return {
        task.source: _Record(output.rows, output.sha256)
        for step in steps
        if step.step.name.endswith(STEPS) and "roots" in step.value["identity"]
        for task, output in outputs(store, step, "root")
    }
