"""filter: the rules of a recipe over stored measures; the first reason in the recipe's order wins."""

from collections.abc import Sequence
from typing import Final, cast

from yurai.declare.rules import taggers_of
from yurai.declare.score_names import name_of
from yurai.declare.scores import unwritten
from yurai.declare.stage import Kind, Stage, declare, stage_of
from yurai.declare.values import nearest
from yurai.declare.versions import ARROW, ARROW_RE2, PYTHON, RE2
from yurai.engine.use import AnyUse
from yurai.stages.filter.blind import blind_rule
from yurai.stages.filter.driver import filter_rows
from yurai.stages.filter.settings import Filter
from yurai_filters import TAGGERS
from yurai_filters.language import UNDETERMINED
from yurai_filters.language_by import IDENTIFIER, LANGUAGE_BY
from yurai_filters.settings import EVERY, is_codes

SCORE: Final = "score"
"""The rule that reads a named score."""


def _place(settings: Filter, before: Sequence[AnyUse], _: Sequence[AnyUse]) -> str | None:
    """Refuse an editor whose texts nothing could measure, and a rule that reads what no stage before measures.

    Of Parquet files, where nothing is known to stand before, nobody knows what was measured.
    """
    edits = any(use.rule.kind == "editor" for use in settings.rules)
    if edits and not any(stage_of(use).kind is Kind.MEASURE for use in before):
        return (
            "an editor changes text, but no stage before this filter measures it; put language and measure before it "
            "(over Parquet: run yurai measure first and give its output as --input)"
        )
    if not before:
        return None
    return _unmeasured(settings, before) or _unknown_code(settings, before) or blind_rule(settings, before)


def _unmeasured(settings: Filter, before: Sequence[AnyUse]) -> str | None:
    """Name a rule that would judge nothing, since it reads what no tagger before it measures."""
    measured = {name for use in before for name in taggers_of(use.settings)}
    writer = {column: tagger.name for tagger in TAGGERS.values() for column in tagger.writes}
    for use in settings.rules:
        if "pii" in use.rule.columns and all(one.name != "redact" for one in before):
            return f"rule {use.name} reads counts of redact; put redact before measure"
        missing = sorted({writer[name] for name in use.rule.columns if name in writer} - measured)
        if missing:
            return (
                f"rule {use.name} reads what tagger {missing[0]} measures, which no stage before it runs; add "
                f'"{missing[0]}" to the taggers of stage measure'
            )
        if use.name == SCORE and (wrong := unwritten(cast("str", use.settings["name"]), before)):
            return f"rule {SCORE}: {wrong}"
    return None


def _unknown_code(settings: Filter, before: Sequence[AnyUse]) -> str | None:
    """Name a language that no stage before can find, so that a rule for it would judge or keep nothing."""
    known = {name_of(use.settings): codes for use in before if (codes := stage_of(use).codes(use.settings))}
    for use in settings.rules:
        identifier = cast("str", use.settings[IDENTIFIER]) if use.name == LANGUAGE_BY else ""
        if use.name == LANGUAGE_BY and identifier not in known.keys() - {""}:
            names = ", ".join(sorted(known.keys() - {""})) or "none"
            return (
                f"rule {use.name}: identifier must be the name of a stage language before it (there are: {names}), not "
                f"{identifier!r}"
            )
        for name, setting in use.rule.settings.items() if identifier in known else ():
            for code in cast("tuple[str, ...]", use.settings[name]) if is_codes(setting.annotation) else ():
                if code not in known[identifier] | {EVERY, UNDETERMINED}:
                    hint = nearest(code, known[identifier]) or "; codes are those of ISO 639: ja, en, zh"
                    return f"rule {use.name}: {name}: the model of stage language knows no {code!r}{hint}"
    return None


STAGE = declare(
    Stage(
        "filter",
        version=3,
        kind=Kind.FILTER,
        settings=Filter,
        driver=filter_rows,
        place=_place,
        repeats=True,
        command=("filter",),
        reasons=("*:*",),
        packages=(PYTHON, ARROW, ARROW_RE2, RE2),
    )
)
