"""What near-dedup may be told to look at: containment, numbers, and scripts instead of language tags."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from near_runs import SURE, TINY, deduplicate, outcome
from near_samples import UNITS, Maker, Page, greedy, planted, shingles, write_pages
from yurai.declare.stage import STAGES
from yurai.stages.near_dedup.numbers import ZEROS, numbers_hash, numbers_of
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.shingles.hashes import Shingling, shingle_hashes
from yurai.stages.shingles.scripts import unspaced
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

LOW = {"bands": 500, "rows": 2}
"""Bands that miss one pair in 10^9 at a similarity of .2, which is what a text has to another four times as long."""
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 3


def page(text: str, number: int, lang: str = "en") -> Page:
    return Page(
        text, lang, f"https://a.example/{number}", f"2020-01-{1 + number:02}T00:00:00Z", "crawl/a.warc.gz", number
    )


def parts(lang: str) -> list[Page]:
    """Texts, and parts of them with some edits: a quarter of one, a half, and all but a little."""
    make, pages = Maker(5, lang), list[Page]()
    for number in range(0, 24, 4):
        ids = make.ids(400)
        for place, share in enumerate((1.0, 0.9, 0.5, 0.25)):
            start = int(make.rng.integers(0, 1 + len(ids) - int(share * len(ids))))
            cut = ids[start : start + int(share * len(ids))].copy()
            edits = make.rng.choice(len(cut), number * place * len(cut) // 1000, replace=False)
            cut[edits] = make.ids(len(edits)) if len(edits) else cut[edits]
            pages.append(page(make.text(cut), number + place, lang))
    return pages


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("memory_bytes", [1 << 30, TINY])
def test_what_a_longer_text_contains_goes(lang: str, memory_bytes: int, tmp_path: Path) -> None:
    pages = parts(lang)
    order = sorted(range(len(pages)), key=lambda at: (-len(pages[at].text), pages[at].date, pages[at].doc_id))
    sets = [shingles(one.text, UNITS[lang]) for one in pages]
    share = {(a, b): len(sets[a] & sets[b]) / len(sets[b]) for at, a in enumerate(order) for b in order[at + 1 :]}
    due = greedy({pair: value for pair, value in share.items() if value >= 0.8}, order)
    assert 8 <= len(due) < 18, "parts that go and parts that were edited too much"
    settings: dict[str, Any] = {"measure": "containment", "spare": 0, "memory_bytes": memory_bytes, **LOW}
    deduplicate(write_pages(tmp_path / "in", pages, 3), tmp_path / "out", **settings)
    _, gone = outcome(tmp_path / "out")
    assert {name: row["kept_doc_id"] for name, row in gone.items()} == {
        pages[place].doc_id: pages[stays].doc_id for place, stays in due.items()
    }
    for place, stays in due.items():
        row = gone[pages[place].doc_id]
        assert row["jaccard"] == pytest.approx(share[stays, place], abs=1e-3)
        assert row["jaccard_by"] == "containment"


def test_containment_finds_with_more_bands_of_fewer_rows() -> None:
    near = NearDedup(measure="containment")
    assert near.resolved.rows * 2 == NearDedup().resolved.rows
    assert near.resolved.hashes <= NearDedup().resolved.hashes < near.resolved.hashes + near.resolved.rows
    assert NearDedup(measure="containment", rows=8).resolved == NearDedup().resolved
    assert NearDedup(measure="containment", against=("tree",)).order == ("longest", None)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"measure": "containment", "keep": "oldest"}, "no shorter"),
        ({"measure": "containment", "verify": "estimate"}, "use exact"),
        ({"numbers": True, "verify": "estimate"}, "use exact"),
    ],
)
def test_what_cannot_be_told_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        STAGES["near-dedup"].use(settings)


@pytest.mark.parametrize("memory_bytes", [1 << 30, TINY])
def test_pages_that_differ_in_numbers_both_stay(memory_bytes: int, tmp_path: Path) -> None:
    base = Maker(2).text(Maker(2).ids(200))
    texts = [f"{base} release 1,234 of 10.5 MB", f"{base} release 1234 of 10.5 MB", f"{base} release 1234 of 10.6 MB"]
    pages = [page(text, number) for number, text in enumerate(texts)]
    files = write_pages(tmp_path / "in", pages, 3)
    settings: dict[str, Any] = {"memory_bytes": memory_bytes, "keep": "oldest", **SURE}
    deduplicate(files, tmp_path / "out", numbers=True, **settings)
    _, gone = outcome(tmp_path / "out")
    assert {name: row["kept_doc_id"] for name, row in gone.items()} == {pages[1].doc_id: pages[0].doc_id}
    losses = load_run(open_store(str(tmp_path / "out"))).value["facts"]["00-near-dedup"]["losses"]
    assert losses == {"alike": 3, "spared": 0, "numbers": 2}
    deduplicate(files, tmp_path / "all", **settings)
    assert len(outcome(tmp_path / "all")[1]) == 2


@given(st.text(st.sampled_from([*"0123456789,. ax-", *(chr(zero + 3) for zero in ZEROS)]), max_size=20))
def test_numbers_are_runs_of_digits(text: str) -> None:
    plain = "".join(str(unicodedata.decimal(one, one)) for one in text)
    assert numbers_of(text) == numbers_of(plain)
    assert "".join(numbers_of(plain)).replace(".", "") == "".join(one for one in plain if one.isdecimal())
    assert numbers_hash(text) == numbers_hash(" ".join(reversed(numbers_of(plain))))


def test_zeros_are_zeros() -> None:
    assert {unicodedata.decimal(chr(zero)) for zero in ZEROS} == {0}
    assert all(unicodedata.decimal(chr(zero + 9)) == 9 for zero in ZEROS)


def test_equal_texts_under_other_tags_are_one(tmp_path: Path) -> None:
    pages = [page(JAPANESE, number, lang) for number, lang in enumerate(("ja", "en", "zh", "und"))]
    files = write_pages(tmp_path / "in", pages, 2)
    deduplicate(files, tmp_path / "out")
    kept, gone = outcome(tmp_path / "out")
    assert (len(kept), {row["kept_doc_id"] for row in gone.values()}) == (1, set(kept))
    deduplicate(files, tmp_path / "tags", unit="by-language")
    assert len(outcome(tmp_path / "tags")[0]) == 2


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_script_says_what_a_true_tag_says(lang: str) -> None:
    texts = pa.array([one.text for one in planted(3, lang=lang)])
    tags = pa.array([lang] * len(texts))
    one, other = (shingle_hashes(texts, tags, Shingling(unit, 5, 5)) for unit in ("by-script", "by-language"))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("ภาษาไทย", True),
        ("ພາສາລາວ", True),
        ("བོད་ཡིག", True),
        ("မြန်မာ", True),
        ("ភាសាខ្មែរ", True),
        ("한국어 문장", False),
        ("Русский", False),
        ("हिन्दी", False),
        ("", False),
        ("four of them: 日", False),
        ("𠮷野家", True),
    ],
)
def test_scripts_without_spaces(text: str, alone: bool) -> None:
    texts = pa.array(["beside", text, "日本"], pa.large_string()).slice(1)
    assert unspaced(texts).tolist() == [alone, True]


@given(st.lists(st.text(max_size=8), max_size=6), st.integers(0, 3))
def test_what_is_beside_a_text_does_not_matter(texts: list[str], start: int) -> None:
    whole = pa.array(texts, pa.string())
    assert unspaced(whole).tolist()[start:] == unspaced(whole.slice(start)).tolist()
    assert unspaced(whole).tolist() == [bool(unspaced(pa.array([text]))[0]) for text in texts]
