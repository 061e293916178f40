"""Make the auditor's part on near-dedup: errors of its estimate, what its bands find, and what it left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from yurai.report.components import fold, key, none, table, title
from yurai.report.copies_charts import ENOUGH, Seen, detection, seen
from yurai.report.intervals import wilson
from yurai.report.markup import Child, Markup, el
from yurai.report.measured_recall import by_other_half
from yurai.report.numbers import number, percent, share
from yurai.report.told import counted, heads, told
from yurai.stages.near_dedup.buckets import BUCKET, FIRST
from yurai.stages.near_dedup.curve import ERRORS, found, standard_error, verified
from yurai.stages.near_dedup.pair_judge import AUDITED
from yurai.stages.near_dedup.pair_judge import BINS as CURVE_BINS
from yurai.stages.near_dedup.settings import NearDedup

AROUND = (-0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15)
"""Similarities that the table of predictions is for, from the threshold on."""


class NearFacts(TypedDict):
    """What a near-dedup counted beside documents: sampled pairs, pairs by halves of the bands, buckets."""

    audited: Mapping[str, int]
    seen: Sequence[Sequence[int]]
    tally: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Searched:
    """One near-dedup: its settings, and the facts that run.json has of it."""

    near: NearDedup
    facts: NearFacts


def _head(name: str, one: Searched) -> Markup:
    preset = one.near.resolved
    limit = told("threshold {value}", value=number(one.near.threshold))
    return title(name, f"{preset.name}, {preset.bands} x {preset.rows}, {limit}")


def errors(one: Searched) -> list[Markup]:
    """Return what the sample says of pairs that the estimate decided alone."""
    near, head = one.near, _head(told("Errors of the estimate"), one)
    margin = number(round(ERRORS * standard_error(near.threshold, near.resolved.hashes), 4))
    if near.verify == "estimate":
        words = told(
            "verify = estimate: signatures decided every pair and no shingles were compared, so no error was counted."
        )
        return [head, el("p", words)]
    how = told(
        "Further than {margin} from {threshold} (three standard errors of {hashes} hashes) the estimate decides, "
        "nearer the shingles do.",
        margin=margin,
        threshold=number(near.threshold),
        hashes=str(near.resolved.hashes),
    )
    counts = one.facts["audited"]
    sampled = told(
        "One in {audited} of the pairs that it decided was compared by shingles all the same.", audited=AUDITED
    )
    if near.spared:
        sampled = told(
            "Pairs that it takes for duplicates are all compared, since texts say what is lost; of those that it takes "
            "for different, one in {audited}.",
            audited=AUDITED,
        )
    yes, no = ((counts[f"{side}_wrong"], counts[f"{side}_wrong"] + counts[f"{side}_right"]) for side in ("yes", "no"))
    items = [
        _error(
            told("taken for duplicates"),
            told("below the threshold (false positives)"),
            *yes,
        ),
        _error(
            told("taken for different"),
            told("at or above the threshold (false negatives)"),
            *no,
        ),
    ]
    return [
        head,
        el("p", how, " ", sampled, class_="caption"),
        el("ul", *(el("li", item) for item in items), class_="plain"),
    ]


def _error(taken: str, wrong: str, hits: int, count: int) -> str:
    if not count:
        return told("Of pairs {taken}, none was in the sample: nothing can be said.", taken=taken)
    low, high = (percent(value) for value in wilson(hits, count))
    return told(
        "Of {pairs} {taken}, {count} are {wrong}: {share}, 95 % interval {low} to {high}.",
        pairs=counted(count, "pair"),
        taken=taken,
        count=hits,
        wrong=wrong,
        share=percent(share(hits, count)),
        low=low,
        high=high,
    )


def found_by_bands(one: Searched) -> list[Markup]:
    """Return the S-curve, predicted and seen, and what is missed at the threshold."""
    near, preset = one.near, one.near.resolved
    missed = 1 - found(near.threshold, preset.bands, preset.rows)
    text = told(
        "{bands} bands of {rows} hashes: of pairs with similarity {threshold}, just the threshold, they are expected "
        "to miss {missed}; of pairs 0.1 above it {above}.",
        bands=str(preset.bands),
        rows=str(preset.rows),
        threshold=number(near.threshold),
        missed=percent(missed),
        above=percent(1 - found(min(1.0, near.threshold + 0.1), preset.bands, preset.rows)),
    )
    shown: list[Markup] = [_head(told("What the bands find"), one), el("p", text), _predicted(near)]
    points = seen(one.facts["seen"])
    if preset.bands == 1 or not points:
        return [
            *shown,
            none(
                told("One band has no halves.") if preset.bands == 1 else told("No pair was found: nothing was seen.")
            ),
        ]
    names = key(
        ("first", told("all bands, of all pairs")),
        ("second", told("odd bands, of pairs that even bands found")),
    )
    note = told(
        "Lines are predicted, by true similarity for all bands and by estimated similarity for the odd ones; dots are "
        "seen, with 95 % intervals, hollow for fewer than {count} pairs. What no band finds is never seen: where the "
        "dots follow the dashed line, the other may be believed.",
        count=ENOUGH,
    )
    drawn = detection(preset.bands, preset.rows, near.threshold, points, told("S-curve: {text}", text=text))
    numbers = told("the dots as numbers: pairs, and the prediction at the middle of each range")
    details = fold(numbers, _dots(near, points))
    return [*shown, names, drawn, el("p", note, class_="caption"), details]


def _predicted(near: NearDedup) -> Markup:
    preset, rows = near.resolved, list[list[Child]]()
    for step in AROUND:
        value = round(near.threshold + step, 2)
        if 0 < value <= 1:
            taken = verified(value, preset.bands, preset.rows, limit=near.threshold, mode=near.verify)
            rows.append([number(value), percent(found(value, preset.bands, preset.rows)), percent(taken)])
    note = told("predicted: pairs that bands find, and those of them that are taken for duplicates")
    return fold(note, table(heads("similarity", "#found", "#taken"), rows))


def _dots(near: NearDedup, points: list[Seen]) -> Markup:
    rows: list[list[Child]] = [
        [
            told("{low} to {high}", low=number(round(one.low, 2)), high=number(round(one.low + 1 / CURVE_BINS, 2))),
            number(one.pairs),
            number(one.both),
            percent(share(one.both, one.pairs)),
            percent(by_other_half(one.middle, near.resolved.bands, near.resolved.rows)),
        ]
        for one in points
    ]
    return table(heads("estimate", "#even bands", "#odd too", "#seen", "#predicted"), rows)


def left_out(one: Searched) -> list[Markup]:
    """Return which bounds bit."""
    tally, head = one.facts["tally"], _head(told("Bounds that bit"), one)
    if not tally["bounded"]:
        text = told(
            "None: none of {buckets} held more than {bound} documents (the largest {largest}), so every pair of every "
            "bucket became a candidate: {pairs}, with repetitions.",
            buckets=counted(tally["buckets"], "bucket"),
            bound=str(BUCKET),
            largest=tally["largest"],
            pairs=tally["pairs"],
        )
        return [head, el("p", text)]
    text = told(
        "{count} of {buckets} held more than {bound} documents, the largest {largest}. There, documents were compared "
        "with the {first} first in keep order alone: {left_out} of one bucket did not become candidates there, {pairs} "
        "did (both with repetitions). Another band may have brought them together.",
        count=tally["bounded"],
        buckets=counted(tally["buckets"], "bucket"),
        bound=str(BUCKET),
        largest=tally["largest"],
        first=str(FIRST),
        left_out=counted(tally["left_out"], "pair"),
        pairs=tally["pairs"],
    )
    return [head, el("p", text)]
