"""Tell where on a page a mark stands, and what that makes it speak of.

A licence in the caption of a picture is the picture's. The page's own footer speaks of the page; comments, sidebars and
widgets speak of whoever wrote them. What stands around is read from element names, roles, and the names of boxes.
"""

from dataclasses import dataclass
from typing import Any, Final

import re2
from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.marks import MAX_CONTEXT, Place

_OF_A_PICTURE: Final = frozenset(("figure", "figcaption", "picture", "video", "audio", "object"))
_ELEMENTS: Final[dict[str, Place]] = {
    "head": "head",
    "footer": "footer",
    "aside": "aside",
    "nav": "aside",
    "header": "header",
    "article": "main",
    "main": "main",
}
_ROLES: Final[dict[str, Place]] = {
    "contentinfo": "footer",
    "complementary": "aside",
    "navigation": "aside",
    "banner": "header",
    "main": "main",
    "article": "main",
}
_FOOTER_BOX: Final = re2.compile(r"(?i)footer|colophon|site-?info|copyright|(?:^|[ _-])(?:foot|fuss|bottom|pied)")
_COMMENT_BOX: Final = re2.compile(r"(?i)comment|disqus|guestbook|signature|(?:^|[ _-])(?:repl(?:y|ies)|forum-?post)")
_ASIDE_BOX: Final = re2.compile(
    r"(?i)sidebar|widget|related|sponsor|advert|(?:^|[ _-])(?:ads?|promo|rss|feed)(?:$|[ _-])"
)
_PICTURE_BOX: Final = re2.compile(
    r"(?i)caption|gallery|photo-?credit|image-?credit|media-?credit|(?:^|[ _-])credits?(?:$|[ _-])"
)
_BOXES: Final[tuple[tuple[Any, Place], ...]] = (
    (_COMMENT_BOX, "comments"),
    (_ASIDE_BOX, "aside"),
    (_FOOTER_BOX, "footer"),
)
# A page's outermost boxes are named after everything that is on the page.
_OUTER: Final = frozenset(("html", "body", "main", "article"))
_NEAR: Final = 4
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


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an element stands: its place, whether it belongs to a picture or other part, its path and context."""

    place: Place
    embedded: bool
    path: str
    left: str
    right: str


def spot(element: HtmlElement, url: str) -> Spot:
    """Place and context of one element of a page; `url` is the page's own address."""
    left, right = _context(element)
    place, embedded = _around(element, url)
    if not embedded and place not in ("head", "footer"):
        embedded = bool(_PHOTO_BY.search(left)) or _credits_a_picture(element)
    return Spot(place, embedded, element.getroottree().getpath(element), left, right)


def _around(element: HtmlElement, url: str) -> tuple[Place, bool]:
    """Innermost place that a name tells, and whether an ancestor makes the element part of something else."""
    place: Place | None = None
    embedded = False
    for distance, box in enumerate((element, *element.iterancestors())):
        tag = box.tag
        embedded = embedded or tag in _OF_A_PICTURE or _is_about_other(box, url)
        names = f"{box.get('class', '')} {box.get('id', '')}" if tag not in _OUTER and distance else ""
        if names != " " and distance <= _NEAR and place != "footer":
            embedded = embedded or bool(_PICTURE_BOX.search(names))
        place = place or _ROLES.get(box.get("role", "")) or _named(names) or _ELEMENTS.get(tag)
    return place or "body", embedded


def _named(names: str) -> Place | None:
    return next((place for pattern, place in _BOXES if pattern.search(names)), None) if len(names) > 1 else None


def _is_about_other(box: HtmlElement, url: str) -> bool:
    """RDFa says that what is in this box is about another thing than the page."""
    about = box.get("about")
    return about is not None and about.strip() not in ("", ".", "#", "./", url)


def _credits_a_picture(element: HtmlElement) -> bool:
    """The block around it is short and links to where pictures are hosted."""
    block = _block(element)
    if sum(map(len, _TEXTS(block))) > _A_CREDIT:
        return False
    return any(_PICTURE_HOSTS.search(link.get("href", "")) for link in block.iter("a"))


def _block(element: HtmlElement) -> HtmlElement:
    return next((box for box in element.iterancestors() if box.tag in _BLOCKS), element)


def _context(element: HtmlElement) -> tuple[str, str]:
    """Text before and behind an element in its block, on one line each; an element in the head has none."""
    before, behind = "", element.tail or ""
    node = element
    while node.tag not in _BLOCKS and (parent := node.getparent()) is not None and parent.tag != "head":
        for other in node.itersiblings(preceding=True):
            before = _text(other) + (other.tail or "") + before
            if len(before) >= _READ:
                break
        else:
            before = (parent.text or "") + before
        for other in node.itersiblings():
            if len(behind) >= _READ:
                break
            behind += _text(other) + (other.tail or "")
        if len(before) >= _READ or parent.tag in _BLOCKS:
            break
        node = parent
        behind += node.tail or ""
    own = _text(element)
    return _line(before)[-_READ:], _line(f"{own} {behind}" if own else behind)[:_READ]


def _text(element: HtmlElement) -> str:
    return "".join(_TEXTS(element))


def _line(text: str) -> str:
    return " ".join(text.split())
