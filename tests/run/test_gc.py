"""After `yurai gc` a tree is extended, resumed, changed, taken down and checked as without it, whenever gc dies."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from run_helpers import ARCHIVES, SMALL, Watching, assert_whole, run, with_min_characters
from takedown_runs import order
from yurai.engine.local import LocalRunner
from yurai.run.gc import WHY, Collected, collect
from yurai.run.takedown.driver import take_down
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, LeaseError, RecipeError, ShardError
from yurai_manifests.lease import held
from yurai_manifests.run import load_run
from yurai_manifests.spent import spent_outputs
from yurai_manifests.step import tasks
from yurai_manifests.store import SPOOLS, open_store
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

OTHER = with_min_characters(700)
PLACES = [f"in-gc {why}" for why in ("superseded", "left over")]


@pytest.fixture(scope="module")
def changed(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree that another recipe made, and then recipe `demo`; `earlier` beside it has the digest of the first."""
    out = tmp_path_factory.mktemp("changed") / "out"
    run(out, SMALL, recipe=OTHER)
    (out.parent / "earlier").write_text(digest_of(out))
    run(out, SMALL, rebuild=True)
    assert digest_of(out) == digest_of(small_tree)
    return out


@pytest.fixture(scope="module")
def cleared(changed: Path) -> Path:
    """The same after gc; not to be changed."""
    out = Path(shutil.copytree(changed, changed.parent / "cleared"))
    gc(out)
    return out


@pytest.fixture
def out(cleared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(cleared, tmp_path / "out"))


def gc(out: Path, *, dry_run: bool = False) -> Collected:
    return collect(open_store(str(out)), dry_run=dry_run)


def digest_of(out: Path) -> str:
    return load_run(open_store(str(out))).digest


def files_of(out: Path) -> dict[str, int]:
    return {str(path.relative_to(out)): path.stat().st_size for path in out.rglob("*") if path.is_file()}


def strays_of(out: Path) -> list[str]:
    return [found.where for found in verify_tree(open_store(str(out))).findings if found.check == "unreferenced"]


def killed_at(place: str, out: Path) -> int | None:
    """Collect in a forked process that dies at `place`; return its exit code."""
    child = multiprocessing.get_context("fork").Process(target=_die, args=(place, out))
    child.start()
    child.join()
    return child.exitcode


def _die(place: str, out: Path) -> None:
    os.environ["YURAI_FAILPOINT"] = place
    gc(out)


def test_what_goes_is_said_before_and_is_nothing_of_the_run(changed: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(changed, tmp_path / "out"))
    before = files_of(out)
    said = gc(out, dry_run=True)
    assert files_of(out) == before
    assert gc(out) == said
    after = files_of(out)
    gone = before.keys() - after.keys()
    assert len(gone) == sum(said.files.values())
    assert sum(before[name] for name in gone) == sum(said.bytes.values())
    assert said.files["superseded"] > 10
    assert said.files["left over"] > 0
    assert {name.partition("/")[0] for name in gone} == {"stages", ".work"}
    assert after.items() <= before.items()
    assert not any(gc(out).files.values()), "all went at once"


def test_audit_and_verify_find_a_whole_tree(changed: Path, cleared: Path) -> None:
    assert_whole(cleared, digest_of(changed))
    assert [found for found in verify_tree(open_store(str(cleared))).findings if found.severity == "error"] == []
    assert strays_of(changed)
    assert not strays_of(cleared)


def test_a_bucket_loses_what_a_folder_does(changed: Path, cleared: Path, s3_server: str) -> None:
    import s3fs

    url = f"{s3_server}/gc"
    s3fs.S3FileSystem().put(f"{changed}/", url, recursive=True)
    store = open_store(url)
    said = collect(store, dry_run=True)
    assert collect(store) == said
    assert dict(store.list("")) == files_of(cleared)
    assert audit(store).ok


def test_the_same_command_runs_nothing_again(out: Path) -> None:
    runner, digest = Watching(), digest_of(out)
    (out / "run.json").unlink()  # as if its driver had died at the end
    run(out, SMALL, runner=runner)
    assert not runner.ran
    assert_whole(out, digest)


def test_more_input_gives_what_it_gives_without_gc(demo_tree: Path, out: Path) -> None:
    run(out, ARCHIVES)
    assert_whole(out, digest_of(demo_tree))


def test_the_earlier_recipe_is_run_again(changed: Path, out: Path) -> None:
    with pytest.raises(DriftError):
        run(out, SMALL, recipe=OTHER)
    run(out, SMALL, recipe=OTHER, rebuild=True)
    assert_whole(out, (changed.parent / "earlier").read_text())


@pytest.mark.parametrize("place", PLACES)
def test_killed_and_called_again(place: str, changed: Path, cleared: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(changed, tmp_path / "out"))
    assert killed_at(place, out) == -signal.SIGKILL
    assert_whole(out, digest_of(changed))
    gc(out)
    assert files_of(out) == files_of(cleared)


def test_killed_and_the_earlier_recipe_is_run_again(changed: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(changed, tmp_path / "out"))
    assert killed_at(PLACES[0], out) == -signal.SIGKILL
    run(out, SMALL, recipe=OTHER, rebuild=True)
    assert_whole(out, (changed.parent / "earlier").read_text())


def test_no_manifest_outlives_its_files(changed: Path, tmp_path: Path) -> None:
    """Commits go before tasks, tasks before marks and files: what is left at any place resumes without a word."""
    store = open_store(str(Path(shutil.copytree(changed, tmp_path / "out"))))
    gone: list[str] = []
    remove, store.remove = store.remove, gone.append  # type: ignore[method-assign] # the order is what is looked at
    collect(store)
    store.remove = remove  # type: ignore[method-assign]
    kinds = [name.split("/")[3] if name.startswith("stages/") else "files" for name in gone if "/lease/" not in name]
    assert kinds == sorted(kinds, key=["commits", "tasks", "spent.json", "files"].index)
    assert {"commits", "tasks", "spent.json", "files"} == {*kinds}


def test_of_a_run_that_has_not_ended_only_what_is_half_written_goes(changed: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(changed, tmp_path / "out"))
    (out / "run.json").unlink()
    before = files_of(out)
    litter = [out / SPOOLS / "attempt-dead" / "rows.parquet", out / "documents" / ".attempt-dead"]
    for path in litter:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    found = gc(out)
    assert not found.ended
    assert found.files == dict.fromkeys(WHY, 0) | {"half-written": 2}
    assert found.bytes["half-written"] == 8
    assert files_of(out) == before


def test_a_later_run_that_was_interrupted_keeps_its_work(out: Path) -> None:
    runner = Watching(after=_interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(out, ARCHIVES, runner=runner)
    before = files_of(out)
    assert not gc(out).ended
    gone = before.keys() - files_of(out).keys()
    assert all(name.startswith((SPOOLS, ".work/lease")) for name in gone)


def _interrupt(step: str) -> None:
    if step == "05-filter":
        raise KeyboardInterrupt


def test_spent_work_that_is_there_goes_and_stays_marked(out: Path) -> None:
    store = open_store(str(out))
    step = next(step for step in load_run(store).steps(store) if spent_outputs(store, step.step))
    spent = spent_outputs(store, step.step)
    output = next(one for task in tasks(store, step) for one in task.outputs if one.name in spent)
    before = files_of(out)
    store.put(output.path, b"of a late attempt")
    assert gc(out).files == dict.fromkeys(WHY, 0) | {"spent": 1}
    assert files_of(out) == before


def test_a_takedown_gives_what_it_gives_without_gc(changed: Path, out: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(changed, tmp_path / "other"))
    url = pq.read_table(out / "documents", columns=["url"])["url"][0].as_py()
    for tree in (other, out):
        take_down(str(tree), order(url=url), LocalRunner(1))
    assert digest_of(out) == digest_of(other)
    for tree in (other, out):
        gc(tree)
        assert audit(open_store(str(tree)), full=True).ok
        assert not strays_of(tree)


def test_a_tree_that_is_being_written_is_refused(out: Path) -> None:
    before = files_of(out)
    with held(open_store(str(out))):
        for dry_run in (True, False):
            with pytest.raises(LeaseError, match="is being written by"):
                gc(out, dry_run=dry_run)
    assert files_of(out) == before


def test_what_is_no_tree_or_is_damaged_loses_nothing(out: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    with pytest.raises(RecipeError, match="no output tree"):
        gc(tmp_path / "nothing")
    assert yurai("gc", out, "--dry-run").code == 0
    mark = next(out.glob("stages/*/*/spent.json"))
    mark.write_bytes(b"{}")
    before = files_of(out)
    with pytest.raises(ShardError, match=r"spent\.json is damaged"):
        gc(out)
    assert {name for name in files_of(out) if "/lease/" not in name} == before.keys()
