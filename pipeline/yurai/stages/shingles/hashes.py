"""Hash the shingles of texts: every run of n words, or of n characters where words are not spaced apart.

Words are letters and digits. In a text that has few letters the signs between them say what it means: `a + b = c` is
not `a - b != c`. There each run of signs is a word too, as module `signs` says.

All is array work on blocks of documents, small enough that what lies between two operations stays in cache. A word's
hash is a polynomial over its symbols, a shingle's one over its words, modulo 2^64 and mixed (Karp & Rabin 1987).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.stages.mixers import I64, U32, U64, WRAP, powers, upper32
from yurai.stages.shingles.characters import Symbols, Unit, bounds_of, symbols
from yurai.stages.shingles.scripts import unspaced
from yurai.stages.shingles.signs import with_signs
from yurai.stages.shingles.word_hashes import words
from yurai_filters.words import UNSPACED
from yurai_manifests.errors import ContractError

Units: TypeAlias = Literal["by-script", "by-language", "words", "characters"]
"""What shingles of a corpus count."""
_BLOCK = 1 << 18
_SHINGLE = 0xD1342543DE82EF95


@dataclass(frozen=True, slots=True)
class Shingling:
    """What a shingle is: `unit`, and how many words or characters one has.

    `by-script` means characters where a text is written without spaces between words, as `unspaced` tells by the text
    alone, and words elsewhere; `by-language` characters where `lang` is a language of that kind (`UNSPACED` of the
    tagger `words`), words elsewhere and where it is null.
    """

    unit: Units
    words: int
    characters: int

    def __post_init__(self) -> None:
        """Raise ValueError for runs of less than one."""
        if min(self.words, self.characters) < 1:
            raise ValueError(f"shingles of {self.words} words, {self.characters} characters: at least 1 each")


class Shingles(NamedTuple):
    """Hashes of some documents of a batch: their numbers in it, ascending, `values`, and each one's bounds in these."""

    documents: I64
    values: U32
    bounds: I64


def shingle_hashes(
    text: "pa.Array[pa.StringScalar]", lang: "pa.Array[pa.StringScalar] | None", shingling: Shingling
) -> tuple[U32, I64]:
    r"""Return the hash of every shingle, document by document, repeated ones too, and the bounds of each document.

    Words are what `\w+` finds in lower-cased text (combining marks join words here, a few rare scripts' marks do so
    too), and runs of signs where `with_signs` says so; characters are lower-cased, without white space. A document of
    fewer than n is hashed whole, as one shingle; one without any is hashed from its bytes. So each has one shingle at
    least.

    Args:
        text: string or large_string, of any length and in any cut; what is beside a document never matters.
        lang: string, parallel to `text`; may be None unless the unit is by-language.
        shingling: what a shingle is.

    Raises ContractError if a text is null or no UTF-8, or if `lang` is needed and missing.
    """
    blocks = list(shingle_blocks(text, lang, shingling))
    if not blocks:
        return np.zeros(0, np.uint32), np.zeros(1, np.int64)
    values = np.concatenate([block.values for block in blocks])
    counts = np.concatenate([np.diff(block.bounds) for block in blocks])
    places = np.concatenate([block.documents for block in blocks])
    if (np.diff(places) > 0).all():
        return values, bounds_of(counts)
    return chosen_spans(values, counts, np.argsort(places))


def shingle_blocks(
    text: "pa.Array[pa.StringScalar]", lang: "pa.Array[pa.StringScalar] | None", shingling: Shingling
) -> Iterator[Shingles]:
    """Yield what `shingle_hashes` returns a few documents at a time, of one unit each, while they are in cache.

    Raises ContractError as it does.
    """
    if text.null_count:
        raise ContractError(f"column 'text' has {text.null_count} nulls; shingles are of documents that have a text")
    by_characters = in_characters(text, lang, shingling)
    units: tuple[tuple[Unit, int], ...] = (("words", shingling.words), ("characters", shingling.characters))
    for (unit, size), chosen in zip(units, (~by_characters, by_characters), strict=True):
        documents = np.flatnonzero(chosen)
        of_unit = text if len(documents) == len(text) else text.filter(pa.array(chosen))
        for first, last in spans(_bytes(of_unit), _BLOCK):
            values, counts = _block(of_unit.slice(first, last - first), unit, size)
            yield Shingles(documents[first:last], values, bounds_of(counts))


def in_characters(
    text: "pa.Array[pa.StringScalar]", lang: "pa.Array[pa.StringScalar] | None", shingling: Shingling
) -> npt.NDArray[np.bool_]:
    """Tell which documents are cut into characters."""
    if shingling.unit == "by-script":
        return unspaced(text)
    if shingling.unit != "by-language":
        return np.full(len(text), shingling.unit == "characters")
    if lang is None or len(lang) != len(text):
        raise ContractError("shingles by-language need column 'lang', as long as 'text'; or name one unit for all")
    return np.asarray(pc.is_in(lang, value_set=pa.array(UNSPACED)))


def chosen_spans(values: U32, counts: I64, order: I64) -> tuple[U32, I64]:
    """Return some of the spans of values, and their bounds: the i-th is the one at `order[i]` before."""
    starts, counts = bounds_of(counts)[order], counts[order]
    bounds = bounds_of(counts)
    return values[np.repeat(starts - bounds[:-1], counts) + np.arange(bounds[-1])], bounds


def _bytes(text: "pa.Array[pa.StringScalar]") -> I64:
    """Return the bounds of texts, in bytes of UTF-8."""
    return bounds_of(np.asarray(pc.call_function("binary_length", [text]), np.int64))


def spans(bounds: I64, size: int) -> list[tuple[int, int]]:
    """Return runs of whole documents, from one to behind another, of at most `size` of `bounds` or one document."""
    runs, first = [], 0
    while first < len(bounds) - 1:
        last = max(first + 1, int(np.searchsorted(bounds, bounds[first] + size, "right")) - 1)
        runs.append((first, last))
        first = last
    return runs


def _block(text: "pa.Array[pa.StringScalar]", unit: Unit, size: int) -> tuple[U32, I64]:
    """Return shingles of a block, and how many each document has."""
    marks, bounds = symbols(text, unit)
    if unit == "words":
        tokens, counts = words(*with_signs(text, marks, bounds))
    else:
        tokens, counts = _characters(marks, bounds)
    bare = np.flatnonzero(counts == 0)
    if len(bare):
        whole = [hashlib.blake2b(text[int(i)].as_py().encode(), digest_size=8).digest() for i in bare]
        tokens = np.insert(tokens, bounds_of(counts)[bare], np.frombuffer(b"".join(whole), "<u8"))
        counts[bare] = 1
    return _runs(tokens, counts, size)


def _characters(marks: Symbols, bounds: I64) -> tuple[U64, I64]:
    """Return the characters left as 64-bit numbers, and how many each document has."""
    # of numbers flatnonzero takes four times as long as of booleans
    places = np.flatnonzero(marks != 0)
    return marks[places].astype(np.uint64), np.diff(np.searchsorted(places, bounds))


def _runs(tokens: U64, counts: I64, size: int) -> tuple[U32, I64]:
    """Return the hash of each run of `size` tokens inside a document, and how many each document has."""
    bounds, shingles = bounds_of(counts), np.maximum(counts - size + 1, 1)
    sums, rolled = np.empty(len(tokens), np.uint64), _rolled(tokens, size)
    sums[: len(rolled)] = rolled
    sums[len(rolled) :] = 0
    short = np.flatnonzero(counts < size)
    if len(short):
        sums[bounds[short]] = _whole(tokens, bounds[short], counts[short], size)
    crossing = (bounds[:-1] + shingles)[:, None] + np.arange(size - 1)
    kept = np.ones(len(tokens), np.bool_)
    kept[crossing[crossing < bounds[1:, None]]] = False
    return upper32(sums)[kept], shingles


def _rolled(tokens: U64, size: int) -> U64:
    """Return sum(token * _SHINGLE^place in the run) of every run of `size`, in log2(size) steps of doubling."""
    if len(tokens) < size:
        return tokens[:0]
    done, done_size, run, run_size = tokens, 0, tokens, 1
    while True:
        if size & run_size:
            done = _joined(done, run, done_size) if done_size else run
            done_size += run_size
        if done_size == size:
            return done
        run, run_size = _joined(run, run, run_size), run_size * 2


def _joined(left: U64, right: U64, size: int) -> U64:
    """Return the sums of runs made of one in `left`, `size` long, and the one in `right` that follows it."""
    joined = right[size:] * np.uint64(pow(_SHINGLE, size, WRAP))
    joined += left[: len(joined)]
    return joined


def _whole(tokens: U64, starts: I64, counts: I64, size: int) -> U64:
    """Return one sum for each document of fewer than `size` tokens, over all it has."""
    places = np.arange(size - 1)
    inside = places < counts[:, None]
    terms = tokens[np.where(inside, starts[:, None] + places, 0)] * powers(_SHINGLE, size - 1)
    return np.asarray(np.where(inside, terms, np.uint64(0)).sum(axis=1, dtype=np.uint64), np.uint64)
