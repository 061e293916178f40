"""The cost model of near-dedup against a run: CPU seconds of each step, and its constants measured anew.

    python bench/dedup_costs.py --documents 200000 --shards 16           each step, said and taken, and their ratio
    python bench/dedup_costs.py --documents 50000 --shards 8 --fit       the constants of yurai.plan.traffic.Measured

Data are those of `dedup_data.py`, the run that of `dedup.py`: one core, one thread a library. CPU seconds of tasks are
those of the tree's journal, of the whole command the kernel's. The model is told what the run found (pairs, how many
are in doubt, pass, go), since that is the corpus's and not the model's. On a busy machine all seconds are more.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from dedup import PASSED, command
from dedup_data import Data, measured, prepare

from yurai.exchange.row_types import CHECK, PAIR, UNDECIDED
from yurai.plan.costs import audit_seconds
from yurai.plan.near_cost import Corpus, cost
from yurai.plan.traffic import Measured, Step
from yurai.stages.near_dedup.pair_judge import bands_met, unique_pairs
from yurai.stages.near_dedup.presets import PRESETS, Preset
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.signature import estimate, permutations
from yurai.stages.near_dedup.texts import SCHEMES
from yurai.stages.shingles.hashes import Shingling, shingle_blocks
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import load_run
from yurai_manifests.step import outputs
from yurai_manifests.store import open_store

SAMPLE = 10_000
"""Documents whose text is read, shingled and signed in this process, to tell what step `sign` is made of."""
SMALL = 1000
"""Documents of the run that tells what starting takes."""
ONE = {"graph-decide": "decide", "rows": "roots", "keys": "roots", "places": "roots", "spans": "roots"}


def seconds(out: Path) -> dict[str, tuple[int, float]]:
    """Return tasks and CPU seconds of each step, named as the model names it."""
    found: dict[str, tuple[int, float]] = {}
    for path in out.glob("journal/*/*/*.json"):
        entry = orjson.loads(path.read_bytes())
        if "cpu_seconds" in entry:
            name = path.parts[-3].partition("-")[2].rpartition(".")[2]
            name = ONE.get(name, name)
            count, taken = found.get(name, (0, 0.0))
            found[name] = (count + 1, taken + sum(entry["cpu_seconds"].values()))
    return found


def rows(out: Path, step: str, name: str, kind: np.dtype[Any]) -> Any:  # noqa: ANN401 - an array of records
    store = open_store(str(out))
    wanted = [one for one in load_run(store).steps(store) if one.step.name.endswith(step)]
    paths = sorted({found.path for one in wanted for _, found in outputs(store, one, name)})
    return np.concatenate([np.zeros(0, kind), *(np.fromfile(out / path, kind) for path in paths)])


def corpus(data: Data, out: Path) -> Corpus:
    """Return what the run was over, and the shares that it found."""
    documents, size = data.about["documents"], data.about["text_bytes"]
    pairs = len(unique_pairs(rows(out, ".candidates", "rows", PAIR)))
    checks = np.concatenate([rows(out, step, "checks", CHECK) for step in (".estimate", ".arrive")])
    doubtful = int((checks["said"] == UNDECIDED).sum())
    gone = sum(pq.read_metadata(path).num_rows for path in (out / "dropped").glob("*.parquet"))
    return Corpus(
        documents,
        size / documents,
        len(data.shards),
        duplicates=gone / documents,
        pairs=pairs / documents,
        doubtful=doubtful / max(pairs, 1),
        verified=gone / max(pairs, 1),
    )


def ran(data: Data, folder: Path, options: argparse.Namespace) -> tuple[Path, float]:
    """Run the command; return its tree, and its CPU seconds."""
    out = folder / "out"
    return out, measured(command(data, out, 1, options), folder / "log", cores=1).cpu_s


def taken(out: Path, whole: float) -> dict[str, tuple[int, float]]:
    """Return tasks and CPU seconds of each step, of the audit, and what is left around tasks."""
    found = seconds(out)
    audit = audit_seconds(str(out))
    around = whole - audit - sum(each for _, each in found.values())
    return found | {"audit": (1, audit), "around": (sum(count for count, _ in found.values()), around)}


def clocked(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of three times."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def parts_of_sign(data: Data, preset: Preset) -> dict[str, float]:
    """Return the constants of reading, shingling, signing and comparing, each clocked alone."""
    path = data.shards[0]
    batches = list(read_rows(path, ["text", "lang"]))[: max(1, SAMPLE // 1024)]
    size = sum(cast("pa.StringArray", batch.column("text")).nbytes for batch in batches)
    share = sum(batch.num_rows for batch in batches) / pq.read_metadata(path).num_rows
    shingling = Shingling("words", preset.words, preset.characters)

    def blocks() -> list[Any]:
        return [block for batch in batches for block in shingle_blocks(batch.column("text"), None, shingling)]  # type: ignore[arg-type]

    made, count = blocks(), preset.hashes
    permutations(count)
    shingles = sum(len(block.values) for block in made)
    one, other = (np.zeros((1 << 15, count), np.uint32) for _ in range(2))

    def signed(scheme: str) -> float:
        return clocked(lambda: [SCHEMES[scheme](block.values, block.bounds, count) for block in made])  # type: ignore[index]

    long = max(1.0, count * np.log(count) / (shingles / sum(len(block.documents) for block in made)))
    return {
        "scanned": size / share / clocked(lambda: list(read_rows(path, ["text", "lang"]))),
        "text": size / clocked(blocks),
        "permuted": shingles * count / signed("minhash"),
        "drawn": shingles * np.ceil(long) / signed("fast-similarity"),
        "compared": 2 * one.nbytes / clocked(lambda: (estimate(one, other), bands_met(one, other, preset.bands))),
        "word": size / shingles,
    }


def fitted(
    found: Corpus, said: tuple[Step, ...], took: dict[str, tuple[int, float]], small: dict[str, tuple[int, float]]
) -> Measured:
    """Return the constants that steps of a run give; `small` are those of a run of next to nothing."""
    steps, documents, each_bytes = {step.name: step for step in said}, found.documents, found.document_bytes
    delivered = sum(good.bytes for good in steps["deliver"].gives[:2])
    moves = [step for step in said if step.exchange]
    checks = sum(good.bytes for name in ("estimate", "arrive") for good in steps[name].gives if "checks" in good.name)
    read = 2 * steps["exact"].takes[0].bytes / Measured().scanned
    compared = sum(took[name][1] for name in ("exact", "meet")) - read
    tasks, around = (took["around"][0] - small["around"][0], took["around"][1] - small["around"][1])
    each = max(0.0, around / tasks)
    return Measured(
        moved=sum(step.written for step in moves) / sum(took[step.name][1] for step in moves),
        sorted=steps["candidates"].takes[0].bytes / took["candidates"][1],
        judged=2 * checks / CHECK.itemsize * each_bytes / compared,
        decided=sum(good.bytes for good in steps["decide"].takes) / 40 / took["decide"][1],
        applied=documents / took["apply"][1],
        delivered=delivered / took["deliver"][1],
        rooted=delivered / took["roots"][1],
        audited=delivered / took["audit"][1],
        task=each,
        started=max(0.0, small["around"][1] - each * small["around"][0]),
    )


def lines(said: tuple[Step, ...], took: dict[str, tuple[int, float]]) -> Iterator[str]:
    """Yield a line a step: tasks and seconds as the model says and as the run had them."""
    yield f"{'step':14} {'tasks':>11} {'said s':>9} {'took s':>9} {'said / took':>12}"
    for step in said:
        count, taken_s = took.get(step.name, (0, 0.0))
        ratio = f"{step.seconds / taken_s:12.2f}" if taken_s else ""
        yield f"{step.name:14} {step.tasks:5} {count:5} {step.seconds:9.2f} {taken_s:9.2f} {ratio}"
    left = {name: each for name, each in took.items() if name not in {step.name for step in said}}
    for name, (count, taken_s) in left.items():
        yield f"{name:14} {'-':>5} {count:5} {'':9} {taken_s:9.2f}"
    all_said, all_took = sum(step.seconds for step in said), sum(each for _, each in took.values())
    yield f"{'all':14} {'':11} {all_said:9.2f} {all_took:9.2f} {all_said / all_took:12.2f}"


def main() -> int:
    """Run, compare, and print; with --fit print the constants too. 1 if the whole is more than a fifth off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "yurai-bench")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="fineweb")
    parser.add_argument("--fit", action="store_true", help="measure the constants, and compare the model with them too")
    options = parser.parse_args()
    options.runner = "local"
    for name in {*PASSED} - {"preset"}:
        setattr(options, name, None)
    preset = NearDedup(preset=options.preset).resolved
    data = prepare(options.data, options.documents, options.shards)
    with tempfile.TemporaryDirectory(dir=options.data) as name:
        out, whole = ran(data, Path(name), options)
        took, found = taken(out, whole), corpus(data, out)
    print(found)
    speed = Measured()
    said = cost(found, preset, texts=NearDedup().judge.texts)
    if options.fit:
        little = prepare(options.data, SMALL, 1)
        with tempfile.TemporaryDirectory(dir=options.data) as name:
            out, least = ran(little, Path(name), options)
            small = taken(out, least)
        speed = replace(fitted(found, said.steps, took, small), **parts_of_sign(data, preset))
        for each in fields(Measured):
            if each.metadata["by"] == "measured":
                print(f"{each.name:10} {getattr(speed, each.name):18,.10g}  {each.metadata['is']}")
        said = cost(found, preset, texts=NearDedup().judge.texts, measured=speed)
    print("\n".join(lines(said.steps, took)), flush=True)
    return 0 if abs(said.cpu_hours * 3600 / whole - 1) <= 0.2 else 1


if __name__ == "__main__":
    sys.exit(main())
