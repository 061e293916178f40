"""Several stages `language` in one recipe: each further one writes scores of its own, which rule `language-by` reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from fasttext_model import write_model
from gate_pages import TEXTS
from row_helpers import documents, recipe
from run_helpers import run
from yurai.declare.batches import with_columns
from yurai.run.recipe import make_recipe
from yurai.stages.language import Language, label
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from pathlib import Path

BASE: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}]
WORDS = {"jpn_Jpan": "これは 日本語の 文です", "eng_Latn": "this is english", "deu_Latn": "das ist deutsch"}


@pytest.fixture
def model(tmp_path: Path) -> dict[str, str]:
    """The settings of an identifier with labels as GlotLID has them."""
    path = tmp_path / "glot.bin"
    return {"model": str(path), "sha256": write_model(path, WORDS, answers_all=True)}


def rows(*texts: str, **columns: object) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"text": text, **columns} for text in texts], DOCUMENT)


def scores(batch: pa.RecordBatch) -> list[list[str]]:
    return [[entry["name"] for entry in row or ()] for row in batch.column("quality").to_pylist()]


def test_a_further_stage_leaves_what_the_first_wrote(model: dict[str, str]) -> None:
    first = label(rows(WORDS["jpn_Jpan"], WORDS["eng_Latn"], "12"), Language())
    both = label(first, Language(name="glot", **model))
    assert scores(both) == [["glot_ja"], ["glot_en"], ["glot_und"]]
    for column in ("lang", "lang_score"):
        assert both.column(column).equals(first.column(column))
    turned = label(label(rows(WORDS["jpn_Jpan"], WORDS["eng_Latn"], "12"), Language(name="glot", **model)), Language())
    assert turned.equals(both)


def test_shares_of_a_mixed_text_carry_the_name() -> None:
    mixed = "\n".join([*TEXTS["ja"], *TEXTS["en"]])
    both = label(label(rows(mixed), Language()), Language(name="again"))
    shares = ["lang_share_en", "lang_share_ja"]
    again = [name.replace("lang", "again") for name in shares]
    assert scores(both) == [sorted([*shares, *again, f"again_{both.column('lang')[0].as_py()}"])]


def test_what_was_said_of_an_earlier_text_is_gone(model: dict[str, str]) -> None:
    said = Language(name="glot", **model)
    mixed = label(label(rows("\n".join([*TEXTS["ja"], *TEXTS["en"]])), Language()), said)
    changed = with_columns(mixed, {"text": rows("this is english").column("text")})
    assert scores(label(label(changed, Language()), said)) == [["glot_en"]]
    mine = rows("das ist deutsch", quality=[{"name": "glotter_ja", "score": 0.5}, {"name": "glot", "score": 0.5}])
    assert scores(label(mine, said)) == [["glot", "glot_de", "glotter_ja"]]


def test_no_row_depends_on_its_neighbours(model: dict[str, str]) -> None:
    texts = ["\n".join([*TEXTS["ja"], *TEXTS["en"]]), "this is english", "", *TEXTS["ru"]]
    for settings in (Language(), Language(name="glot", **model), Language(name="x", scripts=False)):
        whole = label(rows(*texts), settings)
        for place, text in enumerate(texts):
            assert label(rows(text), settings).to_pylist() == whole.slice(place, 1).to_pylist()


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([{"use": "language"}], "two stages language would write column lang; give all but one a name"),
        ([{"use": "language", "name": "a"}] * 2, "would write over the scores a_... that stage language before it"),
        ([{"use": "language", "name": "a"}, {"use": "language", "name": "a_b"}], "would write over the scores a_b_..."),
        ([{"use": "language", "name": "lang"}], "no column of documents, not 'lang'"),
        ([{"use": "language", "name": "Glot"}], "must be a-z, 0-9 and underscores"),
        ([{"use": "language", "name": "a b"}], "must be a-z, 0-9 and underscores"),
        ([{"use": "measure"}, {"use": "language", "name": "a"}], "put language before it"),
        (
            [{"use": "language", "name": "top"}, {"use": "measure"}],
            "over the scores top_2_gram_share that stage language",
        ),
    ],
)
def test_what_would_write_over_another_is_refused(stages: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        make_recipe({"name": "x", "stage": [*BASE, *stages]}, where="r")


def test_names_alone_leave_column_lang_to_nobody() -> None:
    with pytest.raises(RecipeError, match="leave `name` out of one"):
        make_recipe({"name": "x", "stage": [*BASE[:2], {"use": "language", "name": "a"}]}, where="r")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, r"identifier must be the name of a stage language before it \(there are: glot\), not ''"),
        ({"identifier": "glotlid"}, "not 'glotlid'"),
        ({"identifier": "glot", "allow": ["fr"]}, "the model of stage language knows no 'fr'"),
    ],
)
def test_a_rule_that_names_no_identifier_is_refused(rule: dict[str, Any], message: str, model: dict[str, str]) -> None:
    stages = [*BASE, {"use": "language", "name": "glot", **model}, _filter({"use": "language-by", **rule})]
    with pytest.raises(RecipeError, match=message):
        make_recipe({"name": "x", "stage": stages}, where="r")


def test_each_rule_is_held_against_the_codes_of_its_own_model(model: dict[str, str]) -> None:
    named = {"use": "language", "name": "glot", **model}
    fine = [{"use": "language", "allow": ["fr"]}, {"use": "language-by", "identifier": "glot", "allow": ["de"]}]
    make_recipe({"name": "x", "stage": [*BASE, named, _filter(*fine)]}, where="r")
    with pytest.raises(RecipeError, match="there are: none"):
        make_recipe({"name": "x", "stage": [*BASE, _filter(fine[1])]}, where="r")


def _filter(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"use": "filter", "rules": list(rules)}


def test_a_run_judges_by_both_identifiers(tmp_path: Path, model: dict[str, str]) -> None:
    source = tmp_path / "texts.jsonl"
    texts = [*WORDS.values(), *TEXTS["ja"], *TEXTS["ru"]]
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    named = {"use": "language", "name": "glot", **model}
    rule = {"use": "language-by", "identifier": "glot", "allow": ["de"], "min_score": 0.5}
    stages = [*BASE, named, {"use": "measure"}, _filter(rule)]
    runs = [
        run(tmp_path / f"out{number}", [source], recipe=recipe(stages=stages[:place]))
        for number, place in enumerate((3, len(stages)))
    ]
    assert [record.value["totals"]["kept"] for record in runs] == [len(texts), 1]
    (kept,) = documents(tmp_path / "out1")
    assert (kept["text"], [one["name"] for one in kept["quality"]]) == (WORDS["deu_Latn"], ["glot_de"])
    before = {row["text"]: (row["lang"], row["lang_score"]) for row in documents(tmp_path / "out0")}
    assert before[kept["text"]] == (kept["lang"], kept["lang_score"])
