"""Read the rules of a filter stage: filters and editors by name, with their settings, in their order."""

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from yurai.declare.lists import declared_digests, digests, pinned, without_lists
from yurai.engine.arguments import plain
from yurai.engine.use import Settings
from yurai_filters import EDITORS, FILTERS, TAGGERS, Declaration, check_settings
from yurai_filters import load_plugins as find_plugins
from yurai_filters.declare import ENTRY_POINTS
from yurai_filters.settings import told
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError
from yurai_manifests.plugins import leave_out, missing


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A filter or editor as a filter stage uses it: its name and all its settings."""

    name: str
    settings: Mapping[str, object]

    @property
    def rule(self) -> Declaration:
        """The declaration."""
        return rule(self.name)

    def json(self) -> dict[str, Json]:
        """Return the use as a recipe has it."""
        return {"use": self.name, **{name: plain(value) for name, value in self.settings.items()}}


Rules: TypeAlias = tuple[RuleUse, ...]


@functools.cache
def load_plugins() -> None:
    """Have the rules of other packages declared, once in each process: workers read recipes too."""
    for name, why in find_plugins().items():
        leave_out(ENTRY_POINTS, f"{name} cannot be loaded: {why}; repair or uninstall that package")


def rule(name: str) -> Declaration:
    """Return the filter or editor called `name`.

    Raises:
        RecipeError: there is none; the message lists those there are.
    """
    load_plugins()
    known = {**FILTERS, **EDITORS}
    if name in known:
        return known[name]
    raise RecipeError(
        f"no filter or editor is called {told(name)} (there are: {', '.join(sorted(known))}){_hint(name, known)}"
        f"{missing(ENTRY_POINTS)}"
    )


def tagger(name: str) -> Declaration:
    """Return the tagger called `name`; raises RecipeError with those there are."""
    load_plugins()
    if name in TAGGERS:
        return TAGGERS[name]
    raise RecipeError(
        f"no tagger is called {told(name)} (there are: {', '.join(sorted(TAGGERS))}){_hint(name, TAGGERS)}"
        f"{missing(ENTRY_POINTS)}"
    )


def _hint(name: str, known: Mapping[str, Declaration]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def check_rules(stage: str, value: object) -> Rules:
    """Return the rules with all their settings.

    Raises:
        RecipeError: not a list of tables, an unknown name, an unknown setting or a wrong value.
    """
    if isinstance(value, tuple) and all(isinstance(entry, RuleUse) for entry in value):
        return value
    if not isinstance(value, list):
        raise _no_tables(stage, value)
    return tuple(_check_rule(stage, entry, value) for entry in value)


def _check_rule(stage: str, entry: object, value: object) -> RuleUse:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("use"), str):
        raise _no_tables(stage, value)
    name, given = entry["use"], {key: setting for key, setting in entry.items() if key != "use"}
    try:
        complete = check_settings(rule(name), given)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    return RuleUse(name, pinned(rule(name), complete))


def _no_tables(stage: str, value: object) -> RecipeError:
    return RecipeError(f'stage {stage}: rules must be a list of tables such as {{ use = "length" }}, not {told(value)}')


def restored_rules(written: Json) -> Rules:
    """Return what `RuleUse.json` wrote of each rule; lists need not be where they were."""
    assert isinstance(written, list)
    return tuple(
        RuleUse(str(entry["use"]), {name: value for name, value in entry.items() if name != "use"})
        for entry in written
        if isinstance(entry, Mapping)
    )


def rules_of(settings: Settings) -> Rules:
    """Return the rules that a stage's settings hold; most have none."""
    return getattr(settings, "rules", ())


def taggers_of(settings: Settings) -> tuple[str, ...]:
    """Return the taggers that a stage's settings name; most name none."""
    return getattr(settings, "taggers", ())


def settings_identity(settings: Settings) -> dict[str, Json]:
    """Return `settings` without the lists of rules: their digests are what they are, wherever they lie."""
    written = settings.identity()
    if "rules" in written:
        written["rules"] = [
            RuleUse(one.name, without_lists(one.rule, one.settings)).json() for one in rules_of(settings)
        ]
    return written


def list_digests(settings: Settings) -> dict[str, str]:
    """Return the sha256 of each file that rules name, by its place in the recipe, or that a rule or tagger declares."""
    declared = [digest for one in _declarations(settings) for digest in declared_digests(one).items()]
    return dict(declared) | {
        f"rules[{index}] {one.name}.{name}": digest
        for index, one in enumerate(rules_of(settings))
        for name, digest in digests(one.rule, one.settings).items()
    }


def rules_identity(settings: Settings) -> list[dict[str, Json]]:
    """Return name, version and package of every rule and tagger that `settings` name."""
    return [
        {"use": one.name, "version": one.version, "package": one.package.name, "package_version": _version(one)}
        for one in _declarations(settings)
    ]


def _declarations(settings: Settings) -> list[Declaration]:
    return [one.rule for one in rules_of(settings)] + [tagger(name) for name in taggers_of(settings)]


def _version(declaration: Declaration) -> str | None:
    """Leave Yurai's own version out: a rule's integer version says when its output changes."""
    return None if declaration.package.name == "yurai" else declaration.package.version
