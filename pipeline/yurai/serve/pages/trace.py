"""Trace a text that a model wrote: which of its passages stand in the corpus, and where those are from."""

from __future__ import annotations

from yurai.report.markup import Markup, el
from yurai.report.readers.said import say
from yurai.serve.bounds import TEXT
from yurai.serve.corpus import Corpus
from yurai.serve.pages.layout import command, heading, note, page
from yurai.serve.pages.spans import traced
from yurai.serve.view import View


def trace(corpus: Corpus, view: View, text: str) -> str:
    """Return the form and, where there is a text, its passages that stand in the corpus.

    Raises:
        RecipeError: the index is of another run. AuditError, ShardError: it, or the tree, is damaged.
    """
    answer = None
    if not corpus.indexed():
        answer = _no_index(view)
    elif text.strip():
        answer = traced(view, text, corpus.now().tree.trace(text))
    return page(
        view,
        say("Trace a text"),
        heading(view, say("Trace a text")),
        note(view, say("Paste what a model wrote. Passages that stand in the corpus letter by letter are marked.")),
        _form(view, text),
        answer,
        here="/trace",
        back="/trace",
    )


def _no_index(view: View) -> Markup:
    words = say("This corpus has no text index, so passages cannot be found. This command makes one:")
    return el("section", note(view, words), command("yurai index OUT"), class_="card")


def _form(view: View, text: str) -> Markup:
    return el(
        "form",
        el("label", view.words(say("Text, at most {count} characters", count=TEXT)), for_="text"),
        el("textarea", text, name_="text", id_="text", maxlength=TEXT, required="", spellcheck="false"),
        el("p", el("button", view.words(say("Trace")), type="submit", class_="primary")),
        action="/trace",
        method="post",
        class_="trace",
    )
