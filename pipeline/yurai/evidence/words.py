"""Find marks in the words of a page: statements about licences, and sentences against use by machines; channel `text`.

The bytes decide first (`first_look`), and most pages hold no such word. Of the others, the runs of text that hold one
are read by sentence. What a statement speaks of follows from its own subject and from where it stands (ADR 0030).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import re2
from lxml.html import HtmlElement

from yurai.evidence.ai_sentences import reservation
from yurai.evidence.labels import is_alone, label, scope_of_row
from yurai.evidence.marks import Kind, Mark, Scope
from yurai.evidence.normalise import KINDLESS, licence_id
from yurai.evidence.places import Spot, spot
from yurai.evidence.runs import Run, block_of, runs
from yurai.evidence.statements import Statement, statements
from yurai.evidence.statements.names import narrower
from yurai.evidence.statements.sentences import sentences
from yurai.evidence.texts import Texts
from yurai.evidence.word_patterns import FORBIDDING, LICENCES, MACHINES

CHANNEL: Final = "text"
MAX_STATEMENTS: Final = 8
"""Statements of one page that become marks, the first of each licence and scope; reservations have no such limit."""
_LICENCES: Final = re2.compile(f"(?is)(?:{LICENCES})".encode())
_MACHINES: Final = re2.compile(f"(?is)(?:{MACHINES})".encode())
_FORBIDDING: Final = re2.compile(f"(?is)(?:{FORBIDDING})".encode())
_CROWN: Final = re.compile(r"crown\s+copyright", re.IGNORECASE)
_NOT_SAID_HERE: Final = frozenset(
    ("blockquote", "q", "code", "pre", "samp", "kbd", "textarea", "option", "cite", "var")
)
_THEME: Final = re.compile(
    r"\b(?:themes?|templates?|designs?\s+(?:by|von|par)|powered\s+by\s+\w+\s+theme|layout|skin)\b", re.IGNORECASE
)
_REST: Final = 4
"""Letters of a run beside the only sentence in it."""
_A_LIST: Final = 3
"""Different licences in the text of a page from which it is about licences."""
_SPEAKING: Final = ("page", "main_text", "site")


@dataclass(frozen=True, slots=True)
class _Found:
    """A statement with where it stands."""

    said: Statement
    at: Spot
    scope: Scope


def text_marks(tree: HtmlElement, url: str, texts: Texts | None = None) -> tuple[Mark, ...]:
    """Marks in the words of a parsed page, whose address is `url`; `texts` are its text nodes, where they are known."""
    texts = Texts(tree) if texts is None else texts
    return (*_claims(tree, texts, url), *_reservations(texts, url))


def _claims(tree: HtmlElement, texts: Texts, url: str) -> Iterator[Mark]:
    """Licences that the words state, and Crown copyright where no licence of the Crown is."""
    own: str | None = None
    found: dict[tuple[str | None, Scope], _Found] = {}
    crown = None
    for run in runs(texts, _LICENCES):
        own = _own_names(tree, url) if own is None else own
        for one in _statements(run, own, url):
            found.setdefault((one.said.id, one.scope), one)
        crown = crown or (run if _CROWN.search(run.text) else None)
    claims = _few(list(found.values()))
    yield from dict.fromkeys(mark for one in claims for mark in _marks(one))
    if crown is not None and not any("OGL" in (one.said.id or "") for one in claims):
        yield _mark("notice", crown.text, "crown-copyright", "page", spot(crown.element, url))


def _own_names(tree: HtmlElement, url: str) -> str:
    """What the page is called, in lower case: its title, the name of its site, its host."""
    site = (meta.get("content") or "" for meta in tree.iter("meta") if meta.get("property") == "og:site_name")
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return "\n".join((tree.findtext(".//title") or "", *site, host)).casefold()


def _statements(run: Run, own: str, url: str) -> Iterator[_Found]:
    block = block_of(run.element)
    named = label(block) if block is not None and block.tag in ("dd", "td") else None
    stated = list(statements(f"{named.rstrip(':')}: {run.text}" if named else run.text, own))
    if not stated:
        return
    at = spot(run.element, url)
    linked = {known for link in run.links if (known := licence_id(link)) is not None}
    for one in stated:
        full = [known for known in linked if narrower(one.id, known)]
        said = replace(one, id=full[0]) if len(full) == 1 else one
        scope = _scope(said, at, run)
        if said.id is not None or scope in _SPEAKING:
            yield _Found(said, at, scope)


def _scope(said: Statement, at: Spot, run: Run) -> Scope:
    """What a statement speaks of: its own subject, unless where it stands makes it a picture's or somebody else's."""
    if said.subject == "picture" or at.embedded:
        return "embedded"
    if said.subject == "data":
        return "dataset"
    if said.subject == "other" or at.place == "comments" or _is_quoted(run.element):
        return "unknown"
    if said.subject == "site":
        return "site"
    if said.subject == "implied":
        return _implied(said, at, run)
    if at.place == "aside" or (at.place == "footer" and said.subject == "text"):
        return "site"
    return "main_text" if at.place == "main" and said.subject == "page" else "page"


def _implied(said: Statement, at: Spot, run: Run) -> Scope:
    """Scope of a licence without a subject: the footer speaks of the site, unless it speaks of its theme."""
    if _THEME.search(run.text):
        return "unknown"
    if at.place == "footer":
        return "site"
    if (scope := _labelled(said, at, run)) is not None:
        return scope
    return "page" if said.rights_line and "©" in said.sentence and at.place in ("body", "header") else "unknown"


def _labelled(said: Statement, at: Spot, run: Run) -> Scope | None:
    """Scope of a licence that is the value of a label: in a row of what describes the page, or on a line alone."""
    block = block_of(run.element)
    if block is None or at.place not in ("body", "main", "header"):
        return None
    if label(block) is not None:
        return scope_of_row(block)
    is_all = said.labelled and len(run.text) <= len(said.sentence) + _REST
    return "page" if is_all and is_alone(block) else None


def _is_quoted(element: HtmlElement) -> bool:
    return any(box.tag in _NOT_SAID_HERE for box in (element, *element.iterancestors()))


def _few(found: list[_Found]) -> list[_Found]:
    """At most eight, and none that claims the page where its text names so many that it is about licences."""
    inside = {one.said.id for one in found if one.at.place in ("main", "body") and one.scope != "embedded"} - {None}
    if len(inside) >= _A_LIST:
        found = [one if one.at.place not in ("main", "body") else replace(one, scope="unknown") for one in found]
    found.sort(key=lambda one: one.scope not in _SPEAKING)
    return found[:MAX_STATEMENTS]


def _marks(one: _Found) -> Iterator[Mark]:
    yield _mark("licence_claim", one.said.sentence, one.said.id or KINDLESS, one.scope, one.at)
    if one.said.excepted and one.scope in _SPEAKING:
        yield _mark("notice", one.said.sentence, "except-where-noted", one.scope, one.at)


def _reservations(texts: Texts, url: str) -> Iterator[Mark]:
    """Sentences against use by machines, of each meaning and scope the first; no count of others hides one."""
    read: set[str] = set()
    found: set[tuple[str, Scope]] = set()
    for run in runs(texts, _MACHINES, _FORBIDDING):
        for sentence in sentences(run.text):
            if sentence in read or (norm := reservation(sentence)) is None:
                read.add(sentence)
                continue
            at = spot(run.element, url)
            scope: Scope = "unknown" if at.place == "comments" or _is_quoted(run.element) else "page"
            if (norm, scope) not in found:
                found.add((norm, scope))
                yield _mark("optout_signal", sentence, norm, scope, at)


def _mark(kind: Kind, raw: str, norm: str | None, scope: Scope, at: Spot) -> Mark:
    return Mark(kind, CHANNEL, " ".join(raw.split()), norm, scope, at.place, at.path)
