"""Commands are imported when they are called: help is quick, one broken package stops no other command."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest
import typer

from yurai.cli import reference
from yurai.cli.commands import ENTRY_POINTS, PLACES, STAGE_NAMES, load, summaries
from yurai.declare.stage import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

OF_TYPER = {"typer", "click", "shellingham", "typing_extensions", "annotated_doc"}
OF_ITS_TYPES = {"pydantic", "pydantic_core", "annotated_types", "typing_inspection"}
"""What help may import that is neither ours nor Python's: typer, and what it needs."""


def loaded_by(*words: str) -> set[str]:
    """Packages of others that a call has imported when it ends."""
    code = (
        "import sys, atexit\n"
        "def tell():\n"
        "    files = {name: getattr(module, '__file__', None) for name, module in [*sys.modules.items()]}\n"
        "    print('LOADED', *{name.partition('.')[0] for name, file in files.items() if 'site-packages' in str(file)})\n"
        f"before = {{*sys.modules}}\natexit.register(tell)\nsys.argv = ['yurai', *{words!r}]\n"
        "from yurai.cli import main\nmain()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "LOADED" in ended.stdout, ended.stderr
    return {name for name in ended.stdout.rpartition("LOADED")[2].split() if not name.startswith(("yurai", "_"))}


def helps() -> list[tuple[str, ...]]:
    """The help of every command, groups and what is in them too."""
    found = [(name,) for name in PLACES]
    groups = {name: command for name in PLACES if isinstance(command := load(name), typer.Typer)}
    inner = [(name, str(one.name)) for name, group in groups.items() for one in group.registered_commands]
    return [*found, *inner]


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), *((*words, "--help") for words in helps())], ids=" ".join
)
def test_help_imports_what_the_command_line_is_made_of(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) - OF_TYPER - OF_ITS_TYPES == set()


def test_a_digest_needs_no_database_and_no_parser() -> None:
    assert loaded_by("digest", "nowhere") & {"duckdb", "lxml", "fasttext", "ray", "scipy", "warcio"} == set()


def test_what_help_reads_is_in_step() -> None:
    assert reference.stale(reference.HERE, reference.DATA) == [], "run python -m yurai.cli.reference"


def test_every_stage_with_a_command_has_its_place() -> None:
    assert {stage.name for stage in STAGES.values() if stage.command} == {*STAGE_NAMES}


def test_help_lists_all_commands_with_what_they_do(yurai: Yurai) -> None:
    said = yurai("--help").out
    assert list(summaries()) == list(PLACES)
    for name, summary in summaries().items():
        assert f"\n  {name} " in said
        assert summary.split()[0] in said


@pytest.mark.parametrize(
    ("typed", "meant"), [("audti", "audit"), ("tokenise", "tokenize"), ("neardedup", "near-dedup"), ("RUN", None)]
)
def test_the_nearest_command_is_suggested(yurai: Yurai, typed: str, meant: str | None) -> None:
    said = yurai(typed, "x")
    assert said.code == 2
    assert f"No such command {typed!r}." in said.err
    assert (f"Did you mean {meant!r}?" in said.err) == (meant is not None)


def bring(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    """Have packages bring these commands."""
    made = [EntryPoint(name, value, ENTRY_POINTS) for name, value in points]
    monkeypatch.setattr("yurai.cli.commands.points_of", lambda group: made if group == ENTRY_POINTS else [])


def test_a_broken_command_of_a_package_breaks_itself_alone(yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, ("broken", "no_such_package:main"), ("whole", "json:tool"))
    assert yurai("list", "exports").code == 0
    assert "broken" in yurai("--help").out
    said = yurai("broken")
    assert said.code == 2
    assert "yurai.commands broken = no_such_package:main" in said.err
    assert "cannot be loaded" in said.err


def test_what_is_no_function_is_no_command(yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, ("version-info", "sys:version_info"))
    said = yurai("version-info")
    assert said.code == 2
    assert "names no function" in said.err


def test_a_name_of_ours_stays_ours(yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, ("digest", "no_such_package:main"))
    assert "cannot be called" in " ".join(yurai("--help").out.split())
    assert "no run.json" in yurai("digest", "nowhere").err


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(yurai: Yurai, option: str) -> None:
    assert yurai(option).out.startswith("yurai 0.")
