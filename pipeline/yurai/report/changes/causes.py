"""Name the difference between two runs that a group of changes comes from, as far as the manifests tell."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from yurai.report.changes.made import Difference
from yurai.report.changes.rows import Change

NAMED: Final = 3
LETTERS: Final = 40
INPUTS: Final = {
    "added": "their input file is new",
    "removed": "their input file is gone",
    "changed": "the bytes of their input file changed",
}
OTHERS: Final = "copies: what else is in the input decides which one stays"
UNKNOWN: Final = "nothing that the manifests record"
EXTRACTING: Final = {"read", "extract"}
EDITING: Final = {"read", "extract", "redact", "filter", "line-dedup"}
"""Stages that make or change a text."""


class Caused(NamedTuple):
    """A group of changes, and what it comes from."""

    change: Change
    cause: str


def cause_of(
    change: Change, made: Sequence[Difference], stages: Sequence[str], *, other_inputs: bool, cases: Sequence[str] = ()
) -> str:
    """Return the cause of a change; `stages` are those of the newer run, in order, `cases` takedowns in one run alone.

    A change of the input file itself is the cause. A candidate that is in one run alone, of the same input, was taken
    down in the other: every candidate of an input has a row. Else it is what differs in the stage that decided: in the
    rule that its reason names, else in the stage as a whole; else what differs in the nearest stage before it that
    differs; else another rule of the stage. Of a copy, which of several stays may follow from other documents.
    """
    if change.input in INPUTS:
        return INPUTS[change.input]
    if cases and None in (change.old_outcome, change.new_outcome):
        return f"taken down: case {', '.join(cases)}"
    deciders = _deciders(change)
    own = [one for one in made if _of(one) in deciders]
    named = [one for one in own if _rule(one) in _rules(change)]
    whole = [one for one in own if not _rule(one)]
    found = named or whole or _before(made, stages, deciders) or own
    causes = [_said(found)] if found else []
    causes += [OTHERS] if change.copy and other_inputs and not own else []
    return "; or ".join(causes) or UNKNOWN


def _deciders(change: Change) -> set[str]:
    """Return the stages that may have made a change by themselves."""
    if change.kind == "tokens":
        return {"tokenize", "select"}
    if change.kind == "verdict":
        return {"select"}
    if change.kind == "text":
        return EXTRACTING if change.extractor else EDITING
    return {stage for stage in (change.old_stage, change.new_stage) if stage}


def _rules(change: Change) -> set[str]:
    return {reason.partition(":")[0] for reason in (change.old_reason, change.new_reason) if reason}


def _rule(one: Difference) -> str:
    """Return the rule that a difference is of, "" for one of the whole stage."""
    kind, _, rest = one.what.partition(" ")
    if kind == "rule":
        return rest
    return rest.rpartition(" of ")[2].partition("#")[0] if kind == "setting" and " of " in rest else ""


def _before(made: Sequence[Difference], stages: Sequence[str], deciders: set[str]) -> list[Difference]:
    """Return what differs in the last stage that differs and stands before all that may have decided."""
    places = [place for place, stage in enumerate(stages) if stage in deciders]
    upstream = [*stages[: min(places, default=len(stages))]]
    changed = [stage for stage in upstream if any(_of(one) == stage for one in made)]
    return [one for one in made if changed and _of(one) == changed[-1]]


def _of(one: Difference) -> str:
    return one.stage.partition("#")[0]


def _said(found: Sequence[Difference]) -> str:
    """Name the first differences: what it is, before and now."""
    parts = [f"{one.stage} {one.what}: {short(one.old)} -> {short(one.new)}" for one in found[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(parts) + more


def short(value: str) -> str:
    """Return a value, cut where it is long: a digest, a list."""
    return value if len(value) <= LETTERS else value[: LETTERS - 1] + "…"
