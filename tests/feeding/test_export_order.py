"""An order that is written out has its samples, one behind the other, in files that other libraries read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from order_samples import put_order, shuffled
from run_helpers import Said
from yurai.data import TokenDataset, export, export_order
from yurai.tokens import read_index
from yurai_manifests.canonical import sha256_file
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH, BATCH = 500, 5


@pytest.fixture(scope="module")
def ordered(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    out = tmp_path_factory.mktemp("ordered") / "out"
    for name in ("shards", "run.json"):
        (shutil.copytree if (demo_tree / name).is_dir() else _copied)(demo_tree / name, out / name)
    put_order(out, shuffled(out, LENGTH), LENGTH, global_batch=BATCH)
    return out


def _copied(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


def samples_of(out: Path) -> list[list[int]]:
    """The tokens of every sample, without padding, also behind the last whole batch."""
    dataset = TokenDataset(out, global_batch=BATCH)
    reader = dataset._read()
    return [reader.tokens(reader.samples.parts(position)).tolist() for position in range(len(reader.samples))]


def test_megatron_indexes_name_each_sequence_as_a_sample(ordered: Path, tmp_path: Path) -> None:
    files = list(export_order(ordered, tmp_path / "to", "megatron"))
    due = samples_of(ordered)
    index = read_index((tmp_path / "to/samples.idx").read_bytes())
    ids = np.fromfile(tmp_path / "to/samples.bin", index.dtype)
    documents, rows, shuffle = (np.load(tmp_path / f"to/{name}.npy") for name in export.INDEXES)
    assert (documents.dtype, rows.dtype, shuffle.dtype) == (np.int32, np.int32, np.uint32)
    assert len(due) % BATCH
    assert min(map(len, due)) < LENGTH
    for number, sample in enumerate(due):
        (first, offset), (last, end) = rows[shuffle[number]], rows[shuffle[number] + 1]
        start = index.pointers[documents[first]] // index.dtype.itemsize + offset
        stop = index.pointers[documents[last]] // index.dtype.itemsize + end
        assert ids[start:stop].tolist() == sample
    assert len(rows) == len(due) + 1
    told = json.loads((tmp_path / "to/order.json").read_bytes())
    assert [one["name"] for one in told["files"]] == [file.name for file in files]
    assert all(sha256_file(tmp_path / "to" / file.name) == file.sha256 for file in files)


def test_parquet_has_ids_documents_and_steps(ordered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "FILE_TOKENS", 1)
    monkeypatch.setattr(export, "ROW_GROUP", 50)
    files = list(export_order(ordered, tmp_path / "to", "parquet"))
    due = samples_of(ordered)
    rows = [row for file in files for row in pq.read_table(tmp_path / "to" / file.name).to_pylist()]
    assert [file.rows for file in files] == [50] * (len(due) // 50) + [len(due) % 50] * (len(due) % 50 > 0)
    assert [row["input_ids"] for row in rows] == due
    whole = len(due) // BATCH * BATCH
    assert [row["step"] for row in rows] == [n // BATCH for n in range(whole)] + [None] * (len(due) - whole)
    dataset = TokenDataset(ordered)
    for item in range(whole):
        parts = dataset.parts(item)
        assert rows[item]["doc_ids"] == [part.doc_id for part in parts]
        assert rows[item]["token_counts"] == [part.token_count for part in parts]


def test_datasets_reads_samples_in_their_order(ordered: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    list(export_order(ordered, tmp_path / "to", "parquet"))
    files = str(tmp_path / "to/*.parquet")
    read = load_dataset("parquet", data_files=files, split="train", streaming=True)
    assert [row["input_ids"] for row in read] == samples_of(ordered)


@pytest.mark.parametrize("form", ["megatron", "parquet"])
def test_the_same_order_gives_the_same_bytes(
    ordered: Path, tmp_path: Path, form: str, yurai: Callable[..., Said]
) -> None:
    said = yurai("export-order", str(ordered), "--output", str(tmp_path / "one"), "--form", form)
    assert said.code == 0, said.err
    files = list(export_order(ordered, tmp_path / "two", form))  # type: ignore[arg-type] # one of the two
    for file in files:
        assert f"{file.name}  " in said.out
        assert (tmp_path / "one" / file.name).read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_folder_that_holds_something_and_a_form_that_is_none_are_refused(ordered: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(RecipeError, match="holds x"):
        list(export_order(ordered, tmp_path, "parquet"))
    with pytest.raises(RecipeError, match="form 'mds'"):
        list(export_order(ordered, tmp_path / "to", "mds"))  # type: ignore[arg-type] # what is tested
    with pytest.raises(RecipeError):
        list(export_order(ordered, ordered / "order/copy", "parquet"))
