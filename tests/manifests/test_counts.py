"""The counting law holds for what adds up, and for nothing else."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_manifests.canonical import canonical
from yurai_manifests.counts import StageCounts, check_chain, total
from yurai_manifests.errors import AuditError
from yurai_manifests.task import TaskRecord
from yurai_manifests.totals import Totals

REASONS = st.dictionaries(st.sampled_from(["http-404", "no-text", "too-deep", "duplicate"]), st.integers(1, 50)).map(
    Counter
)
NAMES = ("read", "extract", "language", "filter")


@st.composite
def chains(draw: st.DrawFn) -> list[StageCounts]:
    """Stages of one task, each of which sees what the one before kept."""
    seen = draw(st.integers(0, 10_000))
    chain = []
    for name in NAMES[: draw(st.integers(1, 4))]:
        dropped, failed = draw(REASONS), draw(REASONS)
        if dropped.total() + failed.total() > seen:
            dropped, failed = Counter(), Counter()
        kept = seen - dropped.total() - failed.total()
        chain.append(StageCounts(name, seen, kept, dropped, failed, draw(REASONS)))
        seen = kept
    return chain


def copy(chain: list[StageCounts]) -> list[StageCounts]:
    return [StageCounts.of(counts.json()) for counts in chain]


@given(chains())
def test_what_adds_up_is_accepted(chain: list[StageCounts]) -> None:
    check_chain(chain, "here")
    assert copy(chain) == chain


@given(chains(), st.data())
def test_any_number_off_by_one_is_refused(chain: list[StageCounts], data: st.DataObject) -> None:
    wrong = data.draw(st.sampled_from(chain))
    field = data.draw(st.sampled_from(["seen", "kept", "dropped", "failed"]))
    by = data.draw(st.sampled_from([-1, 1]))
    if field in ("seen", "kept"):
        setattr(wrong, field, getattr(wrong, field) + by)
    else:
        getattr(wrong, field)["http-404"] += by
    with pytest.raises(AuditError, match=r"here: stage \w+ .*do not publish this corpus"):
        check_chain(chain, "here")


def test_a_link_that_loses_a_row_is_refused() -> None:
    chain = [StageCounts("read", 5, 5), StageCounts("extract", 4, 4)]
    with pytest.raises(AuditError, match="read kept 5 rows but extract saw 4"):
        check_chain(chain, "task 7")


def test_a_negative_count_does_not_balance_anything() -> None:
    with pytest.raises(AuditError, match="negative count"):
        StageCounts("read", 1, 2, Counter({"http-404": -1})).check("task 7")


@given(st.lists(chains(), max_size=5))
def test_total_is_the_sum_by_stage(tasks: list[list[StageCounts]]) -> None:
    sums = total(tasks)
    stages = [counts for task in tasks for counts in task]
    assert [counts.stage for counts in sums] == list(dict.fromkeys(counts.stage for counts in stages))
    for found in sums:
        mine = [counts for counts in stages if counts.stage == found.stage]
        assert (found.seen, found.kept) == (sum(c.seen for c in mine), sum(c.kept for c in mine))
        for field in ("dropped", "failed", "notes"):
            assert getattr(found, field) == sum((getattr(c, field) for c in mine), Counter())


def written(chain: list[StageCounts], key: str = "ab" * 32) -> dict[str, object]:
    """The task manifest of these counts, as a step's commit reads it."""
    found: dict[str, object] = json.loads(canonical(TaskRecord(key, "a.warc.gz", "00", stages=chain).json()))
    return found


@given(st.lists(chains(), max_size=5))
def test_sums_from_written_manifests_are_the_same(tasks: list[list[StageCounts]]) -> None:
    totals = Totals("00-extract")
    for task in tasks:
        flow = totals.add(written(task))
        assert flow == (
            task[0].seen, task[-1].kept, sum(c.dropped.total() for c in task), sum(c.failed.total() for c in task),
        )  # fmt: skip
    assert totals.stages() == total(tasks)
    assert totals.tasks == len(tasks)


@given(chains(), st.data())
def test_a_written_manifest_that_is_off_by_one_is_refused_by_name(
    chain: list[StageCounts], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    field = data.draw(st.sampled_from(["seen", "kept"]))
    wrong = copy(chain)
    wrong[place] = dataclasses.replace(wrong[place], **{field: getattr(wrong[place], field) + 1})
    with pytest.raises(AuditError, match=r"step 00-extract, task abababababababab \(a.warc.gz\)"):
        Totals("00-extract").add(written(wrong))
