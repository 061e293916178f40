"""Files that no later step reads go, whenever a driver dies; what reads them after all has them made again."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from near_runs import SURE, TINY, deduplicate, killed_at, steps_of
from near_samples import planted, write_pages
from run_helpers import SMALL, Watching, assert_whole, run
from yurai_manifests.audit import audit
from yurai_manifests.errors import ShardError
from yurai_manifests.run import load_run
from yurai_manifests.step import tasks
from yurai_manifests.store import open_store
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

GIVEN: dict[str, Any] = {"memory_bytes": TINY, **SURE}
SIGN, EDGES, APPLY = (f"00-near-dedup.{name}" for name in ("sign", "estimate", "apply"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    return write_pages(tmp_path_factory.mktemp("pages") / "in", planted(11, {"near": 12, "chain": 8}), 2)


@pytest.fixture(scope="module")
def kept(pages: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with all of its work."""
    out = tmp_path_factory.mktemp("kept") / "out"
    deduplicate(pages, out, keep_work=True, **GIVEN)
    return out


@pytest.fixture(scope="module")
def made(pages: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    deduplicate(pages, out, **GIVEN)
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "out"))


def digest_of(tree: Path) -> str:
    return load_run(open_store(str(tree))).digest


def work_of(tree: Path) -> dict[str, set[str]]:
    """Names of the files that each step left."""
    folders = [folder for folder in (tree / ".work").iterdir() if (folder / "data").is_dir()]
    return {folder.name: {path.name for path in (folder / "data").rglob("*.*")} for folder in folders}


def test_what_is_published_does_not_hang_on_what_is_kept(kept: Path, made: Path) -> None:
    assert (made / "run.json").read_bytes() == (kept / "run.json").read_bytes()
    whole, left = work_of(kept), work_of(made)
    inner = [step for step in steps_of(made) if step != APPLY]
    assert len([step for step in inner if whole.get(step)]) > 10
    assert not any(left.get(step) for step in inner)
    assert {step: names for step, names in left.items() if step not in inner} == {
        step: names for step, names in whole.items() if step not in inner
    }
    assert not list(kept.glob("stages/*/*/spent.json"))


def test_manifests_name_what_is_gone_and_the_audit_takes_it_as_right(kept: Path, made: Path) -> None:
    store = open_store(str(made))
    named = {one.sha256 for step in load_run(store).steps(store) for task in tasks(store, step) for one in task.outputs}
    assert {name.partition(".")[0] for names in work_of(kept).values() for name in names} <= named
    assert audit(store, full=True).findings == []
    assert [found for found in verify_tree(store).findings if found.severity == "error"] == []


def test_the_same_command_runs_nothing_again(pages: Sequence[Path], out: Path) -> None:
    runner, digest = Watching(), digest_of(out)
    deduplicate(pages, out, runner, **GIVEN)
    assert not runner.ran
    (out / "run.json").unlink()
    deduplicate(pages, out, runner, rebuild=True, **GIVEN)
    assert not runner.ran
    assert_whole(out, digest)


@pytest.mark.parametrize("place", [f"spent-marked {SIGN}", f"in-spending {EDGES}"])
def test_killed_around_the_mark_and_resumed(place: str, pages: Sequence[Path], made: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    assert killed_at(place, pages, out, GIVEN) == -signal.SIGKILL
    deduplicate(pages, out, **GIVEN)
    assert_whole(out, digest_of(made))
    assert work_of(out) == work_of(made)


def test_a_later_step_has_made_again_what_it_reads(pages: Sequence[Path], out: Path, made: Path) -> None:
    """As if a driver had died after the edges went and before anything behind them was committed."""
    for step in steps_of(out):
        if "graph" in step or step == APPLY or step.partition(".")[2].startswith(("kept", "told", "own", "names")):
            shutil.rmtree(out / "stages" / step)
    (out / "run.json").unlink()
    deduplicate(pages, out, **GIVEN)
    assert_whole(out, digest_of(made))
    assert work_of(out) == work_of(made)


def test_without_its_mark_what_is_gone_is_lost_and_rebuilt(pages: Sequence[Path], out: Path, made: Path) -> None:
    for mark in out.glob("stages/*/*/spent.json"):
        mark.unlink()
    assert audit(open_store(str(out)), full=True).findings == [], "work may be removed by step"
    deduplicate(pages, out, **GIVEN)  # nothing of it is read
    for mark in out.glob("stages/*/*/spent.json"):
        mark.unlink()
    shutil.rmtree(out / "stages" / APPLY)
    with pytest.raises(ShardError, match="run the same command with --rebuild"):
        deduplicate(pages, out, **GIVEN)
    deduplicate(pages, out, rebuild=True, **GIVEN)
    assert_whole(out, digest_of(made))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"outputs":["rowt"]}', b'{"outputs": ["rows"]}', b'{"outputs":["rows"]']
)
def test_a_damaged_mark_is_named(data: bytes, out: Path) -> None:
    mark = next(out.glob(f"stages/{EDGES}/*/spent.json"))
    mark.write_bytes(data)
    store, where = open_store(str(out)), str(mark.relative_to(out))
    assert where in {found.where for found in audit(store, full=True).findings if found.severity == "error"}
    assert where in {found.where for found in verify_tree(store).findings if found.severity == "error"}


def test_a_tree_is_extended_with_what_was_spent(demo_tree: Path, small_tree: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(small_tree, tmp_path / "out"))
    assert list(out.glob("stages/*-near-dedup.sign/*/spent.json"))
    assert len({path.name for path in SMALL}) < 5
    run(out)
    assert_whole(out, digest_of(demo_tree))
    assert audit(open_store(str(out)), full=True).ok
    assert not work_of(out)["07-near-dedup.sign"]
