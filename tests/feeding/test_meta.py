"""Megatron shards that others made are traced to the rows that they were made of, or refused."""

from __future__ import annotations

import json
import shutil
import struct
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from run_helpers import Said
from yurai.data import write_meta
from yurai.tokens import index_bytes, load_tokenizer, write_bin
from yurai_manifests.errors import AuditError, RecipeError, ShardError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TEXTS = ["一つ目の文章。", "A second text.", "", "三つ目 🎉", "The last one is longer than the others."]
TOKENIZER = load_tokenizer("bytes")


def put_pair(folder: Path, name: str, texts: Sequence[str], *, end: bool = True) -> str:
    """A Megatron pair as another tool makes it."""
    arrays = [ids if end else ids[:-1] for ids in TOKENIZER.encode_batch(list(texts))]
    lengths = write_bin(f"{folder}/{name}.bin", arrays, TOKENIZER.dtype)
    (folder / f"{name}.idx").write_bytes(index_bytes(lengths, TOKENIZER.dtype))
    return f"{folder}/{name}"


def put_lines(path: Path, texts: Sequence[str], column: str = "text") -> Path:
    rows = [{column: text, "url": f"https://e.example/{n}", "id": n} for n, text in enumerate(texts)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.mark.parametrize("end", [True, False])
def test_each_document_has_its_row_and_its_tokens(tmp_path: Path, *, end: bool) -> None:
    first = put_lines(tmp_path / "z.jsonl", TEXTS[:2])
    pq.write_table(pa.table({"text": TEXTS[2:]}), tmp_path / "a.parquet")
    pairs = [put_pair(tmp_path, "x", TEXTS[:3], end=end), put_pair(tmp_path, "y", TEXTS[3:], end=end)]
    made = write_meta(pairs, [first, tmp_path / "a.parquet"], TOKENIZER)
    assert [file.name for file in made] == ["x.meta.parquet", "y.meta.parquet"]
    found = [pq.read_table(f"{pair}.meta.parquet").to_pylist() for pair in pairs]
    rows = [row for some in found for row in some]
    assert [row["document"] for row in rows] == [0, 1, 2, 0, 1]
    assert [(row["source"], row["row"]) for row in rows] == [
        ("z.jsonl", 0),
        ("z.jsonl", 1),
        ("a.parquet", 0),
        ("a.parquet", 1),
        ("a.parquet", 2),
    ]
    assert [(row["id"], row["url"]) for row in rows[1:3]] == [("1", "https://e.example/1"), (None, None)]
    for pair, some, texts in zip(pairs, found, (TEXTS[:3], TEXTS[3:]), strict=True):
        ids = np.fromfile(f"{pair}.bin", TOKENIZER.dtype)
        for row, text in zip(some, texts, strict=True):
            read = ids[row["token_start"] :][: row["token_count"]].tolist()
            assert bytes(read[:-1] if end else read).decode() == text


def test_documents_of_several_sequences_and_other_integers(tmp_path: Path) -> None:
    """As preprocess_data.py --split-sentences writes them, with ids of 8 bytes."""
    ids = [list(text.encode()) for text in ("ab", "cde", "", "f")]
    np.array([one for some in ids for one in some], "<i8").tofile(tmp_path / "s.bin")
    lengths = np.array([len(one) for one in ids], "<i4")
    pointers = np.array([0, 16, 40, 40], "<i8")
    marks = np.array([0, 2, 3, 4], "<i8")
    head = struct.pack("<9sQBQQ", b"MMIDIDX\0\0", 1, 5, 4, 4)
    (tmp_path / "s.idx").write_bytes(head + lengths.tobytes() + pointers.tobytes() + marks.tobytes())
    lines = put_lines(tmp_path / "rows.jsonl", ["abcde", "", "f"])
    write_meta(tmp_path / "s.idx", lines, TOKENIZER)
    rows = pq.read_table(tmp_path / "s.meta.parquet")
    assert rows["token_start"].to_pylist() == [0, 5, 5]
    assert rows["token_count"].to_pylist() == [5, 0, 1]


def test_a_tree_as_documents(tmp_path: Path, small_tree: Path) -> None:
    for suffix in ("bin", "idx"):
        shutil.copy(small_tree / f"shards/00000.{suffix}", tmp_path / f"mine.{suffix}")
    write_meta(tmp_path / "mine", small_tree, TOKENIZER)
    due = pq.read_table(small_tree / "shards/00000.parquet")
    found = pq.read_table(tmp_path / "mine.meta.parquet")
    for ours, theirs in (("id", "doc_id"), ("url", "url"), ("token_start",) * 2, ("token_count",) * 2):
        assert found[ours].to_pylist() == due[theirs].to_pylist()


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        ([TEXTS[1], TEXTS[0], *TEXTS[2:]], r"x document 0: token 0 is 228 in the shard, and 65 .* row 0 of rows.jsonl"),
        ([*TEXTS[:4], f"{TEXTS[4]}!"], r"document 4: token 39 is 256 in the shard, and 33"),
        ([*TEXTS[:4], TEXTS[4][:-1]], r"document 4: token 38 is 46 in the shard, and 256"),
        (TEXTS[:4], r"has 5 documents, and rows end before its document 4"),
        ([*TEXTS, "more"], r"rows.jsonl row 5 is behind the last of 5 documents"),
    ],
)
def test_other_rows_are_refused_and_nothing_is_written(tmp_path: Path, texts: list[str], match: str) -> None:
    pair, lines = put_pair(tmp_path, "x", TEXTS), put_lines(tmp_path / "rows.jsonl", texts)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AuditError, match=match):
        write_meta(pair, lines, TOKENIZER)
    assert sorted(tmp_path.iterdir()) == before


def test_damaged_and_missing_shards_are_named(tmp_path: Path) -> None:
    pair, lines = put_pair(tmp_path, "x", TEXTS), put_lines(tmp_path / "rows.jsonl", TEXTS)
    whole = (tmp_path / "x.idx").read_bytes()
    for damage in (b"", whole[:-1], b"X" + whole[1:], whole[:40] + b"\xff" + whole[41:]):
        (tmp_path / "x.idx").write_bytes(damage)
        with pytest.raises(ShardError, match=r"x\.idx"):
            write_meta(pair, lines, TOKENIZER)
    (tmp_path / "x.idx").write_bytes(whole)
    (tmp_path / "x.bin").write_bytes(b"ab")
    with pytest.raises(ShardError, match=r"x\.bin has 2 bytes"):
        write_meta(pair, lines, TOKENIZER)
    with pytest.raises(RecipeError, match=r"no .*none\.idx"):
        write_meta(tmp_path / "none", lines, TOKENIZER)


def test_the_command_takes_columns_and_says_what_it_wrote(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    pair, lines = put_pair(tmp_path, "x", TEXTS), put_lines(tmp_path / "rows.jsonl", TEXTS, "body")
    asked = ("meta", pair, "--documents", lines, "--tokenizer", "bytes")
    said = yurai(*asked)
    assert said.code == 2
    assert "row 0 has no text" in said.err
    said = yurai(*asked, "--text-column", "body", "--check", "2", "--seed", "3")
    assert said.code == 0
    assert said.out.startswith("x.meta.parquet  5 documents  ")
    assert (tmp_path / "x.meta.parquet").exists()
