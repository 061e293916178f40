"""A limit whose column is null lets no page pass in silence: it is counted, told, or refused with the recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import yurai_filters as yf
from yurai.declare.rules import check_rules
from yurai.run.recipe import load_recipe
from yurai.stages.filter.decide import Decider
from yurai.stages.measure import Measure, run_taggers
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = "雨が降る日に山を歩いた。\n風が強く、木の葉が道に落ちていた。\n"
WORDS = {"min_words", "max_words", "min_mean_length", "max_mean_length", "max_hash_ratio", "max_ellipsis_ratio"}
WORDS |= {"min_letter_word_share"}
GRAMS = {f"max_top_{n}_gram_share" for n in (2, 3, 4)} | {f"max_dup_{n}_gram_share" for n in range(5, 11)}


def rows(texts: list[tuple[str, str]]) -> pa.RecordBatch:
    made: list[dict[str, Any]] = [
        {"doc_id": f"{number:032x}", "source": "a.warc", "text": text, "lang": lang, "text_bytes": len(text.encode())}
        for number, (text, lang) in enumerate(texts)
    ]
    columns = [pa.array([row.get(field.name) for row in made], field.type) for field in DOCUMENT]
    return run_taggers(pa.RecordBatch.from_arrays(columns, names=DOCUMENT.names), Measure())


def decided(rules: list[dict[str, Any]], texts: list[tuple[str, str]]) -> tuple[StageCounts, list[dict[str, Any]]]:
    """Counts of a filter stage over texts, and what is told of the first of them."""
    decider = Decider("filter", check_rules("filter", rules), ())
    counts, batch = StageCounts("filter"), rows(texts)
    decider(batch, counts)
    _, entries = decider.trace(batch.slice(0, 1))
    return counts, entries


@pytest.mark.parametrize(
    ("rule", "unseen"),
    [
        ({"use": "gopher-quality", "languages": ["ja"], "min_stop_words": 0}, WORDS),
        ({"use": "gopher-quality", "languages": ["*"], "min_stop_words": 0}, WORDS),
        ({"use": "gopher-repetition", "languages": ["ja"]}, GRAMS),
        ({"use": "fineweb", "languages": ["ja"], "max_short_line_share": 1.0}, {"max_newline_ratio"}),
        ({"use": "fineweb", "languages": ["ja"], "max_short_line_share": 1.0, "max_newline_ratio": "off"}, set()),
        ({"use": "gopher-repetition", "languages": ["ja"], **dict.fromkeys(GRAMS, "off")}, set()),
        ({"use": "gopher-repetition", "languages": ["ja"], **dict.fromkeys(GRAMS, 1.0)}, set()),
        (
            {"use": "gopher-repetition", "languages": ["ja"], **dict.fromkeys(sorted(GRAMS)[1:], "off")},
            {min(GRAMS)},
        ),
        ({"use": "length", "max_characters": 9000}, set()),
        ({"use": "c4", "languages": ["ja"], "min_sentences": 1}, set()),
    ],
)
def test_each_limit_that_judged_nothing_is_counted_and_told(rule: dict[str, Any], unseen: set[str]) -> None:
    counts, entries = decided([rule], [(PAGE, "ja"), (PAGE.replace("山", "川"), "ja")])
    assert counts.kept == 2
    notes = {f"{rule['use']}:{limit}:not-judged": 2 for limit in unseen}
    assert dict(counts.notes) == notes
    assert set(entries[0].get("limits_not_judged", [])) == unseen
    assert entries[0]["verdict"] == "kept"


def test_a_page_that_another_limit_drops_was_not_let_pass_by_one_that_is_blind() -> None:
    counts, entries = decided([{"use": "gopher-repetition", "languages": ["ja"]}], [("同じ\n" * 9, "ja")])
    assert counts.dropped == {"gopher-repetition:duplicate-paragraphs": 1} or counts.dropped.total() == 1
    assert not counts.notes
    assert "limits_not_judged" not in entries[0]


def test_pages_of_a_language_that_can_be_judged_add_nothing() -> None:
    english = "The rain fell on that day, and we have walked with the others to the house of the old man.\n" * 3
    counts, _ = decided(
        [{"use": "gopher-quality", "languages": ["en", "ja"]}], [(english, "en"), (PAGE, "ja"), (english, "fr")]
    )
    assert {name for name in counts.notes if name.count(":") == 1} == {"gopher-quality:not-judged"}
    assert all(count == 1 for count in counts.notes.values())


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("how", ["below", "worked out", "fixed", "pc.less", "off"])
def test_limits_of_a_plugin_are_counted_however_they_are_written(how: str) -> None:
    @yf.document_filter("mine", version=1, cites="a test")
    def mine(text: pa.StringArray, word_count: pa.Int32Array, *, min_words: int | None = 3) -> pa.StringArray:
        """Drop."""
        conditions: Mapping[str, Any] = {
            "below": lambda: yf.below(word_count, min_words),
            "worked out": lambda: yf.below(word_count, None if min_words is None else min_words * 2),
            "fixed": lambda: yf.below(word_count, 3),
            "pc.less": lambda: pc.less(word_count, pa.scalar(3)),
            "off": lambda: yf.below(word_count, None),
        }
        return yf.first_reason(empty=pc.equal(text, pa.scalar("")), few=conditions[how]())

    counts, _ = decided([{"use": "mine"}], [(PAGE, "ja"), ("some words that are here for a test", "en")])
    name = {"below": "min_words", "worked out": "word_count", "fixed": "word_count", "pc.less": "few", "off": ""}[how]
    assert dict(counts.notes) == ({f"mine:{name}:not-judged": 1} if name else {})


# --- recipes ----------------------------------------------------------------------------------------------------------

HEAD = "".join(f'[[stage]]\nuse = "{name}"\n' for name in ("read", "extract", "language", "measure"))
OFF = ", ".join(f'{limit} = "off"' for limit in sorted(WORDS))


def recipe(folder: Path, rules: str) -> str:
    path = folder / "recipe.toml"
    path.write_text(f'name = "mine"\n{HEAD}[[stage]]\nuse = "filter"\nrules = [{rules}]\n[[stage]]\nuse = "tokenize"\n')
    return str(path)


@pytest.mark.parametrize(
    ("rules", "rule", "code", "limits"),
    [
        ('{ use = "gopher-quality", languages = ["ja"] }', "gopher-quality", "ja", WORDS),
        ('{ use = "gopher-quality", languages = ["en", "th"] }', "gopher-quality", "th", WORDS),
        ('{ use = "gopher-repetition", languages = ["zh"] }', "gopher-repetition", "zh", GRAMS),
        ('{ use = "fineweb", languages = ["ja"] }', "fineweb", "ja", {"max_newline_ratio"}),
        ('{ use = "fineweb", languages = ["km"], max_newline_ratio = 9.5 }', "fineweb", "km", {"max_newline_ratio"}),
        ('{ use = "language", allow = ["ja"] }, { use = "fineweb", languages = ["*"] }', "fineweb", "ja", set()),
        ('{ use = "length" }, { use = "fineweb", languages = ["lo", "en"] }', "fineweb", "lo", {"max_newline_ratio"}),
        (
            '{ use = "gopher-quality", languages = ["ja"], min_words = "off" }',
            "gopher-quality",
            "ja",
            WORDS - {"min_words"},
        ),
    ],
)
def test_a_recipe_is_refused_where_a_limit_can_never_judge_a_language_it_names(
    tmp_path: Path, rules: str, rule: str, code: str, limits: set[str]
) -> None:
    with pytest.raises(RecipeError) as refused:
        load_recipe(recipe(tmp_path, rules))
    said = str(refused.value)
    assert f"rule {rule} is for '{code}'" in said
    assert 'set each of them to "off"' in said
    assert ("splitter" in said) == (code == "ja")
    assert all(limit in said for limit in limits)
    assert all(limit not in said for limit in (WORDS | GRAMS) - limits)


@pytest.mark.parametrize(
    "rules",
    [
        f'{{ use = "gopher-quality", languages = ["ja"], {OFF} }}',
        '{ use = "fineweb", languages = ["ja"], max_newline_ratio = "off" }',
        '{ use = "gopher-quality" }, { use = "gopher-repetition" }, { use = "fineweb" }',
        '{ use = "gopher-quality", languages = ["*"] }',
        '{ use = "language", allow = ["en", "und"] }, { use = "gopher-repetition", languages = ["*"] }',
        '{ use = "gopher-quality", languages = ["de", "ko"] }',
        '{ use = "c4", languages = ["ja"] }, { use = "length" }',
        '{ use = "language", allow = ["ja", "en"] }, { use = "gopher-quality" }',
    ],
)
def test_a_recipe_whose_limits_can_judge_is_taken(tmp_path: Path, rules: str) -> None:
    assert len(load_recipe(recipe(tmp_path, rules)).stages) == 6


@pytest.mark.parametrize("how", ["off", None])
def test_off_is_how_a_recipe_says_unset(how: str | None) -> None:
    [use] = check_rules("filter", [{"use": "length", "min_characters": 2, "max_characters": how}])
    assert use.settings["max_characters"] is None


def test_off_is_no_value_of_a_setting_that_must_be_set() -> None:
    with pytest.raises(RecipeError, match="setting min_characters must be an integer"):
        check_rules("filter", [{"use": "length", "min_characters": "off"}])
