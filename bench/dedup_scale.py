"""Memory of `near-dedup` as the corpus grows: many short documents, one core, the default of 1 GiB a task.

    python bench/dedup_scale.py --documents 100000 3000000

Documents have 60 words; a third of them have a copy of similarity .5 to .99. Memory is polled five times a second; what
counts is that it stays where it was while documents are thirty times as many.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from dedup_data import measured

from near_samples import planted, write_pages

YURAI = [sys.executable, "-c", "from yurai.cli import main; main()"]
SHARD = 50_000
COUNTS = {"alone": 30_000, "near": 8_000, "exact": 1_000, "skewed": 2_000}


def write_shards(folder: Path, documents: int) -> int:
    """Write shards of about 50,000 documents until there are as many as asked for; return their number."""
    made = number = 0
    while made < documents:
        part = min(1.0, (documents - made) / SHARD)
        pages = planted(number, {name: max(2, int(count * part)) for name, count in COUNTS.items()}, size=60)
        (path,) = write_pages(folder / "new", pages)
        path.rename(folder / f"{number:05}.parquet")
        (folder / "new").rmdir()
        made, number = made + len(pages), number + 1
    return made


def main() -> None:
    """Measure each size after the other, and remove what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where data and output go; 2 kB a document, removed at the end")
    options = parser.parse_args()
    for documents in options.documents:
        with tempfile.TemporaryDirectory(prefix="yurai-scale-", dir=options.folder) as name:
            folder = Path(name)
            (folder / "in").mkdir()
            made = write_shards(folder / "in", documents)
            out = folder / "out"
            call = [*YURAI, "near-dedup", f"--input={folder / 'in'}", f"--output={out}", "--no-report"]
            found = measured([*call, "--runner=local", "--workers=1"], folder / "log")
            size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
            said = f"{made:,} documents: {found.cpu_s:.0f} CPU s, {found.wall_s:.0f} s, largest process "
            print(f"{said}{found.rss_largest_mb:.0f} MB, written {size / 1e6:,.0f} MB", flush=True)
            shutil.rmtree(out)


if __name__ == "__main__":
    main()
