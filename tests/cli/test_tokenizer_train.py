"""`yurai tokenizer train`: the same documents and settings give the same bytes, and what it made can be used."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from run_helpers import YURAI, Said
from yurai.cli.reference import cli_page
from yurai.tokens import load_tokenizer
from yurai.tokens.train import TrainSettings, train
from yurai_manifests.errors import RecipeError, ShardError

SETTINGS = TrainSettings(vocab_size=700)


@pytest.fixture(scope="module")
def made(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("made") / "tokenizer.json"
    return path, train([str(demo_tree)], str(path), SETTINGS)


def texts(tree: Path) -> list[str]:
    return pq.read_table(tree / "documents").column("text").to_pylist()


def test_every_byte_comes_back(made: tuple[Path, dict[str, Any]], demo_tree: Path) -> None:
    path, origin = made
    tokenizer = load_tokenizer(str(path), sha256=origin["tokenizer"]["sha256"], eod=origin["eod"])
    assert tokenizer.vocab_size == origin["tokenizer"]["vocab_size"] == 700
    for text in [*texts(demo_tree), "\x00 龘 \U0001f408 <|endoftext|>\n"]:
        (document,) = tokenizer.encode_batch([text])
        assert document[-1] == tokenizer.eod
        assert not (document[:-1] == tokenizer.eod).any()
        assert tokenizer.model.decode(document[:-1].tolist(), skip_special_tokens=False) == text


def test_it_learnt_something(made: tuple[Path, dict[str, Any]], demo_tree: Path) -> None:
    documents = texts(demo_tree)
    bytes_ = sum(len(text.encode()) for text in documents)
    tokens = sum(len(document) for document in load_tokenizer(str(made[0])).encode_batch(documents))
    assert tokens < 0.6 * bytes_


def test_origin_says_what_it_was_made_of(made: tuple[Path, dict[str, Any]], demo_tree: Path) -> None:
    path, origin = made
    assert json.loads(path.with_name("tokenizer.origin.json").read_bytes()) == origin
    assert origin["tokenizer"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    documents = texts(demo_tree)
    whole = {"documents": len(documents), "text_bytes": sum(len(text.encode()) for text in documents)}
    assert origin["sample"] == whole
    assert origin["input"].items() >= whole.items()
    assert origin["settings"]["vocab_size"] == 700
    assert {entry.name for entry in path.parent.iterdir()} == {"tokenizer.json", "tokenizer.origin.json"}
    assert str(path.parent) not in path.with_name("tokenizer.origin.json").read_text()


def test_same_bytes_in_another_process_and_from_other_files(
    made: tuple[Path, dict[str, Any]], demo_tree: Path, tmp_path: Path
) -> None:
    """The rows in another order, in two Parquet files instead of a tree, with one thread and another hash seed."""
    table = pq.read_table(demo_tree / "documents/00000.parquet")
    for number, part in enumerate((table.slice(20), table.slice(0, 20))):
        pq.write_table(part, tmp_path / f"{number}.parquet")
    inputs = [word for number in (1, 0) for word in ("--input", tmp_path / f"{number}.parquet")]
    done = subprocess.run(
        [*YURAI, "tokenizer", "train", *inputs, "--output", tmp_path / "again.json", "--vocab-size", "700"],
        env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.json").read_bytes() == made[0].read_bytes()


def test_sample_follows_doc_ids_alone(demo_tree: Path, tmp_path: Path) -> None:
    table = pq.read_table(demo_tree / "documents/00000.parquet")
    pq.write_table(table.slice(0, 9), tmp_path / "a.parquet")
    pq.write_table(table.slice(9), tmp_path / "b.parquet")
    asked = TrainSettings(300, sum(table.column("text_bytes").to_pylist()) // 2)
    whole = train([str(demo_tree)], str(tmp_path / "whole.json"), asked)
    cut = train([str(tmp_path / "b.parquet"), str(tmp_path / "a.parquet")], str(tmp_path / "cut.json"), asked)
    assert whole["sample"] == cut["sample"]
    assert 0 < whole["sample"]["documents"] < table.num_rows
    assert (tmp_path / "whole.json").read_bytes() == (tmp_path / "cut.json").read_bytes()


def test_command_prints_a_recipe_that_loads(yurai: Callable[..., Said], small_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "own.json"
    specials = ("--special", "<eos>", "--special", "<|user|>")
    said = yurai("tokenizer", "train", "--input", small_tree, "--output", out, "--vocab-size", 400, *specials)
    assert said.code == 0, said.err
    (stage,) = tomllib.loads(said.out.partition("In a recipe:\n")[2])["stage"]
    assert stage.pop("use") == "tokenize"
    tokenizer = load_tokenizer(stage.pop("tokenizer"), **stage)
    assert stage["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert tokenizer.eod == 0
    tokenized = yurai(
        *("tokenize", "--runner", "local", "--output", tmp_path / "out", "--tokenizer", out, "--eod", "<eos>"),
        *("--input", make_untokenized(small_tree, tmp_path)),
    )
    assert tokenized.code == 0, tokenized.err


def make_untokenized(tree: Path, folder: Path) -> Path:
    return Path(shutil.copy(tree / "documents/00000.parquet", folder / "documents.parquet"))


def test_too_little_text_is_said(yurai: Callable[..., Said], small_tree: Path, tmp_path: Path) -> None:
    asked = ("--vocab-size", 50_000, "--output", tmp_path / "big.json")
    said = yurai("tokenizer", "train", "--input", small_tree, *asked)
    assert said.code == 0
    assert "fewer than the 50,000 asked for" in said.out


def test_what_cannot_be_trained_is_refused(yurai: Callable[..., Said], small_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "no.json"

    def said(*arguments: object) -> str:
        result = yurai("tokenizer", "train", "--input", small_tree, "--output", out, *arguments)
        assert result.code == 2
        return result.err

    assert "no room for 256 bytes" in said("--vocab-size", 256)
    assert "each named once" in said("--special", "a", "--special", "a")
    assert "raise it" in said("--sample-bytes", 1)
    assert not out.exists()
    with pytest.raises(RecipeError, match="neither an output tree"):
        train([str(tmp_path / "none")], str(out), SETTINGS)
    out.write_text("something else")
    with pytest.raises(RecipeError, match="holds something else"):
        train([str(small_tree)], str(out), SETTINGS)
    assert out.read_text() == "something else"


def test_changed_documents_are_found(tree: Path, tmp_path: Path) -> None:
    path = tree / "documents/00000.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(ShardError, match="was changed after it was written"):
        train([str(tree)], str(tmp_path / "no.json"), SETTINGS)


def test_reference_page_lists_the_command_of_a_group() -> None:
    section = cli_page().partition("## yurai tokenizer train\n")[2].partition("\n## ")[0]
    for option in ("--input", "--output", "--vocab-size", "--sample-bytes", "--special"):
        assert f"`{option}`" in section
