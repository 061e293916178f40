"""Read the boxes around an element: which place of a page they make, and whether they are of its text.

What is told: element names, roles, names of boxes (`class`, `id`), RDFa subjects and microdata types.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import re2
from lxml.html import HtmlElement

from yurai.evidence.kinds import is_of_users, type_scope
from yurai.evidence.marks import Place
from yurai.evidence.same_page import is_own_root, is_same_page

_OF_A_PICTURE: Final = frozenset(("figure", "figcaption", "picture", "video", "audio", "object"))
_QUOTES: Final = frozenset(("blockquote", "q"))
_QUOTE_BOX: Final = re2.compile(r"(?i)(?:^|[ _-])(?:block-?|pull-?|bb)?quot(?:e|ed|ation)(?:$|[ _-])")
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
    "comment": "comments",
}
_USER_PROPS: Final = frozenset(("comment", "review", "suggestedanswer", "acceptedanswer"))
_FOOTER_BOX: Final = re2.compile(r"(?i)footer|colophon|site-?info|copyright|(?:^|[ _-])(?:foot|fuss|bottom|pied)")
_COMMENT_BOX: Final = re2.compile(
    r"(?i)comment|disqus|guestbook|signature|(?:^|[ _-])(?:repl(?:y|ies)|forum-?post)|message--post|message-userContent"
    r"|(?:^| )(?:postbit|post-?container|bbp-reply|crawler-post|topic-post|post_wrapper|post_message|has-profile"
    r"|postbody|commtext)|(?:forum|topic|thread|board|user)[_-]{0,2}(?:post|message)(?:$|[ _-])"
)
# An <article> is named after what it is filed under too ("category-comments"): only a whole name counts.
_COMMENT_NAME: Final = re2.compile(
    r"(?i)(?:^| )(?:[a-z]{1,4}[_-]{0,2})?(?:comment|reply|answer|guestbook)(?:(?:[_-]{1,2}(?:body|content|text|item"
    r"|inner|wrapper|container|entry|author|reply|post|parent|node|box|block|list|[0-9]+))*)"
    r"(?:$| )|message--post|bbp-reply"
    r"|crawler-post|topic-post|onscreen-post|CommentPost|(?:^| )(?:message|postbody|postbit)(?:$| )"
    r"|(?:^| )(?:forum|topic|thread|board|user)[_-]{0,2}(?:post|message)(?:$|[ _-])"
)
_ASIDE_BOX: Final = re2.compile(
    r"(?i)sidebar|widget|related|sponsor|advert|(?:^|[ _-])(?:ads?|promo|rss|feed)(?:$|[ _-])"
)
_OF_OTHERS_BOX: Final = re2.compile(
    r"(?i)related|sponsor|advert|blogroll|twitter|instagram|flickr"
    r"|(?:^|[ _-])(?:ads?|promo|rss|feeds?|embed)(?:$|[ _-])"
)
_PICTURE_BOX: Final = re2.compile(
    r"(?i)caption|gallery|thumbnail|(?:image|photo|picture|media|foto|bild|img)s?[\w-]{0,24}(?:copyright|licen[cs]e|credit|rights|"
    r"author|source|quelle|legend)|(?:copyright|licen[cs]e|credit|quelle)[\w-]{0,12}(?:image|photo|picture|media|foto|bild)"
)
_CREDIT_BOX: Final = re2.compile(r"(?i)(?:^|[ _-])credits?(?:$|[ _-])")
_OWN_BOX: Final = re2.compile(r"(?i)copyright|licen[cs]e|creative-?commons")
_BOXES: Final[tuple[tuple[Any, Place], ...]] = (
    (_COMMENT_BOX, "comments"),
    (_ASIDE_BOX, "aside"),
    (_FOOTER_BOX, "footer"),
)
# A page's outermost boxes are named after everything that is on the page.
_OUTER: Final = frozenset(("html", "body", "main", "article"))
# What they are called and link to is not what they stand in.
_LINKING: Final = frozenset(("a", "area", "link", "img", "meta"))
_NEAR: Final = 4
_FEW: Final = 4


@dataclass(slots=True)
class Around:
    """What the boxes around an element make of it.

    `embedded`: it belongs to a picture, a quotation or another thing than the page; `of_others`: it stands in what
    shows what other sites say: advertisements, feeds.
    """

    place: Place | None = None
    embedded: bool = False
    of_others: bool = False
    credit: Literal["page", "picture"] | None = None
    subject_known: bool = False


def around(element: HtmlElement, url: str) -> Around:
    """Read the boxes from `element` outwards, which is one itself unless it is a link.

    The innermost that tells a place decides, but for footers and comments.
    """
    told = Around()
    for distance, box in enumerate((element, *element.iterancestors())):
        tag = box.tag
        itself = not distance and (tag in _LINKING or box.get("rel") is not None)
        names = " " if itself else f"{box.get('class', '')} {box.get('id', '')}"[:512]
        told.embedded = told.embedded or _quotes(box, names) or (tag in _OF_A_PICTURE and not _holds_only(box, element))
        _read_subject(told, box, url, itself=itself)
        if tag not in _OUTER and names != " " and distance <= _NEAR and told.place != "footer":
            told.embedded = told.embedded or bool(_PICTURE_BOX.search(names))
            told.credit = told.credit or _credit(box, names)
        if told.place in (None, "aside") and tag not in _OUTER and names != " ":
            told.of_others = told.of_others or bool(_OF_OTHERS_BOX.search(names))
        told.of_others = told.of_others or tag == "template"
        told.place = _joined(told.place, _place(box, names))
    if told.credit == "page":
        # "credits" in the main content are those of a picture, elsewhere those of the site
        told.credit = "picture" if told.place == "main" else None
        told.place = told.place or "footer"
    told.embedded = told.embedded or told.credit == "picture"
    return told


def _credit(box: HtmlElement, names: str) -> Literal["page", "picture"] | None:
    """What a box named "credits" credits: the picture before it, or what it stands in."""
    if not _CREDIT_BOX.search(names):
        return None
    before = box.getprevious()
    pictured = before is not None and (before.tag == "img" or any(True for _ in before.iter("img")))
    return "picture" if pictured and len(before) < _FEW else "page"


def _joined(inner: Place | None, outer: Place | None) -> Place | None:
    """Place of what is in `inner` in `outer`: a widget of a footer is the footer's, all in a comment the comment's."""
    if inner is None or outer is None:
        return inner or outer
    if outer == "comments" or (inner == "aside" and outer == "footer"):
        return outer
    return inner


def _place(box: HtmlElement, names: str) -> Place | None:
    if is_of_users((box.get("itemtype") or "").split()) or box.get("itemprop", "").lower() in _USER_PROPS:
        return "comments"
    tag = box.tag
    if tag == "article" and (_COMMENT_NAME.search(names) or _is_inner_article(box)):
        return "comments"
    named = None if tag in _OUTER or names == " " else _named(names)
    return _ROLES.get(box.get("role", "")) or named or _ELEMENTS.get(tag)


def _is_inner_article(box: HtmlElement) -> bool:
    """An article in another is what a visitor wrote to it (HTML standard, 4.3.2)."""
    return any(True for _ in box.iterancestors("article"))


def _named(names: str) -> Place | None:
    return next((place for pattern, place in _BOXES if pattern.search(names)), None)


def _holds_only(box: HtmlElement, element: HtmlElement) -> bool:
    """Whether the pictures in a figure are those of the link itself: a badge, which themes put into one."""
    inner = sum(1 for _ in element.iter("img"))
    return inner > 0 and element.tag != "img" and inner == sum(1 for _ in box.iter("img"))


def _quotes(box: HtmlElement, names: str) -> bool:
    """It is a quotation, and not a box that themes draw as one around the licence of the page."""
    quoted = box.tag in _QUOTES or (box.tag not in _OUTER and bool(_QUOTE_BOX.search(names)))
    return quoted and not _OWN_BOX.search(names)


def _read_subject(told: Around, box: HtmlElement, url: str, *, itself: bool) -> None:
    """Of RDFa and microdata, the innermost subject decides whether what is in the box is about the page."""
    if told.subject_known:
        return
    known = _is_about_page(box, url, itself=itself)
    if known is not None:
        told.subject_known = True
        told.embedded = told.embedded or not known


def _is_about_page(box: HtmlElement, url: str, *, itself: bool) -> bool | None:
    """Whether a box sets the page as subject (RDFa 1.1 section 7.5, microdata) or another thing; None: neither."""
    about = box.get("about")
    if about is None and not itself and box.tag not in ("a", "area", "link"):
        about = box.get("resource", box.get("src")) if box.get("property") is None or box.get("typeof") else None
        about = box.get("itemid") if about is None else about
    if about is not None:
        return is_same_page(about, url) or is_own_root(about, url)
    kinds = [] if itself else f"{box.get('typeof', '')} {box.get('itemtype', '')}".split()
    return False if _is_of_a_part(kinds) else None


def _is_of_a_part(kinds: Iterable[str]) -> bool:
    """Person and Organization are what pages are by: a licence beside a name is not that of the name."""
    things = [kind for kind in kinds if not kind.lower().endswith(("person", "organization", "map"))]
    return type_scope(things) in ("embedded", "dataset")
