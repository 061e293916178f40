"""Read every text of a corpus for those that are near to one, hold passages of it, or hold a quotation.

What is found is verified: a near text by the Jaccard similarity of whole sets of shingles, as near-dedup makes them
(no estimate), a passage and a quotation letter by letter in the form that was asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai.report.inquiry.work import How, Match
from yurai.stages.mixers import U32
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.shingle_sets import jaccard
from yurai.stages.shingles.hashes import shingle_hashes
from yurai_filters.words import UNSPACED
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.rows import open_parquet
from yurai_manifests.normal_text import normalise

Form: TypeAlias = Literal["exact", "spaces", "nfkc"]
"""How texts are compared: as they are; NFC, white space as one space; or the same with NFKC."""
Texts: TypeAlias = "pa.Array[pa.StringScalar]"
FOLDERS = ("documents", "extracted")
PASSAGE, WIDE = 40, 0x2E80
"""Characters of the shortest passage; those from CJK radicals on count as two and a half."""
WIDE_COUNTS = 2.5
BATCH = 128


def in_form(texts: Texts, form: Form) -> Texts:
    """Return texts as they are compared."""
    if form == "exact":
        return texts
    if form == "nfkc":
        texts = pc.utf8_normalize(texts, "NFKC")  # type: ignore[attr-defined] # the stubs miss it
    return normalise(texts)


def one_in_form(text: str, form: Form) -> str:
    """Return one text as it is compared."""
    return in_form(cast("Texts", pa.array([text], pa.large_string())), form)[0].as_py()


def passages_of(text: str, form: Form) -> list[str]:
    """Return the lines of a text that are long enough to be told from others, as they are compared, each once."""
    lines = (one_in_form(line, form).strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if _length(line) >= PASSAGE))


def _length(line: str) -> float:
    return sum(WIDE_COUNTS if ord(letter) >= WIDE else 1 for letter in line)


@dataclass(frozen=True)
class Text:
    """A text that is asked about, and what makes another one near to it."""

    text: str
    near: NearDedup
    form: Form = "spaces"

    @cached_property
    def normal(self) -> str:
        """The text as equality is judged."""
        return one_in_form(self.text, "spaces")

    @cached_property
    def passages(self) -> list[str]:
        """Its passages."""
        return passages_of(self.text, self.form)

    @cached_property
    def shingles(self) -> dict[bool, U32]:
        """Its sets of shingles: as a language without spaces between words has them, and as others have."""
        langs = {True: min(UNSPACED), False: None}
        return {unspaced: self._set(lang) for unspaced, lang in langs.items()}

    def _set(self, lang: str | None) -> U32:
        values, _ = shingle_hashes(
            cast("pa.Array[pa.StringScalar]", pa.array([self.text], pa.large_string())),
            cast("pa.Array[pa.StringScalar]", pa.array([lang], pa.string())),
            self.near.shingling,
        )
        return np.unique(values)


def text_matches(lookup: Lookup, asked: Text) -> dict[str, Match]:
    """Return how each text of the corpus that is equal, near, or holds passages matches, by doc_id, equal ones first.

    Of a document that was kept the delivered text counts, and the one before editors only where that does not match.
    """
    found: dict[str, Match] = {}
    for folder, batch in _texts(lookup):
        for doc_id, match in _matches(batch, asked):
            found.setdefault(doc_id, replace(match, delivered=folder == FOLDERS[0]))
    return dict(sorted(found.items(), key=lambda one: (tuple(-part for part in strength(one[1])), one[0])))


def strength(match: Match) -> tuple[int, bool, float, int]:
    """Return what orders matches: how, delivered ones first, then by how much."""
    order = ("passages", "near", "quote", "equal")
    return order.index(match.how), match.delivered, match.jaccard or 0.0, match.passages


def quoted(lookup: Lookup, quote: str, form: Form) -> dict[str, Match]:
    """Return the documents whose text holds a quotation, by doc_id, in input order, documents/ first."""
    wanted, found = one_in_form(quote, form), dict[str, Match]()
    for folder, batch in _texts(lookup):
        texts = in_form(batch.column("text"), form)
        for number in _holding(texts, wanted):
            at = texts[number].as_py().index(wanted)
            match = Match("quote", delivered=folder == FOLDERS[0], first=at)
            found.setdefault(batch.column("doc_id")[number].as_py(), match)
    return found


def _holding(texts: Texts, wanted: str) -> list[int]:
    return cast("list[int]", pc.indices_nonzero(pc.match_substring(texts, wanted)).to_pylist())


def _texts(lookup: Lookup) -> Iterator[tuple[str, pa.RecordBatch]]:
    for folder in FOLDERS:
        lookup.scanned.add(folder)
        for file in lookup.run.files(folder):
            with open_parquet(lookup.store, file) as parquet:
                for batch in parquet.iter_batches(BATCH, columns=["doc_id", "text", "lang"], use_threads=False):
                    yield folder, batch


def _matches(batch: pa.RecordBatch, asked: Text) -> Iterator[tuple[str, Match]]:
    ids = cast("list[str]", batch.column("doc_id").to_pylist())
    likeness = _likeness(batch, asked)
    normal = in_form(batch.column("text"), "spaces")
    held = _held(normal if asked.form == "spaces" else in_form(batch.column("text"), asked.form), asked.passages)
    equal = cast("list[bool]", pc.equal(normal, pa.scalar(asked.normal, pa.large_string())).to_pylist())
    for number, doc_id in enumerate(ids):
        count, first = held.get(number, (0, None))
        how = _how(asked, likeness[number], count, equal=equal[number])
        if how is not None:
            yield (
                doc_id,
                Match(
                    how,
                    delivered=True,
                    jaccard=round(likeness[number], 4),
                    passages=count,
                    of=len(asked.passages),
                    first=first,
                ),
            )


def _how(asked: Text, likeness: float, passages: int, *, equal: bool) -> How | None:
    if equal:
        return "equal"
    if likeness >= asked.near.threshold:
        return "near"
    return "passages" if passages else None


def _likeness(batch: pa.RecordBatch, asked: Text) -> list[float]:
    values, bounds = shingle_hashes(batch.column("text"), batch.column("lang"), asked.near.shingling)
    unspaced = cast("list[bool]", pc.is_in(batch.column("lang"), value_set=pa.array(UNSPACED)).to_pylist())
    sets = (np.unique(values[bounds[number] : bounds[number + 1]]) for number in range(batch.num_rows))
    return [jaccard(asked.shingles[one], other) for one, other in zip(unspaced, sets, strict=True)]


def _held(texts: Texts, passages: Sequence[str]) -> dict[int, tuple[int, int]]:
    """Return how many passages each text holds that holds any, and where the first of them in it begins."""
    held: dict[int, tuple[int, int]] = {}
    for passage in passages:
        for number in _holding(texts, passage):
            at = texts[number].as_py().index(passage)
            count, first = held.get(number, (0, at))
            held[number] = count + 1, min(first, at)
    return held
