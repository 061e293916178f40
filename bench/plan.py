"""What `yurai plan` predicts of five kinds of corpora, beside what a run takes: every number, with its interval.

    python bench/plan.py [CORPUS...] [--data DATA] [--calls 10] [--workers 2] [--recipe demo] [--share 0.01]

Corpora: docs, web (DATA/docs, DATA/web: few large archives), small (200 archives that DATA/docs is cut into), http
(5,000 of them, over HTTP on loopback, from a list), rows (one JSONL, DATA/dedup). Bound: in
9 of 10 calls each number is within 25 % of the run's, and the run's is inside the interval. CPU and wall time are those
of a machine that does nothing else; the load is printed beside them.
"""

import argparse
import functools
import gzip
import http.server
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yurai.plan import Plan, make_plan
from yurai.plan.trial import watch
from yurai.sources.find import Source, find_sources
from yurai.sources.warc import Gap, read_file

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
    split(archives["docs"], made, 5000 if name == "http" else 200)
    if name == "small":
        yield [str(made)]
        return
    with served(made) as url:
        listed = folder / "list.paths"
        listed.write_text("".join(f"{url}/{path.name}\n" for path in sorted(made.iterdir())), "utf-8")
        yield [str(listed)]


def seen_of(given: argparse.Namespace, inputs: list[str], out: Path) -> dict[str, float]:
    """Run the recipe, and return what it took."""
    words = [word for name in inputs for word in ("--input", name)]
    options = ["--runner", given.runner, "--workers", str(given.workers), "--no-report"]
    trial = watch(["run", given.recipe, *words, "--output", str(out), *options], out)
    measured = {"wall": trial.wall, "cpu": trial.cpu, "disk": trial.disk, "memory": trial.memory}
    return measured | {name: float(trial.run.value["totals"][name]) for name in ("candidates", "kept", "tokens")}


def table(name: str, plans: list[Plan], seen: dict[str, float]) -> bool:
    """Print every number of every call; return whether all hold the bound in 9 of 10 calls."""
    print(f"\n{name}: {len(plans)} calls\n")
    print("| need | predicted | low | high | seen | off by | inside |\n|---|---|---|---|---|---|---|")
    bad = dict.fromkeys(seen, 0)
    for plan in plans:
        for need in plan.needs:
            true = seen[need.name]
            off, inside = need.predicted / true - 1 if true else 0.0, need.low * 0.9999 <= true <= need.high * 1.0001
            bad[need.name] += abs(off) > BOUND or not inside
            amounts = " | ".join(f"{value:,.1f}" for value in (need.predicted, need.low, need.high, true))
            print(f"| {need.name} | {amounts} | {off:+.1%} | {'yes' if inside else 'NO'} |")
    for need_name in seen:
        values = [plan.need(need_name).predicted for plan in plans]
        apart = max(values) / min(values) - 1 if min(values) else 0.0
        print(f"{need_name}: holds in {len(plans) - bad[need_name]} of {len(plans)} calls, which are {apart:.1%} apart")
    return all(len(plans) - count >= CALLS * len(plans) for count in bad.values())


def judged(name: str, given: argparse.Namespace, plan: Callable[[list[Source]], Plan]) -> bool:
    """Plan a corpus as often as asked, run over it once, and print both."""
    with tempfile.TemporaryDirectory() as folder, corpus(name, given.data, Path(folder)) as inputs:
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
        plans = [plan(find_sources(inputs)) for _ in range(given.calls)]
        seen = seen_of(given, inputs, Path(folder) / "out")
        return table(name, plans, seen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=["docs", "web", "small", "http", "rows"])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--recipe", default="demo")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", default="local")
    given = parser.parse_args()
    plan = functools.partial(make_plan, given.recipe, share=given.share, workers=given.workers, runner=given.runner)
    results = [judged(name, given, plan) for name in given.corpora]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
