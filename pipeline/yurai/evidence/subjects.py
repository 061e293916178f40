"""Tell from the words around a licence what they say is licensed: the text, a part of the page, data, or users' posts.

A footer's "Photos by A, CC BY" speaks of photos, "Content on this site: CC BY" of the text. Only the clause in which
the licence stands is read, and of it the noun that the licence is said of: the last one before it, or all of a list.
"""

import re
from typing import Final, Literal

from yurai.evidence.nouns import (
    CJK_CONTENT,
    CJK_DATA,
    CJK_LISTS,
    CJK_PARTS,
    CJK_WITHIN,
    CLAUSE_END,
    CONTENT,
    DATA,
    LISTS,
    PARTS,
    SAYS,
    USERS,
    WITHIN,
)

Subject = Literal["text", "part", "dataset", "users"]
BOUNDARY: Final = "\x00"
"""Stands where a block begins or ends, which ends a clause; no text of a page holds it."""

_WORD: Final = re.compile(
    rf"(?P<users>\b(?:{USERS})\b)|(?P<within>{WITHIN}(?:{CONTENT})\b|(?:{CJK_CONTENT}){CJK_WITHIN})"
    rf"|(?P<text>\b(?:{CONTENT})\b|{CJK_CONTENT})|(?P<part>\b(?:{PARTS})\b|{CJK_PARTS})"
    rf"|(?P<dataset>\b(?:{DATA})\b|{CJK_DATA})",
    re.IGNORECASE,
)
_LIST: Final = re.compile(rf"(?:[\s,/&+、・]|\b(?:{LISTS})\b|{CJK_LISTS})*", re.IGNORECASE)
_CLAUSE: Final = re.compile(CLAUSE_END, re.IGNORECASE)
_SAYS: Final = re.compile(SAYS, re.IGNORECASE)


def subject(left: str, right: str) -> Subject | None:
    """What a licence between these texts is said of; None where no noun tells.

    `right` begins with the words of the link itself. It counts where nothing is said before: a badge comes first.
    """
    clause = _last_clause(left)
    if any(letter.isalpha() for letter in clause):
        return _said_of(clause)
    first = _first_clause(right)
    says = _SAYS.search(first)
    return _said_of(first[: says.start()]) if says else None


def _last_clause(text: str) -> str:
    return _CLAUSE.split(text)[-1]


def _first_clause(text: str) -> str:
    return next((clause for clause in _CLAUSE.split(text) if any(letter.isalnum() for letter in clause)), "")


def _said_of(clause: str) -> Subject | None:
    words = [(str(match.lastgroup), match.start(), match.end()) for match in _WORD.finditer(clause)]
    if any(kind == "users" for kind, _, _ in words):
        return "users"
    others = [word for word in words if word[0] in ("part", "dataset")]
    if not others:
        return "text" if words else None
    last = others[-1]
    for kind, start, end in words:
        if kind == "text" and (start > last[1] or _is_list(clause[end : last[1]], end, others)):
            return "text"
    return "dataset" if last[0] == "dataset" else "part"


def _is_list(between: str, start: int, others: list[tuple[str, int, int]]) -> bool:
    """Whether there are commas, "and" and other nouns of the list alone between two nouns; "site design" is no list."""
    bare = between
    for _, begin, end in reversed(others):
        if begin >= start and end <= start + len(between):
            bare = bare[: begin - start] + " " + bare[end - start :]
    return bare.strip() != "" and _LIST.fullmatch(bare) is not None
