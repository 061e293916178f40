"""Check the settings that a recipe gives a rule, and load the lists that they name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from yurai_filters.lists import Lines, load_local
from yurai_filters.settings import LANGUAGES, Setting, check_languages, convert, is_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yurai_filters.declaration import Declaration


def with_lists(declaration: Declaration, complete: Mapping[str, object]) -> dict[str, object]:
    """Return complete settings as the function takes them: lists that are named are loaded, once per process.

    Raises ValueError that names the filter and the setting, as `yurai_filters.lists` does.
    """
    return {name: _loaded(declaration, name, value) for name, value in complete.items()}


def check_settings(declaration: Declaration, settings: Mapping[str, object]) -> dict[str, object]:
    """Complete `settings` with the defaults of `declaration`, in the order of its signature.

    Complete settings pass unchanged, so checking twice is harmless. Filters that declare languages also take
    `languages`, a list of codes as column `lang` stores them, or `["*"]` for every row; it is sorted here, because its
    order means nothing and must not change a fingerprint.

    Raises ValueError that names the filter, the setting, what was allowed and the nearest match.
    """
    for name in settings:
        if name not in declaration.settings:
            raise ValueError(_unknown(declaration, name))
    complete = {name: _value(declaration, setting, settings) for name, setting in declaration.settings.items()}
    _refuse_crossed(declaration, complete)
    return complete


def given_to(declaration: Declaration, settings: Mapping[str, object]) -> dict[str, object]:
    """Return those of `settings` that the function has, by name: what a stage's own settings say to its taggers."""
    return {name: value for name, value in settings.items() if name in declaration.settings}


def _value(declaration: Declaration, setting: Setting, settings: Mapping[str, object]) -> object:
    value = settings.get(setting.name, setting.default)
    try:
        is_languages = setting.name == LANGUAGES and declaration.languages is not None
        return check_languages(value) if is_languages else convert(value, setting.annotation)
    except ValueError as error:
        raise ValueError(f"{declaration.kind} {declaration.name}: setting {setting.name} {error}") from None


def _refuse_crossed(declaration: Declaration, complete: Mapping[str, object]) -> None:
    """Refuse a smallest value above the largest, between which nothing stays."""
    for name, low in complete.items():
        other = f"max_{name[4:]}"
        high = complete.get(other) if name.startswith("min_") else None
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            raise ValueError(
                f"{declaration.kind} {declaration.name}: {name} = {low} is above {other} = {high}: nothing would stay"
            )


def _loaded(declaration: Declaration, name: str, value: object) -> object:
    annotation = declaration.settings[name].annotation
    if not is_list(annotation) or isinstance(value, Lines):
        return value
    try:
        return load_local(annotation, value)  # type: ignore[arg-type] # a class is hashable
    except ValueError as error:
        raise ValueError(f"{declaration.kind} {declaration.name}: setting {name} {error}") from error


def _unknown(declaration: Declaration, name: str) -> str:
    allowed = ", ".join(declaration.settings) or "none"
    near = difflib.get_close_matches(name, declaration.settings, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{declaration.kind} {declaration.name} has no setting {name!r} (allowed: {allowed}){hint}"
