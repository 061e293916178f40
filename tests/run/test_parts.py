"""A run that reads its inputs in ranges delivers the bytes of one that does not, whoever dies between."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

import yurai as api
from part_inputs import SPLIT, ended, tasks, write_inputs, write_recipe
from run_helpers import YURAI
from yurai.engine.local import LocalRunner
from yurai.plan.selected import by_task
from yurai.run.gc import collect
from yurai.sources.find import find_sources
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

FAILPOINTS = ("in 00-extract.cut", "in 00-extract", "after-manifest")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    write_inputs(folder)
    return folder


def sums(out: Path) -> dict[str, int]:
    store = open_store(str(out))
    totals: dict[str, int] = next(load_run(store).steps(store)).value["totals"]["bytes"]
    return totals


@pytest.fixture(scope="module")
def whole(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    ended(sorted(inputs.iterdir()), out, 0, LocalRunner(1))
    return out


@pytest.mark.parametrize(("split", "workers"), [(3000, 1), (SPLIT, 2)])
def test_the_bytes_delivered_are_those_of_the_unsplit_run(
    split: int, workers: int, inputs: Path, whole: Path, tmp_path: Path
) -> None:
    run = ended(sorted(inputs.iterdir()), tmp_path / "out", split, LocalRunner(workers))
    other = load_run(open_store(str(whole)))
    assert run.digest == other.digest
    same = ("counts", "totals", "files", "sources", "recipe", "fingerprint")
    assert {name: run.value[name] for name in same} == {name: other.value[name] for name in same}
    assert sums(tmp_path / "out") == sums(whole)
    assert sums(whole)["files"] == sum(path.stat().st_size for path in inputs.iterdir())
    assert tasks(whole) == 5 < tasks(tmp_path / "out")
    told = by_task(find_sources([str(path) for path in sorted(inputs.iterdir())]), split)
    assert sum(source.size for source in told) == sums(whole)["files"]
    assert len(told) >= tasks(tmp_path / "out"), "where a record or row group is longer than a range, there are fewer"
    assert not any(collect(open_store(str(tmp_path / "out")), dry_run=True).files.values()), "cuts are needed to resume"
    assert [one.check for one in verify_tree(open_store(str(tmp_path / "out"))).findings] == ["unsigned"]


def test_lines_are_cut_into_as_many_tasks_as_plan_says(inputs: Path, tmp_path: Path) -> None:
    only = tmp_path / "in"
    only.mkdir()
    for name in ("c.jsonl", "d.jsonl.gz"):
        (only / name).write_bytes((inputs / name).read_bytes())
    ended(sorted(only.iterdir()), tmp_path / "out", 1000, LocalRunner(1))
    told = by_task(find_sources([str(path) for path in sorted(only.iterdir())]), 1000)
    assert len(told) == tasks(tmp_path / "out") > 3


def test_the_command_and_the_call_of_stage_extract_alone_read_ranges_too(
    inputs: Path, yurai: Callable[..., Said], tmp_path: Path
) -> None:
    given = [word for path in sorted(inputs.iterdir()) for word in ("--input", path)]
    for split in (0, SPLIT):
        out = tmp_path / f"{split}"
        said = yurai("extract", *given, "--output", out, "--runner", "local", "--no-report", "--split-size", split)
        assert said.code == 0, said.err
    recipe = {"name": "extract", "stage": [{"use": "read"}, {"use": "extract"}]}
    built = api.build(recipe, sorted(inputs.iterdir()), tmp_path / "built", split_size=SPLIT, report=False)
    assert load_run(open_store(str(tmp_path / "0"))).digest == load_run(open_store(str(tmp_path / f"{SPLIT}"))).digest
    assert tasks(tmp_path / "0") < tasks(tmp_path / f"{SPLIT}") == tasks(tmp_path / "built")
    assert built.digest == load_run(open_store(str(tmp_path / "0"))).digest


def test_what_cannot_be_cut_is_told(inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    only = tmp_path / "in"
    only.mkdir()
    (only / "d.jsonl.gz").write_bytes((inputs / "d.jsonl.gz").read_bytes())
    ended([only], tmp_path / "out", 100, LocalRunner(1))
    said = " ".join(capfd.readouterr().err.split())
    assert "d.jsonl.gz" in said
    assert "packed lines cannot be read from their middle" in said
    assert tasks(tmp_path / "out") == 1


@pytest.mark.slow
@pytest.mark.parametrize("place", FAILPOINTS)
def test_a_killed_run_resumes_to_the_same_bytes(place: str, inputs: Path, whole: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "small.toml", tmp_path / "out"
    write_recipe(recipe)
    line = ["run", str(recipe), "--runner", "local", "--output", str(out), "--no-report", "--split-size", str(SPLIT)]
    line += [word for path in sorted(inputs.iterdir()) for word in ("--input", str(path))]
    died = subprocess.run(
        [*YURAI, *line], env=os.environ | {"YURAI_FAILPOINT": place}, capture_output=True, check=False
    )
    assert died.returncode == -9, died.stderr.decode()
    subprocess.run([*YURAI, *line], check=True, capture_output=True)
    assert load_run(open_store(str(out))).digest == load_run(open_store(str(whole))).digest
