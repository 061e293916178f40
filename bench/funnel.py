"""What do the rules of a recipe leave of real pages in one language? Prints the Markdown tables of docs/recipes.md.

    python bench/funnel.py DATA OUT [--recipe swallow-v1] [--lang ja]

DATA is the shared data. The pages of its folders docs and web that its labels call Japanese, or guess to be,
are copied into archives under OUT/pages as they lie in their own; the recipe runs over them into OUT/tree, from HTML to
shards, and the tree is audited.
"""

from __future__ import annotations

import argparse
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.run import RunRecord
from yurai_manifests.store import open_store

FOLDERS = ("docs", "web")
LABELS = ("*.labels.jsonl.gz", "*.gold.jsonl.gz")


def offsets(folder: Path, lang: str) -> dict[str, list[int]]:
    """Return where the pages of a language begin, by archive."""
    found: dict[str, list[int]] = {}
    for file in sorted(file for pattern in LABELS for file in folder.glob(pattern)):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if lang in (row.get("lang"), row.get("lang_pred")):
                    found.setdefault(row["warc"], []).append(row["offset"])
    return found


def members(data: bytes, starts: list[int]) -> Iterator[bytes]:
    """Yield the gzip members that begin at `starts`, as they are: one record each."""
    for start in starts:
        stream = zlib.decompressobj(31)
        stream.decompress(data[start:])
        yield data[start : len(data) - len(stream.unused_data)]


def copied(data: Path, out: Path, lang: str) -> int:
    """Copy the pages of a language to archives under `out`; return how many."""
    count = 0
    for folder in FOLDERS:
        (out / folder).mkdir(parents=True, exist_ok=True)
        for archive, starts in offsets(data / folder, lang).items():
            pages = (data / folder / archive).read_bytes()
            (out / folder / archive).write_bytes(b"".join(members(pages, sorted(starts))))
            count += len(starts)
    return count


def funnel(record: RunRecord) -> Iterator[str]:
    """Yield the rows of a table: what each stage took, the most frequent reason first, and what it left."""
    left = record.stages[0].seen
    yield "| stage | reason | pages |"
    yield "| --- | --- | --- |"
    yield f"| | **pages** | **{left:,}** |"
    for stage in record.stages:
        gone = Counter(stage.dropped) + Counter(stage.failed)
        yield from (f"| {stage.stage} | `{reason}` | {count:,} |" for reason, count in gone.most_common())
        left -= gone.total()
        if gone:
            yield f"| {stage.stage} | **left** | **{left:,}** |"


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", default="swallow-v1")
    parser.add_argument("--lang", default="ja")
    given = parser.parse_args()
    count = copied(given.data, given.out / "pages", given.lang)
    sources = find_sources([str(given.out / "pages")])
    record = run_recipe(load_recipe(given.recipe), sources, str(given.out / "tree"), LocalRunner(1))
    found = audit(open_store(str(given.out / "tree")))
    print(f"{count:,} pages, audit: {'adds up' if found.ok else 'does not add up'}\n")
    print("\n".join(funnel(record)))
    print(f"\n{found.totals['tokens']:,} tokens in {found.totals['shards']:,} shard")


if __name__ == "__main__":
    main()
