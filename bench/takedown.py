"""Measure how many copies of a text a takedown finds, by kind, what that costs, and what a run with its blocklist has.

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

import pyarrow.parquet as pq

from yurai.run.recipe import with_blocklists
from yurai.run.takedown.blocklist import blocklist_of
from yurai.run.takedown.decide import Order, planned
from yurai.run.takedown.selectors import selector
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.takedown.blocklist import put_blocklist

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
        crawl = write_crawl(pages, Path(folder) / "crawl", 4)
        run(out, [crawl], recipe=recipe())
        store = open_store(str(out))
        homes = tuple(selector("url", page.url) for page in pages if page.kind == "source")
        before = time.process_time()
        order = Order("bench", "policy", homes, bytes(32))
        plan = planned(store, load_run(store), order)
        seconds = time.process_time() - before
        put_blocklist(Path(folder) / "lists", blocklist_of(order, plan))
        again = Path(folder) / "again"
        run(again, [crawl], recipe=with_blocklists(recipe(), [str(Path(folder) / "lists")]))
        back = {url for file in (again / "documents").glob("*") for url in pq.read_table(file)["url"].to_pylist()}
    _show(pages, {str(one.url): one.verdict for one in plan.documents.values()}, back, seconds)


def _of(number: int, background: int) -> list[Planted]:
    """Return the pages around one text, on hosts of their own."""
    found = planted(number, background=background)
    return [replace(page, url=page.url.replace(".example/", f"-{number}.example/")) for page in found]


def _show(pages: list[Planted], verdicts: dict[str, str], back: set[str], seconds: float) -> None:
    there, right, found, again = (Counter[str]() for _ in range(4))
    for page in pages:
        there[page.kind] += 1
        found[page.kind] += page.url in verdicts
        again[page.kind] += page.url in back
        right[page.kind] += verdicts.get(page.url) == page.kind
    sys.stdout.write("| kind | planted | taken | with this verdict | back in a later run |\n|" + " --- |" * 5 + "\n")
    for kind in KINDS:
        sys.stdout.write(f"| {kind} | {there[kind]} | {found[kind]} | {right[kind]} | {again[kind]} |\n")
    sys.stdout.write(f"| no copy | {there['other']} | {found['other']} | | {again['other']} |\n\n")
    sys.stdout.write(f"{len(pages)} documents, {there['source']} texts selected: {seconds:.1f} CPU s\n")


if __name__ == "__main__":
    main()
