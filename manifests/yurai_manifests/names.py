"""Bound what a crawl can name: record types, URL schemes and media types become parts of reasons and keys of sums.

Three bounds, and why sums are the same for any number of workers and any order of tasks:

    a part of a reason   40 ASCII letters               a function of the value alone
    a task               50,000 names for one counter   first come, first named: a task is a file, read in its order
    a sum                the 1,000 most frequent names  chosen once, from the exact sums over all tasks

What is not named is counted under `other`, so every total stays what it was and the counting law closes. Sums over
tasks of 50,000 names or fewer are those of all rows, however the rows were cut into tasks.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping

from yurai_manifests.errors import ShardError

OTHER = "other"
"""What counts of all other names are added up under."""
PART_LETTERS = 40
TASK_NAMES = 50_000
SUM_NAMES = 1_000
HELD_NAMES = 100_000
"""Names of one sum that memory holds; the others lie on disk until it is read."""
_ADD = "INSERT INTO sums VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count"
_MOST = "SELECT name, count FROM sums WHERE name != ? ORDER BY count DESC, name LIMIT ?"


def crawled(value: str) -> str:
    r"""Return a value of the crawl as a part of a reason or a key: at most 40 printable ASCII letters.

    Other letters become escapes (\x1b, \u202e), and what is behind the 40th letter is cut off, whole escapes only.
    """
    if value.isascii() and value.isprintable():
        return value[:PART_LETTERS]
    part = ""
    for letter in value[:PART_LETTERS]:
        piece = letter if " " <= letter <= "~" else _escape(ord(letter))
        if len(part) + len(piece) > PART_LETTERS:
            break
        part += piece
    return part


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as Python writes them


def count_name(counts: Counter[str], name: str) -> None:
    """Count one more `name` in the counts of a task, under `other` where they have 50,000 names already."""
    counts[name if name in counts or len(counts) < TASK_NAMES else OTHER] += 1


def ranked(counts: Mapping[str, int], most: int | None = None) -> list[tuple[str, int]]:
    """Return the `most` (1,000) frequent names with their counts, ties by name; last `other`, if something is in it."""
    most = SUM_NAMES if most is None else most
    order = sorted(
        ((name, count) for name, count in counts.items() if name != OTHER), key=lambda item: (-item[1], item[0])
    )
    rest = counts.get(OTHER, 0) + sum(count for _, count in order[most:])
    return [*order[:most], *([(OTHER, rest)] if rest else [])]


def most_frequent(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of the 1,000 most frequent names, the others under `other`; fewer names stay as they are."""
    return dict(counts) if len(counts) <= SUM_NAMES else dict(ranked(counts))


class Tally:
    """An exact sum of counts by name. Beside `held` names its memory is bounded: more go to a file of this process."""

    def __init__(self, held: int = HELD_NAMES) -> None:
        self._held = held
        self._counts: dict[str, int] = {}
        self._disk: sqlite3.Connection | None = None

    def add(self, counts: Mapping[str, int]) -> int:
        """Add `counts` and return how many that were.

        Raises:
            ShardError: the folder for temporary files is full.
        """
        sums, added = self._counts, 0
        for name, count in counts.items():
            sums[name] = sums.get(name, 0) + count
            added += count
        if len(sums) > self._held:
            self._spill()
        return added

    def sums(self, *, whole: bool = False) -> dict[str, int]:
        """Return the sums of the 1,000 most frequent names, the others under `other`; all names if `whole`."""
        if self._disk is None:
            return dict(self._counts) if whole else most_frequent(self._counts)
        self._spill()
        if whole:
            return dict(self._disk.execute("SELECT name, count FROM sums"))
        most = dict(self._disk.execute(_MOST, (OTHER, SUM_NAMES)))
        (total,) = self._disk.execute("SELECT sum(count) FROM sums").fetchone()
        rest = int(total) - sum(most.values())
        return most | {OTHER: rest} if rest else most

    def _spill(self) -> None:
        try:
            if self._disk is None:
                self._disk = sqlite3.connect("", isolation_level=None)  # a file without a name, gone when this is
                self._disk.execute("CREATE TABLE sums (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID")
            self._disk.execute("BEGIN")
            self._disk.executemany(_ADD, self._counts.items())
            self._disk.execute("COMMIT")
        except sqlite3.Error as error:
            raise ShardError(
                f"cannot hold the counts of so many names in the folder for temporary files: {error}; "
                "free space there or set TMPDIR, then run the same command to resume"
            ) from error
        self._counts.clear()
