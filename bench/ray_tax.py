"""What Ray costs: whole runs of one recipe by the local runner and by Ray on this machine, in turn.

    python bench/ray_tax.py DATA [--recipe web-en] [--pages 6000] [--files 24] [--times 3]

`local 1` is one process, `ray 1` and `ray 2` are Ray with so many workers, `2 apart` is two processes of `local 1` at
the same time, each over half of the archives. Each also runs over two archives of 10 pages, which is what it takes to
start all workers. Printed are medians of wall and CPU seconds, with the start taken off; then the two ratios: time of
`ray 1` to `local 1`, and of `2 apart` to `ray 2`. Wall seconds mean nothing on a machine that does other work.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
from pathlib import Path

from mixes import MIXES, draw, pages_by_language, write
from whole import Side, run

FEW = 20


def words(recipe: str, runner: str, workers: int, out: Path, archives: list[Path]) -> list[str]:
    """The command of one run."""
    inputs = [word for path in archives for word in ("--input", str(path))]
    options = ["--output", str(out), "--runner", runner, "--workers", str(workers), "--no-report"]
    return [sys.executable, "-m", "yurai", "run", recipe, *inputs, *options]


def apart(recipe: str, out: Path, archives: list[Path]) -> list[str]:
    """Two processes over every other archive; over one archive, one."""
    halves = [half for half in (archives[::2], archives[1::2]) if half]
    commands = [shlex.join(words(recipe, "local", 1, out / str(i), half)) for i, half in enumerate(halves)]
    return ["sh", "-c", f"mkdir -p {out}; " + " & ".join(commands) + " & wait"]


def sides(recipe: str) -> list[Side]:
    """All ways to run."""
    return [
        Side("local 1", lambda out, archives: words(recipe, "local", 1, out, archives)),
        Side("ray 1", lambda out, archives: words(recipe, "ray", 1, out, archives)),
        Side("2 apart", lambda out, archives: apart(recipe, out, archives)),
        Side("ray 2", lambda out, archives: words(recipe, "ray", 2, out, archives)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--recipe", default="web-en")
    parser.add_argument("--pages", type=int, default=6_000)
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ray-tax-") as name:
        folder = Path(name)
        pages = pages_by_language(given.data, folder / "labels")
        many = write(draw(pages, MIXES["mixed"], given.pages), folder / "many", given.pages // given.files)
        few = write(draw(pages, MIXES["mixed"], FEW), folder / "few", FEW // 2)
        long, short = sides(given.recipe), sides(given.recipe)
        for _ in range(given.times):
            for side, start in zip(long, short, strict=True):
                run(start, few, folder)
                run(side, many, folder)
                print(
                    f"  {side.name}: {side.wall[-1]:.1f} s, start {start.wall[-1]:.1f} s", file=sys.stderr, flush=True
                )
    print(f"{given.recipe}, {given.pages:,} pages in {len(many)} archives, {given.times} times")
    print(f"{'':10} {'start s':>8} {'wall s':>8} {'CPU s':>8}  (less the start)")
    net: dict[str, float] = {}
    for side, start in zip(long, short, strict=True):
        begin, wall = statistics.median(start.wall), statistics.median(side.wall)
        cpu = statistics.median(side.seconds) - statistics.median(start.seconds)
        net[side.name] = wall - begin
        print(f"{side.name:10} {begin:8.1f} {wall - begin:8.1f} {cpu:8.1f}")
    print(
        f"ray 1 / local 1 = {net['ray 1'] / net['local 1']:.3f}; 2 apart / ray 2 = {net['2 apart'] / net['ray 2']:.3f}"
    )


if __name__ == "__main__":
    main()
