"""`yurai submit`: the loop that starts a job again, over a real head with a token."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ray_heads import Cluster, end, own_cluster, said
from run_helpers import ARCHIVES, assert_whole, descendants, run, task_manifests, until
from yurai.cli import app
from yurai.errors import RecipeError
from yurai.ray.submit import Job, entrypoint

COPIES = 2


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as found:
        yield found


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    for copy in range(COPIES):
        for path in ARCHIVES:
            (folder / f"{copy}").mkdir(exist_ok=True)
            shutil.copy(path, folder / f"{copy}" / path.name)
    return folder


def test_submit_takes_what_run_takes() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined] # the app has several commands, so this is a group
    run_, submit_ = ({one.name for one in commands[name].params} for name in ("run", "submit"))
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


def driver_of(head: subprocess.Popen[bytes]) -> int | None:
    """The process of the job's own program: `yurai run`, not the shell around it."""
    found = [pid for pid, command in descendants(head.pid).items() if " run /dev/stdin" in command]
    return max(found, default=None)


@pytest.mark.slow
def test_a_job_outlives_its_program_and_its_head(cluster: Cluster, crawl: Path, tmp_path: Path) -> None:
    out, call = tmp_path / "out", ("plain", "--input", crawl, "--address", cluster.server)
    head = cluster.start_head(2)
    stranger = said(cluster.yurai("submit", *call, "--output", out, RAY_AUTH_MODE="disabled"))
    assert (stranger.code, stranger.out) == (2, ""), stranger.err
    assert "refused this user (401)" in stranger.err
    examined = said(cluster.yurai("doctor", "--output", out, "--address", cluster.server))
    assert (examined.code, "all of 1 can take part" in examined.out) == (0, True), examined
    first = cluster.yurai("submit", *call, "--output", out)
    assert first.stderr
    assert "started job yurai-run-" in first.stderr.readline()
    second = cluster.yurai("submit", *call, "--output", out)
    other = said(cluster.yurai("submit", *call, "--output", out, "--workers", 1))
    assert other.code == 2
    assert f"is writing to {out} with another recipe or other arguments" in other.err
    until(lambda: task_manifests(out, "00-extract"))
    program = driver_of(head)
    assert program
    end(program)
    until(lambda: driver_of(head) not in (None, program), process=first)
    until(lambda: task_manifests(out, "00-extract") > COPIES)
    cluster.kill(head)
    assert not (out / "run.json").exists()
    cluster.start_head(2)
    ends = [said(first), said(second)]
    assert [one.code for one in ends] == [0, 0], ends
    assert "following job yurai-run-" in ends[1].err
    assert "waiting for a head at that address" in ends[0].err
    assert "exit code" in ends[0].err or "failed" in ends[0].err
    assert_whole(out, run(tmp_path / "alone", [crawl], recipe="plain").digest)
