"""Find limits that can never judge a language that a recipe names, since no tagger measures there what they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, cast

import pyarrow as pa

from yurai.declare.rules import RuleUse, rules_of, tagger, taggers_of
from yurai.engine.use import AnyUse
from yurai.stages.filter.settings import Filter
from yurai_filters import Declaration
from yurai_filters import measure as run_tagger
from yurai_filters.check import given_to
from yurai_filters.language import UNDETERMINED
from yurai_filters.run_rule import Columns
from yurai_filters.settings import EVERY, LANGUAGES, is_codes
from yurai_filters.watch_limits import blind_limits

JAPANESE: Final = ("ja", "jpn")
_SAMPLE: Final = "Rain 1 #... 雨が降る。\n\nRain 1 #... 雨が降る。\n"
"""A text of which every tagger can measure all that it measures of any."""


def blind_rule(settings: Filter, before: Sequence[AnyUse]) -> str | None:
    """Return what is wrong with the first rule that has limits which cannot judge a language that it is for."""
    for index, use in enumerate(settings.rules):
        if use.rule.kind != "filter":
            continue
        for code in _named(use, [*_rules(before), *settings.rules[:index]]):
            if limits := blind_limits(use.rule, use.settings, _unmeasured(code, use.rule, before)):
                return _words(use.name, limits, code)
    return None


def _words(rule: str, limits: Sequence[str], code: str) -> str:
    words = 'have stage measure split its words (splitter = "sudachi" or "mecab"), ' if code in JAPANESE else ""
    return (
        f"rule {rule} is for {code!r}, where {', '.join(limits)} can judge no page, since no tagger measures there "
        f'what they compare; {words}set each of them to "off", or leave {code} out of `languages`'
    )


def _rules(uses: Sequence[AnyUse]) -> Iterator[RuleUse]:
    return (rule for use in uses for rule in rules_of(use.settings))


def _named(use: RuleUse, before: Sequence[RuleUse]) -> tuple[str, ...]:
    """Return the languages that a rule names; one for every language is for those that rules before it let through."""
    codes = cast("tuple[str, ...]", use.settings.get(LANGUAGES, (EVERY,)))
    if EVERY in codes:
        lists = [
            cast("tuple[str, ...]", one.settings[name])
            for one in before
            for name, setting in one.rule.settings.items()
            if name != LANGUAGES and one.rule.kind == "filter" and is_codes(setting.annotation)
        ]
        codes = tuple(dict.fromkeys(code for codes in lists for code in codes))
    return tuple(code for code in codes if code not in (EVERY, UNDETERMINED))


def _unmeasured(code: str, rule: Declaration, before: Sequence[AnyUse]) -> set[str]:
    """Return the columns of `rule` that no tagger can tell of a text in this language, though it can of another."""
    missing: set[str] = set()
    for use in before:
        for name in taggers_of(use.settings):
            declared = tagger(name)
            if set(declared.writes) & set(rule.columns) and set(declared.columns) <= {"text", "lang"}:
                missing |= _never(code, declared, use)
    return missing


def _never(code: str, declared: Declaration, use: AnyUse) -> set[str]:
    columns: Columns = {
        "text": pa.array([_SAMPLE, _SAMPLE], pa.string()),
        "lang": pa.array([code, None], pa.string()),
    }
    written = run_tagger(declared, columns, given_to(declared, use.settings.json()))
    return {name for name, column in written.items() if column[1].is_valid and not column[0].is_valid}
