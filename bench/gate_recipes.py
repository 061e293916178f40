"""Documents that whole recipes keep with and without a gate: `python bench/gate_recipes.py DATA [RECIPE...]`.

Runs each recipe up to its filters (what duplicates leave depends on what comes before) over DATA's `docs` and `web`,
with gate `off`, `loose` and `tight`, and prints how many documents stay, how many pages were stopped, and which
documents a gate costs. Three runs of one recipe take two minutes.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from pathlib import Path

import pyarrow.parquet as pq

from yurai.declare.stage import STAGES, Kind
from yurai.engine.local import LocalRunner
from yurai.run.recipe import Recipe, make_recipe, shipped
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

RECIPES = ("fineweb", "web-en", "web-ja")
GATES = ("off", "loose", "tight")


def with_gate(name: str, gate: str) -> Recipe:
    """Return a shipped recipe up to its filters, with this gate."""
    value = tomllib.loads(shipped()[name].read_text("utf-8"))
    value["stage"] = [one for one in value["stage"] if STAGES[one["use"]].kind not in {Kind.DEDUP, Kind.TOKENIZE}]
    next(one for one in value["stage"] if one["use"] == "extract")["gate"] = gate
    return make_recipe(value, where=name)


def kept(data: Path, name: str, gate: str) -> tuple[dict[str, str], int]:
    """Return the URL of each document that a run keeps, by id, and how many pages the gate stopped."""
    sources = find_sources([str(data / "docs"), str(data / "web")])
    with tempfile.TemporaryDirectory(prefix="gate-") as folder:
        runner = LocalRunner(2)
        try:
            run = run_recipe(with_gate(name, gate), sources, folder, runner)
        finally:
            runner.close()
        tables = [
            pq.read_table(file, columns=["doc_id", "url"]) for file in Path(folder, "documents").glob("*.parquet")
        ]
    urls = {row["doc_id"]: row["url"] for table in tables for row in table.to_pylist()}
    return urls, run.stages[1].dropped.get("gate:language", 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("recipes", nargs="*", default=RECIPES)
    given = parser.parse_args()
    for name in given.recipes:
        plain: dict[str, str] = {}
        for gate in GATES:
            urls, count = kept(given.data, name, gate)
            plain = plain or urls
            lost = sorted(plain[one] for one in plain.keys() - urls.keys())
            share = len(lost) / max(len(plain), 1)
            print(f"{name:<8} {gate:<6} {len(urls):>6,} documents, {count:>6,} stopped, {share:.2%} less: {lost}")


if __name__ == "__main__":
    main()
