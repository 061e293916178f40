"""Runs over the sample crawl, and what tests ask of processes and trees."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sample_expectations import SAMPLE
from yurai.declare.stage import STAGES
from yurai.engine.engine import Runner
from yurai.engine.local import LocalRunner
from yurai.run.recipe import Recipe, load_recipe, make_recipe, shipped
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from yurai.engine.ended import Ended
    from yurai.engine.progress import Reporter
    from yurai.engine.task import Task

ARCHIVES = [path for path in sorted(SAMPLE.iterdir()) if path.name != "expected.jsonl"]
SMALL = [SAMPLE / "sample-02.warc.zst", SAMPLE / "sample-03.warc.wet.gz", SAMPLE / "sample.arc"]
YURAI = [sys.executable, "-c", "from yurai.cli import script; script()"]
PATIENCE = 60.0


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def run(
    out: Path | str,
    inputs: Iterable[Path | str] = (SAMPLE,),
    *,
    runner: Runner | None = None,
    recipe: Recipe | str = "demo",
    rebuild: bool = False,
    reporter: Reporter | None = None,
) -> RunRecord:
    """Run a recipe, in this process unless a runner is given."""
    chosen = load_recipe(recipe) if isinstance(recipe, str) else recipe
    used = runner or LocalRunner(1)
    try:
        return run_recipe(chosen, find_sources(map(str, inputs)), str(out), used, rebuild=rebuild, reporter=reporter)
    finally:
        used.close()


def demo_recipe(change: Callable[[dict[str, Any]], None]) -> Recipe:
    """The recipe `demo` with a change; {stage name: its table} is what `change` gets."""
    value = tomllib.loads(shipped()["demo"].read_text("utf-8"))
    change({table["use"]: table for table in value["stage"]})
    return make_recipe(value, where="changed demo")


def with_min_characters(count: int) -> Recipe:
    def change(stages: dict[str, Any]) -> None:
        next(rule for rule in stages["filter"]["rules"] if rule["use"] == "length")["min_characters"] = count

    return demo_recipe(change)


class Watching:
    """A runner that counts the tasks it is given, by step, and may be told to do something when one has ended."""

    def __init__(self, inner: Runner | None = None, after: Callable[[str], None] | None = None) -> None:
        self.inner = inner or LocalRunner(1)
        self.workers = self.inner.workers
        self.ran: Counter[str] = Counter()
        self._after = after

    def run(self, tasks: Iterable[tuple[int, Task]]) -> Iterator[tuple[int, Ended]]:
        step = ""

        def counted() -> Iterator[tuple[int, Task]]:
            nonlocal step
            for number, task in tasks:
                step = task.step.name
                self.ran[step] += 1
                yield number, task

        for ended in self.inner.run(counted()):
            if self._after:
                self._after(step)
            yield ended

    def close(self) -> None:
        self.inner.close()


def assert_whole(out: Path | str, digest: str) -> None:
    """The run at `out` ended, adds up, and has this content."""
    found = audit(open_store(str(out)), full=True)
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    assert found.digest == digest
    assert undeclared(out) == set()


def undeclared(out: Path | str) -> set[tuple[str, str]]:
    """(stage, reason) of what a run dropped or failed for reasons that the stage does not declare."""
    seen = {
        (counts.stage, reason)
        for counts in load_run(open_store(str(out))).stages
        for reason in [*counts.dropped, *counts.failed]
    }
    return {
        (stage, reason)
        for stage, reason in seen
        if not any(fnmatch.fnmatchcase(reason, pattern) for pattern in STAGES[stage].reasons)
    }


def content_digest(out: Path) -> str:
    """`yurai digest`, worked out from the files alone."""
    folders = ("documents", "extracted", "dropped", "evidence", "robots", "warcinfo", "shards")
    files = [path for folder in folders for path in (out / folder).glob("*")]
    pairs = sorted([str(path.relative_to(out)), hashlib.sha256(path.read_bytes()).hexdigest()] for path in files)
    return hashlib.sha256(json.dumps(pairs, separators=(",", ":")).encode()).hexdigest()


def start(*arguments: Any, start_new_session: bool = False, **environment: str) -> subprocess.Popen[str]:
    """Start `yurai` as a process of its own."""
    return subprocess.Popen(
        [*YURAI, *map(str, arguments)],
        start_new_session=start_new_session,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Said:
    """Wait for what `start` started."""
    out, err = process.communicate(timeout=2 * PATIENCE)
    return Said(process.returncode, out, err)


def until(
    happens: Callable[[], Any], *, patience: float = PATIENCE, process: subprocess.Popen[str] | None = None
) -> Any:
    """Wait until something is true and return it; fails after `patience` seconds, or when `process` ends before."""
    late = time.monotonic() + patience
    while not (found := happens()):
        assert process is None or process.poll() is None, f"ended too early: {finish(process)}"
        assert time.monotonic() < late, "it did not happen in time"
        time.sleep(0.01)
    return found


def processes() -> dict[int, tuple[int, str]]:
    """{process id: (its parent's, its command)} of all that are alive."""
    found: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if state not in "ZX":
            found[int(folder.name)] = (int(parent), command)
    return found


def descendants(root: int) -> dict[int, str]:
    """{process id: command} of all below `root`."""
    alive = processes()
    found: dict[int, str] = {}
    level = {root}
    while level:
        level = {pid for pid, (parent, _) in alive.items() if parent in level and pid not in found}
        found |= {pid: alive[pid][1] for pid in level}
    return found


def task_manifests(out: Path, step: str) -> int:
    return len(list((out / "stages" / step).glob("*/tasks/*/*.json")))


def totals(out: Path | str) -> Sequence[Any]:
    """What an audit says of the rows."""
    found = audit(open_store(str(out)))
    counted = {key: value for key, value in found.totals.items() if key not in ("tokens", "shards")}
    return counted, found.dropped_by, found.failed_by
