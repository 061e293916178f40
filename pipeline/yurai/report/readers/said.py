"""Write the words of a report so that they can be said in another language: English is the key of each sentence."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import Final, Literal, TypeAlias, cast

Language: TypeAlias = Literal["en", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")
TABLES: Final = ["yurai.report.readers"]
"""Packages with a `words.ja.json`, looked into in this order; one that says more adds itself when it is imported."""


class Said(str):
    """A sentence or label of a report: in English as text, with what it was made of, to be said in Japanese."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, str | int]


def say(template: str, **values: str | int) -> Said:
    """Return `template` with its {places} filled; numbers get their thousands apart."""
    said = Said(_filled(template, values))
    said.template, said.values = template, values
    return said


def _filled(template: str, values: dict[str, str | int]) -> str:
    if not values:
        return template
    return template.format(**{name: f"{one:,}" if isinstance(one, int) else one for name, one in values.items()})


def in_language(said: Said, language: Language) -> str:
    """Return a sentence in a language; raises KeyError where nobody has translated it (a test looks for that)."""
    if language == "en":
        return str(said)
    values = {name: in_language(one, language) if isinstance(one, Said) else one for name, one in said.values.items()}
    table = next((package for package in TABLES if said.template in japanese(package)), TABLES[0])
    return _filled(japanese(table)[said.template], values)


@functools.cache
def japanese(package: str = TABLES[0]) -> dict[str, str]:
    """Return the table of words of a package: English to Japanese, each with the same {places}."""
    text = importlib.resources.files(package).joinpath("words.ja.json").read_text("utf-8")
    return cast("dict[str, str]", json.loads(text))
