"""Show a span in its document, with text around it: redacted as excerpts are, also where a border cuts a number."""

from collections.abc import Sequence
from typing import Final

from yurai.report.trace.answer import Shown
from yurai_filters.pii import BASIC, PLACEHOLDERS, find
from yurai_manifests.visible import escaped

READ: Final = 600
"""Letters on each side that are redacted with what is shown: a cut through an address hides it from the patterns."""
SIDE: Final = 60
"""Letters on each side that are shown."""


def shown_around(before: str, text: str, after: str) -> Shown:
    """Return a span and what is around it, fit to be shown; the sides are cut to SIDE letters."""
    lines = redacted((before, text, after))
    before, text, after = map(escaped, redacted([_on_one_line(part) for part in lines]))
    left = before if len(before) <= SIDE else f"…{before[-SIDE:]}"
    return Shown(left, text, after if len(after) <= SIDE else f"{after[:SIDE]}…")


def _on_one_line(text: str) -> str:
    """Return a text with white space as single spaces, also at its ends, where it parts words."""
    one = " ".join(text.split())
    return f"{' ' * text[:1].isspace()}{one}{' ' * (bool(one) and text[-1:].isspace())}"


def redacted(parts: Sequence[str]) -> list[str]:
    """Redact a text that comes in parts; what lies over a border is replaced in the part where it begins."""
    made, at = [""] * len(parts), 0
    starts = [sum(map(len, parts[:number])) for number in range(len(parts))]
    text = "".join(parts)
    for span in [*find(text, BASIC, wide=False), None]:
        until = len(text) if span is None else span.start
        for number, start in enumerate(starts):
            low, high = max(at, start), min(until, start + len(parts[number]))
            made[number] += text[low:high] if low < high else ""
        if span is not None:
            made[_part_of(starts, span.start)] += PLACEHOLDERS[span.kind]
            at = span.end
    return made


def _part_of(starts: Sequence[int], at: int) -> int:
    """Return the last part that begins at a place or before it, and is not empty there."""
    return max(number for number, start in enumerate(starts) if start <= at)
