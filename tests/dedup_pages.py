"""Documents that say only what stage line-dedup reads, in shards, and runs of it over them."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from run_helpers import Watching
from yurai.declare.stage import STAGES
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
from yurai_manifests.run import load_run
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import open_store


class Page(NamedTuple):
    """What a test says of a document; its id is made of `number`, so shards do not change it."""

    number: int
    date: int
    text: str

    @property
    def doc_id(self) -> str:
        return hashlib.sha256(str(self.number).encode()).hexdigest()[:32]

    def row(self) -> dict[str, Any]:
        row = {"doc_id": self.doc_id, "source": "pages", "source_sha256": "0" * 64, "warc_offset": self.number}
        row |= {"warc_length": 1, "url": f"https://x.example/{self.number}", "text": self.text}
        row |= {"capture_date": f"{2000 + self.date}-01-01T00:00:00Z", "media_type": "text/plain"}
        data = self.text.encode()
        return row | {"text_sha256": hashlib.sha256(data).hexdigest(), "text_bytes": len(data)}


def write(folder: Path, pages: list[Page], cuts: list[int]) -> None:
    """Write pages to shards that begin at `cuts`."""
    folder.mkdir(parents=True)
    bounds = [0, *sorted(cuts), len(pages)]
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        rows = [page.row() for page in pages[start:end]]
        pq.write_table(pa.Table.from_pylist(rows, schema=DOCUMENT), folder / f"{number:03}.parquet")


def dedup_pages(shards: Path, out: Path, runner: Watching | None = None, **given: Any) -> str:
    """Run measure and line-dedup over shards; return the digest of what came out."""
    return run_over(shards, out, ("measure", {"taggers": ["characters"]}), ("line-dedup", given), runner=runner)


def run_over(shards: Path, out: Path, *stages: tuple[str, dict[str, Any]], runner: Watching | None = None) -> str:
    """Run stages over shards; return the digest of what came out."""
    uses = tuple(STAGES[name].use(given) for name, given in stages)
    state = state_of([str(path) for path in sorted(shards.iterdir())])
    recipe = Recipe("lines", "", uses, dict(DELIVER))
    continue_tree(uses, state, recipe, str(out), runner or Watching())
    return str(load_run(open_store(str(out))).digest)
