"""Speed and quality of the stage `near-dedup` alone, over Parquet files, as one command in processes of its own.

    python bench/dedup.py --documents 100000 --shards 16 --workers 1 --verify exact
    python bench/dedup.py --documents 100000 --scaling 1,2

With one worker all runs on one core, one thread a library. CPU seconds are those of all processes, from the start of
Python to the end of the command: reading, signatures, verification, files, manifests. GB are 1e9 bytes of text. Data
and truth are those of `dedup_data.py`; `dedup_peers.py` puts other tools over the same.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from dedup_data import Data, measured, prepare, quality, similarities

from yurai.exchange.row_types import EDGE
from yurai_manifests.run import load_run
from yurai_manifests.step import outputs
from yurai_manifests.store import open_store

STAGE = "near-dedup"
YURAI = [sys.executable, "-c", "from yurai.cli import main; main()"]
PASSED = ("preset", "verify", "threshold", "spare", "keep", "memory_bytes")
VERIFYING = (".estimate", ".arrive", ".exact", ".meet")
"""Steps whose output `rows` is verified pairs."""
GOALS = {"gb_per_hour_core": 40.0, "speedup": 1.8, "exact": 0.99, "estimate": 0.92}


def command(data: Data, out: Path, workers: int, options: argparse.Namespace) -> list[str]:
    """Return the command that runs the stage; options not given are left to their defaults."""
    given = [(name, getattr(options, name)) for name in PASSED]
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in given if value is not None]
    flags += [f"--runner={options.runner}", f"--workers={workers}", "--no-report", f"--output={out}"]
    flags += ["--keep-work"]  # the pairs are read from it
    return [*YURAI, STAGE, *flags, *(f"--input={path}" for path in data.shards)]


def dropped(out: Path) -> dict[str, tuple[str, float, str]]:
    """Return {id of a dropped document: (id of the kept one, similarity as recorded, how it was found)}."""
    table = pq.read_table(out / "dropped", columns=["doc_id", "kept_doc_id", "jaccard", "jaccard_by"])
    return {gone: (kept, similar, by) for gone, kept, similar, by in zip(*table.to_pydict().values(), strict=True)}


def recorded(rows: dict[str, tuple[str, float, str]], exact: dict[str, float]) -> dict[str, Any]:
    """Return how far the recorded similarities are from the exact ones: rows, mean and worst error of each way."""
    found = {}
    for way in sorted({by for _, _, by in rows.values()}):
        errors = [abs(similar - exact[gone]) for gone, (_, similar, by) in rows.items() if by == way]
        mean = round(sum(errors) / len(errors), 4)
        found[way] = {"rows": len(errors), "mean_error": mean, "worst_error": round(max(errors), 4)}
    return found


def both_kept(out: Path, gone: Container[str]) -> dict[str, int]:
    """Return how many pairs were verified, and of how many both documents stayed."""
    store = open_store(str(out))
    steps = [step for step in load_run(store).steps(store) if step.step.name.endswith(VERIFYING)]
    paths = sorted({output.path for step in steps for _, output in outputs(store, step, "rows")})
    edges = np.concatenate([np.zeros(0, EDGE), *(np.fromfile(out / path, EDGE) for path in paths)])
    ids = [[f"{high:016x}{low:016x}" for high, low in edges[end][["id_high", "id_low"]].tolist()] for end in ("a", "b")]
    pairs = set(zip(*ids, strict=True))
    return {"verified_pairs": len(pairs), "verified_both_kept": sum(a not in gone and b not in gone for a, b in pairs)}


def by_step(out: Path) -> dict[str, dict[str, float]]:
    """Return seconds and MB of each step; it lasts from the last file of the step before to its own last file."""
    found: dict[str, dict[str, float]] = {}
    before = 0.0
    ended = {step: _ended(step) for step in (out / ".work").iterdir() if (step / "data").is_dir()}
    for step, end in sorted(ended.items(), key=lambda entry: entry[1]):
        size = sum(path.stat().st_size for path in (step / "data").rglob("*.*"))
        # the first one's beginning is not known: Python starts and inputs are hashed before it
        found[step.name] = {"s": round(end - before, 1) if before else 0.0, "mb": round(size / 1e6, 1)}
        before = end
    return found


def _ended(step: Path) -> float:
    return max((path.stat().st_mtime for path in (step / "data").rglob("*.*")), default=step.stat().st_mtime)


def written(out: Path) -> dict[str, float]:
    """Return MB of the whole tree, work files too, each file counted once, and of the rows that it delivers."""
    sizes = {stat.st_ino: stat.st_size for path in out.rglob("*") if path.is_file() for stat in [path.stat()]}
    rows = [path.stat().st_size for name in ("documents", "dropped") for path in (out / name).glob("*.parquet")]
    return {"written_mb": round(sum(sizes.values()) / 1e6, 1), "delivered_mb": round(sum(rows) / 1e6, 1)}


def bench(data: Data, workers: int, options: argparse.Namespace, *, judge: bool = True) -> dict[str, Any]:
    """Run the stage once and return what it took and how good it was."""
    folder = Path(tempfile.mkdtemp(prefix="yurai-dedup-", dir=options.data))
    try:
        out = folder / "out"
        took = measured(command(data, out, workers, options), folder / "log", cores=workers)
        rows = dropped(out)
        found = {"tool": STAGE, "workers": workers, **took.rates(data.about), **written(out), "steps": by_step(out)}
        if judge:
            named = {gone: kept for gone, (kept, _, _) in rows.items()}
            exact = similarities(data, named)
            found |= quality(data, named, exact, options.threshold or 0.8)
            found |= {"recorded": recorded(rows, exact), **both_kept(out, rows)}
        found["digest"] = load_run(open_store(str(out))).digest
    finally:
        if not options.keep_output:
            shutil.rmtree(folder)
    return found


def scaling(data: Data, workers: Sequence[int], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run with each number of workers, in turns, and return the best wall time of each and its ratio to the first."""
    runs: dict[int, list[dict[str, Any]]] = {count: [] for count in workers}
    for _ in range(options.repeats):
        for count in workers:
            runs[count].append(bench(data, count, options, judge=False))
    best = [min(found, key=lambda run: run["wall_s"]) for found in runs.values()]
    if len({run["digest"] for found in runs.values() for run in found}) != 1:
        raise AssertionError("the digest changes with the number of workers")
    return [run | {"speedup": round(best[0]["wall_s"] / run["wall_s"], 2)} for run in best]


def arguments() -> argparse.ArgumentParser:
    """Return the options; those of the stage are passed on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--runner", choices=("local", "ray"), default="local")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "yurai-bench")
    parser.add_argument("--scaling", type=lambda text: [int(part) for part in text.split(",")], default=[])
    parser.add_argument("--repeats", type=int, default=1, help="runs of each number of workers under --scaling")
    parser.add_argument("--json", action="store_true", help="one line of JSON a run")
    parser.add_argument("--keep-output", action="store_true", help="leave the output tree beside the data")
    for name in PASSED:
        kind = float if name == "threshold" else str
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help="as the stage has it")
    return parser


def show(found: dict[str, Any], *, as_json: bool) -> None:
    """Print one run: a line of JSON, or a line a figure."""
    if as_json:
        print(json.dumps(found), flush=True)
        return
    for name, value in found.items():
        print(f"{name:24}{'' if isinstance(value, dict) else value}")
        for key, part in value.items() if isinstance(value, dict) else ():
            print(f"    {key:32}{'  '.join(f'{k} {v}' for k, v in part.items()) if isinstance(part, dict) else part}")
    print(flush=True)


def main() -> int:
    """Make the data, run, print; 1 if a verified pair stayed or a goal for its numbers was missed."""
    options = arguments().parse_args()
    data = prepare(options.data, options.documents, options.shards)
    show({"data": data.folder.name, **data.about}, as_json=options.json)
    runs = scaling(data, options.scaling, options) if options.scaling else [bench(data, options.workers, options)]
    missed = []
    for run in runs:
        show(run, as_json=options.json)
        missed += misses(run, options)
    sys.stderr.writelines(f"{line}\n" for line in missed)
    return 1 if missed else 0


def misses(run: dict[str, Any], options: argparse.Namespace) -> list[str]:
    """Return what is below its goal: speed on one core, speed-up on two, precision, pairs left standing."""
    found = []
    if run["workers"] == 1 and run["gb_per_hour_core"] < GOALS["gb_per_hour_core"]:
        found.append(f"{run['gb_per_hour_core']} GB an hour on one core, goal {GOALS['gb_per_hour_core']}")
    if run.get("speedup") and run["workers"] == 2 and run["speedup"] < GOALS["speedup"]:
        found.append(f"two workers are {run['speedup']} times one, goal {GOALS['speedup']}")
    precision = run.get("precision_named", {}).get(str(options.threshold or 0.8))
    verify = options.verify or "exact"
    if precision is not None and precision < GOALS[verify]:
        found.append(f"precision {precision} with --verify {verify}, goal {GOALS[verify]}")
    if run.get("verified_both_kept"):
        found.append(f"{run['verified_both_kept']} verified pairs have both documents kept")
    return found


if __name__ == "__main__":
    sys.exit(main())
