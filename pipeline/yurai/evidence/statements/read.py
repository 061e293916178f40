"""Read what a run of text says about licences: which one, of what, and with which exceptions.

A name of a licence is a statement only with words that relate it to something, and a claim for the text only if that
something is this page, this site or its text: a page about licences names many. Rules: docs/decisions/0030.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from yurai.evidence.statements import grammar
from yurai.evidence.statements.names import Name, names, narrower
from yurai.evidence.statements.other_names import PUBLIC_DOMAIN
from yurai.evidence.statements.sentences import sentences
from yurai.evidence.statements.subject import Subject, is_quoted, subject

_IN_DOMAIN: Final = re.compile(
    r"\b(?:is|are|into|to|in|als|est|es)\s+(?:hereby\s+)?(?:considered\s+)?(?:in\s+)?(?:the\s+)?\Z"
    r"|\b(?:posto|placé|versé|mis|puesto|liberado|colocado|está|è|é|steht|gestellt)\s+(?:(?:nel|di|dans\s+le|en|en\s+el|em"
    r"|no|in|in\s+die)\s+)?\Z",
    re.IGNORECASE,
)
_APPLIES: Final = re.compile(
    r"[^.;,]{0,24}?\b(?:appl(?:y|ies)\s+to|gilt\s+für|covers)\b"
    r"|[^。]{0,24}?(?:に従[うっい]|に則[りっ]|に基づ[いき]|の(?:下|もと)に?で?)[^。、]{0,8}、?\s?(?=(?:本|この|当該)\s?\w{1,12}?を)",
    re.IGNORECASE,
)
"""What a licence is said of stands behind its name: "このドキュメントを", where a name is what comes first."""
_SIGNED: Final = re.compile(r"\A\W*(?:copyright\b.{0,20})?©|\bsome rights reserved\b", re.IGNORECASE)
_IT: Final = re.compile(r"\W*it\s+(?:is|was|has\s+been)\b", re.IGNORECASE)
_OF_RIGHTS: Final = re.compile(r"copyright|©|\brights\b|open[\s-]access|licen[cs]e", re.IGNORECASE)
_UNDER: Final = re.compile(
    r"\W*(?:(?:licen[sc]ed|available|released|published|distributed)\s+)?under\s+(?:the|an?)?\W*", re.IGNORECASE
)
_SIGNATURE: Final = 120
_MAX_SENTENCE: Final = 900


@dataclass(frozen=True, slots=True)
class Statement:
    """One licence that a sentence states; `id` is None where Creative Commons is named without a kind."""

    id: str | None
    subject: Subject
    sentence: str
    excepted: bool = False
    rights_line: bool = False
    """It stands in a line of copyright: "(c) 2020 A. B., CC BY 4.0"."""
    labelled: bool = False
    """It is the value of a label, or nothing else is said: "License: CC BY", "Under a CC BY license"."""
    of_programs: bool = False
    """It is a licence for programs."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """What stands before a name in its clause, exceptions cut out, and behind it in its sentence."""

    before: str
    after: str
    excepted: bool
    own: str
    signed: bool
    """The sentence before it is a line of copyright."""
    previous: str


def statements(text: str, own: str = "") -> Iterator[Statement]:
    """Statements of a run of text; `own` are the page's own names, in lower case: its title, its host."""
    last = ""
    for sentence in sentences(text):
        if grammar.QUESTION.search(sentence) is None:
            yield from _of_sentence(sentence[:_MAX_SENTENCE], last, own)
        last = sentence


def _of_sentence(sentence: str, previous: str, own: str) -> Iterator[Statement]:
    found, begun, last = names(sentence), 0, None
    signed = len(previous) <= _SIGNATURE and _SIGNED.search(previous) is not None
    kept: list[Statement] = []
    of_programs: list[Statement] = []
    for index, name in enumerate(found):
        gap = sentence[begun : name.start]
        joint = index > 0 and grammar.JOINT.match(gap)
        if not joint:
            last = _said(name, _clause(gap, _after(sentence, found, index), own, previous, signed=signed), sentence)
        begun = name.end
        if last is not None and not name.of_programs:
            kept.append(replace(last, id=name.id))
        elif last is not None and _is_document(last, name, sentence):
            of_programs.append(replace(last, id=name.id, of_programs=True))
    yield from _specific(kept or of_programs)


def _is_document(said: Statement, name: Name, sentence: str) -> bool:
    """A licence for programs is one of text only where a document is named as what stands under it."""
    if name.id is None or said.subject not in ("page", "site", "text"):
        return False
    behind = sentence[name.end :] if _APPLIES.match(sentence, name.end) else ""
    return grammar.DOCUMENT.search(behind or sentence[: name.start]) is not None


def _specific(kept: list[Statement]) -> Iterator[Statement]:
    """Statements without those that another one of the sentence says in full: "Creative Commons (CC BY 4.0)"."""
    unique = {one.id: one for one in reversed(kept)}
    for one in reversed(unique.values()):
        named = one.id == PUBLIC_DOMAIN and any((other or "").startswith(("CC0", "CC-PD", "PDDL")) for other in unique)
        if not named and not any(narrower(one.id, other) for other in unique):
            yield one


def _after(sentence: str, found: tuple[Name, ...], index: int) -> str:
    """What follows a name, and names joined to it, up to the next one that is not."""
    at = index
    while at + 1 < len(found) and grammar.JOINT.match(sentence[found[at].end : found[at + 1].start]):
        at += 1
    return sentence[found[at].end : found[at + 1].start if at + 1 < len(found) else len(sentence)]


def _clause(gap: str, after: str, own: str, previous: str, *, signed: bool) -> _Clause:
    plain = grammar.EXCEPTION.sub(" ", gap)
    start = max((match.end() for match in grammar.CLAUSE.finditer(plain)), default=0)
    tail = grammar.EXCEPTION.sub(" ", after)
    excepted = plain != gap or tail != after or grammar.LATER_EXCEPTION.search(f"{gap} {after}") is not None
    return _Clause(plain[start:].strip(), tail, excepted, own, signed, previous)


def _said(name: Name, clause: _Clause, sentence: str) -> Statement | None:
    """The statement that a clause makes with a name, None if it makes none."""
    before, after = clause.before, clause.after
    if _is_no_claim(before, after) or is_quoted(before):
        return None
    related = grammar.BEFORE.search(f"{before} ") is not None
    behind = grammar.AFTER.search(after) is not None
    label = grammar.LABEL.search(before) is not None
    line = grammar.RIGHTS_LINE.search(before) is not None or (clause.signed and not before)
    if not (related or behind or label or line):
        return None
    if name.id == PUBLIC_DOMAIN and not _is_dedicated(before, behind=behind):
        return None
    words = after if _APPLIES.match(after) else before
    said_of = subject(words, clause.own, sentence, labelled=label and not related)
    if said_of == "other" and _IT.match(words) and grammar.PAGE.search(clause.previous):
        is_of_rights = _OF_RIGHTS.search(clause.previous) and not grammar.DATA.search(clause.previous)
        said_of = "page" if is_of_rights else said_of
    alone = label or _UNDER.fullmatch(before) is not None
    if alone and not label:
        said_of = "implied"
    return Statement(name.id, said_of, sentence, clause.excepted, line, alone)


def _is_no_claim(before: str, after: str) -> bool:
    """The words deny it, ask, suppose, advise or plan it, or only say which things are meant."""
    return bool(
        grammar.HYPOTHETICAL.search(before)
        or grammar.HYPOTHETICAL_AFTER.search(after)
        or grammar.NEGATION.search(before)
        or grammar.NEGATION_AFTER.search(after)
        or (grammar.REDUCED.search(after) and not grammar.COPULA.search(before))
    )


def _is_dedicated(before: str, *, behind: bool) -> bool:
    """Public domain is claimed only of what is named: "in the public domain" also means that it is known."""
    named = any(pattern.search(before) for pattern in (grammar.PAGE, grammar.SITE, grammar.BARE))
    return named and (behind or _IN_DOMAIN.search(f"{before} ") is not None)
