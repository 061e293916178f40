"""Take what people know of a run and no manifest can, from a TOML file of `key = "answer"`."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from yurai_manifests.clean import clean
from yurai_manifests.errors import RecipeError
from yurai_manifests.visible import escaped

Answers: TypeAlias = Mapping[str, str]
"""Answers by the key of their question; a question that nobody answered is not in it."""


class Question(NamedTuple):
    """What an export asks people. One that is `required` has no word for "unknown" in the export's standard."""

    key: str
    ask: str
    required: bool = False


def read_answers(path: str, asks: Sequence[Question]) -> Answers:
    """Return what a TOML file answers, as `checked_answers`; errors as it, and where the file is no TOML."""
    try:
        value = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f'{path} holds no answers: {error}; write a TOML file of lines `key = "answer"`') from error
    return checked_answers(value, asks, path)


def checked_answers(value: Mapping[str, object], asks: Sequence[Question], where: str) -> Answers:
    """Return answers as text: strings, numbers, dates, booleans, and lists of them; empty ones are none.

    Raises:
        RecipeError: nobody asked for one of them, or it is no answer.
    """
    known = [one.key for one in asks]
    unknown = sorted(value.keys() - set(known))
    if unknown:
        said = f"it asks for {', '.join(known)}" if known else "it asks for nothing"
        raise RecipeError(f"{where} answers {escaped(unknown[0])!r}, which this export does not ask: {said}")
    texts = {key: _text(one, f"{where}, {key}") for key, one in value.items()}
    return {key: texts[key] for key in known if texts.get(key)}


def open_questions(asks: Sequence[Question], answers: Answers) -> list[Question]:
    """Return the questions that have no answer."""
    return [one for one in asks if one.key not in answers]


def refuse_unanswered(name: str, asks: Sequence[Question], answers: Answers) -> None:
    """Raise RecipeError where a required answer is missing; the message is a file to begin with."""
    missing = [one for one in open_questions(asks, answers) if one.required]
    if missing:
        lines = ", ".join(f'{one.key} = "..." ({one.ask})' for one in missing)
        raise RecipeError(
            f"export {name} cannot be written without what no manifest knows; give --with FILE.toml: {lines}"
        )


def as_toml(asks: Sequence[Question]) -> str:
    """Return questions as the TOML file that takes their answers."""
    return "".join(f'{one.key} = ""  # {one.ask}\n' for one in asks)


def _text(value: object, where: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise RecipeError(f"{where} is a time without a zone; write 2026-01-31T09:00:00Z")
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return clean(str(value).strip(), longest=None)
    if isinstance(value, list):
        return ", ".join(_text(one, where) for one in value)
    raise RecipeError(f"{where} is no answer; write text, a number, a date, true or false, or a list of them")
