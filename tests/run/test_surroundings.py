"""What a machine decides by itself never reaches an output: hash seed, locale, the order in which folders are listed."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest

from sample_expectations import SAMPLE
from yurai.declare import versions

if TYPE_CHECKING:
    from pathlib import Path

# Before anything of Yurai is imported: folders are listed backwards, whoever asks.
BACKWARDS = """
import os, sys
listed, scanned = os.listdir, os.scandir

class Scanned(list):
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass

def scandir(path="."):
    with scanned(path) as entries:
        return Scanned(sorted(entries, key=lambda entry: entry.name, reverse=True))

os.listdir = lambda path=".": sorted(listed(path), reverse=True)
os.scandir = scandir
from yurai.cli import main
main()
"""


def manifests(out: Path) -> dict[str, bytes]:
    """Run manifest, plan, and every manifest of a step or task."""
    files = [out / "run.json", out / "plan.json", *(path for path in (out / "stages").rglob("*") if path.is_file())]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("seed", "surroundings"),
    [("1", {"LC_ALL": "C", "PYTHONUTF8": "0"}), ("2", {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"})],
)
def test_seed_locale_and_listing_order_change_no_manifest(
    seed: str, surroundings: dict[str, str], demo_tree: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", BACKWARDS, "run", "demo", "--runner", "local", "--no-report"]
    environment = {**os.environ, "PYTHONHASHSEED": seed, **surroundings}
    ran = subprocess.run(
        [*command, "--input", str(SAMPLE), "--output", str(tmp_path / "out")],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert manifests(tmp_path / "out") == manifests(demo_tree)


def test_the_letters_that_tell_versions_apart_are_those_of_their_versions() -> None:
    """Checked against the tables that Python has, as far as they go."""
    here = tuple(map(int, unicodedata.unidata_version.split(".")[:2]))
    for version, letter in versions.FIRST_LETTERS.items():
        known = tuple(map(int, version.split("."))) <= here
        assert unicodedata.category(letter).startswith("L") == known, version


def test_the_newest_version_is_that_of_the_last_known_letter() -> None:
    ordered = list(versions.FIRST_LETTERS.items())
    for place, (version, _) in enumerate(ordered):
        known = {letter for _, letter in ordered[: place + 1]}
        assert versions.newest(known.__contains__) == version
    assert versions.newest(lambda _: False) == "older"


@pytest.mark.parametrize("name", versions.TABLES)
def test_every_library_knows_the_letters_of_the_version_that_it_is_said_to_have(name: str) -> None:
    assert versions.version_of(name).partition(".")[0].isdecimal()
