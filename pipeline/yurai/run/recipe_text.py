"""Write a recipe out with all its settings, and tell two recipes apart by them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from yurai.run.recipe import Recipe
from yurai.sources.rows.tables import KEYS
from yurai_filters.settings import OFF
from yurai_manifests.canonical import Json

Place: TypeAlias = tuple[str, str]
"""(stage, or stage and rule; setting)."""


class Difference(NamedTuple):
    """One setting of two recipes: `stage`, or `stage rule`, its name, and both values; None where there is none."""

    place: str
    setting: str
    one: Json
    other: Json


def toml_value(value: Json) -> str:
    """Return a value as TOML has it in one line; no value is none of TOML's."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def as_toml(recipe: Recipe) -> str:
    """Return the recipe in TOML with every setting of every stage; one without a value is a comment."""
    lines = [f"name = {toml_value(recipe.name)}", f"about = {toml_value(recipe.about)}"]
    lines += ["", "[deliver]", *(f"{key} = {size}" for key, size in recipe.deliver.items())]
    for use in recipe.stages:
        lines += ["", "[[stage]]", *(line for name, value in use.json().items() for line in _setting(name, value))]
    for table in recipe.sources:
        given = {key: getattr(table, key) for key in KEYS}  # without what is concluded of them
        lines += ["", "[[source]]", *(f"{key} = {toml_value(value)}" for key, value in given.items() if value)]
    if recipe.side:
        lines += ["", "[side]", *(f"{key} = {toml_value(list(paths))}" for key, paths in recipe.side.items())]
    return "\n".join(lines) + "\n"


def _setting(name: str, value: Json) -> Iterator[str]:
    if value is None:
        yield f"# {name} is not set"
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        yield f"{name} = ["
        yield from (f"    {toml_value(_with_off(one))}," for one in value)
        yield "]"
    else:
        yield f"{name} = {toml_value(value)}"


def _with_off(rule: Json) -> Json:
    """Return a rule's table with the word for what is unset: where it is left out, the rule's own default counts."""
    return {key: OFF if one is None else one for key, one in rule.items()} if isinstance(rule, Mapping) else rule


def differences(one: Recipe, other: Recipe) -> list[Difference]:
    """Return the settings in which two recipes differ, in the order of the first; those of the second alone last."""
    left, right = dict(_flat(one)), dict(_flat(other))
    names = [*left, *(name for name in right if name not in left)]
    found = [Difference(*name, left.get(name), right.get(name)) for name in names if left.get(name) != right.get(name)]
    return [*_order(left, right), *found]


def _order(left: Mapping[Place, Json], right: Mapping[Place, Json]) -> Iterator[Difference]:
    """Yield the order of stages and rules that both have, where it is not the same."""
    one, other = ([place for place, name in all_ if name == "use" and (place, name) in both]
                  for all_, both in ((left, right), (right, left)))  # fmt: skip
    if one != other:
        yield Difference("all", "order", [*one], [*other])


def _flat(recipe: Recipe) -> Iterator[tuple[Place, Json]]:
    """Yield ((stage or stage and rule, setting), value); what stands twice has its number behind it."""
    yield from ((("deliver", key), size) for key, size in recipe.deliver.items())
    seen = Counter[str]()
    for use in recipe.stages:
        stage = _numbered(seen, use.name)
        for name, value in use.json().items():
            if not isinstance(value, list) or not any(isinstance(one, Mapping) for one in value):
                yield (stage, name), True if name == "use" else value
                continue
            for rule in value:
                assert isinstance(rule, Mapping)
                place = _numbered(seen, f"{stage} {rule['use']}")
                yield from (((place, key), True if key == "use" else one) for key, one in rule.items())


def _numbered(seen: Counter[str], name: str) -> str:
    seen[name] += 1
    return name if seen[name] == 1 else f"{name} {seen[name]}"
