"""CPU before and after what was made cheaper with equal results: `python bench/faster.py DATA [PART...] [--pages N]`.

    trafilatura   trafilatura as it is installed, and sped up (yurai.extraction.swift), over pages of the sets

Both sides take turns at each page in one process, so a ratio is of one run on one machine; results are compared. Run it
with PYTHONHASHSEED=0, as the extraction child does.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trafilatura.external import jt_stoplist_init

from extraction import read_page, rows, stock_text
from yurai.extraction.charset import decode_page
from yurai.extraction.main_text import main_text
from yurai.extraction.tree import parse, to_markup

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


PARTS: dict[str, Callable[[Path, int], None]] = {"trafilatura": trafilatura}


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
