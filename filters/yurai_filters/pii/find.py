"""Find personal data of every kind, and put placeholders in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from yurai_filters.pii.address import find_addresses
from yurai_filters.pii.card import find_cards, find_rows
from yurai_filters.pii.email import find_emails
from yurai_filters.pii.folded_text import BARRIER, PHONE_BARRIER, Shadow, shadow_of
from yurai_filters.pii.iban import find_ibans
from yurai_filters.pii.ip import find_ips
from yurai_filters.pii.kinds import BASIC, KINDS, PLACEHOLDERS, REPORTED, Kind, Span
from yurai_filters.pii.labelled import KINDS as LABELLED
from yurai_filters.pii.labelled import find_labelled
from yurai_filters.pii.phone import find_phones
from yurai_filters.pii.postal import find_postal
from yurai_filters.pii.reported import find_reported
from yurai_filters.pii.written_out import find_written_out

_START = attrgetter("start")
_Places = list[tuple[int, int]]
_Detector = Callable[[Shadow], _Places]
_SURE: tuple[tuple[Kind, _Detector], ...] = (("email", find_emails), ("ip", find_ips), ("iban", find_ibans))
_OF_JAPAN: tuple[tuple[Kind, _Detector], ...] = (("postal", find_postal), ("address", find_addresses))
"""A postal code is known by the address behind it, so it goes first."""
_CARDS: tuple[_Detector, ...] = (find_cards, find_rows)
_ROUNDS = 8
"""Of 100,000 texts made of such pieces none took more than three; the limit keeps time linear whatever a text holds."""


def find(text: str, kinds: Iterable[Kind] = KINDS, *, wide: bool = True) -> list[Span]:
    """Return what `text` holds of `kinds`, in order and without overlaps.

    An earlier kind wins where two claim the same characters; nothing is found that touches a placeholder. What one
    round finds is to the next what placeholders are: `tel 03-1234-5678 4111 1111 1111 1111` shows its card once the
    phone number is gone. The last round finds nothing, so redacted text holds nothing more to redact. Linear in the
    length of `text`.

    Args:
        text: any text.
        kinds: those looked for; all that are masked unless given.
        wide: also addresses of mail that are written so that programs do not read them (`[at]`, `★`), and phone
            numbers in groups with no word beside them.
    """
    wanted = frozenset(kinds)
    shadow = shadow_of(text)
    spans: list[Span] = []
    for _ in range(_ROUNDS):
        new = list(_round(shadow, wanted, wide=wide))
        if not new:
            break
        spans += new
    if not wanted.isdisjoint(REPORTED):
        spans += find_reported(shadow, wanted)
    return sorted(spans, key=_START)


def _round(shadow: Shadow, wanted: frozenset[Kind], *, wide: bool) -> Iterator[Span]:
    """Yield what each detector finds, surest first; what one has found, the next does not see.

    A text without six digits together is not searched for numbers of cards, phones and people, as they have more.
    """
    for kind, detector in _SURE:
        if kind in wanted:
            yield from _claim(shadow, kind, detector(shadow))
    if wide and "email" in wanted:
        yield from _claim(shadow, "email", find_written_out(shadow))
    numbers = shadow.has_number()
    if numbers and not wanted.isdisjoint(LABELLED):
        yield from _labelled(shadow, wanted)
    for kind, detector in _OF_JAPAN if numbers else _OF_JAPAN[1:]:
        if kind in wanted:
            yield from _claim(shadow, kind, detector(shadow))
    for detector in _CARDS if numbers and "card" in wanted else ():
        yield from _claim(shadow, "card", detector(shadow))
    if numbers and "phone" in wanted:
        yield from _claim(shadow, "phone", find_phones(shadow, wide=wide))


def _labelled(shadow: Shadow, wanted: frozenset[Kind]) -> list[Span]:
    found = find_labelled(shadow, wanted)
    shadow.block([(start, end) for _, start, end in found])
    return [Span(kind, *shadow.place(start, end)) for kind, start, end in found]


def _claim(shadow: Shadow, kind: Kind, places: _Places) -> list[Span]:
    shadow.block(places, PHONE_BARRIER if kind == "phone" else BARRIER)
    if shadow.origin is None:
        return [Span(kind, start, end) for start, end in places]
    return [Span(kind, *shadow.place(start, end)) for start, end in places]


def replace(text: str, spans: Iterable[Span]) -> str:
    """Put the placeholder of its kind in the place of each span; spans are in order and do not overlap."""
    pieces, last = [], 0
    for span in spans:
        pieces += [text[last : span.start], PLACEHOLDERS[span.kind]]
        last = span.end
    return "".join([*pieces, text[last:]]) if pieces else text


def redact(text: str, kinds: Iterable[Kind] = KINDS, *, wide: bool = True) -> tuple[str, dict[Kind, int]]:
    """Return `text` with placeholders such as `<|EMAIL|>`, and how many were put for each kind found; idempotent."""
    spans = find(text, (kind for kind in kinds if kind in PLACEHOLDERS), wide=wide)
    counts = Counter(span.kind for span in spans)
    return replace(text, spans), {kind: counts[kind] for kind in KINDS if counts[kind]}


def redact_all(text: str) -> str:
    """Return `text` without the basic kinds: for what people are shown, URLs (`%40`) and titles included."""
    return replace(text, find(text, BASIC, wide=False))
