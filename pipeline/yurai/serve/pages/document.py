"""The page of one document: what it is, its life, rights and their evidence, copies, tokens, text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from yurai.report.inquiry.typed import typed
from yurai.report.markup import Child, Markup, el
from yurai.report.numbers import number, size
from yurai.report.readers import tiers
from yurai.report.readers.figures import Name
from yurai.report.readers.said import Said, say
from yurai.report.readers.wording import KINDS, OUTCOMES, SCOPES, USES, VERDICTS
from yurai.report.safe_text import visible
from yurai.report.training.steps import NAMED, Steps
from yurai.serve.bounds import MARKS, TEXT
from yurai.serve.cells import Life, Marked, Verdict
from yurai.serve.corpus import Corpus
from yurai.serve.pages.layout import chip, command, crawl_text, document_link, facts, heading, note, page, part, table
from yurai.serve.pages.life import life_table
from yurai.serve.view import View

if TYPE_CHECKING:
    from yurai.report.inquiry.answer import Answer
    from yurai.report.inquiry.work import Work

ENDS: dict[str, Said] = {"kept": say("kept"), **OUTCOMES}
VERDICT_USES: Final[tuple[tuple[Literal["train_verdict", "search_verdict", "redistribute_verdict"], str], ...]] = (
    ("train_verdict", "train"),
    ("search_verdict", "display"),
    ("redistribute_verdict", "redistribute"),
)


def document(corpus: Corpus, view: View, doc_id: str) -> str | None:
    """Return the page of a document; None where the tree knows none of this id."""
    lives, answer = corpus.lives(doc_id), corpus.answer(doc_id)
    if not lives:
        return _gone(view, doc_id, answer) if answer.cases else None
    (life,), work = lives, answer.works[0] if answer.works else None
    title = view.title(life.get("title"))
    return page(
        view,
        title or say("Document {doc_id}", doc_id=doc_id[:12]),
        heading(view, title or say("Document {doc_id}", doc_id=doc_id[:12]), _under(view, life)),
        part(view, say("Where it is from"), _origin(view, life)),
        part(view, say("Rights"), *_rights(view, life)),
        part(view, say("Copies"), *_copies(view, work)),
        part(
            view, say("Life"), note(view, say("What each stage and rule said of it, in order.")), life_table(view, life)
        ),
        part(view, say("Text"), *_text(corpus, view, doc_id)),
        back=f"/document/{doc_id}",
    )


def _gone(view: View, doc_id: str, answer: Answer) -> str:
    cases = [(el("code", visible(one.case)), one.date or "") for one in answer.cases]
    return page(
        view,
        say("Taken down"),
        heading(view, say("Taken down")),
        note(view, say("Document {doc_id} was taken out of this corpus.", doc_id=doc_id)),
        table(view, (say("case"), say("date")), [*cases], say("Takedowns")),
    )


def _under(view: View, life: Life) -> Markup:
    outcome = str(life["outcome"])
    reason = life.get("reason")
    return el(
        "p",
        chip(view.words(ENDS[outcome]), outcome),
        el("span", f"{view.name(life['stage'])}: {view.reason(str(reason))}") if reason else None,
        el("bdi", view.address(life["url"]), class_="url"),
        class_="under",
    )


def _origin(view: View, life: Life) -> Markup:
    tokens = life["tokens"]
    place = f"{number(life['warc_offset'])} + {number(life['warc_length'])}"
    lang, text_bytes = life.get("lang"), life.get("text_bytes")
    return facts(
        view,
        (say("doc_id"), el("code", str(life["doc_id"]))),
        (say("URL"), crawl_text(view.address(life["url"]))),
        (say("capture date"), visible(str(life["capture_date"] or "")) or view.say(None)),
        (say("input file"), crawl_text(view.source(str(life["source"]), str(life["source_sha256"] or "")))),
        (say("byte offset and length"), place),
        (say("language"), visible(str(lang)) if lang else None),
        (say("bytes of text"), size(int(text_bytes)) if text_bytes is not None else None),
        (say("tokens"), number(tokens["count"]) if tokens else None),
        (say("in shard, from token"), f"{tokens['shard']}: {number(tokens['start'])}" if tokens else None),
        (say("training steps"), "; ".join(_steps(life)) or None),
    )


def _steps(life: Life) -> Iterator[str]:
    """Yield the steps that each order with steps has of the document, the first few."""
    for one in life.get("training", ()):
        told = typed(Steps, one)
        steps = sorted({seen.step for seen in told.seen if seen.step is not None})
        if steps and told.steps is not None:
            more = f" + {number(len(steps) - NAMED)}" if len(steps) > NAMED else ""
            yield f"{told.order}: {', '.join(number(one) for one in steps[:NAMED])}{more} (/{number(told.steps)})"


def _rights(view: View, life: Life) -> list[Child]:
    verdict, marks = life["verdict"], life["rights"]
    shown: list[Child] = [_verdict(view, verdict)] if verdict else [note(view, say("No policy judged this document."))]
    if not marks:
        return [*shown, note(view, say("The page says nothing of a licence or a reservation."))]
    shown.append(_marks(view, marks[:MARKS]))
    if len(marks) > MARKS:
        shown.append(note(view, say("and {count} more", count=len(marks) - MARKS)))
    return shown


def _verdict(view: View, verdict: Verdict) -> Markup:
    uses = [
        (USES[use], chip(view.words(VERDICTS[said]), said) if (said := verdict[column]) else None)
        for column, use in VERDICT_USES
    ]
    credit = verdict["attribution"] if view.tier == "internal" else None
    return facts(
        view,
        (say("concluded licence"), view.licence(verdict["concluded_spdx"])),
        *uses,
        (say("policy"), el("code", visible(str(verdict["policy_id"])))),
        (say("why"), _reasons(view, verdict["verdict_reasons"] or ())),
        (say("credit"), crawl_text(visible(str(credit))) if credit else None),
    )


def _reasons(view: View, reasons: Sequence[str]) -> Markup | None:
    """Reasons quote what a page says, so they stay in the house."""
    if not reasons or view.tier == "public":
        return None
    return el(
        "ul", *(el("li", el("code", view.say(tiers.norm("notice", one, view.tier)))) for one in reasons), class_="plain"
    )


def _marks(view: View, marks: Sequence[Marked]) -> Markup:
    rows: list[tuple[Child, ...]] = [
        (
            view.words(KINDS[one["kind"]]),
            el("code", view.say(tiers.norm(one["kind"], one["norm"], view.tier))),
            el("code", visible(one["channel"])),
            view.words(SCOPES[one["subject_scope"]]),
            visible(str(one["as_of"] or ""))[:10],
            *((crawl_text(visible(one["raw"])),) if view.tier == "internal" else ()),
        )
        for one in marks
    ]
    heads = (say("kind"), say("what it says"), say("channel"), say("about"), say("date"))
    more = (say("as found"),) if view.tier == "internal" else ()
    return table(view, (*heads, *more), rows, say("Evidence"))


def _copies(view: View, work: Work | None) -> list[Child]:
    if work is None or (not work.copies_count and work.kept_copy is None):
        return [note(view, say("No copy of it is known."))]
    shown: list[Child] = []
    if work.kept_copy is not None:
        words = say("It is a copy. What stayed in its place:")
        shown += [
            note(view, words),
            el("p", document_link(work.kept_copy.doc_id, view.address(work.kept_copy.url))),
        ]
    if work.copies_count:
        count = len(work.copies)
        shown.append(note(view, say("Candidates that were dropped as its copies: {count}", count=work.copies_count)))
        rows: list[tuple[Child, ...]] = [
            (document_link(one.doc_id, view.address(one.url)), _alike(view, one.jaccard)) for one in work.copies
        ]
        shown.append(table(view, (say("URL"), say("similarity")), rows, say("Copies")))
        if work.copies_count > count:
            shown.append(note(view, say("and {count} more", count=work.copies_count - count)))
    return shown


def _alike(view: View, jaccard: float | None) -> str:
    return view.say(Name(f"{jaccard:.2f}") if jaccard is not None else None)


def _text(corpus: Corpus, view: View, doc_id: str) -> list[Child]:
    if view.tier != "internal":
        words = say("This tier shows no text. Whoever may see texts starts the server so:")
        return [note(view, words), command("yurai serve OUT --tier internal")]
    text = corpus.text(doc_id)
    if text is None:
        return [note(view, say("No text was delivered for it."))]
    cut = [note(view, say("The first {count} characters.", count=TEXT))] if len(text) > TEXT else []
    shown = view.text(text, TEXT)
    return [
        *cut,
        el("div", el("bdi", shown), class_="whole", tabindex="0", role="region", aria_label=view.words(say("Text"))),
    ]
