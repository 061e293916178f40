"""What a crawl names is bounded: parts of reasons, the names of a task, those of a sum; nothing is lost from a total."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai_manifests import names
from yurai_manifests.canonical import canonical
from yurai_manifests.counts import StageCounts, check_chain
from yurai_manifests.names import OTHER, Tally, count_name, crawled, most_frequent, ranked
from yurai_manifests.task import TaskRecord
from yurai_manifests.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("ftp", "ftp"),
        ("application/pdf", "application/pdf"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40),
        ("", ""),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("a\x00b", "a\\x00b"),
        ("two\nlines", "two\\x0alines"),
        ("tab\there", "tab\\x09here"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("gnp\u202eexe", "gnp\\u202eexe"),
        ("caf\xe9", "caf\\xe9"),
        ("由来", "\\u7531\\u6765"),
        ("\U0001f600", "\\U0001f600"),
        ("\udc80", "\\udc80"),
        ("a b", "a b"),
        ("\x1b" * 11, "\\x1b" * 10),
        ("x" * 38 + "\x1b", "x" * 38),
        ("x" * 36 + "\x1b" + "y", "x" * 36 + "\\x1b"),
    ],
)
def test_a_part_of_a_reason(value: str, part: str) -> None:
    assert crawled(value) == part


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Ll"])))
def test_no_part_is_long_or_moves_a_terminal(value: str) -> None:
    part = crawled(value)
    assert len(part) <= 40
    assert all(" " <= letter <= "~" for letter in part)
    assert crawled(part) == part


COUNTS = st.dictionaries(st.sampled_from([f"scheme:{number}" for number in range(30)] + [OTHER]), st.integers(1, 9))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SUM_NAMES", 5)


def best(counts: Counter[str], limit: int) -> dict[str, int]:
    """The law again, in other words: one name after the other, the rest in one number."""
    left, chosen = Counter(counts), dict[str, int]()
    left.pop(OTHER, None)
    while left and len(chosen) < limit:
        most = max(left.values())
        name = min(name for name, count in left.items() if count == most)
        chosen[name] = left.pop(name)
    rest = left.total() + counts[OTHER]
    return chosen | ({OTHER: rest} if rest else {})


@given(COUNTS, st.integers(1, 40))
def test_the_most_frequent_are_named_and_ties_go_by_name(counts: dict[str, int], limit: int) -> None:
    found = ranked(counts, limit)
    assert dict(found) == best(Counter(counts), limit)
    assert sum(count for _, count in found) == sum(counts.values())
    assert dict(ranked(dict(found), limit)) == dict(found)
    named = [entry for entry in found if entry[0] != OTHER]
    assert found[: len(named)] == sorted(named, key=lambda entry: (-entry[1], entry[0]))


def test_a_thousand_names_stay_as_they_are() -> None:
    counts = {f"no-handler:x/{number}": number % 7 + 1 for number in range(1000)}
    assert most_frequent(counts) == counts
    assert list(most_frequent(counts)) == list(counts)
    more = counts | {"scheme:zz": 1}
    assert len(most_frequent(more)) == 1001
    assert sum(most_frequent(more).values()) == sum(more.values())


@given(st.lists(COUNTS, max_size=12), st.integers(0, 40), st.randoms())
def test_a_tally_on_disk_is_that_of_memory(parts: list[dict[str, int]], held: int, order: random.Random) -> None:
    memory, disk = Tally(), Tally(held)
    for part in parts:
        assert memory.add(part) == sum(part.values())
    for part in order.sample(parts, len(parts)):
        disk.add(part)
    whole = sum((Counter(part) for part in parts), Counter[str]())
    assert memory.sums(whole=True) == disk.sums(whole=True) == whole
    assert memory.sums() == most_frequent(whole)
    assert dict(ranked(disk.sums())) == dict(ranked(whole))


def test_a_tally_holds_few_names_however_many_there_are() -> None:
    tally, rng = Tally(1000), random.Random(11)
    expected = Counter[str]()
    for _ in range(60):
        part = {f"no-handler:x/{rng.randrange(20_000)}": rng.randrange(1, 5) for _ in range(500)}
        expected.update(part)
        tally.add(part)
        assert len(tally._counts) <= 1000
    assert tally.sums() == most_frequent(expected)
    assert len(tally.sums()) == 1001


def rows(count: int, seed: int) -> list[str]:
    """Reasons of rows, some of them frequent, most of them rare."""
    rng = random.Random(seed)
    return [f"scheme:{int(rng.paretovariate(0.7)) % 97}" for _ in range(count)]


def manifests(cuts: list[list[str]]) -> list[dict[str, object]]:
    """Task manifests, as they are written, of rows that were all dropped, with another record for each."""
    made = []
    for number, part in enumerate(cuts):
        record = TaskRecord(f"{number:064}", f"{number}.warc.gz", "00")
        counts = StageCounts("read", len(part))
        for reason in part:
            count_name(counts.dropped, reason)
            count_name(record.other_records, reason)
        record.stages = [counts]
        made.append(json.loads(canonical(record.json())))
    return made


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", range(12))
def test_sums_do_not_depend_on_how_rows_are_cut_or_in_which_order_tasks_end(seed: int) -> None:
    rng, every = random.Random(seed), rows(300, seed)
    found = set[bytes]()
    for _ in range(6):
        edges = sorted(rng.choices(range(301), k=rng.randrange(9)))
        cuts = [every[start:end] for start, end in zip([0, *edges], [*edges, 300], strict=True)]
        rng.shuffle(cuts)
        totals = Totals("00-extract")
        for task in manifests(cuts):
            totals.add(task)
        check_chain(totals.stages(), "step")
        assert len(totals.stages()[0].dropped) <= 6
        assert sum(totals.other_records.sums().values()) == 300
        found.add(canonical({**totals.json(), "tasks": 0, "outputs": {}}))
    assert len(found) == 1


def test_a_task_names_what_comes_first_and_its_law_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "TASK_NAMES", 3)
    counts = StageCounts("read", 8)
    for reason in ("a", "b", "a", "c", "d", "e", "d", "b"):
        count_name(counts.dropped, reason)
    assert counts.dropped == {"a": 2, "b": 2, "c": 1, OTHER: 3}
    counts.check("here")
    monkeypatch.undo()
    counts = StageCounts("read")
    for number in range(60_000):
        count_name(counts.dropped, f"scheme:{number}")
    assert len(counts.dropped) == 50_001
    assert counts.dropped.total() == 60_000


def test_a_name_that_is_called_other_is_counted_with_the_others() -> None:
    counts = {OTHER: 900, **{f"type-{number}": 1 for number in range(1005)}}
    found = ranked(counts)
    assert found[-1] == (OTHER, 905)
    assert len(found) == 1001


def test_adding_costs_what_it_adds() -> None:
    def prepare(size: int) -> Callable[[], object]:
        parts = [{f"no-handler:x/{number}": 1 for number in range(start, start + 500)} for start in range(0, size, 500)]

        def work() -> None:
            tally = Tally(2000)
            for part in parts:
                tally.add(part)
            assert sum(tally.sums().values()) == size

        return work

    assert grows_linearly(prepare, 20_000)
