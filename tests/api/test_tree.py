"""A tree that is open gives its rows in order and as they are asked for, and answers as the commands do."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import yurai
from run_helpers import SMALL, run
from yurai.run.recipe import make_recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

FOLDERS = ("documents", "extracted", "dropped", "evidence")
PLAIN: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree whose documents lie in many files."""
    out = tmp_path_factory.mktemp("many") / "out"
    recipe = {"name": "many", "deliver": {"text_bytes": 500}, "stage": PLAIN}
    run(out, SMALL, recipe=make_recipe(recipe, where="many"))
    return out


@pytest.mark.parametrize("folder", FOLDERS)
def test_rows_are_those_of_the_files_in_their_order(folder: str, many: Path, small_tree: Path) -> None:
    for out in (many, small_tree):
        files = sorted((out / folder).glob("*.parquet"))
        due = pa.concat_tables(pq.read_table(path) for path in files)
        found: ds.Dataset = getattr(yurai.open(out), folder)
        assert found.to_table().equals(due)
        assert found.schema.equals(due.schema, check_metadata=True)
        assert [row for batch in found.to_batches() for row in batch["doc_id"].to_pylist()] == due["doc_id"].to_pylist()
        assert found.head(2).equals(due.slice(0, 2))
    assert len(list((many / "documents").iterdir())) > 3


def test_rows_are_read_when_they_are_asked_for(many: Path, tmp_path: Path) -> None:
    """The first file gives the columns; no other one is touched before its rows are wanted."""
    import shutil

    out = Path(shutil.copytree(many, tmp_path / "out"))
    documents = yurai.open(out).documents
    first = pq.read_metadata(out / "documents/00000.parquet").num_rows
    last = max((out / "documents").iterdir())
    last.write_bytes(b"gone")
    assert documents.head(first, batch_readahead=0, fragment_readahead=0).num_rows == first
    with pytest.raises((pa.ArrowException, OSError)):
        documents.to_table()


def test_a_filter_and_columns_reach_the_files(small_tree: Path) -> None:
    tree = yurai.open(small_tree)
    found = tree.extracted.to_table(columns=["doc_id", "lang"], filter=pc.field("lang") == "ja")
    assert found.column_names == ["doc_id", "lang"]
    assert set(found["lang"].to_pylist()) == {"ja"}
    assert tree.extracted.count_rows(filter=pc.field("lang") == "ja") == found.num_rows


def test_other_tools_are_one_call_away(small_tree: Path) -> None:
    documents = yurai.open(small_tree).documents
    ids = documents.to_table(columns=["doc_id"])["doc_id"].to_pylist()
    assert [row[0] for row in duckdb.sql("select doc_id from documents").fetchall()] == ids
    assert pl.scan_pyarrow_dataset(documents).select("doc_id").collect()["doc_id"].to_list() == ids
    assert documents.to_table().to_pandas()["doc_id"].tolist() == ids


def test_a_tree_on_object_storage_is_as_one_on_disk(small_on_s3: str, small_tree: Path) -> None:
    remote, local = yurai.open(small_on_s3), yurai.open(small_tree)
    assert remote.digest == local.digest
    for folder in FOLDERS:
        assert remote.rows(folder).to_table(use_threads=False).equals(local.rows(folder).to_table())
    assert "s3://" in repr(remote)


@pytest.mark.parametrize("folder", ["robots", "warcinfo", "shards"])
def test_any_folder_with_rows(folder: str, demo_tree: Path) -> None:
    files = [path for path in sorted((demo_tree / folder).iterdir()) if path.suffix == ".parquet"]
    assert yurai.open(demo_tree).rows(folder).count_rows() == sum(pq.read_metadata(path).num_rows for path in files)


@pytest.mark.parametrize("folder", ["index", "report", "..", "", "documents/", "document"])
def test_a_folder_that_was_not_delivered(folder: str, small_tree: Path) -> None:
    with pytest.raises(yurai.RecipeError, match=r"has no rows .*documents"):
        yurai.open(small_tree).rows(folder)


def test_a_missing_first_file_is_an_error_of_ours(tree: Path) -> None:
    opened = yurai.open(tree)
    (tree / "documents/00000.parquet").unlink()
    with pytest.raises(yurai.ShardError, match=r"documents/00000\.parquet.*yurai audit"):
        _ = opened.documents
    (tree / "documents/00000.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(yurai.ShardError, match=r"documents/00000\.parquet"):
        _ = opened.documents
    assert not opened.audit().ok


@pytest.mark.parametrize("given", ["", " ", None, 5, b"out", ["out"], "nowhere", "nowhere/deep"])
def test_what_is_no_tree(given: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(yurai.RecipeError):
        yurai.open(given)


def test_a_damaged_manifest(tree: Path) -> None:
    (tree / "run.json").write_bytes(b"{}")
    with pytest.raises(yurai.AuditError, match=r"run\.json is damaged"):
        yurai.open(tree)


def test_the_manifest_says_what_run_json_says(demo_tree: Path) -> None:
    value, manifest = json.loads((demo_tree / "run.json").read_bytes()), yurai.open(str(demo_tree)).manifest
    assert manifest.value == value
    assert (manifest.recipe, manifest.digest) == ("demo", value["digest"])
    totals = manifest.totals
    assert totals.candidates == totals.kept + totals.dropped + totals.failed == value["totals"]["candidates"]
    assert [one.stage for one in manifest.counts] == [one["stage"] for one in value["counts"]]
    assert [one["use"] for one in manifest.stages][:2] == ["read", "extract"]
    assert {folder: [file.name for file in files] for folder, files in manifest.files.items()} == {
        folder: [file["name"] for file in files] for folder, files in value["files"].items() if files
    }
    assert manifest.sources == value["sources"]["count"]
    with pytest.raises(AttributeError):
        manifest.digest = "0"  # type: ignore[misc]


def test_answers_are_those_of_the_commands(demo_tree: Path, yurai: Callable[..., Said]) -> None:
    import yurai as api

    tree = api.open(demo_tree)
    assert yurai("digest", demo_tree).out.strip() == tree.digest
    assert json.loads(yurai("audit", demo_tree, "--format", "json").out)["totals"] == tree.audit().totals
    drawn = yurai("sample", demo_tree, "--dropped-by", "length", "-n", "2", "--format", "json").out
    assert json.loads(drawn) == tree.sample("length", count=2)
    url = tree.sample(count=1)[0]["url"]
    assert json.loads(yurai("explain", demo_tree, url, "--format", "json").out) == tree.explain(url)
    assert json.loads(yurai("explain", demo_tree, "--token", "00000:9", "--format", "json").out) == tree.explain(
        token="00000:9"
    )
    assert yurai("export", demo_tree, "sources").out == "".join(tree.export("sources"))
    assert yurai("audit", demo_tree, "--format", "html").out == tree.page()
    assert yurai("audit", demo_tree, "--format", "html", "--lang", "ja").out == tree.page(language="ja") != tree.page()
    refused = yurai("audit", demo_tree, "--lang", "ja")
    assert refused.code == 2
    assert "--format html" in refused.err


WRONG: dict[str, Callable[[yurai.Tree], object]] = {
    "no page": lambda tree: tree.explain("https://nowhere.example/"),
    "nothing to explain": lambda tree: tree.explain(),
    "a page and a token": lambda tree: tree.explain("a", token="00000:0"),
    "no shard": lambda tree: tree.explain(token="09999:0"),
    "no token": lambda tree: tree.explain(token="00000:999999999"),
    "an empty token": lambda tree: tree.explain(token=""),
    "no reason": lambda tree: tree.sample("no-such-reason"),
    "an empty reason": lambda tree: tree.sample(""),
    "no pages": lambda tree: tree.sample(count=0),
    "a seed below": lambda tree: tree.sample(seed=-1),
    "no export": lambda tree: tree.export("nothing"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_question_is_an_error_of_ours(wrong: str, demo_tree: Path) -> None:
    with warnings.catch_warnings(), pytest.raises(yurai.RecipeError):
        WRONG[wrong](yurai.open(demo_tree))
