"""Hold the runs of all items, by hash: where a run of a text is looked up, and what is known of each item."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.stages.decontaminate.evaluations import Item, items
from yurai.stages.decontaminate.normal_form import Units, units
from yurai.stages.decontaminate.settings import Decontaminate, Evaluation
from yurai.stages.mixers import I64, U64
from yurai_manifests.errors import RecipeError

Unit: TypeAlias = Literal["words", "characters"]
UNITS: Final[tuple[Unit, ...]] = ("words", "characters")
MOST_ITEMS: Final = 16
"""Items that one run is told of, the first of each evaluation's file: what all items begin with is of none."""
_ENTRY: Final = np.dtype([("hash", "<u8"), ("item", "<i4"), ("string", "<i4"), ("place", "<i4"), ("size", "<i4")])
_Entries: TypeAlias = npt.NDArray[np.void]
_SLOTS: Final = 16
"""Slots of the first look for each run: most of what is not there is known not to be by one byte."""


class Named(NamedTuple):
    """An item: the number of its evaluation, and its name in it."""

    evaluation: int
    name: str


@dataclass(slots=True)
class Counts:
    """What an evaluation has: items, strings looked for, strings with a letter that are too short, different runs."""

    items: int = 0
    strings: int = 0
    short: int = 0
    runs: int = 0


@dataclass(slots=True)
class Index:
    """The runs of one unit: sorted by hash, each with its item, and the texts they are cut from."""

    entries: _Entries
    strings: list[Units]
    sizes: list[int] = field(init=False)
    _hashes: U64 = field(init=False)
    _shift: np.uint64 = field(init=False)
    _seen: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Make the table of the first look."""
        self.sizes = sorted({int(size) for size in np.unique(self.entries["size"])})
        self._hashes = np.ascontiguousarray(self.entries["hash"])
        bits = (max(len(self.entries), 1) * _SLOTS).bit_length()
        self._shift, self._seen = np.uint64(64 - bits), np.zeros(1 << bits, np.bool_)
        self._seen[self._slots(self._hashes)] = True

    def _slots(self, hashes: U64) -> U64:
        return hashes >> self._shift  # the high bits of a polynomial depend on all of its terms

    def places(self, hashes: U64) -> I64:
        """Return which of `hashes` are those of runs here."""
        likely = np.flatnonzero(self._seen[self._slots(hashes)])
        at = np.minimum(np.searchsorted(self._hashes, hashes[likely]), len(self._hashes) - 1)
        return likely[self._hashes[at] == hashes[likely]] if len(self._hashes) else likely[:0]

    def of(self, run_hash: np.uint64, text: str) -> Iterator[int]:
        """Yield the items that have the run `text`, told its hash: the text itself is compared."""
        at = int(np.searchsorted(self._hashes, run_hash))
        while at < len(self._hashes) and self._hashes[at] == run_hash:
            _, item, string, place, size = self.entries[at].item()
            if self.strings[string].text(place, size) == text:
                yield item
            at += 1


@dataclass(frozen=True, slots=True)
class Evaluations:
    """All that documents are compared with; `runs` are the different runs of each item."""

    names: list[str]
    items: list[Named]
    runs: list[int]
    counts: list[Counts]
    indexes: dict[Unit, Index]


@functools.lru_cache(maxsize=2)
def load(settings: Decontaminate, digests: tuple[str, ...]) -> Evaluations:
    """Read the evaluations that settings name, once in a process; `digests` are those their files must have.

    Raises:
        RecipeError: a file cannot be read, was changed, or holds nothing that is long enough to look for.
    """
    maker = _Maker(settings)
    for evaluation, digest in zip(settings.named, digests, strict=True):
        maker.add(evaluation._replace(sha256=digest))
    return maker.made()


class _Maker:
    """Collects the runs of items."""

    def __init__(self, settings: Decontaminate) -> None:
        self._fields = frozenset(settings.fields)
        self._limits = {
            "words": (settings.min_words, settings.words),
            "characters": (settings.min_characters, settings.characters),
        }
        self._names: list[str] = []
        self._items: dict[Named, int] = {}
        self._counts: list[Counts] = []
        self._entries: dict[str, list[_Entries]] = {unit: [] for unit in UNITS}
        self._strings: dict[str, list[Units]] = {unit: [] for unit in UNITS}

    def add(self, evaluation: Evaluation) -> None:
        """Add the items of one evaluation."""
        number, counts = len(self._names), Counts()
        self._names.append(evaluation.name)
        self._counts.append(counts)
        before = len(self._items)
        for item in items(evaluation, self._fields):
            self._add(number, item, counts)
        counts.items = len(self._items) - before
        if not counts.strings:
            raise RecipeError(
                f"evaluation {evaluation.name}: no string in {evaluation.spec} has {self._limits['words'][0]} words or "
                f"{self._limits['characters'][0]} characters; lower min_words or min_characters, or name other fields"
            )

    def _add(self, evaluation: int, item: Item, counts: Counts) -> None:
        number = self._items.setdefault(Named(evaluation, item.name), len(self._items))
        some = False
        both = units(item.text)
        for unit, made in zip(UNITS, both, strict=True):
            least, size = self._limits[unit]
            if len(made) >= least:
                some = self._runs(unit, made, number, min(size, len(made))) or some
        counts.strings += some
        counts.short += not some and any(bool(made.counts.any()) for made in both)

    def _runs(self, unit: Unit, made: Units, item: int, size: int) -> bool:
        """Take the runs of one string; tell whether it has any."""
        places = np.flatnonzero(made.counting(size))
        if not len(places):
            return False
        rows = np.empty(len(places), _ENTRY)
        rows["hash"], rows["item"], rows["place"], rows["size"] = (
            sized(made.hashes(size)[places], size),
            item,
            places,
            size,
        )
        rows["string"] = len(self._strings[unit])
        self._entries[unit].append(rows)
        self._strings[unit].append(made)
        return True

    def made(self) -> Evaluations:
        """Return all that was added."""
        named, runs = list(self._items), np.zeros(len(self._items), np.int64)
        indexes: dict[Unit, Index] = {}
        for unit in UNITS:
            rows = _different(np.concatenate([np.empty(0, _ENTRY), *self._entries[unit]]))
            runs += np.bincount(rows["item"], minlength=len(named))
            indexes[unit] = Index(_first_items(rows), self._strings[unit])
        for item, many in zip(named, runs.tolist(), strict=True):
            self._counts[item.evaluation].runs += many
        return Evaluations(self._names, named, runs.tolist(), self._counts, indexes)


def sized(hashes: U64, size: int) -> U64:
    """Return the hashes of runs with their size mixed in."""
    return hashes * np.uint64(2 * size + 1)  # odd, so that no two runs of one size become one


def _different(rows: _Entries) -> _Entries:
    """Return the first of each run of an item, by hash, then item."""
    rows = rows[np.lexsort((rows["string"], rows["item"], rows["hash"]))]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows["hash"][1:] != rows["hash"][:-1]) | (rows["item"][1:] != rows["item"][:-1])
    return rows[new]


def _first_items(rows: _Entries) -> _Entries:
    """Return MOST_ITEMS rows of each run, at most."""
    starts = np.searchsorted(rows["hash"], rows["hash"])
    return rows[np.arange(len(rows)) - starts < MOST_ITEMS]
