"""Answer questions about a finished tree."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from yurai.declare.stage import restored_use
from yurai.report.inquiry.answer import VERDICTS, Answer, Domain, Listed, Question, Run, Verdict
from yurai.report.inquiry.domain import domain_of
from yurai.report.inquiry.scan import Form, Text, one_in_form, quoted, text_matches
from yurai.report.inquiry.taken import cases_of
from yurai.report.inquiry.variants import variants
from yurai.report.inquiry.work import Match, Work, works_of
from yurai.report.training.trained import Orders, orders_of, trained
from yurai.stages.near_dedup.settings import NearDedup
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.merkle.check import FIELD, roots_of
from yurai_manifests.run import RUN, RunRecord

_ID: Final = (32, frozenset("0123456789abcdef"))


def about_url(lookup: Lookup, url: str, first: int) -> Answer:
    """Answer whether a URL is in the corpus, by its normal form; a doc_id may stand in its place."""
    kind: Literal["url", "doc_id"] = "doc_id" if len(url) == _ID[0] and set(url) <= _ID[1] else "url"
    works = works_of(lookup, kind, url)
    similar = [
        replace(work, differs=what)
        for other, what in (variants(url) if kind == "url" else {}).items()
        for work in works_of(lookup, "url", other)
    ]
    return _answer(lookup, Question(kind, url), works, first, similar=similar[:first])


def about_text(lookup: Lookup, text: str, form: Form, first: int) -> Answer:
    """Answer whether a text is in the corpus: equal, near, or passages of it; every text is read.

    Raises:
        RecipeError: the text is empty.
    """
    asked = Text(text, near_of(lookup.run), form)
    if not asked.normal:
        raise RecipeError("the text is empty; give a file that holds the words of the work")
    question = Question("text", None, sha256(text.encode("utf-8", "surrogatepass")), form, asked.near.threshold)
    matches = text_matches(lookup, asked)
    return _answer(lookup, question, _matched(lookup, matches), first)


def about_quote(lookup: Lookup, quote: str, form: Form, first: int) -> Answer:
    """Answer whether a quotation stands in a text of the corpus, letter by letter in a form; every text is read.

    Raises:
        RecipeError: the quotation is empty.
    """
    if not one_in_form(quote, form):
        raise RecipeError("the quotation is empty; give words to look for")
    question = Question("contains", None, sha256(quote.encode("utf-8", "surrogatepass")), form)
    return _answer(lookup, question, _matched(lookup, quoted(lookup, quote, form)), first)


def about_domain(lookup: Lookup, domain: str, first: int, each: Callable[[Listed], None] | None = None) -> Answer:
    """Answer what is in the corpus of a domain or host; the URL of every candidate is read.

    Raises:
        RecipeError: it is no domain.
    """
    sums, stays = domain_of(lookup, domain, first, each)
    verdict = _domain_verdict(lookup, sums, stays)
    return replace(_answer(lookup, Question("domain", domain), [], first), domain=sums, verdict=verdict)


def with_takedowns(lookup: Lookup, answer: Answer, text: str | None, keys: Mapping[str, bytes]) -> Answer:
    """Return an answer with the takedowns that took what was asked about; errors as `cases_of`."""
    cases, notes = cases_of(lookup, answer.question, text, keys)
    found = {answer.verdict, *(("taken-down",) if cases else ())}
    verdict = next(one for one in VERDICTS if one in found)
    return replace(answer, cases=cases, notes=(*answer.notes, *notes), verdict=verdict)


def near_of(run: RunRecord) -> NearDedup:
    """Return the settings of the last near-dedup of a run, or else those that the stage has by itself."""
    used = [restored_use(value).settings for value in run.recipe_stages]
    return next((one for one in reversed(used) if isinstance(one, NearDedup)), NearDedup())


def _matched(lookup: Lookup, matches: Mapping[str, Match]) -> list[Work]:
    return [
        replace(work, match=match) for doc_id, match in matches.items() for work in works_of(lookup, "doc_id", doc_id)
    ]


def _answer(
    lookup: Lookup, question: Question, works: Sequence[Work], first: int, similar: Sequence[Work] = ()
) -> Answer:
    orders = orders_of(lookup)
    named = tuple(_with_steps(lookup, orders, work) for work in works[:first])
    return Answer(
        question=question,
        verdict=_verdict(works),
        run=_run(lookup, works),
        works=named,
        works_count=len(works),
        similar=tuple(similar),
        scanned=tuple(sorted(lookup.scanned)),
        orders=tuple(orders),
    )


def _with_steps(lookup: Lookup, orders: Orders, work: Work) -> Work:
    """Return a candidate with the steps that saw it, or the document that stayed in its place."""
    if not work.text_in or not orders:
        return work
    held = work.doc_id if work.outcome == "kept" or work.kept_copy is None else work.kept_copy.doc_id
    return replace(work, trained=trained(lookup, orders, held))


def _run(lookup: Lookup, works: Iterable[Work]) -> Run:
    run = lookup.run
    dates = sorted(one.place.capture_date for one in works if one.place.capture_date)
    return Run(
        run_sha256=sha256(lookup.store.read(RUN)),
        digest=run.digest,
        root=roots_of(run)["run"] if FIELD in run.value else None,
        recipe=str(run.value["recipe"].get("name", "")),
        first_capture=dates[0] if dates else None,
        last_capture=dates[-1] if dates else None,
    )


def _verdict(works: Iterable[Work]) -> Verdict:
    """Return the first verdict of VERDICTS that holds for a candidate."""
    found = {_verdict_of(work) for work in works}
    return next((verdict for verdict in VERDICTS if verdict in found), "never-seen")


def _verdict_of(work: Work) -> Verdict:
    """Return what one candidate says; words that an editor took out, or that a near copy alone has, are not in."""
    match = work.match
    part = match is not None and match.how in ("passages", "quote")
    held = match is None or match.delivered if work.outcome == "kept" else work.text_in and not part
    if held:
        return "in-part" if match and match.how == "passages" else "in"
    return "failed" if work.outcome == "failed" else "dropped"


def _domain_verdict(lookup: Lookup, sums: Domain, stays: Iterable[str]) -> Verdict:
    if sums.kept or any(work.text_in for one in stays for work in works_of(lookup, "doc_id", one)):
        return "in"
    return "dropped" if sums.dropped else "failed" if sums.failed else "never-seen"
