"""A step of a million shards: how long its resume scan, its commit and its audit take, and in how much memory.

    python bench/million.py --shards 1000000

Task manifests of realistic size (two outputs, four stages with reasons; about 1.4 kB) are written first, without
syncing and without being timed. Each measurement then runs in a process of its own; files are in the page cache.
`resume-first` scans a step whose tasks are all done but which is not committed, so it commits too; `resume-again`
scans the committed step. Each line of the result is JSON: wall seconds, CPU seconds and peak resident MB.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from yurai.engine.ended import Ended
from yurai.engine.engine import Engine
from yurai.engine.progress import Reporter
from yurai.engine.task import AnyTask, Task
from yurai.stages.map_tasks import Measure, measure_shard
from yurai_manifests.audit import audit
from yurai_manifests.canonical import canonical, fingerprint, sha256
from yurai_manifests.counts import StageCounts
from yurai_manifests.run import RUN, content_digest
from yurai_manifests.schema import SCHEMA_VERSION
from yurai_manifests.step import StepRecord, commit_step
from yurai_manifests.store import LocalStore
from yurai_manifests.task import Output, StepId, TaskRecord

IDENTITY = {"bench": "million"}
STEP = StepId("00-extract", fingerprint(IDENTITY))
PHASES = ("commit", "resume-again", "audit", "resume-first")
LIMIT_SECONDS, LIMIT_MB = 60.0, 500.0


def task_key(number: int) -> str:
    """Return the key of task `number`."""
    return hashlib.sha256(b"task %d" % number).hexdigest()


def task_record(number: int) -> TaskRecord:
    """Return what a task over one web archive of 35,000 pages says."""
    key, pages = task_key(number), 35_000 + number % 1000
    missing, broken, binary, empty = 1000 + number % 97, number % 5, 500 + number % 11, 300 + number % 7
    read = pages - missing - broken
    kept = read - binary - empty
    return TaskRecord(
        key,
        f"crawl-data/CC-MAIN-2025-33/segments/1754151579063.98/warc/CC-MAIN-20250815204238-{number:08}.warc.gz",
        hashlib.sha256(key.encode()).hexdigest(),
        outputs=[
            Output(name, f".work/00-extract/data/{key[:2]}/{key}.parquet", key, rows * 900, rows, rows * 4000)
            for name, rows in (("extracted", kept), ("dropped", pages - kept))
        ],
        stages=[
            StageCounts("read", pages, read, Counter({"http-404": missing}), Counter({"body-incomplete": broken})),
            StageCounts("extract", read, kept, Counter({"no-handler:application/pdf": binary, "no-text": empty})),
            StageCounts("language", kept, kept),
            StageCounts("measure", kept, kept, notes=Counter({"not-judged": number % 13})),
        ],
        other_records=Counter(request=pages, metadata=pages, warcinfo=1),
        file_bytes=1_000_000_000 + number,
        record_bytes=1_000_000_000 + number,
    )


def write_tasks(store: LocalStore, shards: int) -> None:
    """Write the manifests in canonical form; nothing is synced: this is not what is measured."""
    dump = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
    if dump(task_record(7).json()).encode() != canonical(task_record(7).json()):
        raise AssertionError("the generator's JSON is not canonical")
    for number in range(256):
        (store.root / STEP.folder / "tasks" / f"{number:02x}").mkdir(parents=True)
    for number in range(shards):
        record = task_record(number)
        descriptor = os.open(f"{store.url}/{STEP.task_key(record.key)}", os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(descriptor, dump(record.json()).encode())
        os.close(descriptor)


def commit(store: LocalStore, shards: int) -> StepRecord:
    """Commit the step."""
    return commit_step(store, STEP, IDENTITY, [task_key(number) for number in range(shards)])


class NoTasks:
    """A runner that refuses to run anything."""

    workers = 1

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        """Raise if a task is asked for."""
        for number, task in tasks:
            raise AssertionError(f"task {number} ({task.source}) would be run again")
        return iter(())

    def close(self) -> None:
        """Nothing was started."""


def resume(store: LocalStore, shards: int) -> StepRecord:
    """Run the step again, all of whose tasks are done."""

    def expected() -> Iterator[AnyTask]:
        for number in range(shards):
            yield Task(measure_shard, STEP, store.url, f"source {number}", Measure(()), task_key(number))

    return Engine(store, NoTasks(), Reporter(quiet=True)).step(STEP, IDENTITY, expected, shards)


def write_run(store: LocalStore, record: StepRecord) -> None:
    """Write the run.json that ends a run of this one step, which delivered nothing."""
    counts = record.stages
    totals = {
        "candidates": counts[0].seen,
        "kept": counts[-1].kept,
        "dropped": sum(stage.dropped.total() for stage in counts),
        "failed": sum(stage.failed.total() for stage in counts),
        "tokens": 0,
        "shards": 0,
        "other_records": record.value["totals"]["other_records"],
    }
    value = {
        "schema_version": SCHEMA_VERSION,
        "recipe": {"stages": [], "sources": []},
        "fingerprint": STEP.fingerprint,
        "steps": [{"step": STEP.name, "manifest": record.key, "sha256": record.sha256}],
        "sources": {"count": record.value["totals"]["tasks"], "bytes": record.value["totals"]["bytes"]["files"]},
        "carried": {},
        "counts": [stage.json() for stage in counts],
        "totals": totals,
        "files": {},
        "digest": content_digest({}),
        "code": {},
    }
    store.put(RUN, canonical(value))


def audited(store: LocalStore, shards: int) -> dict[str, Any]:
    """Audit the tree; the only findings may be about what a bare step lacks: rows, roots, a seal, a plan."""
    found = audit(store)
    wrong = [finding for finding in found.findings if finding.check not in ("rows", "dropped", "seal", "plan", "roots")]
    if wrong or found.totals["candidates"] < shards:
        raise AssertionError(f"the audit found {wrong[:3]}")
    return found.totals


def measure(phase: str, store: LocalStore, shards: int) -> dict[str, Any]:
    """Run one phase in this process and return what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    if phase == "audit":
        result = sha256(canonical(audited(store, shards)))
    else:
        result = (commit if phase == "commit" else resume)(store, shards).sha256
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    # VmHWM and not ru_maxrss: the latter begins with what the parent process had
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return {
        "phase": phase,
        **{name: round(value, 2) for name, value in spent.items()},
        "peak_mb": peak / 1024,
        "result": result,
    }


def prepare(phase: str, store: LocalStore, shards: int) -> None:
    """Bring the tree into the state that `phase` starts from."""
    if phase == "audit":
        write_run(store, commit(store, shards))
    elif phase == "resume-first":
        shutil.rmtree(store.root / STEP.folder / "commits")


def main() -> int:
    """Write the tasks, run each phase in its own process, print the results; 1 if a limit was passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="tree of an earlier --keep, whose tasks are measured again")
    parser.add_argument("--keep", action="store_true", help="leave the tree there")
    parser.add_argument("--phase", choices=PHASES, help="measure this alone, in this process")
    options = parser.parse_args()
    root = options.folder or Path(tempfile.mkdtemp(prefix="yurai-million-"))
    store = LocalStore(root)
    if options.phase:
        print(json.dumps(measure(options.phase, store, options.shards)))
        return 0
    try:
        return run(store, options.shards)
    finally:
        if not options.keep:
            shutil.rmtree(root)


def run(store: LocalStore, shards: int) -> int:
    """Measure all phases over the tree at `store`."""
    if not (store.root / STEP.folder / "tasks").exists():
        started = time.perf_counter()
        write_tasks(store, shards)
        print(
            json.dumps({"phase": "generate", "shards": shards, "wall_s": round(time.perf_counter() - started, 2)}),
            flush=True,
        )
    shutil.rmtree(store.root / STEP.folder / "commits", ignore_errors=True)
    late = 0
    for phase in PHASES:
        prepare(phase, store, shards)
        command = [sys.executable, __file__, "--shards", str(shards), "--folder", store.url, "--phase", phase]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(json.dumps(found), flush=True)
        late += found["wall_s"] > LIMIT_SECONDS or found["peak_mb"] > LIMIT_MB
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
