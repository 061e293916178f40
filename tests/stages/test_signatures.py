"""Laws of shingles and MinHash signatures, against datasketch and against sets made one by one."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from yurai.stages.near_dedup.signature import band_hashes, estimate, permutations, shingle_sets, signatures
from yurai.stages.shingles import hashes as shingles
from yurai.stages.shingles.hashes import Shingling, shingle_hashes
from yurai_manifests.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

WORDS, CHARACTERS = Shingling("words", 5, 5), Shingling("characters", 5, 5)
BOTH = pytest.mark.parametrize("shingling", [WORDS, CHARACTERS], ids=lambda s: s.unit)
TEXTS = st.lists(
    st.text(max_size=60) | st.text(st.sampled_from("aB é、𠮷.ｶﾞか\u3099"), max_size=40), min_size=1, max_size=12
)

GOLDEN = {
    "words": [[2163359446, 2820487041], [325866254], [1662848116]],
    "characters": [[2294753101, 2771897485, 2248842336], [325866254], [1249878106]],
}
"""Persisted signatures hang on these: another value makes every index of an earlier run useless."""


def hashed(texts: list[str], shingling: Shingling = WORDS, lang: list[str | None] | None = None) -> list[list[int]]:
    langs = None if lang is None else pa.array(lang, pa.string())
    values, bounds = shingle_hashes(pa.array(texts, pa.string()), langs, shingling)
    assert (values.dtype, bounds.dtype, len(bounds)) == (np.uint32, np.int64, len(texts) + 1)
    return [values[a:b].tolist() for a, b in pairwise(bounds)]


def signed(texts: list[str], count: int = 112, shingling: Shingling = WORDS) -> Any:
    return signatures(*shingle_hashes(pa.array(texts, pa.string()), None, shingling), count)


def words_of(text: str) -> list[str]:
    """The words of a text; with runs of signs where letters next to letters are fewer than half."""
    padded = f" {text} "
    triples = zip(padded, padded[1:], padded[2:], strict=False)
    letters = sum(here.isalpha() and (before.isalpha() or after.isalpha()) for before, here, after in triples)
    signs = 2 * letters < sum(not letter.isspace() for letter in text)
    return re.findall(r"\w+|[^\w\s]+" if signs else r"\w+", text.lower())


@pytest.mark.parametrize("count", [1, 7, 112, 800])
def test_equal_to_datasketch_given_the_same_hashes(count: int) -> None:
    random = np.random.default_rng(7)
    sizes = [1, 2, 40, 5000, 40_000, 3, 33_000, 1]
    values, bounds = random.integers(0, 2**32, sum(sizes), np.uint32), np.concatenate([[0], np.cumsum(sizes)])
    ours = signatures(values, bounds, count)
    for row, first, last in zip(ours, bounds[:-1], bounds[1:], strict=True):
        theirs = MinHash(num_perm=count, seed=1, scheme="affine32", hashfunc=lambda number: number)
        theirs.update_batch(values[first:last].tolist())
        assert row.tolist() == theirs.hashvalues.tolist()


def test_signatures_load_in_datasketch_and_say_the_same() -> None:
    found = signed(["one two three four five six seven", "one two three four five six eight"])
    a, b = (MinHash(hashvalues=row, scheme="affine32", seed=1) for row in found)
    assert 0 < a.jaccard(b) < 1
    assert estimate(found[:1], found[1:]).tolist() == [a.jaccard(b)]
    a.update_batch([b"still usable"])
    assert np.array_equal(permutations(112)[0], a.permutations[0])


@BOTH
@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, block=st.integers(1, 60), data=st.data())
def test_cuts_and_order_never_change_a_document(shingling: Shingling, texts: list[str], block: int, data: Any) -> None:
    order = data.draw(st.permutations(range(len(texts))))
    alone = [hashed([text], shingling)[0] for text in texts]
    assert hashed(texts, shingling) == alone
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "_BLOCK", block)
        assert hashed([texts[i] for i in order], shingling) == [alone[i] for i in order]
    part = pa.array(["before", *texts, "after"], pa.large_string()).slice(1, len(texts))
    assert shingle_hashes(part, None, shingling)[0].tolist() == [value for document in alone for value in document]
    assert np.array_equal(signed(texts, 9, shingling), np.concatenate([signed([text], 9, shingling) for text in texts]))


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.text(st.sampled_from("abAB1_ .,é語—"), max_size=90), min_size=1, max_size=6), n=st.integers(1, 7)
)
def test_equal_hashes_are_equal_runs_of_words(texts: list[str], n: int) -> None:
    expected = []
    for text in texts:
        words = words_of(text)
        runs = [tuple(words[i : i + n]) for i in range(max(len(words) - n + 1, 1))] if words else [("", text)]
        expected.extend(runs)
    found = [value for document in hashed(texts, Shingling("words", n, 1)) for value in document]
    assert len(found) == len(expected)
    assert len(set(found)) == len(set(expected)) == len(set(zip(found, expected, strict=True)))


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.text(st.sampled_from("abA 、\n東\u3000京é😀"), max_size=40), min_size=1, max_size=6),
    n=st.integers(1, 25),
)
def test_equal_hashes_are_equal_runs_of_characters(texts: list[str], n: int) -> None:
    expected: list[str] = []
    for text in texts:
        left = "".join(text.lower().split())
        expected += [left[i : i + n] for i in range(max(len(left) - n + 1, 1))] if left else [f"no {text!r}"]
    found = [value for document in hashed(texts, Shingling("characters", 1, n)) for value in document]
    assert len(found) == len(expected)
    assert len(set(found)) == len(set(expected)) == len(set(zip(found, expected, strict=True)))


def test_hashes_stay_what_they_are() -> None:
    assert hashed(["The quick brown fox jumps over", "", "Ünïcödé"]) == GOLDEN["words"]
    assert hashed(["東京 特許許可局", "", "a b"], CHARACTERS) == GOLDEN["characters"]


def test_short_bare_and_empty_documents_are_hashed_whole() -> None:
    texts = ["", "one two", "one", "two one", "!!!", "!!", "\n", "one two three four five", "ONE, two!"]
    found = hashed(texts)
    assert [len(document) for document in found] == [1] * len(texts)
    assert found[1] == found[-1]
    assert len({document[0] for document in found}) == len(texts) - 1
    assert hashed([""], CHARACTERS) == hashed([""])
    assert hashed([]) == []


def test_language_chooses_the_unit() -> None:
    both = Shingling("by-language", 5, 5)
    texts = ["one two three four five six", "すもももももももものうち", "すもももももももものうち", "a b c d e f g"]
    found = hashed(texts, both, ["en", "ja", None, "zh"])
    assert found == [
        *hashed(texts[:1]),
        *hashed(texts[1:2], CHARACTERS),
        *hashed(texts[2:3]),
        *hashed(texts[3:], CHARACTERS),
    ]
    with pytest.raises(ContractError, match="lang"):
        shingle_hashes(pa.array(texts), None, both)


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "a" * 5_000_000,
        "\0" * 100_000,
        "é" * 100_000,
        "😀" * 100_000,
        "a " * 500_000,
        "\U0010ffff\ufffe" * 999,
        "ab" * 66,
    ],
    ids=["token", "nul", "accent", "emoji", "words", "no-characters", "long"],
)
def test_hostile_text(shingling: Shingling, text: str) -> None:
    alone, bounds = shingle_hashes(pa.array([text]), None, shingling)
    assert len(alone) == bounds[-1] >= 1
    values, bounds = shingle_hashes(pa.array(["x", text, "y z"]), None, shingling)
    assert np.array_equal(values[bounds[1] : bounds[2]], alone)
    assert signed([text], 3, shingling).shape == (1, 3)


def test_long_words_differ_wherever_a_letter_differs() -> None:
    word = "abcdefghij" * 20
    changed = [word[:i] + "X" + word[i + 1 :] for i in range(len(word))] + [word[:i] for i in range(1, len(word) + 1)]
    assert len({document[0] for document in hashed(changed)}) == len(changed)


def test_what_breaks_the_contract_is_refused() -> None:
    with pytest.raises(ContractError, match="nulls"):
        shingle_hashes(pa.array(["a", None]), None, WORDS)
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], "<i4")), pa.py_buffer(b"\xff\xfe")]
    )
    with pytest.raises(ContractError, match="UTF-8"):
        shingle_hashes(broken, None, WORDS)
    with pytest.raises(ValueError, match="at least 1"):
        Shingling("words", 0, 5)
    with pytest.raises(ValueError, match="without a shingle"):
        signatures(np.zeros(1, np.uint32), np.array([0, 1, 1]), 4)
    with pytest.raises(ValueError, match="3 bands"):
        band_hashes(np.zeros((1, 10), np.uint32), 3, 3)


def test_band_hashes_tell_bands_apart_and_fill_the_upper_bits() -> None:
    found = np.tile(np.arange(2000, dtype=np.uint32)[:, None], (1, 12))
    hashes = band_hashes(found, 4, 3)
    assert len(np.unique(hashes)) == hashes.size
    parts = np.bincount(((hashes.ravel() >> np.uint64(32)) * np.uint64(16) >> np.uint64(32)).astype(int), minlength=16)
    assert abs(parts - 500).max() < 5 * 500**0.5
    assert np.array_equal(hashes[7:9], band_hashes(found[7:9], 4, 3))
    swapped = found.copy()
    swapped[:, 0] += 1
    assert ((band_hashes(swapped, 4, 3) != hashes) == [True, False, False, False]).all()


@given(st.lists(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3), max_size=20), max_size=6))
def test_shingle_sets_are_sets(documents: list[list[int]]) -> None:
    values = np.array([value for document in documents for value in document], np.uint32)
    found, bounds = shingle_sets(values, np.concatenate([[0], np.cumsum([len(d) for d in documents])]).astype(np.int64))
    assert [found[a:b].tolist() for a, b in pairwise(bounds)] == [sorted(set(d)) for d in documents]


@pytest.mark.parametrize(
    ("shingling", "key"), [(WORDS, "jaccard_word5"), (CHARACTERS, "jaccard_char5")], ids=["words", "characters"]
)
def test_real_pairs(shared_data: Path, shingling: Shingling, key: str) -> None:
    """Sets are as similar as the file says, and the estimate errs as a binomial of K trials does."""
    with gzip.open(shared_data / "dedup" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = {row["id"]: row["text"] for row in map(json.loads, lines)}
    with gzip.open(shared_data / "dedup" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines][::8]
    number = {name: place for place, name in enumerate(sorted({pair[end] for pair in pairs for end in "ab"}))}
    values, bounds = shingle_sets(*shingle_hashes(pa.array([rows[name] for name in number]), None, shingling))
    sets = [set(values[a:b].tolist()) for a, b in pairwise(bounds)]
    ends = [(number[pair["a"]], number[pair["b"]]) for pair in pairs]
    exact = np.array([len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in ends])
    told = np.array([pair[key] for pair in pairs])
    assert abs(exact - told).mean() < 0.005
    found = signatures(values, bounds, 112)
    error = estimate(found[[a for a, _ in ends]], found[[b for _, b in ends]]) - exact
    inside = (exact > 0.05) & (exact < 0.98)
    z = error[inside] / np.sqrt(exact * (1 - exact) / 112)[inside]
    assert abs(z.mean()) < 0.3
    assert 0.6 < abs(z).mean() < 1.0
