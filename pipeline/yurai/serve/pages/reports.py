"""Reports: which there are, and what is said while one is being made."""

from __future__ import annotations

from yurai.report.markup import el
from yurai.report.readers.figures import Reader
from yurai.report.readers.make import READERS
from yurai.report.readers.said import Said, say
from yurai.serve.pages.layout import heading, note, page
from yurai.serve.view import View

WHOLE = "page"
"""The report of the run, which shows URLs, titles and beginnings of texts."""


def reports(view: View) -> str:
    """Return the list of reports that this tier may see."""
    listed: list[tuple[str, Said, Said]] = [(name, title, about) for name, (title, about, _, _) in READERS.items()]
    if view.tier == "internal":
        about = say("Everything that the run counted, with charts and pages drawn at random; in English.")
        listed.append((WHOLE, say("Report of the run"), about))
    cards = [
        el(
            "li",
            el("h2", el("a", view.words(title), href=f"/report/{name}")),
            el("p", view.words(about)),
            class_="card",
        )
        for name, title, about in listed
    ]
    return page(
        view,
        say("Reports"),
        heading(view, say("Reports")),
        note(view, say("A report is made when it is first asked for: a tree is audited before.")),
        el("ul", *cards, class_="cards"),
        here="/report",
        back="/report",
    )


def waiting(view: View, name: str) -> str:
    """Return what is said while a report is being made."""
    return page(
        view,
        say("Reports"),
        heading(view, say("The report is being made")),
        note(view, say("This page asks again by itself.")),
        here="/report",
        back=f"/report/{name}",
    )


def command_of(out: str, name: str, view: View) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """Return the command that makes a report and the codes with which it ends well; None where there is no such one.

    Code 1 says that the corpus does not add up, which the report says too.
    """
    if name == WHOLE and view.tier == "internal":
        return ("audit", out, "--format", "html"), (0, 1)
    readers: tuple[Reader, ...] = tuple(READERS)
    if name not in readers:
        return None
    return ("report", out, "--for", name, "--tier", view.tier, "--lang", view.language), (0, 1)
