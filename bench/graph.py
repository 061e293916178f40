"""Decisions about one component larger than memory: rounds, bytes, time and memory, by shape and by `memory_bytes`.

    python bench/graph.py --shape tree --nodes 10000000 --memory-mib 1024

Shapes: `tree` (each document joined to a random one before it, and one in ten to a second), `path`, `star`. The keep
order is random, and so is the order of edges. Edges are written by one process; the decision then runs in another, all
its tasks one after the other, so its peak is that of the largest task, and `base` what it had before. Files are in the
page cache.
"""

import argparse
import json
import multiprocessing
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.engine.steps import Steps
from yurai.engine.task import Task, task_function
from yurai.exchange.levels import written
from yurai.exchange.row_files import read_chunks, rows_file
from yurai.exchange.row_types import DECISION, EDGE, EXACT, NODE, Rows, precedes
from yurai.stages.near_dedup.graph import names
from yurai.stages.near_dedup.graph_driver import decide
from yurai_manifests.step import StepRecord
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

BLOCK = 250_000


def nodes(numbers: np.ndarray[Any, Any]) -> Rows:
    rows = np.zeros(len(numbers), NODE)
    rows["shard"], rows["row"] = numbers >> 14, numbers & 0x3FFF
    rows["id_high"] = names(rows)
    rows["id_low"] = ~rows["id_high"]
    rows["rank"] = 1 + (rows["id_low"] % np.uint64(1000)) * np.uint64(10**9)
    return rows


@dataclass(frozen=True)
class Edges(Arguments):
    """The shape of the graph, its nodes, and which of them this task writes the edges of."""

    shape: str
    nodes: int
    first: int
    end: int


@task_function("graph:edges")
def edges(task: Task[Edges], attempt: Attempt) -> TaskRecord:
    record = task.record()
    first, end, shape = task.args.first, task.args.end, task.args.shape
    later = np.random.default_rng(0).permutation(np.arange(1, task.args.nodes))[first - 1 : end - 1]
    random = np.random.default_rng(first)
    earlier = {"tree": lambda: random.integers(0, later), "path": lambda: later - 1, "star": lambda: later * 0}[shape]()
    if shape == "tree":
        more = later[::10]
        later, earlier = np.concatenate([later, more]), np.concatenate([earlier, random.integers(0, more)])
    one, other = nodes(later), nodes(earlier)
    ahead = precedes(one, other)
    rows = np.zeros(len(one), EDGE)
    rows["a"], rows["b"] = np.where(ahead, one, other), np.where(ahead, other, one)
    rows["jaccard"], rows["by"] = 0.75, EXACT
    with rows_file(attempt, record) as out:
        out.write(rows)
    return record


def steps_of(folder: str, memory: int) -> Steps:
    engine = Engine(open_store(folder), LocalRunner(1), Reporter(quiet=True))
    return Steps(engine, StepId("bench", "f" * 64), {}, memory)


def prepare(folder: str, shape: str, count: int) -> StepRecord:
    def arguments() -> Iterator[Edges]:
        for first in range(1, count, BLOCK):
            yield Edges(shape, count, first, min(count, first + BLOCK))

    return steps_of(folder, 1 << 30).reduce("edges", edges, arguments)


def write_edges(folder: str, shape: str, count: int) -> None:
    prepare(folder, shape, count)


def measure(folder: str, shape: str, count: int, memory: int, said: Connection) -> None:
    steps = steps_of(folder, memory)
    found = prepare(folder, shape, count)  # committed by another process: read only
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.monotonic(), time.process_time()
    decided = decide(steps, [found])
    spent = {"wall": round(time.monotonic() - wall, 1), "cpu": round(time.process_time() - cpu, 1)}
    usage = {"base_mib": base >> 10, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}
    written_bytes = sum(out["bytes"] for record in steps.records for out in record.value["totals"]["outputs"].values())
    rounds = {match[0] for record in steps.records if (match := re.search(r"round-\d+", record.step.name))}
    facts = {"edges": found.output("rows"), "steps": len(steps.records), "rounds": len(rounds)}
    facts["peaks"] = peaks(Path(folder))
    facts["tasks"] = sum(record.value["totals"]["tasks"] for record in steps.records)
    said.send(facts | {"written_mib": written_bytes >> 20} | spent | usage | checked(steps, decided, count))


def peaks(folder: Path) -> dict[str, int]:
    """{step: the peak of the process in MiB when it ended}, where it rose."""
    seen = [
        json.loads(path.read_bytes()) | {"step": path.parts[-3]} for path in folder.glob("journal/*graph*/*/*.json")
    ]
    found: dict[str, int] = {}
    for entry in sorted(seen, key=lambda entry: entry["max_rss_kib"]):
        if entry["max_rss_kib"] >> 10 > max(found.values(), default=0):
            found[entry["step"].partition(".")[2]] = entry["max_rss_kib"] >> 10
    return found


def checked(steps: Steps, decided: list[StepRecord], count: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for record in decided:
        for span in written(steps.engine, record):
            for rows in read_chunks(span, DECISION):
                found.update(
                    documents=len(rows), gone=int(rows["gone"].sum()), whole=int((rows["size"] == count).sum())
                )
    assert found["documents"] == found["whole"] == count, found
    return dict(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=["tree", "path", "star"], default="tree")
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--memory-mib", type=float, nargs="+", default=[1024, 256])
    parser.add_argument("--folder", default=None, help="where trees are written and removed; the default is TMPDIR")
    args = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for memory in args.memory_mib:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            Path(folder).mkdir(exist_ok=True)
            writer = context.Process(target=write_edges, args=(folder, args.shape, args.nodes))
            writer.start()
            writer.join()
            receive, send = context.Pipe(duplex=False)
            asked = (folder, args.shape, args.nodes, int(memory * 2**20), send)
            process = context.Process(target=measure, args=asked)
            process.start()
            send.close()
            facts = {"shape": args.shape, "nodes": args.nodes, "memory_mib": memory} | receive.recv()
            process.join()
            print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
