"""`yurai recipe show` prints a recipe that can be run; `yurai recipe diff` names each setting in which two differ."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yurai.cli.recipe_commands import recipe
from yurai.run.recipe import Recipe, load_recipe, make_recipe, shipped
from yurai.run.recipe_text import as_toml, differences

STAGES = ["read", "extract", "language", "measure", "dedup"]
PLAIN = {
    "name": "one",
    "stage": [{"use": name, **({"taggers": ["characters"]} if name == "measure" else {})} for name in STAGES],
}


def said(*words: str) -> str:
    done = CliRunner().invoke(recipe, [*words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", shipped())
def test_every_setting_written_out_is_the_same_recipe(name: str) -> None:
    whole = make_recipe(tomllib.loads(as_toml(load_recipe(name))), where="again")
    assert whole == load_recipe(name)
    assert tomllib.loads(said("show", name)) == tomllib.loads(shipped()[name].read_text("utf-8"))
    assert make_recipe(tomllib.loads(said("show", name, "--full")), where="printed").identities() == whole.identities()


def test_sources_and_sides_come_back(tmp_path: Path) -> None:
    text = """
name = "日本語 \\"quoted\\" \\\\ "
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[source]]
match = "notes*.jsonl"
licence = "CC-BY-4.0"
columns = { text = "body" }
[side]
robots = ["a.paths", "b.warc.gz"]
"""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    loaded = load_recipe(str(path))
    assert make_recipe(tomllib.loads(as_toml(loaded)), where="again") == loaded


def changed(**settings: object) -> Recipe:
    tables = [dict(table) for table in PLAIN["stage"]]
    tables[1] |= settings
    return make_recipe(PLAIN | {"stage": tables}, where="changed")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"mend": False}, [("extract", "mend", True, False)]),
        (
            {"max_depth": 600, "mode": "fast"},
            [("extract", "mode", "recall", "fast"), ("extract", "max_depth", 512, 600)],
        ),
        ({"retry_rules": ["c4"]}, [("extract", "retry_rules", ["gopher-quality", "gopher-repetition"], ["c4"])]),
    ],
)
def test_settings_that_differ_are_named(settings: dict[str, object], expected: list[object]) -> None:
    assert differences(changed(), changed(**settings)) == expected
    assert differences(changed(**settings), changed(**settings)) == []


def test_rules_and_stages_that_one_has_are_named() -> None:
    more = {"use": "filter", "rules": [{"use": "length", "min_characters": 5}, {"use": "length", "max_characters": 9}]}
    other = make_recipe(PLAIN | {"stage": [*PLAIN["stage"][:4], more, *PLAIN["stage"][4:]]}, where="other")
    found = {(one.place, one.setting): (one.one, one.other) for one in differences(changed(), other)}
    assert found["filter", "use"] == (None, True)
    assert found["filter length", "min_characters"] == (None, 5)
    assert found["filter length 2", "max_characters"] == (None, 9)
    assert not any(place == "dedup" for place, _ in found)


def test_another_order_is_a_difference() -> None:
    rules = [{"use": "url-words"}, {"use": "length", "min_characters": 5}]
    one, other = (
        make_recipe(PLAIN | {"stage": [*PLAIN["stage"][:4], {"use": "filter", "rules": order}]}, where="other")
        for order in (rules, rules[::-1])
    )
    (found,) = differences(one, other)
    assert (found.place, found.setting) == ("all", "order")
    assert found.one == ["read", "extract", "language", "measure", "filter", "filter url-words", "filter length"]


def test_what_is_printed() -> None:
    assert json.loads(said("show", "plain", "--format", "json")) == load_recipe("plain").json()
    found = json.loads(said("diff", "web-en", "web-ja", "--format", "json"))
    assert {"place": "filter language", "setting": "allow", "one": ["en"], "other": ["ja"]} in found
    assert said("diff", "plain", "plain").endswith("no setting differs\n")
    assert "settings differ" in said("diff", "plain", "demo")
