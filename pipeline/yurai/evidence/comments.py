"""Find what comments of the markup say of the page: notices that tools write above the head, as makeinfo does.

A comment shows nowhere, so only one that names the document ("copy this document under ...", not "this work", which in
templates is the template) claims a licence for it. What is markup itself was taken out of the page, and says nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Final

import re2

from yurai.evidence.ai_sentences import reservation
from yurai.evidence.marks import RESERVED_IN_WORDS, Mark, Scope
from yurai.evidence.normalise import KINDLESS
from yurai.evidence.statements import Statement, grammar, statements
from yurai.evidence.statements.sentences import sentences
from yurai.evidence.word_patterns import LICENCES, MACHINES

CHANNEL: Final = "comment"
MAX_CLAIMS: Final = 4
"""Licences of one page that comments claim."""
_COMMENT: Final = re2.compile(
    rb"(?is)<(?:script\b.*?(?:</script|\z)|style\b.*?(?:</style|\z)|svg\b.*?(?:</svg|\z)|template\b.*?(?:</template|\z)"
    rb"|textarea\b.*?(?:</textarea|\z)|title\b.*?(?:</title|\z)|!--.*?(?:--!?>|\z))"
)
"""Comments, and what may hold something like one; no groups, as re2 then finds them with its fast machine alone."""
_OPENS: Final = b"<!--"
_MAX_KEPT: Final = 16_384
"""Characters of a comment whose marks are kept: the pages of a site repeat that of their template."""
_WORDS: Final = re2.compile(f"(?is)(?:{LICENCES}|{MACHINES})".encode())
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9]*(?:[\s/][^<>]*)?>|\[if\b", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"\n[ \t#*]*\n")
_LINES: Final = "\u2028\u2028"


def comment_marks(markup: bytes) -> Iterator[Mark]:
    """Marks in the comments of a page: licences of the document, and as notices sentences against use by machines.

    `markup` is UTF-8. Cost is linear in it.
    """
    found: dict[tuple[str, str | None], Mark] = {}
    if not _WORDS.search(_commented(markup)):
        return
    for comment in _COMMENT.finditer(markup):
        inner = _inside(comment[0])
        if inner and _WORDS.search(inner):
            text = _plain(inner.decode("utf-8", "replace"))
            for mark in _said(text):
                found.setdefault((mark.kind, mark.norm), mark)
    claims = 0
    for mark in found.values():
        claims += mark.kind == "licence_claim"
        if mark.kind != "licence_claim" or claims <= MAX_CLAIMS:
            yield mark


def _inside(found: bytes) -> bytes:
    """What a comment holds; nothing of another element."""
    return found[len(_OPENS) :].removesuffix(b"-->").removesuffix(b"--!>") if found.startswith(_OPENS) else b""


def _commented(markup: bytes) -> bytes:
    """All that may be in comments, scripts not told apart: most pages have no word in there that counts."""
    parts, start = list[bytes](), markup.find(b"<!--")
    while start >= 0:
        end = markup.find(b"-->", start)
        parts.append(markup[start : end if end >= 0 else len(markup)])
        start = markup.find(b"<!--", end) if end >= 0 else -1
    return b"\n".join(parts)


def _plain(comment: str) -> str:
    """Text of a comment, paragraphs apart; none of one that holds elements."""
    return "" if _MARKUP.search(comment) else _PARAGRAPH.sub(_LINES, unescape(comment).replace("\r", ""))


def _said(text: str) -> tuple[Mark, ...]:
    """Marks in the text of a comment."""
    return _kept(text) if len(text) <= _MAX_KEPT else tuple(_marks(text))


@lru_cache(maxsize=64)
def _kept(text: str) -> tuple[Mark, ...]:
    return tuple(_marks(text))


def _marks(text: str) -> Iterator[Mark]:
    for one in statements(text):
        if (scope := _scope(one)) is not None:
            yield Mark("licence_claim", CHANNEL, one.sentence, one.id or KINDLESS, scope)
    for sentence in sentences(text):
        if reservation(sentence) is not None:
            yield Mark("notice", CHANNEL, sentence, RESERVED_IN_WORDS, "page")


def _scope(said: Statement) -> Scope | None:
    if not grammar.DOCUMENT.search(said.sentence):
        return None
    return "page" if said.subject == "page" else "site" if said.subject == "site" else None
