"""Stage classify: any fastText model scores texts, each under its own name, and the model is part of what a run is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from fasttext_model import write_model
from run_helpers import run
from yurai.declare.batches import document_batches, named_scores, text_columns
from yurai.declare.classifier_line import MAX_CHARACTERS, classifier_line
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.run.earlier import state_of
from yurai.run.recipe import Recipe, make_recipe
from yurai.stages.classify.declare import Classify, score
from yurai_filters import splitters
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

GOOD, BAD = "a theorem proof lemma 証明 定理", "a cheap buy now 激安 送料"
TEXTS = [
    "theorem proof lemma",
    "cheap buy now",
    "theorem buy",
    "proof\nof a\tlemma",
    "nothing that it knows",
    " \n ...!? ",
    "証明 定理",
    "激安 送料",
    "lemma " * 30_000 + "cheap " * 30_000,
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("models") / "quality.bin"
    return {"model": str(path), "sha256": write_model(path, {"positive": GOOD, "negative": BAD})}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = [{"url": f"https://one.example/{number}", "text": text} for number, text in enumerate(TEXTS)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def scores_of(texts: list[str], settings: Classify) -> list[float | None]:
    (batch,) = document_batches([{"text": text} for text in texts])
    found = named_scores(score(batch, settings)).get(settings.name)
    return [None] * len(texts) if found is None else [one and round(one, 4) for one in found.to_pylist()]


def chain(*tables: dict[str, Any], rules: list[dict[str, Any]] | None = None) -> Recipe:
    stages: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, *tables]
    stages += (
        [] if rules is None else [{"use": "measure", "taggers": ["characters"]}, {"use": "filter", "rules": rules}]
    )
    return make_recipe({"name": "classified", "stage": stages}, where="test")


def table(model: dict[str, str], **given: Any) -> dict[str, Any]:
    return {"use": "classify", **model, **given}


def kept(out: Path) -> dict[str, dict[str, float]]:
    found = pq.read_table(out / "documents", columns=["url", "quality"]).to_pylist()
    return {row["url"]: {one["name"]: round(one["score"], 4) for one in row["quality"] or ()} for row in found}


def test_what_the_model_learned_decides(model: dict[str, str]) -> None:
    found = scores_of(TEXTS, Classify(**model))
    assert [one is None for one in found] == [text.startswith((" ", "nothing")) for text in TEXTS]
    good, bad, both, folded, *_ = (one or 0.0 for one in found)
    assert good > 0.9
    assert 0.1 < both < 0.9
    assert bad < 0.1
    assert folded > 0.9, "white space of any kind parts words"
    assert (found[6] or 0) > 0.9
    assert (found[7] or 1) < 0.1
    assert (found[8] or 0) > 0.9, "the first characters alone are read"


def test_a_score_is_of_the_text_alone(model: dict[str, str]) -> None:
    settings = Classify(**model)
    assert scores_of(TEXTS, settings) == [scores_of([text], settings)[0] for text in TEXTS]


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        (("positive",), {"theorem proof": "high", "cheap buy": "low"}),
        (("__label__positive",), {"theorem proof": "high", "cheap buy": "low"}),
        (("negative",), {"theorem proof": "low", "cheap buy": "high"}),
        (("positive=0", "negative=1"), {"theorem proof": "low", "cheap buy": "high"}),
    ],
)
def test_labels_make_the_score(model: dict[str, str], labels: tuple[str, ...], texts: dict[str, str]) -> None:
    for text, side in texts.items():
        (value,) = scores_of([text], Classify(**model, labels=labels))
        assert value is not None
        assert (value > 0.5) == (side == "high")


def test_weights_make_an_expected_grade(tmp_path: Path) -> None:
    path = tmp_path / "grades.bin"
    digest = write_model(path, {"0": "zero none", "1": "one uno", "2": "two due", "3": "three tre"})
    settings = Classify(name="grade", model=str(path), sha256=digest, labels=("0=0", "1=1", "2=2", "3=3"))
    found = [one or 0.0 for one in scores_of(["zero none", "one uno", "two due", "three tre", "zero three"], settings)]
    assert [round(one) for one in found[:4]] == [0, 1, 2, 3]
    assert 1 < found[4] < 2


@pytest.mark.parametrize(
    ("text", "unit", "line"),
    [
        ("a  b\r\n c", "words", "a b c"),
        ("日本 語", "characters", "日 本 語"),
        ("日本語", "words", "日本語"),
        ("a\0b", "words", "a b"),
        ("\u3000全角\u3000空白", "words", "全角 空白"),
        ("", "words", None),
        ("。、…", "characters", None),
        ("、1、", "characters", "、 1 、"),
        ("buy __label__positive now", "words", "buy now"),
        ("the end</s> </s> goes on", "words", "the end</s> goes on"),
        ("__label__positive", "words", None),
        ("x" * (MAX_CHARACTERS + 1), "words", "x" * MAX_CHARACTERS),
        ("\n" * MAX_CHARACTERS + "x", "words", None),
    ],
)
def test_one_line(text: str, unit: Any, line: str | None) -> None:
    assert classifier_line(text, unit) == line


SUDACHI = pytest.mark.skipif(splitters.missing("sudachi") is not None, reason="yurai[sudachi] is not installed")
SPLIT = {"positive": "定理 を 証明 する", "negative": "激安 で 注文 する"}


@SUDACHI
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("定理を証明する。\n雨が降る", "定理 を 証明 する 。 雨 が 降る"),
        ("東京都 A\u3000B", "東京 都 A B"),
        ("。、\n", None),
        ("</s>", "< / s >"),
    ],
)
def test_one_line_of_split_words(text: str, line: str | None) -> None:
    assert classifier_line(text, "words", "sudachi") == line


@SUDACHI
def test_a_model_of_split_words_needs_the_splitter_and_the_run_names_its_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "split.bin"
    given = {"model": str(path), "sha256": write_model(path, SPLIT)}
    texts = ["この定理を証明しよう", "激安で今すぐ注文"]
    assert scores_of(texts, Classify(**given)) == [None, None], "of words that stand together it knows none"
    good, bad = scores_of(texts, Classify(**given, splitter="sudachi"))
    assert good
    assert bad
    assert good > 0.8
    assert bad < 0.2
    recipes = [chain(table(given, **more)) for more in ({"splitter": "sudachi"}, {})]
    split, plain = ({**one.identities()[-1]["packages"]} for one in recipes)  # type: ignore[dict-item] # versions by name
    assert splitters.versions("sudachi").items() <= split.items()
    assert not splitters.versions("sudachi").keys() & plain.keys()


def test_several_in_one_recipe(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    recipe = chain(table(model, name="edu"), table(model, name="shop", labels=["negative"]), rules=[{"use": "length"}])
    record = run(tmp_path / "out", [rows], recipe=recipe)
    assert audit(open_store(str(tmp_path / "out"))).ok
    found = kept(tmp_path / "out")
    assert [one.stage for one in record.stages].count("classify") == 2
    assert all(one.seen == one.kept == len(TEXTS) for one in record.stages if one.stage == "classify")
    for values in filter(None, found.values()):
        assert values.keys() == {"edu", "shop"}
        assert values["edu"] + values["shop"] == pytest.approx(1, abs=2e-4)


def test_workers_change_nothing(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    recipe = chain(table(model))
    one, two = (
        run(tmp_path / "one", [rows], recipe=recipe),
        run(tmp_path / "two", [rows], recipe=recipe, runner=LocalRunner(2)),
    )
    assert one.digest == two.digest


def test_a_rule_reads_a_score_by_its_name(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    rules = [{"use": "score", "name": "edu", "min_score": 0.5}]
    record = run(tmp_path / "out", [rows], recipe=chain(table(model, name="edu"), rules=rules))
    assert {values["edu"] >= 0.5 for values in kept(tmp_path / "out").values() if values} == {True}
    (counts,) = [one for one in record.stages if one.stage == "filter"]
    assert counts.dropped["score:low-score"] >= 2
    assert counts.notes["score:not-judged"] == 2


def test_columns_of_a_filter_are_there_where_no_row_has_that_score(model: dict[str, str]) -> None:
    """A plug-in's filter reads a score as a column of its name; a batch without any has it as null."""
    (batch,) = document_batches([{"text": "..."}])
    assert text_columns(score(batch, Classify(**model)))["quality"].null_count == 1


def test_the_file_of_a_model_is_its_bytes(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    """Another model under the same name gives another result or is refused, never the old one."""
    path = tmp_path / "quality.bin"
    first = write_model(path, {"positive": GOOD, "negative": BAD})
    old = run(tmp_path / "old", [rows], recipe=chain(table({"model": str(path), "sha256": first})))
    second = write_model(path, {"positive": BAD, "negative": GOOD})
    with pytest.raises(DriftError):
        run(tmp_path / "old", [rows], recipe=chain(table({"model": str(path), "sha256": second})))
    new = run(tmp_path / "new", [rows], recipe=chain(table({"model": str(path), "sha256": second})))
    assert new.digest != old.digest
    for url, values in kept(tmp_path / "new").items():
        if values:
            assert values["classifier"] == pytest.approx(1 - kept(tmp_path / "old")[url]["classifier"], abs=2e-4)
    third = write_model(path, {"positive": "other words", "negative": "than before"})
    assert third != second
    with pytest.raises(RecipeError, match="no sha256"):
        run(tmp_path / "none", [rows], recipe=chain(table({"model": str(path)})))


def test_a_changed_file_is_refused(rows: Path, tmp_path: Path) -> None:
    path = tmp_path / "quality.bin"
    digest = write_model(path, {"positive": GOOD, "negative": BAD})
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(RecipeError, match="damaged or another version"):
        run(tmp_path / "out", [rows], recipe=chain(table({"model": str(path), "sha256": digest})))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": "Edu"}, "name must be a-z"),
        ({"name": "quality"}, "no column of documents"),
        ({"name": ""}, "name must be a-z"),
        ({"labels": []}, "at least one label"),
        ({"labels": ["positive", "positive=2"]}, "each once"),
        ({"labels": ["positive=much"]}, "a number as weight"),
        ({"labels": ["positive=nan"]}, "finite"),
        ({"labels": ["best"]}, "no label 'best' .it has: negative, positive"),
        ({"unit": "letters"}, "unit must be one of"),
        ({"unit": "characters", "splitter": "mecab"}, 'leave unit at "words"'),
        ({"model": ""}, "names no model"),
        ({"model": "/nowhere/model.bin"}, "does not exist"),
    ],
)
def test_what_cannot_be_meant_is_refused(model: dict[str, str], given: dict[str, Any], why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        chain(table(model) | given)


def test_two_of_one_name_are_refused(model: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match="would write over the scores classifier"):
        chain(table(model), table(model, labels=["negative"]))
    with pytest.raises(RecipeError, match="put redact before it"):
        chain(table(model), {"use": "redact"})


def test_an_edited_text_is_scored_again(model: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    page = "theorem proof lemma　theorem proof lemma\ncheap buy now cheap buy now\n" * 2
    path.write_text(json.dumps({"url": "https://one.example/", "text": page}) + "\n")
    line_dedup = [{"use": "measure", "taggers": ["characters"]}, {"use": "line-dedup", "min_characters": 5}]
    run(tmp_path / "out", [path], recipe=chain(table(model), *line_dedup))
    found = pq.read_table(tmp_path / "out" / "documents", columns=["text", "quality"]).to_pylist()
    for row in found:
        (value,) = scores_of([row["text"]], Classify(**model))
        assert round(row["quality"][0]["score"], 4) == value


def test_the_command_scores_the_documents_of_a_finished_tree(
    model: dict[str, str], rows: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    run(tmp_path / "plain", [rows], recipe=chain(rules=[{"use": "length"}]))
    options = ("--model", model["model"], "--sha256", model["sha256"], "--name", "edu", "--runner", "local")
    said = yurai("classify", "--input", tmp_path / "plain/documents", *options, "--output", tmp_path / "out")
    assert said.code == 0, said.err
    assert STAGES["classify"].command == ("classify",)
    run(tmp_path / "fused", [rows], recipe=chain(table(model, name="edu"), rules=[{"use": "length"}]))
    assert kept(tmp_path / "out") == kept(tmp_path / "fused")
    assert load_run(open_store(str(tmp_path / "out"))).recipe_stages[-1]["use"] == "classify"
    assert state_of([str(tmp_path / "out")]).measures
