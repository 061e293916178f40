"""Find marks in the markup of a page: links and badges, `rel=license`, meta elements, JSON-LD, microdata and RDFa.

The tree is read before the main-text extractor changes it. Most pages hold none of the words that a mark needs, which
the bytes tell at once.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import re2
from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.headers import RSL_TYPE
from yurai.evidence.jsonld import json_ld_marks, type_scope
from yurai.evidence.marks import OF_THE_TEXT, Mark, Place, Scope
from yurai.evidence.normalise import cc_id, licence_id
from yurai.evidence.places import Spot, spot
from yurai.evidence.signals import is_robots_name, robots, tdm

_LICENCE_RELS: Final = frozenset(
    ("license", "cc:license", "dc:license", "dct:license", "dcterms:license", "dcterms.license", "xhv:license")
)
_META_NAMES: Final = (
    "license licence dc.license dc.rights dc.rights.license dcterms.license dcterms.rights dcterms.accessrights rights "
    "dc:rights dc:license dcterms:license dcterms:rights copyright dc.rightsuri eprints.rights"
)
_LICENCE_METAS: Final = frozenset(_META_NAMES.split())
_LICENCE_PROPS: Final = _LICENCE_RELS | {"schema:license", "dc:rights", "dct:rights", "dcterms:rights"}
_RESERVED: Final = ("all rights reserved", "alle rechte vorbehalten", "tous droits réservés", "無断転載", "版权所有")
_EXCEPTED: Final = ("otherwise noted", "otherwise stated", "soweit nicht anders", "sauf mention contraire")
# What any mark needs; one pass, as these bytes are searched on every page.
_ANY: Final = re2.compile(
    rb"(?i)licen|creativecommons|rights|accessibleforfree|rsl\+xml|copyright[\"']|robots|bot[\"']|tdm-|-ai[\"']|extended[\"']"
)
_A_LINK: Final = re2.compile(rb"(?i)creativecommons|licensebuttons|rel\s*=\s*[\"']?[^\"'>]*licen")
_A_PROPERTY: Final = re2.compile(rb"(?i)(?:itemprop|property)\s*=\s*[\"']?[^\"'>]*(?:licen|rights)")
_FEW: Final = 4
_MANY: Final = 16
_RDF: Final = re.compile(rb'<Work\s+rdf:about="([^"]{0,2048})"|<license\s+rdf:resource="([^"]{1,2048})"')
# Links are found by compiled expressions of libxml2: each element that comes up to Python costs as much as its subtree.
_OF_LINK: Final = "contains(@rel, 'icense') or contains(@rel, 'ICENSE') or contains(@href, 'reativecommons')"
_LINKS: Final = etree.XPath(
    f"descendant::a[{_OF_LINK}] | descendant::area[{_OF_LINK}] | descendant::link[{_OF_LINK}]"
    " | descendant::img[contains(@src, 'reativecommons') or contains(@src, 'licensebuttons')]"
)
_SCRIPTS: Final = etree.XPath("descendant::script[contains(@type, 'ld+json') or contains(@type, 'rsl+xml')]")
_PROPERTIES: Final = etree.XPath(
    "descendant::*[contains(@itemprop, 'icense') or contains(@property, 'icense') or contains(@property, 'rights')]"
)
_TEXT: Final = etree.XPath("//body//text()[not(parent::script or parent::style)]", smart_strings=False)


def html_marks(markup: bytes, tree: HtmlElement, url: str) -> tuple[Mark, ...]:
    """All marks in a parsed page, repeats thinned out; `markup` is what was parsed, in UTF-8, `url` its address."""
    if not _ANY.search(markup):
        return ()
    lower = markup.lower()
    marks = [*_metas(tree)]
    if _A_LINK.search(markup):
        marks += _links(tree, url)
    if b"ld+json" in lower or b"rsl+xml" in lower:
        marks += _scripts(tree)
    if b"rdf:resource" in lower:
        marks += _rdf(markup)
    if _A_PROPERTY.search(markup):
        marks += _properties(tree, url)
    if any(mark.kind == "licence_claim" and mark.scope in OF_THE_TEXT for mark in marks):
        marks += _contradictions(tree, lower)
    return tuple(marks)


def _metas(tree: HtmlElement) -> Iterator[Mark]:
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("http-equiv") or "").strip().lower()
        content = (meta.get("content") or "").strip()
        if not content or not name:
            continue
        if name in _LICENCE_METAS:
            yield _said_in_meta(meta, content)
        elif name in ("tdm-reservation", "tdm-policy"):
            yield _meta("optout_signal", "tdm-meta", meta, f"{name}: {content}", tdm(name, content))
        elif is_robots_name(name) and (norm := robots(content, None if name == "robots" else name)) is not None:
            yield _meta("optout_signal", "meta-robots", meta, f"{name}: {content}", norm)


def _said_in_meta(meta: HtmlElement, content: str) -> Mark:
    """A claim where a licence can be read from it, or it is an address; else only a notice."""
    norm = licence_id(content)
    if norm is not None or content.startswith(("http:", "https:", "//")):
        return _meta("licence_claim", "meta", meta, content, norm)
    reserved = any(phrase in content.lower() for phrase in _RESERVED)
    return _meta("notice", "meta", meta, content, "all-rights-reserved" if reserved else None)


def _meta(kind: Any, channel: str, meta: HtmlElement, raw: str, norm: str | None) -> Mark:  # noqa: ANN401 - a Kind
    return Mark(kind, channel, raw, norm, "page", "head", meta.getroottree().getpath(meta))


def _links(tree: HtmlElement, url: str) -> Iterator[Mark]:
    """Links with rel=license, links to Creative Commons, and badges; of equal ones the first and last four."""
    groups: dict[tuple[str, str], list[HtmlElement]] = {}
    for element in _LINKS(tree):
        address = (element.get("src" if element.tag == "img" else "href") or "").strip()
        if address and (channel := _channel(element, address)):
            groups.setdefault((channel, address), []).append(element)
    few = [
        (channel, address, element)
        for (channel, address), elements in groups.items()
        for element in _ends(elements, _FEW)
    ]
    for channel, address, element in _ends(few, _MANY):
        yield _link(channel, address, element, url)


def _ends(marks: list[Any], count: int) -> list[Any]:
    """The first and the last so many: what is said of a page stands at its ends, and looking at each costs."""
    return marks[:count] + marks[count:][-count:]


def _channel(element: HtmlElement, address: str) -> str | None:
    rel = element.get("rel")
    if rel and not _LICENCE_RELS.isdisjoint(rel.lower().split()):
        return "rsl" if (element.get("type") or "").strip().lower() == RSL_TYPE else "rel-license"
    lower = address.lower()
    if ("creativecommons" not in lower and "licensebuttons" not in lower) or cc_id(address) is None:
        return None
    if element.tag == "img":
        return None if element.getparent().tag == "a" else "cc-badge"
    return "cc-link"


def _link(channel: str, address: str, element: HtmlElement, url: str) -> Mark:
    at = spot(element, url)
    if channel == "rsl":
        return _mark("optout_signal", channel, address, "rsl=pointer", "page", at)
    return _mark("licence_claim", channel, address, licence_id(address), _scope(channel, at), at)


def _scope(channel: str, at: Spot) -> Scope:
    """What a link speaks of: `rel=license` of the main content of the page (HTML standard), others may be loose."""
    if at.embedded:
        return "embedded"
    if at.place in ("comments", "aside"):
        return "unknown"
    if channel != "rel-license":
        return "site" if at.place == "footer" else "unknown"
    return "main_text" if at.place == "main" else "page"


def _mark(kind: Any, channel: str, raw: str, norm: str | None, scope: Scope, at: Spot) -> Mark:  # noqa: ANN401 - a Kind
    return Mark(kind, channel, raw, norm, scope, at.place, at.path, None, at.left or None, at.right or None)


def _scripts(tree: HtmlElement) -> Iterator[Mark]:
    for script in _SCRIPTS(tree):
        kind = (script.get("type") or "").strip().lower()
        path = script.getroottree().getpath(script)
        place: Place = "head" if path.startswith("/html/head/") else "body"
        if kind == RSL_TYPE:
            yield Mark("optout_signal", "rsl", (script.text or "").strip(), "rsl=inline", "page", place, path)
        elif kind.startswith("application/ld+json"):
            yield from json_ld_marks(script.text or "", place, path)


def _rdf(markup: bytes) -> Iterator[Mark]:
    """Licences in RDF/XML, as Creative Commons had it put into a comment, which the tree lacks, until 2008."""
    about = ""
    for block in _RDF.finditer(markup):
        if block[1] is not None:
            about = block[1].decode("utf-8", "replace")
        elif (norm := cc_id(address := block[2].decode("utf-8", "replace"))) is not None:
            yield Mark("licence_claim", "rdf", address, norm, "embedded" if about else "page")


def _properties(tree: HtmlElement, url: str) -> Iterator[Mark]:
    """Licences in microdata (`itemprop`) and RDFa (`property`); the item or subject says of what."""
    for element in _ends([element for element in _PROPERTIES(tree) if _property_channel(element)], _MANY):
        value = next(
            (attribute for key in ("href", "content", "resource", "src") if (attribute := element.get(key))), None
        )
        raw = (value or "".join(element.itertext())).strip()
        if raw:
            channel, at = _property_channel(element), spot(element, url)
            scope = _item_scope(element, at) if channel == "microdata" else _scope("rel-license", at)
            yield _mark("licence_claim", channel, raw, licence_id(raw), scope, at)


def _property_channel(element: HtmlElement) -> str:
    """Channel of an element that says a licence, else "" (a meta without `itemprop` is read by `_metas`)."""
    if "license" in (element.get("itemprop") or "").lower().split():
        return "microdata"
    names = (element.get("property") or "").lower().split()
    return "" if element.tag == "meta" or _LICENCE_PROPS.isdisjoint(names) else "rdfa"


def _item_scope(element: HtmlElement, at: Spot) -> Scope:
    item = next((box for box in element.iterancestors() if box.get("itemscope") is not None), None)
    scope = "unknown" if item is None else type_scope((item.get("itemtype") or "").split())
    return "embedded" if at.embedded else scope


def _contradictions(tree: HtmlElement, lower: bytes) -> Iterator[Mark]:
    """Words on a page with a licence that take back some of it: all rights reserved, except where noted."""
    for phrases, norm in ((_RESERVED, "all-rights-reserved"), (_EXCEPTED, "except-where-noted")):
        if not any(phrase.encode() in lower for phrase in phrases):
            continue
        sentence = next((text for text in _TEXT(tree) if any(phrase in text.lower() for phrase in phrases)), None)
        if sentence is not None:
            yield Mark("notice", "text", " ".join(sentence.split()), norm, "page", "body")
