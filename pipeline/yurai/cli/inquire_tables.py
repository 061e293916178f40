"""Print an answer of `yurai inquire`: one that was just made and a signed one look alike."""

from collections.abc import Iterator, Sequence
from typing import Final

from yurai.cli.table_shapes import fitted
from yurai.report.inquiry.answer import Answer, Domain, Question, Verdict
from yurai.report.inquiry.work import Copy, Judged, Match, Work
from yurai.report.safe_text import shown, shown_url
from yurai.report.training.trained import said
from yurai.terminal import say
from yurai_manifests.words import plural

LABEL: Final = " " * 12
SAYS: Final[dict[Verdict, str]] = {
    "in": "IN: the corpus holds it",
    "in-part": "IN PART: the corpus holds passages of it",
    "dropped": "DROPPED: it was seen, and the corpus does not hold it",
    "failed": "FAILED: it was seen and could not be read; the corpus does not hold it",
    "taken-down": "TAKEN DOWN: the corpus does not hold it any more",
    "never-seen": "NEVER SEEN: no candidate of this corpus",
}
REASONS: Final = 5


def say_answer(answer: Answer) -> None:
    """Print an answer."""
    say((SAYS[answer.verdict], "bold"))
    for line in _lines(answer):
        for part in fitted(line, LABEL):
            say(part)


def _lines(answer: Answer) -> Iterator[str]:
    yield _row("asked", _question(answer.question))
    for case in answer.cases:
        yield _row("case", f"{shown(case.case)}{', ' + shown(case.date) if case.date else ''}")
    for work in answer.works:
        yield from _work(work, answer.orders)
    if answer.works_count > len(answer.works):
        yield _row("", f"and {answer.works_count - len(answer.works):,} more; -n tells of more")
    for work in answer.similar:
        yield _row("similar", f"not the same ({work.differs}): {_outcome(work)} {shown_url(work.place.url)}")
    if answer.domain:
        yield from _domain(answer.domain)
    run = answer.run
    yield _row("run", f"{shown(run.recipe)} {run.digest}")
    yield _row("root", str(run.root or "none: made before there were Merkle roots"))
    if run.first_capture:
        yield _row("captured", f"{run.first_capture} to {run.last_capture}")
    yield _row("read", _read(answer.scanned))
    for note in answer.notes:
        yield _row("note", shown(note))
    yield _row("limits", shown(answer.limits))


def _row(label: str, words: str) -> str:
    return f"{label:<12}{words}"


def _question(question: Question) -> str:
    if question.value is not None:
        return f"{question.kind} {shown_url(question.value)}"
    form = f", compared as {question.form}" if question.form else ""
    return f"{question.kind}, sha256 {question.text_sha256}{form}"


def _read(scanned: tuple[str, ...]) -> str:
    if scanned:
        return f"every row of {', '.join(f'{folder}/' for folder in scanned)}"
    return "single rows, by the index of the run"


def _outcome(work: Work) -> str:
    return "kept" if work.outcome == "kept" else f"{work.outcome} by {work.stage}: {shown(work.reason)}"


def _work(work: Work, orders: Sequence[str] = ()) -> Iterator[str]:
    place = work.place
    yield _row(work.outcome, shown_url(place.url) or "(no URL)")
    if work.outcome != "kept":
        yield _row("", f"{work.stage}: {shown(work.reason)}")
    if work.match:
        yield _row("", _match(work.match))
    inner = "" if place.inner_offset is None else f", inside it {place.inner_offset:,}"
    yield _row("", f"{shown(place.source)} at {place.warc_offset:,}{inner}, captured {place.capture_date}")
    yield _row("", f"{work.file} row {work.row:,}, document {place.doc_id}")
    if kept := work.kept_copy:
        state = "its text is in through" if work.text_in and work.outcome != "kept" else "a copy of"
        yield _row("", f"{state} {kept.doc_id} {shown_url(kept.url)}{_alike(kept)}")
    if tokens := work.tokens:
        yield _row("", f"{tokens.shard} tokens {tokens.start:,} to {tokens.start + tokens.count - 1:,}")
        if orders:
            yield _row("", f"training: step {said(work.trained)}" if work.trained else "training: no whole step")
    for copy in work.copies:
        yield _row("", f"copy {copy.doc_id} {shown_url(copy.url)}{_alike(copy)}")
    if work.copies_count > len(work.copies):
        yield _row("", f"and {work.copies_count - len(work.copies):,} more copies")
    if verdict := work.verdict:
        yield _row("", _verdict(verdict))
    for mark in work.evidence:
        yield _row("", f"{mark.kind} {mark.channel}: {shown(mark.norm)} ({mark.subject_scope})")


def _alike(copy: Copy) -> str:
    return "" if copy.jaccard is None else f", similarity {copy.jaccard:g}"


def _match(match: Match) -> str:
    where = "" if match.delivered else ", in the text as extracted, not as delivered"
    if match.how == "quote":
        return f"holds the quotation at character {match.first:,}{where}"
    held = f", holds {match.passages:,} of {plural(match.of, 'passage')}" if match.of else ""
    return f"{match.how}, similarity {match.jaccard:g}{held}{where}"


def _verdict(verdict: Judged) -> str:
    licence = verdict.concluded_spdx or verdict.declared_spdx or "no licence"
    policy = f" by {shown(verdict.policy_id)}" if verdict.policy_id else ", no policy judged"
    train = f"train {verdict.train_verdict}, " if verdict.train_verdict else ""
    return f"{train}{shown(licence)}{policy}"


def _domain(domain: Domain) -> Iterator[str]:
    tokens = "" if domain.tokens is None else f" ({domain.tokens:,} tokens)"
    yield _row("candidates", f"{domain.kept:,} kept{tokens}, {domain.dropped:,} dropped, {domain.failed:,} failed")
    for reason, count in list(domain.reasons.items())[:REASONS]:
        yield _row("", f"{count:,} {shown(reason)}")
    if domain.copies_in:
        yield _row("", f"{domain.copies_in:,} of the dropped are copies of documents that stayed")
    for one in domain.listed:
        yield _row(one.outcome, f"{shown_url(one.url)} ({one.doc_id})")
