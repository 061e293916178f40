"""Read the YAML that FineWeb-2 publishes for each of its languages: the limits that its pipeline reads from it.

Source: huggingface/fineweb-2, fineweb-2-pipeline.py and configs/*.yml, whose limits go to filters of datatrove 0.10.1.
There 0 and null switch four limits off, and a negative share of lines is one that no text is below.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from yurai.declare.values import nearest
from yurai_filters.settings import OFF
from yurai_manifests.errors import RecipeError

Limit: TypeAlias = float | str
"""A number, or the word for none."""
TOP: Final = (2, 3, 4)
REPEATED: Final = (5, 6, 7, 8, 9, 10)
MIN_STOP_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class LanguageLimits:
    """What the YAML of one language says: settings of rules by name, and its stop words."""

    limits: Mapping[str, Limit]
    stop_words: tuple[str, ...]


def read_limits(path: Path) -> LanguageLimits:
    """Read the YAML of a language.

    Raises:
        RecipeError: no such file, no YAML, a key that the pipeline does not read or one that it needs and is not there,
            or a value that it cannot mean.
    """
    try:
        value = yaml.load(path.read_text("utf-8"), _Strict)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RecipeError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, Mapping):
        raise RecipeError(f"{path}: needs a table of limits, as configs/*.yml of huggingface/fineweb-2 are")
    return _limits(value, str(path))


class _Strict(yaml.SafeLoader):  # type: ignore[misc] # PyYAML has no types
    """YAML without keys that stand twice, of which PyYAML takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        made: dict[Hashable, object] = super().construct_mapping(node, deep)
        return made


def _limits(value: Mapping[object, object], where: str) -> LanguageLimits:
    for key in value:
        if key not in _READ and key != "stopwords":
            raise RecipeError(
                f"{where}: the pipeline of FineWeb-2 reads no key {key!r}{nearest(str(key), [*_READ, 'stopwords'])}"
            )
    if missing := [key for key in (*_READ, "stopwords") if key not in value]:
        older = "; its first revision has no language_score: take a newer one" if missing == ["language_score"] else ""
        raise RecipeError(f"{where}: lacks {', '.join(missing)}{older}")
    limits: dict[str, Limit] = {}
    for key, read in _READ.items():
        try:
            limits |= read(value[key])
        except ValueError as error:
            raise RecipeError(f"{where}: {key} {error}") from error
    return LanguageLimits(limits, _stop_words(value["stopwords"], where))


def _number(value: object, most: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most or math.isinf(value):
        reach = f"from 0 to {most:g}" if most < math.inf else "at least 0"
        raise ValueError(f"must be a number, {reach}, not {value!r}")
    return float(value)


def _plain(name: str, most: float = math.inf) -> Callable[[object], dict[str, Limit]]:
    """Read a limit that counts as it stands, 0 too."""
    return lambda value: {name: _number(value, most)}


def _switched(name: str, most: float = math.inf) -> Callable[[object], dict[str, Limit]]:
    """Read a limit that 0 and null switch off."""
    return lambda value: {name: OFF if value is None or _number(value, most) == 0 else _number(value, most)}


def _line_share(value: object) -> dict[str, Limit]:
    is_below_all = isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < 0
    return {"min_end_mark_line_share": OFF if is_below_all else _number(value, 1)}


def _grams(form: str, sizes: tuple[int, ...]) -> Callable[[object], dict[str, Limit]]:
    """Read pairs of n and the share that its runs of words may take; an n that has none is off."""

    def read(value: object) -> dict[str, Limit]:
        if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == len("nx") for pair in value):
            raise ValueError(f"must be a list of pairs [n, share], not {value!r}")
        found: dict[str, Limit] = {form.format(n): OFF for n in sizes}
        seen: set[object] = set()
        for n, share in value:
            if isinstance(n, bool) or not isinstance(n, int) or n not in sizes:
                raise ValueError(f"has n = {n!r}; there are rules for n = {', '.join(map(str, sizes))}")
            if n in seen:
                raise ValueError(f"has n = {n} twice")
            seen.add(n)
            try:
                found[form.format(n)] = _number(share, 1)
            except ValueError as error:
                raise ValueError(f"for n = {n} {error}") from error
        return found

    return read


_READ: Final[dict[str, Callable[[object], dict[str, Limit]]]] = {
    "language_score": _plain("min_score", 1),
    "dup_line_frac": _switched("max_dup_line_share", 1),
    "top_n_grams": _grams("max_top_{}_gram_share", TOP),
    "dup_n_grams": _grams("max_dup_{}_gram_share", REPEATED),
    "line_punct_thr": _line_share,
    "new_line_ratio": _plain("max_newline_ratio"),
    "min_avg_word_length": _switched("min_mean_length"),
    "max_avg_word_length": _switched("max_mean_length"),
    "max_non_alpha_words_ratio": _switched("min_letter_word_share", 1),
}
"""Keys of the YAML with what reads each; the last is named for what it is not (datatrove has a note that says so)."""


def _stop_words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise RecipeError(f"{where}: stopwords must be a list of words, not {value!r}")
    for place, word in enumerate(value, 1):
        if not isinstance(word, str) or not word.strip():
            raise RecipeError(f"{where}: stopwords: number {place} is {word!r}, no word; put it in quotation marks")
    if len(set(value)) < MIN_STOP_WORDS:
        raise RecipeError(
            f"{where}: stopwords must be at least {MIN_STOP_WORDS} different ones, as each text must have that many"
        )
    return tuple(value)
