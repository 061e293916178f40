"""`--log-format json`: each line of standard error is an event, from the begin of a run to its digest or its error."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import yurai as package
from page_blocks import ROOT
from warc_samples import response
from yurai.ray.submit import _said
from yurai.terminal import logging_json, relay, tell, warn
from yurai.terminal.log import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

PAGE = b"<title>Rivers</title><body>" + b"<p>A river carries water from the hills down to the sea, all year.</p>" * 8
JSON = ("--log-format", "json")
LOCAL = ("--runner", "local", "--no-report")
KINDS = {
    "run-begin": {"recipe": str, "output": str, "runner": str},
    "step-begin": {"step": str, "tasks": int},
    "progress": {"step": str, "tasks": int, "done": int, "reused": int, "rate": float},
    "task": {"step": str, "source": str, "seconds": float},
    "step-end": {"step": str, "tasks": int, "done": int, "reused": int, "seconds": float},
    "published": {"output": str, "digest": str, "candidates": int, "kept": int, "dropped": int, "failed": int},
    "error": {"error": str},
}


def events(text: str) -> list[dict[str, Any]]:
    """The events of a log, each held against the schema."""
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
        assert one["level"] == EVENTS[one["event"]].level
        assert isinstance(one["message"], str)
        for name, kind in KINDS.get(one["event"], {}).items():
            assert isinstance(one[name], kind), (one, name)
    return found


def named(found: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [one for one in found if one["event"] == event]


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl"
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.warc").write_bytes(response(number, PAGE))
    (folder / "2.warc").write_bytes(b"no archive")
    return folder


@pytest.mark.parametrize("command", [("run", "plain"), ("extract",)])
def test_a_whole_run_is_a_log(yurai: Yurai, crawl: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    said = yurai(*command, "--input", crawl, "--output", tmp_path / "out", *LOCAL, "-v", *JSON)
    found = events(said.err)
    assert (said.code, said.out) == (0, "")
    assert (found[0]["event"], found[0]["output"]) == ("run-begin", str(tmp_path / "out"))
    begun, ended = named(found, "step-begin"), named(found, "step-end")
    assert [one["step"] for one in begun] == [one["step"] for one in ended]
    assert begun[0]["step"] == "00-extract"
    assert all(one["done"] + one["reused"] == one["tasks"] for one in ended)
    tasks = [one["source"] for one in named(found, "task") if one["step"] == "00-extract"]
    assert sorted(tasks) == ["0.warc", "1.warc", "2.warc"]
    (published,), (warning,) = named(found, "published"), named(found, "warning")
    assert published["digest"] == package.open(tmp_path / "out").digest
    assert warning["message"].startswith("1 source failed whole")


def test_what_resumes_says_what_it_reuses_and_quiet_says_warnings_alone(
    yurai: Yurai, crawl: Path, tmp_path: Path
) -> None:
    words = ("run", "plain", "--input", crawl, "--output", tmp_path / "out", *LOCAL, *JSON)
    first = events(yurai(*words, "--quiet").err)
    assert [one["event"] for one in first] == ["warning"]
    again = events(yurai(*words).err)
    assert all((one["done"], one["reused"]) == (0, one["tasks"]) for one in named(again, "step-end"))


def test_errors_say_what_to_do_next_and_hold_no_secret(yurai: Yurai, tmp_path: Path) -> None:
    url = "http://me:hunter2@127.0.0.1:9/a.warc?key=s3cr3t"
    (error,) = named(
        events(yurai("run", "plain", "--input", url, "--output", tmp_path / "out", *LOCAL, *JSON).err), "error"
    )
    assert error["error"].endswith("Error")
    assert "127.0.0.1:9" in error["message"]
    assert "hunter2" not in str(error)
    assert "s3cr3t" not in str(error)


def test_a_wrong_call_is_an_error_of_the_log(yurai: Yurai, tmp_path: Path) -> None:
    for words in (("--no-such-option",), ("--workers", "0")):
        said = yurai(
            "run", "plain", "--input", tmp_path / "in", "--output", tmp_path / "out", *words, "--log-format=json"
        )
        (error,) = events(said.err)
        assert (said.code, error["event"]) == (2, "error")
        assert words[0] in error["message"]


def test_a_signal_is_an_event(crawl: Path, tmp_path: Path) -> None:
    words = ["run", "plain", "--input", str(crawl), "--output", str(tmp_path / "out"), *LOCAL, *JSON]
    command = [sys.executable, "-m", "yurai", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        assert driver.stderr
        first = driver.stderr.readline()
        driver.send_signal(signal.SIGTERM)
        found = events(first + driver.stderr.read())
    assert driver.returncode == 128 + signal.SIGTERM
    assert found[-1]["event"] == "interrupted"
    assert not named(found, "published")


def test_python_has_the_same_log(crawl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = package.build("plain", crawl, tmp_path / "out", report=False, progress="json")
    found = events(capsys.readouterr().err)
    assert named(found, "published")[0]["digest"] == tree.digest
    assert named(found, "warning")
    tell("people read this again")
    assert capsys.readouterr().err == "people read this again\n"


def test_a_log_of_a_job_goes_on_and_other_lines_become_events(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_json(on=True):
        warn("doubtful\u202e\x1b[31m\nforged")
        job = capsys.readouterr().err
        relay(f"INFO Runtime env is setting up.\n{job}")
    out, err = capsys.readouterr()
    first, second = events(err)
    assert (out, first["event"], first["message"]) == ("", "job", "INFO Runtime env is setting up.")
    assert (second, second["message"]) == (json.loads(job), "doubtful\u202e\x1b[31m\nforged")
    assert "\x1b" not in err
    assert "\u202e" not in err
    with logging_json(on=True):
        relay('{"event": ["run-begin"]}\na line\u2028that is one\n')
    assert [one["message"] for one in events(capsys.readouterr().err)] == [
        '{"event": ["run-begin"]}',
        "a line\u2028that is one",
    ]
    relay("as it was\n")
    assert capsys.readouterr() == ("as it was\n", "")


def test_a_sentence_goes_on_behind_a_url(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_json(on=True):
        warn("no answer from http://127.0.0.1:8265: refused; see https://me:word@docs.example/a?b=c, and wait")
    (one,) = events(capsys.readouterr().err)
    assert one["message"] == "no answer from http://127.0.0.1:8265: refused; see https://docs.example/a, and wait"


def test_submit_knows_the_error_of_a_job_that_logs(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_json(on=True):
        tell("another recipe; add --rebuild", "error", error="DriftError")
    assert _said(capsys.readouterr().err.strip()) == "DriftError: another recipe; add --rebuild"
    assert _said('{"error": "of a library"}') == '{"error": "of a library"}'


def test_the_page_has_each_event_with_its_level() -> None:
    page = (ROOT / "docs/logs.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z]+) \|", page, re.MULTILINE))
    assert told == {name: event.level for name, event in EVENTS.items()}
