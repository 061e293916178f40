"""Ctrl-C ends a run at once, says how to go on, and leaves nothing that looks complete."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from run_helpers import assert_whole, finish, run, start, task_manifests, until
from sample_expectations import SAMPLE
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_says_how_to_resume(workers: int, demo_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("run", "demo", "--input", SAMPLE, "--output", out, "--runner", "local", "--workers", workers)
    process = start(*command)
    until(lambda: task_manifests(out, "00-extract") > 0, process=process)
    process.send_signal(signal.SIGINT)
    said = finish(process)
    if said.code == 0:
        pytest.skip("the run had ended before the signal arrived")
    assert said.code == 130
    assert "interrupted; run the same command again to resume" in said.err
    assert "Traceback" not in said.err
    assert not (out / "run.json").exists()
    run(out)
    assert_whole(out, load_run(open_store(str(demo_tree))).digest)
