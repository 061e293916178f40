"""Measure how many planted copies of a text a takedown finds, by kind, and what the search costs.

    python bench/takedown.py [--texts 20] [--background 400]

Plants copies of some texts among pages of random words, each text with 2 equal, 3 mirrored, 5 near (Jaccard .72 to .94,
counted) and 2 quoting pages, and 2 that are no copies: one that quotes twenty words, one of Jaccard .2.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from yurai.run.takedown.decide import Order, planned
from yurai.run.takedown.selectors import selector
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from run_helpers import run
from takedown_corpus import Planted, planted, recipe, write_crawl

KINDS = ("exact", "mirrored", "near", "quoted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--background", type=int, default=400)
    given = parser.parse_args()
    pages = [page for number in range(given.texts) for page in _of(number, given.background // given.texts)]
    random.Random(0).shuffle(pages)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run(out, [write_crawl(pages, Path(folder) / "crawl", 4)], recipe=recipe())
        store = open_store(str(out))
        homes = tuple(selector("url", page.url) for page in pages if page.kind == "source")
        before = time.process_time()
        plan = planned(store, load_run(store), Order("bench", "policy", homes, b""))
        seconds = time.process_time() - before
    _show(pages, {str(one.url): one.verdict for one in plan.documents.values()}, seconds)


def _of(number: int, background: int) -> list[Planted]:
    """Return the pages around one text, on hosts of their own."""
    found = planted(number, background=background)
    return [replace(page, url=page.url.replace(".example/", f"-{number}.example/")) for page in found]


def _show(pages: list[Planted], verdicts: dict[str, str], seconds: float) -> None:
    there, right, found = Counter[str](), Counter[str](), Counter[str]()
    for page in pages:
        there[page.kind] += 1
        found[page.kind] += page.url in verdicts
        right[page.kind] += verdicts.get(page.url) == page.kind
    sys.stdout.write("| kind | planted | taken | with this verdict |\n| --- | --- | --- | --- |\n")
    for kind in KINDS:
        sys.stdout.write(f"| {kind} | {there[kind]} | {found[kind]} | {right[kind]} |\n")
    sys.stdout.write(f"| no copy | {there['other']} | {found['other']} | |\n\n")
    sys.stdout.write(f"{len(pages)} documents, {there['source']} texts selected: {seconds:.1f} CPU s\n")


if __name__ == "__main__":
    main()
