"""A dataset gives the tokens that an order names, wherever shards lie and whoever reads."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from order_samples import Sample, concatenated, documents, put_order, shuffled
from run_helpers import SMALL, run
from yurai.data import IGNORED, TokenDataset
from yurai.run.recipe import make_recipe
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, RecipeError, ShardError, YuraiError
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from typing import Any

LENGTH, BATCH, END = 300, 6, 256


@pytest.fixture(scope="module", params=["megatron", "parquet"])
def ordered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Sample]]:
    """A tree of several shards with an order, in either form of shards."""
    out = tmp_path_factory.mktemp(request.param) / "out"

    tokenize = {"use": "tokenize", "shard_tokens": 3000, "format": request.param}
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}, tokenize]
    run(out, SMALL, recipe=make_recipe({"name": "tokens", "stage": stages}, where="tokens"))
    samples = shuffled(out, LENGTH)
    put_order(out, samples, LENGTH, global_batch=BATCH)
    return out, samples


def tokens_of(out: Path, sample: Sample) -> list[int]:
    """The tokens that a sample names, read in the simplest way."""
    found: list[int] = []
    for part in sample:
        path, start, end = out / part["shard"], part["token_start"], part["token_start"] + part["token_count"]
        if path.suffix == ".bin":
            found += np.fromfile(path, "<u2")[start:end].tolist()
        else:
            column = pq.read_table(path).column("tokens").to_pylist()
            found += [token for row in column for token in row][start:end]
    return found


def test_items_are_the_samples_of_the_order(ordered: tuple[Path, list[Sample]]) -> None:
    out, samples = ordered
    dataset = TokenDataset(out, verify=True)
    assert len({part["shard"] for sample in samples for part in sample}) > 1
    assert len(dataset) == len(samples) // BATCH * BATCH > 2 * BATCH
    for item in range(len(dataset)):
        due = tokens_of(out, samples[item])
        assert dataset[item].tolist() == due + [END] * (LENGTH - len(due))
        assert [asdict(part) for part in dataset.parts(item)] == samples[item]
    assert dataset[-1].tolist() == dataset[len(dataset) - 1].tolist()
    with pytest.raises(IndexError):
        dataset[len(dataset)]


def test_examples_say_where_documents_begin_and_what_is_padding(ordered: tuple[Path, list[Sample]]) -> None:
    out, samples = ordered
    dataset = TokenDataset(out, examples=True, pad=0)
    (short,) = (number for number, sample in enumerate(samples) if sum(one["token_count"] for one in sample) < LENGTH)
    for item in {0, 1, min(short, len(dataset) - 1)}:
        due, one = tokens_of(out, samples[item]), dataset.example(item)
        padding = LENGTH - len(due)
        assert one["input_ids"].tolist() == due + [0] * padding
        assert one["labels"].tolist() == due + [IGNORED] * padding
        counts = [part["token_count"] for part in samples[item]]
        assert one["position_ids"].tolist() == [at for count in counts for at in range(count)] + [0] * padding
        segments = [number for number, count in enumerate(counts, 1) for _ in range(count)]
        assert one["segment_ids"].tolist() == segments + [0] * padding
        assert all(part.dtype == np.int64 for part in one.values())


def test_ranks_and_a_later_start_share_the_same_batches(ordered: tuple[Path, list[Sample]]) -> None:
    out, _ = ordered
    whole, each = [one.tolist() for one in TokenDataset(out)], BATCH // 2
    for rank in (0, 1):
        later = TokenDataset(out, rank=rank, world=2, start_step=1)
        due = [one for step in range(1, len(whole) // BATCH) for one in whole[step * BATCH :][rank * each :][:each]]
        assert [one.tolist() for one in later] == due


def test_remote_shards_are_read_by_ranges(ordered: tuple[Path, list[Sample]]) -> None:
    import fsspec

    out, _ = ordered
    url = f"memory://feeding-{out.parent.name}"
    fsspec.filesystem("memory").put(str(out), url, recursive=True)
    for near, far in zip(TokenDataset(out), TokenDataset(url), strict=True):
        assert np.array_equal(near, far)


def _items(dataset: TokenDataset) -> list[list[int]]:
    return [one.tolist() for one in dataset]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_open_it_anew(ordered: tuple[Path, list[Sample]], method: str) -> None:
    dataset = TokenDataset(ordered[0])
    due = _items(dataset)
    assert _items(pickle.loads(pickle.dumps(dataset))) == due
    if method == "spawn":
        code = "import pickle, sys; print([one.tolist() for one in pickle.load(sys.stdin.buffer)])"
        ended = subprocess.run(
            [sys.executable, "-c", code], input=pickle.dumps(dataset), capture_output=True, check=True
        )
        assert json.loads(ended.stdout) == due
        return
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=lambda: send.send(_items(dataset)))
    process.start()
    assert receive.recv() == due
    process.join()


def test_torch_is_not_imported() -> None:
    code = "import sys, yurai.data; print('torch' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout.strip() == b"False"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_goes_on_at_a_step(ordered: tuple[Path, list[Sample]], workers: int) -> None:
    data = pytest.importorskip("torch.utils.data", reason="PyTorch is no dependency; bench/dataloader.py runs this")

    def batches(start: int) -> list[Any]:
        dataset = TokenDataset(ordered[0], start_step=start)
        return [one.tolist() for one in data.DataLoader(dataset, batch_size=BATCH, num_workers=workers)]

    assert batches(1) == batches(0)[1:]


@pytest.fixture
def mine(ordered: tuple[Path, list[Sample]], tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(ordered[0], tmp_path / "mine"))


def test_an_order_without_a_batch_takes_one(mine: Path) -> None:
    samples = concatenated(documents(mine), LENGTH)
    put_order(mine, samples, LENGTH, name="plain", global_batch=None)
    folder = mine / "order/plain"
    assert len(TokenDataset(mine, "plain")) == len(TokenDataset(mine, str(folder))) == len(samples)
    assert len(TokenDataset(mine, folder, global_batch=2, start_step=1)) == len(samples) // 2 * 2 - 2
    with pytest.raises(RecipeError, match="no global batch"):
        TokenDataset(mine, "plain", start_step=1)
    with pytest.raises(RecipeError, match="global batches of 6"):
        TokenDataset(mine, global_batch=2)


@pytest.mark.parametrize(("order", "match"), [("none", "no finished order"), ("../x", "no finished"), ("A", "no name")])
def test_an_order_that_is_not_there(mine: Path, order: str, match: str) -> None:
    with pytest.raises(RecipeError, match=match):
        TokenDataset(mine, order)


def test_an_order_of_another_run(mine: Path) -> None:
    put_order(mine, concatenated(documents(mine), LENGTH), LENGTH, name="foreign", of="0" * 64)
    with pytest.raises(RecipeError, match="another run"):
        TokenDataset(mine, "foreign")


def first_shard(out: Path) -> Path:
    return out / TokenDataset(out).parts(0)[0].shard


def test_a_changed_or_missing_shard_is_named(mine: Path) -> None:
    shard = first_shard(mine)
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    with pytest.raises(AuditError, match=shard.name):
        TokenDataset(mine, verify=True)
    shard.write_bytes(data[:-1])
    with pytest.raises(AuditError, match=shard.name):
        TokenDataset(mine)[0]
    shard.unlink()
    with pytest.raises(ShardError, match=shard.name):
        TokenDataset(mine)[0]


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more"])
def test_a_damaged_order_is_named(mine: Path, damage: bytes) -> None:
    (mine / "order/main/00000.parquet").write_bytes(damage)
    with pytest.raises(YuraiError, match=r"order/main/00000\.parquet"):
        TokenDataset(mine)[0]


def taken_down(out: Path, doc_id: str) -> None:
    """Write a tombstone as a takedown that moves tokens would, and the run manifest behind it, shards left as they are."""
    run = load_run(LocalStore(out))
    after = "1" * 64
    stone = {
        "yurai_tombstone": 1,
        "case": "case",
        "case_hmac": "",
        "basis": "copyright",
        "received": None,
        "decided": None,
        "mode": "compact",
        "near": "0.7000",
        "selectors": [{"kind": "doc_id", "hmac": ""}],
        "documents": [{"doc_id": doc_id, "verdict": "selected", "was": "kept", "url": None, "text": None}],
        "rows": {},
        "tokens": 0,
        "counts": [],
        "files": [],
        "before": {"run_sha256": "", "digest": run.digest, "root": ""},
        "after": {"digest": after, "root": ""},
        "limits": "",
    }
    from yurai_manifests.canonical import sha256

    data = canonical(stone)
    (out / "tombstones").mkdir()
    (out / "tombstones/case.json").write_bytes(data)
    entry = {"case": "case", "tombstone": "tombstones/case.json", "sha256": sha256(data)}
    (out / "run.json").write_bytes(canonical({**run.value, "digest": after, "takedowns": [entry]}))


def test_after_a_takedown_that_moved_tokens_it_says_what_to_do(mine: Path) -> None:
    taken_down(mine, TokenDataset(mine).parts(0)[0].doc_id)
    with pytest.raises(AuditError, match=r"takedown case.*pack again"):
        TokenDataset(mine)
