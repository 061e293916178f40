"""kill -9 at any moment loses nothing that was committed and leaves nothing half-written that looks complete."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from exchange_steps import Spread, spread
from run_helpers import (
    SMALL,
    Watching,
    assert_whole,
    descendants,
    finish,
    processes,
    run,
    start,
    task_manifests,
    until,
)
from sample_expectations import SAMPLE
from warc_samples import gz, response
from yurai.engine.local import LocalRunner
from yurai.engine.task import Task, task_key
from yurai.run.recipe import load_recipe, make_recipe, shipped
from yurai.run.run import open_engine
from yurai.stages.extract.ledger import StoreLedger
from yurai_manifests.audit import audit
from yurai_manifests.errors import ShardError
from yurai_manifests.run import load_run
from yurai_manifests.schema import document_id
from yurai_manifests.store import SPOOL, open_store
from yurai_manifests.task import StepId, TaskRecord, commit

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai.engine.engine import Engine, Runner


def digest_of(out: Path) -> str:
    return load_run(open_store(str(out))).digest


class Assassin:
    """Kills one worker process, once, when the first task of a step has ended."""

    def __init__(self, step: str, mark: str) -> None:
        self._step, self._mark = step, mark
        self.victims: list[int] = []

    def __call__(self, step: str) -> None:
        if step == self._step and not self.victims:
            below = {
                pid: command for pid, command in descendants(os.getpid()).items() if re.search(self._mark, command)
            }
            assert below, descendants(os.getpid())
            victim = min(below, key=lambda pid: "IDLE" in below[pid])  # Ray's workers say so between short tasks
            os.kill(victim, signal.SIGKILL)
            self.victims.append(victim)


def killed_run(runner: Runner, step: str, mark: str, out: Path) -> None:
    assassin = Assassin(step, mark)
    run(out, runner=Watching(runner, assassin))
    assert assassin.victims


@pytest.mark.slow
@pytest.mark.parametrize("step", ["00-extract", "07-near-dedup.sign"])
def test_a_killed_process_costs_its_tasks_only(step: str, demo_tree: Path, tmp_path: Path) -> None:
    killed_run(LocalRunner(2), step, "spawn_main", tmp_path / "out")
    assert_whole(tmp_path / "out", digest_of(demo_tree))


@pytest.mark.slow
@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
@pytest.mark.parametrize("step", ["00-extract", "09-tokenize"])
def test_a_killed_ray_worker_costs_its_tasks_only(step: str, demo_tree: Path, tmp_path: Path) -> None:
    from yurai.ray import RayRunner

    killed_run(RayRunner(2), step, r"^ray::(\d\d-|IDLE)", tmp_path / "out")
    assert_whole(tmp_path / "out", digest_of(demo_tree))


def test_workers_that_die_between_two_steps_are_replaced_and_leave_nothing(tmp_path: Path) -> None:
    def step(engine: Engine, name: str) -> None:
        of = StepId(name, "a" * 64)
        tasks = [
            Task(spread, of, str(tmp_path), one, Spread(int(one), 3), task_key(of, one, f"{one:064}")) for one in "123"
        ]
        engine.step(of, {}, lambda: tasks, len(tasks))

    runner = LocalRunner(2)
    half_written = tmp_path / f"stages/00-spread/{SPOOL}half"
    try:
        with open_engine(str(tmp_path), runner, None, noted=False) as engine:
            step(engine, "00-spread")
            half_written.write_bytes(b"ha")
            pool = runner._pool
            assert pool is not None
            for pid in pool._processes:
                os.kill(pid, signal.SIGKILL)
            until(lambda: pool._broken)  # the pool knows, and takes no task any more
            step(engine, "01-spread")
    finally:
        runner.close()
    assert [task_manifests(tmp_path, name) for name in ("00-spread", "01-spread")] == [3, 3]
    assert not half_written.exists()


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "first archive extracted": lambda out: task_manifests(out, "00-extract") > 0,
    "filtering": lambda out: task_manifests(out, "05-filter") > 0,
    "deduplicating": lambda out: task_manifests(out, "06-dedup.keys") > 0,
    "verifying pairs": lambda out: task_manifests(out, "07-near-dedup.estimate") > 0,
}


def kill_driver(out: Path, moment: Callable[[Path], bool], *options: str, alone: bool = False) -> None:
    """Start a run, kill its driver at a moment, and see that all its processes end and no run looks complete.

    A driver is `alone` that does all itself and has left extraction, and with it the extraction child, behind.
    """
    driver = start("run", "demo", "--input", SAMPLE, "--output", out, *options)
    until(lambda: moment(out), process=driver)
    # Ray's own agents need a minute to see that they are alone; what runs tasks has to end at once
    below = {pid: command for pid, command in descendants(driver.pid).items() if "Agent" not in command}
    driver.kill()
    assert finish(driver).code == -signal.SIGKILL
    assert bool(below) != alone
    until(lambda: not below.keys() & processes().keys(), patience=30)
    assert not (out / "run.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "workers", "then"),
    [("first archive extracted", 2, 1), ("filtering", 1, 2), ("deduplicating", 2, 1), ("verifying pairs", 2, 2)],
)
def test_a_killed_driver_is_resumed(moment: str, workers: int, then: int, demo_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kill_driver(out, MOMENTS[moment], "--runner", "local", "--workers", str(workers), alone=workers == 1)
    done = task_manifests(out, "00-extract")
    watching = Watching(LocalRunner(then))
    run(out, runner=watching)
    assert watching.ran["00-extract"] <= 5 - done + 1  # one may have been committed and not yet noted in the journal
    assert_whole(out, digest_of(demo_tree))


@pytest.mark.slow
@pytest.mark.ray
def test_a_killed_ray_driver_is_resumed_without_ray(demo_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kill_driver(out, MOMENTS["first archive extracted"], "--runner", "ray", "--workers", "2")
    run(out)
    assert_whole(out, digest_of(demo_tree))


@pytest.mark.parametrize("place", ["before-manifest", "after-manifest"])
def test_killed_around_the_commit_of_a_task(place: str, tmp_path: Path) -> None:
    out, archive = tmp_path / "out", SMALL[1]
    driver = start("run", "demo", "--input", archive, "--output", out, "--runner", "local", YURAI_FAILPOINT=place)
    assert finish(driver).code == -signal.SIGKILL
    assert task_manifests(out, "00-extract") == (1 if place == "after-manifest" else 0)
    assert not (out / "run.json").exists()
    run(out, [archive])
    assert_whole(out, run(tmp_path / "fresh", [archive]).digest)


@pytest.mark.parametrize("place", ["in-publish", "before-run"])
def test_killed_while_publishing(place: str, tree: Path) -> None:
    digest = digest_of(tree)
    (tree / "run.json").unlink()
    (tree / "documents/00000.parquet").unlink()
    said = finish(start("run", "demo", "--input", SAMPLE, "--output", tree, "--runner", "local", YURAI_FAILPOINT=place))
    assert said.code == -signal.SIGKILL
    assert not (tree / "run.json").exists()
    watching = Watching()
    run(tree, runner=watching)
    assert not watching.ran
    assert_whole(tree, digest)


@pytest.mark.parametrize("step", ["06-dedup.apply", "08-select.apply"])
def test_killed_while_rows_are_handed_on(step: str, tree: Path) -> None:
    digest = digest_of(tree)
    (tree / "run.json").unlink()
    for folder in (tree / "stages").iterdir():
        if folder.name >= step:
            shutil.rmtree(folder)
    options = ("--input", SAMPLE, "--output", tree, "--runner", "local", "--workers", "1")
    said = finish(start("run", "demo", *options, YURAI_FAILPOINT=f"in {step}"))
    assert said.code == -signal.SIGKILL
    assert task_manifests(tree, step) == 0
    run(tree)
    assert_whole(tree, digest)


@pytest.mark.slow
def test_a_task_that_kills_every_worker_ends_the_run(small_tree: Path, tmp_path: Path) -> None:
    """In a step whose workers start at once: those that extract or label languages load models first."""
    out = tmp_path / "out"
    options = [option for path in SMALL for option in ("--input", path)] + ["--runner", "local", "--workers", "2"]
    said = finish(start("run", "demo", *options, "--output", out, YURAI_FAILPOINT="in 06-dedup.keys"))
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert "a worker died 4 times" in said.err
    assert "run the same command to resume" in said.err
    assert not (out / "run.json").exists()
    run(out, SMALL)
    assert_whole(out, digest_of(small_tree))


def test_a_second_attempt_that_differs_is_an_alarm(tree: Path) -> None:
    store = open_store(str(tree))
    manifest = next((tree / "stages/05-filter").glob("*/tasks/*/*.json"))
    root = json.loads(next((tree / "stages/05-filter").glob("*/commits/*/manifest.json")).read_bytes())
    step, record = StepId("05-filter", root["fingerprint"]), TaskRecord.of(manifest.read_bytes())
    committed = manifest.read_bytes()
    commit(store, step, record)
    record.warnings.append("something else")
    with pytest.raises(ShardError, match="not deterministic"):
        commit(store, step, record)
    assert manifest.read_bytes() == committed


LOOP = b"<html><body>" + b"<div><p>word <b>word</b> <a href='/x'>link</a>" * 24_000 + b"</body></html>"
PAGE = "<html><body><article><p>{}</p></article></body></html>"


def test_a_page_over_its_limit_is_one_failed_row(tmp_path: Path) -> None:
    value = tomllib.loads(shipped()["plain"].read_text("utf-8"))
    # an extractor that is not linear
    value["stage"][1] |= {
        "extractor": "trafilatura",
        "cpu_seconds": 1,
        "max_elements": 10_000_000,
        "max_bytes": 50_000_000,
    }
    recipe = make_recipe(value, where="limits")
    texts = ["The tide comes in twice a day here. " * 30, "The moon has much to do with it. " * 30]
    pages = [PAGE.format(texts[0]).encode(), LOOP, PAGE.format(texts[1]).encode()]
    records = [gz(response(number, page)) for number, page in enumerate(pages)]
    archive = tmp_path / "in.warc.gz"
    archive.write_bytes(b"".join(records))
    run(tmp_path / "out", [archive], recipe=recipe)
    found = audit(open_store(str(tmp_path / "out")))
    assert found.failed_by == {"extract": {"cpu-limit": 1}}
    assert (found.totals["kept"], found.totals["failed"]) == (2, 1)
    (row,) = pq.read_table(tmp_path / "out/dropped").to_pylist()
    assert (row["doc_id"], row["outcome"]) == (document_id("in.warc.gz", len(records[0])), "failed")
    (verdict,) = (tmp_path / "out/ledger").iterdir()
    assert json.loads(verdict.read_bytes())["reason"] == "cpu-limit"


def test_a_verdict_of_the_ledger_is_repeated(tmp_path: Path) -> None:
    """The page is harmless; only the ledger says that it failed, so nobody may have looked at it again."""
    page = PAGE.format("A harmless page about the tide and the moon. " * 10).encode()
    archive = tmp_path / "in.warc.gz"
    archive.write_bytes(gz(response(0, page)) + gz(response(1, page.replace(b"tide", b"wind"))))
    recipe = load_recipe("plain")
    key = f"{hashlib.sha256(page).hexdigest()}:{recipe.stages[1].settings.limits_version()}"
    StoreLedger(str(tmp_path / "out")).put(key, "memory-limit")
    run(tmp_path / "out", [archive], recipe=recipe)
    found = audit(open_store(str(tmp_path / "out")))
    assert found.failed_by == {"extract": {"memory-limit": 1}}
    assert found.totals["kept"] == 1
