"""Ask the tombstones of a tree whether what is asked about was taken down; case and date are all that is told."""

from collections.abc import Mapping
from typing import Final

from yurai.report.inquiry.answer import Case, Question
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.takedown.tombstones import Asked, load_tombstones, taken_down
from yurai_manifests.words import plural

KINDS: Final[Mapping[str, Asked]] = {"url": "url", "doc_id": "doc_id", "text": "text"}
"""What tombstones know: a doc_id by itself, a URL and a text under the key of their case."""


def cases_of(
    lookup: Lookup, question: Question, text: str | None, keys: Mapping[str, bytes]
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Return the takedowns that took what is asked about, and what could not be asked; `keys` are by case.

    Raises:
        AuditError: a tombstone is missing or damaged.
    """
    stones = load_tombstones(lookup.store, lookup.run.value)
    kind, value = KINDS.get(question.kind), question.value if question.kind != "text" else text
    if not stones:
        return (), ()
    if kind is None or value is None:
        return (), (f"{plural(len(stones), 'takedown')} of this tree can be asked by doc_id, URL or text alone",)
    mute = [one.case for one in stones if kind != "doc_id" and one.case not in keys]
    notes = (f"{plural(len(mute), 'takedown')} could not be asked without the key of the case (--case-key)",)
    found = tuple(Case(one.case, one.date) for one in taken_down(stones, kind, value, keys))
    return found, notes if mute else ()
