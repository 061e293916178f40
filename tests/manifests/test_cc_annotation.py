"""Export cc-annotation: rows that join Common Crawl's index of URLs, in DuckDB and by the YAML beside them."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from rights_corpora import CC_BY, EXACT, NOAI, STAGES, P, archive, page, recipe, rows
from run_helpers import run
from yurai.api.tree import open as open_tree
from yurai_manifests.errors import RecipeError
from yurai_manifests.surt import surt

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

CRAWL = "CC-MAIN-2024-18"
SOURCE = f"crawl-data/{CRAWL}/segments/1/warc/a.warc.gz"
PAGES = [
    P("aoba", "https://www.Open.example/Aoba/?b=2&a=1", "", CC_BY),
    P("botan", "http://open.example:80/botan#part", NOAI, ""),
    P("botan", "http://open.example/copy", NOAI, ""),
    P("cosmos", "https://open.example/cosmos/", "", ""),
]
KEYS = ["example,open)/aoba?a=1&b=2", "example,open)/botan", "example,open)/copy", "example,open)/cosmos"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("annotated")
    archive(folder / "in" / SOURCE, [page(number, one) for number, one in enumerate(PAGES, 1)])
    chain = [*STAGES, EXACT, {"use": "select", "policy": "evidence-only", "unknown": "keep", "require": []}]
    run(folder / "out", [folder / "in"], recipe=recipe(before=chain))
    return folder / "out"


@pytest.fixture(scope="module")
def exported(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("annotation")
    assert len(list(open_tree(tree).export_folder("cc-annotation", folder))) == 3
    return folder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of URLs as Common Crawl's is: the same pages, one of another time, and one that the run did not see."""
    seen = datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - the index has no zones
    captures = [*((key, seen) for key in KEYS), (KEYS[1], datetime(2023, 1, 1)), ("example,other)/", seen)]  # noqa: DTZ001
    table = pa.table(
        {
            "url_surtkey": [key for key, _ in captures],
            "fetch_time": pa.array([time for _, time in captures], pa.timestamp("ms")),
            "crawl": [CRAWL] * len(captures),
            "warc_filename": [SOURCE] * len(captures),
        }
    )
    path = tmp_path_factory.mktemp("index") / "part-0.parquet"
    pq.write_table(table, path, use_deprecated_int96_timestamps=True)  # as Spark writes them
    return path


def test_rows_join_the_index_as_the_yaml_says(exported: Path, index: Path) -> None:
    join = yaml.safe_load((exported / "join_yurai.yaml").read_text("utf-8"))
    action = yaml.safe_load((exported / "action_optouts.yaml").read_text("utf-8"))
    on = " and ".join(f"l.{name} = r.{name}" for name in join["join_columns"])
    right = ", ".join(f"r.{name}" for name in join["right_columns"])
    files = str(exported / join["table"]["local"] / "*.parquet")
    with duckdb.connect() as base:
        base.sql(f"create view joined as select l.*, {right} from '{index}' l left join '{files}' r on ({on})")
        assert base.sql("select count(*), count(yurai_doc_id) from joined").fetchall() == [(6, 4)]
        found = base.sql(action["sql"].format(columns=action["columns"], where=action["where"])).fetchall()
    assert [(row[0], row[3]) for row in found] == [(key, "meta-robots:noai") for key in KEYS[1:3]]
    assert {row[2] for row in found} == {datetime(2024, 5, 6, 7, 8, 9)}  # noqa: DTZ001 - as above


def test_a_row_says_what_the_run_says(tree: Path, exported: Path) -> None:
    (path,) = exported.glob("*.parquet")
    found = {row["yurai_doc_id"]: row for row in pq.read_table(path).to_pylist()}
    assert [row["url_surtkey"] for row in found.values()] == KEYS
    assert found.keys() == {row["doc_id"] for row in rows(tree, "extracted")}
    documents = {row["doc_id"]: row for row in rows(tree)}
    assert len(documents) == 3
    for doc_id, row in found.items():
        for name in ("train_verdict", "redistribute_verdict", "concluded_spdx", "policy_id"):
            assert row[f"yurai_{name}"] == (documents[doc_id][name] if doc_id in documents else None)
        said = [one for one in rows(tree, "evidence") if one["doc_id"] == doc_id and one["kind"] == "licence_claim"]
        claims = sorted({f"{one['channel']}:{one['norm']}" for one in said})
        assert row["yurai_licence_claims"] == ("; ".join(claims) or None)
        assert row["surt_host_name"] == "example,open"


def test_as_text_it_is_csv_and_the_same_each_time(tree: Path, exported: Path, tmp_path: Path, yurai: Yurai) -> None:
    said = yurai("export", tree, "cc-annotation")
    lines = list(csv.DictReader(io.StringIO(said.out)))
    assert sorted(line["url_surtkey"] for line in lines) == KEYS
    assert {line["crawl"] for line in lines} == {CRAWL}
    assert yurai("export", tree, "cc-annotation", "--output", tmp_path).code == 0
    for path in exported.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_other_files_and_other_packing_are_refused(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(RecipeError, match="no part of this export"):
        list(open_tree(tree).export_folder("cc-annotation", tmp_path))
    with pytest.raises(RecipeError, match="leave out --compress gz"):
        list(open_tree(tree).export_folder("cc-annotation", tmp_path / "x", "gz"))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www2.Example.com", "com,example)/"),
        ("https://user:pw@example.com:443/A//b/./c/../D/?#part", "com,example)/a/b/d"),
        ("http://example.com:8080/?B=2&a=1&a&A=", "com,example:8080)/?a&a=&a=1&b=2"),
        ("http://example.com/%7Ea%2541/%E3%81%82?q=%E3%81%82+b%20c", "com,example)/~aa/%e3%81%82?q=%e3%81%82+b%20c"),
        ("http://bücher.ch/ü", "ch,xn--bcher-kva)/%c3%bc"),
        ("http://192.168.1.1/a", "1,1,168,192)/a"),
        ("http://a..b.com./x", "com,b,a)/x"),
        ("http:////example.com/x", "com,example)/x"),
        ("http://http://example.com/", "com,example)/"),
        (f"http://example.com/a?sid={'0a' * 16}&z=1", "com,example)/a?z=1"),
        (f"http://example.com/({'a' * 24})/page.aspx?x", "com,example)/page.aspx?x"),
        ("http://example.com/a%23b?c%23d", "com,example)/a%23b?c%23d"),
        ("mailto:somebody", None),
        ("http://[broken", None),
        ("http://example.com:port/", None),
        ("", None),
    ],
)
def test_keys_are_those_of_the_index(url: str, key: str | None) -> None:
    assert surt(url) == key
