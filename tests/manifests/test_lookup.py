"""Rows are found by key: the search in sorted places, files read by ranges, and a tree with and without its index."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yurai.report.explain import explain, explain_token
from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.index import Read, find_numbers
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.place_rows import PLACE, PLACE_BYTES, place_rows
from yurai_manifests.lookup.ranges import Ranges
from yurai_manifests.merkle.sorted_keys import SortedRows, digest
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Sequence


def sorted_places(keys: Sequence[bytes | None], path: Path) -> bytes:
    places = SortedRows(path, PLACE)
    places.add(place_rows(keys, 0))
    places.write()
    return path.read_bytes()


def counting(data: bytes) -> tuple[Read, list[int]]:
    """What reads ranges of `data`, and the bytes of each read."""
    read: list[int] = []

    def reads(start: int, end: int) -> bytes:
        read.append(end - start)
        return data[start:end]

    return reads, read


@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=600), st.integers(0, 41))
def test_finds_every_row_of_a_key(
    tmp_path_factory: pytest.TempPathFactory, values: list[int | None], asked: int
) -> None:
    keys = [None if value is None else digest(str(value)) for value in values]
    data = sorted_places(keys, tmp_path_factory.getbasetemp() / "places")
    found = find_numbers(counting(data)[0], len(data) // PLACE_BYTES, digest(str(asked)))
    assert found == [number for number, value in enumerate(values) if value == asked]


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=600), st.data())
def test_finds_keys_that_are_no_hashes(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], data: st.DataObject
) -> None:
    keys = [value.to_bytes(8, "big") * 4 for value in values]
    places = sorted_places(keys, tmp_path_factory.getbasetemp() / "places")
    asked = data.draw(st.sampled_from(values))
    found = find_numbers(counting(places)[0], len(values), asked.to_bytes(8, "big") * 4)
    assert found == [number for number, value in enumerate(values) if value == asked]


def test_twenty_times_the_rows_cost_hardly_more(tmp_path: Path) -> None:
    cost = {}
    for rows in (20_000, 400_000):
        keys = np.random.default_rng(7).bytes(rows * 8)
        data = sorted_places([keys[at : at + 8] for at in range(0, len(keys), 8)], tmp_path / "places")
        read, sizes = counting(data)
        for at in range(0, len(keys), rows // 64 * 8):
            assert find_numbers(read, rows, keys[at : at + 8])
        cost[rows] = sum(sizes)
    assert cost[400_000] < 3 * cost[20_000]


def test_places_out_of_order_are_told(tmp_path: Path) -> None:
    data = sorted_places([digest(str(number)) for number in range(2000)], tmp_path / "places")
    half = len(data) // 2
    with pytest.raises(AuditError, match="not in order"):
        find_numbers(counting(data[half:] + data[:half])[0], 2000, digest("7"))
    with pytest.raises(AuditError, match="shorter"):
        find_numbers(counting(data[:half])[0], 2000, b"\xff" * 32)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-20, 120), st.integers(-1, 60)), max_size=20))
def test_a_range_file_reads_as_a_file(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]
) -> None:
    folder, data = tmp_path_factory.getbasetemp(), bytes(range(100))
    (folder / "file").write_bytes(data)
    ours, other = Ranges(LocalStore(folder), "file", len(data)), io.BytesIO(data)
    for whence, offset, size in steps:
        place = max(offset + (0, other.tell(), len(data))[whence], 0)
        assert ours.seek(offset, whence) == other.seek(place) == ours.tell()
        assert ours.read(size) == other.read(size)


def test_a_tree_without_its_index_says_the_same(small_tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small_tree, copy, ignore=shutil.ignore_patterns(".work"))
    whole, bare = LocalStore(small_tree), LocalStore(copy)
    run = load_run(whole)
    for folder in ("documents", "dropped"):
        for one in Lookup(whole, run).rows(folder, range(sum(file.rows for file in run.files(folder)))):
            for key in filter(None, (one.cells["doc_id"], one.cells["url"])):
                assert explain(whole, key) == explain(bare, key)
    assert explain_token(whole, "00000:300") == explain_token(bare, "00000:300")


def test_it_says_what_was_scanned(small_tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small_tree, copy, ignore=shutil.ignore_patterns(".work"))
    run = load_run(LocalStore(copy))
    for tree, scanned in ((small_tree, set[str]()), (copy, {"documents"})):
        lookup = Lookup(LocalStore(tree), run)
        assert lookup.find("documents", "url", "https://nowhere.example/", ["url"]) == []
        assert lookup.scanned == scanned


ASKED = st.lists(
    st.tuples(st.sampled_from(["documents", "dropped"]), st.integers(0, 30), st.sampled_from([None, ("url",), ()])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ASKED)
def test_rows_that_were_asked_for_before_are_the_same(
    small_tree: Path, asked: list[tuple[str, int, tuple[str, ...] | None]]
) -> None:
    store = LocalStore(small_tree)
    run = load_run(store)
    one = Lookup(store, run)
    for folder, at, columns in asked:
        number = at % sum(file.rows for file in run.files(folder))
        wanted = None if columns is None else ["doc_id", *columns]
        found = list(one.again().rows(folder, [number], wanted))
        assert found == list(Lookup(store, run).rows(folder, [number], wanted))
        found[0].cells.clear()  # what one caller does with its row is nothing to the next
