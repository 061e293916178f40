"""Assemble the field `roots` of run.json: one root over the trees of folders and of keys.

    a file     the leaves of its rows, in their order
    a folder   a leaf for each of its files, in their order: its name, its rows, and its root
    keys       the key rows of a folder, sorted
    the run    a leaf for each folder and each kind of key, by name: its name, its size, and its root

A shard counts once, under the name of the file that holds its ids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from yurai_manifests.canonical import canonical
from yurai_manifests.merkle.tree import leaf_hash, root_of

HASH = "RFC 6962 with SHA-256"


class Root(NamedTuple):
    """The root of a tree, and how many leaves it has."""

    size: int
    root: bytes


class Head(TypedDict):
    """A root as JSON has it."""

    root: str
    size: int


class RootsJson(TypedDict):
    """The field `roots` of run.json."""

    files: dict[str, str]
    hash: str
    run: str
    trees: dict[str, Head]


@dataclass(frozen=True, slots=True)
class Roots:
    """Roots of the files of each folder, in order, and of the keys of each folder, by `folder/kind`."""

    folders: Mapping[str, Mapping[str, Root]]
    keys: Mapping[str, Root]

    def json(self) -> RootsJson:
        """Return the field `roots` of run.json."""
        trees = {name: folder_root(files) for name, files in self.folders.items()} | dict(self.keys)
        heads = {name: Head(root=tree.root.hex(), size=tree.size) for name, tree in sorted(trees.items())}
        files = {name: root.root.hex() for entries in self.folders.values() for name, root in entries.items()}
        return RootsJson(files=files, hash=HASH, run=run_root(heads).hex(), trees=heads)


def file_leaf(name: str, rows: int, root: str) -> bytes:
    """Return the hash of the leaf that a delivered file has in the tree of its folder."""
    return leaf_hash(canonical({"file": name, "root": root, "rows": rows}))


def folder_root(files: Mapping[str, Root]) -> Root:
    """Return the root over the files of a folder."""
    leaves = [file_leaf(name, root.size, root.root.hex()) for name, root in files.items()]
    return Root(len(leaves), root_of(leaves))


def run_root(heads: Mapping[str, Head]) -> bytes:
    """Return the root over all trees of a run."""
    return root_of(_tree_leaves(heads))


def _tree_leaves(heads: Mapping[str, Head]) -> Iterable[bytes]:
    for name, head in sorted(heads.items()):
        yield leaf_hash(canonical({"root": head["root"], "size": head["size"], "tree": name}))
