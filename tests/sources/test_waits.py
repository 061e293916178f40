"""While all requests of a run wait, since an origin refused one, the run says for how long, and who said what."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from throttled import Throttled
from yurai.engine.progress import Reporter
from yurai.engine.waiting import AGAIN, Waiting
from yurai_manifests.web_budget import Account, Limits, Pause, Refusal
from yurai_manifests.web_file_gate import FileGate, budget
from yurai_manifests.web_gate import Entry, installed

if TYPE_CHECKING:
    from pathlib import Path

    from yurai_manifests.web_gate import Gate

SLOW = Refusal("data.example", 503, "Slow Down", "60")


def refuse(gate: Gate, refusal: Refusal = SLOW) -> None:
    async def enter_and_be_refused() -> None:
        entry = await gate.enter()
        await gate.refused(Entry(entry.turn, -1), refusal)

    asyncio.run(enter_and_be_refused())


def test_a_gate_knows_how_long_all_wait_and_why(tmp_path: Path) -> None:
    gate = FileGate(tmp_path, Limits())
    gate.begin()
    assert gate.pause() == Pause(0.0, None)
    refuse(gate)
    pause = gate.pause()
    assert 0 < pause.left <= 60
    assert str(pause.said) == "data.example says 503 Slow Down, Retry-After: 60"


@pytest.mark.ray
def test_the_gate_of_a_cluster_knows_it_by_the_clock_of_its_actor(ray_cluster: None) -> None:
    from yurai.ray.budget import shared_gate

    with budget(Limits()):
        before = installed()
        assert before
        gate = shared_gate(before)
        refuse(gate)
        assert 0 < gate.pause().left <= 60
        assert gate.pause().said == SLOW


def test_a_run_that_asks_no_more_does_not_wait() -> None:
    account = Account(answered=1)
    account.refuse(Limits(), 100.0, 100.0, SLOW._replace(retry_after="3600"))
    assert account.stopped
    assert account.pause(100.0) == Pause(0.0, None)


def test_a_pause_is_said_at_its_begin_each_minute_when_it_grows_and_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiting = Waiting(Reporter())
    long, after = Pause(300.0, SLOW), 1000.0
    waiting.look(Pause(0.0, None), after)
    waiting.look(Pause(1.0, SLOW), after)  # too short for a line
    for seconds in range(70):
        waiting.look(Pause(300.0 - seconds, SLOW), after + seconds)
    waiting.look(long, after + 70)  # refused again
    waiting.look(Pause(0.0, SLOW), after + 71)
    waiting.look(Pause(0.0, SLOW), after + 72)
    said = capsys.readouterr().err.splitlines()
    words = "data.example says 503 Slow Down, Retry-After: 60"
    assert said == [
        f"waiting 300 s: {words}",
        f"waiting {300 - AGAIN:.0f} s: {words}",
        f"waiting 300 s: {words}",
        "asking again after 71 s",
    ]


def test_a_run_that_stops_does_not_say_that_it_asks_again(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = Waiting(Reporter())
    waiting.look(Pause(9.0, SLOW), 0.0)
    waiting.look(Pause(0.0, None), 1.0)
    assert capsys.readouterr().err.count("\n") == 1


@pytest.fixture
def closed(tmp_path: Path) -> Throttled:
    """A server of 12 files that asks for 500 s of patience once it is closed."""
    folder = tmp_path / "crawl"
    (folder / "crawl-data").mkdir(parents=True)
    names = [f"crawl-data/{number:02}.jsonl" for number in range(12)]
    for name in names:
        (folder / name).write_text(json.dumps({"text": "a page of a crawl", "url": "https://a.example/"}) + "\n")
    (tmp_path / "all.paths").write_text("".join(f"{name}\n" for name in names))
    return Throttled(folder, burst=10**6, retry_after="500")


@pytest.mark.parametrize(
    ("closes", "workers", "step"),
    [(4, "1", None), (18, "1", "00-extract"), (18, "2", "00-extract")],  # 12 sizes, 2 looks, then 12 bodies
)
def test_a_run_says_what_it_waits_for(
    closed: Throttled, tmp_path: Path, closes: int, workers: str, step: str | None
) -> None:
    closed.closes = closes
    with closed as web:
        words = [
            "--input",
            str(tmp_path / "all.paths"),
            "--base",
            f"{web.url}/plain",
            "--output",
            str(tmp_path / "out"),
        ]
        command = [sys.executable, "-m", "yurai", "run", "plain", *words, "--runner", "local", "--workers", workers]
        with subprocess.Popen([*command, "--log-format", "json"], stderr=subprocess.PIPE, text=True) as driver:
            assert driver.stderr
            said = next(one for line in driver.stderr if (one := json.loads(line))["event"] == "waiting")
            driver.send_signal(signal.SIGTERM)
            driver.stderr.read()
    assert driver.returncode == 128 + signal.SIGTERM
    assert (said.get("step"), said["status"], said["origin"]) == (step, 503, web.url.partition("//")[2])
    assert "Retry-After: 500" in said["message"]
    assert 0 < said["seconds"] <= 500
