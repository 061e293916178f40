"""Ranges of inputs that lie elsewhere, and on Ray: the bytes delivered are those of the unsplit run, whoever dies."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

from part_inputs import ended, tasks, write_inputs, write_recipe
from run_helpers import finish, start, task_manifests, until
from web_server import Web
from yurai.engine.local import LocalRunner
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yurai_manifests.run import RunRecord

SPLIT = 2000
"""So that files of three kinds are cut."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    write_inputs(folder)
    return folder


@pytest.fixture(scope="module")
def web(inputs: Path) -> Iterator[Web]:
    with Web(inputs) as server:
        yield server


@pytest.fixture(scope="module")
def whole(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return ended(sorted(inputs.iterdir()), tmp_path_factory.mktemp("whole") / "out", 0, LocalRunner(1))


def names(inputs: Path) -> list[str]:
    return sorted(path.name for path in inputs.iterdir())


def fetched_whole(web: Web, path: str) -> int:
    """How often a file was asked for without a range."""
    return sum((method, asked) == ("GET", path) and "Range" not in headers for method, asked, headers in web.seen)


@pytest.mark.parametrize("mode", ["plain", "breaks"])
def test_ranges_of_a_web_server_are_the_bytes_of_the_whole(
    mode: str, inputs: Path, web: Web, whole: RunRecord, tmp_path: Path
) -> None:
    """Also where it breaks off in the midst of the first bodies."""
    run = ended([f"{web.url}/{mode}/{name}" for name in names(inputs)], tmp_path / "out", SPLIT, LocalRunner(1))
    assert run.digest == whole.digest
    assert tasks(tmp_path / "out") > len(names(inputs))


def test_ranges_in_a_bucket_are_the_bytes_of_the_whole(
    inputs: Path, s3_server: str, whole: RunRecord, tmp_path: Path
) -> None:
    import s3fs

    s3fs.S3FileSystem().put(str(inputs), f"{s3_server}/parts-in", recursive=True)
    afar = [f"{s3_server}/parts-in/{name}" for name in names(inputs)]
    assert ended(afar, tmp_path / "out", SPLIT, LocalRunner(1)).digest == whole.digest
    assert tasks(tmp_path / "out") > len(afar)


@pytest.mark.slow
def test_a_run_that_was_killed_between_ranges_fetches_those_that_it_lacks(
    inputs: Path, web: Web, whole: RunRecord, tmp_path: Path
) -> None:
    """What was hashed and cut is not fetched whole again; into files of rows a run looks each time, for their columns."""
    recipe, out = tmp_path / "small.toml", tmp_path / "out"
    write_recipe(recipe)
    line = ["run", recipe, "--runner", "local", "--output", out, "--no-report", "--split-size", SPLIT]
    line += [word for name in names(inputs) for word in ("--input", f"{web.url}/killed/{name}")]
    assert finish(start(*line, YURAI_FAILPOINT="in 00-extract")).code == -signal.SIGKILL
    said = finish(start(*line))
    assert said.code == 0, said
    assert re.search(r"00-extract\.cut: 0 tasks in .*, 3 reused", said.err), said
    assert fetched_whole(web, "/killed/a.warc") == fetched_whole(web, "/killed/b.warc.gz") == 1
    assert load_run(open_store(str(out))).digest == whole.digest


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_ranges_on_ray_are_the_bytes_of_the_whole(
    inputs: Path, s3_server: str, whole: RunRecord, tmp_path: Path
) -> None:
    """Both local inputs, and those of a bucket that two workers ask."""
    import s3fs

    from yurai.ray import RayRunner

    assert ended(sorted(inputs.iterdir()), tmp_path / "out", SPLIT, RayRunner(2)).digest == whole.digest
    s3fs.S3FileSystem().put(str(inputs), f"{s3_server}/parts-ray", recursive=True)
    afar = [f"{s3_server}/parts-ray/{name}" for name in names(inputs)]
    assert ended(afar, tmp_path / "afar", SPLIT, RayRunner(2)).digest == whole.digest
    assert tasks(tmp_path / "out") == tasks(tmp_path / "afar") > len(names(inputs))


@pytest.mark.ray
@pytest.mark.slow
def test_ranges_of_a_killed_ray_driver_are_gone_on_with(inputs: Path, whole: RunRecord, tmp_path: Path) -> None:
    """In ranges of a page or two, so that some are done, and some are not."""
    recipe, out = tmp_path / "small.toml", tmp_path / "out"
    write_recipe(recipe)
    line = ["run", recipe, "--output", out, "--no-report", "--split-size", 500]
    line += [word for path in sorted(inputs.iterdir()) for word in ("--input", path)]
    driver = start(*line, "--runner", "ray", "--workers", 2)
    until(lambda: task_manifests(out, "00-extract") > 2, process=driver)
    driver.kill()
    assert finish(driver).code == -signal.SIGKILL
    done = task_manifests(out, "00-extract")
    said = finish(start(*line, "--runner", "local"))
    assert said.code == 0, said
    told = re.search(r"00-extract: (\d+) tasks in .*, (\d+) reused", said.err)
    assert told, said
    ran, reused = map(int, told.groups())
    assert done <= reused < ran + reused == tasks(out), "a worker may end a range after its driver's death"
    assert load_run(open_store(str(out))).digest == whole.digest
