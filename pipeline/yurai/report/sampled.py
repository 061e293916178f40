"""Show drawn pages: for a terminal, for programs, and as a page like the report."""

from __future__ import annotations

import json

from yurai.report.components import Crawled, card, crawled, none
from yurai.report.draw import Drawn
from yurai.report.markup import el
from yurai.report.numbers import number, plural
from yurai.report.page import document
from yurai.report.safe_text import visible

NO_TEXT = "(no text: it ended before extraction)"


def as_json(pages: list[Drawn]) -> str:
    """Return the pages as indented JSON."""
    return json.dumps(pages, ensure_ascii=False, indent=2)


def as_text(pages: list[Drawn]) -> str:
    """Return the pages for a terminal; their texts hold no control character any more."""
    return "\n\n".join(_lines(page) for page in pages)


def as_html(pages: list[Drawn], title: str, out: str, seed: int) -> str:
    """Return the pages as one HTML text; `title` says what was drawn."""
    head = el(
        "header",
        el("p", "Yurai sample", class_="eyebrow"),
        el("h1", visible(title)),
        el("p", visible(f"{plural(len(pages), 'page')} of {out}, drawn with seed {seed}"), class_="about"),
        class_="masthead",
    )
    cards = [
        card(
            crawled(
                _crawled(page),
                goes=page["outcome"] != "kept",
                score=page["lang"] or "",
            ),
            el("p", visible(_why(page)), class_="caption"),
        )
        for page in pages
    ]
    return document(f"{title}: Yurai sample", head, el("main", *(cards or [none("There is none.")])))


def _crawled(page: Drawn) -> Crawled:
    text = page["excerpt"] or NO_TEXT
    return {"title": page["title"], "url": page["url"], "lang": page["lang"], "excerpt": text}


def _lines(page: Drawn) -> str:
    lines = [page["title"] or "(no title)", f"  {page['url'] or '(no URL)'}", f"  {visible(_why(page))}"]
    return "\n".join([*lines, f"  {page['excerpt'] or NO_TEXT}"])


def _why(page: Drawn) -> str:
    """Say what became of the page, and the numbers that decided."""
    outcome = (
        page["outcome"] if page["outcome"] == "kept" else f"{page['outcome']} by {page['stage']}: {page['reason']}"
    )
    numbers = ", ".join(f"{name} {number(value)}" for name, value in page["measures"].items())
    limits = ", ".join(f"{name} {number(value)}" for name, value in page["limits"].items() if value is not None)
    parts = [page["lang"], outcome, page["detail"] and f"see {page['detail']}", numbers, limits and f"limits {limits}"]
    return "; ".join(part for part in [*parts, page["doc_id"]] if part)
