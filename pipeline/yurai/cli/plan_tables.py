"""Print what a run is predicted to need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.cli.table_shapes import bytes_of, new_table
from yurai.terminal import put_table, say

if TYPE_CHECKING:
    from yurai.plan import DedupNeed, Plan


def plan(prediction: Plan) -> None:
    """Print what a run needs, beside what the sample of it took."""
    say(
        f"sample: {prediction.candidates:,} pages, {prediction.share:.2%} of the bytes, from {prediction.sampled:,} of "
        f"{prediction.sources:,} sources; predicted for {prediction.workers} workers on this kind of machine"
    )
    table = new_table("need", "predicted", "sample", "")
    words = {"memory": "peak of all processes", "tokens": "duplicates that the sample cannot show are not taken off"}
    for need in prediction.needs:
        amounts = (_amount(value, need.unit) for value in (need.predicted, need.sample))
        table.row(need.name, *amounts, words.get(need.name, ""))
    put_table(table)
    if prediction.dedup:
        _dedup(prediction.dedup)


def _dedup(needs: tuple[DedupNeed, ...]) -> None:
    """Print what near-duplicate search finds and costs under each preset."""
    columns = ("bands x rows", "shingles", "P(.7)", "P(.8)", "P(.9)", "signatures", "shuffled", "requests", "CPU hours")
    table = new_table("", "preset", *columns, title="near-dedup: a model, of which docs/dedup.md gives the constants")
    for need in needs:
        chances = (f"{chance:.3f}" for chance in (need.found_7, need.found_8, need.found_9))
        sizes = (bytes_of(need.signatures), bytes_of(need.shuffled), f"{need.requests:,}", f"{need.cpu_hours:,.1f}")
        shape = f"{need.bands} x {need.rows}"
        table.row("*" if need.chosen else "", need.preset, shape, need.shingle, *chances, *sizes)
    put_table(table)
    say("* the recipe's own; P: chance that a pair of that similarity is found")


def _amount(value: float, unit: str) -> str:
    if unit == "bytes":
        return bytes_of(value)
    if unit == "seconds":
        hours, rest = divmod(round(value), 3600)
        return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours or rest >= 60 else f"{value:.1f} s"  # noqa: PLR2004 - a minute
    return f"{value:,.0f} {unit}"
