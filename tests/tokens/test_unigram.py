"""`yurai tokenizer train --model unigram`: the same documents give the same bytes, and no text is lost in it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from run_helpers import YURAI, demo_recipe, run
from yurai.tokens import Tokenizer, load_tokenizer
from yurai.tokens.train import TrainSettings, train
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store

SETTINGS = TrainSettings(2_500, model="unigram", special=("<|end|>", "<|turn|>"))


@pytest.fixture(scope="module")
def path(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "tokenizer.model"
    origin = train([str(demo_tree)], str(path), SETTINGS)
    assert json.loads(path.with_name("tokenizer.origin.json").read_bytes()) == origin
    assert origin["settings"]["model"] == "unigram"
    assert set(origin["packages"]) == {"sentencepiece", "yurai"}
    return path


@pytest.fixture(scope="module")
def tokenizer(path: Path) -> Tokenizer:
    return load_tokenizer(str(path), eod="<|end|>")


def test_documents_come_back_shorter_than_bytes(tokenizer: Tokenizer, path: Path, demo_tree: Path) -> None:
    library = SentencePieceProcessor(model_file=str(path))
    texts = pq.read_table(demo_tree / "documents").column("text").to_pylist()
    encoded = tokenizer.encode_batch(texts)
    assert [library.decode(ids[:-1].tolist()) for ids in encoded] == texts
    assert sum(map(len, encoded)) < 0.6 * sum(len(text.encode()) for text in texts)
    assert tokenizer.unknown is None


@settings(max_examples=80, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="▁\0")))
def test_every_text_comes_back(text: str, tokenizer: Tokenizer, path: Path) -> None:
    library = SentencePieceProcessor(model_file=str(path))
    (ids,) = tokenizer.encode_batch([text])
    assert library.decode(ids[:-1].tolist()) == text


@pytest.mark.parametrize("page", ["<|end|>", "a<|turn|>b", " two  spaces ", "line\nbreaks\n\n", "\t\u3000", "龘🐈"])
def test_forms_of_text(page: str, tokenizer: Tokenizer, path: Path) -> None:
    library = SentencePieceProcessor(model_file=str(path))
    (ids,) = tokenizer.encode_batch([page])
    assert not {library.piece_to_id("<|end|>"), library.piece_to_id("<|turn|>")} & set(ids[:-1].tolist())
    assert library.decode(ids[:-1].tolist()) == page


def test_same_bytes_on_one_core_and_with_another_hash_seed(path: Path, demo_tree: Path, tmp_path: Path) -> None:
    words = ["--model", "unigram", "--vocab-size", "2500", "--special", "<|end|>", "--special", "<|turn|>"]
    subprocess.run(
        [
            "taskset",
            "-c",
            "0",
            *YURAI,
            "tokenizer",
            "train",
            "--input",
            demo_tree,
            "--output",
            tmp_path / "again.model",
            *words,
        ],
        env={**os.environ, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=True,
    )
    assert (tmp_path / "again.model").read_bytes() == path.read_bytes()
    assert (tmp_path / "again.origin.json").read_bytes() == path.with_name("tokenizer.origin.json").read_bytes()


def test_a_run_takes_it(path: Path, tmp_path: Path) -> None:
    change = {"tokenizer": str(path), "eod": "<|end|>"}
    record = run(tmp_path / "out", recipe=demo_recipe(lambda stages: stages["tokenize"].update(change)))
    ended = audit(open_store(str(tmp_path / "out")))
    assert ended.ok
    assert record.value["totals"]["tokens"] > 0


@pytest.mark.parametrize(
    ("settings_", "output", "message"),
    [
        (SETTINGS, "tokenizer.json", r"must end in \.model"),
        (TrainSettings(), "tokenizer.model", r"must end in \.json"),
        (TrainSettings(260, model="unigram"), "tokenizer.model", "raise --vocab-size"),
    ],
)
def test_what_cannot_be_is_refused(
    settings_: TrainSettings, output: str, message: str, demo_tree: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match=message):
        train([str(demo_tree)], str(tmp_path / output), settings_)
    assert list(tmp_path.iterdir()) == []
