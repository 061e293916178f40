"""The exchange: every row arrives once, where its route says, in the order of writers; through few, large requests."""

from __future__ import annotations

import bisect
import itertools
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange_steps import arrived, band_rows, steps_at, through
from yurai.exchange import levels, row_files
from yurai.exchange.levels import widths
from yurai.exchange.route import Route, by_hash
from yurai.exchange.row_types import BAND
from yurai_manifests.errors import ContractError, ShardError
from yurai_manifests.store import LocalStore

HASHES = st.lists(st.integers(0, 2**64 - 1) | st.just(7) | st.integers(2**63, 2**63 + 9), max_size=40)
WRITERS = st.lists(HASHES, max_size=9)
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here cuts the power."""
    monkeypatch.setattr("os.fsync", lambda _: None)


def hashed(writers: list[list[int]]) -> list[dict[str, Any]]:
    return [{"hashes": [str(value) for value in hashes]} for hashes in writers]


def expected(writers: list[list[int]], count: int, partition: Any) -> list[list[bytes]]:
    """The law in plain Python: rows as bytes, partition by partition, in the order of writers."""
    found: list[list[bytes]] = [[] for _ in range(count)]
    for writer, hashes in enumerate(writers):
        for row in band_rows(writer, hashes):
            found[partition(row)].append(row.tobytes())
    return found


def check(writers: list[list[int]], route: Route, partition: Any, fan: int, least: int) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(levels, "FAN", fan)
        patch.setattr(levels, "MIN_READ", least)
        found = through(steps_at(folder), hashed(writers), route)
        assert found.count == route.count
        for _ in range(2):  # partitions can be read again
            there = [[row.tobytes() for row in rows] for rows in arrived(found)]
            assert there == expected(writers, route.count, partition)


def scaled(count: int) -> Any:
    return lambda row: ((int(row["hash"]) >> 32) * count) >> 32


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257])
@settings(parent=FEW, max_examples=3)
@given(writers=WRITERS)
def test_rows_arrive_once_where_they_belong_in_the_order_of_writers(count: int, writers: list[list[int]]) -> None:
    check(writers, Route("hash", count), scaled(count), 256, 64)


@FEW
@given(writers=WRITERS, count=st.integers(1, 70), least=st.sampled_from([1, 64, 4096]))
def test_rows_arrive_through_several_levels(writers: list[list[int]], count: int, least: int) -> None:
    check(writers, Route("hash", count), scaled(count), 4, least)


@FEW
@given(
    writers=WRITERS,
    cuts=st.sets(st.integers(1, 8), max_size=6),
    fan=st.sampled_from([2, 256]),
)
def test_rows_arrive_by_edges(writers: list[list[int]], cuts: set[int], fan: int) -> None:
    edges = (0, *sorted(cuts))
    route = Route("node.shard", len(edges), edges)
    check(writers, route, lambda row: bisect.bisect_right(edges, int(row["node"]["shard"])) - 1, fan, 64)


@FEW
@given(writers=WRITERS, cuts=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 40)), max_size=6))
def test_rows_arrive_by_the_place_of_a_document(writers: list[list[int]], cuts: set[tuple[int, int]]) -> None:
    edges = tuple(sorted({0, *((shard << 32) | row for shard, row in cuts)}))

    def partition(row: Any) -> int:
        return bisect.bisect_right(edges, (int(row["node"]["shard"]) << 32) | int(row["node"]["row"])) - 1

    check(writers, Route("node", len(edges), edges), partition, 256, 64)


@FEW
@given(writers=WRITERS, every=st.integers(1, 10))
def test_rows_arrive_by_runs_of_shards(writers: list[list[int]], every: int) -> None:
    route = Route("node.shard", max(1, -(-len(writers) // every)), every=every)
    check(writers, route, lambda row: int(row["node"]["shard"]) // every, 2, 64)


@pytest.mark.parametrize(
    "writers",
    [[], [[]], [[], [], []], [[7] * 200, [7] * 300], [[2**64 - 1] * 9, [], [0]]],
    ids=["no writers", "one without rows", "none with rows", "one hot partition", "only the first and the last"],
)
@pytest.mark.parametrize("count", [1, 3, 17, 64])
def test_odd_inputs(writers: list[list[int]], count: int) -> None:
    check(writers, Route("hash", count), scaled(count), 4, 64)


@given(st.integers(1, 1 << 25))
def test_levels_are_the_fewest(count: int) -> None:
    covers = [count, *widths(count)]
    assert covers[-1] == 1
    assert all(1 < -(-cover // width) <= levels.FAN for cover, width in itertools.pairwise(covers))
    assert count == 1 or levels.FAN ** (len(covers) - 2) < count
    assert all(cover % width == 0 for cover, width in itertools.pairwise(covers[1:]))


@given(st.integers(0, 10**12), st.integers(1 << 26, 1 << 33))
def test_partitions_by_hash_fit_into_memory(rows: int, memory: int) -> None:
    route = by_hash("hash", rows, "band", memory)
    size = rows * BAND.itemsize
    assert size / route.count <= memory / 8
    assert route.count == 1 or size / route.count > 0.5 * min(4 << 20, memory // 8)


def test_a_row_of_no_partition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"moved-0 00000.*partition 2 to 2, but there are 2"):
        through(steps_at(str(tmp_path)), hashed([[1], [2], [3]]), Route("node.shard", 2, every=1))


# Crashes and damage


def seeded(folder: Path | str, *, rebuild: bool = False, maps: int = 7) -> tuple[list[bytes], list[str]]:
    """Run three steps (rows, two levels) and read the result: the bytes of partitions and the digests of steps."""
    writers = [[(writer * 31 + row) * 2**57 % 2**64 for row in range(60)] for writer in range(maps)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "FAN", 4)
        patch.setattr(levels, "MIN_READ", 1024)
        steps = steps_at(str(folder), rebuild=rebuild)
        rows = arrived(through(steps, hashed(writers), Route("hash", 12)))
    return [part.tobytes() for part in rows], [record.sha256 for record in steps.records]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob(".work/*/data/*/*"))}


STEPS = ("map", "moved-0", "moved-1")


@pytest.mark.parametrize("step", STEPS)
def test_a_task_that_is_missing_is_made_again(step: str, tmp_path: Path) -> None:
    whole, before = seeded(tmp_path), files_of(tmp_path)
    assert len(before) > 12
    manifests = sorted(tmp_path.glob(f"stages/*.{step}/*/tasks/*/*.json"))
    manifests[len(manifests) // 2].unlink()
    shutil.rmtree(next(tmp_path.glob(f"stages/*.{step}/*/commits")))
    assert seeded(tmp_path) == whole
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["first", "last", "middle", "cut", "gone"])
def test_damage_is_found_where_it_is_read_and_rebuilt(step: str, how: str, tmp_path: Path) -> None:
    whole, before = seeded(tmp_path), files_of(tmp_path)
    for later in STEPS[STEPS.index(step) + 1 :]:
        shutil.rmtree(next(tmp_path.glob(f"stages/*.{later}")))
    victim = max(tmp_path.glob(f".work/*.{step}/data/*/*.bin"), key=lambda path: path.stat().st_size)
    damage(victim, how)
    with pytest.raises(ShardError, match=rf"{victim.name}.*run the same command with --rebuild"):
        seeded(tmp_path)
    assert seeded(tmp_path, rebuild=True) == whole
    assert files_of(tmp_path) == before


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
        return
    if how == "cut":
        del data[-1]
    else:
        data[{"first": 0, "middle": len(data) // 2, "last": -1}[how]] ^= 1
    path.write_bytes(data)


def test_damage_that_sends_rows_nowhere_is_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "CHUNK_BYTES", BAND.itemsize)  # the check of a range comes after many chunks
    steps, writers = steps_at(str(tmp_path)), hashed([[1] * 9, [2] * 9])
    through(steps, writers, Route("node.shard", 1))
    victim = next(tmp_path.glob(".work/*.map/data/*/*.bin"))
    data = bytearray(victim.read_bytes())
    data[BAND.itemsize - 5] = 0x7F  # the highest byte of a shard's number
    victim.write_bytes(data)
    with pytest.raises(ShardError, match=f"was changed between byte 0 and {9 * BAND.itemsize};"):
        through(steps, writers, Route("node.shard", 2, every=1))


# Requests


class Counting(LocalStore):
    """A folder that counts requests, those for rows apart from those for manifests."""

    def __init__(self, root: Path, seen: Counter[str]) -> None:
        super().__init__(root)
        self.seen = seen

    def read(self, key: str) -> bytes:
        self.seen["manifests read"] += 1
        return super().read(key)

    def read_range(self, key: str, start: int, end: int) -> bytes:
        self.seen["ranges read"] += 1
        self.seen["bytes read"] += end - start
        with (self.root / key).open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def open(self, key: str) -> Any:
        raise AssertionError(f"{key} is opened, which costs an S3 client two requests and megabytes read ahead")

    def put(self, key: str, data: bytes) -> None:
        self.seen["journal written" if key.startswith("journal/") else "manifests written"] += 1
        super().put(key, data)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        self.seen["manifests written"] += 1
        return super().put_if_absent(key, data)

    def put_file(self, local: Path, key: str) -> None:
        self.seen["files written"] += 1
        super().put_file(local, key)


def counted(folder: Path, maps: int, rows: int, count: int, patch: pytest.MonkeyPatch) -> Counter[str]:
    seen: Counter[str] = Counter()
    for module in ("yurai.engine.task", "yurai.exchange.row_files"):
        patch.setattr(f"{module}.open_store", lambda url: Counting(Path(url), seen))
    steps = steps_at(Counting(folder, seen))
    found = through(steps, [{"rows": rows}] * maps, Route("hash", count), "spread")
    assert sum(map(len, arrived(found))) == maps * rows
    return seen


@pytest.mark.parametrize(
    ("maps", "fan", "count", "limit"),
    [
        pytest.param(1000, 256, 64, 3.0, marks=pytest.mark.slow),
        (150, 256, 64, 3.0),
        (150, 256, 120, 3.0),
        (150, 11, 120, 4.0),
    ],
)
def test_requests_go_with_bytes(
    maps: int, fan: int, count: int, limit: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers put once for each MIN_READ here; each level adds one request for that, and the reader one."""
    least = 1 << 10
    monkeypatch.setattr(levels, "FAN", fan)
    monkeypatch.setattr(levels, "MIN_READ", least)
    monkeypatch.setattr(row_files, "CHUNK_BYTES", 4 * least)
    seen = counted(tmp_path, maps, least // BAND.itemsize + 1, count, monkeypatch)
    size = maps * (least // BAND.itemsize + 1) * BAND.itemsize
    depth = 2 if count > fan else 1
    assert seen["bytes read"] == (depth + 1) * size
    assert seen["ranges read"] + seen["files written"] <= limit * size / least
    tasks = seen["files written"]
    assert seen["manifests written"] <= tasks + 2 * (depth + 1)


def test_leftovers_make_no_batch_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task takes 4 x 3,600 bytes or more, which is two files; the third would leave ranges of half the size."""
    monkeypatch.setattr(levels, "MIN_READ", 3600)
    seen = counted(tmp_path, 3, 250, 4, monkeypatch)
    assert seen["files written"] == 3 + 1
    assert seen["ranges read"] == 3 + 4


def test_an_exchange_on_object_storage_is_the_same(s3_server: str, tmp_path: Path) -> None:
    assert seeded(f"{s3_server}/exchange", maps=2) == seeded(tmp_path, maps=2)
