"""What provenance costs: `python bench/provenance.py DATA [--recipe web-en] [--set web] [--times N]`.

A whole run with evidence and one without take turns, as in `bench/whole.py`; the difference is what finding marks,
writing their rows and judging them costs. Merkle roots are what `--profile` gives them. Hashing is timed apart: as
many bytes as the run hashes (sources, bodies, texts) through sha256. Printed too: rows of each table, bytes a row.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
from whole import SETS, ours, run

from yurai.report.profile import profile
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

BLOCK = b"\0" * (1 << 20)


def roots_seconds(out: Path) -> float:
    """CPU seconds of the steps that make Merkle roots."""
    store = open_store(str(out))
    return sum(part.seconds for part in profile(store, load_run(store)) if "roots" in part.step)


def hashing_seconds(count: int) -> float:
    """CPU seconds that sha256 takes for so many bytes."""
    digest, begun = hashlib.sha256(), time.process_time()
    for _ in range(64):
        digest.update(BLOCK)
    return (time.process_time() - begun) / (64 * len(BLOCK)) * count


def hashed_bytes(out: Path, archives: list[Path]) -> int:
    """Bytes that a run hashes: sources whole, bodies, texts."""
    sums = [sum(path.stat().st_size for path in archives)]
    for folder, columns in (("extracted", ["body_bytes", "text_bytes"]), ("dropped", ["body_bytes"])):
        for file in (out / folder).glob("*.parquet"):
            table = pq.read_table(file, columns=columns, use_threads=False)
            sums += [sum(filter(None, table.column(name).to_pylist())) for name in columns]
    return sum(sums)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--recipe", default="web-en")
    parser.add_argument("--set", default="web", dest="pattern")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    archives = sorted(given.data.glob(SETS.get(given.pattern, given.pattern)))
    with tempfile.TemporaryDirectory(prefix="provenance-") as name:
        folder = Path(name)
        bare, full = ours(f"{given.recipe}+bare", folder), ours(given.recipe, folder)
        for _ in range(given.times):
            run(bare, archives, folder)
            run(full, archives, folder)
        out = folder / "out"
        whole, without = statistics.median(full.seconds), statistics.median(bare.seconds)
        parts = {
            "evidence": whole - without,
            "Merkle roots": roots_seconds(out),
            "hashing": hashing_seconds(hashed_bytes(out, archives)),
        }
        print(f"{given.recipe} over {given.pattern}: {whole:.1f} CPU s, {without:.1f} without evidence")
        for part, seconds in {**parts, "together": sum(parts.values())}.items():
            print(f"{part:14} {seconds:6.2f} s {seconds / whole:7.1%}")
        for kind in ("evidence", "robots", "dropped", "documents"):
            files = list((out / kind).glob("*.parquet"))
            rows, size = (
                sum(pq.read_metadata(file).num_rows for file in files),
                sum(file.stat().st_size for file in files),
            )
            print(f"{kind:14} {rows:7,} rows, {size / rows if rows else 0:7.0f} bytes a row")


if __name__ == "__main__":
    main()
