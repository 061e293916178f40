"""Labelled pages as the extractor's training sees them: blocks, features, and how much of each block is gold."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

import extraction as bench
from yurai.extraction.charset import decode_page
from yurai.extraction.honbun.blocks import Block, blocks_of
from yurai.extraction.honbun.features import features
from yurai.extraction.honbun.layout import Layout
from yurai.extraction.honbun.metadata import metadata
from yurai.extraction.tree import parse, to_markup

SETS = {
    "aeb": "web/aeb",
    "readability": "web/readability",
    "newspaper4k": "web/newspaper4k",
    "udhr": "web/udhr",
    "postlight": "web/postlight",
    "trafilatura": "web/trafilatura",
    "waddle": "web/waddle-daniel",
    "types": "types/wcxb-dev",
    "docs": "docs/core-0?",
}
MOST_DOCS = 2_000
"""Pages of docs are of few templates: more of them teach nothing."""
_SPACE = re.compile(r"\s+")
_SHORT = 5
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """One page: its set, its label row, blocks, features, and for each block the share that is gold and its weight."""

    name: str
    markup: bytes
    row: dict[str, Any]
    blocks: list[Block]
    features: npt.NDArray[np.float32]
    gold: Floats
    weight: Floats

    def fold(self, count: int, salt: int = 0) -> int:
        """The fold of this page's host: pages of one host are never on both sides of a split."""
        host = urlsplit(self.row["url"]).hostname or self.row["url"]
        alone = self.name in {"udhr", "newspaper4k", "readability"}  # their hosts are made up
        key = self.row["url"] if alone else host if self.name == "docs" else ".".join(host.split(".")[-2:])
        return (zlib.crc32(f"{salt}{key}".encode()) >> 7) % count


def label_rows(data: Path, name: str) -> list[dict[str, Any]]:
    """Label rows of a set that say what the main text is, in an order that depends on URLs alone."""
    rows = [
        row
        for row in bench.rows(data, SETS[name])
        if any(row.get(key) for key in ("gold_text", "gold_with", "gold_without"))
    ]
    rows.sort(key=lambda row: (zlib.crc32(row["url"].encode()), row["url"]))
    return rows[:MOST_DOCS] if name == "docs" else rows


def labelled(data: Path, name: str) -> Iterator[Labelled]:
    """Pages of a set that have a block at all."""
    for row in label_rows(data, name):
        page = bench.read_page(row)
        markup = to_markup(decode_page(page.body, page.http_charset).text)
        tree, _ = parse(markup, 512)
        blocks = [] if tree is None else blocks_of(tree)
        if blocks:
            gold, weight = labels(blocks, row)
            yield Labelled(
                name, markup, row, blocks, features(Layout.of(blocks), metadata(tree, markup).bits), gold, weight
            )


def labels(blocks: list[Block], row: dict[str, Any]) -> tuple[Floats, Floats]:
    """Share of each block's 5-grams that are gold, and its weight; by segments where there is no full text."""
    if row.get("gold_text"):
        return _by_text([_SPACE.sub("", block.text) for block in blocks], row["gold_text"])
    wanted = [_SPACE.sub("", one) for one in row.get("gold_with") or ()]
    unwanted = [_SPACE.sub("", one) for one in row.get("gold_without") or ()]
    gold, weight = np.zeros(len(blocks)), np.zeros(len(blocks))
    for place, block in enumerate(blocks):
        text = _SPACE.sub("", block.text)
        if any(one in text or (len(text) > 40 and text in one) for one in wanted):
            gold[place], weight[place] = 1, len(text) ** 0.5
        elif any(one in text for one in unwanted) and len(text) < 4_000:
            weight[place] = len(text) ** 0.5
    return gold, weight


def _by_text(texts: list[str], gold_text: str) -> tuple[Floats, Floats]:
    grams, squeezed = bench.grams(gold_text), _SPACE.sub("", gold_text)
    lines = {_SPACE.sub("", line) for line in gold_text.split("\n")}
    gold, weight = [], []
    for text in texts:
        if len(text) < _SHORT:
            gold.append(1.0 if text in lines else 0.5 if text in squeezed else 0.0)
            weight.append(0.3 * len(text) ** 0.5)
        else:
            own = bench.grams(text)
            gold.append(len(own & grams) / len(own))
            weight.append(len(text) ** 0.5)
    return np.array(gold), np.array(weight)
