"""What a driver takes for each task: CPU, memory, files and bytes of manifests, by runner.

    python bench/driver.py [--tasks 4000] [--runners local ray]

Tasks write 64 bytes each, so what is left is the driver's own: it names the tasks, hands them to workers, hears of
their ends, and commits the step. CPU is of the process of the driver alone, without that of workers or of Ray.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ["PYTHONPATH"] = os.pathsep.join([sys.path[0], os.environ.get("PYTHONPATH", "")])

from driver_task import Nothing, small

from yurai.api.runners import open_runner
from yurai.engine.engine import Engine
from yurai.engine.progress import Reporter
from yurai.engine.task import AnyTask, Task, task_key
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.store import LocalStore
from yurai_manifests.task import StepId

IDENTITY: dict[str, Json] = {"bench": "driver"}
STEP = StepId("00-driver", fingerprint(IDENTITY))


def tasks(store: LocalStore, count: int) -> Iterator[AnyTask]:
    """Yield tasks over sources with names as long as those of Common Crawl."""
    for number in range(count):
        source = f"crawl-data/CC-MAIN-2025-33/segments/1754151579063.98/warc/CC-MAIN-20250815204238-{number:08}.warc.gz"
        yield Task(small, STEP, store.url, source, Nothing(), task_key(STEP, source, f"{number:064x}"))


def resident() -> float:
    """Return the anonymous memory of this process, MB."""
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("RssAnon")) / 1024


def measure(runner: str, count: int) -> dict[str, Json]:
    """Run a step of so many tasks, and return what it took."""
    with tempfile.TemporaryDirectory(prefix="yurai-driver-") as folder, open_runner(runner, 2, "local") as ready:
        store = LocalStore(Path(folder))
        engine = Engine(store, ready, Reporter(quiet=True))
        engine.step(StepId("00-warm", STEP.fingerprint), IDENTITY, lambda: tasks(store, 0), 0)
        wall, cpu, memory = time.perf_counter(), time.process_time(), resident()
        engine.step(STEP, IDENTITY, lambda: tasks(store, count), count)
        spent = time.process_time() - cpu
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        manifests = sum(path.stat().st_size for path in files if "/tasks/" in str(path) or "/commits/" in str(path))
        return {
            "runner": runner,
            "tasks": count,
            "driver_cpu_ms_a_task": round(1000 * spent / count, 3),
            "wall_ms_a_task": round(1000 * (time.perf_counter() - wall) / count, 3),
            "driver_bytes_a_task": round((resident() - memory) * (1 << 20) / count),
            "files_a_task": round(len(files) / count, 2),
            "manifest_bytes_a_task": round(manifests / count),
        }


def main() -> None:
    """Measure each runner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=4_000)
    parser.add_argument("--runners", nargs="+", default=["local", "ray"])
    options = parser.parse_args()
    for runner in options.runners:
        sys.stdout.write(json.dumps(measure(runner, options.tasks)) + "\n")


if __name__ == "__main__":
    main()
