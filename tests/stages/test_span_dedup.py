"""Spans against brute force: what goes was there before, byte for byte, and every text can be put together again."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup_pages import Page, dedup_pages, write
from near_runs import TINY, killed_at, steps_of
from run_helpers import Watching
from yurai.engine.local import LocalRunner
from yurai.run.recipe import make_recipe
from yurai.stages.line_dedup.cutting import settled, without_pieces
from yurai.stages.line_dedup.pieces import Piece
from yurai.stages.line_dedup.winnow import GRAM, MARGIN, SPREAD, boundaries, windows
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store
from yurai_manifests.text_bytes import texts_of

LEAST = 400
ALPHABETS = ("abcdefghijklmnopqrstuvwxyz     ", "かきくけこ漢字仮名交文。、", "абвгдежз 😀é\n")


def prose(seed: int, length: int, alphabet: str = ALPHABETS[0]) -> str:
    """So many characters that no other seed has in this order."""
    source = random.Random(f"{seed} {alphabet}")
    return "".join(source.choice(alphabet) for _ in range(length))


def earlier(pages: list[Page]) -> list[Page]:
    return sorted(pages, key=lambda page: (page.date, page.doc_id))


def repeated(pages: list[Page], least: int = LEAST) -> dict[str, np.ndarray]:
    """{doc_id: which bytes lie in a run of `least` bytes that was there before, in this text or one before it}."""
    seen: set[bytes] = set()
    found = {}
    for page in earlier(pages):
        data = page.text.encode()
        marks = np.zeros(len(data), bool)
        for start in range(len(data) - least + 1):
            run = hashlib.md5(data[start : start + least], usedforsecurity=False).digest()
            if run in seen:
                marks[start : start + least] = True
            seen.add(run)
        found[page.doc_id] = marks
    return found


def gone(row: dict[str, Any]) -> np.ndarray:
    marks = np.zeros(row["text_bytes"] + sum(span["length"] for span in row["cut_spans"] or ()), bool)
    for span in row["cut_spans"] or ():
        marks[span["start"] : span["start"] + span["length"]] = True
    return marks


def put_together(row: dict[str, Any], texts: dict[str, bytes]) -> bytes:
    """The text of a row as it was, from what is left of it and the texts of others as they were."""
    left, whole, at = row["text"].encode(), bytearray(), 0
    for span in row["cut_spans"] or ():
        stays = span["start"] - len(whole)
        whole += left[at : at + stays]
        at += stays
        for place in range(span["kept_offset"], span["kept_offset"] + span["length"]):
            own = span["kept_doc_id"] == row["doc_id"]
            whole.append((whole if own else texts[span["kept_doc_id"]])[place])
    return bytes(whole + left[at:])


def assert_law(out: Path, pages: list[Page]) -> dict[str, dict[str, Any]]:
    """Texts can be put together, from earlier places alone, in whole characters; return the rows that are kept."""
    found = audit(open_store(str(out)), full=True)
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    kept = {row["doc_id"]: row for row in pq.read_table(out / "documents").to_pylist()}
    order = {page.doc_id: number for number, page in enumerate(earlier(pages))}
    texts = {page.doc_id: page.text.encode() for page in pages}
    expected = repeated(pages)
    for page in pages:
        if page.doc_id not in kept:
            assert expected[page.doc_id].any()
            continue
        row = kept[page.doc_id]
        assert put_together(row, texts) == texts[page.doc_id]
        assert row["text"].count("\f") == page.text.count("\f")
        assert not (gone(row) & ~expected[page.doc_id]).any()
        count = len(row["cut_spans"] or ())
        assert row["removed_spans"] == ([{"name": "line-dedup:repeated-spans", "count": count}] if count else None)
        for span in row["cut_spans"] or ():
            before = (order[span["kept_doc_id"]], span["kept_offset"])
            assert before < (order[page.doc_id], span["start"])
            texts[page.doc_id][span["start"] : span["start"] + span["length"]].decode()
    return kept


SEGMENTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 900), st.integers(0, 1500)), max_size=4)
BODIES = st.lists(st.tuples(st.integers(0, 3), SEGMENTS, st.sampled_from(["", "\n\f", "は"])), min_size=1, max_size=6)


def planted(bodies: list[tuple[int, list[tuple[int, int, int]], str]]) -> list[Page]:
    """Texts of own words with runs of six sources between them, which other texts may have too."""
    pages = []
    for number, (date, segments, between) in enumerate(bodies):
        parts = [prose(1000 + number, 150)]
        for place, (seed, start, length) in enumerate(segments):
            source = prose(seed, 3000, ALPHABETS[seed % 3])
            parts += [source[start : start + length], between, prose(100 * number + place + 9, 40)]
        pages.append(Page(number, date, "".join(parts)))
    return pages


@settings(max_examples=4, deadline=None)
@given(
    bodies=BODIES,
    cuts=st.lists(st.integers(0, 6), max_size=3),
    memory=st.sampled_from([40_000, 1 << 30]),
    snap=st.sampled_from(["character", "sentence"]),
)
def test_what_goes_was_there_before(bodies: Any, cuts: list[int], memory: int, snap: str) -> None:
    pages = planted(bodies)
    given = {"unit": "span", "min_bytes": LEAST, "snap": snap}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "in", pages, [min(cut, len(pages)) for cut in cuts])
        digest = dedup_pages(folder / "in", folder / "out", memory_bytes=memory, **given)
        assert_law(folder / "out", pages)
        write(folder / "one", pages, [])
        assert dedup_pages(folder / "one", folder / "again", **given) == digest


def test_two_texts_are_found_out_to_the_byte(tmp_path: Path) -> None:
    """A run of LEAST bytes goes, one of a byte less stays, wherever it lies and however long it is."""
    pages = [Page(0, 0, prose(1, 30_000))]
    left: dict[str, str] = {}
    for number, length in enumerate([LEAST, LEAST - 1, LEAST + 1, 1000, 5000], 1):
        run = pages[0].text[3000 * number :][:length]
        for place, (before, behind) in enumerate([("", "3"), ("1", ""), ("2", "4")]):
            pages.append(Page(10 * number + place, 1, f"{before}{run}{behind}"))
            left[pages[-1].doc_id] = pages[-1].text if length < LEAST else before + behind
    write(tmp_path / "in", pages, [1, 7])
    dedup_pages(tmp_path / "in", tmp_path / "out", unit="span", min_bytes=LEAST)
    kept = assert_law(tmp_path / "out", pages)
    assert {name: kept[name]["text"] for name in left} == left


def test_workers_and_a_run_that_is_everywhere(tmp_path: Path) -> None:
    """One run in 300 texts is more than memory holds at its first place, so it is read in parts; bytes are the same."""
    hot = prose(7, 900)
    pages = [Page(n, 1 + n % 5, f"{prose(n + 50, 30)} {hot} {prose(n + 500, 30)}") for n in range(300)]
    pages.append(Page(999, 0, hot + prose(8, 2000)))
    write(tmp_path / "in", pages, [90, 91, 250])
    digest = dedup_pages(tmp_path / "in", tmp_path / "one", unit="span")
    two = Watching(LocalRunner(2))
    try:
        given = {"unit": "span", "memory_bytes": 200_000}
        assert dedup_pages(tmp_path / "in", tmp_path / "two", two, **given) == digest
    finally:
        two.close()
    assert two.ran["01-line-dedup.judge"] > 5
    kept = assert_law(tmp_path / "two", pages)
    assert sum(hot in row["text"] for row in kept.values()) == 1


def test_page_marks_stay_and_a_text_without_rest_is_dropped(tmp_path: Path) -> None:
    run = prose(3, 600)
    pages = [
        Page(0, 0, run + "\n\f" + prose(4, 600)),
        Page(1, 1, f"mine {run}\n\f{prose(4, 600)} own"),
        Page(2, 2, run),
    ]
    write(tmp_path / "in", pages, [])
    dedup_pages(tmp_path / "in", tmp_path / "out", unit="span")
    kept = assert_law(tmp_path / "out", pages)
    assert kept[pages[1].doc_id]["text"] == "mine \n\f own"
    (row,) = pq.read_table(tmp_path / "out" / "dropped").to_pylist()
    assert (row["doc_id"], row["reason"], row["detail"]) == (pages[2].doc_id, "no-line-left", pages[0].doc_id)


def test_a_text_loses_its_own_repeats(tmp_path: Path) -> None:
    run = prose(5, 700)
    pages = [Page(0, 0, f"{run}1{run}2{run}3")]
    write(tmp_path / "in", pages, [])
    dedup_pages(tmp_path / "in", tmp_path / "out", unit="span")
    assert assert_law(tmp_path / "out", pages)[pages[0].doc_id]["text"] == f"{run}123"


def test_min_copies_counts_places(tmp_path: Path) -> None:
    twice, thrice = prose(5, 700), prose(6, 700)
    texts = [f"{twice}1{thrice}", f"2{thrice}3{twice}4", f"5{thrice}6"]
    pages = [Page(number, number, text) for number, text in enumerate(texts)]
    write(tmp_path / "in", pages, [1])
    dedup_pages(tmp_path / "in", tmp_path / "out", unit="span", min_copies=3)
    kept = assert_law(tmp_path / "out", pages)
    assert [kept[page.doc_id]["text"] for page in pages] == [texts[0], f"23{twice}4", "56"]


def test_spans_stand_once_in_a_recipe() -> None:
    span = {"use": "line-dedup", "unit": "span"}
    stages = [{"use": name} for name in ("read", "extract", "language", "measure")]
    with pytest.raises(RecipeError, match="stands twice"):
        make_recipe({"name": "twice", "stage": [*stages, span, span]}, where="twice")


LINES = [
    ("one\ntwo\nthree", 3, 8, "one\nthree"),
    ("one\ntwo\nthree", 2, 9, "on\nhree"),
    ("one\ntwo\nthree", 4, 8, "one\nthree"),
    ("one\ntwo\nthree", 0, 9, "hree"),
    ("one\ntwo\nthree", 5, 6, "one\nto\nthree"),
    ("one\n\ftwo\n\fthree", 2, 12, "on\n\f\n\free"),
]


@pytest.mark.parametrize(("text", "start", "end", "left"), LINES)
def test_lines_do_not_run_together(text: str, start: int, end: int, left: str) -> None:
    data = text.encode()
    found = settled([Piece(start, end - start, "", 100)], data, "character")
    assert without_pieces(data, found).decode() == left
    assert all(piece.kept_offset - 100 == piece.start - start for piece in found)


SENTENCES = [
    ("One two. Three four. Five six. Seven", 5, 34, "One two. Seven"),
    ("One two.\nThree four.\nFive", 8, 20, "One two.\nFive"),
    ("一二。三四」五六。七八", 3, 30, "一二。七八"),
    ("no sentence ends in here", 3, 20, "no sentence ends in here"),
    ("All of it. Goes", 0, 15, ""),
]


@pytest.mark.parametrize(("text", "start", "end", "left"), SENTENCES)
def test_cuts_drawn_in_to_sentences(text: str, start: int, end: int, left: str) -> None:
    data = text.encode()
    found = settled([Piece(start, end - start, "", 100)], data, "sentence")
    assert without_pieces(data, found).decode() == left
    assert all(piece.kept_offset - 100 == piece.start - start for piece in found)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(["ab", "abcdefgh ", "x"]), st.integers(0, 9)), max_size=6
    )
)
def test_boundaries_are_local_and_dense(texts: list[tuple[int, str, int]]) -> None:
    """A text has the boundaries that it has alone, and each row of hashes holds one unless it repeats itself."""
    made = [prose(seed, length, alphabet) for length, alphabet, seed in texts]
    column = pa.array(made, pa.large_string())
    together = texts_of(column)
    found = boundaries(together)
    alone = [boundaries(texts_of(column.slice(number, 1))) for number in range(len(made))]
    expected = [
        place + base for places, base in zip(alone, together.bounds[:-1].tolist(), strict=True) for place in places
    ]
    assert found.tolist() == expected
    for places, (length, alphabet, _) in zip(alone, texts, strict=True):
        if len(alphabet) > 2 and length >= MARGIN:
            assert np.diff([0, *places, length - GRAM]).max() <= SPREAD


def test_a_copy_has_the_windows_of_its_original() -> None:
    run = prose(1, 2000)
    column = pa.array([run, prose(2, 77) + run + prose(3, 33)], pa.large_string())
    found = windows(texts_of(column), 128)
    digests = [found.digests[at : at + 16] for at in range(0, len(found.digests), 16)]
    first, second = ({d for d, text in zip(digests, found.text, strict=True) if text == number} for number in (0, 1))
    assert len(first) > 20
    assert first <= second


@pytest.mark.slow
def test_killed_in_every_step_and_resumed(tmp_path: Path) -> None:
    pages = planted([(n, [(n % 6, 0, 1500), ((n + 1) % 6, 10, 1400)], "") for n in range(6)])
    write(tmp_path / "in", pages, [2, 4])
    given = {"unit": "span", "min_bytes": LEAST, "memory_bytes": TINY}
    digest = dedup_pages(tmp_path / "in", tmp_path / "whole", **given)
    out, killed = tmp_path / "out", 0
    steps = steps_of(tmp_path / "whole", "01-line-dedup")
    for step in steps:
        killed += killed_at(f"in {step}", tmp_path / "in", out, given, dedup_pages) != 0
    assert killed >= len(steps) - 1
    assert dedup_pages(tmp_path / "in", out, **given) == digest
