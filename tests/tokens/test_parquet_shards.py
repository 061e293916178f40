"""Token shards in Parquet: the same packing and ids as Megatron's, one file a shard, and open to every reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import datasets
import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from run_helpers import SMALL, assert_whole, demo_recipe, run
from yurai.engine.local import LocalRunner
from yurai.report.explain import explain, explain_token
from yurai.run.recipe import Recipe
from yurai.tokens import open_shard
from yurai_manifests.audit import audit
from yurai_manifests.errors import ContractError, RecipeError
from yurai_manifests.schema import TOKEN_IDS, TOKEN_INDEX
from yurai_manifests.store import open_store

TARGET = 9_000


def recipe(**changes: Any) -> Recipe:
    return demo_recipe(lambda stages: stages["tokenize"].update(changes))


def shards(tree: Path) -> list[Path]:
    return sorted((tree / "shards").iterdir())


@pytest.fixture(scope="module")
def both(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Trees of the demo with shards of 9,000 tokens, in Parquet and for Megatron."""
    made = []
    for kind in ("parquet", "megatron"):
        out = Path(shutil.copytree(demo_tree, tmp_path_factory.mktemp(kind) / "out"))
        run(out, recipe=recipe(format=kind, shard_tokens=TARGET), rebuild=True)
        made.append(out)
    return made[0], made[1]


def test_shards_hold_the_same_as_megatron_s(both: tuple[Path, Path]) -> None:
    ours, theirs = both
    assert {path.suffix for path in shards(ours)} == {".parquet"}
    assert [path.name for path in shards(ours)] == [path.name for path in shards(theirs) if path.suffix == ".parquet"]
    assert len(shards(ours)) > 3
    for path in shards(ours):
        table = pq.read_table(path)
        assert table.schema.equals(TOKEN_IDS[pa.uint16()])
        other = theirs / "shards" / path.name
        assert table.select(TOKEN_INDEX.names).to_pylist() == pq.read_table(other).to_pylist()
        joined = table.column("tokens").combine_chunks().flatten().to_numpy()
        assert joined.astype("<u2").tobytes() == other.with_suffix(".bin").read_bytes()
        assert [len(ids) for ids in table.column("tokens").to_pylist()] == table.column("token_count").to_pylist()


def test_totals_audit_and_explain_know_both(both: tuple[Path, Path]) -> None:
    said = [json.loads((tree / "run.json").read_bytes()) for tree in both]
    assert said[0]["totals"] == said[1]["totals"]
    assert said[0]["totals"]["shards"] == len(shards(both[0]))
    assert said[0]["digest"] != said[1]["digest"]
    for tree, ending, value in zip(both, ("parquet", "bin"), said, strict=True):
        assert_whole(tree, value["digest"])
        store = open_store(str(tree))
        life = explain_token(store, "00001:77")
        assert life["token"] == {
            "shard": f"shards/00001.{ending}",
            "number": 77,
            "in_document": 77 - life["tokens"]["start"],
        }
        assert explain(store, life["doc_id"])[0]["tokens"]["shard"] == f"shards/00001.{ending}"
        assert "tokens" not in explain(store, life["doc_id"])[0]["tokens"]
        with pytest.raises(RecipeError, match="shards: 00000, 00001"):
            explain_token(store, "99999:0")


def test_audit_finds_a_shard_that_was_changed(both: tuple[Path, Path], tmp_path: Path) -> None:
    tree = Path(shutil.copytree(both[0], tmp_path / "tree"))
    table = pq.read_table(shards(tree)[0])
    pq.write_table(table.slice(1), shards(tree)[0])
    found = {
        (finding.check, finding.where)
        for finding in audit(open_store(str(tree))).findings
        if finding.severity == "error"
    }
    assert found == {("changed", "shards/00000.parquet")}


@pytest.mark.slow
def test_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    digests = {
        run(tmp_path / f"{workers}", SMALL, recipe=recipe(format="parquet"), runner=LocalRunner(workers)).digest
        for workers in (1, 2)
    }
    assert len(digests) == 1


def test_unknown_format_is_refused() -> None:
    with pytest.raises(RecipeError, match="megatron"):
        recipe(format="csv")


def rows(lengths: list[int]) -> pa.Table:
    starts = (np.cumsum(lengths) - lengths).astype(np.int64)
    names = [f"{number:032x}" for number in range(len(lengths))]
    return pa.Table.from_arrays(
        [pa.array(names, pa.string()), pa.array(names, pa.string()), pa.array(starts), pa.array(lengths, pa.int64())],
        schema=TOKEN_INDEX,
    )


def test_wide_ids_and_many_appends(tmp_path: Path) -> None:
    shard = open_shard(tmp_path, np.dtype("<i4"), "parquet")
    lengths = [number % 5 for number in range(1_500)]
    ids = np.arange(70_000, 70_000 + sum(lengths), dtype="<i4")
    shard.append(rows(lengths[:700]), ids[: sum(lengths[:700])])
    shard.append(rows([]), ids[:0])
    shard.append(rows(lengths[700:]), ids[sum(lengths[:700]) :])
    ((ending, path),) = shard.close()
    table = pq.read_table(path)
    assert (ending, shard.documents, table.schema.field("tokens").type) == (
        "parquet",
        1_500,
        pa.large_list(pa.uint32()),
    )
    assert [len(row) for row in table.column("tokens").to_pylist()] == lengths
    assert table.column("tokens").combine_chunks().flatten().to_numpy().tolist() == ids.tolist()


def test_lengths_that_do_not_add_up_are_a_bug(tmp_path: Path) -> None:
    shard = open_shard(tmp_path, np.dtype("<u2"), "parquet")
    with pytest.raises(ContractError, match="2 documents do not add up to 4 ids"):
        shard.append(rows([1, 2]), np.arange(4, dtype="<u2"))
    shard.abort()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["megatron", "parquet"])
def test_an_aborted_shard_leaves_nothing(kind: Any, tmp_path: Path) -> None:
    shard = open_shard(tmp_path, np.dtype("<u2"), kind)
    shard.append(rows([1, 2]), np.arange(3, dtype="<u2"))
    shard.abort()
    assert list(tmp_path.iterdir()) == []


def test_other_readers_open_a_shard(both: tuple[Path, Path], tmp_path: Path) -> None:
    path = shards(both[0])[0]
    wanted = pq.read_table(path).column("tokens").to_pylist()
    assert pl.read_parquet(path)["tokens"].to_list() == wanted
    found = duckdb.sql(f"select tokens from read_parquet('{path}')").fetchall()
    assert [row[0] for row in found] == wanted
    loaded = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path))
    assert loaded["tokens"][:] == wanted
