"""A package that is not installed is named in one line where it is used; whoever does not use it goes without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from warc_samples import response
from yurai_manifests.needed import missing_package

BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


@pytest.fixture
def without(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text('{"text": "A river carries water. Call +81 3-1234-5678."}\n')
    return tmp_path


def call(folder: Path, name: str, *words: object) -> subprocess.CompletedProcess[str]:
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(BLOCK.format(name=name))
    command = [sys.executable, "-m", "yurai", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def run(folder: Path, name: str, recipe: str, *options: str) -> subprocess.CompletedProcess[str]:
    where = ("--input", folder / "rows.jsonl", "--output", folder / "out", "--runner", "local")
    return call(folder, name, "run", recipe, *where, *options)


@pytest.mark.parametrize("name", ["duckdb", "phonenumbers", "s3fs", "ray", "resiliparse", "datasketch"])
def test_a_run_goes_without_what_it_does_not_use(without: Path, name: str) -> None:
    ended = run(without, name, "plain", "--no-report")
    assert ended.returncode == 0, ended.stderr


def test_a_report_without_its_database_is_refused_before_anything_runs(without: Path) -> None:
    ended = run(without, "duckdb", "plain")
    assert ended.returncode == 2
    assert ended.stderr.startswith("RecipeError: the report needs package duckdb (--no-report: leave it out), which")
    assert "pip install 'duckdb'" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (without / "out").exists()


@pytest.mark.parametrize(
    ("name", "words", "install"),
    [
        ("phonenumbers", ("run", "demo", "--no-report"), "'phonenumbers'"),
        ("ray", ("run", "plain", "--no-report", "--runner", "ray"), "'ray[default]'"),
        ("datasketch", ("run", "demo", "--no-report"), "'datasketch'"),
    ],
)
def test_what_is_used_is_named_in_one_line(without: Path, name: str, words: tuple[str, ...], install: str) -> None:
    recipe, options = words[1], words[2:]
    if name == "datasketch":  # near-dedup needs rows that are left
        text = "A long and quiet river carries much water from the hills to the sea, year after year. " * 20
        (without / "rows.jsonl").write_text(f'{{"text": "{text}"}}\n')
    ended = run(without, name, recipe, *options)
    assert ended.returncode == 2, ended.stderr
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("RecipeError: this needs package "), ended.stderr
    assert f"pip install {install}" in last
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("words", [("digest", "s3://bucket/out"), ("status", "s3://bucket/out")])
def test_storage_without_its_package_is_named(without: Path, words: tuple[str, ...]) -> None:
    ended = call(without, "s3fs", *words)
    assert ended.returncode == 2
    assert "yurai[s3]" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("module", "install"),
    [
        ("duckdb", "'duckdb'"),
        ("re2", "'google-re2'"),
        ("fasttext", "'fasttext-predict'"),
        ("lz4.frame", "'lz4'"),
        ("charset_normalizer", "'charset-normalizer'"),
        ("lxml_html_clean", "'lxml_html_clean'"),
        ("lxml_html_clean.clean", "'lxml_html_clean'"),
        ("htmldate", "'htmldate'"),
        ("yarl", "'yarl'"),
        ("a_stranger", None),
        ("", None),
    ],
)
def test_requirements_are_known_and_bugs_are_not_hidden(module: str, install: str | None) -> None:
    found = missing_package(ModuleNotFoundError("no", name=module or None))
    assert (install in str(found)) if install else found is None


def _import_like_lxml() -> None:
    try:
        raise ModuleNotFoundError("No module named 'lxml_html_clean'", name="lxml_html_clean")
    except ImportError:
        raise ImportError("lxml.html.clean module is now a separate project") from None


def test_a_library_that_says_in_its_own_words_what_it_lacks_is_understood() -> None:
    """As lxml does of the part that it gave away; its words name no module."""
    with pytest.raises(ImportError) as lacking:
        _import_like_lxml()
    assert "pip install 'lxml_html_clean'" in str(missing_package(lacking.value))
    assert missing_package(ImportError("cannot import name 'x' from 'yurai'", name="yurai")) is None


@pytest.mark.parametrize("name", ["trafilatura", "htmldate", "lxml_html_clean", "pypdfium2"])
def test_what_the_extraction_child_lacks_is_named_by_its_parent(without: Path, name: str) -> None:
    (without / "page.warc").write_bytes(response(1, b"<p>A river carries water from the hills to the sea.</p>"))
    where = ("--input", without / "page.warc", "--output", without / "out", "--runner", "local", "--no-report")
    ended = call(without, name, "run", "plain", *where)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith(f"RecipeError: this needs package {name}, which is not installed")
    assert "Traceback" not in ended.stderr
    assert "Error" not in "".join(ended.stderr.splitlines()[:-1])


@pytest.mark.parametrize(
    "words", [("language", "--output", "next", "--runner", "local"), ("tokenizer", "train", "--output", "t.json")]
)
def test_a_tree_whose_run_has_not_ended_is_not_gone_on_from(without: Path, words: tuple[str, ...]) -> None:
    assert run(without, "phonenumbers", "demo", "--no-report").returncode == 2
    ended = call(without, "no_such_package", *words, "--input", without / "out")
    assert ended.returncode == 2
    assert "the run that makes it has not ended" in ended.stderr
    assert "yurai status" in ended.stderr
