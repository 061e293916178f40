"""Candidates of one bucket of millions of documents: memory and time of the task, and what the bound leaves out.

python bench/hot_bucket.py --rows 10000000
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from yurai.engine.task import Task
from yurai.exchange.row_files import whole_span
from yurai.exchange.row_types import BAND, NEW
from yurai.sources.fetch import Shard
from yurai.stages.near_dedup.buckets import TALLY
from yurai.stages.near_dedup.candidates import Candidates, candidates
from yurai_manifests.canonical import sha256_file
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId, attempt

STEP = StepId("00-bench", "f" * 64)


def write_bucket(path: Path, rows: int) -> None:
    """Write BAND rows of which nine in ten have one hash, in no order."""
    draw = np.random.default_rng(1)
    with path.open("wb") as file:
        for start in range(0, rows, 1_000_000):
            some = np.zeros(min(1_000_000, rows - start), BAND)
            some["hash"] = np.where(draw.random(len(some)) < 0.9, 7, draw.integers(0, 1 << 62, len(some)))
            some["node"]["rank"], some["node"]["id_high"] = NEW, draw.integers(0, 1 << 62, len(some))
            some["node"]["row"] = np.arange(start, start + len(some))
            file.write(some.tobytes())


def main() -> None:
    """Measure one task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory-bytes", type=int, default=1 << 30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yurai-bucket-") as folder:
        path = Path(folder) / "rows.bin"
        write_bucket(path, options.rows)
        shard = Shard(folder, "rows.bin", sha256_file(path), options.rows, path.stat().st_size, "bench")
        before = resource.getrusage(resource.RUSAGE_SELF)
        args = Candidates([whole_span(shard, shard.size)], options.memory_bytes)
        started = time.monotonic()
        with attempt(open_store(folder), STEP) as current:
            record = candidates(Task(candidates, STEP, folder, "bench", args, "k" * 64), current)
        after = resource.getrusage(resource.RUSAGE_SELF)
    said = dict(zip(TALLY, record.index["tally"], strict=True))
    print(f"{options.rows:,} rows, {shard.size / 1e6:,.0f} MB: {said}")
    print(f"{after.ru_utime - before.ru_utime:.1f} CPU s, {time.monotonic() - started:.1f} s")
    print(f"peak {before.ru_maxrss / 1024:.0f} MB before, {after.ru_maxrss / 1024:.0f} MB after")


if __name__ == "__main__":
    main()
