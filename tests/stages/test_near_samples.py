"""The generator of near-duplicates plants what it says, and its brute force finds just that."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from near_samples import (
    ALPHABETS,
    UNITS,
    Maker,
    Page,
    exact_pairs,
    greedy,
    jaccard,
    moved,
    planted,
    row_of,
    shingles,
    similarity,
    write_pages,
)
from yurai_manifests.schema import DOCUMENT

LANGS = pytest.mark.parametrize("lang", ["en", "ja"])


def truth(pages: list[Page], at_least: float) -> dict[tuple[str, str], float]:
    found = exact_pairs([page.text for page in pages], UNITS[pages[0].lang], at_least=at_least)
    return {(pages[j].doc_id, pages[i].doc_id): similar for (i, j), similar in found.items()}


@LANGS
def test_planted_similarities_are_the_exact_ones(lang: str) -> None:
    pages = planted(1, lang=lang)
    found = truth(pages, 0.3)
    copies = [page for page in pages if page.of]
    assert len(copies) > 150
    for page in copies:
        assert found[page.doc_id, page.of] == page.jaccard
    clusters = {page.doc_id: page.cluster for page in pages}
    assert all(clusters[a] == clusters[b] != "" for a, b in found)
    assert len(clusters) == len(pages)


@LANGS
def test_each_family_is_as_similar_as_it_says(lang: str) -> None:
    pages = planted(2, {"near": 200}, lang=lang)
    similar = [page.jaccard for page in pages if page.of]
    assert min(similar) >= 0.48
    assert max(similar) <= 0.995
    assert all(any(band <= value * 10 < band + 1 for value in similar) for band in (5, 6, 7, 8, 9))
    ring = planted(2, {"chain": 20}, lang=lang)
    found = exact_pairs([page.text for page in ring], UNITS[lang], at_least=0.6)
    assert all(abs(found[place, place + 1] - 0.9) < 0.01 for place in range(19))
    assert all(abs(found[place, place + 2] - 0.81) < 0.02 for place in range(18))
    assert [page.date for page in ring] == sorted({page.date for page in ring})
    site = planted(2, {"templated": 30}, lang=lang)
    assert all(abs(page.jaccard - 0.5) < 0.02 for page in site[1:])
    assert not exact_pairs([page.text for page in site], UNITS[lang], at_least=0.6)


def test_skewed_clusters_have_one_that_is_far_larger() -> None:
    pages = planted(3, {"skewed": 2000}, size=60)
    sizes = sorted(len([page for page in pages if page.cluster == name]) for name in {p.cluster for p in pages})
    assert sizes[-1] >= 400
    assert sizes[-1] > 1.8 * sizes[-2] > 0
    assert sizes[0] <= 12


def test_no_two_tokens_are_equal_and_texts_read_back_as_they_were_drawn() -> None:
    for lang, alphabet in ALPHABETS.items():
        assert len(set(alphabet)) == len(alphabet) > 2000
        make = Maker(5, lang)
        ids = make.ids()
        drawn = set(zip(*(alphabet[ids][place:].tolist() for place in range(5)), strict=False))
        assert shingles(make.text(ids), UNITS[lang]) == drawn


def test_edits_come_at_the_rate_asked_for() -> None:
    make = Maker(6, size=20_000)
    ids = make.ids()
    assert similarity(ids, make.edited(ids, 0.0)) == 1.0
    # an edit spoils about five runs: (1 - r)^5 of them stay
    share = (1 - 0.02) ** 5
    assert abs(similarity(ids, make.edited(ids, 0.02)) - share / (2 - share)) < 0.02


TEXTS = st.lists(st.text("ab ", max_size=12), max_size=12)


@settings(max_examples=100, deadline=None)
@given(texts=TEXTS, unit=st.sampled_from(["word", "char"]), n=st.integers(1, 4), tenths=st.integers(1, 10))
def test_the_prefix_filter_loses_no_pair(texts: list[str], unit: str, n: int, tenths: int) -> None:
    least = tenths / 10
    every = {
        (i, j): jaccard(texts[i], texts[j], unit, n)  # type: ignore[arg-type] # hypothesis gives str
        for j in range(len(texts))
        for i in range(j)
    }
    found = exact_pairs(texts, unit, n, least)  # type: ignore[arg-type] # as above
    assert found == {pair: similar for pair, similar in every.items() if similar >= least}


def test_short_texts_are_one_shingle() -> None:
    assert shingles("One, two!", "word") == {("one", "two")}
    assert shingles("か が", "char") == {("か", "が")}
    assert shingles(" .,", "word") == {(" .,",)}
    assert jaccard("", "", "word") == 1.0
    assert jaccard("", "a", "char") == jaccard("!", "?", "word") == 0.0


PATH = [(0, 1), (1, 2), (2, 3), (3, 4)]
STAR = [(0, 1), (0, 2), (0, 3)]
TRIANGLE = [(0, 1), (1, 2), (0, 2)]
JOINED = [*TRIANGLE, (3, 4), (4, 5), (3, 5), (2, 3)]


@pytest.mark.parametrize(
    ("pairs", "order", "dropped"),
    [
        (PATH, [0, 1, 2, 3, 4], {1: 0, 3: 2}),
        (PATH, [1, 0, 2, 3, 4], {0: 1, 2: 1, 4: 3}),
        (PATH, [4, 0, 2, 1, 3], {1: 0, 3: 4}),
        (STAR, [0, 1, 2, 3], {1: 0, 2: 0, 3: 0}),
        (STAR, [2, 3, 1, 0], {0: 2}),
        (TRIANGLE, [2, 0, 1], {0: 2, 1: 2}),
        (JOINED, [0, 1, 2, 3, 4, 5], {1: 0, 2: 0, 4: 3, 5: 3}),
        (JOINED, [2, 3, 4, 5, 0, 1], {3: 2, 5: 4, 0: 2, 1: 2}),
        ([], [1, 0], {}),
    ],
)
def test_who_stays(pairs: list[tuple[int, int]], order: list[int], dropped: dict[int, int]) -> None:
    assert greedy(pairs, order) == dropped
    assert greedy([(b, a) for a, b in reversed(pairs)], order) == dropped


def test_rows_keep_their_ids_however_they_are_dealt(tmp_path: Path) -> None:
    pages = planted(4, {"alone": 20, "near": 20}, size=40)
    dealt = {
        "one": write_pages(tmp_path / "one", pages),
        "six": write_pages(tmp_path / "six", pages, 6),
        "shuffled": write_pages(tmp_path / "shuffled", pages, 6, shuffle=1),
    }
    read = {name: [pq.read_table(path) for path in paths] for name, paths in dealt.items()}
    rows = {name: pa.concat_tables(tables).to_pylist() for name, tables in read.items()}
    assert all(table.schema.equals(DOCUMENT) for tables in read.values() for table in tables)
    assert rows["one"] == rows["six"] != rows["shuffled"]
    assert sorted(rows["one"], key=str) == sorted(rows["shuffled"], key=str)
    assert len({row["doc_id"] for row in rows["one"]}) == len(pages)
    assert {name: value for name, value in rows["one"][7].items() if value is not None} == row_of(pages[7])


def test_same_seed_same_pages() -> None:
    counts = {"near": 5, "skewed": 20}
    assert planted(8, counts) == planted(8, counts)
    assert {page.text for page in planted(8, counts)}.isdisjoint({page.text for page in planted(9, counts)})
    copies = moved(planted(8, counts), "crawl/other.warc.gz")
    assert {page.doc_id for page in copies}.isdisjoint({page.doc_id for page in planted(8, counts)})
