"""Body text that an extractor leaves out of the middle of a page: `python bench/lost_blocks.py DATA [--pages N]`.

Counts, for each extractor, the pages that lose a block of more than 60 characters, nearly all of it gold, though a
block of the same container is kept. Sets with a full gold text; honbun and judged are asked about pages that they were
trained on.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from extractor_data import label_rows, labels

import extraction as bench
from yurai.extraction.charset import decode_page
from yurai.extraction.honbun.blocks import Block, blocks_of
from yurai.extraction.tree import parse, to_markup

SETS = ("docs", "aeb", "waddle", "types")
LONG, GOLD = 60, 0.9
SPACE = re.compile(r"\s+")


def lost(blocks: list[Block], gold: list[float], text: str) -> list[str]:
    """Texts of the long gold blocks that are not in a text, beside a block of their container that is."""
    squeezed = SPACE.sub("", text)
    kept = [SPACE.sub("", block.text) in squeezed for block in blocks]
    beside = {
        _container(block) for block, is_kept in zip(blocks, kept, strict=True) if is_kept and len(block.text) > LONG
    }
    return [
        block.text
        for block, share, is_kept in zip(blocks, gold, kept, strict=True)
        if not is_kept and share >= GOLD and len(block.text) > LONG and _container(block) in beside
    ]


def _container(block: Block) -> int:
    return block.box.parent.number if block.box.parent else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=int, default=300)
    arguments = parser.parse_args()
    print(f"{'set':8} {'pages':>6}", *(f"{name:>12}" for name in bench.EXTRACTORS))
    for name in SETS:
        rows = [row for row in label_rows(arguments.data, name) if row.get("gold_text")][: arguments.pages]
        counts = dict.fromkeys(bench.EXTRACTORS, 0)
        for row in rows:
            page = bench.read_page(row)
            tree, _ = parse(to_markup(decode_page(page.body, page.http_charset).text), 512)
            blocks = [] if tree is None else blocks_of(tree)
            gold = labels(blocks, row)[0].tolist() if blocks else []
            for extractor, extract in bench.EXTRACTORS.items():
                counts[extractor] += bool(blocks and lost(blocks, gold, extract(page)))
        print(f"{name:8} {len(rows):6}", *(f"{count / len(rows):12.1%}" for count in counts.values()), flush=True)


if __name__ == "__main__":
    main()
