"""Dedup by equal keys against brute force: what stays is said by the keep order, however rows are cut and spilled."""

from __future__ import annotations

import json
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

from dedup_helpers import Row, deduplicate, document, write_shards
from run_helpers import Watching, assert_whole, run
from yurai.exchange.row_files import read_twice, rows_file, whole_span
from yurai.exchange.row_types import KEY
from yurai.report.explain import explain
from yurai.sources.fetch import Shard
from yurai.stages.equal_keys import decisions, first_of_each
from yurai_manifests.errors import ShardError
from yurai_manifests.normal_text import normalise
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord
from yurai_manifests.urls import normal_url

# Characters that this Python's Unicode knows: an older one must agree with a newer one on them.
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"])
SPACES = st.sampled_from(" \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000")
TEXTS = st.text(st.one_of(ASSIGNED, SPACES, st.sampled_from("e\u0301\u3099かが\u200b\ufeff")), max_size=30)
KEEPS = ["oldest", "newest", "longest", "best-quality", "most-permissive-licence"]
LICENCES = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", None]
LAST = 10**9


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
@example(text="\u2000か\u3099 \u3000\n が\u0301")
@example(text="a\u200bb \ufeff")
def test_normalised_text(text: str) -> None:
    assert normalise(pa.array([text], pa.large_string())).to_pylist() == [plain(text)]


@pytest.mark.parametrize("around", ["e{}", "{}\u0301", "\u1100{}", "a {}"])
def test_each_character_is_normalised(around: str) -> None:
    known = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) not in ("Cs", "Cn")]
    texts = [around.format(one) for one in known]
    assert normalise(pa.array(texts, pa.large_string())).to_pylist() == [plain(text) for text in texts]


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Www.Example.COM:80/a/./b/../c?x=%7e%3a#f", "http://www.example.com/a/c?x=~%3A"),
        ("https://e.example:443?q", "https://e.example/?q"),
        ("https://e.example:80/", "https://e.example:80/"),
        ("http://e.example:", "http://e.example/"),
        ("http://User@E.example/A", "http://User@e.example/A"),
        ("http://e.example/a/..", "http://e.example/"),
        ("http://e.example/a/b/..", "http://e.example/a/"),
        ("http://e.example/a/.", "http://e.example/a/"),
        ("http://e.example/../../a//b", "http://e.example/a//b"),
        ("http://e.example/%e3%81%2f%41", "http://e.example/%E3%81%2FA"),
        ("http://e.example/%zz", "http://e.example/%zz"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
        ("https://[::1", "https://[::1"),
        ("urn:x#y", "urn:x"),
    ],
)
def test_normalised_url(url: str, normal: str) -> None:
    assert normal_url(url) == normal
    assert normal_url(normal) == normal


@given(url=st.from_regex(r"https?://[a-z.:@]{1,4}/[a-z./?%2E;]{0,9}", fullmatch=True))
def test_a_url_has_one_normal_form_whatever_it_takes_to_find_it(url: str) -> None:
    assert normal_url(url) == normal_url(url + "#")


@pytest.mark.parametrize(
    "other",
    [
        "https://e.example/a",
        "http://www.e.example/a",
        "http://e.example/a/",
        "http://e.example/a?b",
        "http://e.example/A",
    ],
)
def test_urls_that_a_server_may_tell_apart_stay_different(other: str) -> None:
    assert normal_url("http://e.example/a") != normal_url(other)


def key_rows(values: list[tuple[int, int, int]]) -> np.ndarray[Any, np.dtype[np.void]]:
    """KEY rows of (hash, low, rank), one doc_id each."""
    rows = np.zeros(len(values), KEY)
    for place, (high, low, rank) in enumerate(values):
        rows[place] = (high, low, (rank, place, 0, place // 7, place % 7))
    return rows


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), max_size=40),
    seed=st.integers(0, 99),
    size=st.integers(1, 41),
)
def test_all_but_the_first_in_order_of_equal_keys_go(values: list[tuple[int, int, int]], seed: int, size: int) -> None:
    rows = np.random.default_rng(seed).permutation(key_rows(values))
    chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
    firsts, sizes = first_of_each(chunks)
    found = {
        int(row["shard"]) * 7 + int(row["row"]): (bool(row["gone"]), int(row["kept"]["id_high"]), int(row["size"]))
        for rows in chunks
        for row in decisions(rows, firsts, sizes, 1.0)
    }
    expected = {}
    for place, value in enumerate(values):
        same = [other for other, another in enumerate(values) if another[:2] == value[:2]]
        first = min(same, key=lambda other: (values[other][2], other))
        if len(same) > 1:
            expected[place] = (first != place, first, len(same))
    assert found == expected


def test_rows_beyond_memory_are_read_twice(tmp_path: Path) -> None:
    attempt = Attempt(open_store(str(tmp_path)), StepId("x", "0"), tmp_path)
    record = TaskRecord("k", "s", "")
    rows = key_rows([(1, 1, 5)] * 100)
    with rows_file(attempt, record) as out:
        out.write(rows)
    (output,) = attempt.outputs
    place = whole_span(Shard(str(tmp_path), output.path, output.sha256, 100, output.size, "s"), output.bytes)
    for limit in (0, 10**6):
        chunks = read_twice([place], KEY, limit)
        for _ in range(2):
            assert np.concatenate(list(chunks())).tobytes() == rows.tobytes()


def rank(row: Row, keep: str) -> Any:
    """The keep order, said again in plain Python: what is lower stays."""
    date = row.get("capture_date")
    return {
        "oldest": (date is None, date),
        "newest": -int(date[2:4]) if date else LAST,
        "longest": -len(row["text"]),
        "best-quality": -round(row["lang_score"], 4) if row.get("lang_score") is not None else LAST,
        "most-permissive-licence": LICENCES.index(row.get("declared_spdx")),
    }[keep]


def brute(rows: list[Row], keep: str = "oldest", method: str = "exact") -> tuple[set[str], dict[str, str]]:
    """(ids that stay, {id that goes: the one that stays instead})."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = plain(row["text"]) if method == "exact" else row["url"] and normal_url(row["url"])
        groups.setdefault(row["doc_id"] if key is None else "=" + key, []).append(row)
    gone = {}
    for group in groups.values():
        first, *others = sorted(group, key=lambda row: (rank(row, keep), row["doc_id"]))
        gone.update({row["doc_id"]: first["doc_id"] for row in others})
    return {row["doc_id"] for row in rows} - gone.keys(), gone


def outcome(out: Path) -> tuple[set[str], dict[str, str]]:
    kept = pq.read_table(out / "documents", columns=["doc_id"])["doc_id"].to_pylist()
    gone = pq.read_table(out / "dropped").to_pylist()
    assert {(row["stage"], row["outcome"]) for row in gone} <= {("dedup", "dropped")}
    assert len(kept) == len(set(kept))
    return set(kept), {row["doc_id"]: row["detail"] for row in gone}


WORDS = st.sampled_from(["a", "a ", "\u3000a", "b", "か\u3099", "が", "e\u0301", "é", "c c", "c\n c", ""])
COLUMNS = st.fixed_dictionaries(
    {
        "text": WORDS,
        "url": st.sampled_from([None, "http://a.example", "HTTP://A.example:80/", "http://b.example/", "x"]),
        "capture_date": st.sampled_from([None, "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z", "2002-01-01T00:00:01Z"]),
        "lang_score": st.sampled_from([None, 0.1, 0.5, 0.50001, 0.9]),
        "declared_spdx": st.sampled_from(LICENCES),
    }
)


@settings(max_examples=8, deadline=None)
@given(
    shards=st.lists(st.lists(COLUMNS, max_size=12), min_size=1, max_size=6),
    keep=st.sampled_from(KEEPS),
    method=st.sampled_from(["exact", "url"]),
    memory=st.sampled_from([1, 3000, 1 << 30]),
)
@example(shards=[[]], keep="oldest", method="exact", memory=1)
def test_dedup_is_what_brute_force_finds(shards: list[list[Row]], keep: str, method: str, memory: int) -> None:
    made = [[document(f"{n}", place, **columns) for place, columns in enumerate(s)] for n, s in enumerate(shards)]
    if keep == "newest":  # the plain order above knows years alone
        made = [
            [row | {"capture_date": row["capture_date"] and row["capture_date"][:18] + "0Z"} for row in s] for s in made
        ]
    quality: Row = {"quality": "lang_score"} if keep == "best-quality" else {}
    with tempfile.TemporaryDirectory() as folder:
        write_shards(Path(folder) / "in", made)
        out = Path(folder) / "out"
        deduplicate(Path(folder) / "in", out, method=method, keep=keep, memory_bytes=memory, **quality)
        assert outcome(out) == brute([row for shard in made for row in shard], keep, method)


@pytest.mark.parametrize("keep", KEEPS)
def test_every_order_over_the_same_rows(keep: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    shards = []
    for number in range(4):
        rows = []
        for place in range(60):
            year, text = int(rng.integers(10)), f"text {rng.integers(30)}"
            more: Row = {"capture_date": f"200{year}-01-01T00:00:00Z" if year else None}
            more |= {"lang_score": round(float(rng.random()), 2), "declared_spdx": LICENCES[int(rng.integers(5))]}
            rows.append(document(f"{number}", place, text=text + " " * int(rng.integers(3)), **more))
        shards.append(rows)
    write_shards(tmp_path / "in", shards)
    quality: Row = {"quality": "lang_score"} if keep == "best-quality" else {}
    deduplicate(tmp_path / "in", tmp_path / "out", keep=keep, **quality)
    assert outcome(tmp_path / "out") == brute([row for shard in shards for row in shard], keep)


def test_memory_changes_the_work_and_not_the_result(tmp_path: Path) -> None:
    shards = [[document(f"{n}", place, text=f"text {place * n % 17}") for place in range(40)] for n in range(1, 5)]
    write_shards(tmp_path / "in", shards)
    ran = []
    for memory in (1 << 30, 10_000, 1):
        watching = Watching()
        deduplicate(tmp_path / "in", tmp_path / str(memory), watching, memory_bytes=memory)
        assert outcome(tmp_path / str(memory)) == brute([row for shard in shards for row in shard])
        ran.append(watching.ran["00-dedup.decide"])
    assert ran[0] == 1 < ran[1] < ran[2] <= 17
    digests = {load_run(open_store(str(tmp_path / str(name)))).digest for name in (1, 10_000, 1 << 30)}
    assert len(digests) == 1


def test_shards_and_their_order_change_nothing(tmp_path: Path) -> None:
    rows = [document("s", place, text=f"text {place % 13}", lang="en") for place in range(100)]
    expected = brute(rows)
    for name, shards in {
        "one": [rows],
        "many": [rows[start : start + 7] for start in range(0, 100, 7)],
        "turned": [rows[start : start + 30] for start in (60, 90, 30, 0)],
    }.items():
        write_shards(tmp_path / name, shards)
        deduplicate(tmp_path / name, tmp_path / f"{name}-out")
        assert outcome(tmp_path / f"{name}-out") == expected


def test_more_shards_than_one_level_of_an_exchange_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurai.exchange.levels.FAN", 3)
    rows = [document("s", place, text=f"text {place % 5}") for place in range(22)]
    write_shards(tmp_path / "in", [rows[start : start + 2] for start in range(0, 22, 2)])
    deduplicate(tmp_path / "in", tmp_path / "out")
    assert outcome(tmp_path / "out") == brute(rows)


def test_a_row_given_twice_stays_once(tmp_path: Path) -> None:
    row = document("s", 0, text="a")
    write_shards(tmp_path / "in", [[row], [row]])
    deduplicate(tmp_path / "in", tmp_path / "out")
    assert outcome(tmp_path / "out") == ({row["doc_id"]}, {row["doc_id"]: row["doc_id"]})


def test_equal_urls_say_nothing_of_the_text(tmp_path: Path) -> None:
    rows = [document("s", place, text=f"{place}", url="http://a.example/") for place in range(2)]
    write_shards(tmp_path / "in", [rows])
    deduplicate(tmp_path / "in", tmp_path / "out", method="url")
    (row,) = pq.read_table(tmp_path / "out/dropped").to_pylist()
    assert (row["reason"], row["jaccard"], row["jaccard_by"]) == ("url-duplicate", None, None)
    assert row["kept_doc_id"] == min(one["doc_id"] for one in rows)


def test_the_sample_names_what_was_kept_instead(demo_tree: Path) -> None:
    documents = {row["doc_id"]: row for row in pq.read_table(demo_tree / "documents").to_pylist()}
    pages = {row["doc_id"]: row for row in pq.read_table(demo_tree / "extracted").to_pylist()}
    marked = set(pq.read_table(demo_tree / "evidence")["doc_id"].to_pylist())
    gone = [row for row in pq.read_table(demo_tree / "dropped").to_pylist() if row["stage"] == "dedup"]
    assert len(gone) == 5
    assert {row["doc_id"] for row in gone} & marked, "evidence of copies stays"
    for row in gone:
        first = documents[row["detail"]]
        assert plain(first["text"]) == plain(pages[row["doc_id"]]["text"])
        assert (first["capture_date"], first["doc_id"]) < (row["capture_date"], row["doc_id"])
        assert (row["kept_url"], row["kept_path"]) == (first["url"], first["source"])
        (life,) = explain(open_store(str(demo_tree)), row["doc_id"])
        said = {name: life[name] for name in ("kept_doc_id", "kept_url", "kept_path", "jaccard", "jaccard_by")}
        assert json.dumps(said) == json.dumps({name: row[name] for name in said})


@pytest.mark.parametrize("damage", ["changed", "missing"])
@pytest.mark.parametrize(("step", "suffix"), [("05-filter", "parquet"), ("06-dedup.apply", "overlay")])
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
