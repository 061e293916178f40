"""`yurai query` shows, bounds and writes answers, and SQL of one's own reaches the tree and nothing else."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import yurai as package

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

URLS = "SELECT url, text_bytes FROM documents ORDER BY url"


def test_text_is_bounded_and_says_what_is_left(yurai: Yurai, demo_tree: Path) -> None:
    rows = package.open(demo_tree).documents.count_rows()
    said = yurai("query", demo_tree, "--sql", URLS, "--limit", 3)
    assert said.code == 0, said.err
    assert said.out.count("http") == 3
    assert f"{rows - 3} rows more: --limit N shows N, --output FILE writes all" in said.out
    assert f"{rows - 50} rows more" in yurai("query", demo_tree, "--sql", URLS).out
    assert "more" not in yurai("query", demo_tree, "--sql", URLS, "--limit", rows).out


def test_an_answer_without_rows_says_so(yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("query", demo_tree, "cluster-conflicts")
    assert (said.code, said.out.splitlines()[-1]) == (0, "no rows")


def test_formats_hold_the_same_rows(yurai: Yurai, demo_tree: Path, tmp_path: Path) -> None:
    due = package.open(demo_tree).documents.to_table(columns=["url", "text_bytes"]).sort_by("url").to_pylist()
    shown = json.loads(yurai("query", demo_tree, "--sql", URLS, "--format", "json", "--limit", 2).out)
    assert (shown["columns"], shown["rows"], shown["more"]) == (["url", "text_bytes"], due[:2], len(due) - 2)
    assert yurai("query", demo_tree, "--sql", URLS, "--format", "json", "--output", tmp_path / "all.json").code == 0
    assert json.loads((tmp_path / "all.json").read_text("utf-8"))["rows"] == due
    listed = list(csv.DictReader(yurai("query", demo_tree, "--sql", URLS, "--format", "csv").out.splitlines()))
    assert [(row["url"], int(row["text_bytes"])) for row in listed] == [(row["url"], row["text_bytes"]) for row in due]
    for name in ("one.parquet", "two.parquet"):
        assert yurai("query", demo_tree, "--sql", URLS, "--format", "parquet", "--output", tmp_path / name).code == 0
    assert pq.read_table(tmp_path / "one.parquet").to_pylist() == due
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.json", "one.parquet", "two.parquet"]


def test_lists_structs_and_nothing_have_a_form(yurai: Yurai, demo_tree: Path) -> None:
    sql = "SELECT ['a', 'b'] AS l, {'k': 1} AS s, NULL AS n, true AS t, 1234 AS i, 0.5 AS f"
    assert yurai("query", demo_tree, "--sql", sql, "--format", "csv").out.splitlines()[1] == (
        '"[""a"", ""b""]","{""k"": 1}",,true,1234,0.5'
    )
    shown = yurai("query", demo_tree, "--sql", sql).out
    assert "a; b" in shown
    assert "yes" in shown
    assert "1,234" in shown
    (row,) = json.loads(yurai("query", demo_tree, "--sql", sql, "--format", "json").out)["rows"]
    assert (row["l"], row["s"], row["n"], row["t"]) == (["a", "b"], {"k": 1}, None, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_parquet('{tree}/documents/*.parquet')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM glob('{tree}/*')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "COPY (SELECT 1) TO '{tree}/stolen.csv'",
        "ATTACH '{tree}/new.db' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW failed",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO '{tree}/stolen.csv'",
        "EXPORT DATABASE '{tree}/stolen'",
        "PRAGMA database_list",
        "SELECT * FROM store",
        "SELEC url",
        "SELECT no_such_column FROM documents",
        "SELECT $x",
        "",
    ],
)
def test_sql_reaches_the_tree_and_nothing_else(sql: str, yurai: Yurai, demo_tree: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhush\n", "utf-8")
    before = {path: path.stat().st_mtime_ns for path in demo_tree.rglob("*")}
    said = yurai("query", demo_tree, "--sql", sql.format(file=secret, tree=demo_tree))
    assert said.code == 2
    assert "hush" not in said.out + said.err
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("RecipeError: ")
    assert {path: path.stat().st_mtime_ns for path in demo_tree.rglob("*")} == before


def test_parameters_are_values_not_sql(yurai: Yurai, demo_tree: Path) -> None:
    sql = "SELECT count(*) AS n FROM documents WHERE url = $url"
    said = yurai("query", demo_tree, "--sql", sql, "--param", "url=' OR 1=1 --", "--format", "json")
    assert json.loads(said.out)["rows"] == [{"n": 0}]


def test_every_table_of_the_list_can_be_read(yurai: Yurai, demo_tree: Path) -> None:
    tables = json.loads(yurai("query", "--list", "--format", "json").out)["tables"]
    assert {"documents", "dropped", "failed", "evidence", "robots", "shards", "sources", "tasks"} <= tables.keys()
    for name in tables:
        said = yurai("query", demo_tree, "--sql", f"SELECT * FROM {name} LIMIT 1", "--format", "json")
        nothing_taken = name in ("takedowns", "taken")
        assert len(json.loads(said.out)["rows"]) == (0 if nothing_taken else 1), (name, said.err)
        said = yurai("query", demo_tree, "--sql", f"SELECT * FROM other_{name}", "--format", "json")
        assert json.loads(said.out)["rows"] == [], name


def test_manifests_say_what_run_json_says(demo_tree: Path) -> None:
    tree = package.open(demo_tree)
    assert tree.query(sql="SELECT sum(candidates)::BIGINT AS n FROM sources").to_pylist() == [
        {"n": tree.manifest.totals.candidates}
    ]
    sums = "SELECT count(*) AS n FROM sources WHERE record_bytes + padding_bytes + unreadable_bytes <> file_bytes"
    assert tree.query(sql=sums).to_pylist() == [{"n": 0}]
    files = tree.query(sql="SELECT name, sha256 FROM files ORDER BY name").to_pylist()
    assert [(one["name"], one["sha256"]) for one in files] == sorted(
        (file.name, file.sha256) for folder in tree.manifest.files.values() for file in folder
    )
    made = "SELECT DISTINCT stage FROM identities WHERE kind = 'stage' ORDER BY stage"
    assert [row["stage"] for row in tree.query(sql=made).to_pylist()] == sorted(
        str(stage["use"]) for stage in tree.manifest.stages
    )


def test_calls_that_are_wrong(yurai: Yurai, demo_tree: Path, tmp_path: Path) -> None:
    for arguments in (
        [],
        [demo_tree],
        [demo_tree, "waterfall", "--sql", "SELECT 1"],
        [demo_tree, "waterfall", "--format", "parquet"],
        [demo_tree, "waterfall", "--param", "x"],
        [demo_tree, "no-such"],
        [demo_tree, "waterfall", "--output", tmp_path / "x.txt"],
        [demo_tree, "waterfall", "--format", "csv", "--output", tmp_path / "no/such/x.csv"],
        ["--show", "no-such"],
    ):
        assert yurai("query", *arguments).code == 2, arguments
    assert list(tmp_path.iterdir()) == []


def test_help_of_a_query_shows_its_sql(yurai: Yurai) -> None:
    said = yurai("query", "--show", "evidence")
    assert said.out.startswith("evidence (Q3): ")
    assert "--param page=...  URL or doc_id" in said.out
    assert "WHERE url = $page OR doc_id = $page" in said.out


def test_damage_of_the_tree_is_told_as_such(yurai: Yurai, demo_tree: Path, tree: Path) -> None:
    path = tree / "documents/00000.parquet"
    data = path.read_bytes()
    path.write_bytes(data[:4] + bytes(20000) + data[20004:])
    for arguments in (
        ["query", tree, "--sql", "SELECT max(url), max(text) FROM documents"],
        ["query", tree, "top-domains"],
        ["diff", demo_tree, tree],
    ):
        said = yurai(*arguments)
        assert said.code == 2, (arguments, said)
        assert said.err.startswith("ShardError: ")
        assert said.err.count("\n") == 1
