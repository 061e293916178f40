"""What reading costs: in proportion to the bytes, whatever they are; and what is left of a unit that costs more."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from hostile_warcs import KINDS, MIB, falling_lengths
from warc_samples import gz, lz4_frame, read, response, warc_record, zst
from yurai.sources.warc import Gap, Record, read_file
from yurai.sources.warc import meter as meters
from yurai.sources.warc.codecs import GZIP
from yurai.sources.warc.inflated import Inflated
from yurai.sources.warc.meter import FILE_RATE, NOWHERE, Meter, ReadLimitError
from yurai.sources.warc.units import KEEP

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_bytes_cost_twice_the_time(kind: str, tmp_path: Path) -> None:
    make, size = KINDS[kind]

    def work(n: int) -> Callable[[], object]:
        path = tmp_path / str(n)
        path.write_bytes(make(n))
        read(path)  # every byte is in a record or in a gap
        return lambda: list(read_file(path))

    assert grows_linearly(work, size)


def test_good_records_around_what_costs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "between.warc.gz"
    good = [gz(response(number, b"<p>good</p>")) for number in (1, 2)]
    path.write_bytes(good[0] + falling_lengths(500) + good[1])
    records, _ = read(path)
    assert [one.url for one in records if one.error is None] == ["https://example.jp/1", "https://example.jp/2"]
    assert [one.error for one in records].count("read-limit") == 1
    given_up = next(one for one in records if one.error == "read-limit")
    assert "unread-inner-bytes" in given_up.flags
    assert given_up.inner_offset is not None


def test_what_costs_and_is_followed_by_a_unit_without_a_head_is_given_up_alone(tmp_path: Path) -> None:
    """Whether it goes on in the next unit is asked of its last record, which nobody comes to."""
    path, verdicts = tmp_path / "followed.warc.gz", Kept()
    path.write_bytes(falling_lengths(500) + gz(b"y" * 10) + gz(response(1, b"<p>good</p>")))
    records, gaps = read(path)
    assert [one.error for one in records].count("read-limit") == 1
    assert records[-1].url == "https://example.jp/1"
    assert [gap.kind for gap in gaps] == ["unreadable"]
    assert list(read_file(path, verdicts=verdicts)) == list(read_file(path, verdicts=verdicts))
    assert not verdicts, "bytes decide it, on any machine"


def test_a_unit_that_is_given_up_before_its_first_record_is_unreadable(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, verdicts = tmp_path / "slow.warc.gz", Kept()
    good = gz(response(1, b"<p>good</p>"))
    path.write_bytes(gz(response(0, b"<p>slow</p>")) + good)
    real = meters.Meter.begin

    def begin(meter: Meter, offset: int) -> None:
        real(meter, offset)
        clock.now += 3_600 if offset == 0 else 0

    monkeypatch.setattr(meters.Meter, "begin", begin)
    first = list(read_file(path, verdicts=verdicts))
    assert [one.kind for one in first] == ["unreadable", "response"]
    assert verdicts == {0: NOWHERE}
    monkeypatch.undo()
    assert list(read_file(path, verdicts=verdicts)) == first


def test_records_larger_than_a_window_are_read_in_one_member(tmp_path: Path) -> None:
    """Windows go forward: what reading needs of a big unit is never behind all of them."""
    path = tmp_path / "one.warc.gz"
    bodies = [bytes([65 + number]) * (3 * MIB + number) for number in range(8)]
    path.write_bytes(gz(b"".join(response(number, body) for number, body in enumerate(bodies))))
    records, _ = read(path)
    assert [one.body for one in records] == bodies
    assert [one.error for one in records] == [None] * len(bodies)
    assert sum(map(len, bodies)) > KEEP


DATA = b"".join(number.to_bytes(4, "big") for number in range(6 * MIB // 4))
PACKED = gzip.compress(DATA, 1)


@given(st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(0, 70_000)), max_size=12))
def test_a_big_unit_gives_the_bytes_that_were_asked_for_or_gives_up(places: list[tuple[int, int]]) -> None:
    unit = Inflated(PACKED, 0, GZIP, len(DATA))
    try:
        for start, size in places:
            assert unit[start : start + size] == DATA[start : start + size]
    except ReadLimitError:
        assert len(places) > 4


@pytest.mark.parametrize("pack", [gz, zst, lz4_frame])
@given(data=st.data())
def test_a_record_cut_into_units_anywhere_is_that_record(
    tmp_path_factory: pytest.TempPathFactory, pack: Callable[[bytes], bytes], data: st.DataObject
) -> None:
    records = [response(number, b"<p>" + b"%d" % number * 300 + b"</p>") for number in range(3)]
    whole = b"".join(records)
    inside = st.integers(len(records[0]) + 60, len(records[0]) + len(records[1]) - 5)
    cuts = sorted({*data.draw(st.lists(inside, max_size=6)), len(records[0]), len(records[0]) + len(records[1])})
    units = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    path = tmp_path_factory.mktemp("cut") / "units"
    path.write_bytes(b"".join(map(pack, units)))
    found, _ = read(path)
    assert [(one.url, one.digest_ok, one.error) for one in found] == [
        (f"https://example.jp/{number}", True, None) for number in range(3)
    ]


# --- the backstop -----------------------------------------------------------------------------------------------------


class Kept(dict[int, int]):
    """Verdicts in memory."""

    def put(self, offset: int, stopped: int) -> None:
        self.setdefault(offset, stopped)


class Clock:
    """Seconds of CPU as a test wants them."""

    def __init__(self) -> None:
        self.now = 0.0

    def thread_time(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return 2 * self.now  # another process has the core half of the time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(meters, "time", clock)
    return clock


def test_the_callers_time_is_not_the_files(clock: Clock) -> None:
    meter = Meter(free_seconds=1)
    meter.begin(0)
    meter.pause()
    clock.now += 100
    meter.go_on()
    meter.check()
    clock.now += 1.5
    with pytest.raises(ReadLimitError):
        meter.check()


def test_bytes_that_are_new_are_granted_time_and_others_are_not(clock: Clock) -> None:
    meter = Meter(free_seconds=1)
    meter.begin(0)
    data = meters.Metered(bytes(10 * FILE_RATE), meter, FILE_RATE)
    clock.now += 5
    assert len(data[0 : 5 * FILE_RATE]) == 5 * FILE_RATE
    clock.now += 2
    for _ in range(meters.LOOKS - 1):
        assert data[0:1]
    with pytest.raises(ReadLimitError):
        data[0 : 5 * FILE_RATE]


def slow_at(clock: Clock, monkeypatch: pytest.MonkeyPatch, slow: bytes) -> None:
    """Make the record that holds `slow` cost an hour to build, as some unknown kind might."""
    from yurai.sources.warc import build as builds

    real = builds.read_payload

    def read_payload(block: bytes, *args: object, **named: object) -> object:
        clock.now += 3_600 if slow in block else 0
        return real(block, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builds, "read_payload", read_payload)


RECORDS = [response(number, b"<p>%s</p>" % word) for number, word in enumerate((b"one", b"slow", b"three", b"four"))]


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"".join(map(gz, RECORDS)), [0, 2, 3]),
        (gz(b"".join(RECORDS)), [0]),
        (gz(RECORDS[0]) + zst(RECORDS[1]), [0]),
        (b"".join(RECORDS), [0, 2, 3]),
    ],
    ids=["a unit each", "one unit", "damage", "plain"],
)
def test_what_was_given_up_is_given_up_at_the_same_byte_by_every_later_run(
    data: bytes, kept: list[int], tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, verdicts = tmp_path / "slow.warc", Kept()
    path.write_bytes(data)
    slow_at(clock, monkeypatch, b"slow")
    first = list(read_file(path, verdicts=verdicts))
    monkeypatch.undo()  # a machine on which nothing is slow
    assert list(read_file(path, verdicts=verdicts)) == first
    good = [one.url for one in first if isinstance(one, Record) and one.error is None]
    assert good == [f"https://example.jp/{number}" for number in kept]
    assert sum(
        one.length if isinstance(one, Record) else one.bytes for one in {(i.offset): i for i in first}.values()
    ) == len(data)
    assert all(stopped >= NOWHERE for stopped in verdicts.values())
    assert any(isinstance(one, Gap) or one.error == "read-limit" for one in first)


def test_reading_without_verdicts_is_as_before(tmp_path: Path) -> None:
    path, verdicts = tmp_path / "plain.warc", Kept()
    path.write_bytes(warc_record("response", 0, b"x"))
    assert list(read_file(path)) == list(read_file(path, verdicts=verdicts))
    assert not verdicts
