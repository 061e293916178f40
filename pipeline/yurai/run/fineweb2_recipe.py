"""Make the recipe of any language of FineWeb-2: the shipped one for Japanese, with the limits of another YAML.

The shipped recipe marks each line that the YAML of a language decides, `# Y <key>`, so that what all languages share is
written once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yurai.declare.language.labels import read_label
from yurai.declare.models import LID_176
from yurai.declare.stage import STAGES
from yurai.run.fineweb2_yaml import LanguageLimits, read_limits
from yurai.run.recipe import shipped
from yurai.run.recipe_text import toml_value
from yurai_filters.settings import OFF
from yurai_filters.words import UNSPACED
from yurai_manifests.errors import RecipeError

TEMPLATE: Final = "fineweb2-jpn"
JAPANESE: Final = "ja"
_LABEL: Final = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
_LINE: Final = re.compile(r"(\w+) = (.*?)(?:( +)(# .*))?")
_COUNTS_WORDS: Final = re.compile(
    r"max_(top|dup)_\d+_gram_share|max_newline_ratio|m(in|ax)_words|m(in|ax)_mean_length|max_(hash|ellipsis)_ratio"
    r"|min_letter_word_share"
)
"""Settings that compare with counts of words."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of FineWeb-2 by its label, its code as column `lang` has it, and the model that finds it."""

    label: str
    code: str
    model: str
    sha256: str

    @property
    def has_words(self) -> bool:
        """Whether words of this language can be counted: it puts space between them, or a splitter is there."""
        return self.code == JAPANESE or self.code not in UNSPACED


def language_recipe(path: Path, label: str = "", model: str = LID_176, sha256: str = "") -> tuple[str, list[str]]:
    """Return the recipe of the language whose YAML lies at `path`, in TOML, and the limits that it has to leave off.

    `label` is FineWeb-2's name of the language, the stem of the file unless given; `model` a fastText model, with its
    digest, that has the language.

    Raises:
        RecipeError: as `read_limits`; no label, or a language that the model does not have.
    """
    language = _language(path, label or path.stem, model, sha256)
    limits = read_limits(path)
    left_off: list[str] = []
    lines = [
        line
        for template in shipped()[TEMPLATE].read_text("utf-8").splitlines()
        for line in _rewritten(template, language, limits, path.name, left_off)
    ]
    return "\n".join(lines) + "\n", left_off


def _language(path: Path, label: str, model: str, sha256: str) -> Language:
    if not _LABEL.fullmatch(label):
        raise RecipeError(f"{path}: {label!r} is no name of a language in FineWeb-2; give one as --language tha_Thai")
    code = read_label(label).code
    if model == LID_176 and code not in _codes():
        raise RecipeError(
            f"model {LID_176} knows no {label} (code {code!r}), so a run would keep nothing; give one that does, as "
            "GlotLID, by --model PATH --sha256 DIGEST"
        )
    if model != LID_176 and not sha256:
        raise RecipeError(f"model {model} needs its digest: --sha256, in hexadecimal")
    return Language(label, code, model, sha256)


def _codes() -> frozenset[str]:
    """Return the languages of the model that comes with Yurai."""
    stage = STAGES["language"]
    return stage.codes(stage.use({}).settings)


def _rewritten(line: str, language: Language, limits: LanguageLimits, file: str, left_off: list[str]) -> Iterator[str]:
    """Yield what stands in the place of one line of the template; `left_off` collects limits that are off by it."""
    parsed = _LINE.fullmatch(line)
    if line.startswith("# Y is "):
        yield f"# Y is {file}."
    elif parsed is None:
        yield line
    elif parsed[1] == "splitter":
        yield line if language.code == JAPANESE else _without_splitter(language)
    else:
        name, why = parsed[1], parsed[4] or ""
        column = len(line) - len(why)
        value = _value(name, parsed[2], language, limits, by_yaml=why.startswith("# Y "))
        if not language.has_words and _COUNTS_WORDS.fullmatch(name) and value != toml_value(OFF):
            value, why = toml_value(OFF), f"# {why[2:]}; off: nothing here counts words of {language.code}"
            left_off.append(name)
        yield _aligned(f"{name} = {value}", column, why)
        if name == "model" and language.sha256:
            yield f"sha256 = {toml_value(language.sha256)}"


def _aligned(setting: str, column: int, why: str) -> str:
    """Return a line whose reason stands in its column, or two spaces behind a setting that reaches it."""
    return f"{setting.ljust(column - 2)}  {why}" if why else setting


def _without_splitter(language: Language) -> str:
    if language.has_words:
        return "# P step 5: language; D has a splitter of words for each, here they stand between spaces and marks"
    return f"# P step 5: language; nothing here splits words of {language.code}: limits that count them are off"


def _value(name: str, value: str, language: Language, limits: LanguageLimits, *, by_yaml: bool) -> str:
    """Return the value of a setting, in TOML; `by_yaml` says that the YAML of the language decides it."""
    if by_yaml and name != "stop_words":
        return toml_value(limits.limits[name])
    if value == toml_value(TEMPLATE):
        return toml_value(f"fineweb2-{language.label}")
    given = {
        "about": f"FineWeb-2's pipeline for {language.label}: its limits, and its bands for near-duplicates",
        "stop_words": list(limits.stop_words),
        "allow": [language.code],
        "languages": [language.code],
        "model": language.model,
    }
    return toml_value(given[name]) if name in given else value
