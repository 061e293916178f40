"""The rules of a filter stage: filters and editors by name, with their settings, in the order they are applied."""

import difflib
import functools
from collections.abc import Mapping
from typing import Any, NewType

from yurai.errors import RecipeError
from yurai.lists import digests, pinned, without_lists
from yurai_filters import EDITORS, FILTERS, TAGGERS, ContractViolation, Declaration, check_settings
from yurai_filters import load_plugins as find_plugins

Rules = NewType("Rules", list[dict[str, Any]])
"""A list of tables, each with `use` (the name of a filter or editor) and its settings."""


@functools.cache
def load_plugins() -> None:
    """Have the rules of other packages declared, once in each process: workers read recipes too.

    Raises:
        RecipeError: an installed plugin cannot be loaded.
    """
    try:
        find_plugins()
    except (ContractViolation, ImportError) as error:
        note = "; ".join(getattr(error, "__notes__", []))
        raise RecipeError(f"a filter plugin cannot be loaded: {error}; {note}") from error


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
        f"no filter or editor is called {name!r} (there are: {', '.join(sorted(known))}){_hint(name, known)}"
    )


def tagger(name: str) -> Declaration:
    """Return the tagger called `name`; raises RecipeError with those there are."""
    load_plugins()
    if name in TAGGERS:
        return TAGGERS[name]
    raise RecipeError(f"no tagger is called {name!r} (there are: {', '.join(sorted(TAGGERS))}){_hint(name, TAGGERS)}")


def _hint(name: str, known: Mapping[str, Declaration]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def check_rules(stage: str, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - from TOML, checked here
    """Return the rules with all their settings.

    Raises:
        RecipeError: not a list of tables, an unknown name, an unknown setting or a wrong value.
    """
    if not isinstance(value, list) or not all(
        isinstance(entry, Mapping) and isinstance(entry.get("use"), str) for entry in value
    ):
        raise RecipeError(f'stage {stage}: rules must be a list of tables such as {{ use = "length" }}, not {value!r}')
    return [_check_rule(entry) for entry in value]


def _check_rule(entry: Mapping[str, Any]) -> dict[str, Any]:
    given = rule_settings(entry)
    try:
        complete = check_settings(rule(entry["use"]), given)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    complete = pinned(rule(entry["use"]), complete)
    plain = {name: list(found) if isinstance(found, tuple) else found for name, found in complete.items()}
    return {"use": entry["use"], **plain}


def rule_settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a checked entry: all of it but the rule's name."""
    return {name: value for name, value in entry.items() if name != "use"}


def settings_identity(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return `settings` without the lists of rules: their digests are what they are, wherever they lie."""
    if "rules" not in settings:
        return dict(settings)
    kept = [
        {"use": entry["use"], **without_lists(rule(entry["use"]), rule_settings(entry))} for entry in settings["rules"]
    ]
    return {**settings, "rules": kept}


def list_digests(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the sha256 of each list that rules name, by its place in the recipe."""
    return {
        f"rules[{place}] {entry['use']}.{name}": digest
        for place, entry in enumerate(settings.get("rules", []))
        for name, digest in digests(rule(entry["use"]), rule_settings(entry)).items()
    }


def rules_identity(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return name, version and package of every rule and tagger that `settings` name."""
    named = [rule(entry["use"]) for entry in settings.get("rules", [])]
    named += [tagger(name) for name in settings.get("taggers", [])]
    return [
        {"use": one.name, "version": one.version, "package": one.package.name, "package_version": _version(one)}
        for one in named
    ]


def _version(declaration: Declaration) -> str | None:
    """Leave Yurai's own version out: a rule's integer version says when its output changes."""
    return None if declaration.package.name == "yurai" else declaration.package.version
