"""What `yurai plan` predicts of five kinds of corpora, beside what a run takes: every number, with its interval.

    python bench/plan.py [CORPUS...] [--data DATA] [--calls 10] [--workers 2] [--recipe demo] [--share 0.01]

Corpora: docs, web (DATA/docs, DATA/web: few large archives), small (200 archives that DATA/docs is cut into), http
(its 5,000 smallest pages, an archive each, over HTTP on loopback, from a list), rows (one JSONL, DATA/dedup). Bound: in
9 of 10 calls, each with its own seed, a number is within 25 % of the run's, which is inside the interval. Wall time is
judged on an idle machine alone. A busy one moves CPU seconds too: the same run took 21.6 and 29.2 s at a load of 11.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import resource
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yurai.plan import Plan, make_plan
from yurai.plan.trial import watch
from yurai.sources.find import find_sources
from yurai.sources.warc import CANDIDATES, Gap, read_file

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


def seen_of(given: argparse.Namespace, name: str, inputs: list[str], out: Path) -> dict[str, float]:
    """Run the recipe once, and return what it took; with `--cache`, runs of earlier times are taken from there."""
    kept = given.cache / f"{name}-{given.recipe}-{given.workers}.json" if given.cache else None
    if kept and kept.exists():
        found: dict[str, float] = json.loads(kept.read_text("utf-8"))
        return found
    words = [word for each in inputs for word in ("--input", each)]
    options = ["--runner", given.runner, "--workers", str(given.workers), "--no-report"]
    trial = watch(["run", given.recipe, *words, "--output", str(out), *options], out)
    measured = {"wall": trial.wall, "cpu": trial.cpu, "disk": trial.disk, "memory": trial.memory}
    measured |= {each: float(trial.run.value["totals"][each]) for each in ("candidates", "kept", "tokens")}
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(measured), "utf-8")
    return measured


def table(name: str, plans: list[Plan], seen: dict[str, float], *, idle: bool) -> bool:
    """Print each number over all calls; return whether all that are judged hold the bound in 9 of 10 calls."""
    print(f"\n{name}: {len(plans)} calls\n\n| need | seen | predicted/seen: min | median | max | inside | holds | |")
    print("|---|---|---|---|---|---|---|---|")
    held = True
    for need_name, true in seen.items():
        needs = [plan.need(need_name) for plan in plans]
        ratios = [need.predicted / true if true else 1.0 + need.predicted for need in needs]
        inside = [need.low * 0.9999 <= true <= need.high * 1.0001 for need in needs]
        good = sum(abs(one - 1) <= BOUND and within for one, within in zip(ratios, inside, strict=True))
        passed = good >= CALLS * len(plans)
        judged = idle or need_name != "wall"
        held = held and (passed or not judged)
        shown = " | ".join(f"{one:.3f}" for one in (min(ratios), statistics.median(ratios), max(ratios)))
        verdict = ("PASS" if passed else "FAIL") if judged else "not judged: busy"
        print(f"| {need_name} | {true:,.1f} | {shown} | {sum(inside)} | {good} of {len(plans)} | {verdict} |")
    return held


def judged(name: str, given: argparse.Namespace) -> bool:
    """Plan a corpus with as many seeds as asked, run over it once, and print both."""
    with tempfile.TemporaryDirectory() as folder, corpus(name, given.data, Path(folder)) as inputs:
        idle = os.getloadavg()[0] < (os.cpu_count() or 1) / 2
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs", flush=True)
        seen = seen_of(given, name, inputs, Path(folder) / "out")
        sources, plans, options = find_sources(inputs), list[Plan](), {"workers": given.workers, "runner": given.runner}
        for seed in range(given.first, given.first + given.calls):
            before = _cpu()
            plans.append(make_plan(given.recipe, sources, share=given.share, seed=seed, **options))
            print(f"{name}, seed {seed}: {_cpu() - before:.1f} CPU s", flush=True)
        return table(name, plans, seen, idle=idle)


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=["docs", "web", "small", "http", "rows"])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="seed of the first call")
    parser.add_argument("--cache", type=Path, help="folder that keeps what the real runs took")
    parser.add_argument("--recipe", default="demo")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", default="local")
    given = parser.parse_args()
    results = [judged(name, given) for name in given.corpora]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
