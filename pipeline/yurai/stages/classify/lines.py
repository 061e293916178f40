"""Bring two classes of texts into the lines that a classifier is trained on and judged by, in an order of their own.

Lines are ordered by a hash, so files, trees and the order of documents change nothing, and neither class comes first.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.declare.classifier_line import PREFIX, LineUnit, classifier_line
from yurai_filters.splitters import SplitterName
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError

POSITIVE, NEGATIVE = "positive", "negative"
CLASSES: Final = (POSITIVE, NEGATIVE)
_LINE: Final = np.dtype([("high", ">u8"), ("low", ">u8"), ("start", "<u8"), ("size", "<u8")])
"""A line: 128 bits of its hash, and its bytes in the file of its class."""
_Lines = npt.NDArray[np.void]


@dataclass(slots=True)
class Class:
    """The different lines of one class, by hash; `equal` lines were there before, `empty` ones have no word."""

    name: str
    path: Path
    lines: _Lines
    equal: int
    empty: int
    in_both: int = 0
    left_out: int = 0
    held_out: int = 0

    def json(self) -> dict[str, Json]:
        """Return what became of the documents."""
        counts = {"equal": self.equal, "empty": self.empty, "in_both": self.in_both, "left_out": self.left_out}
        return {**counts, "held_out": self.held_out, "trained": len(self.lines) - self.held_out}

    def texts(self, lines: _Lines) -> Iterator[bytes]:
        """Yield some of its lines."""
        with self.path.open("rb") as file:
            for start, size in zip(lines["start"].tolist(), lines["size"].tolist(), strict=True):
                file.seek(start)
                yield file.read(size)

    def held(self) -> Iterator[str]:
        """Yield the lines that no training sees."""
        return (line.decode() for line in self.texts(self.lines[: self.held_out]))


def read_class(
    name: str, texts: Iterable[str], unit: LineUnit, seed: int, folder: Path, splitter: SplitterName | None = None
) -> Class:
    """Read one class into `folder`; lines that are equal count once. Holds 32 bytes for each document."""
    path, rows, empty = folder / name, bytearray(), 0
    with path.open("wb") as file:
        for text in texts:
            line = (classifier_line(text, unit, splitter) or "").encode("utf-8", "replace")
            if not line:
                empty += 1
                continue
            digest = hashlib.sha256(b"%d\0%b" % (seed, line)).digest()[:16]
            rows += digest + np.array([file.tell(), len(line)], "<u8").tobytes()
            file.write(line)
    found = np.frombuffer(bytes(rows), _LINE)
    found = found[np.lexsort((found["start"], found["low"], found["high"]))]
    new = np.ones(len(found), np.bool_)
    new[1:] = (found["high"][1:] != found["high"][:-1]) | (found["low"][1:] != found["low"][:-1])
    return Class(name, path, found[new], int((~new).sum()), empty)


def settle(classes: list[Class], held_out: float, most: int) -> None:
    """Take out what both classes have, cut each to `most` lines (0: all), and hold a share of each out.

    Raises:
        RecipeError: a class has nothing left, or too little to hold any out.
    """
    for one in classes:
        if not len(one.lines):
            raise RecipeError(f"--{one.name} holds no text with a letter or digit; give documents of this class")
    keys = [one.lines[["high", "low"]] for one in classes]
    shared = np.intersect1d(keys[0], keys[1])
    for one, key in zip(classes, keys, strict=True):
        lines = one.lines[~np.isin(key, shared)]
        one.in_both = len(one.lines) - len(lines)
        one.left_out = max(0, len(lines) - most) if most else 0
        one.lines = lines[: len(lines) - one.left_out]
        one.held_out = math.ceil(Fraction(repr(held_out)) * len(one.lines))
        if not len(one.lines):
            raise RecipeError(
                f"every text of --{one.name} is in the other class too, so there is nothing to tell apart; give others"
            )
        if one.held_out == len(one.lines):
            raise RecipeError(
                f"--{one.name} has {len(one.lines)} different texts, all of them held out by --held-out {held_out:g}; "
                "give more documents, or --held-out 0"
            )


def write_training(classes: list[Class], path: Path) -> None:
    """Write the lines that are not held out, each with its label, the classes mixed by hash."""
    rows = [one.lines[one.held_out :] for one in classes]
    number = np.repeat(np.arange(len(classes)), [len(one) for one in rows])
    together = np.concatenate(rows)
    order = np.lexsort((together["low"], together["high"]))
    texts = [one.texts(part) for one, part in zip(classes, rows, strict=True)]
    with path.open("wb") as file:
        for place in number[order].tolist():
            file.write(f"{PREFIX}{classes[place].name} ".encode() + next(texts[place]) + b"\n")
