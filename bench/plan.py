"""What `yurai plan` predicts of five kinds of corpora, beside what a run takes: every number, with its interval.

    python bench/plan.py [CORPUS...] [--data DATA] [--cache FOLDER] [--calls 10] [--every 5] [--workers 2] [--share X]

Corpora: docs, web (DATA/docs, DATA/web: few large archives), small (200 archives that DATA/docs is cut into), http
(its 5,000 smallest pages, an archive each, over HTTP on loopback, from a list), rows (one JSONL, DATA/dedup). Bound: in
9 of 10 calls, each with its own seed, a number is within 25 % of the run's, which is inside the interval. Wall time is
judged on an idle machine alone. A busy one moves CPU seconds too: the same run took 21.6 and 29.2 s at a load of 11. So
the recipe runs before the calls and again after every few of them, and a call is held against the mean of the two runs
that it lies between.

With `--cache`, each run and each call is kept there as soon as it ends, and is not made again: a bench that was stopped
goes on, corpus by corpus and call by call, and more calls add to those that are there.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from yurai.plan import ASKED, make_plan
from yurai.plan.trial import watch
from yurai.sources.find import find_sources
from yurai.sources.warc import CANDIDATES, Gap, read_file

T = TypeVar("T")
BOUND, CALLS = 0.25, 0.9
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def split(archives: list[Path], folder: Path, count: int) -> None:
    """Cut gzip archives into `count` small ones of as many records each."""
    folder.mkdir()
    records = []
    for archive in archives:
        data = archive.read_bytes()
        found = (record for record in read_file(archive) if not isinstance(record, Gap))
        records += [data[record.offset : record.offset + record.length] for record in found]
    step = len(records) / count
    for number in range(count):
        part = records[int(number * step) : int((number + 1) * step)]
        (folder / f"{number:05}.warc.gz").write_bytes(b"".join(part))


def single(archives: list[Path], folder: Path, count: int) -> None:
    """Write the `count` smallest pages of gzip archives, each into an archive of its own."""
    folder.mkdir()
    pages = []
    for archive in archives:
        data = archive.read_bytes()
        found = (part for part in read_file(archive) if not isinstance(part, Gap) and part.kind in CANDIDATES)
        pages += [data[part.offset : part.offset + part.length] for part in found]
    for number, page in enumerate(sorted(pages, key=len)[:count]):
        (folder / f"{number:05}.warc.gz").write_bytes(page)


def rows(packed: Path, folder: Path) -> None:
    """Write one plain JSONL."""
    folder.mkdir()
    (folder / "rows.jsonl").write_bytes(gzip.decompress(packed.read_bytes()))


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback, and yield its URL."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def corpus(name: str, data: Path, folder: Path) -> Iterator[list[str]]:
    """Make a corpus, and yield what `--input` names."""
    archives = {kind: sorted((data / kind).glob("*.warc.gz")) for kind in ("docs", "web")}
    if name in archives:
        yield [str(path) for path in archives[name]]
        return
    made = folder / name
    if name == "rows":
        rows(data / "dedup" / "texts.jsonl.gz", made)
        yield [str(made / "rows.jsonl")]
        return
    if name == "small":
        split(archives["docs"], made, 200)
        yield [str(made)]
        return
    single(archives["docs"], made, 5000)
    with served(made) as url:
        listed = folder / "list.paths"
        listed.write_text("".join(f"{url}/{path.name}\n" for path in sorted(made.iterdir())), "utf-8")
        yield [str(listed)]


def kept(given: argparse.Namespace, name: str, measure: Callable[[], T]) -> T:
    """Return what was measured, from the cache where it is there."""
    if not given.cache:
        return measure()
    path = given.cache / f"{name}.json"
    if not path.exists():
        given.cache.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(measure()), "utf-8")
    found: T = json.loads(path.read_text("utf-8"))
    return found


def seen_of(given: argparse.Namespace, inputs: list[str], out: Path) -> dict[str, float]:
    """Run the recipe once, and return what it took."""
    words = [word for each in inputs for word in ("--input", each)]
    options = ["--runner", given.runner, "--workers", str(given.workers), "--no-report"]
    trial = watch(["run", given.recipe, *words, "--output", str(out), *options], out)
    measured = {"wall": trial.wall, "cpu": trial.cpu, "disk": trial.disk, "memory": trial.memory}
    measured |= {each: float(trial.run.value["totals"][each]) for each in ("candidates", "kept", "tokens")}
    return measured


def planned(given: argparse.Namespace, inputs: list[str], seed: int) -> dict[str, list[float]]:
    """Plan once; return each number with its interval, and the CPU seconds that the call took as `call`."""
    before = _cpu()
    options = {"share": given.share, "workers": given.workers, "runner": given.runner}
    plan = make_plan(given.recipe, find_sources(inputs, ask=ASKED), seed=seed, **options)
    found = {need.name: [need.predicted, need.low, need.high] for need in plan.needs}
    return found | {"call": [_cpu() - before], "load": [os.getloadavg()[0]]}


def table(name: str, calls: list[dict[str, list[float]]], runs: list[dict[str, float]], *, idle: bool) -> bool:
    """Print each number over all calls, each with what the run took; return whether all hold the bound in 9 of 10."""
    took, loads = ([one[key][0] for one in calls] for key in ("call", "load"))
    spans = f"of {min(took):.0f} to {max(took):.0f} CPU s at loads of {min(loads):.0f} to {max(loads):.0f}"
    print(f"\n{name}: {len(calls)} calls {spans}")
    print("\n| need | seen | predicted/seen: min | median | max | inside | within 25 % | both | |")
    print("|---|---|---|---|---|---|---|---|---|")
    held = True
    for need in runs[0]:
        pairs = [(one[need], true[need]) for one, true in zip(calls, runs, strict=True)]
        ratios = [value[0] / true if true else 1.0 + value[0] for value, true in pairs]
        inside = [value[1] * 0.9999 <= true <= value[2] * 1.0001 for value, true in pairs]
        near = [abs(one - 1) <= BOUND for one in ratios]
        both = sum(one and other for one, other in zip(inside, near, strict=True))
        passed, judged = both >= CALLS * len(calls), idle or need != "wall"
        held = held and (passed or not judged)
        shown = " | ".join(f"{one:.2f}" for one in (min(ratios), statistics.median(ratios), max(ratios)))
        verdict = ("PASS" if passed else "FAIL") if judged else "not judged: busy"
        span = " to ".join(dict.fromkeys(f"{end(true for _, true in pairs):,.0f}" for end in (min, max)))
        print(f"| {need} | {span} | {shown} | {sum(inside)} | {sum(near)} | {both} of {len(calls)} | {verdict} |")
    return held


def judged(name: str, given: argparse.Namespace) -> bool:
    """Plan a corpus with as many seeds as asked, run over it between the calls, and print both."""
    with tempfile.TemporaryDirectory() as folder, corpus(name, given.data, Path(folder)) as inputs:
        idle = os.getloadavg()[0] < (os.cpu_count() or 1) / 2
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs", flush=True)
        run = f"{name}-{given.recipe}-{given.workers}"
        seen, calls = list[dict[str, float]](), list[dict[str, list[float]]]()
        for number in range(given.calls + 1):
            if number % given.every == 0 or number == given.calls:
                out = Path(folder) / f"out-{number}"
                seen.append(kept(given, f"{run}-run-{len(seen)}", functools.partial(seen_of, given, inputs, out)))
                print(f"{name}: the run took {seen[-1]['cpu']:.1f} CPU s", flush=True)
                shutil.rmtree(out, ignore_errors=True)
            if number < given.calls:
                seed = given.first + number
                calls.append(kept(given, f"{run}-seed-{seed}", functools.partial(planned, given, inputs, seed)))
                print(f"{name}, seed {seed}: {calls[-1]['call'][0]:.1f} CPU s", flush=True)
        pairs = [(seen[number // given.every], seen[number // given.every + 1]) for number in range(given.calls)]
        runs = [{need: statistics.mean((one[need], other[need])) for need in one} for one, other in pairs]
        return table(name, calls, runs, idle=idle)


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=["docs", "web", "small", "http", "rows"])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--every", type=int, default=5, help="calls between two runs")
    parser.add_argument("--first", type=int, default=0, help="seed of the first call")
    parser.add_argument("--cache", type=Path, help="folder that keeps what runs took, and what calls said")
    parser.add_argument("--recipe", default="demo")
    parser.add_argument("--share", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", default="local")
    given = parser.parse_args()
    results = [judged(name, given) for name in given.corpora]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
