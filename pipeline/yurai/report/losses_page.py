"""Make the part on losses: what removed pages say that the pages kept in their place lack."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from yurai.report.components import card, crawled, fold, none, table
from yurai.report.copies import Copies
from yurai.report.intervals import Counted, weighted, wilson
from yurai.report.markup import Child, Markup, el, join
from yurai.report.numbers import number, percent
from yurai.report.pairs.compare import lost
from yurai.report.pairs.strata import EQUAL, LIMIT, SHORT, UNKNOWN, Counts, Removal, ranged
from yurai.report.pairs.texts import LONGEST
from yurai.report.text_diff import differences
from yurai.report.told import counted, heads, told

DIFFERENCES: Final = 3
"""Differences that are shown of a pair."""


def losses(copies: Copies) -> Markup:
    """Return the card: runs of all removals, sentences and numbers of a sample, and the largest side by side."""
    head = el("h3", told("What removals lose"))
    if not copies.losses.strata:
        return card(head, none(told("No page was removed for another one.")))
    said = told("Sentences and numbers that a sample loses, and the largest losses side by side")
    return card(head, _runs(copies.losses.strata), fold(said, *_sampled(copies), *_largest(copies)))


def name_of(stratum: int) -> str:
    """Return what a stratum is called."""
    if stratum in (EQUAL, UNKNOWN):
        return told("equal text") if stratum == EQUAL else told("not known")
    return ranged(stratum)


def side_by_side(kept: str, removed: str, otherwise: str) -> list[Markup]:
    """Return the longest differences of two texts, in each the words of the kept one first; else what to say."""
    pairs = differences(kept, removed, DIFFERENCES)
    if not pairs:
        return [none(otherwise)]
    return [el("div", el("p", el("bdi", one.first)), el("p", el("bdi", one.second)), class_="pair") for one in pairs]


def _runs(strata: dict[int, Counts]) -> Markup:
    """Return two tables, since one with all columns would not fit a telephone."""
    total = list(accumulate(strata.values(), Counts.__add__))[-1]
    rows = [(name_of(stratum), counts) for stratum, counts in sorted(strata.items())]
    rows.append((told("all"), total))
    all_of = told("All removals, by similarity, and those whose texts were compared.")
    known = [[name, number(one.removals), number(one.compared), _if_known(one, one.nothing)] for name, one in rows]
    said = told(
        "Of these, the longest run of words that the kept page lacks; in all, it lacks {words} words. A word is lacked "
        "if it lies in no shingle of both. Where shingles are of characters, characters are counted.",
        words=total.absent,
    )
    runs = [
        told("1 to {most}", most=SHORT),
        told("{least} to {most}", least=SHORT + 1, most=LIMIT),
        told("over {most}", most=LIMIT),
        told("longest"),
    ]
    found = [[name, *(_if_known(one, value) for value in one[3:7])] for name, one in rows]
    beside = (
        (all_of, table(heads("similarity", "#removed", "#compared", "#lack nothing"), known, first=len(rows))),
        (said, table([*heads("similarity"), *(f"#{name}" for name in runs)], found, first=len(rows))),
    )
    return el("div", *(el("div", el("p", words, class_="caption"), shown) for words, shown in beside), class_="pages")


def _if_known(counts: Counts, value: int) -> str:
    return number(value) if counts.compared else "-"


def _sampled(copies: Copies) -> Iterator[Markup]:
    """Yield what the texts of drawn removals say, by stratum; those with a text that is not here are left out."""
    looked = {stratum: list(_looked(copies, drawn)) for stratum, drawn in sorted(copies.losses.drawn.items())}
    count = sum(map(len, looked.values()))
    if not count:
        yield none(told("No removal has both texts here, so sentences and numbers were not compared."))
        return
    said = told(
        "Of a sample, {pairs} drawn by chance, up to {each} of a row: how many have a sentence or a number that the "
        "kept page has nowhere, letter for letter, in the first {length} characters of the extracted texts; below, "
        "95 % intervals. The last row is weighted by how many were removed; equal texts are not in it.",
        pairs=counted(count, "removal"),
        each=copies.losses.each,
        length=LONGEST,
    )
    yield el("p", said, class_="caption")
    rows = [_sample_row(stratum, found) for stratum, found in looked.items() if found]
    rows.append([told("all"), number(count), *(_overall(copies, looked, at) for at in (0, 1))])
    yield table(heads("similarity", "#looked at", "#lose a sentence", "#lose a number"), rows, first=len(rows))


def _looked(copies: Copies, drawn: list[Removal]) -> Iterator[tuple[bool, bool]]:
    texts = copies.texts
    for one in drawn:
        if one["doc_id"] in texts and one["kept_doc_id"] in texts:
            found = lost(texts[one["doc_id"]], texts[one["kept_doc_id"]])
            yield bool(found.sentences), bool(found.numbers)


def _sample_row(stratum: int, found: list[tuple[bool, bool]]) -> list[Child]:
    hits = (sum(one[at] for one in found) for at in (0, 1))
    return [name_of(stratum), number(len(found)), *(_share(one, len(found)) for one in hits)]


def _share(hits: int, count: int) -> Markup:
    return _interval(hits / count, *wilson(hits, count))


def _interval(share: float, low: float, high: float) -> Markup:
    """Return a share above its interval, in percent too: side by side they would not fit a telephone."""
    first, last = (number(round(100 * one, 1)) for one in (low, high))
    return join(el("div", percent(share)), el("div", f"{first}-{last}", class_="caption"))


def _overall(copies: Copies, looked: dict[int, list[tuple[bool, bool]]], at: int) -> Child:
    """Return the share of all strata: of those that lose a sentence (`at` 0) or a number (1)."""
    sizes = copies.losses.strata
    hits = {stratum: sum(one[at] for one in held) for stratum, held in looked.items()}
    found = weighted(Counted(sizes[one].removals, len(looked[one]), count) for one, count in hits.items())
    return _interval(*found[:3]) if found else "-"


def _largest(copies: Copies) -> Iterator[Markup]:
    shown = [one for one in copies.losses.longest if {one["doc_id"], one["kept_doc_id"]} <= copies.pages.keys()]
    if not shown:
        return
    lead = told(
        "The removals with the longest such runs, each beside the page that stays: where they differ most. Marked is "
        "what the other lacks in that place; texts are those that were extracted, redacted."
    )
    yield el("p", lead, class_="caption")
    for one in shown:
        yield _pair(one, copies)


def _pair(one: Removal, copies: Copies) -> Markup:
    kept, removed = copies.pages[one["kept_doc_id"]], copies.pages[one["doc_id"]]
    first, second = (" ".join(copies.texts[name].split()) for name in (one["kept_doc_id"], one["doc_id"]))
    pages = (crawled(kept, "", goes=False, score=told("stays")), crawled(removed, "", goes=True, score=told("removed")))
    otherwise = told("The same words in the first {count} characters.", count=LONGEST)
    beside = [el("div", *pages, class_="pages"), *side_by_side(first, second, otherwise)]
    summary = told(
        "{run} in a row, {absent} in all, similarity {similarity}",
        run=one["absent_run"] or 0,
        absent=one["absent"] or 0,
        similarity=told("not known") if one["jaccard"] is None else number(one["jaccard"]),
    )
    return fold(summary, el("div", *beside, class_="cluster loss"))
