"""Hash trees of RFC 6962 section 2.1 with SHA-256: MTH({}) = H(), a leaf is H(0x00 || data), a node H(0x01 || l || r).

The left half of n leaves is the largest power of two below n, so a tree grows at its right edge: a builder holds one
hash for each bit of n. Hashes are 32 bytes; a subtree is named by the leaves that it covers, [start, end).
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
HASH_BYTES = 32
BLOCK = 1 << 12
"""Leaves that are held at once."""
EMPTY = hashlib.sha256().digest()
"""Root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of the leaf that holds `data`."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


class TreeBuilder:
    """Takes leaf hashes in order and gives their root; beside the `wanted` subtrees it holds O(log n) hashes."""

    def __init__(self, wanted: Collection[Span] = ()) -> None:
        self._wanted = wanted
        self._edge: list[tuple[int, bytes]] = []
        """Complete subtrees from the left, the largest first: (leaves, hash)."""
        self.size = 0
        self.found: dict[Span, bytes] = {}
        """Hashes of those of the `wanted` subtrees that are complete; of all after `root`."""

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        self._push(1, leaf)

    def _push(self, leaves: int, top: bytes) -> None:
        """Add a whole subtree of `leaves`, a power of two that divides the size."""
        self.size += leaves
        edge = self._edge
        if self._wanted:
            self._note(leaves, top)
        while edge and edge[-1][0] == leaves:
            top = node_hash(edge.pop()[1], top)
            leaves *= 2
            if self._wanted:
                self._note(leaves, top)
        edge.append((leaves, top))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of leaves: by whole subtrees, as far as nobody wants what lies in them."""
        found = iter(leaves)
        while held := list(islice(found, 1 if self._wanted else BLOCK)):
            start = 0
            while start < len(held):
                fits = 1 << (len(held) - start).bit_length() - 1
                count = min(self.size & -self.size or fits, fits)
                self._push(count, _top(held[start : start + count]))
                start += count

    def _note(self, leaves: int, top: bytes) -> None:
        if (span := (self.size - leaves, self.size)) in self._wanted:
            self.found[span] = top

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._edge:
            return EMPTY
        leaves, top = self._edge[-1]
        for more, left in reversed(self._edge[:-1]):
            top = node_hash(left, top)
            leaves += more
            if self._wanted:
                self._note(leaves, top)
        return top


def _top(level: list[bytes]) -> bytes:
    """Return the hash over a power of two of leaf hashes, computed level by level."""
    new = hashlib.sha256
    while len(level) > 1:
        level = [new(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    builder = TreeBuilder()
    builder.extend(leaves)
    return builder.root()


def path_spans(index: int, size: int) -> list[Span]:
    """Return the subtrees whose hashes prove leaf `index` of `size`: PATH of RFC 6962 2.1.1, the leaf's sibling first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end, spans = 0, size, list[Span]()
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def paths_of(leaves: Iterable[bytes], size: int, indexes: Iterable[int]) -> tuple[bytes, dict[int, list[bytes]]]:
    """Return the root of `size` leaf hashes and the path of each of `indexes`, in one pass over the leaves."""
    spans = {index: path_spans(index, size) for index in indexes}
    builder = TreeBuilder({span for path in spans.values() for span in path})
    builder.extend(leaves)
    root = builder.root()
    if builder.size != size:
        raise ValueError(f"{builder.size} leaves, not {size}")
    return root, {index: [builder.found[span] for span in path] for index, path in spans.items()}


def root_by(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a leaf hash at `index` of `size` has by its path.

    Raises:
        ValueError: there is no such leaf, or its path has another length.
    """
    spans = path_spans(index, size)
    if len(path) != len(spans):
        raise ValueError(f"the path of leaf {index} of {size} has {len(spans)} hashes, not {len(path)}")
    top = leaf
    for (start, _), other in zip(spans, path, strict=True):
        top = node_hash(other, top) if start < index else node_hash(top, other)
    return top
