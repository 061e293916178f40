"""`--quiet` says warnings and errors alone; `--verbose` says each task as it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from warc_samples import response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

PAGE = b"<title>Rivers</title><body>" + b"<p>A river carries water from the hills down to the sea, all year.</p>" * 8


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl"
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.warc").write_bytes(response(number, PAGE))
    return folder


def call(yurai: Yurai, crawl: Path, *options: str, command: tuple[str, ...] = ("run", "plain")) -> Said:
    return yurai(*command, "--input", crawl, "--output", crawl.parent / "out", "--runner", "local", *options)


@pytest.mark.parametrize("flag", ["--quiet", "-q"])
@pytest.mark.parametrize("command", [("run", "plain"), ("extract",)])
def test_quiet_says_nothing_of_what_went_well(yurai: Yurai, crawl: Path, flag: str, command: tuple[str, ...]) -> None:
    said = call(yurai, crawl, flag, command=command)
    assert (said.code, said.out, said.err) == (0, "", "")


def test_quiet_says_warnings_and_keeps_exit_codes(yurai: Yurai, crawl: Path) -> None:
    (crawl / "0.warc").write_bytes(b"no archive")
    said = call(yurai, crawl, "--quiet", "--strict")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("warning: 1 source failed whole")
    assert said.err.count("\n") == 1


def test_quiet_says_errors(yurai: Yurai, crawl: Path) -> None:
    said = call(yurai, crawl, "--quiet", command=("run", "no-such-recipe"))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("RecipeError: ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_verbose_says_each_task_with_its_step_source_and_seconds(yurai: Yurai, crawl: Path, workers: str) -> None:
    said = call(yurai, crawl, "-v", "--workers", workers)
    assert said.code == 0
    for number in range(2):
        assert re.search(rf"^00-extract {number}\.warc: \d+\.\d s$", said.err, re.MULTILINE)
    assert re.search(r"^\d\d-tokenize\S* \S.*: \d+\.\d s$", said.err, re.MULTILINE)
    again = call(yurai, crawl, "-v", "--workers", workers)
    assert not re.search(r"^00-extract \d\.warc", again.err, re.MULTILINE)  # nothing ran


def test_both_are_refused(yurai: Yurai, crawl: Path) -> None:
    said = call(yurai, crawl, "-q", "-v")
    assert said.code == 2
    assert "exclude each other" in said.err
    assert not (crawl.parent / "out").exists()


def test_demo_is_quiet_too(yurai: Yurai, tmp_path: Path) -> None:
    said = yurai("demo", "--output", tmp_path / "out", "--quiet", "--no-report")
    assert (said.code, said.out) == (0, "")
