"""Delivered files and token shards: every row once, in order, in files of a target size, whatever the sharding."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup_helpers import deduplicate, document, write_shards
from run_helpers import demo_recipe, finish, run, start
from yurai.sources.fetch import Shard
from yurai.stages.packing import packs, window
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import DOCUMENT

SIZES = st.lists(st.lists(st.integers(0, 30), max_size=8), min_size=1, max_size=8)


def delivered(shards: list[list[int]], target: int) -> list[list[tuple[int, int]]]:
    """What each file holds, as (number of the row, its size), put together as `compact` does it."""
    numbers = np.concatenate([[0], np.cumsum([len(sizes) for sizes in shards])])
    named = [Shard("", f"{place}", "", len(sizes), sum(sizes), "") for place, sizes in enumerate(shards)]
    files = []
    for pack in packs(named, target):
        before, held = pack.before, list[tuple[int, int]]()
        for shard in pack.shards:
            sizes = np.array(shards[int(shard.path)], np.int64)
            low, high = window(sizes, before, pack.number, target)
            first = int(numbers[int(shard.path)])
            held += [(first + place, int(sizes[place])) for place in range(low, high)]
            before += int(sizes.sum())
        files.append(held)
    return files


@given(shards=SIZES, target=st.integers(1, 40))
@example(shards=[[10], [0, 0], [10], [0]], target=10)
@example(shards=[[0]], target=1)
@example(shards=[[95, 0, 5, 0], [], [0, 1]], target=10)
def test_every_row_once_in_order_in_few_files(shards: list[list[int]], target: int) -> None:
    files = delivered(shards, target)
    sizes = [size for shard in shards for size in shard]
    assert [row for file in files for row in file] == list(enumerate(sizes))
    assert 1 <= len(files) <= sum(sizes) / target + 1
    for file in files:
        assert sum([size for _, size in file if size][:-1]) < target


@given(shards=SIZES, target=st.integers(1, 40), cuts=st.lists(st.integers(0, 64), max_size=6))
def test_files_do_not_depend_on_the_sharding(shards: list[list[int]], target: int, cuts: list[int]) -> None:
    sizes = [size for shard in shards for size in shard]
    edges = [0, *sorted(min(cut, len(sizes)) for cut in cuts), len(sizes)]
    again = [sizes[start:end] for start, end in itertools.pairwise(edges)]
    assert [file for file in delivered(again, target) if file] == [file for file in delivered(shards, target) if file]


def read_megatron(path: Path) -> tuple[Any, list[int], list[int]]:
    """Type, lengths and byte offsets of an .idx, by the format alone."""
    data = path.read_bytes()
    magic, version, code, sequences, documents = struct.unpack_from("<9sQBQQ", data)
    assert (magic, version, documents) == (b"MMIDIDX\x00\x00", 1, sequences + 1)
    at = struct.calcsize("<9sQBQQ")
    lengths = struct.unpack_from(f"<{sequences}i", data, at)
    offsets = struct.unpack_from(f"<{sequences}q", data, at + 4 * sequences)
    boundaries = struct.unpack_from(f"<{documents}q", data, at + 12 * sequences)
    assert list(boundaries) == list(range(sequences + 1))
    assert len(data) == at + 12 * sequences + 8 * documents
    return {8: "<u2", 4: "<i4"}[code], list(lengths), list(offsets)


@pytest.fixture(scope="module")
def sharded(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with shards of 9,000 tokens."""
    out = tmp_path_factory.mktemp("sharded") / "out"
    shutil.copytree(demo_tree, out)
    run(out, recipe=demo_recipe(lambda stages: stages["tokenize"].update(shard_tokens=9_000)), rebuild=True)
    return out


def test_token_shards_hold_the_documents(sharded: Path, demo_tree: Path) -> None:
    documents = pq.read_table(sharded / "documents").to_pylist()
    names = sorted((sharded / "shards").glob("*.bin"))
    said = json.loads((sharded / "run.json").read_bytes())["totals"]
    assert len(names) == said["shards"] > 3
    assert len(names) <= said["tokens"] / 9_000 + 1
    rest = iter(documents)
    for name in names:
        dtype, lengths, offsets = read_megatron(name.with_suffix(".idx"))
        ids = np.fromfile(name, dtype)
        index = pq.read_table(name.with_suffix(".parquet")).to_pylist()
        assert (sum(lengths), len(lengths)) == (len(ids), len(index))
        assert offsets == [entry["token_start"] * 2 for entry in index]
        for entry, length in zip(index, lengths, strict=True):
            document = next(rest)
            assert (entry["doc_id"], entry["url"], entry["token_count"]) == (
                document["doc_id"],
                document["url"],
                length,
            )
            mine = ids[entry["token_start"] : entry["token_start"] + length]
            assert mine.tolist() == [*document["text"].encode(), 256]
    assert list(rest) == []
    joined = b"".join(name.read_bytes() for name in names)
    assert joined == (demo_tree / "shards/00000.bin").read_bytes()
    assert said["tokens"] * 2 == len(joined)


def test_only_the_tokens_were_made_again(sharded: Path, demo_tree: Path) -> None:
    for name in ("documents/00000.parquet", "extracted/00000.parquet", "dropped/00000.parquet"):
        assert (sharded / name).read_bytes() == (demo_tree / name).read_bytes()


def test_what_an_earlier_tree_delivered_is_linked_and_not_written_again(tmp_path: Path) -> None:
    rows = [document("a", place, text=f"text {place % 1200}") for place in range(1500)]
    write_shards(tmp_path / "in", [rows])
    deduplicate(tmp_path / "in", tmp_path / "one")
    one, two = tmp_path / "one", tmp_path / "two"
    command = ("near-dedup", "--input", one, "--output", two, "--runner", "local", "--workers", "1", "--no-report")
    assert finish(start(*command, YURAI_FAILPOINT="in 02-deliver")).code == -signal.SIGKILL
    assert not (two / "run.json").exists()
    finish(start(*command))
    assert (two / "run.json").exists()
    given = "extracted/00000.parquet"
    assert not (one / given).samefile(tmp_path / "in/000.parquet"), "written by another writer"
    assert (two / given).samefile(one / given)
    assert not (two / "documents/00000.parquet").samefile(one / "documents/00000.parquet")
    again = ParquetSink(tmp_path / "again.parquet", DOCUMENT)
    again.write(pq.read_table(two / given))
    again.close()
    assert again.path.read_bytes() == (two / given).read_bytes()
