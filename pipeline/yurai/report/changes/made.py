"""Compare what two runs were made by: settings of each stage, versions of rules and packages, digests of models."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from yurai.report.query.identities import identity_rows
from yurai_manifests.canonical import Json, canonical
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

Facts = dict[str, str]
"""What a stage was made by, as `kind name` and value."""
ABSENT: Final = "-"
STAGE: Final = "stage"
ORDER: Final = "order of stages"


class Difference(NamedTuple):
    """One thing that two runs were made by, and what it is in each; "-" where it is not there."""

    stage: str
    """Name of the stage; its second one is `filter#2`. "" for the order of stages."""
    what: str
    """`setting min_characters of length`, `version`, `package lxml`, `model policy`, `rule length`."""
    old: str
    new: str


def differences(old: tuple[Store, RunRecord], new: tuple[Store, RunRecord]) -> list[Difference]:
    """Return what differs, in the order of the newer run's stages; stages that it lacks come last."""
    olds, news = _made_by(*old), _made_by(*new)
    order = [*news, *(name for name in olds if name not in news)]
    found = list(chain.from_iterable(_of_stage(name, olds.get(name), news.get(name)) for name in order))
    kept_order = [name for name in olds if name in news] == [name for name in news if name in olds]
    return found if kept_order else [Difference("", ORDER, ", ".join(olds), ", ".join(news)), *found]


def _of_stage(name: str, old: Facts | None, new: Facts | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(name, STAGE, ABSENT if old is None else "there", ABSENT if new is None else "there")
        return
    for what in sorted({*old, *new}):
        before, now = old.get(what, ABSENT), new.get(what, ABSENT)
        if before != now:
            yield Difference(name, what, before, now)


def _made_by(store: Store, run: RunRecord) -> dict[str, Facts]:
    """Return the facts of each stage, in order; versions of an earlier tree's stages are in its own plan."""
    names = _numbered(str(use["use"]) for use in run.recipe_stages)
    made = {name: _settings(use) for name, use in zip(names, run.recipe_stages, strict=True)}
    first = len(run.stages) - len(names)
    for one in identity_rows(store, run):
        if one.number >= first:
            made[names[one.number - first]][_what(one.kind, one.name)] = one.version
    return made


def _what(kind: str, name: str) -> str:
    return "version" if kind == "stage" else f"{kind} {name}"


def _numbered(names: Iterable[str]) -> list[str]:
    """Return names, the second and later ones of a kind with their number."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return numbered


def _settings(use: Mapping[str, Json]) -> Facts:
    """Return each setting as JSON; those of rules apart, and the order of rules."""
    facts: Facts = {}
    for name, value in use.items():
        if name == "use":
            continue
        if name == "rules" and isinstance(value, list):
            facts |= _rules([one for one in value if isinstance(one, dict)])
        else:
            facts[f"setting {name}"] = _json(value)
    return facts


def _rules(rules: list[dict[str, Json]]) -> Facts:
    names = _numbered(str(rule.get("use")) for rule in rules)
    facts = {
        f"setting {key} of {name}": _json(value)
        for name, rule in zip(names, rules, strict=True)
        for key, value in rule.items()
        if key != "use"
    }
    return facts | {"order of rules": ", ".join(names)}


def _json(value: Json) -> str:
    return canonical(value).decode()
