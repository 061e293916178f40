"""Draw a traced text: its spans in colours and numbers, and below it where each is from."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yurai.report.markup import Child, Markup, el, join
from yurai.report.numbers import number
from yurai.report.readers.figures import Name
from yurai.report.readers.said import say
from yurai.report.safe_text import visible
from yurai.serve.bounds import WORKS
from yurai.serve.pages.layout import crawl_text, document_link, facts, note
from yurai.serve.view import View

if TYPE_CHECKING:
    from yurai.report.trace import Carrier, Spanned, Trace

HUES: Final = 6
"""Colours of serve.css; numbers tell spans apart where colours do not."""


def traced(view: View, text: str, found: Trace) -> Markup:
    """Return a text with its spans, and the documents of each."""
    told = say(
        "{count} passages of {least} letters or more hold {covered} of {letters} letters. The rarest stand first.",
        count=found.spans_count,
        least=found.least,
        covered=found.covered,
        letters=found.letters,
    )
    listed = [_span(view, place, one) for place, one in enumerate(found.spans, 1)]
    return el(
        "section",
        note(view, told),
        el("p", *_pieces(text, found.spans), class_="traced") if found.spans else None,
        el("ol", *listed, class_="spans") if listed else None,
        note(view, say("This says where these letters stand, not where a model learned them.")),
        class_="card",
    )


def _pieces(text: str, spans: tuple[Spanned, ...]) -> list[Child]:
    """Return the text in pieces; where spans overlap, a piece leads to the rarest."""
    cuts = sorted({0, len(text), *(one.start for one in spans), *(one.end for one in spans)})
    made: list[Child] = []
    for start, end in pairwise(cuts):
        place = next((at for at, one in enumerate(spans, 1) if one.start <= start and end <= one.end), None)
        piece = text[start:end]
        if place is None:
            made.append(piece)
        else:
            inside = join(piece, el("sup", place))
            made.append(el("a", inside, href=f"#span-{place}", class_=f"hue-{place % HUES}"))
    return made


def _span(view: View, place: int, span: Spanned) -> Markup:
    count = say("Places in the corpus: {count}", count=span.count)
    return el(
        "li",
        el("blockquote", el("b", f"{place}. "), crawl_text(visible(span.text))),
        note(view, count),
        *(_carrier(view, one) for one in span.carriers),
        class_=f"card hue-{place % HUES}",
        id_=f"span-{place}",
    )


def _carrier(view: View, one: Carrier) -> Markup:
    spdx = one.verdict.concluded_spdx if one.verdict else None
    steps = ", ".join(f"{visible(step.order)}: {number(step.number)} / {number(step.of)}" for step in one.trained)
    around = f"{one.shown.before}[{one.shown.text}]{one.shown.after}" if view.tier == "internal" else None
    copies = [el("li", document_link(copy.doc_id, view.address(copy.url))) for copy in one.copies[:WORKS]]
    return facts(
        view,
        (say("document"), document_link(one.doc_id)),
        (say("URL"), crawl_text(view.address(one.url))),
        (say("dataset"), crawl_text(visible(one.dataset)) if one.dataset else None),
        (say("input file"), crawl_text(view.source(one.source, "")) if view.tier != "public" else None),
        (say("capture date"), visible(one.capture_date or "") or view.say(None)),
        (say("concluded licence"), view.licence(spdx)),
        (say("training step"), view.say(Name(steps) if steps else None)),
        (say("text around, redacted"), crawl_text(around) if around else None),
        (say("copies that carried it, or most of it"), el("ul", *copies, class_="plain") if copies else None),
        (say("copies in all"), number(one.copies_count) if one.copies_count > len(copies) else None),
    )
