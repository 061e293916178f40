"""Small pages with marks, for tests of evidence."""

from __future__ import annotations

from yurai.evidence import Mark, html_marks
from yurai.extraction.tree import parse, to_markup

URL = "https://site.example/page"
BY = "https://creativecommons.org/licenses/by/4.0/"
SA = "https://creativecommons.org/licenses/by-sa/4.0/"


def marks(page: str, url: str = URL) -> tuple[Mark, ...]:
    """Marks of a page in HTML."""
    markup = to_markup(page)
    tree, _ = parse(markup, 512)
    return html_marks(markup, tree, url)


def body(inner: str) -> str:
    """A page with this body."""
    return f"<html><head><title>t</title></head><body>{inner}</body></html>"


def head(inner: str) -> str:
    """A page with this head."""
    return f"<html><head><title>t</title>{inner}</head><body><p>text</p></body></html>"


def claims(found: tuple[Mark, ...]) -> list[Mark]:
    """The licences that marks claim."""
    return [mark for mark in found if mark.kind == "licence_claim"]
