"""Rows as others write them: values beyond RFC 8259, texts in another column, and columns of another type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from row_helpers import documents, recipe
from run_helpers import assert_whole, run
from yurai.sources.rows import Note, Row, fields, read_rows, row_kind
from yurai.sources.rows.jsonl import parse
from yurai.sources.rows.mend import mended
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

BAD = ("undecodable-bytes",)


def read(path: Path, data: bytes) -> tuple[list[Row], list[str]]:
    path.write_bytes(data)
    kind = row_kind(path.name)
    assert kind
    items = list(read_rows(path, kind, {}))
    return (
        [item for item in items if isinstance(item, Row)],
        [item.message for item in items if isinstance(item, Note)],
    )


MENDED = [
    (b'{"text": "a", "score": NaN}', "a", ()),
    (b'{"score": [1, -Infinity, {"x": Infinity}], "text": "a"}', "a", ()),
    (b'{"text": "a NaN and Infinity", "score": NaN}', "a NaN and Infinity", ()),
    (b'{"text": "quoted \\"NaN\\", \\\\", "score": NaN}', 'quoted "NaN", \\', ()),
    (b'{"score":NaN,"text":"\\ud83d\\ude00 whole"}', "\U0001f600 whole", ()),
    (b'{"text": "a", "author": "x \\ud83d"}', "a", ()),
    (b'{"text": "half \\ud83d"}', "half \ufffd", BAD),
    (b'{"text": "\\ude00\\ud83d turned"}', "\ufffd\ufffd turned", BAD),
    (b'{"text": "\\uD83D\\ud83d\\ude00"}', "\ufffd\U0001f600", BAD),
    (b'{"text": "no half: \\\\ud83d"}', "no half: \\ud83d", ()),
    (b'{"text": "caf\xe9"}', "caf\ufffd", BAD),
    (b'{"text": "a", "author": "caf\xe9"}', "a", ()),
    (b'{"text": "cut \xe3\x81"}', "cut \ufffd", BAD),
    (b'\xef\xbb\xbf {"text": "a", "n": 1e999, "big": ' + b"9" * 400 + b"}", "a", ()),
    (b'{"text": "a", "n": -1e-999, "m": 12E+4000}', "a", ()),
    (b'{"text": "\xef\xbf\xbd stands there", "score": NaN}', "\ufffd stands there", ()),
    (b'{"text": NaN}', "", ()),
]


@pytest.mark.parametrize(("line", "text", "flags"), MENDED)
def test_a_value_in_another_field_does_not_lose_a_row(
    line: bytes, text: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    (row,), _ = read(tmp_path / "x.jsonl", line + b"\n")
    found = fields(row.values)
    assert (row.error, found.error, found.text, found.flags) == (None, None, text, flags)


NO_JSON = [
    b'{"text": "a", "score": nan}',
    b'{"text": "a", "score": NaNs}',
    b'{"text": "a", "score": --Infinity}',
    b'{"text": "a" NaN}',
    b'{"text": "open NaN',
    b"{'text': 'a', 'score': NaN}",
    b'{"text": "a", "score": NaN,}',
    b'{"text": "\\ud83g", "score": NaN}',
    b'{"text": "a\x01b", "score": NaN}',
    b"NaN",
    b'[NaN, {"text": "a"}]',
]


@pytest.mark.parametrize("line", NO_JSON)
def test_other_lines_still_fail(line: bytes, tmp_path: Path) -> None:
    (row, good), _ = read(tmp_path / "x.jsonl", line + b'\n{"text": "good"}\n')
    assert (row.error, good.error) == ("invalid-json", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.booleans())
def test_law_what_python_dumps_is_a_row(value: dict[str, Any], ascii_only: bool) -> None:
    line = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert parse(line).error is None


@given(st.dictionaries(st.text(max_size=5), st.text() | st.integers(-(2**60), 2**60) | st.none(), max_size=4))
def test_law_json_needs_no_mending(value: dict[str, Any]) -> None:
    line = orjson.dumps(value)
    same, is_changed = mended(line)
    assert (same, is_changed) == (line, False)


FILLED = [
    ({"text": None, "content": "words"}, "words"),
    ({"text": "", "content": "words"}, "words"),
    ({"text": " \n", "content": "words"}, "words"),
    ({"content": "words", "text": None}, "words"),
    ({"text": "first", "content": "second"}, "first"),
    ({"text": "first", "content": None}, "first"),
    ({"text": None, "content": None}, ""),
    ({"text": None}, ""),
    ({"content": "words"}, "words"),
    ({"text": "\u3000", "content": "言葉"}, "言葉"),
    ({"other": "words"}, ""),
]


@pytest.mark.parametrize(("row", "text"), FILLED)
def test_the_column_that_is_filled_is_the_text(row: dict[str, Any], text: str, tmp_path: Path) -> None:
    (found,), _ = read(tmp_path / "x.jsonl", json.dumps(row).encode())
    assert fields(found.values).text == text
    others = [{"text": "other", "content": "x"}, row] if len(row) > 1 else [row]
    pq.write_table(pa.Table.from_pylist(others), tmp_path / "x.parquet")
    rows, _ = read(tmp_path / "x.parquet", (tmp_path / "x.parquet").read_bytes())
    assert fields(rows[-1].values).text == text


def test_a_named_text_column_is_the_only_one(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"body": null, "text": "words"}\n{"body": "b", "text": "words"}\n')
    run(tmp_path / "out", [tmp_path / "x.jsonl"], recipe=recipe({"columns": {"text": "body"}}))
    assert [row["text"] for row in documents(tmp_path / "out")] == ["b"]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_whole_run_over_mended_and_filled_rows_adds_up(kind: str, tmp_path: Path) -> None:
    rows = [{"text": None, "content": "from content"}, {"text": "from text", "content": None}, {"text": None}]
    if kind == "jsonl":
        dumped = [json.dumps(row | {"score": float("nan")}) for row in rows]
        (tmp_path / "x.jsonl").write_text("\n".join(dumped))
    else:
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    record = run(tmp_path / "out", [tmp_path / f"x.{kind}"], recipe="plain")
    assert_whole(tmp_path / "out", record.digest)
    assert [row["text"] for row in documents(tmp_path / "out")] == ["from content", "from text"]
    assert audit(open_store(str(tmp_path / "out"))).dropped_by == {"extract": {"no-text": 1}}


@pytest.mark.parametrize("value", [7, 7.5, True, ["a"], {"a": "b"}])
def test_a_text_that_is_none_is_counted_and_told(value: Any, tmp_path: Path) -> None:
    rows, notes = read(tmp_path / "x.jsonl", b"\n".join([json.dumps({"text": value}).encode()] * 3))
    assert [fields(row.values).error for row in rows] == ["text-not-string"] * 3
    assert notes == ["no row has a string as its text, and 3 have another value there"]
    rows, notes = read(tmp_path / "x.jsonl", json.dumps({"text": value}).encode() + b'\n{"text": "a"}')
    assert ([fields(row.values).error for row in rows], notes) == (["text-not-string", None], [])


def test_columns_without_a_type_are_empty(tmp_path: Path) -> None:
    table = pa.table({"text": ["a"], "title": pa.nulls(1), "url": pa.nulls(1)})
    pq.write_table(table, tmp_path / "x.parquet")
    (row,), notes = read(tmp_path / "x.parquet", (tmp_path / "x.parquet").read_bytes())
    assert (fields(row.values).flags, notes) == ((), [])
