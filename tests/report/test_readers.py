"""A report for one reader says what the tree holds, by queries that anyone can run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import yurai
from report_readers import READERS, figures, reported
from yurai.report.intervals import wilson
from yurai.report.query.named import queries
from yurai.rights import class_of, shipped
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]


@pytest.fixture(scope="module")
def lawyer(demo_tree: Path) -> dict[str, Any]:
    return figures(demo_tree, "lawyer")


@pytest.fixture(scope="module")
def auditor(demo_tree: Path) -> dict[str, Any]:
    return figures(demo_tree, "auditor")


@pytest.fixture(scope="module")
def engineer(demo_tree: Path) -> dict[str, Any]:
    return figures(demo_tree, "engineer", tier="auditor")


def kept(out: Path) -> list[dict[str, Any]]:
    """Kept documents, each with its tokens."""
    tree = yurai.open(out)
    tokens = {one["doc_id"]: one["token_count"] for one in tree.rows("shards").to_table().to_pylist()}
    return [one | {"tokens": tokens[one["doc_id"]]} for one in tree.documents.to_table().to_pylist()]


def test_classes_of_licences_are_those_of_the_files(demo_tree: Path, lawyer: dict[str, Any]) -> None:
    rows = kept(demo_tree)
    opened = [
        one for one in rows if one["concluded_status"] == "granted" and class_of(one["concluded_spdx"]) == "attribution"
    ]
    [row] = [row for row in lawyer["licence-classes"]["rows"] if row[0] == "attribution (open)"]
    assert row[1:4] == [len(opened), {"part": len(opened), "whole": len(rows), "share": pytest.approx(len(opened) / len(rows), abs=1e-6)}, sum(one["tokens"] for one in opened)]  # fmt: skip
    assert sum(row[1] for row in lawyer["licence-classes"]["rows"]) == len(rows)
    assert sum(row[3] for row in lawyer["licence-classes"]["rows"]) == sum(one["tokens"] for one in rows)


def test_what_nobody_says_is_listed_as_zero_or_unknown(lawyer: dict[str, Any], engineer: dict[str, Any]) -> None:
    named = {row[0]: row[1] for row in lawyer["licence-classes"]["rows"]}
    assert named["statements contradict"] == 0
    assert named["not assessed: no policy judged it"] == 0
    unread = [row for row in engineer["ended"]["rows"] if row[2] == "no-text"]
    assert [row[-1] for row in unread] == [None]
    assert lawyer["licences"]["rows"][-1][-1] is None


def test_policies_side_by_side_agree_with_the_one_that_ran(demo_tree: Path, lawyer: dict[str, Any]) -> None:
    rows = kept(demo_tree)
    shown = {(row[0], row[1]): row[2:5] for row in lawyer["presets"]["rows"]}
    assert len(shown) == 3 * len(shipped())
    (policy,) = {one["policy_id"] for one in rows}
    for use, column in (("training", "train_verdict"), ("redistribution", "redistribute_verdict")):
        found = [sum(one[column] == verdict for one in rows) for verdict in ("allow", "unknown", "deny")]
        assert [share["part"] for share in shown[policy, use]] == found


def test_marks_are_those_of_evidence(demo_tree: Path, lawyer: dict[str, Any]) -> None:
    evidence = yurai.open(demo_tree).evidence.to_table().to_pylist()
    assert sum(row[2] for row in lawyer["marks"]["rows"]) == len(evidence)
    ids = {one["doc_id"] for one in kept(demo_tree)}
    signals = {(one["doc_id"], one["norm"], one["channel"]) for one in evidence if one["kind"] == "optout_signal"}
    assert sum(row[4] for row in lawyer["reservations"]["rows"]) == len({one for one in signals if one[0] in ids})


def test_controls_tell_passed_from_not_checked(auditor: dict[str, Any]) -> None:
    states = {row[0]: row[1] for row in auditor["controls"]["rows"]}
    assert states["The tree adds up, row by row"] == "pass"
    assert states["Payloads have the digests that they state"] == "fail"
    assert states["Illegal and harmful content was looked for"] == "not-checked"
    assert states["What was masked was checked by people"] == "not-checked"
    assert states["The run is signed"] == "fail"


def test_marks_of_people_give_precision_with_an_interval(demo_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    assert yurai("pii", "audit", demo_tree / "extracted", "--draw", tmp_path / "marks.csv").code == 0
    lines = (tmp_path / "marks.csv").read_text("utf-8-sig").splitlines()
    (tmp_path / "marks.csv").write_text("\n".join([lines[0], *(f"right{line}" for line in lines[1:])]) + "\n", "utf-8")
    said = yurai("report", demo_tree, "--for", "auditor", "--format", "json", "--pii-marks", tmp_path / "marks.csv")
    report = json.loads(said.out)
    [rows] = [one["rows"] for part in report["sections"] for one in part["figures"] if one["id"] == "marked"]
    for _, _, marked, right in rows:
        assert right["part"] == right["whole"] == marked
        assert right["interval"] == pytest.approx(wilson(marked, marked), abs=1e-6)


def test_the_waterfall_loses_nothing(demo_tree: Path, engineer: dict[str, Any]) -> None:
    totals = json.loads((demo_tree / "run.json").read_bytes())["totals"]
    rows = engineer["waterfall"]["rows"]
    assert rows[0][1] == totals["candidates"]
    assert rows[-1][2] == totals["kept"]
    assert all(seen == kept + dropped + failed for _, seen, kept, dropped, failed, *_ in rows)
    assert sum(row[3] for row in engineer["ended"]["rows"]) == totals["dropped"] + totals["failed"]


@pytest.mark.parametrize("reader", READERS)
def test_every_figure_has_a_query_that_gives_it_again(demo_tree: Path, reader: str) -> None:
    found = figures(demo_tree, reader)
    report = found.pop("")
    asked = {one["id"]: one for one in report["queries"]}
    assert report["run_sha256"] == sha256((demo_tree / "run.json").read_bytes())
    database = duckdb.connect()
    database.execute(report["views"].replace("OUT", str(demo_tree)))
    for figure in found.values():
        assert figure["digest"] == report["digest"]
        query = asked[figure["query"]]
        assert query.get("command") or database.execute(query["sql"]).fetchall() is not None
        assert query["named"] is None or query["named"] in queries()
    for one in report["summary"]:
        assert one["query"] in asked


def test_a_run_that_tokenized_nothing_knows_no_tokens(tmp_path: Path, yurai: Yurai, demo_tree: Path) -> None:
    assert (
        yurai(
            "extract", "--input", "examples/sample/sample.arc", "--output", tmp_path / "out", "--runner", "local"
        ).code
        == 0
    )
    said = yurai("report", tmp_path / "out", "--for", "lawyer", "--format", "json")
    assert said.code == 0, said.err
    report = json.loads(said.out)
    assert {one["label"]: one["value"] for one in report["summary"]}["tokens"] is None
    assert any("Nothing was tokenized" in one for part in report["sections"] for one in part["says"])
    assert demo_tree


def test_what_changed_since_an_earlier_run(demo_tree: Path, small_tree: Path) -> None:
    found = figures(demo_tree, "auditor", earlier=small_tree)
    now, before = (json.loads((out / "run.json").read_bytes())["totals"] for out in (demo_tree, small_tree))
    rows = {row[0]: row[1:] for row in found["totals"]["rows"]}
    assert rows["kept"] == [before["kept"], now["kept"], now["kept"] - before["kept"]]


def test_equal_trees_have_equal_reports(demo_tree: Path) -> None:
    first, second = (reported(demo_tree, "lawyer", tier="internal") for _ in range(2))
    assert first == second
    assert str(demo_tree) not in first


def test_words_that_name_nothing_are_refused(demo_tree: Path) -> None:
    with pytest.raises(RecipeError, match="report takes a reader of lawyer, auditor, engineer, not 'nobody'"):
        yurai.open(demo_tree).report("nobody")  # type: ignore[arg-type]


def test_a_file_is_written_where_it_is_asked_for(demo_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    said = yurai("report", demo_tree, "--for", "engineer", "--format", "md", "--output", tmp_path / "page.md")
    assert (said.code, said.out) == (0, "")
    assert (tmp_path / "page.md").read_text("utf-8").startswith("# Report for an engineer: demo\n")
    said = yurai("report", demo_tree, "--for", "engineer", "--output", tmp_path / "none" / "page.md")
    assert said.code == 2
    assert "name a file in a folder that is there" in said.err
