"""Find marks in the markup of a page: links and badges, `rel=license`, meta elements, JSON-LD, microdata and RDFa.

The tree is read before the main-text extractor changes it. Most pages hold none of the words that a mark needs, which
one look at the bytes tells.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from yurai.evidence.choose import reservations
from yurai.evidence.comments import comment_marks
from yurai.evidence.first_look import BEHIND, IN_NUMBERS, RESERVED_PIECES, first_look
from yurai.evidence.jsonld import json_ld_marks, loose_reservations
from yurai.evidence.links import MANY, ends, link_marks
from yurai.evidence.marks import Kind, Mark, Place
from yurai.evidence.metas import meta_marks
from yurai.evidence.notices import excepted_marks, reserved_marks
from yurai.evidence.properties import paywall_marks, property_marks, rdf_marks
from yurai.evidence.rsl import RSL_TYPE, rsl_norm, rsl_reserves
from yurai.evidence.texts import Texts
from yurai.evidence.words import text_marks

_END: Final = re.compile(rb"</html\s*>", re.IGNORECASE)
_ENDS: Final = re.compile(rb"</?(?:html|head|body)\b[^<>]*>", re.IGNORECASE)
_A_LIST: Final = 3
_OF_TEXTS: Final = frozenset(("words", IN_NUMBERS, *RESERVED_PIECES))
_SPEAKING: Final = ("page", "main_text", "site")
_SCRIPTS: Final = etree.XPath(
    "descendant::script[contains(@type, 'ld+json') or contains(@type, 'LD+JSON') or contains(@type, 'rsl+xml')"
    " or contains(@type, 'RSL+XML')]"
)


def html_marks(markup: bytes, tree: HtmlElement, url: str, looked: frozenset[str] | None = None) -> tuple[Mark, ...]:
    """All marks in a parsed page, repeats thinned out; `markup` is what was parsed, in UTF-8, `url` its address.

    `looked` is what `first_look` saw in `markup`, where the caller knows it.
    """
    looked = first_look(markup) if looked is None else looked
    marks = [*meta_marks(tree, url, prefixed=b":meta" in markup)]
    if "link" in looked:
        marks += link_marks(tree, markup, url)
    if "script" in looked:
        marks += _scripts(tree, url)
    if "rdf" in looked:
        marks += rdf_marks(markup, url)
    if "words" in looked:
        marks += comment_marks(markup)
    if "property" in looked:
        marks += property_marks(tree, url)
    if "paywall" in looked:
        marks += paywall_marks(tree, url)
    if not _OF_TEXTS.isdisjoint(looked) or _claims(marks):
        marks += _in_texts(tree, looked, url, claims=_claims(marks))
    return (*_unless_about_licences(marks), *(_behind_the_end(markup, url) if BEHIND in looked else ()))


def _behind_the_end(markup: bytes, url: str) -> Iterator[Mark]:
    """Reservations behind `</html>`, where libxml2 stops reading and browsers do not."""
    end = _END.search(markup)
    rest = markup[end.end() :] if end else b""
    if not rest.strip():
        return
    if not (b"<meta" in rest.lower() or "words" in first_look(rest)):
        return
    parser = HTMLParser(encoding="utf-8", default_doctype=False, remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(b"<html>" + _ENDS.sub(b"", rest), parser=parser)
    except etree.ParserError:
        return
    yield from (mark for mark in (*meta_marks(tree, url), *text_marks(tree, url)) if mark.reserves)


def _claims(marks: Iterable[Mark]) -> bool:
    return any(mark.kind == "licence_claim" for mark in marks)


def _in_texts(tree: HtmlElement, looked: frozenset[str], url: str, *, claims: bool) -> Iterator[Mark]:
    """Marks in the words of a page; `claims`: its markup claims a licence, from which words may take some back."""
    texts = Texts(tree)
    said = text_marks(tree, url, texts) if "words" in looked or IN_NUMBERS in looked else ()
    yield from said
    yield from reserved_marks(texts, looked, url)
    if claims or _claims(said):
        yield from excepted_marks(texts, url)


def _unless_about_licences(marks: list[Mark]) -> list[Mark]:
    """Marks of a page; where its content links to three licences and more, none in there speaks of the page.

    Such a page is about licences, or lists works under them; what its head and footer say stands.
    """
    inside = [mark for mark in marks if mark.kind == "licence_claim" and mark.place in ("main", "body")]
    named = {mark.norm for mark in inside if mark.scope not in ("embedded", "dataset")} - {None}
    if len(named) < _A_LIST:
        return marks
    return [replace(mark, scope="unknown") if mark in inside and mark.scope in _SPEAKING else mark for mark in marks]


def _scripts(tree: HtmlElement, url: str) -> Iterator[Mark]:
    found: dict[str, list[HtmlElement]] = {}
    for script in _SCRIPTS(tree):
        found.setdefault((script.get("type") or "").partition(";")[0].strip().lower(), []).append(script)
    linked = found.get("application/ld+json", [])
    kept = ends(linked, MANY)
    for script in kept:
        path, place = _where(script)
        yield from json_ld_marks(script.text or "", place, path)
    for script in linked[MANY : len(linked) - MANY]:
        path, place = _where(script)
        yield from loose_reservations(script.text or "", place, path)
    terms = {rsl_norm(script.text or "", url): script for script in reversed(found.get(RSL_TYPE, []))}
    marks = {norm: _rsl((script.text or "").strip(), norm) for norm, script in reversed(terms.items())}
    for mark in [*reservations(marks.values()), *[one for one in marks.values() if not one.reserves][:MANY]]:
        path, place = _where(terms[mark.norm or ""])
        yield replace(mark, place=place, dom_path=path)


def _where(script: HtmlElement) -> tuple[str, Place]:
    path = script.getroottree().getpath(script)
    return path, "head" if path.startswith("/html/head/") else "body"


def _rsl(document: str, norm: str) -> Mark:
    """Terms of the page; those that speak of search alone are a signal of search, those of other pages a notice."""
    kind: Kind = "optout_signal"
    if norm == "rsl=other":
        kind = "notice"
    elif "rsl=prohibits:search" in norm.split(",") and not any(map(rsl_reserves, norm.split(","))):
        kind = "search_signal"
    return Mark(kind, "rsl", document, norm, "page" if kind != "notice" else "unknown")
