"""Roots that a run writes: of every delivered file, whatever the workers; token shards in either form, cut anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from run_helpers import SMALL, demo_recipe, run
from yurai.engine.local import LocalRunner
from yurai.stages.roots.driver import _overlap
from yurai_manifests.merkle.check import check_roots
from yurai_manifests.merkle.read import file_leaves
from yurai_manifests.run import load_run, token_shards
from yurai_manifests.store import open_store
from yurai_manifests.task import Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said


def in_small_files(form: str) -> Any:
    def change(stages: dict[str, Any]) -> None:
        stages["tokenize"] |= {"format": form, "shard_tokens": 4000}

    recipe = demo_recipe(change)
    recipe.deliver["text_bytes"] = 7000
    return recipe


@pytest.fixture(scope="module", params=["megatron", "parquet"])
def cut_tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cut") / "out"
    run(out, SMALL, recipe=in_small_files(request.param))
    return out


def test_roots_of_many_files_and_shards_are_those_of_their_rows(cut_tree: Path) -> None:
    """The run takes digests of tokens from shards that end elsewhere than files do; the check reads the tree anew."""
    store = open_store(str(cut_tree))
    run_ = load_run(store)
    assert len(run_.files("documents")) > 1
    assert len(token_shards(run_.files("shards"))) > 1
    assert list(check_roots(store, run_)) == []
    named = {file.name for folder in run_.value["files"] if folder != "shards" for file in run_.files(folder)}
    assert run_.value["roots"]["files"].keys() == named | {file.name for file in token_shards(run_.files("shards"))}


def test_each_document_has_the_tokens_of_its_own(cut_tree: Path) -> None:
    import hashlib

    store = open_store(str(cut_tree))
    run_ = load_run(store)
    texts = {
        row["doc_id"]: row["text"]
        for file in run_.files("documents")
        for row in pq.read_table(cut_tree / file.name).to_pylist()
    }
    for file in run_.files("documents"):
        for leaf in file_leaves(store, run_, "documents", file):
            ids = [*texts[leaf["doc_id"]].encode(), 256]  # the tokenizer of `demo`: bytes, 256 ends a document
            stored = b"".join(one.to_bytes(2, "little") for one in ids)
            assert leaf["tokens"] == hashlib.sha256(stored).hexdigest()


def test_both_forms_of_shards_give_documents_one_root(tmp_path: Path) -> None:
    roots = []
    for form in ("megatron", "parquet"):
        run(tmp_path / form, SMALL[:1], recipe=in_small_files(form))
        roots.append(load_run(open_store(str(tmp_path / form))).value["roots"])
    assert roots[0]["trees"]["documents"] == roots[1]["trees"]["documents"]
    assert [*roots[0]["files"].values()] == [*roots[1]["files"].values()]


def test_roots_do_not_depend_on_workers_or_a_second_run(small_tree: Path, tmp_path: Path) -> None:
    run(tmp_path / "two", SMALL, runner=LocalRunner(2))
    assert (tmp_path / "two/run.json").read_bytes() == (small_tree / "run.json").read_bytes()
    run(tmp_path / "two", SMALL)
    assert (tmp_path / "two/run.json").read_bytes() == (small_tree / "run.json").read_bytes()


def test_a_run_that_is_made_anew_loses_its_signatures(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out, SMALL[:1])
    (out / "signatures").mkdir()
    (out / "signatures/x.json").write_bytes(b"{}")
    run(out, SMALL[:1])
    assert (out / "signatures/x.json").exists()
    run(out, SMALL[:2])
    assert not (out / "signatures/x.json").exists()


@pytest.mark.parametrize(
    ("first", "count", "skip", "held"),
    [
        (0, 3, 0, [0]),
        (0, 4, 0, [0, 2]),
        (2, 1, 2, [0]),
        (3, 2, 0, [2]),
        (2, 7, 2, [0, 2, 3]),
        (5, 0, 0, []),
        (8, 1, 0, [3]),
    ],
)
def test_which_shards_hold_the_tokens_of_a_file(first: int, count: int, skip: int, held: list[int]) -> None:
    files = [Output("spans", str(number), "", 0, rows, 0) for number, rows in enumerate([3, 0, 5, 1])]
    found = _overlap(files, first, count)
    assert (found[0] if held else 0, [int(file.path) for file in found[1]]) == (skip, held)


def test_a_run_without_documents_has_roots(tmp_path: Path) -> None:
    """Nothing is kept: trees of no leaves, whose root RFC 6962 gives."""

    def change(stages: dict[str, Any]) -> None:
        next(rule for rule in stages["filter"]["rules"] if rule["use"] == "length")["min_characters"] = 10**9

    run(tmp_path / "out", SMALL[:1], recipe=demo_recipe(change))
    store = open_store(str(tmp_path / "out"))
    run_ = load_run(store)
    empty = {"root": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "size": 0}
    assert run_.value["roots"]["trees"]["documents/url"] == empty
    assert list(check_roots(store, run_)) == []
    assert isinstance(pq.read_table(tmp_path / "out/documents/00000.parquet"), pa.Table)


def test_a_folder_without_a_file_has_roots(small_tree: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    """A stage over Parquet drops nothing, so that dropped/ has no file at all."""
    documents = small_tree / "documents/00000.parquet"
    said = yurai("measure", "--input", documents, "--output", tmp_path / "out", "--runner", "local", "--no-report")
    assert said.code == 0, said.err
    store = open_store(str(tmp_path / "out"))
    assert load_run(store).value["roots"]["trees"]["dropped/url"]["size"] == 0
    assert list(check_roots(store, load_run(store))) == []
