"""A takedown that moves no token: places stay, hold nothing but end-of-document ids, and all readers know of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import yurai as api
from manifests.forger import seal
from run_helpers import run
from takedown_corpus import HOME, Planted, planted, recipe, write_crawl
from takedown_runs import digests, holding, order, urls
from yurai.data import IGNORED, TokenDataset, export_order
from yurai.engine.local import LocalRunner
from yurai.run.recheck import means_of
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.selectors import selector
from yurai.tokens import read_index, read_tokens
from yurai_manifests.audit import audit
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError, RecipeError, ShardError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.takedown.gaps import gaps_of
from yurai_manifests.takedown.tombstones import load_tombstones
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said
    from yurai_manifests.findings import Finding

    Rows = dict[str, tuple[str, int, list[int]]]
PAGES = planted(background=20)
EOD, LENGTH, BATCH = 256, 512, 4
FORMS = ("megatron", "parquet")


@pytest.fixture(scope="module", params=FORMS)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with copies of a page, and an order of it."""
    folder = tmp_path_factory.mktemp(request.param)
    run(folder / "whole", [write_crawl(PAGES, folder / "crawl", files=2)], recipe=recipe(form=request.param))
    api.open(folder / "whole").pack(LENGTH, global_batch=BATCH)
    return folder / "whole"


@pytest.fixture(scope="module")
def taken(whole: Path) -> Path:
    return after(whole, whole.parent / "taken")


@pytest.fixture
def mine(taken: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(taken, tmp_path / "mine"))


def after(whole: Path, out: Path, case: str = "2026-1", url: str = HOME, mode: Any = "stable-offset") -> Path:
    shutil.copytree(whole, out)
    take_down(str(out), order(case, url, mode=mode), LocalRunner(1))
    return out


def rows(out: Path) -> Rows:
    """{doc_id: (file with the ids, first place, ids)}, read in the simplest way."""
    found: Rows = {}
    for path in sorted((out / "shards").glob("*.parquet")):
        ids = path.with_suffix(".bin")
        for row in pq.read_table(path).to_pylist():
            start, end = row["token_start"], row["token_start"] + row["token_count"]
            tokens = np.fromfile(ids, "<u2")[start:end].tolist() if ids.exists() else row["tokens"]
            name = ids.name if ids.exists() else path.name
            found[row["doc_id"]] = f"shards/{name}", start, tokens
    return found


def parts_of(out: Path) -> list[dict[str, Any]]:
    tables = [pq.read_table(path, columns=["parts"]) for path in (out / "order/main").glob("*.parquet")]
    return [part for table in tables for parts in table.column("parts").to_pylist() for part in parts]


def gone(out: Path) -> list[Any]:
    store = open_store(str(out))
    return [gap for gaps in gaps_of(load_tombstones(store, load_run(store).value)).values() for gap in gaps]


def errors(out: Path) -> list[Finding]:
    store = open_store(str(out))
    found = audit(store, full=True, means=lambda record: means_of(store, record)).findings
    return [one for one in found if one.severity == "error"]


def lone() -> Planted:
    return next(page for page in PAGES if page.url.startswith("https://site"))


def test_tokens_of_others_stay_where_they_were(whole: Path, taken: Path) -> None:
    before, left = rows(whole), rows(taken)
    assert 0 < len(left) < len(before)
    assert {name: before[name] for name in left} == left
    places = {gap.doc_id: (gap.shard, gap.start, gap.count) for gap in gone(taken)}
    assert places == {name: (row[0], row[1], len(row[2])) for name, row in before.items() if name not in left}
    for path in (taken / "shards").glob("*.bin"):
        assert path.stat().st_size == (whole / "shards" / path.name).stat().st_size
    for gap in gone(taken):
        assert gap.filler == EOD
        if gap.shard.endswith(".bin"):
            assert set(np.fromfile(taken / gap.shard, "<u2")[gap.start : gap.end]) == {EOD}
    passage = " ".join(next(page.text for page in PAGES if page.kind == "source").split()[60:72])
    assert (holding(taken, passage), holding(taken, HOME)) == ([], [])


def test_the_tree_adds_up(whole: Path, taken: Path) -> None:
    assert errors(taken) == []
    assert verify_tree(open_store(str(taken))).ok
    totals = [load_run(open_store(str(out))).value["totals"]["tokens"] for out in (whole, taken)]
    assert totals == [sum(len(row[2]) for row in rows(out).values()) for out in (whole, taken)]
    assert totals[0] - totals[1] == sum(gap.count for gap in gone(taken))


def test_an_idx_names_the_documents_that_are_left(taken: Path) -> None:
    for path in (taken / "shards").glob("*.idx"):
        held = [row for row in rows(taken).values() if row[0].endswith(f"{path.stem}.bin")]
        index = read_index(path.read_bytes(), gaps=True)
        ids = [read_tokens(str(path.with_suffix(".bin")), index, n).tolist() for n in range(index.lengths.size)]
        assert [*zip((index.pointers // 2).tolist(), ids, strict=True)] == [(start, ids) for _, start, ids in held]
        with pytest.raises(ShardError, match="no document"):
            read_index(path.read_bytes())


def test_an_order_from_before_gives_the_same_samples(whole: Path, taken: Path, tmp_path: Path) -> None:
    before, now = TokenDataset(whole, examples=True), TokenDataset(taken, examples=True, verify=True)
    went, filled = {gap.doc_id for gap in gone(taken)}, 0
    assert len(before) == len(now)
    for item in range(len(now)):
        old, new = before.example(item), now.example(item)
        mask = np.repeat([part.doc_id in went for part in now.parts(item)], [p.token_count for p in now.parts(item)])
        mask = np.pad(mask, (0, LENGTH - mask.size))
        assert (new["input_ids"] == np.where(mask, EOD, old["input_ids"])).all()
        assert (new["labels"] == np.where(mask, IGNORED, old["labels"])).all()
        filled += int(mask.sum())
    due = sum(part["token_count"] for part in parts_of(taken) if part["doc_id"] in went)
    assert filled <= due
    (found,) = (one for one in audit(open_store(str(taken))).findings if "read as filler" in one.message)
    assert found.message.startswith(f"{due:,} of its ")
    list(export_order(taken, tmp_path / "to", "parquet"))
    told = json.loads((tmp_path / "to/order.json").read_bytes())["taken_down"]
    assert told == {"documents": sorted(went), "tokens": due}


def test_a_token_of_a_gap_names_its_case(taken: Path, yurai: Callable[..., Said]) -> None:
    for gap in gone(taken)[:2]:
        token = f"{Path(gap.shard).stem}:{gap.end - 1}"
        (told,) = json.loads(yurai("step", taken, "--token", token, "--format", "json").out)
        assert (told["doc_id"], told["case"]) == (gap.doc_id, "2026-1")
        assert told["seen"]
        said = yurai("explain", taken, "--token", token)
        assert (said.code, "case 2026-1 took down" in said.err) == (2, True)
    name, (shard, start, _) = next(iter(rows(taken).items()))
    assert name in yurai("step", taken, "--token", f"{Path(shard).stem}:{start}").out


def forged(out: Path, shard: str, place: int) -> list[str]:
    """Change an id, and say in run.json that it always was so; return what the audit says of tokens."""
    path = out / shard
    ids = np.fromfile(path, "<u2")
    ids[place] ^= 1
    ids.tofile(path)
    value = json.loads((out / "run.json").read_bytes())
    for file in value["files"]["shards"]:
        if file["name"] == shard:
            file["sha256"] = sha256(path.read_bytes())
    seal(out, value)
    return [one.message for one in errors(out) if one.check == "tokens"]


def test_a_damaged_gap_and_a_damaged_neighbour_are_found(mine: Path) -> None:
    gap = next(one for one in gone(mine) if any(row[:2] == (one.shard, one.end) for row in rows(mine).values()))
    if gap.shard.endswith(".parquet"):
        pytest.skip("a Parquet shard holds nothing of a gap; its rows are those of any shard")
    path = mine / gap.shard
    data = path.read_bytes()
    path.write_bytes(data[: 2 * gap.start] + b"\1" + data[2 * gap.start + 1 :])
    assert [(one.check, one.where) for one in errors(mine)][:1] == [("changed", gap.shard)]
    path.write_bytes(data)
    (found,) = forged(mine, gap.shard, gap.end - 1)
    assert found.startswith(f"1 of the places {gap.start:,} to {gap.end - 1:,}, which case 2026-1 emptied")
    path.write_bytes(data)
    assert any("other tokens than their text" in message for message in forged(mine, gap.shard, gap.end))


def test_a_later_run_leaves_it_as_it_is(whole: Path, mine: Path) -> None:
    before = digests(mine)
    form = "megatron" if list(mine.glob("shards/*.bin")) else "parquet"
    run(mine, [whole.parent / "crawl"], recipe=recipe(form=form))
    assert digests(mine) == before
    assert HOME not in urls(mine, "shards")


def test_a_second_case_in_place(whole: Path, mine: Path) -> None:
    take_down(str(mine), order("2026-2", lone().url, mode="stable-offset"), LocalRunner(1))
    before, left = rows(whole), rows(mine)
    assert {name: before[name] for name in left} == left
    assert {gap.case for gap in gone(mine)} == {"2026-1", "2026-2"}
    assert errors(mine) == []
    assert verify_tree(open_store(str(mine))).ok
    assert len(TokenDataset(mine)) == len(TokenDataset(whole))


def test_a_second_case_that_moves_tokens_closes_the_gaps_of_its_shards(mine: Path) -> None:
    shards = {gap.shard for gap in gone(mine)}
    done = take_down(str(mine), order("2026-2", lone().url), LocalRunner(1))
    written = {file["name"] for file in done.tombstone["files"]}
    assert {gap.shard for gap in gone(mine)} == shards - written
    for shard in written & shards:
        held = sorted((start, len(ids)) for name, start, ids in rows(mine).values() if name == shard)
        assert [start for start, _ in held] == np.cumsum([0, *(count for _, count in held[:-1])]).tolist()
    assert errors(mine) == []
    assert verify_tree(open_store(str(mine))).ok
    with pytest.raises(AuditError, match="takedown 2026-2, which moved tokens"):
        TokenDataset(mine)


def test_an_order_packed_after_has_what_is_left(taken: Path, tmp_path: Path) -> None:
    packed = api.open(taken).pack(LENGTH, policy="concat", output=tmp_path / "order")
    assert packed.made.facts["tokens"] == sum(len(ids) for _, _, ids in rows(taken).values()) // LENGTH * LENGTH
    dataset = TokenDataset(taken, tmp_path / "order", global_batch=1)
    for item in range(len(dataset)):
        parts = [(rows(taken)[one.doc_id][2], one) for one in dataset.parts(item)[:2]]
        due = [token for ids, one in parts for token in ids[one.offset : one.offset + one.token_count]]
        assert dataset[item][: len(due)].tolist() == due


def test_a_takedown_of_all_leaves_shards_of_filler(whole: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    every = tuple(selector("url", page.url) for page in PAGES)
    take_down(str(out), replace(order(mode="stable-offset"), selectors=every), LocalRunner(1))
    assert rows(out) == {}
    assert errors(out) == []
    assert set(TokenDataset(out)[0].tolist()) == {EOD}
    with pytest.raises(RecipeError):
        api.open(out).pack(LENGTH, name="none")
