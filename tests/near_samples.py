"""Pages with planted near-duplicates, the truth about them by brute force, and the definition of who stays.

Nothing here uses the code under test: tokens are `\\w+` of the lower-cased text or its characters without white space,
similarity is that of Python sets. Tests and benches share it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.schema import DOCUMENT, document_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

Unit: TypeAlias = Literal["word", "char"]
Pairs: TypeAlias = dict[tuple[int, int], float]
Ids: TypeAlias = npt.NDArray[np.int64]

GRAM = 5
VOCABULARY = 50_000
START = datetime(2015, 1, 1, tzinfo=UTC)
LINE = {"en": (12, ".\n", " "), "ja": (40, "\n", "")}
"""Tokens of a line, what ends it, and what parts its tokens."""


def _words() -> list[str]:
    syllables = [consonant + vowel for consonant in "bcdfghjklmnprstvwxyz" for vowel in "aeiou"]
    numbers = (7_919 * number % 1_000_000 for number in range(VOCABULARY))
    return ["".join(syllables[number // 100**place % 100] for place in range(2 + number % 3)) + "aeiou"[number % 5]
            for number in numbers]  # fmt: skip


def _alphabet(lang: str) -> npt.NDArray[np.object_]:
    """Words of the sample language, or characters where no space parts words; no two are equal."""
    found = (
        list(dict.fromkeys(_words())) if lang == "en" else [*map(chr, (*range(0x3041, 0x3095), *range(0x4E00, 0x5600)))]
    )
    return np.array(found, np.object_)


ALPHABETS = {lang: _alphabet(lang) for lang in LINE}
UNITS: dict[str, Unit] = {"en": "word", "ja": "char"}


# --- truth ---------------------------------------------------------------------------------------------------------


def tokens(text: str, unit: Unit) -> list[str]:
    """Words of the lower-cased text, or its characters without white space."""
    return re.findall(r"\w+", text.lower()) if unit == "word" else list("".join(text.lower().split()))


def shingles(text: str, unit: Unit, n: int = GRAM) -> set[tuple[str, ...]]:
    """Runs of n tokens; of a text with fewer the one run of all, of one without tokens the text itself."""
    return _runs(tokens(text, unit) or [text], n)


def _runs(found: list[Any], n: int) -> set[tuple[Any, ...]]:
    if len(found) < n:
        return {tuple(found)}
    return set(zip(*(found[place:] for place in range(n)), strict=False))


def of_sets(a: set[Any], b: set[Any]) -> float:
    """Jaccard similarity of two sets that are not empty."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


def jaccard(a: str, b: str, unit: Unit, n: int = GRAM) -> float:
    """Exact Jaccard similarity of two texts."""
    return of_sets(shingles(a, unit, n), shingles(b, unit, n))


def absent_run(earlier: str, later: str, unit: Unit, n: int = GRAM) -> int:
    """Tokens of the longest run of `later` of which none is in a run of n that `earlier` has too.

    Such a run goes on over fewer than 8 others, of characters over fewer than 16, which do not count.
    """
    known, words = shingles(earlier, unit, n), tokens(later, unit)
    present = [False] * len(words)
    for place in range(len(words) - n + 1):
        if tuple(words[place : place + n]) in known:
            present[place : place + n] = [True] * n
    longest = run = 0
    for is_there, part in groupby(present):
        length = len(list(part))
        if not is_there:
            run += length
        elif length >= (8 if unit == "word" else 16):
            run = 0
        longest = max(longest, run)
    return longest


def exact_pairs(texts: Sequence[str], unit: Unit, n: int = GRAM, at_least: float = 0.5) -> Pairs:
    """{(i, j): jaccard}, i < j, of all pairs that are at least so similar.

    Sets that similar share one of the first |A| - ceil(at_least |A|) + 1 shingles of each, whatever the order among
    shingles (prefix filter of Chaudhuri, Ganti and Kaushik 2006); rare ones first keeps that quick on templates.
    """
    sets = [shingles(text, unit, n) for text in texts]
    seen = Counter(gram for grams in sets for gram in grams)
    numbers = {gram: number for number, gram in enumerate(sorted(seen, key=lambda gram: (seen[gram], gram)))}
    numbered = [{numbers[gram] for gram in grams} for grams in sets]
    holders: dict[int, list[int]] = defaultdict(list)
    found: Pairs = {}
    for j, grams in enumerate(numbered):
        # the small step down keeps rounding of at_least * size from cutting a prefix one too short
        prefix = sorted(grams)[: len(grams) - int(-(-(at_least * len(grams) - 1e-6) // 1)) + 1]
        for i in {i for gram in prefix for i in holders[gram]}:
            similar = of_sets(numbered[i], grams)
            if similar >= at_least:
                found[i, j] = similar
        for gram in prefix:
            holders[gram].append(j)
    return found


def greedy(pairs: Iterable[tuple[int, int]], order: Iterable[int]) -> dict[int, int]:
    """{dropped: kept instead}: in keep order a document is dropped iff a pair joins it to an earlier kept one.

    Named is the first in keep order of its kept neighbours.
    """
    near: dict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    place: dict[int, int] = {}
    dropped: dict[int, int] = {}
    for now, document in enumerate(order):
        kept = [other for other in near[document] if other in place]
        if kept:
            dropped[document] = min(kept, key=place.__getitem__)
        else:
            place[document] = now
    return dropped


# --- pages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A document, and what was planted: `jaccard` is the exact similarity to the page `of`, whose copy this is."""

    text: str
    lang: str
    url: str
    date: str
    source: str
    offset: int
    cluster: str = ""
    """The planted group, `near-3`; empty of a page that stands alone."""
    of: str = ""
    """doc_id of the page that this was made from; empty of an original."""
    jaccard: float = 1.0

    @property
    def doc_id(self) -> str:
        return document_id(self.source, self.offset)


class Draft(NamedTuple):
    """Token numbers of a page to be; `back` is how many drafts before it the one lies that it was made from."""

    ids: Ids
    cluster: str = ""
    back: int = 0
    jaccard: float = 1.0


class Maker:
    """Draws token numbers of one language from one seed."""

    def __init__(self, seed: int, lang: str = "en", size: int = 300) -> None:
        self.rng = np.random.default_rng([seed, *lang.encode()])
        self.lang = lang
        self.size = size

    def ids(self, count: int = 0) -> Ids:
        """Token numbers drawn evenly, so that runs of five hardly ever repeat."""
        return self.rng.integers(0, len(ALPHABETS[self.lang]), count or self.size)

    def text(self, ids: Ids) -> str:
        every, end, between = LINE[self.lang]
        parts = np.full((len(ids), 2), between, np.object_)
        parts[:, 0] = ALPHABETS[self.lang][ids]
        parts[every - 1 :: every, 1] = end
        return "".join(parts.ravel().tolist()).strip()

    def changed(self, ids: Ids, jaccard: float) -> Ids:
        """A copy about so similar: single tokens replaced at places at least five apart, then a few at the end."""
        grams = len(ids) - GRAM + 1
        gone = round(grams * (1 - jaccard) / (1 + jaccard))
        copy = ids.copy()
        places = 4 + GRAM * self.rng.permutation((len(ids) - 3 * GRAM) // GRAM)[: gone // GRAM]
        places = np.concatenate([places, np.arange(len(ids) - gone % GRAM, len(ids))])
        copy[places] = self.ids(len(places)) if len(places) else copy[places]
        return copy

    def edited(self, ids: Ids, rate: float) -> Ids:
        """A copy with edits per token at this rate, see `edited`."""
        return edited(self.rng, ids, self.ids, rate)


def edited(
    rng: np.random.Generator, items: npt.NDArray[Any], fresh: Callable[[int], npt.NDArray[Any]], rate: float
) -> npt.NDArray[Any]:
    """Edit a share of items: 60 % are replaced, 20 % deleted, 20 % get a new one behind; `fresh(n)` gives new ones."""
    kind = rng.random(len(items)) / max(rate, 1e-12)
    wide = np.stack([np.where(kind < 0.6, fresh(len(items)), items), fresh(len(items))], axis=1)
    return np.asarray(wide[np.stack([(kind < 0.6) | (kind >= 0.8), (kind >= 0.8) & (kind < 1)], axis=1)])


def similarity(a: Ids, b: Ids) -> float:
    """Exact Jaccard similarity of two drafts."""
    return of_sets(_runs(a.tolist(), GRAM), _runs(b.tolist(), GRAM))


def alone(make: Maker, count: int) -> Iterator[Draft]:
    """Pages that share nothing."""
    return (Draft(make.ids()) for _ in range(count))


def exact(make: Maker, count: int) -> Iterator[Draft]:
    """Pages with one equal copy each."""
    for number in range(count):
        ids = make.ids()
        yield Draft(ids, f"exact-{number}")
        yield Draft(ids, f"exact-{number}", 1)


def near(make: Maker, count: int, low: float = 0.5, high: float = 0.99) -> Iterator[Draft]:
    """Pages with one copy each, whose similarities lie evenly between the two."""
    for number in range(count):
        ids = make.ids()
        copy = make.changed(ids, make.rng.uniform(low, high))
        yield Draft(ids, f"near-{number}")
        yield Draft(copy, f"near-{number}", 1, similarity(ids, copy))


def chain(make: Maker, count: int, at: float = 0.9) -> Iterator[Draft]:
    """Windows over an endless sequence: each page is `at` similar to the next (.9), less so to the one after (.81)."""
    grams = make.size - GRAM + 1
    step = max(1, round(grams * (1 - at) / (1 + at)))
    whole = make.ids(make.size + step * count)
    windows = [whole[step * number : step * number + make.size] for number in range(count)]
    yield from (Draft(ids, "chain") for ids in windows[:1])
    yield from (Draft(ids, "chain", 1, similarity(before, ids)) for before, ids in pairwise(windows))


def templated(make: Maker, count: int, at: float = 0.5) -> Iterator[Draft]:
    """Pages of one site: the same long beginning, another end; any two are `at` similar."""
    shared = make.ids(round(make.size * 2 * at / (1 + at)))
    first: Ids | None = None
    for number in range(count):
        ids = np.concatenate([shared, make.ids(make.size - len(shared))])
        first = ids if first is None else first
        yield Draft(ids, "template", number, similarity(first, ids))


def skewed(make: Maker, count: int, exponent: float = 1.0, low: float = 0.9) -> Iterator[Draft]:
    """Clusters whose sizes fall as rank ** -exponent; half of a cluster's copies equal its first page, half nearly."""
    weights = np.arange(1.0, max(2, count**0.5)) ** -exponent
    for number, size in enumerate(np.ceil(count * weights / weights.sum()).astype(int).tolist()):
        ids = make.ids()
        yield Draft(ids, f"skew-{number}")
        for back in range(1, size):
            copy = make.changed(ids, make.rng.uniform(low, 1)) if back % 2 else ids
            yield Draft(copy, f"skew-{number}", back, similarity(ids, copy))


FAMILIES: dict[str, Callable[[Maker, int], Iterator[Draft]]] = {
    "alone": alone,
    "exact": exact,
    "near": near,
    "chain": chain,
    "templated": templated,
    "skewed": skewed,
}
SOME = {"alone": 40, "exact": 10, "near": 60, "chain": 30, "templated": 30, "skewed": 60}


def planted(seed: int, counts: dict[str, int] = SOME, *, lang: str = "en", size: int = 300) -> list[Page]:
    """Pages of all families that `counts` names, one family after the other; `size` is tokens of a page."""
    make = Maker(seed, lang, size)
    drafts = (draft for family, count in counts.items() for draft in FAMILIES[family](make, count))
    return list(pages_of(make, drafts, f"{lang}-{seed}"))


def pages_of(make: Maker, drafts: Iterable[Draft], name: str) -> Iterator[Page]:
    """Draw URL and date of each draft; dates of a chain run along it."""
    source = f"crawl/{name}.warc.gz"
    for number, draft in enumerate(drafts):
        hours = number if draft.cluster == "chain" else int(make.rng.integers(100_000))
        date = (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        url = f"https://site-{int(make.rng.zipf(1.5)) % 1000}.example/{name}/{number}"
        of = document_id(source, 1000 * (number - draft.back)) if draft.back else ""
        yield Page(make.text(draft.ids), make.lang, url, date, source, 1000 * number, draft.cluster, of, draft.jaccard)


def moved(pages: Iterable[Page], source: str) -> list[Page]:
    """The same texts as documents of another source, so with other ids."""
    return [replace(page, source=source, url=f"{page.url}?{source}") for page in pages]


# --- files ---------------------------------------------------------------------------------------------------------


def write_pages(
    folder: Path,
    pages: Sequence[Page],
    shards: int = 1,
    *,
    shuffle: int | None = None,
    more: Callable[[Page], dict[str, Any]] | None = None,
) -> list[Path]:
    """Write Parquet files in the DOCUMENT schema; ids come from source and offset, so they stay however rows are dealt.

    `shuffle` is a seed that puts rows into another order and shards of unequal sizes; without it shards are consecutive
    and about equal. `more` returns further columns of a row.
    """
    folder.mkdir(parents=True)
    order = np.arange(len(pages))
    cuts = np.linspace(0, len(pages), shards + 1).astype(int)
    if shuffle is not None:
        rng = np.random.default_rng(shuffle)
        order = rng.permutation(order)
        cuts[1:-1] = np.sort(rng.integers(0, len(pages) + 1, shards - 1))
    paths = [folder / f"{number:05}.parquet" for number in range(shards)]
    for path, (start, end) in zip(paths, pairwise(cuts.tolist()), strict=True):
        rows = [row_of(pages[place]) | (more(pages[place]) if more else {}) for place in order[start:end]]
        pq.write_table(_table(rows), path, compression="zstd", row_group_size=4096)
    return paths


def row_of(page: Page) -> dict[str, Any]:
    """The columns of DOCUMENT that a page fills."""
    text = page.text.encode()
    row: dict[str, Any] = {"doc_id": page.doc_id, "source": page.source, "source_sha256": "0" * 64}
    row |= {"warc_offset": page.offset, "warc_length": 1000, "url": page.url, "capture_date": page.date}
    row |= {"lang": page.lang, "text": page.text, "text_sha256": sha256(text).hexdigest(), "text_bytes": len(text)}
    return row


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    # column by column: from_pylist looks up all hundred columns of every row
    filled = {name for row in rows for name in row}
    columns = [
        pa.array([row.get(field.name) for row in rows], field.type)
        if field.name in filled
        else pa.nulls(len(rows), field.type)
        for field in DOCUMENT
    ]
    return pa.Table.from_arrays(columns, schema=DOCUMENT)
