"""An exchange of many rows by skewed keys: requests, bytes, CPU seconds and memory of each of its steps.

    python bench/exchange.py --rows 100000000 --workers 2

Rows are BANDs of 36 bytes. One key holds a tenth of them; the others follow Zipf's law with exponent 1: each of 60
octaves of keys has as many rows, so the most frequent key has a sixtieth. Map tasks write them, the exchange brings
them to partitions by hash, and one task for each partition counts them. Each step is a line of JSON; requests are those
that workers made for rows, `manifests` those for all else, `peak_mb` the largest resident set of any worker.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.progress import Reporter
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask, Task, execute, task_function
from yurai.exchange.levels import exchange
from yurai.exchange.route import MIN_READ, Route, by_hash
from yurai.exchange.row_files import Span, read_chunks, rows_file
from yurai.exchange.row_types import BAND
from yurai_manifests.canonical import fingerprint
from yurai_manifests.step import tasks
from yurai_manifests.store import LocalStore
from yurai_manifests.task import Attempt, StepId, TaskRecord

OCTAVES, HOT_SHARE, BLOCK = 60, 10, 1 << 17
MEMORY_LIMIT_MB, REQUEST_LIMIT = 1024, 4.0
SEEN: Counter[str] = Counter()
"""What this process asked of the store during one task."""


def mixed(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return splitmix64 of each key."""
    found = keys + np.uint64(0x9E3779B97F4A7C15)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


HOT = int(mixed(np.zeros(1, np.uint64))[0])


@dataclass(frozen=True)
class Write(Arguments):
    """Which map task it is, and how many rows it writes."""

    writer: int
    rows: int


@task_function("exchange:write")
def write(task: Task[Write], attempt: Attempt) -> TaskRecord:
    """Write the rows of one map task."""
    record = task.record()
    writer, count = task.args.writer, task.args.rows
    random = np.random.default_rng(writer)
    with rows_file(attempt, record) as out:
        for start in range(0, count, BLOCK):
            rows = np.zeros(min(BLOCK, count - start), BAND)
            keys = np.exp2(random.random(len(rows)) * OCTAVES).astype(np.uint64)
            numbers = np.arange(start, start + len(rows))
            keys[numbers % HOT_SHARE == 0] = 0
            rows["hash"], rows["node"]["shard"], rows["node"]["row"] = mixed(keys), writer, numbers
            out.write(rows)
    return record


@dataclass(frozen=True)
class Count(Arguments):
    """The spans of a partition, its number, and the route that rows came by."""

    spans: list[Span]
    number: int
    route: Route


@task_function("exchange:count")
def count(task: Task[Count], attempt: Attempt) -> TaskRecord:  # noqa: ARG001 - it writes no file
    """Count the rows of one partition, and those of the hot key.

    A row in the wrong partition, or before a row that precedes it, raises.
    """
    record = task.record()
    route, rows, hot, last = task.args.route, 0, 0, -1
    for span in task.args.spans:
        for chunk in read_chunks(span, BAND):
            order = (chunk["node"]["shard"].astype(np.int64) << 32) | chunk["node"]["row"]
            if (route.partition(chunk) != task.args.number).any() or (np.diff(order, prepend=last) <= 0).any():
                raise AssertionError(f"partition {task.args.number} has a row that is not its own, or out of order")
            rows, hot, last = rows + len(chunk), hot + int((chunk["hash"] == HOT).sum()), int(order[-1])
    record.index = {"counted": [rows, hot]}
    return record


def observe() -> None:
    """Let this process count what it asks of a LocalStore."""

    def counting(name: str, kind: str) -> None:
        whole = getattr(LocalStore, name)

        def counted(self: LocalStore, *args: Any) -> Any:  # noqa: ANN401 - any method of the store
            SEEN[kind] += 1
            if name == "read_range":
                SEEN["bytes read"] += args[2] - args[1]
            elif name == "put_file":
                SEEN["bytes written"] += Path(args[0]).stat().st_size
            return whole(self, *args)

        setattr(LocalStore, name, counted)

    for name in ("read_range", "put_file"):
        counting(name, "requests")
    for name in ("read", "put", "put_if_absent"):
        counting(name, "manifests")


def observed(task: AnyTask) -> tuple[str, dict[str, float]]:
    """Run a task; return its key and what it took: requests, bytes, CPU seconds, and the peak of memory since then."""
    SEEN.clear()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc(5): the peak begins anew
    before = time.process_time()
    key = execute(task).key
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return key, {**SEEN, "cpu_s": time.process_time() - before, "peak_mb": peak / 1024}


class Observing:
    """A runner of processes that adds up what their tasks took."""

    def __init__(self, workers: int) -> None:
        self.workers, self.took = workers, Counter[str]()
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=observe)

    def run(self, found: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, str]]:
        """Yield (number, key) of each task as it ends."""
        entries = iter(found)
        running: dict[Future[tuple[str, dict[str, float]]], int] = {}
        while True:
            while len(running) < 2 * self.workers and (entry := next(entries, None)):
                running[self._pool.submit(observed, entry[1])] = entry[0]
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED)[0]:
                key, took = future.result()
                self.took["tasks"] += 1
                for name, value in took.items():
                    self.took[name] = max(self.took[name], value) if name == "peak_mb" else self.took[name] + value  # type: ignore[assignment]
                yield running.pop(future), key

    def close(self, *, at_once: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=at_once)


def measured(name: str, runner: Observing, work: Any) -> Any:  # noqa: ANN401 - whatever a step returns
    """Do `work` and print what it took; return its result and requests."""
    runner.took.clear()
    wall = time.perf_counter()
    result = work()
    took = {key: round(value, 2) for key, value in sorted(runner.took.items())}
    moved = took.get("bytes read", 0) or took.get("bytes written", 0)
    speed = {"mb_per_cpu_s": round(moved / 1e6 / max(took["cpu_s"], 0.01), 1)}
    print(json.dumps({"step": name, "wall_s": round(time.perf_counter() - wall, 2), **took, **speed}), flush=True)
    return result, dict(took)


def bench(folder: Path, options: argparse.Namespace) -> int:
    """Run the three steps and print their sum; 1 if a limit was passed."""
    store, runner = LocalStore(folder), Observing(options.workers)
    identity = {"bench": "exchange", "rows": options.rows, "maps": options.maps}
    engine = Engine(store, runner, Reporter(quiet=True))
    steps = Steps(engine, StepId("00-bench", fingerprint(identity)), identity, options.memory)
    each, more = divmod(options.rows, options.maps)
    route = by_hash("hash", options.rows, "band", options.memory)
    if options.partitions:
        route = Route("hash", options.partitions)

    def mapped() -> Iterator[Write]:
        return (Write(number, each + (number < more)) for number in range(options.maps))

    def counted() -> Iterator[Count]:
        return (Count(spans, number, route) for number, spans in enumerate(moved))

    made, wrote = measured("map", runner, lambda: steps.reduce("map", write, mapped))
    start = time.perf_counter()
    moved, took = measured("exchange", runner, lambda: exchange(steps, "bands", [made], "band", route))
    found, read = measured("count", runner, lambda: steps.reduce("count", count, counted))
    wall = time.perf_counter() - start
    runner.close()
    rows, hot = (sum(task.index["counted"][which] for task in tasks(store, found)) for which in (0, 1))
    if (rows, hot) != (options.rows, sum(-(-args.rows // HOT_SHARE) for args in mapped())):
        raise AssertionError(f"{rows} rows arrived, {hot} of the hot key")
    all_of = {key: sum(one.get(key, 0) for one in (wrote, took, read)) for key in ("requests", "manifests")}
    share = all_of["requests"] / (options.rows * BAND.itemsize / MIN_READ)
    peak = max(took["peak_mb"], read["peak_mb"])
    driver = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = {"rows": rows, "hot_rows": hot, "partitions": route.count, **all_of, "requests_per_4_mib": round(share, 2)}
    total |= {"rows_per_s": round(rows / wall), "peak_mb": peak, "driver_peak_mb": round(driver, 1)}
    print(json.dumps({"step": "all", **total}), flush=True)
    return int(peak > MEMORY_LIMIT_MB or share > REQUEST_LIMIT)


def main() -> int:
    """Run the bench in a folder of its own, which is removed at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--maps", type=int, help="map tasks; one for each 100,000 rows (3.6 MB) unless said")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--partitions", type=int, help="so many, not what memory asks for")
    parser.add_argument("--memory", type=int, default=1 << 30, help="bytes that a task of a stage may hold")
    parser.add_argument("--folder", type=Path, help="where to write (three times the rows)")
    options = parser.parse_args()
    options.maps = options.maps or max(1, options.rows // 100_000)
    folder = Path(tempfile.mkdtemp(prefix="yurai-exchange-", dir=options.folder))
    need, free = 3 * options.rows * BAND.itemsize, shutil.disk_usage(folder).free
    try:
        if need > free:
            print(f"{folder}: {need:,} bytes needed, {free:,} free; choose another --folder", file=sys.stderr)
            return 2
        return bench(folder, options)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
