"""One digest, however a run is made; what is committed is not done again; a changed recipe redoes what is below."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from run_helpers import (
    ARCHIVES,
    SMALL,
    Watching,
    assert_whole,
    content_digest,
    demo_recipe,
    run,
    with_min_characters,
)
from sample_expectations import SAMPLE
from yurai.declare import batches
from yurai.engine.local import LocalRunner
from yurai.sources.overlay import Survivors
from yurai.stages.extract import piles
from yurai.stages.extract import tasks as extract
from yurai_manifests.errors import DriftError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa


def digest_of(out: Path) -> str:
    return load_run(open_store(str(out))).digest


def ray_runner(workers: int) -> Any:
    from yurai.ray import RayRunner

    return RayRunner(workers)


WAYS: dict[str, tuple[list[Path], Callable[[], Any]]] = {
    "two processes": ([SAMPLE], lambda: LocalRunner(2)),
    "files in another order": ([ARCHIVES[place] for place in (3, 0, 4, 2, 1)], LocalRunner),
    "ray": ([SAMPLE], lambda: ray_runner(2)),
}


@pytest.mark.parametrize("way", [pytest.param(name, marks=[pytest.mark.ray] * (name == "ray")) for name in WAYS])
def test_one_digest(way: str, demo_tree: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    inputs, runner = WAYS[way]
    if way == "ray":
        request.getfixturevalue("ray_cluster")
    run(tmp_path / "out", inputs, runner=runner())
    assert_whole(tmp_path / "out", digest_of(demo_tree))


@pytest.mark.parametrize("rows", [1, 7])
def test_one_digest_for_all_batch_sizes(
    rows: int, small_tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", rows)
    monkeypatch.setattr(piles, "BATCH_ROWS", rows)
    whole = Survivors.batches

    def few(self: Survivors, columns: Sequence[str] | None = None, **_: int) -> Iterator[pa.RecordBatch]:
        return whole(self, columns, batch_rows=rows)

    monkeypatch.setattr(Survivors, "batches", few)  # all that reads documents reads them so
    run(tmp_path / "out", SMALL)
    assert_whole(tmp_path / "out", digest_of(small_tree))


def test_digest_is_that_of_the_files(demo_tree: Path) -> None:
    assert content_digest(demo_tree) == digest_of(demo_tree)


def test_nothing_is_left_behind(demo_tree: Path) -> None:
    assert not (demo_tree / ".work/spool").exists()
    assert [path for path in demo_tree.rglob("*") if path.name.startswith((".attempt", "probe"))] == []


def test_a_finished_run_is_not_done_again(tree: Path) -> None:
    before = (tree / "run.json").read_bytes()
    watching = Watching()
    run(tree, runner=watching)
    assert not watching.ran
    assert (tree / "run.json").read_bytes() == before


@pytest.mark.parametrize("loss", ["gone", "cut", "one too many"])
def test_a_lost_file_is_put_back(loss: str, tree: Path) -> None:
    digest = digest_of(tree)
    documents = tree / "documents/00000.parquet"
    data = documents.read_bytes()
    documents.unlink()
    if loss == "cut":
        documents.write_bytes(data[:100])
    if loss == "one too many":
        documents.write_bytes(data)
        (tree / "documents/00001.parquet").write_bytes(data)
    watching = Watching()
    run(tree, runner=watching)
    assert not watching.ran
    assert_whole(tree, digest)


def test_added_inputs_extend_a_tree(small_tree: Path, demo_tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out, SMALL)
    watching = Watching()
    run(out, ARCHIVES, runner=watching)
    assert watching.ran["00-extract"] == len(ARCHIVES) - len(SMALL)
    assert watching.ran["05-filter"] == len(ARCHIVES) - len(SMALL)
    assert_whole(out, digest_of(demo_tree))


def test_a_removed_input_is_refused_then_rebuilt(tree: Path, small_tree: Path) -> None:
    before = (tree / "run.json").read_bytes()
    with pytest.raises(DriftError, match=r"no longer named: 2 sources, the first sample-00\.warc\.gz.*--rebuild"):
        run(tree, SMALL)
    assert (tree / "run.json").read_bytes() == before
    watching = Watching()
    run(tree, SMALL, runner=watching, rebuild=True)
    assert watching.ran["00-extract"] == 0
    assert_whole(tree, digest_of(small_tree))


def test_a_changed_input_is_read_again(tmp_path: Path, small_tree: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in SMALL:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "sample.arc").write_bytes(ARCHIVES[0].read_bytes())
    run(tmp_path / "out", [folder])
    (folder / "sample.arc").write_bytes(SMALL[2].read_bytes())
    watching = Watching()
    run(tmp_path / "out", [folder], runner=watching)
    assert watching.ran["00-extract"] == 1
    assert_whole(tmp_path / "out", digest_of(small_tree))


def test_a_new_threshold_opens_no_archive(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = with_min_characters(400)
    with pytest.raises(DriftError) as refused:
        run(tree, recipe=changed)
    assert "filter.settings.rules[1].min_characters: 120 then, 400 now" in str(refused.value)
    assert "--rebuild" in str(refused.value)
    run(tmp_path / "fresh", recipe=changed)

    def opened(*_: object) -> None:
        raise AssertionError("an archive was opened")

    monkeypatch.setattr(extract, "read_file", opened)
    monkeypatch.setattr(extract, "fetch_source", opened)
    watching = Watching()
    run(tree, recipe=changed, runner=watching, rebuild=True)
    assert watching.ran["00-extract"] == 0
    assert_whole(tree, digest_of(tmp_path / "fresh"))
    fresh, mine = (json.loads((out / "run.json").read_bytes()) for out in (tmp_path / "fresh", tree))
    assert mine == fresh


def test_going_back_needs_no_work_at_all(tree: Path, demo_tree: Path) -> None:
    run(tree, recipe=with_min_characters(400), rebuild=True)
    assert digest_of(tree) != digest_of(demo_tree)
    watching = Watching()
    run(tree, runner=watching, rebuild=True)
    assert not watching.ran
    assert_whole(tree, digest_of(demo_tree))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda stages: stages["extract"].update(mode="fast"), "extract.settings.mode: 'recall' then, 'fast' now"),
        (lambda stages: stages["filter"]["rules"].pop(), "filter.settings.rules"),
        (
            lambda stages: stages["tokenize"].update(shard_tokens=5),
            "tokenize.settings.shard_tokens: 1000000000 then, 5",
        ),
    ],
)
def test_drift_names_what_differs(change: Callable[[dict[str, Any]], None], said: str, tree: Path) -> None:
    before = {path: path.read_bytes() for path in (tree / "run.json", tree / "plan.json")}
    with pytest.raises(DriftError) as refused:
        run(tree, recipe=demo_recipe(change))
    assert said in str(refused.value)
    assert before == {path: path.read_bytes() for path in before}


def test_smaller_files_hold_the_same_rows(demo_tree: Path, tree: Path) -> None:
    import dataclasses

    import pyarrow.parquet as pq

    from yurai.run.recipe import load_recipe

    recipe = dataclasses.replace(load_recipe("demo"), deliver={"text_bytes": 20_000})
    run(tree, recipe=recipe, rebuild=True)
    for folder in ("documents", "extracted", "dropped"):
        few, many = (sorted((out / folder).glob("*.parquet")) for out in (demo_tree, tree))
        assert pq.read_table(few[0]) == pq.read_table(tree / folder)
        size = sum(entry["size"] for entry in json.loads((tree / "run.json").read_bytes())["files"][folder])
        assert len(few) == 1 <= len(many) <= size / 20_000 + 1
    assert len(list((tree / "documents").iterdir())) > 2


def test_the_extraction_child_goes_when_extraction_is_over(tmp_path: Path) -> None:
    """A fifth of what a worker holds would else lie idle while rows are joined and hashed."""
    children: dict[str, list[int | None]] = {}

    def look(step: str) -> None:
        children[step] = [one.pid for one in extract._OPEN.values()]

    run(tmp_path / "out", [ARCHIVES[0]], runner=Watching(LocalRunner(1), look))
    assert children.pop("00-extract")[0]
    assert children
    assert not any(children.values())
