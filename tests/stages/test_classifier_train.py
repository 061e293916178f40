"""`yurai classifier train`: the same documents give the same bytes, what it made scores, and each failure says why."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_helpers import run
from yurai.declare.batches import document_batches, named_scores
from yurai.run.recipe import make_recipe
from yurai.stages.classify.declare import Classify, score
from yurai.stages.classify.environment import PACKAGE, trainer
from yurai.stages.classify.judge import CUTS, table
from yurai.stages.classify.lines import read_class, settle, write_training
from yurai.stages.classify.train import TrainSettings, train
from yurai_filters import splitters
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from run_helpers import Said

SMALL = TrainSettings(dim=8, bucket=1000, epoch=25, lr=0.5)
WORDS = {
    "positive": ["theorem", "proof", "lemma", "group", "ring", "field", "module", "kernel"],
    "negative": ["cheap", "buy", "now", "sale", "price", "click", "order", "cart"],
}
COMMON = ["the", "of", "and", "to", "a", "in", "is", "that"]
JAPANESE = {"positive": "定理を証明する。補題から従う。", "negative": "激安セール中。今すぐ注文。"}


def texts_of(name: str, count: int = 120) -> list[str]:
    drawn = random.Random(name)
    return [" ".join(drawn.choices(WORDS[name] + COMMON, k=25)) for _ in range(count)]


def write_rows(path: Path, texts: Sequence[str]) -> str:
    lines = [json.dumps({"url": f"https://x.example/{number}", "text": text}) for number, text in enumerate(texts)]
    data = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """The Python that the command makes for itself, here once for all trainings."""
    try:
        with trainer(None) as made:
            yield made
    except RecipeError as error:
        if "cannot be reached" in str(error):
            pytest.skip(str(error))
        raise


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("rows")
    return {name: write_rows(folder / f"{name}.jsonl", texts_of(name)) for name in WORDS}


@pytest.fixture(scope="module")
def made(python: str, rows: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("made") / "quality.bin"
    return path, dict(train([rows["positive"]], [rows["negative"]], str(path), SMALL, python))


def scores_of(path: Path, texts: list[str], **given: Any) -> list[float]:
    settings = Classify(model=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest(), **given)
    (batch,) = document_batches([{"text": text} for text in texts])
    return named_scores(score(batch, settings))["classifier"].to_pylist()


def test_it_tells_unseen_texts_apart(made: tuple[Path, dict[str, Any]]) -> None:
    found = scores_of(made[0], ["a proof of the theorem is that lemma", "click to buy now at the price of a sale"])
    assert found[0] > 0.9
    assert found[1] < 0.1


def test_origin_says_what_it_was_made_of(made: tuple[Path, dict[str, Any]], rows: dict[str, str]) -> None:
    path, origin = made
    assert json.loads(path.with_name("quality.origin.json").read_bytes()) == origin
    assert origin["classifier"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert origin["classifier"]["labels"] == ["positive", "negative"]
    for name, counts in origin["classes"].items():
        assert (counts["documents"], counts["trained"], counts["held_out"]) == (120, 108, 12)
        assert counts["text_bytes"] == sum(len(text) for text in texts_of(name))
    assert origin["settings"] | {"unit": "words", "word_ngrams": 2, "epoch": 25} == origin["settings"]
    assert f"fasttext-community=={origin['packages']['fasttext-community']}" == PACKAGE
    assert [row["min_score"] for row in origin["held_out"]] == list(CUTS)
    assert all(row["precision"] == row["recall"] == 1 for row in origin["held_out"][2:7])


def test_inputs_of_any_form_and_order_give_the_same_bytes(
    made: tuple[Path, dict[str, Any]], python: str, tmp_path: Path
) -> None:
    good, bad = texts_of("positive"), texts_of("negative")
    (tmp_path / "bad").mkdir()
    write_rows(tmp_path / "bad/2.jsonl.gz", bad[:50][::-1])
    pq.write_table(pa.table({"body": bad[50:], "text": bad[50:]}), tmp_path / "bad/1.parquet")
    parts = [write_rows(tmp_path / name, part) for name, part in (("b.jsonl", good[:7]), ("a.jsonl", good[7:]))]
    again = train(parts[::-1], [str(tmp_path / "bad")], str(tmp_path / "q.bin"), SMALL, python)
    assert (tmp_path / "q.bin").read_bytes() == made[0].read_bytes()
    assert again["held_out"] == made[1]["held_out"]
    assert again["classes"]["positive"]["digest"] != made[1]["classes"]["positive"]["digest"], "other files"


def test_a_finished_tree_is_documents(
    made: tuple[Path, dict[str, Any]], python: str, rows: dict[str, str], tmp_path: Path
) -> None:
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "language"}]
    recipe = make_recipe({"name": "plain", "stage": stages}, where="test")
    run(tmp_path / "tree", [rows["positive"]], recipe=recipe)
    trained = train([str(tmp_path / "tree")], [rows["negative"]], str(tmp_path / "q.bin"), SMALL, python)
    assert trained["classifier"]["sha256"] == made[1]["classifier"]["sha256"]


def test_japanese_is_told_apart_by_characters(python: str, tmp_path: Path) -> None:
    drawn = random.Random(0)
    inputs = []
    for name, text in JAPANESE.items():
        parts = [one + "。" for one in text.split("。") if one]
        texts = ["".join(drawn.choices(parts, k=3)) + f"{number}番" for number in range(60)]
        inputs.append([write_rows(tmp_path / f"{name}.jsonl", texts)])
    settings = TrainSettings(unit="characters", word_ngrams=3, dim=8, bucket=1000, epoch=25, lr=0.5)
    train(*inputs, str(tmp_path / "q.bin"), settings, python)
    found = scores_of(tmp_path / "q.bin", ["この定理の証明を見る", "激安で今すぐ買う"], unit="characters")
    assert found[0] > 0.8
    assert found[1] < 0.2


@pytest.mark.skipif(splitters.missing("sudachi") is not None, reason="yurai[sudachi] is not installed")
def test_japanese_is_told_apart_by_the_words_of_a_splitter(
    python: str, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    both = []
    for name, text in JAPANESE.items():
        texts = [text + f"{number}番" for number in range(40)]
        both += [f"--{name}", write_rows(tmp_path / f"{name}.jsonl", texts)]
    options = ("--dim", "8", "--bucket", "1000", "--epoch", "25", "--lr", "0.5", "--python", python)
    model = tmp_path / "q.bin"
    said = yurai("classifier", "train", *both, "--splitter", "sudachi", "--output", model, *options)
    assert said.code == 0, said.err
    (stage,) = tomllib.loads(said.out.partition("In a recipe:")[2])["stage"]
    assert stage["splitter"] == "sudachi"
    origin = json.loads(model.with_suffix(".origin.json").read_text())
    assert splitters.versions("sudachi").items() <= origin["packages"].items()
    texts = ["この定理の証明を見る", "激安で今すぐ買う"]
    good, bad = scores_of(model, texts, splitter="sudachi")
    assert good > 0.8
    assert bad < 0.2


def test_a_page_cannot_speak_to_the_trainer(
    made: tuple[Path, dict[str, Any]], python: str, rows: dict[str, str], tmp_path: Path
) -> None:
    texts = [f"__label__negative {text} </s> __label__other" for text in texts_of("positive")]
    spoken = train(
        [write_rows(tmp_path / "x.jsonl", texts)], [rows["negative"]], str(tmp_path / "q.bin"), SMALL, python
    )
    assert spoken["classifier"]["sha256"] == made[1]["classifier"]["sha256"]


def test_the_command_prints_the_table_and_the_stage(
    python: str, rows: dict[str, str], tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    options = ("--dim", "8", "--bucket", "1000", "--epoch", "25", "--lr", "0.5", "--python", python)
    model = tmp_path / "q.bin"
    both = ("--positive", rows["positive"], "--negative", rows["negative"], "--output", model)
    said = yurai("classifier", "train", *both, *options)
    assert said.code == 0, said.err
    assert "positive        108 texts trained on, 12 held out\n" in said.out
    assert "      0.5     1.0000  1.0000  0.5000" in said.out
    (stage,) = tomllib.loads(said.out.partition("In a recipe:")[2])["stage"]
    stages = [{"use": "read"}, {"use": "extract"}, stage]
    assert make_recipe({"name": "x", "stage": stages}, where="printed").stages[2].name == "classify"
    again = yurai("classifier", "train", *both, *options)
    assert (again.code, again.out) == (0, said.out), "the same again is fine"
    blank = write_rows(tmp_path / "blank.jsonl", ["", "...", *texts_of("positive")[:2]])
    more = yurai("classifier", "train", *both[:-1], tmp_path / "more.bin", *options, "--positive", blank)
    assert "; not used: 1 without a text, 1 without a letter or digit, 2 equal to another\n" in more.out, more.err
    other = yurai("classifier", "train", *both, *options, "--seed", "1")
    assert other.code == 2
    assert "is there and holds something else" in other.err


def refused(tmp_path: Path, positive: list[str], negative: list[str], **given: Any) -> str:
    names = {"good": positive, "bad": negative}
    files = [[write_rows(tmp_path / f"{name}.jsonl", texts)] for name, texts in names.items()]
    python = given.pop("python", sys.executable)
    with pytest.raises(RecipeError) as caught:
        train(*files, str(tmp_path / given.pop("output", "q.bin")), TrainSettings(**given), python)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("positive", "negative", "given", "why"),
    [
        ([], ["b"], {}, "--positive holds no text"),
        (["a"], [], {}, "--negative holds no text"),
        (["...", " \n "], ["b"], {}, "--positive holds no text"),
        (["a b"] * 9, ["a  b"] * 4, {}, "every text of --positive is in the other class too"),
        (["a", "b"], ["a", "b", "c"], {}, "every text of --positive is in the other class too"),
        (["a"], ["b", "c"], {}, "--positive has 1 different texts, all of them held out"),
        (["a", "b"], ["c", "d"], {"held_out": 1.0}, "--held-out must be"),
        (["a", "b"], ["c", "d"], {"word_ngrams": 0}, "--word-ngrams must be"),
        (["a", "b"], ["c", "d"], {"lr": 0.0}, "--lr must be"),
        (["a", "b"], ["c", "d"], {"most": -1}, "--most"),
        (["a", "b"], ["c", "d"], {"unit": "characters", "splitter": "sudachi"}, "leave unit at"),
        (["a", "b"], ["c", "d"], {"output": "model.json"}, "must end in .bin"),
        (["a", "b"], ["c", "d"], {"python": "/nowhere/python"}, "does not exist"),
        (["a", "b"], ["c", "d"], {}, "has no fastText that trains; install fasttext-community=="),
    ],
)
def test_what_cannot_be_trained_says_why(
    tmp_path: Path, positive: list[str], negative: list[str], given: dict[str, Any], why: str
) -> None:
    assert why in refused(tmp_path, positive, negative, **given)


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}, "the package index cannot be reached"),
        ({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "."}, "has no wheel for Python"),
    ],
)
def test_an_index_that_has_nothing_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], why: str
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (environment | {"PIP_CONFIG_FILE": "/dev/null"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    said = refused(tmp_path, ["a", "b"], ["c", "d"], python=None)
    assert why in said
    assert "--python" in said


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"WARC/1.0\r\n")
    rows = write_rows(tmp_path / "b.jsonl", ["b", "c"])
    with pytest.raises(RecipeError, match=r"--positive .*a\.warc is no JSONL, no Parquet and no output tree"):
        train([str(tmp_path / "a.warc")], [rows], str(tmp_path / "q.bin"), SMALL, sys.executable)
    with pytest.raises(RecipeError, match="--positive "):
        train([str(tmp_path / "nowhere.jsonl")], [rows], str(tmp_path / "q.bin"), SMALL, sys.executable)


TEXTS = st.lists(st.sampled_from([*"abcdefghij", "", "。", "a b"]), max_size=14)


@given(TEXTS, TEXTS, st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 4), st.randoms())
def test_every_document_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    good: list[str],
    bad: list[str],
    held_out: float,
    most: int,
    order: random.Random,
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    classes = [read_class(name, texts, "words", 0, folder) for name, texts in (("positive", good), ("negative", bad))]
    try:
        settle(classes, held_out, most)
    except RecipeError:
        assert not set(good) - set(bad) - {"", "。"} or not set(bad) - set(good) - {"", "。"} or held_out
        return
    for one, texts in zip(classes, (good, bad), strict=True):
        counts = one.json()
        assert sum(counts.values()) == len(texts)  # type: ignore[arg-type] # counts
        assert not most or counts["trained"] + counts["held_out"] <= most  # type: ignore[operator] # counts
    write_training(classes, folder / "lines.txt")
    lines = (folder / "lines.txt").read_text().splitlines()
    assert len(lines) == sum(len(one.lines) - one.held_out for one in classes)
    assert not {line.partition(" ")[2] for line in lines} & {line for one in classes for line in one.held()}
    for texts in (good, bad):
        order.shuffle(texts)
    (folder / "again").mkdir()
    mixed = [
        read_class(name, texts, "words", 0, folder / "again") for name, texts in (("positive", good), ("negative", bad))
    ]
    settle(mixed, held_out, most)
    write_training(mixed, folder / "again.txt")
    assert (folder / "again.txt").read_text().splitlines() == lines


def test_the_table_counts() -> None:
    rows = table(np.array([0.95, 0.9, 0.35, 0.05]), np.array([0.6, 0.35, 0.1, 0.0]))
    assert [
        (row.min_score, row.precision, row.recall, row.share) for row in rows if row.min_score in (0.1, 0.5, 0.9)
    ] == [
        (0.1, 0.5, 0.75, 0.75),
        (0.5, 0.6667, 0.5, 0.375),
        (0.9, 1.0, 0.5, 0.25),
    ]
    assert table(np.array([0.0]), np.array([0.0]))[0].precision is None
