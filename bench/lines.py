"""Repeated lines of Japanese in finished trees, and how many of them stage line-dedup judges by its shortest length.

    python bench/funnel.py DATA OUT --recipe plain --lang ja
    python bench/lines.py OUT/tree

A line counts as Japanese with a kana or a Chinese character in it, and as repeated if, normalised as the stage does, it
is there more than once in all documents together.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.stages.line_dedup.lines import Least, normalise
from yurai.stages.line_dedup.settings import LineDedup

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def repeated(trees: list[str]) -> Counter[str]:
    """Return the repeated lines, normalised, with the number of places."""
    found: Counter[str] = Counter()
    for tree in trees:
        for text in pq.read_table(Path(tree) / "documents", columns=["text"])["text"].to_pylist():
            found.update(normalise(pa.array(text.split("\n"), pa.string())).to_pylist())
    return Counter({line: places for line, places in found.items() if places > 1 and JAPANESE.search(line)})


def main() -> None:
    lines = repeated(sys.argv[1:])
    places = list(lines.values())
    print(f"{len(lines):,} repeated lines in {sum(places):,} places")
    everywhere = LineDedup.min_characters
    for least in (Least(everywhere, everywhere), LineDedup().least):
        judged = least.reached(pa.array(lines, pa.string())).to_pylist()
        there = sum(count for count, one in zip(places, judged, strict=True) if one)
        print(f"{least}: {sum(judged):,} lines judged in {there:,} places, {len(lines) - sum(judged):,} lines spared")


if __name__ == "__main__":
    main()
