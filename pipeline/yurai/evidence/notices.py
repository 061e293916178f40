"""Find words that reserve rights or take a licence back: "All rights reserved", "except where noted".

They stand on a third of all pages, so one pass over the bytes decides first; then the texts of the page are searched
for the pieces that were found.
"""

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Final

import re2
from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence import notice_phrases
from yurai.evidence.boxes import Around, around
from yurai.evidence.first_look import IN_NUMBERS, RESERVED_PIECES
from yurai.evidence.marks import MAX_RAW, Mark, Scope
from yurai.evidence.texts import Texts

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
# in the forms of re2, which knows no look behind, and whose white space is that of ASCII
_FORMS: Final = {"(?<!not\\s+)": "", "(?<!not\\s)": "", "[^\\s<]": "[^<]", "\\s": "[\\s\\x{a0}\\x{3000}]"}
_LOOKED: Final = re.sub(r"\?P<g\d>", "?:", _PHRASE.pattern)  # without groups, which only a slower machine of re2 fills
_LOOK: Final = re2.compile("(?i)" + reduce(lambda text, form: text.replace(*form), _FORMS.items(), _LOOKED))
_NORMS: Final = dict(enumerate(_GROUPS))
_OF_EXCEPTED: Final = ("otherwise", "elsewhere", "anders", "contraire", "salvo", "特に", "除非")
_CJK: Final = ("転載", "無断", "版权所有", "版權所有", "转载", "轉載", "무단")
_OWN_TEXTS: Final = etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)
_NOTICE: Final = re.compile(r"©|\(c\)|&copy|copyright|コピーライト|(?<!\d)(?:19|20)\d\d(?!\d)", re.IGNORECASE)
_SHORT: Final = 120
"""Characters of a text that is a notice by itself; in a longer one a copyright sign or year stands beside it."""
_BESIDE: Final = 160
_NODES: Final = 12
_WIDE: Final = 4_000


def reserved_marks(texts: Texts, looked: frozenset[str], url: str) -> Iterator[Mark]:
    """Words of a page that reserve all rights or ask for attribution: of each meaning and scope the first.

    `looked` is what `first_look` saw in the page.
    """
    words = _forms(looked.intersection(RESERVED_PIECES))
    return _marks(texts, words | set(_CJK if IN_NUMBERS in looked else ()), url, (RESERVED, ATTRIBUTION))


def excepted_marks(texts: Texts, url: str) -> Iterator[Mark]:
    """Words of a page that take some of a licence back; they mean something beside one alone."""
    return _marks(texts, _forms(_OF_EXCEPTED), url, (EXCEPTED,))


def _forms(pieces: Iterable[str]) -> set[str]:
    return {form for piece in pieces for form in (piece, piece.upper(), piece.capitalize())}


def _marks(texts: Texts, words: set[str], url: str, wanted: tuple[str, ...]) -> Iterator[Mark]:
    seen: set[tuple[str, str]] = set()
    places = sorted(at for word in words for at in texts.holding(word))
    indices = dict.fromkeys(texts.index(at) for at in places if _is_phrase(texts, at))
    found = [(index, own) for index in indices if (own := _said(texts.strings[index])) is not None]
    for index, own in found[:_NODES] + found[_NODES:][-_NODES:]:
        home = texts.home(index)
        if not texts.is_seen(index):
            continue
        for norm, said in own or _beside(home):
            if norm in wanted:
                mark = _notice(norm, said, around(home, url), home)
                if (norm, mark.scope) not in seen:
                    seen.add((norm, mark.scope))
                    yield mark


def _is_phrase(texts: Texts, at: int) -> bool:
    """Whether a phrase is about there: a quick look, also across texts."""
    return _LOOK.search(texts.whole[max(at - _SHORT, 0) : at + _SHORT]) is not None


def _said(text: str) -> list[tuple[str, str]] | None:
    """Meanings of the phrases in a text, each with the text; none where its block may hold more, None where not."""
    found = list(_phrases(text))
    return found if found or len(text) < _SHORT else None


def _beside(home: HtmlElement) -> list[tuple[str, str]]:
    """Meanings of the phrases in the block of an element: "All <b>rights</b> reserved"."""
    parent = home.getparent()
    box = home if len(home) or parent is None else parent
    return list(_phrases("".join(_OWN_TEXTS(box))[:_WIDE]))


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
