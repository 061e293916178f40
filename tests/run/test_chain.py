"""Stage commands: the chain of them makes what the fused run makes, and each option does what it says."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from fasttext_model import write_model
from run_helpers import SMALL, totals
from sample_expectations import SAMPLE
from tokenizer_helpers import train_bpe
from yurai.cli.stage_options import is_flag
from yurai.declare.models import CARRIED, LID_176, _locate
from yurai.declare.stage import STAGES, in_order
from yurai_manifests.run import load_run
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

LOCAL = ("--runner", "local")


def digest_of(out: Path) -> str:
    return load_run(open_store(str(out))).digest


def settings_of(out: Path, stage: str) -> dict[str, Any]:
    (found,) = [use for use in load_run(open_store(str(out))).recipe_stages if use["use"] == stage]
    return found


def test_the_chain_makes_what_the_run_makes(yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path) -> None:
    before = SAMPLE
    for name in ("extract", "language", "redact", "measure", "filter", "dedup", "near-dedup", "select", "tokenize"):
        out = tmp_path / name
        said = yurai(name, "--input", before, "--output", out, "--recipe", "demo", *LOCAL)
        assert said.code == 0, said.err
        assert totals(out)[0]["candidates"] == totals(demo_tree)[0]["candidates"]
        before = out
    assert digest_of(before) == digest_of(demo_tree)
    assert totals(before) == totals(demo_tree)
    assert totals(before)[0]["unreadable"]
    assert yurai("audit", before).code == 0
    lives = [yurai("explain", out, "--token", "00000:5000", "--format", "json").out for out in (before, demo_tree)]
    assert lives[0] == lives[1]


def test_stage_commands_take_documents(yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path) -> None:
    extracted = demo_tree / "extracted/00000.parquet"
    for name, before, after in (
        ("measure", extracted, "m"),
        ("filter", tmp_path / "m", "a"),
        ("dedup", tmp_path / "a", "b"),
        ("near-dedup", tmp_path / "b", "n"),
        ("select", tmp_path / "n", "s"),
        ("tokenize", tmp_path / "s", "c"),
    ):
        said = yurai(name, "--input", before, "--output", tmp_path / after, "--recipe", "demo", *LOCAL)
        assert said.code == 0, said.err
    for name in ("shards/00000.bin", "shards/00000.idx", "shards/00000.parquet"):
        assert (tmp_path / "c" / name).read_bytes() == (demo_tree / name).read_bytes()
    verdicts = [name for name in DOCUMENT.names if "verdict" in name or name.startswith(("concluded", "licence"))]
    made, meant = (pq.read_table(tree / "documents/00000.parquet") for tree in (tmp_path / "c", demo_tree))
    assert made.drop(verdicts) == meant.drop(verdicts), "no evidence comes with the rows, so verdicts may differ"
    counted, dropped_by, _ = totals(tmp_path / "c")
    assert counted["candidates"] == pq.read_metadata(extracted).num_rows
    assert dropped_by == {stage: totals(demo_tree)[1][stage] for stage in ("filter", "dedup", "near-dedup")}


def test_documents_in_any_order_and_split(yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path) -> None:
    table = pq.read_table(demo_tree / "extracted/00000.parquet")
    parts = []
    for number, start in enumerate(range(0, table.num_rows, 25)):
        parts.append(tmp_path / f"part-{number}.parquet")
        pq.write_table(table.slice(start, 25), parts[-1])
    inputs = [option for part in reversed(parts) for option in ("--input", part)]
    rules = ("--set", 'rules=[{use="length", min_characters=300}]')
    assert yurai("filter", *inputs, "--output", tmp_path / "out", *rules, *LOCAL).code == 0
    whole = tmp_path / "whole"
    yurai("filter", "--input", demo_tree / "extracted/00000.parquet", "--output", whole, *rules, *LOCAL)
    assert digest_of(tmp_path / "out") == digest_of(whole)


def test_an_editor_without_measures_is_refused(yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path) -> None:
    before = demo_tree / "extracted/00000.parquet"
    said = yurai("filter", "--input", before, "--output", tmp_path / "out", "--recipe", "demo", *LOCAL)
    assert said.code == 2
    assert "run yurai measure first" in said.err
    assert not (tmp_path / "out/run.json").exists()


@pytest.mark.parametrize(
    ("command", "tree", "said"),
    [
        ("language", "filter", "stage language cannot follow filter"),
        ("measure", "filter", "yurai measure --input OUT/documents --output NEW"),
        ("classify", "filter", "put classify before the first stage that drops pages"),
        ("language", "demo", "stage language cannot follow select"),
        ("language", "extract", "two stages language would write column lang"),
    ],
)
def test_the_wrong_order_is_refused(
    command: str, tree: str, said: str, yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path
) -> None:
    before = demo_tree
    extracted = demo_tree / "extracted/00000.parquet"
    if tree == "filter":
        before = tmp_path / "before"
        yurai("filter", "--input", extracted, "--output", before, *LOCAL)
    if tree == "extract":
        before = tmp_path / "before"
        yurai("language", "--input", extracted, "--output", before, *LOCAL)
    found = yurai(command, "--input", before, "--output", tmp_path / "out", *LOCAL)
    assert (found.code, said in found.err, "Traceback" in found.err) == (2, True, False), found.err
    assert not (tmp_path / "out/run.json").exists()


def test_two_trees_are_refused(yurai: Callable[..., Said], demo_tree: Path, small_tree: Path, tmp_path: Path) -> None:
    found = yurai("dedup", "--input", demo_tree, "--input", small_tree, "--output", tmp_path / "out", *LOCAL)
    assert found.code == 2
    assert "two trees cannot be joined" in found.err


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    train_bpe("<|end|>").save(str(path))
    return path


@pytest.fixture
def other(tmp_path: Path, tokenizer: Path) -> dict[str, dict[str, Any]]:
    """For every setting that is an option, a value that is not its default."""
    model = tmp_path / "model.ftz"
    shutil.copy(_locate(LID_176, tmp_path), model)
    grader = tmp_path / "grader.bin"
    graded = write_model(grader, {"positive": "a good page", "negative": "a bad page"})
    arpa = tmp_path / "tiny.arpa"
    arpa.write_text(
        "\\data\\\nngram 1=3\nngram 2=1\n\n"
        "\\1-grams:\n-1\t<unk>\n-99\t<s>\t0\n-1\t</s>\n\n\\2-grams:\n-1\t<s> </s>\n\n\\end\\\n"
    )
    rulings = tmp_path / "rulings.toml"
    rulings.write_text(
        '[[rule]]\ndomain = "shinpo.example"\ntrain = "allow"\nreviewer = "A"\ndate = 2026-01-01\nevidence = "letter"\n'
    )
    return {
        "read": {"drop_truncated": True, "digest_mismatch": "drop"},
        "extract": {
            "extractor": "honbun",
            "format": "markdown",
            "mend": False,
            "mode": "fast",
            "gate": "loose",
            "retry_with": "resiliparse",
            "dates": True,
            "titles": False,
            "evidence": False,
            "link_share": True,
            "whole_page_links": 7,
            "max_bytes": 1_000_000,
            "max_elements": 20_000,
            "max_doctype": 2_000,
            "max_attributes": 2_000,
            "max_depth": 256,
            "max_pages": 12,
            "cpu_seconds": 50,
            "memory_bytes": 3 << 30,
        },
        "language": {
            "model": str(model),
            "sha256": CARRIED[LID_176],
            "scripts": False,
            "min_letters": 3,
            "name": "second",
        },
        "redact": redact_options(),
        "measure": {"splitter": "sudachi"},
        "classify": {
            "name": "quality_of_words",
            "model": str(grader),
            "sha256": graded,
            "unit": "words",
            "splitter": "sudachi",
        },
        "perplexity": {
            "name": "surprise",
            "model": str(arpa),
            "sha256": hashlib.sha256(arpa.read_bytes()).hexdigest(),
            "form": "nfkc",
            "pieces": None,
            "pieces_sha256": None,
            "splitter": "sudachi",
        },
        "threshold": {
            "score": "lang_score",
            "min_score": None,
            "max_score": 0.75,
            "keep_share": None,
            "best": "low",
            "missing": "keep",
        },
        "filter": {},
        "dedup": {
            "method": "url",
            "keep": "best-quality",
            "quality": "lang_score",
            "against": None,
            "memory_bytes": 1000,
        },
        "near-dedup": {
            "preset": "swallow",
            "bands": 10,
            "rows": 4,
            "unit": "characters",
            "words": 3,
            "characters": 6,
            "signature": "fast-similarity",
            "threshold": 0.5,
            "measure": None,
            "verify": "estimate",
            "spare": 0,
            "numbers": None,
            "keep": "best-quality",
            "quality": "lang_score",
            "annotate": True,
            "against": None,
            "index": True,
            "memory_bytes": 100_000,
        },
        "line-dedup": {
            "unit": "paragraph",
            "min_characters": 20,
            "min_unspaced": 8,
            "min_bytes": 450,
            "snap": "sentence",
            "against": None,
            "min_copies": 3,
            "keep": "best-quality",
            "quality": "lang_score",
            "memory_bytes": 100_000,
        },
        "decontaminate": {
            "words": 9,
            "characters": 20,
            "min_words": 5,
            "min_characters": 10,
            "min_matches": 2,
            "action": "tag",
        },
        "select": {
            "policy": "open-licence-only",
            "rulings": str(rulings),
            "unknown": "drop",
            "rights_sensitive_max": 0.5,
            "seed": 7,
            "tokenizer": str(tokenizer),
            "sha256": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
            "eod": "<|end|>",
            "memory_bytes": 1 << 29,
        },
        "tokenize": {
            "tokenizer": str(tokenizer),
            "sha256": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
            "eod": "<|end|>",
            "shard_tokens": 5000,
            "format": "parquet",
        },
    }


@pytest.mark.parametrize("command", [stage.name for stage in in_order() if stage.command])
def test_every_option_is_taken(
    command: str, yurai: Callable[..., Said], other: dict[str, dict[str, Any]], demo_tree: Path, tmp_path: Path
) -> None:
    if command == "perplexity":
        pytest.importorskip("kenlm", reason="yurai[kenlm] is not installed")
    before = {"extract": SMALL[2], "line-dedup": tmp_path / "measured"}.get(
        command, demo_tree / "extracted/00000.parquet"
    )
    if command == "line-dedup":
        yurai("measure", "--input", demo_tree / "extracted/00000.parquet", "--output", before, *LOCAL)
    options = ["--input", before]
    if command == "extract":
        options += ["--set", 'gate_languages=["en", "ja"]']  # a gate needs them
    if command == "decontaminate":
        asked = tmp_path / "asked.txt"
        asked.write_text("one two three four five six seven eight nine\n")
        options += ["--set", f'evaluations=["asked={asked}"]']
    for stage in STAGES[command].command:
        flags = {name for name, setting in STAGES[stage].options.items() if is_flag(setting)}
        assert flags == other[stage].keys(), "a new option needs a value here"
        for name, value in other[stage].items():
            if value is None:
                continue  # two options say one thing: `test_threshold.py` and `test_perplexity.py` give this one, `test_against.py` a tree, `test_near_measures.py` what needs texts
            flag = name.replace("_", "-")
            options += [f"--{flag}" if value else f"--no-{flag}"] if isinstance(value, bool) else [f"--{flag}", value]
    said = yurai(command, *options, "--output", tmp_path / "out", *LOCAL)
    assert said.code == 0, said.err
    for stage in STAGES[command].command:
        found = settings_of(tmp_path / "out", stage)
        given = {name: value for name, value in other[stage].items() if value is not None}
        assert {name: found[name] for name in given} == given
        defaults = {name: setting.default for name, setting in STAGES[stage].options.items()}
        same = {name for name, value in other[stage].items() if value is not None and defaults[name] == value}
        assert same <= {"method", "unit"}, "a value that is the default shows nothing"


@pytest.mark.parametrize(
    ("command", "text", "stage", "name", "value"),
    [
        ("measure", 'taggers=["words"]', "measure", "taggers", ["words"]),
        ("dedup", "memory_bytes=5", "dedup", "memory_bytes", 5),
        ("extract", "drop_truncated=true", "read", "drop_truncated", True),
        ("extract", 'mode="fast"', "extract", "mode", "fast"),
    ],
)
def test_settings_as_toml(
    command: str,
    text: str,
    stage: str,
    name: str,
    value: Any,
    yurai: Callable[..., Said],
    demo_tree: Path,
    tmp_path: Path,
) -> None:
    before = SMALL[1] if command == "extract" else demo_tree / "extracted/00000.parquet"
    said = yurai(command, "--input", before, "--output", tmp_path / "out", "--set", text, *LOCAL)
    assert said.code == 0, said.err
    assert settings_of(tmp_path / "out", stage)[name] == value


def test_rules_as_toml(yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path) -> None:
    before, out = demo_tree / "extracted/00000.parquet", tmp_path / "out"
    rules = 'rules=[{use="length", min_characters=900}]'
    assert yurai("filter", "--input", before, "--output", out, "--set", rules, *LOCAL).code == 0
    assert settings_of(out, "filter")["rules"][0]["min_characters"] == 900
    counts = pq.read_table(out / "documents", columns=["char_count"])["char_count"].to_pylist()
    assert counts
    assert min(counts) >= 900
    assert json.loads((out / "run.json").read_bytes())["totals"]["dropped"] > 0


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("extract", ["--set", "mood=1"], "stage extract has no setting 'mood'"),
        ("extract", ["--set", "mode"], "is not KEY=TOML"),
        ("extract", ["--set", "cpu_seconds=true"], "setting cpu_seconds must be an integer, not True"),
        ("extract", ["--recipe", "nothing"], "no recipe 'nothing'"),
        ("dedup", ["--recipe", "plain"], "recipe plain has no stage dedup"),
        ("filter", ["--set", 'rules=[{use="lenght"}]'], "did you mean 'length'?"),
        ("dedup", ["--address", "10.0.0.1:6379"], "--address belongs to --runner ray"),
    ],
)
def test_wrong_options_are_refused(
    command: str, options: list[str], said: str, yurai: Callable[..., Said], demo_tree: Path, tmp_path: Path
) -> None:
    before = SMALL[1] if command == "extract" else demo_tree / "extracted/00000.parquet"
    found = yurai(command, "--input", before, "--output", tmp_path / "out", *options, *LOCAL)
    assert (found.code, "Traceback" in found.err) == (2, False)
    assert said in found.err
    assert not (tmp_path / "out").exists()


def redact_options() -> dict[str, Any]:
    """Every setting of stage redact at another value than its default."""
    report = dict.fromkeys(
        ("phone", "card", "iban", "postal", "mynumber", "licence", "residence", "insurance"), "report"
    )
    off = dict.fromkeys(("email", "ip", "bank", "passport", "pension", "ssn", "national_id"), "off")
    return {"wide": True, "others": "redact", "name": "report", "special_care": "off", **report, **off}
