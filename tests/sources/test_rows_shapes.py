"""What is named as rows and holds none is refused before anything is written, with what it is and what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from row_helpers import documents, recipe
from run_helpers import run
from yurai.sources.rows import Note, Row, read_rows, row_kind
from yurai.sources.rows.names import foreign_kind
from yurai.sources.rows.shapes import HEAD, shape_of
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [{"text": f"Harbour note {number}.", "meta": {"n": number}} for number in range(4)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
PLAIN = LINES.encode()


def packed(write: Callable[[io.BytesIO], Any]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def in_zip(file: io.BytesIO) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("rows.jsonl", PLAIN)


def in_tar(file: io.BytesIO) -> None:
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("rows.jsonl")
        member.size = len(PLAIN)
        archive.addfile(member, io.BytesIO(PLAIN))


def in_arrow(file: io.BytesIO) -> None:
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


ARRAY, PRETTY = json.dumps(ROWS), "\n".join(json.dumps(row, indent=2) for row in ROWS)
SHAPES: dict[str, tuple[bytes, str]] = {
    "array on a line": (ARRAY.encode(), "JSON array.*jq -c"),
    "array, indented": (json.dumps(ROWS, indent=1).encode(), "JSON array"),
    "array, a row a line": (b"[\n" + b",\n".join(PLAIN.splitlines()) + b"\n]\n", "JSON array"),
    "array of one": (b'[\n{"text": "a"}\n]', "JSON array"),
    "array with blanks and BOM": (b"\xef\xbb\xbf \n [ " + ARRAY.encode()[1:], "JSON array"),
    "array of strings": (b'["a", "b"]', "JSON array"),
    "array without end": (ARRAY.encode()[:-3], "JSON array"),
    "array larger than the head": (json.dumps([{"text": "x" * 1000}] * 3000).encode(), "JSON array"),
    "array in gzip": (gzip.compress(ARRAY.encode()), "JSON array"),
    "array in zstd": (zstandard.compress(json.dumps(ROWS, indent=2).encode()), "JSON array"),
    "empty array": (b"[ ]\n", "JSON array"),
    "objects over lines": (PRETTY.encode(), "objects over several lines.*jq -c"),
    "one object over lines": (json.dumps({"rows": ROWS}, indent=4).encode(), "objects over several lines"),
    "objects over lines, tabs": (json.dumps(ROWS[0], indent="\t").encode(), "objects over several lines"),
    "objects over lines, in lz4": (lz4.frame.compress(PRETTY.encode()), "objects over several lines"),
    "an object larger than the head": (json.dumps({"a": ["x" * 1000] * 3000}, indent=2).encode(), "several lines"),
    "objects on one line": (LINES.replace("\n", "").encode(), "several JSON objects on a line"),
    "commas between": (LINES.replace("\n", ",\n").encode(), "commas between"),
    "RFC 7464": ("".join(f"\x1e{line}\n" for line in LINES.splitlines()).encode(), "RFC 7464"),
    "UTF-16": (LINES.encode("utf-16"), "UTF-16.*iconv -f UTF-16"),
    "UTF-16 little, no mark": (LINES.encode("utf-16-le"), "UTF-16"),
    "UTF-16 big, no mark": (LINES.encode("utf-16-be"), "UTF-16"),
    "UTF-16 in gzip": (gzip.compress(LINES.encode("utf-16")), "UTF-16"),
    "UTF-16 array": (ARRAY.encode("utf-16"), "UTF-16"),
    "UTF-32": (LINES.encode("utf-32"), "UTF-32"),
    "bzip2": (bz2.compress(PLAIN), "bzip2: unpack it"),
    "bzip2 in gzip": (gzip.compress(bz2.compress(PLAIN)), "bzip2"),
    "xz": (lzma.compress(PLAIN), "xz"),
    "zip": (packed(in_zip), "zip archive"),
    "tar": (packed(in_tar), "tar archive"),
    "tar in gzip": (gzip.compress(packed(in_tar)), "tar archive"),
    "Arrow IPC": (packed(in_arrow), "Arrow IPC"),
    "Parquet": (packed(lambda file: pq.write_table(pa.Table.from_pylist(ROWS), file)), "Parquet"),
    "a web archive": (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n", "a web archive"),
    "an error page": (b"<!DOCTYPE html>\n<title>403 Forbidden</title>", "HTML or XML"),
    "XML": (b"<?xml version='1.0'?><rows/>", "HTML or XML"),
    "CSV": (b"url,text\nhttps://a.example/,hello\n", "CSV"),
    "CSV of one column": (b"text\nhello\n", "CSV"),
    "CSV with quotes": (b'"id","body"\n1,"a, b"\n2,"c"\n3,"d"\n', "CSV"),
    "TSV": (b"id\ttext\n1\thello\n", "CSV"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_other_shapes_are_refused_before_anything_is_written(shape: str, tmp_path: Path) -> None:
    data, said = SHAPES[shape]
    (tmp_path / "x.jsonl").write_bytes(data)
    with pytest.raises(RecipeError, match=rf"x\.jsonl is .*{said}"):
        run(tmp_path / "out", [tmp_path / "x.jsonl"], recipe=recipe())
    assert not (tmp_path / "out").exists()


ROW_FILES: dict[str, bytes] = {
    "rows": PLAIN,
    "rows behind a BOM and blanks": b"\xef\xbb\xbf\n  \n" + PLAIN,
    "rows behind an array": b"[1]\n" + PLAIN,
    "rows behind a cut array": b'[1, {"text": \n' + PLAIN,
    "rows behind garbage": b"\x00\xff garbage, with commas\n" + PLAIN,
    "rows behind a cut row": PLAIN[:20] + b"\n" + PLAIN,
    "rows behind a row that was broken in two": b'{"text":\n"a"}\n' + PLAIN,
    "rows with brackets": b'{"text": "[1, 2]"}\n{"text": "<p>"}\n',
    "two rows on the first line": b'{"text": "a"}{"text": "b"}\n' + PLAIN,
    "rows behind what looks like a head": b"text,url\n" + PLAIN,
    "a row larger than the head": json.dumps({"text": "x" * (HEAD + 5)}).encode(),
    "one row without end": PLAIN.splitlines()[0],
    "rows that Python wrote": b'{"text": "a", "score": NaN}\n',
    "rows behind a line that begins as UTF-16": b"\xff\xfe damaged\n" + PLAIN,
    "rows behind a line that begins as ORC": b"ORC damaged\n" + PLAIN,
    "CR LF": PLAIN.replace(b"\n", b"\r\n"),
    "gzip": gzip.compress(PLAIN),
    "nothing": b"",
    "blanks": b"\n \n",
    "a cut gzip": gzip.compress(PLAIN)[:12],
}


@pytest.mark.parametrize("name", ROW_FILES)
def test_rows_have_no_other_shape(name: str) -> None:
    assert shape_of(ROW_FILES[name]) is None


@pytest.mark.parametrize("shape", ["array, a row a line", "objects over lines", "UTF-16", "bzip2", "CSV"])
def test_a_later_file_of_another_shape_is_told_by_its_task(shape: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(PLAIN)
    (tmp_path / "b.jsonl").write_bytes(SHAPES[shape][0])
    run(tmp_path / "out", [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], recipe=recipe())
    warnings = [one.message for one in audit(open_store(str(tmp_path / "out"))).findings if one.severity == "warning"]
    said = shape_of(SHAPES[shape][0])
    assert said is not None
    assert any(said in warning for warning in warnings)
    assert [row["text"] for row in documents(tmp_path / "out")][:4] == [row["text"] for row in ROWS]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.jsonl.bz2", "bzip2"), ("a.json.xz", "xz"), ("a.NDJSON.BZ2", "bzip2"), ("a.jsonl.gz.bz2", "bzip2"),
        ("a.jsonl.zip", "zip"), ("a.jsonl.br", "brotli"), ("a.csv", "CSV"), ("in/a.CSV.gz", "CSV"), ("a.tsv.zst", "CSV"),
        ("a.parquet.gz", "packed once more"), ("a.arrow", "not read"), ("a.xlsx", "not read"), ("a.avro", "not read"),
        ("a.jsonl", None), ("a.jsonl.gz", None), ("a.json.zst", None), ("a.parquet", None), ("a.warc.gz", None),
        ("a.warc.bz2", None), ("a.csv.warc.gz", None), ("csv", None), (".csv", None), ("a.txt", None),
    ],
)  # fmt: skip
def test_names_that_say_another_shape(name: str, said: str | None) -> None:
    found = foreign_kind(name)
    assert (said or "") in (found or "")
    assert (found is None) == (said is None)


def test_a_csv_among_rows_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(PLAIN)
    (tmp_path / "b.csv").write_bytes(b"text\nhello\n")
    with pytest.raises(RecipeError, match=r"--input b\.csv is CSV .* which is not read"):
        run(tmp_path / "out", [tmp_path / "a.jsonl", tmp_path / "b.csv"], recipe=recipe())


@pytest.mark.parametrize("value", [7, 7.5, True, ["a"], {"a": "b"}])
@pytest.mark.parametrize("name", ["x.jsonl", "x.parquet"])
def test_a_text_column_of_another_type_is_refused(value: Any, name: str, tmp_path: Path) -> None:
    rows = [{"id": number, "text": value, "body": "words"} for number in range(10)]
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    else:
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(RecipeError, match=r"in the column of the text, which must be strings; it has 'id', 'text'"):
        run(tmp_path / "out", [tmp_path / name], recipe=recipe())
    assert not (tmp_path / "out").exists()
    run(tmp_path / "out", [tmp_path / name], recipe=recipe({"columns": {"text": "body"}}))
    assert len(documents(tmp_path / "out")) == 10


def test_one_number_among_texts_is_one_failed_row(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"text": 7}\n{"text": null}\n' + PLAIN)
    run(tmp_path / "out", [tmp_path / "x.jsonl"], recipe=recipe())
    assert audit(open_store(str(tmp_path / "out"))).failed_by == {"read": {"text-not-string": 1}}


def test_json_lines_under_the_name_of_parquet(tmp_path: Path) -> None:
    for data, said in ((PLAIN, "JSON Lines: give it a name"), (ARRAY.encode(), "a JSON array")):
        (tmp_path / "x.parquet").write_bytes(data)
        with pytest.raises(RecipeError, match=said):
            run(tmp_path / "out", [tmp_path / "x.parquet"], recipe=recipe())


def test_prose_alone_is_refused_and_beside_rows_is_left_to_its_task(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"The tide is low.\nThe tide is high.\nNobody minds.\n")
    with pytest.raises(RecipeError, match="holds no JSON object in its first lines"):
        run(tmp_path / "out", [tmp_path / "a.jsonl"], recipe=recipe())
    (tmp_path / "b.jsonl").write_bytes(PLAIN)
    run(tmp_path / "out", [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], recipe=recipe())
    assert audit(open_store(str(tmp_path / "out"))).failed_by == {"read": {"invalid-json": 3}}


def test_the_head_of_a_bomb_costs_a_head(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(gzip.compress(b"[" + b"\n" * (8 << 20)))
    kind = row_kind(path.name)
    assert kind
    found = list(read_rows(path, kind, {}))
    assert [item.error for item in found if isinstance(item, Row)] == ["invalid-json"]
    assert any("JSON array" in item.message for item in found if isinstance(item, Note))
    assert shape_of(b"[" * HEAD) is None
    assert shape_of(b'{"a":' * (HEAD // 5)) is None
