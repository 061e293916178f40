"""Find licences in microdata (`itemprop`), RDFa (`property`) and in the RDF/XML that comments of old pages hold."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.kinds import type_scope
from yurai.evidence.links import LICENCE_RELS, MANY, claim_scope, ends, mark_at
from yurai.evidence.marks import Mark, Scope
from yurai.evidence.normalise import cc_id, licence_id
from yurai.evidence.places import Spot, spot
from yurai.evidence.same_page import is_own_root, is_same_page

_LICENCE_PROPS: Final = LICENCE_RELS | {"schema:license"}
_PROPERTIES: Final = etree.XPath(
    "descendant::*[contains(@itemprop, 'icense') or contains(@property, 'icense') or contains(@property, 'ights')]"
)
_FREE: Final = etree.XPath("descendant::*[contains(@itemprop, 'isAccessibleForFree')]")
_RDF: Final = re.compile(
    rb'<(?:\w+:)?Work\s+rdf:about="([^"]{0,2048})"|<(?:\w+:)?license\s+rdf:resource="([^"]{1,2048})"'
    rb'|<dc:type\s+rdf:resource="([^"]{1,256})"|<(/?)svg\b'
)
# An item that stands for something of the page, where it has no type: <span itemprop="image" itemscope>.
_PART_PROPS_NAMED: Final = (
    "image photo thumbnail logo video audio associatedmedia encoding primaryimageofpage hascomponent"
)
_PART_PROPS: Final = frozenset(_PART_PROPS_NAMED.split())
_OTHER_PROPS_NAMED: Final = "comment review isbasedon citation mentions suggestedanswer acceptedanswer"
_OTHER_PROPS: Final = frozenset(_OTHER_PROPS_NAMED.split())


def property_marks(tree: HtmlElement, url: str) -> Iterator[Mark]:
    """Licences in microdata and RDFa; the item or subject says of what."""
    for element in ends([element for element in _PROPERTIES(tree) if _channel(element)], MANY):
        value = next(
            (attribute for key in ("href", "content", "resource", "src") if (attribute := element.get(key))), None
        )
        raw = (value or "".join(element.itertext())).strip()
        if raw:
            channel, at, norm = _channel(element), spot(element, url), licence_id(raw)
            scope = _item_scope(element, at, url) if channel == "microdata" else _rdfa_scope(element, norm, at)
            yield mark_at("licence_claim", channel, raw, norm, scope, at)


def paywall_marks(tree: HtmlElement, url: str) -> Iterator[Mark]:
    """Items of microdata that say they are not free to read (`isAccessibleForFree`), as JSON-LD says it."""
    for element in ends(_FREE(tree), MANY):
        raw = (element.get("content") or element.get("href") or "".join(element.itertext())).strip()
        if raw.lower().rpartition("/")[2] in ("false", "no"):
            at = spot(element, url)
            scope = _item_scope(element, at, url)
            yield mark_at("notice", "microdata", f"isAccessibleForFree: {raw}", "paywalled", scope, at)


def _channel(element: HtmlElement) -> str:
    """Channel of an element that says a licence, else "" (a meta without `itemprop` is read by `meta_marks`)."""
    if not {"license", "https://schema.org/license"}.isdisjoint((element.get("itemprop") or "").lower().split()):
        return "microdata"
    names = (element.get("property") or "").lower().split()
    return "" if element.tag == "meta" or _LICENCE_PROPS.isdisjoint(names) else "rdfa"


def _rdfa_scope(element: HtmlElement, norm: str | None, at: Spot) -> Scope:
    """The nearest type that RDFa sets, if it is not a page's, says of what."""
    typed = next((box for box in element.iterancestors() if box.get("typeof")), None)
    kind = "page" if typed is None else type_scope((typed.get("typeof") or "").split())
    return kind if kind in ("site", "dataset") and not at.embedded else claim_scope(norm, at)


def _item_scope(element: HtmlElement, at: Spot, url: str) -> Scope:
    item = next((box for box in element.iterancestors() if box.get("itemscope") is not None), None)
    if at.embedded or item is None:
        return "embedded" if at.embedded else "unknown"
    props = frozenset((item.get("itemprop") or "").lower().split())
    if not props.isdisjoint(_OTHER_PROPS) or at.place == "comments":
        return "unknown"
    address = item.get("itemid")
    if address is not None and not (is_same_page(address, url) or is_own_root(address, url)):
        return "embedded"
    kinds = (item.get("itemtype") or "").split()
    return "embedded" if not kinds and not props.isdisjoint(_PART_PROPS) else type_scope(kinds)


def rdf_marks(markup: bytes, url: str) -> Iterator[Mark]:
    """Licences in RDF/XML, as Creative Commons had it put into a comment, which the tree lacks, until 2008.

    Drawings in SVG hold the same, of themselves.
    """
    scope: Scope = "page"
    seen: dict[tuple[str, Scope], Mark] = {}
    drawn = False
    for block in _RDF.finditer(markup):
        if block[4] is not None:
            drawn = not block[4]
        elif block[1] is not None:
            scope = "embedded" if drawn else _subject_scope(block[1].decode("utf-8", "replace"), url)
        elif block[3] is not None:
            kind = type_scope([block[3].decode("utf-8", "replace")])
            scope = kind if kind in ("embedded", "dataset") else scope
        elif (norm := cc_id(address := block[2].decode("utf-8", "replace"))) is not None:
            of: Scope = "embedded" if drawn else scope
            seen.setdefault((norm, of), Mark("licence_claim", "rdf", address, norm, of))
    yield from ends(list(seen.values()), MANY)


def _subject_scope(about: str, url: str) -> Scope:
    if is_same_page(about, url):
        return "page"
    return "site" if is_own_root(about, url) else "embedded"
