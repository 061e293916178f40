"""Measure what a driver spends on each task, small versions of it, in processes of their own; see `bench/crawls.py`."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import million

from yurai.sources.find import find_sources
from yurai_manifests.store import LocalStore
from yurai_manifests.task import StepId

HERE = Path(__file__).resolve().parent
KEY = "crawl-data/CC-MAIN-{}/segments/1754151579063.98/warc/CC-MAIN-20250815204238-20250815234238-{:05}.warc.gz\n"
CRAWL = 90_000
IN_FLIGHT = 1_000, 40_000


@dataclass(frozen=True, slots=True)
class Line:
    """A cost at two sizes: what one task more adds, and how far from linear the growth is."""

    name: str
    sizes: tuple[int, int]
    values: tuple[float, float]

    @property
    def slope(self) -> float:
        """Return what a task adds; never less than nothing."""
        return max(0.0, (self.values[1] - self.values[0]) / (self.sizes[1] - self.sizes[0]))

    @property
    def base(self) -> float:
        """Return what no task takes."""
        return max(0.0, self.values[0] - self.slope * self.sizes[0])

    @property
    def growth(self) -> float:
        """Return the cost of a task at the larger size over that at the smaller one: 1 is linear from zero."""
        return (self.values[1] / self.sizes[1]) / (self.values[0] / self.sizes[0])


def asked(script: str, *arguments: str) -> list[dict[str, Any]]:
    """Run a bench, and return the JSON lines that it printed; how it ended says only whether its own limits held."""
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not found:
        raise SystemExit(f"{' '.join(command)} printed no result and ended with {done.returncode}")
    return found


def memory(name: str) -> float:
    """Return a figure of this process's /proc/self/status, MB."""
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith(name)) / 1024


def list_sources(count: int) -> dict[str, Any]:
    """Read path lists of 90,000 lines each, as a run does before its first task; nothing is asked of a network."""
    with tempfile.TemporaryDirectory(prefix="yurai-crawls-") as folder:
        lists = []
        for first in range(0, count, CRAWL):
            lists.append(Path(folder) / f"{first:08}.paths")
            lines = (KEY.format(first, number) for number in range(min(CRAWL, count - first)))
            lists[-1].write_text("".join(lines), "ascii")
        before, started = memory("RssAnon"), time.process_time()
        found = find_sources([str(path) for path in lists], ask=0)
        spent = time.process_time() - started
        return {"tasks": len(found), "cpu_s": spent, "mb": memory("RssAnon") - before}


def look(count: int) -> dict[str, Any]:
    """Ask Ray which of `count` tasks in flight have ended; they wait for a resource that nobody has."""
    import ray  # noqa: PLC0415 - the other measurements do without

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="error")
    waiting = ray.remote(resources={"nobody-has": 1})(lambda: "")
    references = [waiting.remote() for _ in range(count)]
    ray.wait(references, num_returns=1, timeout=0)
    started = time.process_time()
    for _ in range(10):
        ray.wait(references, num_returns=1, timeout=0)
    return {"tasks": count, "cpu_ms": 100 * (time.process_time() - started)}


def manifests(count: int) -> dict[str, float]:
    """Return bytes of task manifests and of commits, for each task, and bytes of the root for each part."""
    with tempfile.TemporaryDirectory(prefix="yurai-crawls-") as folder:
        store = LocalStore(Path(folder))
        million.write_tasks(store, count)
        root = million.commit(store, count)
        step: StepId = million.STEP
        size = {part: sum(size for _, size in store.list(f"{step.folder}/{part}")) for part in ("tasks", "commits")}
        listed = len(store.read(root.key))
        return {
            "manifest_bytes": size["tasks"] / count,
            "part_bytes": (size["commits"] - listed) / count,
            "root_bytes_a_part": len(json.dumps(root.value["parts"], separators=(",", ":"))) / len(root.value["parts"]),
        }


def measured(tasks: tuple[int, int], driven: tuple[int, int], runner: str) -> dict[str, Line]:
    """Return each cost by its name, with what it is of."""
    scans = [{one["phase"]: one for one in asked("million.py", "--shards", str(count))} for count in tasks]
    drives = [asked("driver.py", "--tasks", str(count), "--runners", runner)[0] for count in driven]
    lists = [asked("crawls.py", "--measure", "sources", "--count", str(count))[0] for count in tasks]
    looks = [asked("crawls.py", "--measure", "look", "--count", str(count))[0] for count in IN_FLIGHT]

    def line(name: str, sizes: tuple[int, int], found: list[float]) -> Line:
        return Line(name, sizes, (found[0], found[1]))

    lines = [
        line("read path lists, CPU s", tasks, [one["cpu_s"] for one in lists]),
        line("read path lists, MB", tasks, [one["mb"] for one in lists]),
        line("hand out and hear, CPU s", driven, [one["driver_cpu_ms_a_task"] * one["tasks"] / 1000 for one in drives]),
        line("scan and commit, CPU s", tasks, [one["resume-first"]["cpu_s"] for one in scans]),
        line("scan and commit, MB", tasks, [one["resume-first"]["peak_mb"] for one in scans]),
        line("audit, CPU s", tasks, [one["audit"]["cpu_s"] for one in scans]),
        line("audit, MB", tasks, [one["audit"]["peak_mb"] for one in scans]),
        line("one look at tasks in flight, CPU ms", IN_FLIGHT, [one["cpu_ms"] for one in looks]),
    ]
    return {one.name: one for one in lines}
