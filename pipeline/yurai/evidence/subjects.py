"""Tell from the words around a licence what they say is licensed: the text, a part of the page, data, or users' posts.

A footer's "Photos by A, CC BY" speaks of photos, "Content on this site: CC BY" of the text. Only the clause in which
the licence stands is read, and of it the noun that the licence is said of: the last one before it, or all of a list.
"""

# ruff: noqa: RUF001 - marks of all scripts are meant
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

Subject = Literal["text", "part", "dataset", "users", "denied"]
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


_EXCEPTED: Final = re.compile(
    r"\b(?:except(?:ing)?(?:\s+for)?|excluding|apart\s+from|other\s+than|with\s+the\s+exception\s+of|außer|ausgenommen"
    r"|mit\s+ausnahme\s+von|sauf|excepto|salvo)\b[^,;.()]{1,60}?(?:,|(?=\b(?:is|are|steh(?:t|en)|sind)\b))"
    r"|[^。、]{1,30}(?:を除(?:き|いて)|以外は?)、?",
    re.IGNORECASE,
)
"""Parts that are set apart, which no licence is said of."""
_DENIED: Final = re.compile(
    r"\b(?:not|never|isn['’]t|aren['’]t)\s+(?:\w+\s+){0,2}?(?:licen[sc]ed|available"
    r"|released|covered|published|under|subject)"
    r"|\b(?:nicht|keiner?)\s+(?:\w+\s+){0,2}?(?:unter|lizen[sz])",
    re.IGNORECASE,
)
_DENIED_BEHIND: Final = re.compile(
    r"\A[^.。]{0,60}?(?:では(?:ありません|ない)|(?:は|が)適用されま?せん|\b(?:does|do)\s+not\s+apply|\bgilt\s+nicht)",
    re.IGNORECASE,
)


def subject(left: str, right: str) -> Subject | None:
    """What a licence between these texts is said of; None where no noun tells, `denied` where words say it is not.

    `right` begins with the words of the link itself. It counts where nothing is said before: a badge comes first.
    """
    clause = _EXCEPTED.sub(" ", _last_clause(left))
    if _DENIED.search(clause) or _DENIED_BEHIND.match(right):
        return "denied"
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
