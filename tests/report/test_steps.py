"""Steps of documents and documents of steps are those of the order, read in kilobytes, also after a takedown."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import yurai
from inquiry_corpus import many
from yurai.report.inquiry.answer import answer_of
from yurai.report.training.steps import step, steps_of
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from run_helpers import Said

LENGTH, BATCH = 256, 4


class Counting(LocalStore):
    """A store that counts the bytes that are read of it."""

    bytes_read = 0

    def read_range(self, key: str, start: int, end: int) -> bytes:
        data = super().read_range(key, start, end)
        Counting.bytes_read += len(data)
        return data


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of 400 texts with an order that knows its steps, and one that does not."""
    out = many(tmp_path_factory.mktemp("steps") / "corpus", 400)
    yurai.open(out).pack(LENGTH, global_batch=BATCH, epochs=2, policy="best-fit")
    yurai.open(out).pack(LENGTH, name="bare")
    return out


def test_both_ways_agree(out: Path) -> None:
    tree = yurai.open(out)
    saw = {number: {one.doc_id: one.tokens for one in tree.step(number).documents} for number in (0, 5)}
    for number, documents in saw.items():
        for doc_id, tokens in documents.items():
            (told,) = tree.steps(doc_id)
            assert sum(one.tokens for one in told.seen if one.step == number) == tokens
            (asked,) = tree.steps(str(told.url))
            assert asked == told
    urls = dict(zip(*(tree.documents.to_table().column(name).to_pylist() for name in ("doc_id", "url")), strict=True))
    assert {one.page.url for one in tree.step(0).documents if one.page} == {urls[name] for name in saw[0]}


def test_a_token_is_in_as_many_samples_as_there_are_epochs(out: Path) -> None:
    (told,) = yurai.open(out).steps(token="00000:100")
    assert len({one.position for one in told.seen}) == 2
    (life,) = yurai.open(out).explain(told.doc_id)
    assert {one["order"] for one in life["training"]} == {"main", "bare"}


def test_steps_that_no_manifest_tells_are_not_known(out: Path) -> None:
    tree = yurai.open(out)
    (told,) = tree.steps(token="00000:100", order="bare")
    assert {one.step for one in told.seen} == {None}
    for wrong in ((0, "bare"), (10**6, "main"), (0, "none")):
        with pytest.raises(RecipeError):
            tree.step(*wrong)
    for page in ("https://no.example/", "0" * 32):
        with pytest.raises(RecipeError):
            tree.steps(page)


def test_eight_times_the_corpus_costs_a_lookup_hardly_more(out: Path, tmp_path: Path) -> None:
    large, cost = many(tmp_path / "large", 3200), {}
    yurai.open(large).pack(LENGTH, global_batch=BATCH, policy="best-fit")
    for tree in (out, large):
        store = Counting(tree)
        lookup = Lookup(store, load_run(store))
        Counting.bytes_read = 0
        (told,) = steps_of(lookup, "main", token="00000:100")
        assert told.seen
        assert step(lookup, "main", 3).documents
        assert lookup.scanned == set()
        cost[tree] = Counting.bytes_read
    assert cost[large] < 3 * cost[out]


def test_an_inquiry_names_the_steps(out: Path) -> None:
    tree = yurai.open(out)
    doc_id = tree.step(0).documents[0].doc_id
    answer = tree.inquire(doc_id)
    seen = {one.step for told in tree.steps(doc_id) for one in told.seen if one.step is not None}
    assert [(one.order, one.number) for one in answer.works[0].trained] == [("main", one) for one in sorted(seen)]
    assert answer.orders == ("main",), "an order without steps tells none"
    told: dict[str, Any] = json.loads(json.dumps(answer.json()))
    assert answer_of(told) == answer
    del told["orders"], told["works"][0]["trained"]
    assert answer_of(told) == replace(answer, orders=(), works=(replace(answer.works[0], trained=()),))
    del told["works"][0]["tokens"]
    with pytest.raises(ValueError, match="tokens"):
        answer_of(told)


def test_an_inquiry_says_the_steps(out: Path, yurai: Callable[..., Said]) -> None:
    (told,) = json.loads(yurai("step", out, "--token", "00000:100", "--format", "json").out)
    first = min(one["step"] for one in told["seen"] if one["step"] is not None)
    assert (
        f"training: step {first:,} (/{told['steps']:,}) of order main"
        in yurai("inquire", out, "--url", told["url"]).out
    )


def test_what_was_taken_down_is_told_by_its_id(out: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(out, tree)
    (told,) = json.loads(yurai("step", tree, "--token", "00000:100", "--format", "json").out)
    words = ("--case", "7", "--basis", "copyright", "--case-key", tmp_path / "key")
    assert yurai("takedown", tree, "--doc-id", told["doc_id"], *words, "--quiet").code == 0
    assert yurai("step", tree, "--document", told["url"]).code == 2
    (after,) = json.loads(yurai("step", tree, "--document", told["doc_id"], "--format", "json").out)
    assert (after["seen"], after["case"], after["url"]) == (told["seen"], "7", None)
    number = next(one["step"] for one in told["seen"] if one["step"] is not None)
    gone = [one for one in json.loads(yurai("step", tree, number, "--format", "json").out)["documents"] if one["case"]]
    assert [one["doc_id"] for one in gone] == [told["doc_id"]]
    assert "taken down, case 7" in yurai("step", tree, number, "-n", 100).out
    assert yurai("audit", tree).code == 0
