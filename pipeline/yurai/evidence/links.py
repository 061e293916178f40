"""Find marks in links: `rel=license`, `rel=item-license` of hNews, links to Creative Commons, badges, RSL."""

import re
from collections.abc import Iterator
from typing import Final, TypeVar

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.marks import Kind, Mark, Scope
from yurai.evidence.normalise import cc_id, is_of_software, kindless, licence_id, own_page_id
from yurai.evidence.places import Spot, spot
from yurai.evidence.rsl import POINTER, is_rsl
from yurai.evidence.statements.names import names, narrower

T = TypeVar("T")
_LICENCE_RELS_NAMED: Final = (
    "license licence cc:license dc:license dc:rights dct:license dct:rights dcterms:license dcterms:rights "
    "dcterms.license dcterms.rights dc.rights dc.license xhv:license"
)
LICENCE_RELS: Final = frozenset(_LICENCE_RELS_NAMED.split())
_ITEM: Final = "item-license"
# Of a link in the head, which browsers never showed: MediaWiki puts its licence there.
_COPYRIGHT: Final = "copyright"
_FEW: Final = 4
MANY: Final = 16
_RESOURCE: Final = re.compile(rb"\sresource\s*=", re.IGNORECASE)
_RELS: Final = re.compile(r"licen[cs]e|rights|copyright", re.IGNORECASE)
_OF_THIS: Final = re.compile(
    r"\b(?:rights|licen[cs]e)\b[^.]{0,30}\b(?:this|the)\s+(?:article|page|work|text|document|paper|post|site|content)\b",
    re.IGNORECASE,
)
"""What the title of a link says that the licence is of."""
_TAGS: Final = ("a", "area", "link", "img")
_OF_RDFA: Final = etree.XPath("descendant::*[@resource and contains(@rel, 'icense')]")
_BADGE: Final = etree.XPath("boolean(descendant::img) and normalize-space(.) = ''")
_OWN_TEXT: Final = etree.XPath("string()", smart_strings=False)
_QUESTIONS: Final = re.compile(
    rb"schema\.org/(?:QAPage|Question|DiscussionForumPosting)\b|\"(?:QAPage|DiscussionForumPosting)\""
)


def link_marks(tree: HtmlElement, markup: bytes, url: str) -> Iterator[Mark]:
    """Marks of the links of a page; of equal ones the first and last four, and of these the first and last sixteen."""
    groups: dict[tuple[str, str], list[HtmlElement]] = {}
    for element in _linking(tree, markup):
        if (address := _address(element)) and (channel := _channel(element, address)):
            groups.setdefault((channel, address), []).append(element)
    few = [
        (channel, address, element)
        for (channel, address), elements in groups.items()
        for element in ends(elements, _FEW)
    ]
    kept = ends([one for one in few if one[0] != "rsl"], MANY) + [one for one in few if one[0] == "rsl"][:1]
    for channel, address, element in kept:
        yield _link(channel, address, element, markup, url)


def _linking(tree: HtmlElement, markup: bytes) -> Iterator[HtmlElement]:
    """Links whose attributes name a licence; to ask each is five times as fast as an expression of libxml2."""
    for element in tree.iter(*_TAGS):
        get = element.get
        address = get("href") or get("src") or ""
        if "reativecommons" in address or "icensebuttons" in address or ((rel := get("rel")) and _RELS.search(rel)):
            yield element
    if _RESOURCE.search(markup):
        yield from (element for element in _OF_RDFA(tree) if element.tag not in _TAGS)


def ends(marks: list[T], count: int) -> list[T]:
    """The first and the last so many: what is said of a page stands at its ends, and looking at each costs."""
    return marks[:count] + marks[count:][-count:]


def _address(element: HtmlElement) -> str:
    keys = ("resource", "href", "src") if element.tag == "img" else ("href", "resource")
    return next((value for key in keys if (value := (element.get(key) or "").strip())), "")


def _channel(element: HtmlElement, address: str) -> str | None:
    rels = (element.get("rel") or "").lower().split()
    if not LICENCE_RELS.isdisjoint(rels):
        return "rsl" if is_rsl(element.get("type") or "") else "rel-license"
    if _ITEM in rels:
        return _ITEM
    lower = address.lower()
    if ("creativecommons" not in lower and "licensebuttons" not in lower) or cc_id(address) is None:
        return None
    if element.tag == "link" and _COPYRIGHT in rels:
        return "rel-license"
    if element.tag == "img":
        return None if element.getparent().tag == "a" else "cc-badge"
    return "cc-link"


def _link(channel: str, address: str, element: HtmlElement, markup: bytes, url: str) -> Mark:
    at = spot(element, url)
    if channel == "rsl":
        return mark_at("optout_signal", channel, address, POINTER, "page", at)
    norm = licence_id(address) or own_page_id(address) or _named(element, address) or kindless(address)
    if channel == _ITEM and norm is None:
        return mark_at("notice", channel, address, None, _scope("rel-license", None, at), at)
    titled = _OF_THIS.search(element.get("title") or "") is not None
    scope = _scope("rel-license" if channel == _ITEM or titled else channel, norm, at)
    if titled and at.place == "comments" and not at.embedded and _QUESTIONS.search(markup):
        scope = "main_text"  # "the licence for this post", where posts are the text
    if at.said_of == "users" and scope != "embedded" and not _QUESTIONS.search(markup):
        scope = "unknown"
    if scope == "unknown" and channel != "rel-license" and at.place == "aside" and not at.of_others:
        scope = "site" if _BADGE(element) and not at.said_of else scope
    return mark_at("licence_claim", channel, address, norm, scope, at)


def _named(element: HtmlElement, address: str) -> str | None:
    """Licence that the words of a link to a page of the site itself name, or of another link to the same page."""
    said = _named_in_text(element)
    if said is not None and not said.endswith("-unspecified"):
        return said
    others = [one for one in element.getroottree().iter("a") if one is not element and one.get("href") == address]
    named = {one.id for other in others[:_FEW] for one in names(_OWN_TEXT(other)[:200]) if not one.of_programs}
    full = {one for one in named if one is not None and (said is None or narrower(said, one))}
    return full.pop() if len(full) == 1 else said


def _named_in_text(element: HtmlElement) -> str | None:
    """Licence that the words of a link to a page of the site itself name."""
    if element.tag == "link":
        return None
    alts = " ".join(image.get("alt") or "" for image in element.iter("img"))
    text = " ".join(f"{_OWN_TEXT(element)} {alts}".split())[:200]
    return licence_id(text) if text else None


def _scope(channel: str, norm: str | None, at: Spot) -> Scope:
    """What a link speaks of: `rel=license` of the main content (HTML standard), a bare one in a footer of the site."""
    if at.embedded:
        return "embedded"
    if at.said_of == "dataset":
        return "dataset"
    if (
        at.place == "comments"
        or at.of_others
        or at.said_of == "denied"
        or (norm and is_of_software(norm) and at.said_of != "text")
    ):
        return "unknown"
    if at.place == "aside":
        return "site" if channel == "rel-license" or at.said_of == "text" else "unknown"
    if channel != "rel-license":
        return "site" if at.place == "footer" else "unknown"
    return "main_text" if at.place == "main" else "page"


def claim_scope(norm: str | None, at: Spot) -> Scope:
    """What a claim speaks of that stands at `at` and is said of the page, as `rel=license` is."""
    return _scope("rel-license", norm, at)


def mark_at(kind: Kind, channel: str, raw: str, norm: str | None, scope: Scope, at: Spot) -> Mark:
    """Return the mark of an element that stands at `at`."""
    return Mark(kind, channel, raw, norm, scope, at.place, at.path, None, at.left or None, at.right or None)
