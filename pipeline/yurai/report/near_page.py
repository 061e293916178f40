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
from yurai.report.numbers import number, percent, plural, share
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
    return title(name, f"{preset.name}, {preset.bands} x {preset.rows}, threshold {number(one.near.threshold)}")


def errors(one: Searched) -> list[Markup]:
    """Return what the sample says of pairs that the estimate decided alone."""
    near, head = one.near, _head("Errors of the estimate", one)
    margin = number(round(ERRORS * standard_error(near.threshold, near.resolved.hashes), 4))
    if near.verify == "estimate":
        words = (
            "verify = estimate: signatures decided every pair and no shingles were compared, so no error was counted."
        )
        return [head, el("p", words)]
    how = (
        f"Further than {margin} from {number(near.threshold)} (three standard errors of {near.resolved.hashes} hashes) "
        f"the estimate decides, nearer the shingles do. One in {AUDITED} of the pairs that it decided was compared by "
        "shingles all the same."
    )
    counts = one.facts["audited"]
    yes, no = ((counts[f"{side}_wrong"], counts[f"{side}_wrong"] + counts[f"{side}_right"]) for side in ("yes", "no"))
    items = [
        _error("taken for duplicates", "below the threshold (false positives)", *yes),
        _error("taken for different", "at or above the threshold (false negatives)", *no),
    ]
    return [head, el("p", how, class_="caption"), el("ul", *(el("li", item) for item in items), class_="plain")]


def _error(taken: str, wrong: str, hits: int, count: int) -> str:
    if not count:
        return f"Of pairs {taken}, none was in the sample: nothing can be said."
    low, high = (percent(value) for value in wilson(hits, count))
    part = percent(share(hits, count))
    return f"Of {plural(count, 'pair')} {taken}, {number(hits)} are {wrong}: {part}, 95 % interval {low} to {high}."


def found_by_bands(one: Searched) -> list[Markup]:
    """Return the S-curve, predicted and seen, and what is missed at the threshold."""
    near, preset = one.near, one.near.resolved
    missed = 1 - found(near.threshold, preset.bands, preset.rows)
    text = (
        f"{preset.bands} bands of {preset.rows} hashes: of pairs with similarity {number(near.threshold)}, just the "
        f"threshold, they are expected to miss {percent(missed)}; of pairs 0.1 above it "
        f"{percent(1 - found(min(1.0, near.threshold + 0.1), preset.bands, preset.rows))}."
    )
    shown: list[Markup] = [_head("What the bands find", one), el("p", text), _predicted(near)]
    points = seen(one.facts["seen"])
    if preset.bands == 1 or not points:
        return [
            *shown,
            none("One band has no halves." if preset.bands == 1 else "No pair was found: nothing was seen."),
        ]
    names = key(("first", "all bands, of all pairs"), ("second", "odd bands, of pairs that even bands found"))
    note = (
        "Lines are predicted, by true similarity for all bands and by estimated similarity for the odd ones; dots are "
        f"seen, with 95 % intervals, hollow for fewer than {ENOUGH} pairs. What no band finds is never seen: where the "
        "dots follow the dashed line, the other may be believed."
    )
    drawn = detection(preset.bands, preset.rows, near.threshold, points, "S-curve: " + text)
    details = fold("the dots as numbers: pairs, and the prediction at the middle of each range", _dots(near, points))
    return [*shown, names, drawn, el("p", note, class_="caption"), details]


def _predicted(near: NearDedup) -> Markup:
    preset, rows = near.resolved, list[list[Child]]()
    for step in AROUND:
        value = round(near.threshold + step, 2)
        if 0 < value <= 1:
            taken = verified(value, preset.bands, preset.rows, limit=near.threshold, mode=near.verify)
            rows.append([number(value), percent(found(value, preset.bands, preset.rows)), percent(taken)])
    note = "predicted: pairs that bands find, and those of them that are taken for duplicates"
    return fold(note, table(["similarity", "#found", "#taken"], rows))


def _dots(near: NearDedup, points: list[Seen]) -> Markup:
    rows: list[list[Child]] = [
        [
            f"{number(round(one.low, 2))} to {number(round(one.low + 1 / CURVE_BINS, 2))}",
            number(one.pairs),
            number(one.both),
            percent(share(one.both, one.pairs)),
            percent(by_other_half(one.middle, near.resolved.bands, near.resolved.rows)),
        ]
        for one in points
    ]
    heads = ["estimate", "#even bands", "#odd too", "#seen", "#predicted"]
    return table(heads, rows)


def left_out(one: Searched) -> list[Markup]:
    """Return which bounds bit."""
    tally, head = one.facts["tally"], _head("Bounds that bit", one)
    if not tally["bounded"]:
        text = (
            f"None: none of {plural(tally['buckets'], 'bucket')} held more than {BUCKET} documents (the largest "
            f"{number(tally['largest'])}), so every pair of every bucket became a candidate: {number(tally['pairs'])}, "
            "with repetitions."
        )
        return [head, el("p", text)]
    text = (
        f"{number(tally['bounded'])} of {plural(tally['buckets'], 'bucket')} held more than {BUCKET} documents, the "
        f"largest {number(tally['largest'])}. There, documents were compared with the {FIRST} first in keep order "
        f"alone: {plural(tally['left_out'], 'pair')} of one bucket did not become candidates there, "
        f"{number(tally['pairs'])} did (both with repetitions). Another band may have brought them together."
    )
    return [head, el("p", text)]
