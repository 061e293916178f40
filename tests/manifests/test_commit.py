"""Commits: two attempts with equal content are one, a death at any point leaves nothing wrong, a million shards fit."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_expectations import SAMPLE
from yurai.engine.ended import Ended
from yurai.engine.engine import Engine
from yurai.engine.progress import Reporter
from yurai.engine.task import Task
from yurai.sources.fetch import Shard
from yurai.stages.map_tasks import Measure, measure_shard
from yurai_manifests import step as stages
from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.step import commit_step, load_step, outputs, task_rows, tasks
from yurai_manifests.store import LocalStore, open_store
from yurai_manifests.task import Output, StepId, TaskRecord, attempt, commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAFE = 2**53 - 1
NUMBERS = st.integers(0, SAFE)
REASONS = st.dictionaries(st.text(min_size=1, max_size=12), st.integers(1, 9), max_size=3).map(Counter)
STEP = StepId("00-extract", "f" * 64)
IDENTITY = {"stage": "extract"}


@st.composite
def stage_counts(draw: st.DrawFn) -> StageCounts:
    dropped, failed, kept = draw(REASONS), draw(REASONS), draw(st.integers(0, 1000))
    seen = kept + dropped.total() + failed.total()
    return StageCounts(draw(st.text(max_size=5)), seen, kept, dropped, failed, draw(REASONS))


RECORDS = st.builds(
    TaskRecord,
    key=st.text("0123456789abcdef", min_size=64, max_size=64),
    source=st.text(),
    source_sha256=st.text(max_size=4),
    outputs=st.lists(st.builds(Output, st.text(), st.text(), st.text(), NUMBERS, NUMBERS, NUMBERS), max_size=3),
    stages=st.lists(stage_counts(), max_size=3),
    other_records=REASONS,
    unreadable=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3),
    file_bytes=NUMBERS,
    record_bytes=NUMBERS,
    padding_bytes=NUMBERS,
    warnings=st.lists(st.text(), max_size=2),
    index=st.dictionaries(st.text(max_size=5), st.lists(NUMBERS, max_size=3), max_size=2),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(record: TaskRecord) -> None:
    data = canonical(record.json())
    assert TaskRecord.of(data) == record
    assert canonical(TaskRecord.of(data).json()) == data


def make_record(number: int, kept: int = 7) -> TaskRecord:
    counts = StageCounts("read", kept + 3, kept, Counter({"http-404": 2}), Counter({"body-incomplete": 1}))
    return TaskRecord(sha256(b"%d" % number), f"{number}.warc.gz", "00", stages=[counts])


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def test_a_second_attempt_with_equal_content_is_fine(store: LocalStore) -> None:
    commit(store, STEP, make_record(1))
    commit(store, STEP, make_record(1))
    assert list(store.names("stages")) == [STEP.task_key(make_record(1).key)]


def test_a_second_attempt_with_other_content_is_an_alarm_and_the_first_stays(store: LocalStore) -> None:
    commit(store, STEP, make_record(1))
    with pytest.raises(
        ShardError, match=r"1\.warc\.gz in step 00-extract made different content: stages/.*compare the two"
    ):
        commit(store, STEP, make_record(1, kept=8))
    name = STEP.task_key(make_record(1).key)
    assert TaskRecord.of(store.read(name)) == make_record(1)
    (alarm,) = set(store.names("stages")) - {name}
    assert "/alarms/" in alarm
    assert TaskRecord.of(store.read(alarm)) == make_record(1, kept=8)


def test_counts_that_do_not_balance_are_never_committed(store: LocalStore) -> None:
    record = make_record(1)
    record.stages[0].kept += 1
    with pytest.raises(AuditError, match="stage read saw 10 rows but accounts for 11"):
        commit(store, STEP, record)
    assert list(store.names("stages")) == []


def test_files_are_named_by_content_and_the_spool_is_cleared(store: LocalStore) -> None:
    for _ in range(2):
        with attempt(store, STEP) as current:
            path = current.path("rows.bin")
            path.write_bytes(b"rows")
            output = current.finish("rows", path, rows=1, size=4)
            assert current.outputs == [output]
    assert output.path == f".work/00-extract/data/{sha256(b'rows')[:2]}/{sha256(b'rows')}.bin"
    assert list(store.list(".work")) == [(output.path, 4)]
    with pytest.raises(FileNotFoundError):
        fail_half_way(store)
    assert list(store.list(".work")) == [(output.path, 4)]


def fail_half_way(store: LocalStore) -> None:
    with attempt(store, STEP) as current:
        current.path("half").write_bytes(b"half")
        current.finish("rows", current.path("absent"), rows=0)


def committed(store: LocalStore, count: int) -> list[str]:
    for number in range(count):
        commit(store, STEP, make_record(number))
    return [make_record(number).key for number in range(count)]


def test_a_step_is_committed_in_the_order_of_its_input(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "PART_ROWS", 4)
    keys = committed(store, 10)
    found = commit_step(store, STEP, IDENTITY, keys)
    assert [part["rows"] for part in found.value["parts"]] == [4, 4, 2]
    assert [record.key for record in tasks(store, found)] == keys
    assert list(task_rows(store, found)) == [store.read(STEP.task_key(key)) for key in keys]
    assert list(outputs(store, found, "rows")) == []
    (sums,) = found.stages
    assert (sums.seen, sums.kept, sums.dropped, sums.failed) == (100, 70, {"http-404": 20}, {"body-incomplete": 10})
    assert load_step(store, found.key, found.sha256) == found
    assert found.step == STEP


def test_a_committed_step_is_loaded_and_its_tasks_are_not_read_again(store: LocalStore) -> None:
    keys = committed(store, 3)
    first = commit_step(store, STEP, IDENTITY, keys)
    for key in keys:
        store.remove(STEP.task_key(key))
    assert commit_step(store, STEP, IDENTITY, keys) == first


def test_a_lost_part_is_written_again(store: LocalStore) -> None:
    keys = committed(store, 3)
    first = commit_step(store, STEP, IDENTITY, keys)
    store.remove(first.value["parts"][0]["path"])
    with pytest.raises(AuditError, match=r"00000\.parquet is missing"):
        list(task_rows(store, first))
    assert commit_step(store, STEP, IDENTITY, keys) == first
    assert len(list(task_rows(store, first))) == 3


def test_another_order_or_more_tasks_are_another_commit(store: LocalStore) -> None:
    keys = committed(store, 3)
    found = [commit_step(store, STEP, IDENTITY, some) for some in (keys, keys[::-1], keys[:2])]
    assert len({record.key for record in found}) == 3
    assert found[0].value["totals"] == found[1].value["totals"] != found[2].value["totals"]


def test_a_commit_of_another_identity_is_refused(store: LocalStore) -> None:
    keys = committed(store, 1)
    commit_step(store, STEP, IDENTITY, keys)
    with pytest.raises(ShardError, match=r"manifest\.json was committed with other content"):
        commit_step(store, STEP, {"stage": "other"}, keys)


def test_a_damaged_commit_is_named(store: LocalStore) -> None:
    keys = committed(store, 1)
    found = commit_step(store, STEP, IDENTITY, keys)
    store.put(found.key, b'{"parts":')
    with pytest.raises(ShardError, match=rf"{found.key} is damaged: .*; remove it and run the same command again"):
        commit_step(store, STEP, IDENTITY, keys)


def test_a_task_without_manifest_stops_the_commit(store: LocalStore) -> None:
    keys = committed(store, 3)
    store.remove(STEP.task_key(keys[1]))
    with pytest.raises(ShardError, match=rf"task {keys[1]} has no manifest at .*run the same command again to resume"):
        commit_step(store, STEP, IDENTITY, keys)
    assert not [name for name in store.names("stages") if name.endswith("manifest.json")]


def test_a_damaged_task_manifest_is_named(store: LocalStore) -> None:
    keys = committed(store, 1)
    name = STEP.task_key(keys[0])
    store.put(name, store.read(name)[:-5])
    with pytest.raises(ShardError, match=rf"{name} is damaged: "):
        commit_step(store, STEP, IDENTITY, keys)


def test_a_task_that_does_not_balance_stops_the_commit(store: LocalStore) -> None:
    (key,) = committed(store, 1)
    value = json.loads(store.read(STEP.task_key(key)))
    value["stages"][0]["kept"] += 1
    store.put(STEP.task_key(key), canonical(value))
    with pytest.raises(AuditError, match=rf"step 00-extract, task {key[:16]} \(0\.warc\.gz\): stage read saw 10 rows"):
        commit_step(store, STEP, IDENTITY, [key])


class Running:
    """Runs nothing, but commits the record that a task stands for."""

    workers = 1

    def __init__(self, store: LocalStore) -> None:
        self.store = store
        self.ran: list[int] = []

    def run(self, given: Iterable[tuple[int, Task]]) -> Iterator[tuple[int, Ended]]:
        for number, task in given:
            self.ran.append(number)
            commit(self.store, STEP, make_record(int(task.source)))
            yield number, Ended(task.key)

    def close(self) -> None:
        pass


def test_the_engine_runs_only_what_is_not_committed(store: LocalStore) -> None:
    runner = Running(store)
    engine = Engine(store, runner, Reporter(quiet=True))

    def expected(numbers: Iterable[int]) -> list[Task]:
        shard = Shard(store.url, "", "", 0, 0, "")
        return [
            Task(measure_shard, STEP, store.url, str(n), Measure(()), make_record(n).key, (shard,)) for n in numbers
        ]

    first = engine.step(STEP, IDENTITY, lambda: expected(range(4)), 4)
    assert runner.ran == [0, 1, 2, 3]
    assert engine.step(STEP, IDENTITY, lambda: expected(range(4)), 4) == first
    assert runner.ran == [0, 1, 2, 3]
    more = engine.step(STEP, IDENTITY, lambda: expected([9, *range(4)]), 5)
    assert runner.ran == [0, 1, 2, 3, 0]
    assert [record.source for record in tasks(store, more)] == [f"{n}.warc.gz" for n in (9, 0, 1, 2, 3)]


SCRIPT = """
import sys
from yurai.sources.find import find_sources
from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
run_recipe(load_recipe("demo"), find_sources(sys.argv[2:]), sys.argv[1], LocalRunner(1))
"""
INPUT = SAMPLE / "sample-03.warc.wet.gz"


def run_once(out: Path, failpoint: str = "") -> int:
    environment = os.environ | {"YURAI_FAILPOINT": failpoint}
    return subprocess.run([sys.executable, "-c", SCRIPT, str(out), str(INPUT)], env=environment, check=False).returncode


def contents(out: Path) -> dict[str, bytes]:
    """All files that are not journal or private spool."""
    store = LocalStore(out)
    return {key: store.read(key) for folder in ("", ".work", "stages") for key, _ in listed(store, folder)}


def listed(store: LocalStore, folder: str) -> Iterator[tuple[str, int]]:
    if folder:
        yield from ((key, size) for key, size in store.list(folder) if not key.startswith(".work/spool/"))
    else:
        for name in ("documents", "extracted", "dropped", "shards"):
            yield from store.list(name)
        yield "run.json", 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert run_once(out) == 0
    return contents(out)


@pytest.mark.slow
@pytest.mark.parametrize("failpoint", ["before-manifest", "after-manifest", "in-publish", "before-run"])
def test_a_process_that_is_killed_changes_nothing(
    failpoint: str, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run_once(out, failpoint) == -signal.SIGKILL
    assert not (out / "run.json").exists()
    assert run_once(out) == 0
    assert contents(out) == undisturbed


def bench() -> Any:
    path = Path(__file__).parents[2] / "bench" / "million.py"
    spec = importlib.util.spec_from_file_location("million", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bench_of_a_million_shards_over_3000(tmp_path: Path) -> None:
    million, shards = bench(), 3000
    store = open_store(str(tmp_path))
    million.write_tasks(store, shards)
    first = million.resume(store, shards)
    assert million.commit(store, shards) == million.resume(store, shards) == first
    assert [part["rows"] for part in first.value["parts"]] == [1000, 1000, 1000]
    assert [record.key for record in tasks(store, first)] == [million.task_key(number) for number in range(shards)]
    totals = stages.Totals(million.STEP.name)
    for number in range(shards):
        totals.add(million.task_record(number).json())
    assert first.value["totals"] == json.loads(canonical(totals.json()))
    million.write_run(store, first)
    assert million.audited(store, shards)["candidates"] == first.stages[0].seen
