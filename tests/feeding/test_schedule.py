"""Ranks share each global batch, and a training that goes on at a step sees what it would have seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.data.schedule import Schedule
from yurai_manifests.errors import RecipeError

SHAPES = st.tuples(st.integers(0, 200), st.integers(1, 4), st.integers(1, 5))


def positions(schedule: Schedule) -> list[int]:
    return [schedule.position(item) for item in range(len(schedule))]


@given(SHAPES)
def test_ranks_together_have_each_batch_in_its_order(shape: tuple[int, int, int]) -> None:
    samples, world, each = shape
    batch = world * each
    ranks = [positions(Schedule(samples, batch, rank, world)) for rank in range(world)]
    joined = [
        position
        for step in range(samples // batch)
        for rank in ranks
        for position in rank[step * each : (step + 1) * each]
    ]
    assert joined == list(range(samples // batch * batch))


@given(SHAPES, st.data())
def test_from_a_step_on_items_are_those_of_an_uninterrupted_run(
    shape: tuple[int, int, int], data: st.DataObject
) -> None:
    samples, world, each = shape
    batch = world * each
    start = data.draw(st.integers(0, samples // batch))
    for rank in range(world):
        whole, later = Schedule(samples, batch, rank, world), Schedule(samples, batch, rank, world, start)
        assert positions(later) == positions(whole)[start * each :]
        assert [later.step(item) for item in range(len(later))] == [start + item // each for item in range(len(later))]


@given(st.integers(0, 50))
def test_without_a_global_batch_there_are_samples_and_no_steps(samples: int) -> None:
    schedule = Schedule(samples)
    assert positions(schedule) == list(range(samples))
    assert {schedule.step(item) for item in range(samples)} <= {None}


@pytest.mark.parametrize(
    "wrong",
    [
        (10, 4, 4, 4),
        (10, 4, -1, 4),
        (10, 4, 0, 3),
        (10, 0),
        (10, 4, 0, 1, 3),
        (10, 4, 0, 1, -1),
        (10, None, 0, 2),
        (10, None, 0, 1, 1),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: tuple[int, int | None, int, int, int]) -> None:
    with pytest.raises(RecipeError):
        Schedule(*wrong)


def test_outside_there_is_nothing() -> None:
    for item in (-1, 8):
        with pytest.raises(IndexError):
            Schedule(10, 4).position(item)
