"""Tell where on a page a mark stands, and what that makes it speak of.

A licence in the caption of a picture is the picture's. The page's own footer speaks of the page; comments and widgets
that show other sites speak of whoever wrote them. What stands around is read from the boxes and from the words beside
it.
"""

from dataclasses import dataclass
from typing import Final

import re2
from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.boxes import around
from yurai.evidence.kinds import type_scope
from yurai.evidence.marks import MAX_CONTEXT, Place
from yurai.evidence.subjects import BOUNDARY, Subject, subject

_READ: Final = 4 * MAX_CONTEXT
"""Characters of context that are read: personal data is redacted before a context is cut, or the cut would hide it."""
_BLOCK_TAGS: Final = (
    "address article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header html li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
_PHOTO_BY: Final = re2.compile(
    r"(?i)(?:photo(?:graph)?s?|images?|pictures?|illustrations?|fotos?|bild(?:er)?|imagen(?:es)?|фото|写真|画像|図版|图片"
    r"|圖片)\s*(?:credits?|courtesy|source|quelle|提供|出典)?\s*(?:by\b|of\b|[:/©(\x{ff1a}]|von\b|par\b|por\b|de\b|от\b)[^\n]{0,48}$"
)
_PICTURE_HOSTS: Final = re2.compile(
    r"(?i)//(?:[\w.-]+\.)?(?:flickr\.com|flic\.kr|commons\.wikimedia\.org|upload\.wikimedia\.org|flaticon\.com|unsplash\.com"
    r"|pixabay\.com|pexels\.com|thenounproject\.com|freesound\.org)(?:/|$)"
)
_A_CREDIT: Final = 400
_TEXTS: Final = etree.XPath("descendant-or-self::text()[not(parent::script or parent::style)]", smart_strings=False)
# ccREL as Creative Commons' chooser writes it: <span href="http://purl.org/dc/dcmitype/StillImage" rel="dct:type">
_DCMI_TYPES: Final = etree.XPath("descendant::*[contains(@href, 'dcmitype/')]/@href", smart_strings=False)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an element stands: its place, what makes it part of something else, its path and context.

    `said_of` is what the words beside it say is licensed; `of_others`: it stands in what shows other sites.
    """

    place: Place
    embedded: bool
    of_others: bool
    said_of: Subject | None
    path: str
    left: str
    right: str


def spot(element: HtmlElement, url: str) -> Spot:
    """Place and context of one element of a page; `url` is the page's own address."""
    bounded = _context(element)
    left, right = (_line(text.replace(BOUNDARY, " ")) for text in bounded)
    told = around(element, url)
    place, embedded, said_of = told.place or "body", told.embedded, subject(*bounded)
    if place != "head" and not embedded:
        embedded = _is_of_a_picture(element, left, said_of, place)
    return Spot(place, embedded, told.of_others, said_of, element.getroottree().getpath(element), left, right)


def _is_of_a_picture(element: HtmlElement, left: str, said_of: Subject | None, place: Place) -> bool:
    if said_of == "text":
        return False
    block = _block(element)
    kinds = _DCMI_TYPES(block)
    if said_of == "part" or (kinds and type_scope(kinds) == "embedded"):
        return True
    return place != "footer" and (bool(_PHOTO_BY.search(left)) or _credits_a_picture(block))


def _credits_a_picture(block: HtmlElement) -> bool:
    """The block is short and links to where pictures are hosted."""
    if sum(map(len, _TEXTS(block))) > _A_CREDIT:
        return False
    return any(_PICTURE_HOSTS.search(link.get("href", "")) for link in block.iter("a"))


def _block(element: HtmlElement) -> HtmlElement:
    return next((box for box in element.iterancestors() if box.tag in _BLOCKS), element)


def _context(element: HtmlElement) -> tuple[str, str]:
    """Text before and behind an element in its block, on one line each, BOUNDARY around blocks; none in the head."""
    before, behind = "", element.tail or ""
    node = element
    while node.tag not in _BLOCKS and (parent := node.getparent()) is not None and parent.tag != "head":
        for other in node.itersiblings(preceding=True):
            before = _beside(other) + (other.tail or "") + before
            if len(before) >= _READ:
                break
        else:
            before = (parent.text or "") + before
        for other in node.itersiblings():
            if len(behind) >= _READ:
                break
            behind += _beside(other) + (other.tail or "")
        if len(before) >= _READ or parent.tag in _BLOCKS:
            break
        node = parent
        behind += node.tail or ""
    own = _text(element)
    return _line(before)[-_READ:], _line(f"{own} {behind}" if own else behind)[:_READ]


def _beside(element: HtmlElement) -> str:
    return f"{BOUNDARY}{_text(element)}{BOUNDARY}" if element.tag in _BLOCKS else _text(element)


def _text(element: HtmlElement) -> str:
    return "".join(_TEXTS(element))


def _line(text: str) -> str:
    return " ".join(text.split())
