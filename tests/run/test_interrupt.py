"""Ctrl-C ends a run at once, says how to go on, and leaves nothing that looks complete."""

from __future__ import annotations

import os
import re
import signal
import subprocess
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


def listens(process: subprocess.Popen[str]) -> bool:
    """The process has set its own way with SIGTERM, which is the first thing that it does."""
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", ["run", "plan", "audit"])
def test_a_signal_while_the_program_still_loads_ends_it_in_one_line(
    command: str, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    arguments = {
        "run": ("run", "demo", "--input", SAMPLE, "--output", tmp_path / "out", "--runner", "local"),
        "plan": ("plan", "demo", "--input", SAMPLE),
        "audit": ("audit", tmp_path / "nowhere"),
    }[command]
    process = start(*arguments)
    until(lambda: listens(process), process=process)
    process.send_signal(number)
    said = finish(process)
    assert said.code == code
    assert said.err.splitlines()[-1] == "interrupted; run the same command again to resume"
    assert "Traceback" not in said.err
    assert not (tmp_path / "out/run.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("00-extract", signal.SIGINT),
        ("00-extract", signal.SIGTERM),
        ("06-dedup.keys", signal.SIGINT),
        ("09-tokenize", signal.SIGTERM),
    ],
)
def test_a_signal_to_all_processes_of_a_terminal_leaves_no_noise(
    moment: str, number: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(
        *("run", "demo", "--input", SAMPLE, "--output", out, "--runner", "local", "--workers", 2),
        start_new_session=True,
    )
    until(lambda: (out / "stages" / moment).exists() or process.poll() is not None)
    try:
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    except ProcessLookupError:
        pytest.skip("the run had ended before the signal arrived")
    said = finish(process)
    if said.code == 0:
        pytest.skip("the run had ended before the signal arrived")
    assert said.code == 128 + number
    for noise in ("Traceback", "leaked", "semaphore", "Error"):
        assert noise not in said.err
    run(out)
    assert not list(out.rglob(".attempt-*"))
