"""What a changed filter threshold costs: the wall time of a first run, and of the rerun that opens no archive.

    python bench/threshold.py [INPUT...]     default: the documentation pages of the shared data, else the sample crawl

Bound: the rerun takes at most 10 % of the first run, and has the digest of a fresh run with the new threshold.
"""

import os
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from yurai.engine.local import LocalRunner
from yurai.run.recipe import Recipe, make_recipe, shipped
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("YURAI_SHARED", ROOT.parent / "shared")) / "data" / "docs"
BOUND = 0.10


def recipe(min_characters: int) -> Recipe:
    """Recipe `demo` with another threshold."""
    value = tomllib.loads(shipped()["demo"].read_text("utf-8"))
    for stage in value["stage"]:
        for rule in stage.get("rules", []):
            if rule["use"] == "length":
                rule["min_characters"] = min_characters
    return make_recipe(value, where="bench")


def timed(out: Path, inputs: list[str], min_characters: int, *, rebuild: bool = False) -> tuple[float, str]:
    """Return seconds and digest of one run."""
    runner = LocalRunner(os.cpu_count() or 1)
    started = time.monotonic()
    try:
        record = run_recipe(recipe(min_characters), find_sources(inputs), str(out), runner, rebuild=rebuild)
    finally:
        runner.close()
    return time.monotonic() - started, record.digest


def main() -> int:
    inputs = sys.argv[1:] or [str(SHARED if SHARED.is_dir() else ROOT / "examples" / "sample")]
    with tempfile.TemporaryDirectory() as folder:
        first, before = timed(Path(folder) / "out", inputs, 120)
        again, after = timed(Path(folder) / "out", inputs, 400, rebuild=True)
        fresh, expected = timed(Path(folder) / "fresh", inputs, 400)
    print(f"{' '.join(inputs)}: first run {first:.1f} s, fresh run with the new threshold {fresh:.1f} s")
    print(f"rerun with the new threshold {again:.1f} s, {again / first:.1%} of the first run (bound {BOUND:.0%})")
    print(f"digest {before[:16]} became {after[:16]}, of the fresh run {expected[:16]}")
    return 0 if after == expected and again <= BOUND * first else 1


if __name__ == "__main__":
    sys.exit(main())
