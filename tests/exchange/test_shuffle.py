"""Files of rows, their ranges, and the splitter that parts rows in one task."""

from __future__ import annotations

import itertools
import tempfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange_steps import BASE, band_rows
from yurai.exchange import row_files
from yurai.exchange.row_files import RowsFile, file_chunks, read_chunks, read_rows, rows_file, span, whole_span
from yurai.exchange.row_types import BAND, NODE, ROWS
from yurai.exchange.splitter import Splitter
from yurai.sources.fetch import Shard
from yurai_manifests.errors import ContractError
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId, TaskRecord, attempt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yurai_manifests.task import Attempt

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Attempt]:
    with attempt(open_store(str(tmp_path)), BASE) as current:
        yield current


def spooled(folder: str) -> Any:
    return attempt(open_store(folder), StepId("00-split", "0" * 64))


@FEW
@given(
    parts=st.lists(st.integers(0, 6), max_size=300),
    sizes=st.lists(st.integers(1, 90), min_size=1),
    held=st.sampled_from([1, 100, 1000, 1 << 20]),
    wide=st.sampled_from([7, 256, 300, 70_000]),  # names of 8, 16 and 32 bits
)
def test_a_splitter_is_a_stable_sort_whatever_it_spills(
    parts: list[int], sizes: list[int], held: int, wide: int
) -> None:
    held = held if wide < 1000 else 1 << 20  # a run has as many pieces as partitions
    rows, of = band_rows(3, range(len(parts))), np.array(parts, np.int64) * (wide // 7)
    with tempfile.TemporaryDirectory() as folder, spooled(folder) as current:
        splitter = Splitter(current, BAND, wide, held)
        start = 0
        for size in itertools.cycle(sizes):
            if start >= len(rows):
                break
            splitter.add(rows[start : start + size], of[start : start + size])
            start += size
        for part in {*of.tolist(), 0, wide - 1}:
            assert splitter.whole(part).tobytes() == rows[of == part].tobytes()
            assert b"".join(piece.tobytes() for piece in splitter.part(part)) == rows[of == part].tobytes()


@pytest.mark.parametrize("part", [-1, 5])
def test_a_splitter_refuses_a_partition_that_is_not(part: int, spool: Attempt) -> None:
    with pytest.raises(ContractError, match="but there are 5"):
        Splitter(spool, BAND, 5).add(band_rows(0, [1, 2]), np.array([0, part]))


def test_two_splitters_of_one_attempt_do_not_meet(spool: Attempt) -> None:
    made = [Splitter(spool, BAND, 2, 1) for _ in range(2)]
    for number, one in enumerate(made):
        for row in range(5):
            one.add(band_rows(number, [row]), np.array([row % 2]))
    assert [one.whole(1)["node"]["shard"].tolist() for one in made] == [[0, 0], [1, 1]]


@FEW
@given(st.lists(st.lists(st.integers(0, 12), max_size=4), max_size=5))
def test_rows_written_in_pieces_are_the_file_written_at_once(partitions: list[list[int]]) -> None:
    rows = band_rows(1, range(sum(map(sum, partitions))))
    with tempfile.TemporaryDirectory() as folder, spooled(folder) as current:
        records = [TaskRecord("a", "", ""), TaskRecord("b", "", "")]
        start = 0
        with rows_file(current, records[0]) as pieces, rows_file(current, records[1], "whole") as whole:
            whole.write(rows)
            for sizes in partitions:
                for size in sizes:
                    pieces.write(rows[start : start + size])
                    start += size
                pieces.end_partition()
        one, other = current.outputs[-1], current.outputs[-2]
        assert (one.sha256, one.rows, one.size, one.bytes) == (other.sha256, other.rows, other.size, rows.nbytes)
        assert records[1].index == {"whole-offsets": [0, rows.nbytes], "whole-checks": [zlib.crc32(rows.tobytes())]}
        edges = np.cumsum([0, *(sum(sizes) for sizes in partitions or [[]])]).tolist()
        assert records[0].index["offsets"] == [edge * BAND.itemsize for edge in edges]
        assert records[0].index["checks"] == [
            zlib.crc32(rows[start:end].tobytes()) for start, end in itertools.pairwise(edges)
        ]
        shard = Shard(folder, one.path, one.sha256, one.rows, one.size, "")
        places = [span(records[0], shard, part) for part in range(len(edges) - 1)]
        assert (
            read_rows(places, BAND).tobytes()
            == rows.tobytes()
            == read_rows([whole_span(shard, one.bytes)], BAND).tobytes()
        )


def test_what_was_written_after_the_last_end_is_a_partition(spool: Attempt) -> None:
    record = TaskRecord("a", "", "")
    with rows_file(spool, record) as out:
        out.write(band_rows(0, [1]))
        out.end_partition()
        out.write(band_rows(0, [2, 3]))
    assert record.index["offsets"] == [0, BAND.itemsize, 3 * BAND.itemsize]


def test_arrays_of_two_dimensions_are_written_row_by_row(spool: Attempt) -> None:
    signatures = np.arange(60, dtype=np.uint32).reshape(5, 12)
    record = TaskRecord("a", "", "")
    with rows_file(spool, record, "signatures") as out:
        out.write(signatures[:2])
        out.write(signatures[2:])
    found = spool.outputs[0]
    assert (found.rows, found.size) == (5, 240)
    assert (spool.store.read(found.path)) == signatures.tobytes()


def test_a_failed_write_commits_nothing(spool: Attempt) -> None:
    def fail(out: RowsFile) -> None:
        out.write(band_rows(0, [1]))
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"), rows_file(spool, TaskRecord("a", "", "")) as out:
        fail(out)
    assert spool.outputs == []


def test_long_ranges_come_in_chunks_of_whole_rows(spool: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "CHUNK_BYTES", 100)
    rows = band_rows(0, range(10))
    path = spool.path("private")
    path.write_bytes(rows.tobytes())
    assert [len(chunk) for chunk in file_chunks(path, BAND)] == [2] * 5
    record = TaskRecord("a", "", "")
    with rows_file(spool, record) as out:
        out.write(rows)
    output = spool.outputs[0]
    shard = Shard(spool.store.url, output.path, output.sha256, output.rows, output.size, "")
    chunks = list(read_chunks(span(record, shard, 0), BAND))
    assert [len(chunk) for chunk in chunks] == [2] * 5
    assert b"".join(chunk.tobytes() for chunk in chunks) == rows.tobytes()
    assert NODE.itemsize == 32


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_joined_rows_are_the_bytes_of_their_type(kind: str) -> None:
    """Numpy joins structured rows in the machine's byte order, whatever theirs was: types must be in it."""
    assert np.concatenate([np.empty(1, ROWS[kind])] * 2).dtype == ROWS[kind]
