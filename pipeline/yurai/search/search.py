"""Open an index of a text and ask it: how often, where, which spans, what comes next."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from yurai.search.access import open_access
from yurai.search.following import following
from yurai.search.forms import FORMS, Form, formed, formed_with_origin, given
from yurai.search.longest import dead_of, live_places
from yurai.search.maximal import Run
from yurai.search.piece import DOCUMENT, Pattern, Piece
from yurai.search.spans import Found, Part, Rules, count_of, spans_of
from yurai.search.units import UNIT_BYTES, of_query, text_of
from yurai_manifests.derived import Derived, load_derived
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.store import Store

VERSION: Final = 1
"""Of what the files of an index hold."""
KINDS: Final = ("units", "suffixes", "heads", "documents")
"""Files of a piece, NNNNN.KIND."""
LOOKED_AT: Final = 1_000
"""Places whose documents are compared, where there are more: these are spread evenly over all, in their order."""
MOST_LETTERS: Final = 100_000
"""Letters of a text that is searched."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place: the number of its piece, the unit there, the number and the id of its document, and the unit in it."""

    piece: int
    place: int
    document: int
    doc_id: str
    offset: int


class Search:
    """An open index; documents with the ids `taken` count as if they were not in it."""

    def __init__(self, pieces: Sequence[Piece], form: Form, taken: Collection[str] = ()) -> None:
        self.form = form
        gone = frozenset(taken)
        self._parts: list[Part] = [(piece, dead_of(piece, gone)) for piece in pieces]

    @classmethod
    def open(cls, store: Store, taken: Collection[str] = ()) -> "Search":
        """Open the index in a folder.

        Raises:
            FileNotFoundError: there is none. AuditError: it is damaged, or of another version.
        """
        return cls.of(store, load_derived(store, "search"), taken)

    @classmethod
    def of(cls, store: Store, made: Derived, taken: Collection[str] = ()) -> "Search":
        """Open the index that a manifest describes; errors as `open`."""
        form = made.settings.get("form")
        if made.settings.get("version") != VERSION or form not in FORMS:
            raise AuditError(f"{store.url} is an index of another version of Yurai; run `yurai index` again")
        return cls([_piece(store, made, number) for number in range(len(made.named(".units")))], form, taken)

    def count(self, text: str) -> int:
        """Return how often a text stands in the corpus, as overlapping places count."""
        return count_of(self._parts, of_query(self._formed(text)))

    def find(self, text: str, most: int) -> list[Hit]:
        """Return a place in each of the first `most` documents that hold a text, in the order of the corpus.

        Of a text in more than 1,000 places of a piece, 1,000 or fewer are looked at, always the same ones.
        """
        units = of_query(self._formed(text))
        hits = [hit for number in range(len(self._parts)) for hit in self._in_piece(number, Pattern.of(units))]
        first: dict[tuple[int, int], Hit] = {}
        for hit in sorted(hits, key=lambda one: (one.piece, one.place)):
            first.setdefault((hit.piece, hit.document), hit)
        return list(first.values())[:most]

    def spans(self, text: str, rules: Rules | None = None) -> list[Found]:
        """Return the maximal spans of a text that the corpus holds letter by letter, rarest first.

        Places are letters of `text` as it was given, also where the index has another form.

        Raises:
            RecipeError: the text is longer than 100,000 letters.
        """
        if len(text) > MOST_LETTERS:
            raise RecipeError(
                f"a text of {len(text):,} letters is too long to be traced; give {MOST_LETTERS:,} or fewer"
            )
        searched, origin = formed_with_origin(text, self.form)
        found = spans_of(self._parts, searched, rules or Rules())
        return [replace(one, place=Run(*given(origin, *one.place))) for one in found]

    def following(self, context: str) -> Counter[str]:
        """Return how often each letter stands behind a context, "" for the end of a document."""
        return following(self._parts, of_query(self._formed(context)))

    def text(self, hit: Hit, start: int, end: int) -> str:
        """Return the text of a hit's document from unit `start` up to `end` of it, in the form of the index."""
        piece, _ = self._parts[hit.piece]
        first, last = piece.first_unit(hit.document), piece.first_unit(hit.document + 1) - 1
        return text_of(piece.units(first + max(start, 0), min(first + end, last)))

    def _formed(self, text: str) -> str:
        if not text:
            raise RecipeError("nothing to search for: the text is empty")
        return formed(text, self.form)

    def _in_piece(self, number: int, pattern: Pattern) -> Iterator[Hit]:
        piece, dead = self._parts[number]
        bounds = piece.bounds(pattern)
        step = max(1, -(-bounds.size // LOOKED_AT))
        for places in live_places(piece, bounds, dead):
            for place in np.sort(places[::step]).tolist():
                document = piece.document_at(place)
                yield Hit(number, place, document, piece.doc_id(document), place - piece.first_unit(document))


def _piece(store: Store, made: Derived, number: int) -> Piece:
    named = {file.name: file for file in made.files}
    try:
        units, order, heads, rows = (named[f"{number:05}.{kind}"] for kind in KINDS)
    except KeyError as error:
        raise AuditError(f"{store.url} names no file {error}; remove it and run `yurai index` again") from error
    opened = [open_access(store, file) for file in (units, order, heads, rows)]
    return Piece(
        (opened[0], opened[1], opened[2], opened[3]), units.bytes // UNIT_BYTES, rows.bytes // DOCUMENT.itemsize
    )
