"""A recipe for any language of FineWeb-2, from YAML as it publishes it; YAML that it cannot have is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from yurai.cli.recipe_commands import recipe
from yurai.run.fineweb2_recipe import TEMPLATE, language_recipe
from yurai.run.recipe import Recipe, load_recipe, make_recipe
from yurai_manifests.errors import RecipeError

GIVEN: dict[str, Any] = {
    "dup_line_frac": 0.25,
    "dup_n_grams": [[5, 0.21], [6, 0.2], [7, 0.19], [8, 0.18], [9, 0.17], [10, 0.16]],
    "language_score": 0.7,
    "line_punct_thr": 0.05,
    "max_avg_word_length": 11,
    "max_non_alpha_words_ratio": 0.75,
    "min_avg_word_length": 2,
    "new_line_ratio": 0.2,
    "stopwords": ["jsem", "není", "já"],
    "top_n_grams": [[2, 0.11], [3, 0.12], [4, 0.13]],
}


def written(folder: Path, name: str = "ces_Latn", without: str = "", **changes: object) -> Path:
    path = folder / f"{name}.yml"
    value = {key: one for key, one in (GIVEN | changes).items() if key != without}
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    return path


def made(path: Path, **given: str) -> Recipe:
    return make_recipe(tomllib.loads(language_recipe(path, **given)[0]), where="made")


def rules(made_recipe: Recipe) -> dict[str, dict[str, Any]]:
    return {
        str(rule["use"]): rule
        for use in made_recipe.stages
        if use.name == "filter"
        for rule in use.json()["rules"]  # type: ignore[union-attr] # a list of tables
    }


def test_each_key_lands_in_its_limit(tmp_path: Path) -> None:
    found = rules(made(written(tmp_path)))
    assert found["language"] == {"use": "language", "allow": ["cs"], "min_score": 0.7}
    assert found["gopher-repetition"] == {
        "use": "gopher-repetition",
        "languages": ["cs"],
        "max_dup_line_share": 0.25,
        "max_dup_line_char_share": None,
        "max_dup_paragraph_share": None,
        "max_dup_paragraph_char_share": None,
        **{f"max_top_{n}_gram_share": share for n, share in GIVEN["top_n_grams"]},
        **{f"max_dup_{n}_gram_share": share for n, share in GIVEN["dup_n_grams"]},
    }
    assert found["fineweb"] == {
        "use": "fineweb",
        "languages": ["cs"],
        "min_end_mark_line_share": 0.05,
        "max_short_line_share": None,
        "max_repeated_line_char_share": 0.1,
        "max_newline_ratio": 0.2,
    }
    quality = found["gopher-quality"]
    assert (quality["min_mean_length"], quality["max_mean_length"], quality["min_letter_word_share"]) == (2, 11, 0.75)
    assert quality["stop_words"] == ["jsem", "není", "já"]
    assert (quality["min_words"], quality["max_words"], quality["min_stop_words"]) == (50, 100_000, 2)


def test_the_japanese_recipe_is_made_of_its_own_numbers(tmp_path: Path) -> None:
    pytest.importorskip("sudachipy")
    shipped = load_recipe(TEMPLATE)
    found = rules(shipped)
    again = {
        "language_score": found["language"]["min_score"],
        "dup_line_frac": found["gopher-repetition"]["max_dup_line_share"],
        "top_n_grams": [[n, found["gopher-repetition"][f"max_top_{n}_gram_share"]] for n in (2, 3, 4)],
        "dup_n_grams": [[n, found["gopher-repetition"][f"max_dup_{n}_gram_share"]] for n in range(5, 11)],
        "line_punct_thr": found["fineweb"]["min_end_mark_line_share"],
        "new_line_ratio": found["fineweb"]["max_newline_ratio"],
        "min_avg_word_length": found["gopher-quality"]["min_mean_length"],
        "max_avg_word_length": found["gopher-quality"]["max_mean_length"],
        "max_non_alpha_words_ratio": found["gopher-quality"]["min_letter_word_share"],
        "stopwords": found["gopher-quality"]["stop_words"],
    }
    assert made(written(tmp_path, "jpn_Jpan", **again)).stages == shipped.stages


@pytest.mark.parametrize(
    ("changes", "rule", "setting"),
    [
        ({"dup_line_frac": 0}, "gopher-repetition", "max_dup_line_share"),
        ({"dup_line_frac": None}, "gopher-repetition", "max_dup_line_share"),
        ({"line_punct_thr": -1}, "fineweb", "min_end_mark_line_share"),
        ({"min_avg_word_length": 0}, "gopher-quality", "min_mean_length"),
        ({"max_avg_word_length": None}, "gopher-quality", "max_mean_length"),
        ({"max_non_alpha_words_ratio": 0.0}, "gopher-quality", "min_letter_word_share"),
        ({"top_n_grams": [[2, 0.1]]}, "gopher-repetition", "max_top_3_gram_share"),
        ({"dup_n_grams": []}, "gopher-repetition", "max_dup_10_gram_share"),
    ],
)
def test_what_switches_a_limit_off_there_does_so_here(
    tmp_path: Path, changes: dict[str, object], rule: str, setting: str
) -> None:
    assert rules(made(written(tmp_path, **changes)))[rule][setting] is None


def test_zero_is_a_limit_where_datatrove_compares_with_it(tmp_path: Path) -> None:
    found = rules(made(written(tmp_path, top_n_grams=[[2, 0]], new_line_ratio=0)))
    assert found["gopher-repetition"]["max_top_2_gram_share"] == 0
    assert found["fineweb"]["max_newline_ratio"] == 0


def test_a_language_without_spaces_says_what_it_cannot_judge(tmp_path: Path) -> None:
    text, left_off = language_recipe(written(tmp_path, "tha_Thai"))
    found = rules(make_recipe(tomllib.loads(text), where="made"))
    assert len(left_off) == 17
    assert all(found[rule].get(name) is None for rule in found for name in left_off)
    assert found["gopher-repetition"]["max_dup_line_share"] == 0.25
    assert found["fineweb"]["min_end_mark_line_share"] == 0.05
    done = CliRunner().invoke(recipe, ["from-fineweb2", str(tmp_path / "tha_Thai.yml")])
    assert "min_mean_length" in done.stderr
    assert tomllib.loads(done.stdout) == tomllib.loads(text)


def test_the_name_of_a_language_may_be_given(tmp_path: Path) -> None:
    path = written(tmp_path, "limits")
    assert rules(made(path, label="hun_Latn"))["language"]["allow"] == ["hu"]
    with pytest.raises(RecipeError, match="give one as --language"):
        language_recipe(path)


def test_a_language_that_the_model_lacks_asks_for_another(tmp_path: Path) -> None:
    path = written(tmp_path, "aai_Latn")
    with pytest.raises(RecipeError, match=r"knows no aai_Latn.*--model PATH --sha256"):
        language_recipe(path)
    with pytest.raises(RecipeError, match="needs its digest"):
        language_recipe(path, model="glotlid.bin")
    value = tomllib.loads(language_recipe(path, model="glotlid.bin", sha256="ab" * 32)[0])
    stage = next(one for one in value["stage"] if one["use"] == "language")
    assert (stage["model"], stage["sha256"]) == ("glotlid.bin", "ab" * 32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dup_line_fraction": 0.3}, "no key 'dup_line_fraction'; did you mean 'dup_line_frac'"),
        ({"min_stop_words": 3}, "reads no key 'min_stop_words'"),
        ({"language_score": "high"}, "language_score must be a number, from 0 to 1, not 'high'"),
        ({"language_score": 88.6}, "language_score must be a number, from 0 to 1, not 88.6"),
        ({"language_score": None}, "language_score must be a number"),
        ({"dup_line_frac": -0.1}, "dup_line_frac must be a number"),
        ({"dup_line_frac": True}, "dup_line_frac must be a number, from 0 to 1, not True"),
        ({"new_line_ratio": float("nan")}, "new_line_ratio must be a number"),
        ({"new_line_ratio": float("inf")}, "new_line_ratio must be a number"),
        ({"max_avg_word_length": [5]}, r"max_avg_word_length must be a number, at least 0, not \[5\]"),
        ({"line_punct_thr": 1.5}, "line_punct_thr must be a number"),
        ({"top_n_grams": {2: 0.1}}, r"top_n_grams must be a list of pairs \[n, share\]"),
        ({"top_n_grams": [[2, 0.1, 3]]}, "top_n_grams must be a list of pairs"),
        ({"top_n_grams": [[5, 0.1]]}, "top_n_grams has n = 5; there are rules for n = 2, 3, 4"),
        ({"dup_n_grams": [[5, 0.1], [5, 0.2]]}, "dup_n_grams has n = 5 twice"),
        ({"dup_n_grams": [[5, 7]]}, "dup_n_grams for n = 5 must be a number, from 0 to 1, not 7"),
        ({"stopwords": "jsem"}, "stopwords must be a list of words"),
        ({"stopwords": ["ja", False]}, "stopwords: number 2 is False, no word; put it in quotation marks"),
        ({"stopwords": ["ja", " "]}, "stopwords: number 2 is ' ', no word"),
        ({"stopwords": ["ja", "ja"]}, "stopwords must be at least 2 different ones"),
        ({"without": "stopwords"}, "lacks stopwords"),
        ({"without": "language_score"}, "lacks language_score; its first revision has no language_score"),
    ],
)
def test_wrong_yaml_is_refused_with_its_place(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(RecipeError, match=f"ces_Latn.yml: .*{message}"):
        language_recipe(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a table of limits"),
        ("- 1\n", "needs a table of limits"),
        ("a: [1\n", "is not YAML"),
        ("a: !!python/object/apply:os.getcwd []\n", "is not YAML"),
        ("dup_line_frac: 0.1\ndup_line_frac: 0.2\n", "is not YAML.*key 'dup_line_frac' stands twice"),
        ("a: \x00\n", "is not YAML"),
        ("[" * 3000, "is not YAML"),
        ("? [1, 2]\n: 3\n", "reads no key|is not YAML"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ces_Latn.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(RecipeError, match=message):
        language_recipe(path)


def test_no_file_and_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        language_recipe(tmp_path / "ces_Latn.yml")
    (tmp_path / "ces_Latn.yml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(RecipeError, match="is not YAML"):
        language_recipe(tmp_path / "ces_Latn.yml")
