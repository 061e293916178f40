"""Search: tell what was typed, and lead to it."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from yurai.report.inquiry.work import Work
from yurai.report.markup import Child, el
from yurai.report.readers.said import say
from yurai.report.safe_text import visible
from yurai.serve.corpus import Corpus
from yurai.serve.pages.document import ENDS
from yurai.serve.pages.layout import chip, document_link, heading, note, page, part, table
from yurai.serve.view import View

Kind: TypeAlias = Literal["doc_id", "url", "domain", "passage"]
_ID = re.compile(r"[0-9a-f]{32}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_DOMAIN = re.compile(r"(?:[^\s/:.?#@\x00-\x20]+\.)+[^\s/:.?#@0-9\x00-\x20][^\s/:.?#@\x00-\x20]*\.?")


def kind_of(asked: str) -> Kind:
    """Tell what was typed; whatever is no id, no URL and no domain is a passage."""
    if _ID.fullmatch(asked):
        return "doc_id"
    if _URL.fullmatch(asked):
        return "url"
    return "domain" if _DOMAIN.fullmatch(asked) and len(asked) <= 253 else "passage"  # noqa: PLR2004 - RFC 1035


def captures(corpus: Corpus, view: View, url: str) -> str | Work:
    """Return the page about a URL, or where there is one candidate alone, that one."""
    answer = corpus.answer(url)
    if answer.works_count == 1 and not answer.similar and not answer.cases:
        return answer.works[0]
    parts: list[Child] = []
    if answer.works:
        parts.append(part(view, say("Captures"), _works(view, answer.works)))
        if answer.works_count > len(answer.works):
            parts.append(note(view, say("and {count} more", count=answer.works_count - len(answer.works))))
    else:
        parts.append(note(view, say("No candidate of this corpus has this URL.")))
    if answer.similar:
        parts.append(part(view, say("Similar URLs"), _works(view, answer.similar)))
    return page(view, say("Search"), heading(view, visible(url)), *parts, back="/", asked=url)


def _works(view: View, works: tuple[Work, ...]) -> str:
    rows: list[tuple[Child, ...]] = [
        (
            document_link(one.doc_id),
            el("bdi", view.address(one.place.url)),
            visible(str(one.place.capture_date or ""))[:10],
            chip(view.words(ENDS[one.outcome]), one.outcome),
            view.reason(one.reason) if one.reason else None,
        )
        for one in works
    ]
    heads = (say("document"), say("URL"), say("capture date"), say("outcome"), say("reason"))
    return table(view, heads, rows, say("Captures"))
