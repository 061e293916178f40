"""Pairs of duplicates for people to judge: drawn from the tree, marked in a file, and read back with intervals."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pyarrow.parquet as pq
import pytest

import yurai
from near_runs import deduplicate
from near_samples import planted, write_pages
from yurai.cli.pairs_command import draw_pairs
from yurai.report.intervals import Counted, weighted, wilson
from yurai.report.pairs.pages import Page
from yurai.report.pairs.side_by_side import as_html
from yurai.report.pairs.strata import Counts, Losses
from yurai.report.text_diff import differing_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said
    from yurai.report.pairs.strata import Removal

    Yurai = Callable[..., Said]
COUNT = 4


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    pages = planted(3, {"alone": 2, "near": 40, "exact": 4}, size=120)
    pages[0] = replace(pages[0], text='=HYPERLINK("https://evil.example")')
    deduplicate(write_pages(folder / "in", pages, 2), folder / "out", spare=1000)
    return folder / "out"


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def marked(path: Path, to: Path, mark: Callable[[dict[str, str]], str]) -> Path:
    rows = [{**row, "mark": mark(row)} for row in rows_of(path)]
    with to.open("w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet writes it
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return to


@pytest.fixture(scope="module")
def drawn(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "pairs.csv"
    draw_pairs(str(out), str(path), COUNT, 0)
    return path


def test_pairs_are_drawn_from_each_similarity(out: Path, drawn: Path, yurai: Yurai, tmp_path: Path) -> None:
    gone = {row["doc_id"]: row for row in pq.read_table(out / "dropped").to_pylist()}
    others = [row for row in gone.values() if row["jaccard_by"] != "equal"]
    sizes = Counter(int(round(row["jaccard"], 4) * 10_000 + 0.5) // 500 for row in others)
    rows = rows_of(drawn)
    assert len(rows) == sum(min(COUNT, size) for size in sizes.values()) > COUNT
    for row in rows:
        true = gone[row["doc_id"]]
        assert (row["kept_doc_id"], int(row["absent"])) == (true["kept_doc_id"], true["absent"])
        assert float(row["similarity"]) == pytest.approx(true["jaccard"], abs=1e-4)
        assert bool(true["absent"]) == ("[" in row["removed_has"])
    assert {row["mark"] for row in rows} == {""}
    assert drawn.stat().st_mode & 0o777 == 0o600
    again, other = tmp_path / "again.csv", tmp_path / "other.csv"
    yurai("sample", out, "--pairs", "--draw", again, "-n", COUNT)
    yurai("sample", out, "--pairs", "--draw", other, "-n", COUNT, "--seed", 7)
    assert again.read_bytes() == drawn.read_bytes() != other.read_bytes()
    assert yurai("sample", out, "--pairs", "--draw", again).code == 2


def test_marks_are_read_back_with_an_interval(out: Path, drawn: Path, yurai: Yurai, tmp_path: Path) -> None:
    def mark(row: dict[str, str]) -> str:
        return "" if row["similarity"] == "1" else " Lost" if int(row["absent"]) > 2 else "fine"

    path = marked(drawn, tmp_path / "marked.csv", mark)
    said = yurai("sample", out, "--pairs", "--read", path, "--format", "json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    rows = rows_of(drawn)
    true = [row for row in pq.read_table(out / "dropped").to_pylist() if row["jaccard_by"] != "equal"]
    looks = []
    for one in found["strata"]:
        low = 1.0 if one["similarity"] == "1" else float(one["similarity"].split("-")[0])
        own = [row for row in rows if low <= float(row["similarity"]) < low + 0.05]
        said_of = Counter(mark(row).strip().lower() for row in own)
        assert (one["lost"], one["fine"], one["unmarked"]) == (said_of["lost"], said_of["fine"], said_of[""])
        assert one["removals"] == sum(low <= round(row["jaccard"], 4) < low + 0.05 for row in true)
        assert tuple(one["interval"]) == wilson(one["lost"], one["lost"] + one["fine"])
        looks.append(Counted(one["removals"], one["lost"] + one["fine"], one["lost"]))
    assert {one["lost"] > 0 for one in found["strata"]} == {True, False}
    overall = weighted(looks)
    assert overall
    assert found["overall"] == overall._asdict()
    table = yurai("sample", out, "--pairs", "--read", path).out
    assert f"{100 * overall.share:.1f} % lose something" in " ".join(table.split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"doc_id": "0" * 32}, "not of this draw"),
        ({"draw": "0123456789abcdef:4:0"}, "as --draw wrote it"),
        ({"mark": "perhaps"}, "lost or fine"),
        ({"draw": "x"}, "as --draw wrote it"),
    ],
)
def test_rows_of_something_else_are_refused(
    change: dict[str, str], said: str, out: Path, drawn: Path, yurai: Yurai, tmp_path: Path
) -> None:
    path = tmp_path / "marked.csv"
    first = rows_of(drawn)[0]["doc_id"]
    marked(drawn, path, lambda _: "fine")
    rows = [row | change if row["doc_id"] == first else row for row in rows_of(path)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    answer = yurai("sample", out, "--pairs", "--read", path)
    assert answer.code == 2
    assert said in " ".join(answer.err.split())


def test_a_file_without_marks_or_of_another_tree_is_refused(
    out: Path, drawn: Path, demo_tree: Path, yurai: Yurai, tmp_path: Path
) -> None:
    assert "nothing is marked" in yurai("sample", out, "--pairs", "--read", drawn).err
    path = marked(drawn, tmp_path / "marked.csv", lambda _: "fine")
    assert "was drawn from a tree" in " ".join(yurai("sample", demo_tree, "--pairs", "--read", path).err.split())
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert "columns must be" in yurai("sample", out, "--pairs", "--read", tmp_path / "other.csv").err
    for wrong in (["--pairs"], ["--draw", drawn], ["--kept", "--pairs", "--draw", drawn]):
        assert yurai("sample", out, *wrong).code == 2


def test_differences_are_in_brackets() -> None:
    first, second = "one two three four five", "one two 3 four five six"
    assert differing_parts(first, second, 8) == ("one two [three] four five[]", "one two [3] four five [six]")
    assert differing_parts(first, first, 8) == ("", "")


def test_a_page_beside_the_file_shows_each_pair_whole(out: Path, drawn: Path) -> None:
    page = drawn.with_suffix(".html")
    html, rows = page.read_text("utf-8"), rows_of(drawn)
    assert page.stat().st_mode & 0o777 == 0o600
    assert re.findall(r"doc_id (\w+)", html) == [row["doc_id"] for row in rows]
    assert re.findall(r">line (\d+):", html) == [str(line) for line in range(2, len(rows) + 2)]
    assert "<script" not in html
    given = yurai.open(out).draw_pairs(COUNT)
    assert (given.html, given.csv, given.pairs) == (html, drawn.read_text("utf-8"), len(rows))
    with pytest.raises(yurai.RecipeError, match="count from 1"):
        yurai.open(out).draw_pairs(0)


def test_a_page_that_is_there_is_not_overwritten(out: Path, yurai: Yurai, tmp_path: Path) -> None:
    (tmp_path / "pairs.html").write_text("mine")
    answer = yurai("sample", out, "--pairs", "--draw", tmp_path / "pairs.csv", "-n", COUNT)
    assert (answer.code, (tmp_path / "pairs.html").read_text()) == (2, "mine")
    assert not (tmp_path / "pairs.csv").exists()


def test_hostile_text_stays_text_and_no_difference_is_cut() -> None:
    words = [f"gone{at}" for at in range(2000)]
    removed = " ".join(["one <script>alert(1)</script> \u202eevil", *words, "end"])
    losses = Losses(1)
    losses.strata[18], one = Counts(1), dict.fromkeys(("jaccard", "absent_run", "absent"))
    losses.drawn[18] = [cast("Removal", {**one, "doc_id": "<b>", "kept_doc_id": "k", "jaccard_by": None})]
    html = as_html(losses, {"<b>": Page('"><img src=x>', removed), "k": Page("", "one end")})
    assert not re.search(r"<(script|img|b)>|<img|\u202e", html.split("</style>")[1].replace("<b>kept", "").replace("<b>removed", ""))  # fmt: skip
    assert " ".join(words) in html
    assert "not in this tree" in as_html(losses, {})
