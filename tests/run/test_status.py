"""`yurai status` tells how far a run is, from its tree alone: running, dead, done, and what goes on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cost import grows_linearly
from run_helpers import run
from warc_samples import response
from yurai.engine.local import LocalRunner
from yurai.engine.note import CALL, STATE, RunNote, load_call, load_state
from yurai.engine.typed import CALL_VARIABLE, typed, typed_call
from yurai.run.status import status_of
from yurai_manifests.errors import ShardError
from yurai_manifests.lease import Holder, held
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from run_helpers import Said
    from yurai.engine.ended import Ended
    from yurai.engine.task import AnyTask

    Yurai = Callable[..., Said]

PAGE = b"<title>Rivers</title><body>" + b"<p>A river carries water from the hills down to the sea, all year.</p>" * 8


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.warc").write_bytes(response(number, PAGE))
    return folder


class Failing(LocalRunner):
    """Runs tasks until one of a step would begin; then it raises."""

    def __init__(self, step: str, error: BaseException) -> None:
        super().__init__(1)
        self._step, self._error = step, error

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        def until() -> Iterator[tuple[int, AnyTask]]:
            for count, (number, task) in enumerate(tasks):
                if task.step.name == self._step and count == 2:
                    raise self._error
                yield number, task

        return super().run(until())


def failed(tmp_path: Path, crawl: Path, error: BaseException, words: tuple[str, ...] = ("yurai", "run")) -> Path:
    with typed(words), pytest.raises(type(error)):
        run(tmp_path / "out", [crawl], runner=Failing("00-extract", error))
    return tmp_path / "out"


def test_a_run_that_is_done_says_so_and_ends_with_0(yurai: Yurai, small_tree: Path) -> None:
    said = yurai("status", small_tree)
    assert said.code == 0
    assert "\ndone " in said.out
    assert "resume" not in said.out
    assert "error" not in said.out


def test_a_failed_run_says_how_far_it_is_why_and_what_resumes_it(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    words = ("yurai", "run", "plain", "--input", "my crawl", "--output", "out")
    out = failed(tmp_path, crawl, ShardError("the disk is full; make room"), words)
    said = yurai("status", out)
    assert said.code == 1
    assert "dead     the driver ended with an error" in said.out
    assert "00-extract, stage " in said.out
    assert ": 2 of 3 tasks" in said.out
    assert "error    ShardError: the disk is full; make room (" in said.out
    assert f"cd {Path.cwd()} && yurai run plain --input 'my crawl' --output out" in said.out


def test_an_interrupted_run_is_called_so_and_has_no_error(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    said = yurai("status", failed(tmp_path, crawl, KeyboardInterrupt()))
    assert (said.code, "the driver was interrupted" in said.out, "error" in said.out) == (1, True, False)


def test_what_resumes_is_done_and_its_error_is_over(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"))
    run(out, [crawl])
    said = yurai("status", out)
    assert (said.code, "storage is away" in said.out) == (0, False)


def test_the_last_error_outlives_a_driver_that_is_killed(tmp_path: Path, crawl: Path) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"))
    RunNote(open_store(str(out))).step(StepId("00-extract", "0" * 64), 3, 2)
    now = status_of(open_store(str(out)))
    assert (now.life, now.error) == ("dead", "ShardError: storage is away")


def test_a_killed_driver_is_dead(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    out = tmp_path / "out"
    killed = subprocess.run(
        [sys.executable, "-m", "yurai", "run", "demo", "--input", crawl, "--output", out, "--runner", "local"],
        env={**os.environ, "YURAI_FAILPOINT": "in-publish"},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9
    said = yurai("status", out)
    assert said.code == 1
    assert "the driver was killed, or its machine is gone" in said.out
    assert f"yurai run demo --input {crawl} --output {out} --runner local" in said.out
    again = yurai("status", out, "--format", "json")
    resume = json.loads(again.out)["resume"]
    assert again.code == 1
    finished = subprocess.run(resume.replace("yurai", f"{sys.executable} -m yurai", 1), shell=True, check=False)
    assert (finished.returncode, yurai("status", out).code) == (3, 0)  # three equal, short pages


def test_a_running_step_has_a_rate_and_an_end(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    seen: list[Said] = []

    class Asking(LocalRunner):
        def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
            for done in super().run(tasks):
                seen.append(yurai("status", tmp_path / "out"))
                yield done

    run(tmp_path / "out", [crawl], runner=Asking(1))
    first, second = seen[0], seen[1]
    assert (first.code, second.code) == (0, 0)
    assert f"process {os.getpid()} on {platform.node()}" in first.out
    assert "running " in first.out
    assert ": 1 of 3 tasks, " in first.out
    assert "/s, " in second.out
    assert "left in this step" in second.out


def test_a_resumed_step_counts_what_is_left_by_what_it_made_itself(tmp_path: Path, crawl: Path) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"))
    store = open_store(str(out))
    with held(store):
        note = load_state(store)
        assert note
        step = note["steps"][-1]
        RunNote(store).step(StepId(step["step"], step["folder"].rpartition("/")[2]), 3, 2)
        now = status_of(store).step
    assert now
    assert (now.done, now.tasks, now.rate, now.left) == (2, 3, 0.0, None)


def test_a_driver_on_another_machine_lives_by_its_beats(tmp_path: Path, crawl: Path) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"))
    store = open_store(str(out))
    for name in list(store.names(".work/lease")):
        store.remove(name)
    far = replace(Holder.this(), host="node-7", pid=17, place="")
    store.put(".work/lease/00000009.json", far.json())
    now = status_of(store)
    assert (now.life, now.driver, now.why) == ("running", "process 17 on node-7", "no step has begun")
    store.put(".work/lease/00000009.json", replace(far, beat=time.time() - 61).json())
    assert status_of(store).life == "dead"


def test_a_refused_call_changes_nothing_of_what_is_said(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    out = tmp_path / "out"
    arguments = ("--input", crawl, "--output", out, "--runner", "local", "--no-report")
    assert yurai("run", "demo", *arguments, "--allow-empty").code == 0
    before = (out / STATE).read_bytes(), (out / CALL).read_bytes()
    assert yurai("run", "plain", *arguments).code == 2
    assert yurai("status", out).code == 0
    assert ((out / STATE).read_bytes(), (out / CALL).read_bytes()) == before


@pytest.mark.parametrize("name", ["", "documents", "a.txt"])
def test_what_is_no_tree_ends_with_2(yurai: Yurai, tmp_path: Path, name: str) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "a.txt").write_text("no tree")
    said = yurai("status", tmp_path / name if name else tmp_path)
    assert said.code == 2
    assert "is no output tree" in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("left", [b"", b"{}", b"[1]", b'{"outcome":"done"}', b"\xff\x00", b'{"words":7}'])
def test_a_damaged_note_is_as_none(yurai: Yurai, small_tree: Path, tmp_path: Path, left: bytes) -> None:
    out = shutil.copytree(small_tree, tmp_path / "out")
    (out / STATE).write_bytes(left)
    (out / CALL).write_bytes(left)
    assert yurai("status", out).code == 0
    (out / "run.json").unlink()
    said = yurai("status", out)
    assert said.code == 1
    assert "the same call again" in said.out


def test_a_tree_without_notes_counts_the_tasks_that_are_there(tmp_path: Path, crawl: Path) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"))
    shutil.rmtree(out / "journal")
    now = status_of(open_store(str(out)))
    assert now.step
    assert (now.life, now.step.step, now.step.done, now.step.tasks) == ("dead", "00-extract", 2, 3)


@pytest.mark.parametrize(
    ("word", "noted"),
    [
        ("https://me:pass@host/a.warc?sig=abc", "https://host/a.warc"),
        ("s3://key:secret@bucket/crawl", "s3://bucket/crawl"),
        ("robots=https://host/r.paths?token=1", "robots=https://host/r.paths"),
        ("--input=https://host/a?b=c", "--input=https://host/a"),
        ("zip://a::https://me:pass@host/b.zip", "zip://a::https://host/b.zip"),
        ("a b?c.warc", "a b?c.warc"),
        ("s3://bucket/part-*.warc.gz", "s3://bucket/part-*.warc.gz"),
    ],
)
def test_a_call_is_noted_without_secrets(yurai: Yurai, tmp_path: Path, crawl: Path, word: str, noted: str) -> None:
    out = failed(tmp_path, crawl, ShardError("storage is away"), ("yurai", "run", word))
    call = load_call(open_store(str(out)))
    assert call
    assert (call["words"][-1], call["complete"]) == (noted, noted == word)
    assert ("put back what is secret" in yurai("status", out).out) == (noted != word)
    assert b"pass" not in (out / CALL).read_bytes()


def test_a_long_call_is_cut_and_says_where_it_is_whole(yurai: Yurai, tmp_path: Path, crawl: Path) -> None:
    words = ("yurai", "run", *(f"input-{number:06}.warc" for number in range(1000)))
    out = failed(tmp_path, crawl, ShardError("storage is away"), words)
    said = yurai("status", out).out
    assert len(said) < 4000
    assert f"(whole: {out}/{CALL})" in said


def test_a_job_notes_the_call_of_who_submitted_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CALL_VARIABLE, "'/home/a b' yurai submit plain --input 'x y'")
    assert typed_call() == ("/home/a b", ("yurai", "submit", "plain", "--input", "x y"))


def test_a_tree_in_object_storage_says_the_same(yurai: Yurai, small_on_s3: str) -> None:
    said = yurai("status", small_on_s3)
    assert (said.code, "done" in said.out) == (0, True)
    assert yurai("status", f"{small_on_s3}-not").code == 2


def test_a_name_of_a_tree_cannot_act_on_a_terminal(yurai: Yurai, small_tree: Path, tmp_path: Path) -> None:
    out = shutil.copytree(small_tree, tmp_path / "a\x1b[31mb\nc")
    said = yurai("status", out)
    assert (said.code, "\x1b" in said.out, "\\x1b[31mb\\nc" in said.out) == (0, False, True)


def test_json_has_the_fields_of_the_text(yurai: Yurai, small_tree: Path) -> None:
    said = json.loads(yurai("status", small_tree, "--format", "json").out)
    assert (said["life"], said["step"], said["error"]) == ("done", None, "")
    assert said["before"][0][0] == "00-extract"


def test_watching_a_run_that_has_ended_says_it_once(yurai: Yurai, small_tree: Path) -> None:
    assert yurai("status", small_tree, "--watch", "1").out.count("\ndone ") == 1


def test_it_costs_names_and_no_manifests(tmp_path: Path) -> None:
    def prepared(size: int) -> Callable[[], object]:
        out = tmp_path / str(size)
        store = open_store(str(out))
        step = StepId("00-extract", "f" * 64)
        RunNote(store).step(step, size, 0)
        for number in range(size):
            path = out / step.task_key(f"{number * 7919 % 65536:04x}-{number}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"no manifest at all")
        return lambda: status_of(store)

    assert grows_linearly(prepared, 1000)


def test_notes_are_in_no_digest(tmp_path: Path, crawl: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with typed(("yurai", "one")):
        run(one, [crawl])
    run(two, [crawl])
    assert (one / CALL).read_bytes() != (two / CALL).read_bytes()
    assert (one / "run.json").read_bytes() == (two / "run.json").read_bytes()
