"""Print what a trace found."""

from collections.abc import Iterator
from typing import Final

from yurai.cli.table_shapes import fitted
from yurai.report.safe_text import shown
from yurai.report.trace import Carrier, Spanned, Trace
from yurai.report.training.trained import said
from yurai.terminal import say
from yurai_manifests.words import plural

INDENT: Final = " " * 4
COPIES: Final = 5
"""Copies that are printed; JSON names more."""


def say_trace(trace: Trace) -> None:
    """Print a trace."""
    held = f"{trace.covered:,} of {plural(trace.letters, 'letter')}"
    say((f"{plural(trace.spans_count, 'span')} of {trace.least} letters or more; they hold {held}", "bold"))
    if trace.relation == "before-takedown":
        say("the index was made before a takedown: documents that went are left out")
    for number, span in enumerate(trace.spans, 1):
        _say_span(number, span, trace)
    if trace.spans_count > len(trace.spans):
        say(f"and {trace.spans_count - len(trace.spans):,} more spans: --spans N tells of N")
    if not trace.spans:
        say("nothing of this length stands in the corpus word for word")


def _say_span(number: int, span: Spanned, trace: Trace) -> None:
    say("")
    say((f"{number}. {span.text}", "bold"))
    places = f"{plural(span.count, 'place')} in the corpus"
    say(f"{INDENT}{span.end - span.start:,} letters from letter {span.start:,}; {places}")
    for carrier in span.carriers:
        for line in _lines(carrier, trace):
            for part in fitted(line, INDENT * 2):
                say(part)


def _lines(carrier: Carrier, trace: Trace) -> Iterator[str]:
    yield f"{INDENT}{carrier.url or '(no URL)'}"
    dataset = f"{shown(carrier.dataset)}, " if carrier.dataset else ""
    yield f"{INDENT * 2}{dataset}{shown(carrier.source)}, captured {carrier.capture_date or '(no date)'}"
    tokens = carrier.tokens
    place = f", tokens {tokens.shard}:{tokens.start} to {tokens.start + tokens.count - 1}" if tokens else ""
    yield f"{INDENT * 2}document {carrier.doc_id}, letter {carrier.offset:,}{place}"
    yield f"{INDENT * 2}training step: {_steps(carrier, trace)}"
    yield f"{INDENT * 2}{_rights(carrier)}"
    for mark in carrier.evidence:
        yield f"{INDENT * 2}{mark.kind} {mark.channel}: {shown(mark.norm)} ({mark.subject_scope})"
    yield f"{INDENT * 2}{carrier.shown.before}[{carrier.shown.text}]{carrier.shown.after}"
    for copy in carrier.copies[:COPIES]:
        alike = "" if copy.jaccard is None else f", similarity {copy.jaccard:g}"
        yield f"{INDENT * 2}also at {copy.url or copy.doc_id}{alike}"
    if carrier.copies_count > COPIES:
        yield f"{INDENT * 2}and {carrier.copies_count - COPIES:,} more copies: --format json names them"


def _steps(carrier: Carrier, trace: Trace) -> str:
    if not carrier.trained:
        return "none" if trace.orders else "not known"
    return said(carrier.trained, None)


def _rights(carrier: Carrier) -> str:
    verdict = carrier.verdict
    if verdict is None:
        return "licence: none declared, no policy judged"
    uses = {
        "train": verdict.train_verdict,
        "search": verdict.search_verdict,
        "redistribute": verdict.redistribute_verdict,
    }
    said = [f"{use} {word}" for use, word in uses.items() if word]
    named = {"concluded": verdict.concluded_spdx, "declared": verdict.declared_spdx}
    return "licence: " + ", ".join([*(f"{how} {shown(one or 'nothing')}" for how, one in named.items()), *said])
