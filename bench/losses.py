"""What do removals of near-dedup lose? Counted anew from texts alone, with nothing of the stage's own.

    python bench/losses.py DATA OUT [--corpus dedup|docs|web] [--spare 16] [--keep longest]

DATA is the shared data: texts in six languages with many near-duplicates (`dedup`), manuals (`docs`) and web pages
(`web`). Each is searched with the settings of the stage, to OUT/<corpus>. Of each removal the longest run of words that
the kept text lacks is found again (of scripts without spaces: of characters): it must not be over the limit.
OUT/<corpus>.jsonl lists up to 500 removals, drawn evenly over the range of similarities, with what is absent, for
people to read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from dedup_data import Page, write_pages  # puts tests/ on the path, for near_runs too

from near_runs import deduplicate
from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

GRAM, ENDS, LISTED, STEP = 5, 8, 500, 0.02
WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u3000-\u9fff\ua9e0-\ua9ff\uaa60-\uaadf\U00020000-\U0003ffff]"
)
"""Characters of scripts that put no space between words, by the blocks of Unicode."""
FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOLDED |= {ord("、"): ord(","), ord("。"): ord(".")}
STAGES = "".join(f'[[stage]]\nuse = "{name}"\n' for name in ("read", "extract", "language", "near-dedup"))


class Loss(NamedTuple):
    """The longest absent run of words, how many are absent in all, and the runs as they are written."""

    run: int
    absent: int
    runs: list[str]


def words_of(text: str, *, unspaced: bool) -> list[str]:
    """Return the words of a text, marks and letters together, or its characters without white space.

    Of a text in which letters beside letters are fewer than half of all signs, the signs are words as well.
    """
    text = unicodedata.normalize("NFC", text).translate(FOLDED).lower()
    if unspaced:
        return list("".join(text.split()))
    kinds = [("w" if _in_word(sign) else "s" if not sign.isspace() else "", sign) for sign in text]
    letters = sum(len(run) for run in re.findall(r"[^\W\d_]{2,}", text))
    with_signs = 2 * letters < sum(kind != "" for kind, _ in kinds)
    runs = [(kind, "".join(sign for _, sign in run)) for kind, run in groupby(kinds, key=lambda one: one[0])]
    return [run for kind, run in runs if kind == "w" or (with_signs and kind == "s")]


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_" or unicodedata.category(sign).startswith("M")


def loss(kept: list[str], gone: list[str], *, joint: str) -> Loss:
    """Compare two texts, word by word: present is what lies in a run of five words of both.

    A run of absent words goes on over fewer than ENDS present ones (of characters: twice as many), which do not count.
    """
    known = {tuple(kept[place : place + GRAM]) for place in range(max(1, len(kept) - GRAM + 1))}
    present = [False] * len(gone)
    for place in range(max(1, len(gone) - GRAM + 1)):
        if tuple(gone[place : place + GRAM]) in known:
            present[place : place + GRAM] = [True] * len(gone[place : place + GRAM])
    runs: list[list[str]] = [[]]
    ends = ENDS * (1 if joint else 2)
    for there, part in groupby(zip(gone, present, strict=True), lambda one: one[1]):
        words = [word for word, _ in part]
        if not there:
            runs[-1] += words
        elif len(words) >= ends:
            runs.append([])
    return Loss(max(map(len, runs)), sum(map(len, runs)), [joint.join(run) for run in runs if run])


def searched(corpus: str, data: Path, out: Path, given: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Search a corpus, and return {doc_id: (text, lang)} of all that went in."""
    if corpus == "dedup":
        rows = write_pages(out.parent / "dedup-in", list(_pages(data / "dedup/texts.jsonl.gz")), 4)
        deduplicate(rows, out, **given)
    else:
        recipe = out.parent / f"{corpus}.toml"
        settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())
        recipe.write_text(f'name = "losses"\n{STAGES}{settings}')
        run_recipe(load_recipe(str(recipe)), find_sources([str(data / corpus)]), str(out), LocalRunner(1))
        rows = sorted((out / "extracted").glob("*.parquet"))
    tables = [pq.read_table(path, columns=["doc_id", "text", "lang"]).to_pylist() for path in rows]
    return {row["doc_id"]: (row["text"], row["lang"]) for table in tables for row in table}


def _pages(path: Path) -> Iterator[Page]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            yield Page(row["text"], row["lang"], row["url"], "2024-01-01T00:00:00Z", "crawl/real.warc.gz", number)


def removals(out: Path, texts: dict[str, tuple[str, str | None]]) -> Iterator[dict[str, Any]]:
    """Yield each removal with what its text has beyond the kept one."""
    columns = ["doc_id", "url", "kept_doc_id", "kept_url", "jaccard", "absent_run", "absent", "stage"]
    for row in pq.read_table(out / "dropped", columns=columns).to_pylist():
        if row["stage"] == "near-dedup":
            text, lang = texts[row["doc_id"]]
            unspaced = 0 < len(text) <= 5 * len(WITHOUT_SPACES.findall(text))
            kept, gone = (words_of(one, unspaced=unspaced) for one in (texts[row["kept_doc_id"]][0], text))
            found = loss(kept, gone, joint="" if unspaced else " ")
            yield {**row, "lang": lang, "unspaced": unspaced, "words": len(gone), "found": found}


def drawn(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return up to LISTED removals, as evenly over similarities as there are any, in that order."""
    random.Random(17).shuffle(rows)
    bins: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        bins.setdefault(int(row["jaccard"] / STEP), []).append(row)
    chosen: list[dict[str, Any]] = []
    while bins and len(chosen) < LISTED:
        chosen += [bins[key].pop() for key in sorted(bins)]
        bins = {key: some for key, some in bins.items() if some}
    return sorted(chosen[:LISTED], key=lambda row: (row["jaccard"], row["doc_id"]))


def main() -> None:
    """Print a line for each corpus; fail if any removal is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", action="append", choices=["dedup", "docs", "web"])
    parser.add_argument("--spare", type=int, default=16, help="0 to see what the limit is for")
    parser.add_argument("--keep", default="longest")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    limit, over = options.spare, 0
    for corpus in options.corpus or ["dedup", "docs", "web"]:
        out = options.out / corpus
        texts = searched(corpus, options.data, out, {"spare": limit, "keep": options.keep})
        rows = list(removals(out, texts))
        long = [row for row in rows if row["found"].run > (limit or 16) * (2 if row["unspaced"] else 1)]
        over += len(long)
        same = sum(row["found"][:2] == (row["absent_run"], row["absent"]) for row in rows)
        print(f"{corpus}: {len(texts):,} texts, {len(rows):,} removals, {len(long):,} over {limit or 16} in a row; "
              f"{sum(not row['found'].run for row in rows):,} lack nothing; as the row says {same:,}")  # fmt: skip
        with (options.out / f"{corpus}.jsonl").open("w", encoding="utf-8") as listed:
            listed.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in drawn(rows))
    if limit and over:
        raise SystemExit(f"{over} removals lose more than the limit")


if __name__ == "__main__":
    main()
