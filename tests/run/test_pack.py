"""`yurai pack` over a tree: each token as often as it is asked for, the same bytes however it is run, and resumed."""

from __future__ import annotations

import json
import shutil
import signal
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import yurai
from run_helpers import Said, finish, run, start
from yurai.run.pack import driver, settings
from yurai.run.recipe import make_recipe
from yurai_manifests.derived import MANIFEST, below, load_derived, put_derived
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yurai.tokens.order.samples import Order

STAGES: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}]
FORMATS = ("megatron", "parquet")
LENGTH = 128


@pytest.fixture(scope="module", params=FORMATS)
def out(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A tree of texts of many lengths, of two files, in several small shards."""
    folder: Path = tmp_path_factory.mktemp("pack")
    for name, count in (("wiki", 60), ("web", 90)):
        rows = [
            {"url": f"https://{name}.example/{n}", "text": f"{name} {n} " + "word " * (n * 7 % 61)}
            for n in range(count)
        ]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    tokenize = {"use": "tokenize", "tokenizer": "bytes", "shard_tokens": 4096, "format": request.param}
    recipe = make_recipe({"name": "pack", "stage": [*STAGES, tokenize]}, where="test")
    run(folder / "out", [folder / "wiki.jsonl", folder / "web.jsonl"], recipe=recipe)
    return folder / "out"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges of few documents and files of few samples, so that there are several of each."""
    monkeypatch.setattr(driver, "RANGE", 32)
    monkeypatch.setattr(settings, "FILE_SAMPLES", 16)


def corpus(out: Path) -> dict[tuple[str, int], int]:
    """Each token of the tree, by shard and number there, with how many its document has before it."""
    rows = yurai.open(out).rows("shards").to_table(columns=["doc_id", "token_start", "token_count"])
    shards, number, last = list[list[dict[str, Any]]](), 0, 0
    for row in rows.to_pylist():
        if row["token_start"] == 0 or not shards:
            shards.append([])
        shards[-1].append(row)
    names = sorted({f"shards/{path.stem}" for path in (out / "shards").iterdir()})
    assert len(names) == len(shards) > 2
    found = {}
    for name, some in zip(names, shards, strict=True):
        for row in some:
            for number in range(row["token_count"]):
                found[name, row["token_start"] + number] = number
                last += 1
    return found


def packed(order: Order) -> Counter[tuple[str, int]]:
    """How often each token is in a sample, by shard and number there."""
    seen: Counter[tuple[str, int]] = Counter()
    for number, sample in enumerate(order.samples(0, order.size)):
        assert sample.position == number
        assert sum(part.token_count for part in sample.parts) == sample.tokens <= order.sequence_length
        for part in sample.parts:
            name = part.shard.rpartition(".")[0]
            seen.update((name, part.token_start + at) for at in range(part.token_count))
    return seen


@pytest.mark.parametrize("policy", ["concat", "best-fit", "no-split"])
def test_each_token_as_often_as_epochs_say(out: Path, policy: Any, tmp_path: Path) -> None:
    order = yurai.open(out).pack(LENGTH, policy=policy, epochs=3, seed=7, output=tmp_path / "order", global_batch=4)
    every, seen, facts = corpus(out), packed(order), order.made.facts
    left = {name: one["tokens"] for name, one in facts["not_packed"].items()}  # type: ignore[union-attr,call-overload,index]
    assert seen.total() == facts["tokens"] == 3 * len(every) - sum(left.values())
    assert facts["padding"] == order.size * LENGTH - seen.total()
    assert order.steps == order.size // 4
    if policy == "best-fit":
        assert left == {}
        assert set(seen.values()) == {3}
    elif policy == "no-split":
        assert seen.keys() | set() < every.keys()
        assert set(seen.values()) == {3}
        assert left["too-long"] > 0
    else:
        assert left["last-sample"] < LENGTH
        assert all(sample.tokens == LENGTH for sample in order.samples(0, order.size))
        assert sum(3 - seen[token] for token in every) == left["last-sample"]
    assert len(order.files) > 1


def test_parts_say_where_in_the_document_they_are(out: Path, tmp_path: Path) -> None:
    order, every = yurai.open(out).pack(LENGTH, output=tmp_path / "order"), corpus(out)
    for sample in order.samples(0, order.size):
        for part in sample.parts:
            assert every[part.shard.rpartition(".")[0], part.token_start] == part.offset


def test_samples_are_shuffled_within_their_epoch(out: Path, tmp_path: Path) -> None:
    order = yurai.open(out).pack(LENGTH, policy="best-fit", epochs=2, output=tmp_path / "order")
    half = order.size // 2
    first, second = ([one.parts for one in order.samples(low, low + half)] for low in (0, half))
    assert {part.doc_id for parts in first for part in parts} == {part.doc_id for parts in second for part in parts}
    assert first != second
    starts = [(parts[0].shard, parts[0].token_start) for parts in first]
    assert starts != sorted(starts)


def test_weights_repeat_sources(out: Path, tmp_path: Path) -> None:
    tree = yurai.open(out)
    order = tree.pack(LENGTH, policy="best-fit", weights=["wiki*=2.5", "web*=0"], output=tmp_path / "order")
    documents = tree.documents.to_table(columns=["doc_id", "source"]).to_pylist()
    wiki = {row["doc_id"] for row in documents if row["source"].startswith("wiki")}
    times = Counter(part.doc_id for sample in order.samples(0, order.size) for part in sample.parts if part.offset == 0)
    assert times.keys() == wiki
    assert Counter(times.values()) == {2: len(wiki) / 2, 3: len(wiki) / 2}
    assert order.made.facts["not_packed"] == {
        "weight-0": {
            "documents": len(documents) - len(wiki),
            "tokens": sum(_tokens(out, {*map(_id, documents)} - wiki)),
        }
    }


def _id(row: dict[str, Any]) -> str:
    return str(row["doc_id"])


def _tokens(out: Path, ids: set[str]) -> list[int]:
    rows = yurai.open(out).rows("shards").to_table(columns=["doc_id", "token_count"]).to_pylist()
    return [row["token_count"] for row in rows if row["doc_id"] in ids]


def test_documents_are_found_by_their_places(out: Path, tmp_path: Path) -> None:
    order = yurai.open(out).pack(LENGTH, epochs=2, output=tmp_path / "order")
    due: dict[str, set[int]] = {}
    for sample in order.samples(0, order.size):
        for part in sample.parts:
            due.setdefault(part.doc_id, set()).add(sample.position)
    assert {name: set(order.positions_of(name)) for name in due} == due
    assert order.positions_of("0" * 32) == []


@pytest.mark.parametrize("out", FORMATS[:1], indirect=True)
def test_workers_and_seeds(out: Path, tmp_path: Path) -> None:
    tree = yurai.open(out)
    made = [
        tree.pack(LENGTH, policy="best-fit", epochs=2, seed=seed, workers=workers, output=tmp_path / str(number))
        for number, (seed, workers) in enumerate([(1, 1), (1, 2), (2, 1)])
    ]
    one, two, other = (order.made.digest for order in made)
    assert one == two != other
    assert (tmp_path / "0" / MANIFEST).read_bytes() == (tmp_path / "1" / MANIFEST).read_bytes()


@pytest.mark.ray
@pytest.mark.parametrize("out", FORMATS[:1], indirect=True)
def test_ray_gives_the_same_bytes(out: Path, tmp_path: Path, ray_cluster: None) -> None:
    tree = yurai.open(out)
    made = [
        tree.pack(LENGTH, output=tmp_path / runner, runner=runner, workers=2).made.digest for runner in ("ray", "local")
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize("out", FORMATS[:1], indirect=True)
def test_killed_and_run_again(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    words = ("pack", out, "--sequence-length", "128", "--output")
    for place in ("after-manifest", "in 00-pack.write"):
        said = finish(start(*words, tmp_path / "killed", YURAI_FAILPOINT=place))
        assert said.code == -signal.SIGKILL
        assert not (tmp_path / "killed" / MANIFEST).exists()
    assert finish(start(*words, tmp_path / "killed")).code == 0
    assert finish(start(*words, tmp_path / "whole")).code == 0
    assert (tmp_path / "killed" / MANIFEST).read_bytes() == (tmp_path / "whole" / MANIFEST).read_bytes()
    assert {path.name for path in (tmp_path / "killed").iterdir()} - {".work"} == {
        path.name for path in (tmp_path / "whole").iterdir()
    } - {".work"}


def test_another_order_of_that_name_is_refused(out: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(out, tree)
    first = yurai("pack", tree, "--sequence-length", 128, "--format", "json")
    assert json.loads(first.out) == json.loads(yurai("pack", tree, "--sequence-length", 128, "--format", "json").out)
    assert yurai("audit", tree).code == 0
    folder = below(LocalStore(tree), "order/main")
    made = load_derived(folder, "order")
    put_derived(folder, replace(made, facts={**made.facts, "tokens": 7}))
    assert (yurai("audit", tree).code, "its manifest says 7" in yurai("audit", tree).out) == (1, True)
    put_derived(folder, made)
    refused = yurai("pack", tree, "--sequence-length", 256)
    assert (refused.code, "other settings" in refused.err) == (2, True)
    assert yurai("pack", tree, "--sequence-length", 256, "--name", "long").code == 0
    assert yurai("pack", tree, "--sequence-length", 1 << 22, "--name", "none").code == 2


@pytest.mark.parametrize("out", FORMATS[:1], indirect=True)
def test_what_means_nothing_is_refused(out: Path) -> None:
    tree = yurai.open(out)
    for wrong in ({"epochs": 0}, {"seed": -1}, {"global_batch": 0}, {"weights": ["a=1", "a=2"]}, {"weights": ["*=0"]}):
        with pytest.raises(RecipeError):
            tree.pack(LENGTH, name="wrong", **wrong)  # type: ignore[arg-type]
    with pytest.raises((RecipeError, DriftError)):
        tree.pack(1, name="wrong")
