"""The first page: the search box, and what the corpus is."""

from __future__ import annotations

from yurai.report.markup import el
from yurai.report.numbers import number
from yurai.report.readers.said import say
from yurai.report.safe_text import visible
from yurai.serve.corpus import Corpus
from yurai.serve.pages.layout import facts, heading, link, note, page, part, search_box
from yurai.serve.view import View


def home(corpus: Corpus, view: View) -> str:
    """Return the first page."""
    run = corpus.now().run
    totals = run.value["totals"]
    tiles = [
        (say("candidates"), totals["candidates"], None),
        (say("kept"), totals["kept"], link("/documents")),
        (say("dropped or failed"), totals["dropped"] + totals["failed"], link("/documents", outcome="dropped")),
        (say("tokens"), totals["tokens"] if run.files("shards") else None, None),
    ]
    return page(
        view,
        say("Search"),
        heading(view, str(visible(str(run.value["recipe"]["name"])))),
        search_box(view, large=True),
        note(
            view,
            say("A URL or doc_id leads to its page and its life, a domain to its pages, a passage to where it stands."),
        ),
        el("ul", *(_tile(view.words(words), view.say(count), to) for words, count, to in tiles), class_="tiles"),
        part(
            view,
            say("This corpus"),
            facts(
                view,
                (say("Content digest"), el("code", visible(run.digest))),
                (say("sources"), number(run.value["sources"]["count"])),
                (say("recipe"), visible(str(run.value["recipe"]["about"] or run.value["recipe"]["name"]))),
            ),
        ),
        here="/",
    )


def _tile(words: str, count: str, to: str | None) -> str:
    inside = (el("b", count), el("span", words))
    return el("li", el("a", *inside, href=to) if to else el("div", *inside), class_="tile")
