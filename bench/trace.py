"""Measure the index of texts: build rate, bytes a letter, pages read and time of queries, mismatches with brute force.

    python bench/trace.py TEXTS.jsonl.gz FOLDER

TEXTS has a field `text` in each line; FOLDER gets the files of one piece. A page is 4 KiB; those that a query reads are
counted from none, as where nothing is in memory. Plain bisection searches the same mapped suffix array without heads.
"""

import argparse
import gzip
import hashlib
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydivsufsort import divsufsort

from yurai.run.index.tasks import write_units
from yurai.search import Search
from yurai.search.access import Mapped
from yurai.search.heads import make_heads
from yurai.search.piece import Piece
from yurai.search.suffixes import suffix_array
from yurai.search.units import loaded, of_query
from yurai_manifests.store import LocalStore

KINDS = ("units", "suffixes", "heads", "documents")
LETTERS = 100


class Counted:
    """A mapped file that notes the pages which are read."""

    def __init__(self, folder: Path, name: str, pages: set[tuple[str, int]]) -> None:
        self.mapped, self.name, self.pages = Mapped(LocalStore(folder), name), name, pages

    def read(self, start: int, end: int) -> bytes:
        """Return bytes, as `Mapped` does."""
        if end > start:
            self.pages.update((self.name, page) for page in range(start // 4096, (end - 1) // 4096 + 1))
        return self.mapped.read(start, end)


def build(texts: list[str], folder: Path) -> None:
    """Build a piece as its task does, and sort its suffixes by pydivsufsort alone."""
    started = time.process_time()
    rows, letters = write_units(
        ((f"{number:032x}", text) for number, text in enumerate(texts)), folder / "units", "stored"
    )
    units = np.memmap(folder / "units", "<u2", "r")
    order = suffix_array(units)
    order.tofile(folder / "suffixes")
    with (folder / "heads").open("wb") as file:
        file.writelines(make_heads(units, order))
    rows.tofile(folder / "documents")
    for name in KINDS:
        with (folder / name).open("rb") as file:
            hashlib.file_digest(file, "sha256")
    ours = time.process_time() - started
    started = time.process_time()
    assert (divsufsort(np.array(units)) == order).all()
    plain = time.process_time() - started
    size = sum((folder / name).stat().st_size for name in KINDS)
    print(f"{letters:,} letters, {letters / ours:,.0f} a CPU second, {plain / ours:.2f} of pydivsufsort's rate")
    print(f"{size / letters:.2f} bytes a letter")


def bisected(folder: Path, count: int) -> Callable[[str], int]:
    """Return plain bisection: how often a text stands there."""
    order, units = (Mapped(LocalStore(folder), name) for name in ("suffixes", "units"))

    def bound(pattern: object, size: int, *, after: bool) -> int:
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            place = int.from_bytes(order.read(4 * middle, 4 * middle + 4), "little")
            suffix = loaded(units.read(2 * place, 2 * place + 2 * size))
            if suffix < pattern or (after and suffix == pattern):
                low = middle + 1
            else:
                high = middle
        return low

    def counted(text: str) -> int:
        pattern = of_query(text)
        return bound(pattern, len(pattern), after=True) - bound(pattern, len(pattern), after=False)

    return counted


def median_ms(call: Callable[[str], object], queries: list[str]) -> float:
    """Return the median of three rounds."""
    taken = []
    for query in queries * 3:
        started = time.perf_counter()
        call(query)
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def brute(whole: str, text: str) -> int:
    """Count a text by looking for it, overlapping places too."""
    found, at = 0, whole.find(text)
    while at >= 0:
        found, at = found + 1, whole.find(text, at + 1)
    return found


def drawn(texts: list[str], rng: random.Random, size: int) -> str:
    text = rng.choice(texts)
    start = rng.randrange(len(text) - size)
    return text[start : start + size]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--brute", type=int, default=1000, help="queries that are held against brute force")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(given.texts, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    build(texts, given.folder)
    pages: set[tuple[str, int]] = set()
    units, order, heads, rows = (Counted(given.folder, name, pages) for name in KINDS)
    count = (given.folder / "units").stat().st_size // 2
    search, plain = (
        Search([Piece((units, order, heads, rows), count, len(texts))], "stored"),
        bisected(given.folder, count),
    )
    rng, long = random.Random(5), [text for text in texts if len(text) > 2 * LETTERS]
    quotes = [drawn(long, rng, LETTERS) for _ in range(300)]
    joined = ["".join(drawn(long, rng, LETTERS // 4) for _ in range(4)) for _ in range(100)]
    asked: list[tuple[str, Callable[[str], object], list[str]]] = [
        ("count", search.count, quotes),
        ("spans", search.spans, quotes),
        ("spans of four quotes joined", search.spans, joined),
    ]
    base = median_ms(plain, quotes)
    for name, call, queries in asked:
        read = []
        for query in queries:
            pages.clear()
            call(query)
            read.append(len(pages))
        ratio = median_ms(call, queries) / base
        print(f"{name}: pages p50 {statistics.median(read):.0f}, most {max(read)}; warm {ratio:.2f} of plain bisection")
    whole, wrong = "\0".join(texts), 0
    for number in range(given.brute):
        part = drawn(long, rng, rng.randint(2, 40))
        part = f"{part[:3]}{rng.choice('😀山aの')}{part[3:]}" if number % 3 == 0 else part
        wrong += brute(whole, part) != search.count(part)
    print(f"{wrong} mismatches with brute force in {given.brute:,} counts")


if __name__ == "__main__":
    main()
