"""What removals lose: counted of all, drawn by stratum, compared by sentences and numbers, and shown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from near_runs import deduplicate
from near_samples import moved, planted, write_pages
from report_checks import cells, number, parsed, report, tables_of
from report_samples import MAIL, SECRETS
from yurai.report.intervals import Counted, weighted, wilson
from yurai.report.pairs.compare import lost
from yurai.report.pairs.strata import COLUMNS, LONGEST, Losses, ranged
from yurai.report.pairs.texts import lines_shown

EACH = 20


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Near-duplicates of two scripts, each removed where texts differ by what `spare = 0` lets go."""
    folder = tmp_path_factory.mktemp("losses")
    pages = planted(3, {"alone": 3, "near": 60, "exact": 5}, size=150)
    tail = " ".join(f"last{at}" for at in range(20))
    longer = [replace(one, text=f"{one.text} {tail}", date="2030-01-01T00:00:00Z") for one in pages if one.lang == "en"]
    inputs = write_pages(folder / "in", [*pages, *moved(longer[:8], "crawl/longer.warc.gz")], 2)
    deduplicate(inputs, folder / "out", spare=0, keep="oldest")
    report(folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def tables(out: Path) -> list[list[list[str]]]:
    page = parsed((out / "report/index.html").read_text("utf-8"))
    (card,) = [
        one for one in page.find_class("card") if [head.text for head in one.findall("h3")] == ["What removals lose"]
    ]
    return [cells(one) for one in tables_of(card)]


def stratum_of(row: dict[str, Any]) -> str:
    if row["jaccard_by"] == "equal":
        return "equal text"
    at = int(round(row["jaccard"], 4) * 10_000 + 0.5) // 500
    return "1" if at == 20 else f"{at * 0.05:.2f}-{(at + 1) * 0.05:.2f}"


def test_runs_are_those_of_all_removals(out: Path, tables: list[list[list[str]]]) -> None:
    gone = pq.read_table(out / "dropped").to_pylist()
    assert {row["absent_run"] > 16 for row in gone if row["absent_run"] is not None} == {True, False}
    for (name, *counts), (same, *runs_said) in zip(*tables[:2], strict=True):
        rows = [row for row in gone if name in (stratum_of(row), "all")]
        runs = [row["absent_run"] for row in rows if row["absent_run"] is not None]
        bins = [sum(low <= run <= high for run in runs) for low, high in ((0, 0), (1, 8), (9, 16), (17, 10**9))]
        expected = [len(rows), len(runs), *([*bins, max(runs)] if runs else ["-"] * 5)]
        assert same == name
        assert [one if one == "-" else number(one) for one in (*counts, *runs_said)] == expected
    assert tables[0][-1][0] == "all"
    assert {row[0] for row in tables[0]} == {*map(stratum_of, gone), "all"}
    total = sum(row["absent"] or 0 for row in gone)
    assert f"in all, it lacks {total:,} words" in (out / "report/index.html").read_text("utf-8")


def test_sentences_and_numbers_are_of_a_sample(out: Path, tables: list[list[list[str]]]) -> None:
    texts = {row["doc_id"]: row["text"] for row in pq.read_table(out / "extracted").to_pylist()}
    gone = [row for row in pq.read_table(out / "dropped").to_pylist() if row["jaccard_by"] != "equal"]
    sizes = Counter(map(stratum_of, gone))
    assert {row[0]: number(row[1]) for row in tables[2][:-1]} == {name: min(size, EACH) for name, size in sizes.items()}
    whole = [name for name, size in sizes.items() if size <= EACH]
    assert whole
    for name, looked, *shares in tables[2]:
        if name in whole:
            found = [lost(texts[row["doc_id"]], texts[row["kept_doc_id"]]) for row in gone if stratum_of(row) == name]
            hits = [sum(bool(one[at]) for one in found) for at in (0, 1)]
            for share, hit in zip(shares, hits, strict=True):
                low, high = wilson(hit, number(looked))
                said = [float(one) for one in re.findall(r"[\d.]+", share.replace("%", "% "))]
                assert said == pytest.approx([100 * hit / number(looked), 100 * low, 100 * high], abs=0.06)


def test_the_largest_stand_beside_what_stays(out: Path) -> None:
    gone = sorted(
        pq.read_table(out / "dropped").to_pylist(),
        key=lambda row: (-(row["absent_run"] or 0), -(row["absent"] or 0), row["doc_id"]),
    )
    page = parsed((out / "report/index.html").read_text("utf-8"))
    shown = page.find_class("loss")
    assert len(shown) == LONGEST
    for one, row in zip(shown, gone, strict=False):
        assert f"{row['absent_run']} in a row, {row['absent']} in all" in one.getparent().find("summary").text
        assert [url.text_content() for url in one.find_class("url")] == [row["kept_url"], row["url"]]
        assert one.xpath(".//div[@class='pair']/p//mark")


@pytest.mark.parametrize(
    ("removed", "kept", "sentences", "numbers"),
    [
        ("Same words here now.", "Same words here now.", (), ()),
        ("Moved one is here. And another one stays.", "And another one stays. Moved one is here.", (), ()),
        ("It costs 32 MB of disk.", "It costs 245 MB of disk.", ("It costs 32 MB of disk.",), ("32",)),
        ("A WORD  in\u00a0case only.", "a word in case only.", (), ()),
        ("Heading\nA line without any stop\n", "Heading", ("A line without any stop",), ()),
        ("Two words.", "None.", (), ()),
        ("価格は三千円であります。送料は別です。", "送料は別です。", ("価格は三千円であります。",), ()),
        ("\uff11\uff12 items", "12 items", (), ()),
        (
            "Version 1.2.3, of 2024-01-02.",
            "Version 1.2.4, of 2024-01-02.",
            ("Version 1.2.3, of 2024-01-02.",),
            ("1.2.3",),
        ),
        ("Again and again and again. Again and again and again.", "", ("Again and again and again.",), ()),
    ],
)
def test_what_a_text_lacks(removed: str, kept: str, sentences: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    assert lost(removed, kept) == (sentences, numbers)


def rows_of(values: list[tuple[int, int | None]]) -> list[dict[str, Any]]:
    return [
        {"doc_id": f"{at * 7919:032x}", "kept_doc_id": "k" * 32, "jaccard": None if share is None else share / 100,
         "jaccard_by": "exact", "absent_run": run, "absent": run}
        for at, (run, share) in enumerate(values)
    ]  # fmt: skip


SCHEMA = pa.schema(
    {
        **dict.fromkeys(COLUMNS[:2], pa.string()),
        "jaccard": pa.float32(),
        "jaccard_by": pa.string(),
        **dict.fromkeys(COLUMNS[4:], pa.int32()),
    }
)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 100))), max_size=40),
    st.lists(st.integers(0, 40), max_size=4),
    st.randoms(use_true_random=False),
)
def test_the_cut_into_files_and_batches_changes_nothing(values: Any, cuts: list[int], order: Any) -> None:
    rows = rows_of(values)
    whole = Losses(3)
    whole.add(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
    order.shuffle(rows)
    parts, ends = Losses(3), sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    for low, high in pairwise(ends):
        one = Losses(3)
        one.add(pa.RecordBatch.from_pylist(rows[low:high], schema=SCHEMA))
        parts.join(one.written())
    assert parts == whole
    assert sum(counts.removals for counts in whole.strata.values()) == len(rows)


def test_trees_of_earlier_schemas_and_rows_that_name_nothing() -> None:
    rows = pa.RecordBatch.from_pylist(rows_of([(3, 80), (2, 90)]), schema=SCHEMA).select(COLUMNS[:4])
    found = Losses(3)
    found.add(rows)
    assert [(ranged(stratum), counts[:2]) for stratum, counts in found.strata.items()] == [
        ("0.80-0.85", (1, 0)),
        ("0.90-0.95", (1, 0)),
    ]
    none = Losses(3)
    none.add(pa.RecordBatch.from_pylist([{**rows_of([(1, 80)])[0], "kept_doc_id": None}], schema=SCHEMA))
    assert none == Losses(3)


def test_shares_over_strata() -> None:
    assert weighted([]) is None
    assert weighted([Counted(10, 0, 0)]) is None
    found = weighted([Counted(900, 30, 3), Counted(100, 10, 10), Counted(250, 0, 0)])
    assert found is not None
    assert found.share == pytest.approx(0.9 * 0.1 + 0.1)
    assert found.covered == pytest.approx(0.8)
    alone = weighted([Counted(77, 40, 4)])
    assert alone is not None
    assert alone[:3] == pytest.approx((0.1, *wilson(4, 40)))
    assert found.low < found.share < found.high


def test_whole_texts_are_redacted() -> None:
    shown = lines_shown(f"one\n{MAIL}\u202e\ntwo  three")
    assert [one for one in SECRETS if one in shown] == []
    assert shown.count("\n") == 2
    assert shown.endswith("\ntwo three")
