"""Say as data which words make a number personal: labels, the forms of what they label, and its check."""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from yurai_filters.pii.kinds import Kind


def anything(_: bytes) -> bool:
    """Check nothing: numbers of this form have no check digit."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """What a label says of the number behind it, or before it.

    `labels` is a pattern over text; ASCII letters in it match any case and width, unless `exact`. `forms` is one over
    the codes of a shadow. `check` gets what was found without signs, in capitals.
    """

    kind: Kind
    labels: str
    forms: str
    check: Callable[[bytes], bool] = anything
    gap: Literal["near", "far"] = "near"
    """How far a number may be: only signs and words for `number` between, or a few words of other sense too."""
    behind: bool = False
    """Whether the label may stand behind the number: `AB12345678CD（在留カード）`."""
    exact: bool = False


def groups(*sizes: int, signs: str = " -") -> str:
    """Return a pattern of digits in groups with the same sign between all, or with none."""
    parts = [f"[0-9]{{{size}}}" for size in sizes]
    return "|".join(["".join(parts), *(f"[{sign}]".join(parts) for sign in signs)])
