"""Line dedup against brute force: of equal lines the first in keep order stays, however rows are cut and spilled."""

from __future__ import annotations

import hashlib
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup_pages import Page, dedup_pages, write
from run_helpers import Watching
from yurai.declare.stage import STAGES
from yurai.exchange.row_types import LINE, NODE
from yurai.report.explain import explain
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
from yurai.stages.line_dedup.lines import SEPARATOR, Least, Unit, copies, firsts, line_rows, normalise, without
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store

UNITS: tuple[Unit, ...] = ("line", "paragraph")


def plain(unit: str) -> str:
    """The identity of a unit, told without Arrow; for characters on which all agree."""
    kept = [char for char in unicodedata.normalize("NFKC", unit).lower() if unicodedata.category(char)[0] != "P"]
    digits = ["0" if unicodedata.category(char) == "Nd" else char for char in kept]
    return " ".join("".join(digits).split())


def units_of(text: str, unit: Unit) -> list[tuple[int, str]]:
    """(page, unit) of all units of a text, told page by page."""
    separator = r"\n+" if unit == "line" else r"\n\n+"
    found = []
    for number, page in enumerate(text.split("\f")):
        inner = page.strip("\n") if number or "\f" in text else page
        found += [(number, part) for part in re.split(separator, inner)]
    return [(number, part.strip("\n")) for number, part in found if part.strip("\n")]


def brute(pages: list[Page], unit: Unit, min_characters: int = 8, min_copies: int = 2) -> dict[str, list[Any]]:
    """{doc_id: (page, unit) that stay} of all documents."""
    ordered = sorted(pages, key=lambda page: (page.date, page.doc_id))
    everything = [(page, place) for page in ordered for place in units_of(page.text, unit)]
    places: dict[str, int] = {}
    for _, (_, part) in everything:
        places[plain(part)] = places.get(plain(part), 0) + 1
    seen: set[str] = set()
    stay: dict[str, list[Any]] = {page.doc_id: [] for page in pages}
    for page, (number, part) in everything:
        key = plain(part)
        if len(key) < min_characters or places[key] < min_copies or key not in seen:
            stay[page.doc_id].append((number, part))
        seen.add(key)
    return stay


def assert_as_brute(out: Path, pages: list[Page], stay: dict[str, list[Any]], unit: Unit) -> None:
    found = audit(open_store(str(out)), full=True)
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    kept = {row["doc_id"]: row for row in pq.read_table(out / "documents").to_pylist()}
    gone = {row["doc_id"]: row for row in pq.read_table(out / "dropped").to_pylist()}
    keys = {name: {plain(part) for _, part in parts} for name, parts in stay.items()}
    lost = 0
    for page in pages:
        before, after = units_of(page.text, unit), stay[page.doc_id]
        lost += len(before) - len(after)
        if len(after) < len(before) and not any(part.strip() for _, part in after):
            row = gone.pop(page.doc_id)
            assert (row["stage"], row["outcome"], row["reason"]) == ("line-dedup", "dropped", "no-line-left")
            assert_kept_by(row["detail"], [plain(part) for _, part in before], keys)
            continue
        row = kept.pop(page.doc_id)
        data = row["text"].encode()
        assert units_of(row["text"], unit) == after
        assert row["text"].count("\f") == page.text.count("\f")
        assert (row["text"] == page.text) is (before == after)
        assert (row["text_bytes"], row["text_sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert row["char_count"] == len(row["text"])
        gap = len(before) - len(after)
        assert row["removed_spans"] == ([{"name": f"line-dedup:repeated-{unit}s", "count": gap}] if gap else None)
    assert (kept, gone) == ({}, {})
    assert found.notes.get("line-dedup", {}).get(f"line-dedup:repeated-{unit}s", 0) == lost


def assert_kept_by(keeper: str, wanted: list[str], keys: dict[str, set[str]]) -> None:
    """No document keeps more of the units `wanted` than `keeper`, and that keeps some."""
    held = {name: sum(key in kept for key in wanted) for name, kept in keys.items()}
    assert held[keeper] == max(held.values()) > 0


ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"])


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(st.one_of(ASSIGNED, st.sampled_from("\n\f \r\x0b\x85\u2028")), max_size=40),
    unit=st.sampled_from(UNITS),
)
@example(text="\n\n\f\n\nab\n\n\n\fc\n", unit="paragraph")
def test_both_ways_to_part_a_text_agree(text: str, unit: Unit) -> None:
    column = pa.array([text], pa.large_string())
    parts: list[str] = pc.split_pattern_regex(column, SEPARATOR[unit])[0].as_py()  # type: ignore[attr-defined] # the stubs miss it
    assert re.split(f"(?:{SEPARATOR[unit]})", text) == parts
    assert without(text, set(), unit) == text
    rows = line_rows(column, np.zeros(1, NODE), unit, Least(1, 1))
    assert rows["position"].tolist() == [place for place, part in enumerate(parts) if _judged(part)]


def _judged(part: str) -> bool:
    return bool(normalise(pa.array([part], pa.large_string()))[0].as_py())


PIECES = st.sampled_from("abか\u3099が、。!?-. \t\u3000éE9٣９Ⅳ\x1c\x7f")  # noqa: RUF001 - full-width digits are meant


@settings(max_examples=100, deadline=None)
@given(text=st.text(PIECES, max_size=20))
@example(text="\u3000Ａbc、第１２章。 (x)")  # noqa: RUF001 - full-width letters are meant
def test_what_equal_units_share(text: str) -> None:
    found = normalise(pa.array([text], pa.large_string())).to_pylist()
    # taken out behind NFKC, so that what it stood between is not composed
    expected = " ".join(plain(text).replace("\x7f", "").split())
    assert found == [expected]


TEXTS = [
    ("line", "a\nb\nc", {1}, "a\nc"),
    ("line", "a\n\nb\nc\n", {1}, "a\n\nc\n"),
    ("line", "a\nb", {0}, "b"),
    ("line", "a\nb", {1}, "a"),
    ("line", "a\nb", {0, 1}, ""),
    ("line", "\na\nb\n", {1}, "\nb\n"),
    ("line", "a\n\fb\n\fc", {1}, "a\n\f\fc"),
    ("line", "a\n\fb\n\fc", {0}, "\fb\n\fc"),
    ("line", "a\n\fb\n\fc", {2}, "a\n\fb\n\f"),
    ("line", "a\n\fb\nc", {1}, "a\n\fc"),
    ("paragraph", "a\nb\n\n\nc\n\nd", {1}, "a\nb\n\n\nd"),
    ("paragraph", "a\n\nb\n\fc\nd", {1}, "a\n\fc\nd"),
    ("paragraph", "a\n\fb\n\n\fc", {0, 2}, "\fb\n\f"),
]


@pytest.mark.parametrize(("unit", "text", "gone", "left"), TEXTS)
def test_texts_without_units(unit: Unit, text: str, gone: set[int], left: str) -> None:
    assert without(text, gone, unit) == left


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(st.tuples(*[st.integers(0, 2)] * 3, st.integers(0, 3)), max_size=40, unique=True),
    sizes=st.lists(st.integers(1, 9)),
    least=st.integers(2, 4),
)
def test_copies_in_chunks(values: list[tuple[int, int, int, int]], sizes: list[int], least: int) -> None:
    """Hashes that share their first 64 bits are told apart, and how rows come in chunks does not matter."""
    rows = np.zeros(len(values), LINE)
    for row, (high, low, number, position) in zip(rows, values, strict=True):
        row["hash"], row["low"], row["position"] = high, low, position
        row["node"]["rank"] = row["node"]["row"] = row["node"]["id_low"] = number
    bounds = np.cumsum([0, *sizes])
    chunks = [rows[start:end] for start, end in zip(bounds, [*bounds[1:], len(rows)], strict=True)]
    stay = firsts(iter(chunks), least)
    cuts = [cut for chunk in chunks for cut in copies(chunk, stay).tolist()]
    by_unit: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for high, low, number, position in values:
        by_unit.setdefault((high, low), []).append((number, position))
    groups = [sorted(places) for places in by_unit.values() if len(places) >= least]
    expected = [(0, number, position, 0, places[0][0]) for places in groups for number, position in places[1:]]
    assert sorted(cuts) == sorted(expected)


LINES = st.sampled_from(
    [
        "The quick brown fox",
        "the QUICK, brown\u3000fox!",
        "short",
        "Chapter 12 of 30",
        "chapter 99 of 11",
        "   ",
        "第12章 由来とは何かを問う",
        "第34章\u3000由来とは、何かを問う。",
        "か\u3099行の線がここに",
        "が行の線がここに",
        "only one of this kind",
    ]
)
BREAKS = st.sampled_from(["\n", "\n", "\n\n", "\n\n\n", "\n\f", "\f\n\n"])
BODIES = st.lists(st.tuples(LINES, BREAKS), max_size=6).map(lambda parts: "".join(a + b for a, b in parts))
PAGES = st.lists(st.tuples(st.integers(0, 3), BODIES, st.booleans()), min_size=1, max_size=10).map(
    lambda found: [Page(n, date, text if end else text.rstrip("\n\f")) for n, (date, text, end) in enumerate(found)]
)


@settings(max_examples=4, deadline=None)
@given(
    pages=PAGES,
    cuts=st.lists(st.integers(0, 10), max_size=4),
    unit=st.sampled_from(UNITS),
    least=st.integers(2, 3),
    memory=st.sampled_from([400, 4000, 1 << 30]),
)
def test_line_dedup_is_what_brute_force_finds(
    pages: list[Page], cuts: list[int], unit: Unit, least: int, memory: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, given = Path(name), {"unit": unit, "min_characters": 8, "min_copies": least}
        write(folder / "in", pages, [min(cut, len(pages)) for cut in cuts])
        digest = dedup_pages(folder / "in", folder / "out", memory_bytes=memory, **given)
        assert_as_brute(folder / "out", pages, brute(pages, unit, 8, least), unit)
        write(folder / "one", pages, [])
        assert dedup_pages(folder / "one", folder / "again", **given) == digest


def test_a_line_that_is_everywhere(tmp_path: Path) -> None:
    """One line in 3,000 places is larger than memory, so its partition is read twice; bytes are the same."""
    hot = "同じ行がすべての頁にあります。"  # the line that all pages share
    pages = [Page(n, n % 7, f"{hot}\nthis is line number {chr(97 + n % 26) * (n // 26 + 1)}") for n in range(300)]
    pages += [Page(1000 + n, n % 7, "\n".join([hot] * 9)) for n in range(300)]
    write(tmp_path / "in", pages, [100, 101, 400])
    small, large = Watching(), Watching()
    given = {"unit": "line", "min_characters": 8}
    digest = dedup_pages(tmp_path / "in", tmp_path / "small", small, memory_bytes=40_000, **given)
    assert dedup_pages(tmp_path / "in", tmp_path / "large", large, **given) == digest
    assert (small.ran["01-line-dedup.judge"] > 10, large.ran["01-line-dedup.judge"]) == (True, 1)
    stay = brute(pages, "line")
    assert_as_brute(tmp_path / "small", pages, stay, "line")
    assert sum(part == hot for parts in stay.values() for _, part in parts) == 1


def test_the_order_says_whose_copy_stays(tmp_path: Path) -> None:
    text = "Of this line one copy stays in the corpus."
    pages = [Page(0, 3, f"{text}\nfirst"), Page(1, 1, f"second\n{text}"), Page(2, 5, f"{text}\n{text}\nthird")]
    write(tmp_path / "in", pages, [1])
    for keep, number in (("oldest", 1), ("newest", 2)):
        dedup_pages(tmp_path / "in", tmp_path / keep, unit="line", keep=keep)
        texts = pq.read_table(tmp_path / keep / "documents", columns=["text"])["text"].to_pylist()
        assert [text in found for found in texts] == [page.number == number for page in pages]
    assert texts[2] == f"{text}\nthird"


def test_short_and_rare_lines_stay(tmp_path: Path) -> None:
    forty, less = "x" * 40, "y" * 39
    pages = [Page(n, n, f"{forty}!?\n\n{less}!?") for n in range(2)]
    write(tmp_path / "in", pages, [])
    dedup_pages(tmp_path / "in", tmp_path / "two")
    dedup_pages(tmp_path / "in", tmp_path / "three", min_copies=3)
    read = [pq.read_table(tmp_path / name / "documents", columns=["text"]) for name in ("two", "three")]
    assert [table["text"].to_pylist() for table in read] == [[pages[0].text, f"{less}!?"], [pages[0].text] * 2]


def test_explain_tells_of_lines_that_went(tmp_path: Path) -> None:
    shared = "This notice stands below every page of the site."
    pages = [Page(0, 0, f"{shared}\nmine"), Page(1, 1, f"yours\n{shared}"), Page(2, 2, shared)]
    write(tmp_path / "in", pages, [2])
    dedup_pages(tmp_path / "in", tmp_path / "out", unit="line")
    lives = [explain(open_store(str(tmp_path / "out")), page.doc_id)[0] for page in pages]
    assert [life["outcome"] for life in lives] == ["kept", "kept", "dropped"]
    assert [life["decisions"][-1]["verdict"] for life in lives] == ["kept", "edited", "dropped"]
    assert [life["removed_spans"] for life in lives] == [
        None,
        [{"name": "line-dedup:repeated-lines", "count": 1}],
        None,
    ]
    assert (lives[2]["reason"], lives[2]["detail"]) == ("no-line-left", pages[0].doc_id)


def test_a_filter_behind_it_judges_what_is_left(tmp_path: Path) -> None:
    shared = "This notice stands below every page of the site."
    pages = [Page(0, 0, f"{shared}\nmine"), Page(1, 1, f"yours\n{shared}"), Page(2, 2, f"{'long ' * 9}\n{shared}")]
    write(tmp_path / "in", pages, [])
    dedup_pages(tmp_path / "in", tmp_path / "lines", unit="line")
    rules = [{"use": "length", "min_characters": 20}]
    uses = (STAGES["filter"].use({"rules": rules}),)
    recipe = Recipe("filter", "", uses, dict(DELIVER))
    continue_tree(uses, state_of([str(tmp_path / "lines")]), recipe, str(tmp_path / "out"), Watching())
    lives = [explain(open_store(str(tmp_path / "out")), page.doc_id)[0] for page in pages]
    assert [life["outcome"] for life in lives] == ["kept", "dropped", "kept"]
    assert [life["decisions"][-1]["verdict"] for life in lives] == ["kept", "dropped", "kept"]
    assert lives[1]["decisions"][-1]["reason"] == lives[1]["reason"]


def test_texts_that_nothing_measures_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "in", [Page(0, 0, "text")], [])
    uses = (STAGES["line-dedup"].use({}),)
    with pytest.raises(RecipeError, match="no stage before it measures text"):
        continue_tree(
            uses,
            state_of([str(tmp_path / "in/000.parquet")]),
            Recipe("x", "", uses, dict(DELIVER)),
            str(tmp_path / "o"),
            Watching(),
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_copies": 1}, "min_copies must be an integer, at least 2, not 1"),
        ({"min_characters": 0}, "min_characters must be an integer, at least 1, not 0"),
        ({"quality": "score"}, "quality is read by"),
        ({"keep": "best-quality"}, "needs quality"),
    ],
)
def test_settings_that_cannot_be_meant(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    write(tmp_path / "in", [Page(0, 0, "text")], [])
    with pytest.raises(RecipeError, match=said):
        dedup_pages(tmp_path / "in", tmp_path / "out", **given)
