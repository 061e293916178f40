"""The delivered Parquet opens as it is in the tools that people use."""

from __future__ import annotations

import warnings
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # their own imports warn of their own dependencies
    import datasets
    import pandas as pd


@pytest.fixture(params=["documents", "extracted", "dropped"])
def folder(request: pytest.FixtureRequest, demo_tree: Path) -> Path:
    return demo_tree / str(request.param)


@pytest.fixture
def ids(folder: Path) -> list[str]:
    return [value for path in sorted(folder.glob("*.parquet")) for value in pq.read_table(path)["doc_id"].to_pylist()]


def test_pandas(folder: Path, ids: list[str]) -> None:
    assert pd.read_parquet(folder)["doc_id"].tolist() == ids


def test_polars(folder: Path, ids: list[str]) -> None:
    assert pl.read_parquet(folder / "*.parquet")["doc_id"].to_list() == ids


def test_duckdb(folder: Path, ids: list[str]) -> None:
    rows = duckdb.sql(f"select doc_id, flags from '{folder}/*.parquet'").fetchall()
    assert sorted(row[0] for row in rows) == sorted(ids)


def test_datasets(folder: Path, ids: list[str], tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = datasets.load_dataset(
            "parquet", data_files=str(folder / "*.parquet"), split="train", cache_dir=str(tmp_path)
        )
    assert loaded["doc_id"][:] == ids
