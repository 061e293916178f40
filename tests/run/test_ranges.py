"""Both sides of each range of each setting, generated from the declarations; a recipe that cannot be meant does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from run_helpers import SMALL
from yurai.declare.stage import STAGES
from yurai.run.recipe import make_recipe
from yurai_filters import EDITORS, FILTERS, check_settings
from yurai_filters.settings import bare, expected, ranges
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from run_helpers import Said

RULES = {**FILTERS, **EDITORS}
NUMBERS = (int, float)


def edges(annotation: Any) -> Iterator[tuple[Any, bool]]:
    """Values at the edges of a setting's ranges, and whether each is inside."""
    for kind, one in ranges(annotation):
        inside, outside = one.edges(whole=kind is int)
        yield from ((kind(value), True) for value in inside)
        yield from ((kind(value), False) for value in outside)


STAGE_EDGES = [
    pytest.param(stage.name, name, value, inside, id=f"{stage.name}.{name}={value}")
    for stage in STAGES.values()
    for name, setting in stage.options.items()
    for value, inside in edges(setting.annotation)
]
RULE_EDGES = [
    pytest.param(rule.name, name, value, inside, id=f"{rule.name}.{name}={value}")
    for rule in RULES.values()
    if rule.package.name == "yurai"
    for name, setting in rule.settings.items()
    for value, inside in edges(setting.annotation)
]


def is_number(annotation: Any) -> bool:
    kind = bare(annotation)
    return kind in NUMBERS or any(kind == one | None for one in NUMBERS)


def test_every_number_has_a_range() -> None:
    options = [(stage.name, option) for stage in STAGES.values() for option in stage.options.values()]
    options += [
        (rule.name, one) for rule in RULES.values() if rule.package.name == "yurai" for one in rule.settings.values()
    ]
    numbers = [(owner, one) for owner, one in options if is_number(one.annotation)]
    assert [f"{owner}.{one.name}" for owner, one in numbers if not ranges(one.annotation)] == []
    assert len(numbers) > 40


def paired(settings: Iterable[str], setting: str, value: Any) -> dict[str, Any]:
    """Return a value for a setting, and for its other bound where it has one: or the two would cross."""
    swapped = {"min_": "max_", "max_": "min_"}.get(setting[:4])
    other = f"min_{setting}" if swapped is None else swapped + setting[4:]
    return {one: value for one in (setting, other) if one in settings}


@pytest.mark.parametrize(("name", "setting", "value", "inside"), STAGE_EDGES)
def test_a_stage_takes_what_lies_in_its_range(name: str, setting: str, value: Any, inside: bool) -> None:
    stage = STAGES[name]
    if inside:
        assert getattr(stage.use(paired(stage.options, setting, value)).settings, setting) == value
        return
    with pytest.raises(RecipeError) as refused:
        stage.use({setting: value})
    assert f"stage {name}: setting {setting} must be {expected(stage.options[setting].annotation)}" in str(
        refused.value
    )


@pytest.mark.parametrize(("name", "setting", "value", "inside"), RULE_EDGES)
def test_a_rule_takes_what_lies_in_its_range(name: str, setting: str, value: Any, inside: bool) -> None:
    if inside:
        assert check_settings(RULES[name], paired(RULES[name].settings, setting, value))[setting] == value
        return
    with pytest.raises(ValueError, match=f"setting {setting} must be"):
        check_settings(RULES[name], {setting: value})


@pytest.mark.parametrize(
    ("stage", "wrong"),
    [
        ("tokenize", {"shard_tokens": 0}),
        ("dedup", {"memory_bytes": -5}),
        ("extract", {"cpu_seconds": 0}),
        ("near-dedup", {"bands": 0}),
        ("near-dedup", {"threshold": 1.5}),
        ("near-dedup", {"bands": 400, "rows": 20}),
        ("near-dedup", {"annotate": True, "against": ["tree"]}),
        ("line-dedup", {"min_copies": 1}),
        ("line-dedup", {"unit": "span", "min_bytes": 399}),
        ("dedup", {"keep": "best-quality"}),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_recipe_is_read(stage: str, wrong: dict[str, Any]) -> None:
    names = ("read", "extract", "language", "measure", "dedup", "line-dedup", "near-dedup", "tokenize")
    stages = [{"use": name, **(wrong if name == stage else {})} for name in names]
    with pytest.raises(RecipeError, match=f"^x: stage {stage}: "):
        make_recipe({"name": "x", "stage": stages}, where="x")


def test_a_refused_recipe_leaves_nothing_and_the_mended_one_runs(yurai: Callable[..., Said], tmp_path: Path) -> None:
    """The wrong stage is the last one: what comes before it must not have run, or the mended recipe would drift."""
    lines = [f'[[stage]]\nuse = "{name}"\n' for name in ("read", "extract", "language", "measure", "near-dedup")]
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('name = "x"\n' + "".join(lines) + "threshold = 1.5\n")
    words = ("run", recipe, "--input", SMALL[2], "--output", tmp_path / "out", "--runner", "local", "--no-report")
    refused = yurai(*words)
    assert refused.code == 2
    assert "threshold must be a number, above 0 and at most 1, not 1.5" in refused.err
    assert not (tmp_path / "out").exists()
    recipe.write_text('name = "x"\n' + "".join(lines) + "threshold = 0.9\n")
    assert yurai(*words).code == 0
