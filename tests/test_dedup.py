"""Exact dedup against brute force: the first in input order stays, however the rows are cut and spilled."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from run_helpers import Watching, assert_whole, run
from yurai.errors import ShardError
from yurai.recipe import DELIVER, Recipe
from yurai.run import continue_tree
from yurai.shuffle import MAX_PARTITIONS, partitions
from yurai.stage import STAGES, StageUse
from yurai.state import state_of
from yurai.steps.dedup import KEY, _duplicates, normalise, partition_of
from yurai_manifests.run import load_run
from yurai_manifests.schema import DOCUMENT, document_id
from yurai_manifests.store import open_store

# Characters that this Python's Unicode knows: an older one must agree with a newer one on them.
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"])
SPACES = st.sampled_from(" \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000")
TEXTS = st.text(st.one_of(ASSIGNED, SPACES, st.sampled_from("e\u0301\u3099かが\u200b\ufeff")), max_size=30)


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
@example(text="\u2000か\u3099 \u3000\n が\u0301")
@example(text="a\u200bb \ufeff")
def test_normalised_text(text: str) -> None:
    assert normalise(pa.array([text], pa.large_string())).to_pylist() == [plain(text)]


@settings(max_examples=200, deadline=None)
@given(values=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=40), seed=st.integers(0, 99))
def test_all_but_the_first_of_equal_hashes_go(values: list[tuple[int, int]], seed: int) -> None:
    rows = np.zeros(len(values), KEY)
    for place, (high, low) in enumerate(values):
        rows[place] = (high, low, place // 7, place % 7, np.void(f"{place:016}".encode()))
    expected = {place: values.index(value) for place, value in enumerate(values) if values.index(value) != place}
    drops = _duplicates(np.random.default_rng(seed).permutation(rows))
    found = {int(drop["shard"]) * 7 + int(drop["row"]): int(bytes(drop["kept"])) for drop in drops}
    assert found == expected


@given(hashes=st.lists(st.integers(0, 2**64 - 1), max_size=50), count=st.integers(1, MAX_PARTITIONS))
def test_partitions_keep_the_order_of_hashes(hashes: list[int], count: int) -> None:
    parts = partition_of(np.array(sorted(hashes), np.uint64), count).tolist()
    assert parts == sorted(parts)
    assert all(0 <= part < count for part in parts)


@given(rows=st.integers(0, 10**12), memory=st.integers(1, 10**12))
def test_partitions_fit_into_memory_while_there_are_enough(rows: int, memory: int) -> None:
    count = partitions(rows, KEY.itemsize, memory)
    assert 1 <= count <= MAX_PARTITIONS
    assert count == MAX_PARTITIONS or rows * KEY.itemsize <= count * memory


def write_shards(folder: Path, shards: list[list[str]]) -> list[tuple[str, str]]:
    """Write one Parquet file a shard; return (doc_id, text) of all rows in input order."""
    folder.mkdir(parents=True)
    found: list[tuple[str, str]] = []
    for number, texts in enumerate(shards):
        rows: list[dict[str, Any]] = []
        for place, text in enumerate(texts):
            row = {"doc_id": document_id(f"{number}", place), "source": f"{number}", "source_sha256": "0" * 64}
            row |= {"warc_offset": place, "warc_length": 1, "url": f"https://x.example/{number}/{place}"}
            row |= {"text": text, "text_sha256": "0" * 64, "text_bytes": len(text.encode())}
            rows.append(row)
            found.append((row["doc_id"], text))
        pq.write_table(pa.Table.from_pylist(rows, schema=DOCUMENT), folder / f"{number:03}.parquet")
    return found


def deduplicate(shards: Path, out: Path, memory_bytes: int, runner: Watching | None = None) -> None:
    uses = (StageUse("dedup", STAGES["dedup"].check({"memory_bytes": memory_bytes})),)
    state = state_of([str(path) for path in sorted(shards.iterdir())])
    continue_tree(uses, state, Recipe("dedup", "", uses, dict(DELIVER)), str(out), runner or Watching())


def brute(rows: list[tuple[str, str]]) -> tuple[list[str], dict[str, str]]:
    """(ids that stay, {id that goes: the one that stays instead})."""
    first: dict[str, str] = {}
    gone = {name: first[plain(text)] for name, text in rows if first.setdefault(plain(text), name) != name}
    return list(first.values()), gone


def outcome(out: Path) -> tuple[list[str], dict[str, str]]:
    kept = pq.read_table(out / "documents", columns=["doc_id"])["doc_id"].to_pylist()
    gone = pq.read_table(out / "dropped").to_pylist()
    assert {(row["stage"], row["outcome"], row["reason"]) for row in gone} <= {("dedup", "dropped", "exact-duplicate")}
    return kept, {row["doc_id"]: row["detail"] for row in gone}


WORDS = st.sampled_from(["a", "a ", "\u3000a", "b", "か\u3099", "が", "e\u0301", "é", "c c", "c\n c", ""])


@settings(max_examples=4, deadline=None)
@given(shards=st.lists(st.lists(WORDS, max_size=12), min_size=1, max_size=6), memory=st.sampled_from([1, 100, 1 << 28]))
@example(shards=[["a", "b"], [], ["b", "a", "a"], ["c c", "b"]], memory=1)
@example(shards=[[]], memory=1)
def test_dedup_is_what_brute_force_finds(shards: list[list[str]], memory: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = write_shards(Path(folder) / "in", shards)
        deduplicate(Path(folder) / "in", Path(folder) / "out", memory)
        assert outcome(Path(folder) / "out") == brute(rows)


def test_memory_changes_the_work_and_not_the_result(tmp_path: Path) -> None:
    texts = [[f"text {place * number % 17}" for place in range(40)] for number in range(1, 5)]
    rows = write_shards(tmp_path / "in", texts)
    ran = []
    for memory in (1 << 28, 1000, 1):
        watching = Watching()
        deduplicate(tmp_path / "in", tmp_path / str(memory), memory, watching)
        assert outcome(tmp_path / str(memory)) == brute(rows)
        ran.append(watching.ran["00-dedup.decide"])
    assert ran == [1, 7, MAX_PARTITIONS]
    digests = {load_run(open_store(str(tmp_path / name))).digest for name in ("1000", "1", str(1 << 28))}
    assert len(digests) == 1


def test_the_sample_names_what_was_kept_instead(demo_tree: Path) -> None:
    documents = {row["doc_id"]: row for row in pq.read_table(demo_tree / "documents").to_pylist()}
    pages = {row["doc_id"]: row for row in pq.read_table(demo_tree / "extracted").to_pylist()}
    gone = [row for row in pq.read_table(demo_tree / "dropped").to_pylist() if row["stage"] == "dedup"]
    assert gone
    for row in gone:
        first = documents[row["detail"]]
        assert plain(first["text"]) == plain(pages[row["doc_id"]]["text"])
        assert (first["source"], first["warc_offset"]) < (row["source"], row["warc_offset"])


@pytest.mark.parametrize("damage", ["changed", "missing"])
@pytest.mark.parametrize(("step", "suffix"), [("06-dedup.keys", "bin"), ("05-filter", "parquet")])
def test_damaged_work_stops_the_run_and_the_advice_helps(step: str, suffix: str, damage: str, tree: Path) -> None:
    digest = load_run(open_store(str(tree))).digest
    (tree / "run.json").unlink()
    for folder in (tree / "stages").glob("0[567]*"):
        if folder.name != step:
            shutil.rmtree(folder)
    victim = max((tree / ".work" / step).rglob(f"*.{suffix}"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 255
    victim.unlink()
    if damage == "changed":
        victim.write_bytes(data)
    with pytest.raises(ShardError) as stopped:
        run(tree)
    assert str(victim) in str(stopped.value)
    assert "run the same command with --rebuild" in str(stopped.value)
    assert not (tree / "run.json").exists()
    run(tree, rebuild=True)
    assert_whole(tree, digest)
