"""Find words that reserve rights or take a licence back: "All rights reserved", "except where noted".

They stand on a third of all pages, so one pass over the bytes decides first; then libxml2 finds the text nodes that
hold a piece of what was found, and only those come up to Python.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence import notice_phrases
from yurai.evidence.boxes import Around, around
from yurai.evidence.first_look import IN_NUMBERS, RESERVED_PIECES
from yurai.evidence.marks import MAX_RAW, Mark, Scope

RESERVED: Final = "all-rights-reserved"
EXCEPTED: Final = "except-where-noted"
ATTRIBUTION: Final = "attribution-requested"
_GROUPS: Final = {
    RESERVED: notice_phrases.RESERVED,
    EXCEPTED: notice_phrases.EXCEPTED,
    ATTRIBUTION: notice_phrases.ATTRIBUTION,
}
_PHRASE: Final = re.compile(
    "|".join(
        f"(?P<g{number}>{'|'.join(phrases)})".replace(" ", r"\s+") for number, phrases in enumerate(_GROUPS.values())
    ),
    re.IGNORECASE,
)
_NORMS: Final = dict(enumerate(_GROUPS))
_OF_EXCEPTED: Final = ("otherwise", "elsewhere", "anders", "contraire", "salvo", "特に", "除非")
_CJK: Final = ("転載", "無断", "版权所有", "版權所有", "转载", "轉載", "무단")
_HOLDS: Final = etree.XPath(
    "descendant::text()[contains(., $word) and not(parent::script or parent::style or parent::noscript"
    " or parent::template or parent::textarea or parent::title)]"
)
_OWN_TEXTS: Final = etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)
_NOTICE: Final = re.compile(r"©|\(c\)|&copy|copyright|コピーライト|(?<!\d)(?:19|20)\d\d(?!\d)", re.IGNORECASE)
_SHORT: Final = 120
"""Characters of a text that is a notice by itself; in a longer one a copyright sign or year stands beside it."""
_BESIDE: Final = 160
_NODES: Final = 12
_WIDE: Final = 4_000


def reserved_marks(tree: HtmlElement, markup: bytes, looked: frozenset[str], url: str) -> Iterator[Mark]:
    """Words of a page that reserve all rights or ask for attribution: of each meaning and scope the first.

    `looked` is what `first_look` saw in the page.
    """
    words = _as_written(looked.intersection(RESERVED_PIECES), markup)
    return _marks(tree, words | set(_CJK if IN_NUMBERS in looked else ()), url, (RESERVED, ATTRIBUTION))


def excepted_marks(tree: HtmlElement, markup: bytes, url: str) -> Iterator[Mark]:
    """Words of a page that take some of a licence back; they mean something beside one alone."""
    return _marks(tree, _as_written(_OF_EXCEPTED, markup), url, (EXCEPTED,))


def _as_written(pieces: Iterable[str], markup: bytes) -> set[str]:
    """Forms of the pieces that the bytes hold: XPath 1.0 knows no case, and each look through a tree costs."""
    forms = {form for piece in pieces for form in (piece, piece.upper(), piece.capitalize())}
    return {form for form in forms if form.encode() in markup}


def _marks(tree: HtmlElement, words: set[str], url: str, wanted: tuple[str, ...]) -> Iterator[Mark]:
    seen: set[tuple[str, str]] = set()
    nodes = [node for word in sorted(words) for node in _HOLDS(tree, word=word)]
    for node in nodes[:_NODES] + nodes[_NODES:][-_NODES:]:
        element = node.getparent()
        for norm, said in _said(str(node), element):
            if norm not in wanted:
                continue
            mark = _notice(norm, said, around(element, url), element)
            if (norm, mark.scope) not in seen:
                seen.add((norm, mark.scope))
                yield mark


def _said(text: str, element: HtmlElement) -> Iterator[tuple[str, str]]:
    """Meanings of the phrases in a text node, each with the text; else of its block ("All <b>rights</b> reserved")."""
    found = list(_phrases(text))
    if not found and len(text) < _SHORT and (parent := element.getparent()) is not None:
        box = element if element.tag != "b" and len(element) else parent
        found = list(_phrases("".join(_OWN_TEXTS(box))[:_WIDE]))
    yield from found


def _phrases(text: str) -> Iterator[tuple[str, str]]:
    for match in _PHRASE.finditer(text):
        norm = _norm(match)
        around_it = text[max(match.start() - _BESIDE, 0) : match.end() + _BESIDE]
        if norm == RESERVED and len(text.strip()) > _SHORT and not _NOTICE.search(around_it):
            continue
        yield norm, " ".join(text[max(match.start() - MAX_RAW // 2, 0) : match.end() + MAX_RAW // 2].split())


def _notice(norm: str, said: str, told: Around, element: HtmlElement) -> Mark:
    place = told.place or "body"
    path = element.getroottree().getpath(element)
    return Mark("notice", "text", said, norm, _scope(told), place, path)


def _scope(told: Around) -> Scope:
    """Words of a footer or sidebar speak of the site, those in the page of the page."""
    if told.embedded:
        return "embedded"
    if told.place == "comments" or told.of_others:
        return "unknown"
    return "site" if told.place in ("footer", "aside") else "page"


def reserves_rights(text: str) -> str | None:
    """Norm of words about rights, as `<meta name=copyright>` has them; None where they reserve none."""
    return next((norm for match in _PHRASE.finditer(text) if (norm := _norm(match)) != EXCEPTED), None)


def _norm(match: re.Match[str]) -> str:
    return _NORMS[int(str(match.lastgroup)[1:])]
