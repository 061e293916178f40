"""Find what is counted and never masked: names, and words that call for special care."""

from __future__ import annotations

from collections.abc import Iterator

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.kinds import Kind, Span
from yurai_filters.pii.names import is_name, names
from yurai_filters.pii.special_care import special_care
from yurai_filters.pii.utf8 import matches


def find_reported(shadow: Shadow, wanted: frozenset[Kind]) -> Iterator[Span]:
    """Yield names and words for special care, in characters of the text, where nothing else was found."""
    text = shadow.text
    if "name" in wanted:
        found = [(start, end) for _, start, end in matches(names(), text) if is_name(text[start:end])]
        yield from _free(shadow, "name", found)
    if "special-care" in wanted:
        yield from _free(shadow, "special-care", [(start, end) for _, start, end in matches(special_care(), text)])


def _free(shadow: Shadow, kind: Kind, places: list[tuple[int, int]]) -> Iterator[Span]:
    """Yield places that nothing was found in, and claim them."""
    bytes_of = [(place, shadow.place_of(*place)) for place in places]
    free = [(place, at) for place, at in bytes_of if not {0, 2} & set(shadow.codes[slice(*at)])]
    shadow.block([at for _, at in free])
    yield from (Span(kind, *place) for place, _ in free)
