"""Name the kinds of personal data: which are masked, which are only reported, and the placeholder of each."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Kind = Literal[
    "email",
    "ip",
    "phone",
    "card",
    "iban",
    "postal",
    "address",
    "mynumber",
    "bank",
    "licence",
    "passport",
    "residence",
    "pension",
    "insurance",
    "ssn",
    "national-id",
    "name",
    "special-care",
]
BASIC: tuple[Kind, ...] = ("email", "ip", "phone", "card", "iban")
"""What `redact_all` masks, and stage `redact` where a recipe says nothing else."""
REPORTED: tuple[Kind, ...] = ("name", "special-care")
"""Found only where they are asked for and never masked: no form tells them from other words for certain."""
ALL: tuple[Kind, ...] = get_args(Kind)
KINDS: tuple[Kind, ...] = tuple(kind for kind in ALL if kind not in REPORTED)
"""What is masked, in the order in which it is counted."""
PLACEHOLDERS: dict[Kind, str] = {kind: f"<|{kind.upper().replace('-', '_')}|>" for kind in KINDS}


class Span(NamedTuple):
    """A place in a text, in characters; never the text itself."""

    kind: Kind
    start: int
    end: int
