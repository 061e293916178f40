"""What recipe `demo` makes of every page of the sample crawl is what was thought out for it beforehand."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from run_helpers import totals, undeclared
from sample_expectations import BOILERPLATE, expected_totals, load_expectations

EXPECTED = load_expectations()
KEPT = [line for line in EXPECTED if line["outcome"] == "kept"]


# Labels mean supersets on the web (WHATWG Encoding Standard, names and labels); a reader writes down what it decoded by.
DECODED_BY = {
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "tis-620": "cp874",
    "iso-8859-1": "windows-1252",
    "utf-16": "utf-16-le",
}


def codec(label: str) -> str:
    return codecs.lookup(DECODED_BY.get(label, label)).name


def named(line: dict[str, Any]) -> str:
    return f"{line['file']}:{line['url']}"


@pytest.fixture(scope="module")
def documents(demo_tree: Path) -> dict[str, dict[str, Any]]:
    return {f"{row['source']}:{row['url']}": row for row in pq.read_table(demo_tree / "documents").to_pylist()}


@pytest.fixture(scope="module")
def dropped(demo_tree: Path) -> dict[str, dict[str, Any]]:
    return {f"{row['source']}:{row['url']}": row for row in pq.read_table(demo_tree / "dropped").to_pylist()}


def test_totals(demo_tree: Path) -> None:
    counted, dropped_by, failed_by = totals(demo_tree)
    assert {"totals": counted, "dropped_by": dropped_by, "failed_by": failed_by} == expected_totals()


def test_every_reason_is_declared(demo_tree: Path) -> None:
    assert undeclared(demo_tree) == set()


@pytest.mark.parametrize("line", EXPECTED, ids=named)
def test_outcome(line: dict[str, Any], documents: dict[str, Any], dropped: dict[str, Any]) -> None:
    gone = dropped.get(named(line))
    found = (gone["outcome"], gone["stage"], gone["reason"]) if gone else ("kept", None, None)
    assert found == (line["outcome"], line.get("stage"), line.get("reason")), line["why"]
    assert (named(line) in documents) == (line["outcome"] == "kept")
    assert "flag" not in line or line["flag"] in (gone or documents[named(line)])["flags"]


@pytest.mark.parametrize("line", KEPT, ids=named)
def test_kept_text(line: dict[str, Any], documents: dict[str, Any]) -> None:
    found = documents[named(line)]
    assert line["holds"] in found["text"]
    assert [words for words in BOILERPLATE if words in found["text"]] == []
    assert found["lang"] == line["lang"]
    assert "charset" not in line or codec(found["charset"]) == codec(line["charset"])
    for key in ("charset_by", "truncated"):
        assert key not in line or found[key] == line[key], key
    for kind, phrase in line.get("gone", {}).items():
        assert phrase not in found["text"]
        assert f"<|{kind.upper()}|>" in found["text"]
        assert kind in {entry["name"] for entry in found["pii"]}


def test_nothing_else_came_out(documents: dict[str, Any], dropped: dict[str, Any]) -> None:
    assert documents.keys() | dropped.keys() == {named(line) for line in EXPECTED}
    assert not documents.keys() & dropped.keys()
