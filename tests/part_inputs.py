"""Small inputs of every kind that is read in ranges, and one that is not; a run over them, whole or in ranges."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from warc_samples import gz, pack, response
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from yurai.engine.engine import Runner

STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract", "retry_with": "off"},
    {"use": "language"},
    {"use": "measure"},
    {"use": "dedup"},
]
TABLES = {"name": "small", "stage": STAGES}
SPLIT = 7000


def page(number: int) -> bytes:
    text = "".join(
        f"<p>{number}番目の頁の{n}番目の段落です。本を読んで聞かせました。</p>" for n in range(number % 7 + 1)
    )
    return f"<html><title>{number}</title><body>{text}</body></html>".encode()


def write_inputs(folder: Path) -> None:
    """Write a WARC unpacked and one of gzip members, JSONL unpacked and packed, and Parquet."""
    records = [response(number, page(number % 30)) for number in range(24)]
    (folder / "a.warc").write_bytes(pack(records, bytes).data)
    (folder / "b.warc.gz").write_bytes(pack(records[4:], gz).data)
    texts = [f"{number}行目の文です。" * (number % 9 + 3) for number in range(80)]
    lines = (json.dumps({"text": text, "url": f"https://example.jp/{n}"}) for n, text in enumerate(texts))
    (folder / "c.jsonl").write_text("\n".join(lines))
    (folder / "d.jsonl.gz").write_bytes(gz((folder / "c.jsonl").read_bytes()))
    pq.write_table(pa.table({"text": texts[::-1]}), folder / "e.parquet", row_group_size=20)


def write_recipe(path: Path) -> None:
    """Write the recipe of `TABLES` as a file."""
    stages = ("".join(f"{name} = {json.dumps(value)}\n" for name, value in stage.items()) for stage in STAGES)
    path.write_text('name = "small"\n' + "".join(f"[[stage]]\n{stage}" for stage in stages))


def ended(inputs: Iterable[object], out: object, split: int, runner: Runner) -> RunRecord:
    """Run over inputs, hold the tree to its audit, and return the run."""
    sources = find_sources([str(one) for one in inputs])
    try:
        run_recipe(make_recipe(TABLES, where="test"), sources, str(out), runner, split=split)
    finally:
        runner.close()
    said = audit(open_store(str(out)), full=True)
    assert [one for one in said.findings if one.severity == "error"] == []
    return load_run(open_store(str(out)))


def tasks(out: object) -> int:
    """Return how many tasks read the inputs of an ended run."""
    store = open_store(str(out))
    count: int = next(load_run(store).steps(store)).value["totals"]["tasks"]
    return count
