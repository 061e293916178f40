"""CPU before and after what was made cheaper with equal results: `python bench/faster.py DATA [PART...] [--pages N]`.

    trafilatura   trafilatura as it is installed, and sped up (yurai.extraction.swift), over pages of the sets
    runs          counting repeated runs of words with every run numbered, and with those left out that are there once
    child         what an extraction child takes until it is ready, by extractor: no other side

Both sides take turns at each page in one process, so a ratio is of one run on one machine; results are compared. Run it
with PYTHONHASHSEED=0, as the extraction child does.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
from trafilatura.external import jt_stoplist_init

from extraction import read_page, rows, stock_text
from yurai.extraction.charset import decode_page
from yurai.extraction.main_text import main_text
from yurai.extraction.tree import parse, to_markup
from yurai_filters import repetition
from yurai_filters import runs as runs_module
from yurai_filters.word_splitter import Integers, Pieces, slices, split

SETS = (
    "docs/core-0?",
    "web/aeb",
    "web/readability",
    "web/trafilatura",
    "web/waddle-daniel",
    "web/postlight",
    "web/udhr",
)


class Clock:
    """CPU seconds of two sides, and how often their results differ."""

    def __init__(self) -> None:
        self.before = self.after = 0.0
        self.times = self.differ = 0

    def race(self, before: Callable[[], Any], after: Callable[[], Any]) -> None:
        """Run both, each first at every other time."""
        sides, results = [before, after], {}
        for side in sides if self.times % 2 else reversed(sides):
            start = time.process_time()
            results[side] = side()
            seconds = time.process_time() - start
            if side is before:
                self.before += seconds
            else:
                self.after += seconds
        self.times += 1
        self.differ += results[before] != results[after]

    def say(self, name: str) -> None:
        """Print seconds, ratio and differences."""
        ratio = self.before / self.after if self.after else 0.0
        seconds = f"{self.before:8.2f} s {self.after:8.2f} s {ratio:6.2f}x"
        print(f"{name:42} {seconds}  {self.times} times, {self.differ} differ", flush=True)


def sampled(data: Path, pattern: str, pages: int) -> list[tuple[bytes, str]]:
    """Decoded pages of a set and their URLs, the same ones every time."""
    found = list(rows(data, pattern))
    random.Random(7).shuffle(found)
    read = [read_page(row) for row in found[:pages]]
    return [(to_markup(decode_page(page.body, page.http_charset).text), page.url) for page in read]


def trafilatura(data: Path, pages: int) -> None:
    # the word lists of justext are read once in the life of a process
    jt_stoplist_init()
    for mode in ("recall", "precision"):
        total = Clock()
        for pattern in SETS:
            clock = Clock()
            for markup, url in sampled(data, pattern, pages):
                tree, _ = parse(markup, 512)
                if tree is not None:
                    clock.race(lambda: stock_text(tree, url, mode), lambda: main_text(tree, url, mode))  # noqa: B023 - called at once
            clock.say(f"trafilatura, {mode}, {pattern}")
            for name in ("before", "after", "times", "differ"):
                setattr(total, name, getattr(total, name) + getattr(clock, name))
        total.say(f"trafilatura, {mode}, together")


def runs(data: Path, pages: int) -> None:
    with gzip.open(data / "dedup/texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 20 * pages)]
    clock = Clock()
    for at in range(0, len(texts), ROWS):
        for part in slices(pa.array(texts[at : at + ROWS])):
            pieces = split(part)

            def measured(pieces: Pieces = pieces) -> list[bytes]:
                return [column.tobytes() for column in repetition._gram_characters(pieces)]  # noqa: SLF001 - what is timed

            def with_all_numbered(measured: Callable[[], Any] = measured) -> list[bytes]:
                with mock.patch.object(runs_module, "_twice", _all_numbered):
                    return measured()

            clock.race(with_all_numbered, measured)
    clock.say(f"repeated runs of {len(texts):,} texts")


def _all_numbered(positions: Integers, code: Integers) -> tuple[Integers, Integers]:
    return positions, runs_module.numbers(pa.array(code))


CHILD = """
import re, sys, time
import yurai.extraction.child as child
options = child.ExtractOptions(extractor=sys.argv[1])
child.load(options)
child._extract(child._WARM, options)
print(time.process_time(), int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def child(_: Path, __: int) -> None:
    for name in ("honbun", "resiliparse", "judged", "trafilatura"):
        command = [sys.executable, "-P", "-c", CHILD, name]
        said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(5)]
        seconds, size = (min(float(one[at]) for one in said) for at in (0, 1))
        print(f"child that extracts by {name:19} {seconds:8.2f} s {size:8.0f} MB", flush=True)


PARTS: dict[str, Callable[[Path, int], None]] = {"trafilatura": trafilatura, "runs": runs, "child": child}
ROWS = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="part")
    parser.add_argument("--pages", type=int, default=150)
    arguments = parser.parse_args()
    print(f"{'':42} {'before':>10} {'after':>10}")
    for name in arguments.parts:
        PARTS[name](arguments.data, arguments.pages)


if __name__ == "__main__":
    main()
