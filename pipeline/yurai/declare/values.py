"""Check the values of a stage's settings from a recipe or the command line, and restore them from what a run wrote."""

import difflib
import types
from collections.abc import Iterable
from typing import Union, get_args, get_origin

from yurai.declare.rules import Rules, check_rules, restored_rules
from yurai_filters import Setting
from yurai_filters.settings import bare, convert, expected
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError


def setting_value(stage: str, setting: Setting, value: object) -> object:
    """Return the value of one setting in the form that it has in memory.

    Raises:
        RecipeError: a wrong type, a number out of range, or a wrong rule.
    """
    if setting.annotation == Rules:
        return check_rules(stage, value)
    try:
        return convert(value, setting.annotation)
    except ValueError as error:
        raise RecipeError(f"stage {stage}: setting {setting.name} {error}") from error


def restored(annotation: object, written: Json) -> object:
    """Return a value as it was before it was written as JSON; it was checked then."""
    if annotation == Rules:
        return restored_rules(written)
    if isinstance(written, list):
        return tuple(written)
    kind = bare(annotation)
    kinds = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return float(written) if isinstance(written, int) and float in kinds else written


def kind_of(setting: Setting) -> str:
    """Say in words which values a setting takes."""
    return "a list of tables" if setting.annotation == Rules else expected(setting.annotation)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint for a name that is not among those known, or nothing."""
    matches = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""
