"""What a run holds at its peak, told from two trials: rows fill a group, pages have a tail, the driver is there once."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.plan.memory import LOOK_NOISE, SOURCE_BYTES, Held, peak
from yurai.plan.trial import Parts, Trial, Usage, parts_of, tree
from yurai_manifests.parquet import ROW_GROUP
from yurai_manifests.run import RunRecord

MB = 10**6
counts = st.integers(1, 10**7)


def held(rows: float, pages: float, workers: int = 2, sources: int = 0) -> float:
    """What a run of a known kind holds: .2 MB for each row of a group, and the largest of the pages."""
    group, largest = min(rows, ROW_GROUP), 8 * MB * math.log(pages)
    base, worker, child = 110 * MB + 0.05 * MB * group, 140 * MB + 0.2 * MB * group, 100 * MB + largest
    return base + workers * (worker + child) + SOURCE_BYTES * sources


def trial(seen: Parts, high: Parts | None = None) -> Trial:
    return Trial(1.0, 1.0, 1, 1, RunRecord({}), seen, high or seen)


def parts(rows: float) -> Trial:
    """A trial of such a run; what the kernel says counts shared pages in each process, and so is larger."""
    group, child = min(rows, ROW_GROUP), 100 * MB + 8 * MB * math.log(rows)
    seen = Parts(round(110 * MB + 0.05 * MB * group), round(140 * MB + 0.2 * MB * group), round(child))
    return trial(seen, Parts(*(size + 60 * MB for size in seen)))


@pytest.mark.parametrize("small", [20, 40])
@pytest.mark.parametrize("large", [160, 300, 900])
@pytest.mark.parametrize("whole", [1000, 5000, 10**6])
def test_rows_fill_a_group_and_no_more(small: int, large: int, whole: int) -> None:
    found = peak(parts(small), parts(large), Held(small, large, whole), (64, 64), 2)
    assert found.value == pytest.approx(held(whole, whole), rel=0.02)
    low, high = found.interval
    assert low <= held(whole, whole) <= high


def test_logarithms_alone_would_miss_a_quarter() -> None:
    """The mended fault: what rows add was taken to grow as the largest page does."""
    small, large, whole = 32, 256, 5000
    before, after = held(small, small), held(large, large)
    assert after + (after - before) / math.log(8) * math.log(whole / large) < 0.85 * held(whole, whole)


@pytest.mark.parametrize("workers", [1, 2, 8, 64])
def test_each_worker_has_a_child_and_the_driver_is_there_once(workers: int) -> None:
    one = Parts(100 * MB, 150 * MB, 120 * MB)
    assert peak(trial(one), trial(one), Held(300, 300, 300), (64, 64), workers).value == 100 * MB + workers * 270 * MB


def test_more_workers_than_a_trial_of_one_process_are_as_large_as_that() -> None:
    alone = Parts(150 * MB, 0, 120 * MB)
    assert peak(trial(alone), trial(alone), Held(300, 300, 300), (64, 64), 1).value == 270 * MB
    assert peak(trial(alone), trial(alone), Held(300, 300, 300), (64, 64), 4).value == 4 * 270 * MB


@pytest.mark.parametrize(("workers", "sources", "busy"), [(2, 1, 1), (8, 3, 3), (2, 9, 2)])
def test_a_worker_without_a_source_is_idle(workers: int, sources: int, busy: int) -> None:
    one = trial(Parts(100 * MB, 150 * MB, 120 * MB, 60 * MB))
    found = peak(one, one, Held(300, 300, 300), (sources, sources), workers).value
    assert found == 100 * MB + busy * 270 * MB + (workers - busy) * 60 * MB


@given(st.integers(1, 10**5))
def test_the_driver_holds_each_source(sources: int) -> None:
    one = Parts(100 * MB, 150 * MB, 0)
    less, more = (peak(trial(one), trial(one), Held(9, 9, 9), (9, 9 + count), 2).value for count in (0, sources))
    assert more - less == SOURCE_BYTES * sources


@given(counts, counts, counts)
def test_a_factor_is_what_a_full_group_has_more(small: int, more: int, rest: int) -> None:
    rows = Held(small, small + more, small + more + rest)
    assert 0 <= rows.factor <= ROW_GROUP / max(1, min(more, ROW_GROUP - min(small, ROW_GROUP)) or 1)
    assert Held(small, small + more, small + more).factor == 0
    assert Held(small, small, small + rest).factor == 0


@given(st.integers(0, 40), st.integers(41, 200), st.integers(201, 10**6))
def test_the_further_the_wider(small: int, large: int, whole: int) -> None:
    near, far = (
        peak(parts(small + 1), parts(large), Held(small + 1, large, rows), (64, 64), 2) for rows in (large, whole)
    )
    assert near.variance == 0
    assert far.variance > (LOOK_NOISE / 4) ** 2
    assert far.value >= near.value


@pytest.mark.parametrize(("later", "most"), [(200, 2 * 270 + 100), (400, 2 * 400 + 100)])
def test_the_peak_is_of_one_phase_and_a_child_of_the_first_alone(later: int, most: int) -> None:
    """Later steps hold more rows, and no extraction child beside them."""
    extracting, rows = Parts(100 * MB, 150 * MB, 120 * MB), Parts(100 * MB, later * MB)
    one = Trial(1.0, 1.0, 1, 1, RunRecord({}), extracting, extracting, rows, rows)
    assert peak(one, one, Held(300, 300, 300), (64, 64), 2).value == most * MB


def test_a_peak_that_no_look_caught_is_growth_all_the_same() -> None:
    seen = Parts(110 * MB, 150 * MB, 100 * MB)
    less, more = Parts(200 * MB, 230 * MB, 120 * MB), Parts(214 * MB, 251 * MB, 120 * MB)
    found = peak(trial(seen, less), trial(seen, more), Held(24, 224, 10**5), (64, 64), 2)
    low, high = (seen.whole(2) + 4 * rise * (14 + 2 * 21) * MB for rise in (0, 1))
    assert found.value == pytest.approx((low + high) / 2)
    assert found.interval[0] <= low * 1.01
    assert found.interval[1] >= high * 0.99


def test_a_smaller_peak_of_the_larger_trial_is_no_growth() -> None:
    less, more = Parts(100 * MB, 150 * MB, 100 * MB), Parts(90 * MB, 140 * MB, 90 * MB)
    found = peak(trial(less), trial(more), Held(30, 300, 9000), (64, 64), 2)
    assert found.value == more.whole(2)
    assert found.interval[0] < found.value < found.interval[1]


def test_processes_are_told_by_their_commands() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read() # yurai.extraction.child"], stdin=subprocess.PIPE
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read() # multiprocessing.spawn"], stdin=subprocess.PIPE
    )
    try:
        found = {one.process: one.part for one in tree(os.getpid())}
        assert (found[os.getpid()], found[child.pid], found[worker.pid]) == ("base", "child", "worker")
    finally:
        for process in (child, worker):
            process.communicate()


def test_the_largest_of_a_kind_stands_for_all_of_it() -> None:
    members = [Usage(1, 9, 0.0), Usage(2, 1, 0.0)]
    members += [Usage(3 + at, size, 0.0, "worker") for at, size in enumerate((5, 7))]
    members += [Usage(9, 4, 0.0, "child")]
    assert parts_of(members) == Parts(10, 7, 4, 5)
    assert parts_of(members).whole(2) == 10 + 2 * 11
    assert parts_of([]) == Parts()
