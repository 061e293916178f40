"""Show drawn pairs on a page, to be read beside the file that is marked: every difference whole, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yurai.report.components import card, fold, none, title
from yurai.report.markup import Markup, el
from yurai.report.numbers import number, plural
from yurai.report.page import document
from yurai.report.pairs.compare import lost
from yurai.report.pairs.pages import NO_TEXT, Page
from yurai.report.pairs.strata import Losses, Removal, name_of
from yurai.report.safe_text import visible
from yurai.report.text_diff import differences

HOW = (
    "First, at a blue line, the page that stays; second, at an orange one, that which was removed. Marked is what the "
    "other lacks in that place, so what was moved is marked too. Texts are those that were extracted, redacted. Pairs "
    "stand as the lines of the file to mark: write lost or fine into its column mark."
)


def as_html(losses: Losses, pages: Mapping[str, Page]) -> str:
    """Return the pairs as one HTML text without a script, in the order of the file's lines; all differences of each."""
    count = sum(map(len, losses.drawn.values()))
    removals = sum(one.removals for one in losses.strata.values())
    head = el(
        "header",
        el("p", "Yurai sample", class_="eyebrow"),
        el("h1", f"{plural(count, 'pair')} of {plural(removals, 'removal')}"),
        el("p", HOW, class_="about"),
        class_="masthead",
    )
    return document("Removed and kept: Yurai sample", head, el("main", *_sections(losses, pages)))


def _sections(losses: Losses, pages: Mapping[str, Page]) -> Iterator[Markup]:
    line = 1
    for stratum, rows in sorted(losses.drawn.items()):
        if rows:
            cards = [_pair(line + at, one, pages) for at, one in enumerate(rows, 1)]
            said = f"{number(len(rows))} of {plural(losses.strata[stratum].removals, 'removal')}"
            yield el("section", title(f"similarity {name_of(stratum)}", said), *cards)
            line += len(rows)


def _pair(line: int, one: Removal, pages: Mapping[str, Page]) -> Markup:
    kept, removed = pages.get(one["kept_doc_id"]), pages.get(one["doc_id"])
    likeness = "not known" if one["jaccard"] is None else f"{one['jaccard']:.4f}"
    says = "its texts were not compared"
    if one["absent"] is not None:
        says = f"lacks {plural(one['absent'], 'word')}, {number(one['absent_run'] or 0)} in a row at most"
    head = title(f"line {line}: similarity {likeness}", f"{says}; doc_id {visible(one['doc_id'])}")
    urls = el("div", _page("kept", kept), _page("removed", removed, " goes"), class_="pages")
    if kept is None or removed is None:
        return card(head, urls, none("A text that is not in this tree cannot be shown."))
    return card(head, urls, *_differences(kept.text, removed.text), *_lost(removed.text, kept.text))


def _page(what: str, page: Page | None, more: str = "") -> Markup:
    return el("div", el("b", what), el("bdi", page.url if page else NO_TEXT, class_="url"), class_=f"sample{more}")


def _differences(kept: str, removed: str) -> Iterator[Markup]:
    """Yield each difference whole; each text is isolated, so that one from right to left reorders nothing beside it."""
    found = differences(kept, removed, most=None, length=None)
    if not found:
        yield none("The same words.")
    for one in found:
        yield el("div", el("p", el("bdi", one.first)), el("p", el("bdi", one.second)), class_="pair")


def _lost(removed: str, kept: str) -> Iterator[Markup]:
    """Yield what the kept text has nowhere, as a list that opens."""
    for name, found in lost(removed, kept)._asdict().items():
        if found:
            said = f"{name} that the kept text has nowhere: {number(len(found))}"
            yield fold(said, el("ul", *(el("li", el("bdi", one)) for one in found), class_="plain"))
