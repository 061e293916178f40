"""What a page costs in crawls of one size and another: fits over 1,000, 3,000 and 10,000 real pages, three mixes.

    python bench/mixes.py DATA [--sizes N...] [--datatrove NAME=PYTHON] [--peer-sizes N...] [--mixes NAME...]

Mixes: `english` (all pages English, recipe `web-en`), `mixed` (45 % English, `web-en`) and `japanese` (5 % of pages
Japanese, `web-ja`). Pages are records of DATA's `docs` and `web` as they lie there, drawn with a seed; none comes again
before all of its kind have come once. The language of a page is what the pipeline says of it without a gate.

CPU seconds of all processes, as `bench/whole.py` takes them, ours and datatrove's in turn. Each side gets a line:
seconds to start and milliseconds a page, by least squares over the sizes, and how many times ours its page costs.
"""

from __future__ import annotations

import argparse
import gzip
import random
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import pyarrow.parquet as pq
from whole import Side, model_path, ours, run, theirs

from yurai.engine.local import LocalRunner
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

SIZES = (1_000, 3_000, 10_000)
PAGES_A_FILE = 1_000
LABELS = ("lang", "source", "warc_offset", "warc_length")


@dataclass(frozen=True)
class Mix:
    """So much of one language among pages of all others, and the recipe that wants it."""

    recipe: str
    language: str
    share: float


MIXES = {"english": Mix("web-en", "en", 1.0), "mixed": Mix("web-en", "en", 0.45), "japanese": Mix("web-ja", "ja", 0.05)}


@dataclass(frozen=True)
class Member:
    """One compressed record: where it lies."""

    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """The record as it lies there."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)


def pages_by_language(data: Path, folder: Path) -> dict[str, list[Member]]:
    """The records of each page that has a text, by its language."""
    stages = [{"use": name} for name in ("read", "extract", "language")]
    recipe = make_recipe({"name": "labels", "stage": stages}, where="labels")
    sources = find_sources([str(data / "docs"), str(data / "web")])
    runner = LocalRunner(2)
    try:
        run_recipe(recipe, sources, str(folder), runner)
    finally:
        runner.close()
    paths = {source.name: Path(source.url.removeprefix("file://")) for source in sources}
    found: dict[str, list[Member]] = {}
    for file in sorted((folder / "extracted").glob("*.parquet")):
        for row in pq.read_table(file, columns=list(LABELS)).to_pylist():
            member = Member(paths[row["source"]], row["warc_offset"], row["warc_length"])
            if row["source"].endswith(".gz"):
                found.setdefault(row["lang"], []).append(member)
    return found


def draw(pages: dict[str, list[Member]], mix: Mix, count: int) -> Iterator[Member]:
    """So many pages of a mix, shuffled."""
    rng = random.Random(f"{mix.language}{count}")
    wanted = round(count * mix.share)
    pools = pages[mix.language], [page for name in sorted(pages) if name != mix.language for page in pages[name]]
    drawn = [*_again(pools[0], wanted, rng), *_again(pools[1], count - wanted, rng)]
    rng.shuffle(drawn)
    return iter(drawn)


def _again(pool: list[Member], count: int, rng: random.Random) -> Iterable[Member]:
    return islice(cycle(rng.sample(pool, len(pool))), count)


def write(members: Iterator[Member], folder: Path, pages: int = PAGES_A_FILE) -> list[Path]:
    """Archives of so many pages each, behind a record that says what they are."""
    folder.mkdir()
    head = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    paths = []
    while group := list(islice(members, pages)):
        paths.append(folder / f"{len(paths):03}.warc.gz")
        paths[-1].write_bytes(gzip.compress(head, mtime=0) + b"".join(one.read() for one in group))
    return paths


def line(sizes: list[int], seconds: list[float]) -> tuple[float, float]:
    """Seconds at no page, and milliseconds for each, by least squares; of one size alone, all is the page's."""
    if len(sizes) == 1:
        return 0.0, seconds[0] / sizes[0] * 1_000
    fit = statistics.linear_regression(sizes, seconds)
    return fit.intercept, fit.slope * 1_000


def measure(mix: Mix, pages: dict[str, list[Member]], folder: Path, given: argparse.Namespace) -> None:
    sides: list[Side] = [ours(mix.recipe, folder)]
    sides += [theirs(one, model_path(), mix.language) for one in given.datatrove]
    taken: dict[str, tuple[list[int], list[float]]] = {side.name: ([], []) for side in sides}
    for count in given.sizes:
        archives = write(draw(pages, mix, count), folder / f"pages-{count}")
        for side in sides:
            if side is sides[0] or count in given.peer_sizes:
                run(side, archives, folder)
                taken[side.name][0].append(count)
                taken[side.name][1].append(side.seconds[-1])
                print(f"  {side.name:24} {count:7,} pages {side.seconds[-1]:8.1f} s", flush=True)
    fits = {name: line(*both) for name, both in taken.items()}
    for name, (start, page) in fits.items():
        times = page / fits[sides[0].name][1]
        print(f"  {name:24} {start:5.1f} s to start, {page:6.2f} ms a page, {times:5.1f} times ours", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--peer-sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--mixes", nargs="+", default=list(MIXES), choices=list(MIXES))
    parser.add_argument("--datatrove", action="append", default=[], metavar="NAME=PYTHON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mixes-") as folder:
        pages = pages_by_language(given.data, Path(folder) / "labels")
        for name in given.mixes:
            mix = MIXES[name]
            print(f"{name}: {mix.recipe}, {mix.share:.0%} {mix.language} ({len(pages[mix.language]):,} there are)")
            (Path(folder) / name).mkdir()
            measure(mix, pages, Path(folder) / name, given)


if __name__ == "__main__":
    main()
