"""Values of a recipe that no run could write down or look up are refused as values, in a line that can be read."""

from __future__ import annotations

from typing import Any

import pytest

from row_helpers import STAGES, recipe
from yurai.run.recipe import make_recipe
from yurai_manifests.errors import RecipeError

LONG = "x" * 5_000


def refused(stages: list[dict[str, Any]], **more: object) -> str:
    with pytest.raises(RecipeError) as caught:
        make_recipe({"name": "odd", "stage": stages, **more}, where="odd.toml")
    assert len(str(caught.value)) < 2_000
    return str(caught.value)


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400])
def test_a_number_beyond_what_json_can_say(number: int) -> None:
    beyond = "not a number beyond 9,007,199,254,740,991"
    assert beyond in refused([STAGES[0], {"use": "extract", "max_bytes": number}])
    rules = [{"use": "gopher-quality", "max_ellipsis_ratio": number}]  # takes a float, or nothing
    assert beyond in refused([*STAGES, {"use": "filter", "rules": rules}])
    assert beyond in refused(STAGES, deliver={"text_bytes": number})


def test_the_largest_number_is_one() -> None:
    made = recipe(stages=[STAGES[0], {"use": "extract", "max_bytes": 2**53 - 1}, *STAGES[2:]])
    assert made.identities()


@pytest.mark.parametrize("name", [LONG, "a\0b"])
def test_a_model_under_a_name_that_no_file_has(name: str) -> None:
    with pytest.raises(RecipeError, match="has no sha256 in the recipe"):
        recipe(stages=[*STAGES[:2], {"use": "language", "model": name}]).identities()


def test_a_long_text_is_cut_where_it_is_repeated() -> None:
    assert "(5,002 characters)" in refused([STAGES[0], {"use": "extract", "mode": LONG}])
    assert "(5,002 characters)" in refused([{"use": LONG}])
    assert "(5,002 characters)" in refused([*STAGES, {"use": "filter", "rules": [{"use": LONG}]}])
