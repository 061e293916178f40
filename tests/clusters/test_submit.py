"""`yurai submit`: what it ships, and what it refuses before; jobs of a real head are in test_clusters.py."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_helpers import ARCHIVES
from yurai.cli.commands import as_command, load
from yurai.ray.submit import OWN_LINE, Job, entrypoint, news
from yurai_manifests.errors import RecipeError


def test_submit_takes_what_run_takes() -> None:
    run_, submit_ = ({one.name for one in as_command(name, load(name)).params} for name in ("run", "submit"))
    assert submit_ - run_ == {"retries"}
    assert run_ - submit_ == {"runner"}


def test_the_recipe_travels_in_the_command_line(tmp_path: Path) -> None:
    text = 'name = "it\'s $HOME"\n# 日本語 `x` "y"\n'
    stub = tmp_path / "yurai"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\ncat "$2"\n')
    stub.chmod(0o755)
    line = entrypoint("run", text, ["--input", "/a b/*.gz", "--output", "s3://x/'y'"])
    said_ = subprocess.run(
        line, shell=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True, capture_output=True, text=True
    )
    arguments = ["run", "/dev/stdin", "--input", "/a b/*.gz", "--output", "s3://x/'y'", "--address", "job"]
    assert said_.stdout == "\n".join(arguments) + "\n" + text


@given(st.lists(st.text("ab\x85\u2028"), max_size=6), st.lists(st.integers(0, 60), max_size=6))
def test_a_log_is_repeated_by_whole_lines_however_it_grows(lines: list[str], looks: list[int]) -> None:
    log, shown, said_ = "\n".join([*lines, OWN_LINE + "x", "last"]), 0, ""
    for look in sorted(looks):
        part, shown = news(log[:look], shown, ended=False)
        assert not part or part.endswith("\n")
        said_ += part
        assert news("", shown, ended=False) == ("", shown), "a node that cannot be asked"
    said_ += news(log, shown, ended=True)[0]
    assert said_ == "".join(f"{line}\n" for line in lines) + "last"


def test_a_recipe_that_no_command_line_can_carry() -> None:
    with pytest.raises(RecipeError, match="put long lists into files"):
        entrypoint("run", "#" * 100_000, [])


def test_the_same_call_is_the_same_job() -> None:
    job = Job("yurai-run", "/out", "a" * 64, "line")
    assert job.prefix.startswith(job.place)
    assert Job("yurai-run", "/out", "a" * 64, "other").prefix == job.prefix
    assert Job("yurai-run", "/out", "b" * 64, "line").place == job.place
    assert Job("yurai-run", "/other", "a" * 64, "line").place != job.place


@pytest.mark.parametrize(
    ("address", "mode", "said_"),
    [
        ("10.1.2.3:8265", "token", "is no job server; give the head's dashboard, http://HOST:8265"),
        ("http://10.1.2.3:8265", "disabled", "RAY_AUTH_MODE is not token"),
        ("http://10.1.2.3:8265", "token", "there is no token at"),
        ("http://127.0.0.1:1", "disabled", "no answer from|cannot reach Ray at http://127.0.0.1:1"),
    ],
)
def test_an_address_that_cannot_be_used(
    address: str, mode: str, said_: str, yurai: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "none"))
    found = yurai("submit", "plain", "--input", ARCHIVES[0], "--output", tmp_path / "out", "--address", address)
    assert found.code == 2
    assert re.search(said_, found.err), found.err
    assert not (tmp_path / "out").exists()


def test_a_job_s_address_is_for_jobs(yurai: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    found = yurai("doctor", "--address", "job")
    assert (found.code, "find RAY_ADDRESS set" in found.err) == (2, True)
