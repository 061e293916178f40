"""Row files that are cut, damaged or hostile: rows before the damage stay, and every byte is accounted for."""

from __future__ import annotations

import gzip
import json
import resource
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from row_helpers import lost, read
from run_helpers import assert_whole, run
from yurai.sources.rows import Note, Row, fields, read_rows, row_kind
from yurai.sources.rows import inflate as inflow_module
from yurai.sources.rows import lines as lines_module
from yurai.sources.rows import parquet as parquet_module
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [{"text": f"row {number}: " + zlib.crc32(bytes([number])).to_bytes(4, "big").hex() * 9} for number in range(60)]
PLAIN = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
THIRDS = [PLAIN[: len(PLAIN) // 3], PLAIN[len(PLAIN) // 3 : 2 * len(PLAIN) // 3], PLAIN[2 * len(PLAIN) // 3 :]]
ZSTD = zstandard.ZstdCompressor(write_checksum=True)
SKIPPABLE = b"\x50\x2a\x4d\x18"
CONTAINERS: dict[str, bytes] = {
    "plain": PLAIN,
    "gzip": gzip.compress(PLAIN, mtime=0),
    "gzip members": b"".join(gzip.compress(part, mtime=0) for part in THIRDS),
    "zstd": ZSTD.compress(PLAIN),
    "zstd frames": b"".join(SKIPPABLE + b"\x02\0\0\0hi" + ZSTD.compress(part) for part in THIRDS),
    "lz4": lz4.frame.compress(PLAIN, content_checksum=True),
}


def assert_beginning(rows: list[Row]) -> None:
    """All rows are those of the file, in order, but for the last, which may have failed."""
    whole = [row for row in rows if not row.error]
    assert [row.values for row in whole] == ROWS[: len(whole)]
    assert [row for row in rows if row.error] == rows[len(whole) :]
    assert len(rows) - len(whole) <= 1


@pytest.mark.parametrize("container", CONTAINERS)
def test_whole_files(container: str, tmp_path: Path) -> None:
    rows, spans, notes = read(tmp_path / "x", CONTAINERS[container])
    assert [row.values for row in rows] == ROWS
    assert all(json.loads(PLAIN[row.offset :][: row.length]) == row.values for row in rows)
    assert (lost(spans), notes) == (0, [])


@pytest.mark.parametrize("container", CONTAINERS)
def test_cut_anywhere(container: str, tmp_path: Path) -> None:
    data = CONTAINERS[container]
    counts = []
    for end in range(0, len(data), 97 if len(data) > 500 else 7):
        rows, spans, notes = read(tmp_path / "x", data[:end])
        assert_beginning(rows)
        counts.append(len(rows))
        if not rows:
            assert lost(spans) + sum(span.bytes for span in spans if span.kind == "padding") == end
        if rows and rows[-1].error and container != "plain":
            assert rows[-1].error == "body-incomplete"
            assert notes
    assert counts == sorted(counts)


# A skippable frame says its own length, and nothing checks it: a wrong one may hide whole frames, as a right one may.
LENGTHS = {
    name: {at + byte for at in range(len(whole)) if whole.startswith(SKIPPABLE, at) for byte in range(4, 8)}
    for name, whole in CONTAINERS.items()
}


@pytest.mark.parametrize("container", [name for name in CONTAINERS if name != "plain"])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damaged_anywhere(container: str, data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = CONTAINERS[container]
    place = data.draw(st.integers(0, len(whole) - 1))
    bits = data.draw(st.integers(1, 255))
    broken = whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :]
    rows, _, notes = read(tmp_path_factory.mktemp("d") / "x", broken)
    found = [row.values for row in rows if not row.error]
    if found != ROWS:
        assert notes or place in LENGTHS[container]  # loss is told


@pytest.mark.parametrize("container", ["gzip", "zstd frames"])
def test_a_run_over_a_cut_file_adds_up(container: str, tmp_path: Path) -> None:
    data = CONTAINERS[container]
    (tmp_path / "x.jsonl").write_bytes(data[: len(data) * 2 // 3] + b"\xff" * 50)
    record = run(tmp_path / "out", [tmp_path / "x.jsonl"], recipe="plain")
    assert_whole(tmp_path / "out", record.digest)
    found = audit(open_store(str(tmp_path / "out")))
    assert found.failed_by == {"read": {"body-incomplete": 1}}
    assert any("breaks off (body-incomplete)" in finding.message for finding in found.findings)


def test_an_unreadable_file_is_a_task_without_candidates(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_bytes(PLAIN)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + PLAIN)
    (tmp_path / "cut.jsonl.gz").write_bytes(CONTAINERS["gzip"][:9])
    (tmp_path / "empty.jsonl").write_bytes(b"")
    record = run(
        tmp_path / "out",
        [tmp_path / name for name in sorted(path.name for path in tmp_path.iterdir())],
        recipe="plain",
    )
    assert_whole(tmp_path / "out", record.digest)
    found = audit(open_store(str(tmp_path / "out")))
    assert found.totals["candidates"] == 60
    assert {(gap["file"], gap["bytes"]) for gap in found.totals["unreadable"]} == {
        ("bad.parquet", len(PLAIN) + 4),
        ("cut.jsonl.gz", 9),
    }
    warned = {finding.where.split()[-1] for finding in found.findings if finding.check == "source"}
    assert warned == {"bad.parquet", "cut.jsonl.gz", "empty.jsonl"}


def test_zeros_behind_a_member_are_padding_and_garbage_is_not(tmp_path: Path) -> None:
    rows, spans, notes = read(tmp_path / "x", CONTAINERS["gzip"] + bytes(3000))
    assert (len(rows), spans[-1].kind, spans[-1].bytes, notes) == (60, "padding", 3000, [])
    rows, spans, notes = read(tmp_path / "x", CONTAINERS["gzip"] + b"garbage")
    assert (len(rows), lost(spans)) == (60, 7)
    assert notes


def test_a_line_over_the_limit_is_one_failed_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE", 100)
    monkeypatch.setattr(inflow_module, "PIECE", 30)
    exact = json.dumps({"text": "x" * 88}).encode()
    assert len(exact) == 100
    lines = [b'{"text": "a"}', exact, exact[:-1] + b" }", b"x" * 5000, b'{"text": "b"}', b"y" * 101]
    rows, _, _ = read(tmp_path / "x", b"\n".join(lines))
    assert [row.error for row in rows] == [None, None, "line-too-long", "line-too-long", None, "line-too-long"]
    assert [row.length for row in rows] == [len(line) for line in lines]
    assert [row.offset for row in rows] == [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]


def peak_growth(work: Callable[[], Any]) -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024


def test_a_gzip_bomb_of_one_line_takes_no_memory(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(packer.compress(b"a" * (1 << 20)) for _ in range(180)) + packer.flush()
    found: list[Any] = []
    assert peak_growth(lambda: found.extend(read(tmp_path / "x", data))) < 150
    rows, spans, notes = found
    assert [row.error for row in rows] == ["line-too-long"]
    assert lost(spans) > 0  # 180 MiB in 0.2 MB is beyond what a file may inflate to
    assert "inflate-limit" in notes[0]


def parquet(path: Path, table: pa.Table, **options: Any) -> bytes:
    pq.write_table(table, path, **options)
    return path.read_bytes()


TABLE = pa.Table.from_pylist(ROWS)


def test_a_parquet_bomb_is_stopped(tmp_path: Path) -> None:
    """One value of 1 MiB, 3,000 times: 300 bytes that would be 3 GB of text."""
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), pa.array(["A" * (1 << 20)]))
    data = parquet(tmp_path / "bomb", pa.table({"text": one}), compression="zstd")
    assert len(data) < 2000
    found: list[Any] = []

    def work() -> None:
        path = tmp_path / "x"
        path.write_bytes(data)
        found.extend((item.error if isinstance(item, Row) else item) for item in read_rows(path, "parquet", {}))

    assert peak_growth(work) < 900
    assert found[:64] == [None] * 64
    assert isinstance(found[64], Note)
    assert found[65:-1] == ["inflate-limit"] * (3000 - 64)


def test_a_page_that_inflates_to_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_module, "MAX_PAGES", 1 << 20)
    table = pa.table({"text": ["x" * (1 << 20)], "other": ["y" * (1 << 21)]})
    data = parquet(tmp_path / "x", table, compression="zstd", use_dictionary=False)
    rows, spans, notes = read(tmp_path / "x", data, "x.parquet")
    assert ([row.error for row in rows], lost(spans)) == (["inflate-limit"], 0)
    assert "pages of 1,048,5" in notes[0]
    assert "above the limit of 1,048,576" in notes[0]


def test_a_parquet_that_claims_more_rows_than_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_module, "FREE_ROWS", 1000)
    data = parquet(tmp_path / "x", pa.table({"text": pa.nulls(100_000, pa.string())}))
    assert len(data) < 99_000
    rows, spans, notes = read(tmp_path / "x", data, "x.parquet")
    assert (rows, lost(spans)) == ([], len(data))
    assert "claims 100,000 rows" in notes[0]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "dictionary"])
@pytest.mark.parametrize("compression", ["none", "zstd", "snappy"])
def test_pages_of_every_writer_are_read(version: Any, encoding: str, compression: Any, tmp_path: Path) -> None:
    how: dict[str, Any] = {"use_dictionary": True}
    if encoding != "dictionary":
        how = {"use_dictionary": False, "column_encoding": {"text": encoding}}
    data = parquet(
        tmp_path / "x", TABLE, compression=compression, data_page_version=version, data_page_size=200, row_group_size=25,
        write_page_index=True, **how,
    )  # fmt: skip
    rows, spans, notes = read(tmp_path / "x", data, "x.parquet")
    assert [row.values["text"].decode() for row in rows] == [row["text"] for row in ROWS]
    assert [row.offset for row in rows] == list(range(60))
    assert (lost(spans), notes) == (0, [])


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_damaged_parquet(data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("p")
    whole = parquet(folder / "w", TABLE, compression="zstd", data_page_size=300, row_group_size=20)
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    end = data.draw(st.sampled_from([len(whole)] * 3 + [len(whole) // 2]))
    rows, _, _ = read(folder / "x", bytes(broken[:end]), "x.parquet")
    assert [row.offset for row in rows] == sorted({row.offset for row in rows})


def test_one_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    data = bytearray(parquet(tmp_path / "x", TABLE, compression="zstd", row_group_size=20))
    meta = pq.ParquetFile(tmp_path / "x").metadata.row_group(1)
    start, size = meta.column(0).dictionary_page_offset or 0, meta.column(0).total_compressed_size
    data[start : start + size] = b"\xff" * size
    rows, spans, notes = read(tmp_path / "x", bytes(data), "x.parquet")
    assert [row.offset for row in rows] == [*range(60)]
    assert [row.error for row in rows] == [None] * 20 + ["body-incomplete"] * 20 + [None] * 20
    assert lost(spans) == 0
    assert notes == [notes[0]]
    assert "row group 1 breaks off after 0 of 20 rows" in notes[0]


MOMENT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "said", "flags"),
    [
        (pa.array([MOMENT], pa.timestamp("us", "UTC")), "2024-05-06T07:08:09Z", ()),
        (pa.array([MOMENT], pa.timestamp("ns", "No/Zone")), "2024-05-06T07:08:09Z", ()),
        (pa.array([2**62], pa.int64()).view(pa.timestamp("ms")), None, ("bad-date",)),
        (pa.array([date(2024, 5, 6)]), "2024-05-06T00:00:00Z", ("partial-date",)),
        (pa.array(["2024-05-06T09:08:09+02:00"]), "2024-05-06T07:08:09Z", ()),
        (pa.array([20240506]), "2024-05-06T00:00:00Z", ("partial-date",)),
        (pa.array([1714979289]), "2024-05-06T07:08:09Z", ()),
        (pa.array([1714979289123], pa.uint64()), "2024-05-06T07:08:09Z", ()),
        (pa.array([1714979289.5]), "2024-05-06T07:08:09Z", ()),
        (pa.array([float("nan")]), None, ()),
        (pa.array([7]), None, ("bad-date",)),
        (pa.nulls(1), None, ()),
        (pa.array([None], pa.timestamp("us")), None, ()),
    ],
)  # fmt: skip
def test_dates_of_parquet(column: Any, said: str | None, flags: tuple[str, ...], tmp_path: Path) -> None:
    table = pa.table({"text": ["x"], "date": column})
    rows, _, notes = read(tmp_path / "x", parquet(tmp_path / "x", table), "x.parquet")
    found = fields(rows[0].values)
    assert (found.date, found.flags, notes) == (said, flags, [])


TEXTS = {
    "large_string": pa.array(["words"], pa.large_string()),
    "string_view": pa.array(["words"], pa.string_view()),
    "binary": pa.array([b"words"], pa.binary()),
    "dictionary": pa.array(["words"]).dictionary_encode(),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_of_any_string_type(kind: str, tmp_path: Path) -> None:
    rows, _, _ = read(tmp_path / "x", parquet(tmp_path / "x", pa.table({"text": TEXTS[kind]})), "x.parquet")
    assert fields(rows[0].values).text == "words"


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 2]),
        pa.array([["a"], ["b"]]),
        pa.array([{"a": "b"}, None]),
        pa.ExtensionArray.from_storage(pa.json_(), pa.array(['"a"', '"b"'])),
        pa.ExtensionArray.from_storage(pa.uuid(), pa.array([bytes(16)] * 2, pa.binary(16))),
    ],
    ids=["int", "list", "struct", "json", "uuid"],
)  # fmt: skip
def test_text_of_another_type_fails_each_row(column: Any, tmp_path: Path) -> None:
    rows, spans, notes = read(tmp_path / "x", parquet(tmp_path / "x", pa.table({"text": column})), "x.parquet")
    assert [fields(row.values).error for row in rows] == ["text-not-string"] * 2
    assert lost(spans) == 0
    assert "which cannot be the text" in notes[0]


def test_nested_columns(tmp_path: Path) -> None:
    value = [{"text": "x", "metadata": {"url": "https://a.example/", "n": 1}}, {"text": "y", "metadata": None}]
    for name, data in {
        "x.jsonl": b"\n".join(json.dumps(row).encode() for row in value),
        "x.parquet": parquet(tmp_path / "p", pa.Table.from_pylist(value)),
    }.items():
        rows, _, notes = read(tmp_path / "x", data, name, url="metadata.url")
        assert [fields(row.values).url for row in rows] == ["https://a.example/", None]
        assert notes == []


def test_values_of_wrong_types_are_null_and_flagged() -> None:
    found = fields({"text": " a\0b ", "url": 3, "title": ["x"], "id": True, "date": {"y": 1}})
    assert (found.text, found.url, found.title, found.id, found.date) == ("ab", None, None, None, None)
    assert found.flags == ("bad-date", "bad-id", "bad-title", "bad-url")
    assert fields({"text": b"\xffa", "id": 7}).flags == ("undecodable-bytes",)
    assert (fields({"text": b"\xffa", "id": 7}).text, fields({"id": 7}).id) == ("\ufffda", "7")
    assert fields({}).text == ""


@settings(deadline=None, max_examples=200)
@given(value=st.dictionaries(st.sampled_from(["text", "url", "title", "date", "id"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers()))))  # fmt: skip
def test_fields_never_raise(value: dict[str, Any]) -> None:
    found = fields(value)
    assert (found.error is None) == isinstance(value.get("text"), str | bytes | None)
    assert found.text == found.text.strip()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/b.jsonl", "jsonl"), ("b.JSONL.GZ", "jsonl"), ("b.ndjson.zst", "jsonl"), ("b.json.gz", "jsonl"),
        ("b.json", "jsonl"), ("b.parquet", "parquet"), ("b.warc.gz", None), ("jsonl", None), (".jsonl", None),
        ("b.jsonl.gz.tmp", None), ("b.jsonl/x", None), ("b.parquet.gz", None),
    ],
)  # fmt: skip
def test_names(name: str, kind: str | None) -> None:
    assert row_kind(name) == kind


def test_parquet_without_rows(tmp_path: Path) -> None:
    for groups in (0, 2):
        with pq.ParquetWriter(tmp_path / "x", TABLE.schema) as writer:
            for _ in range(groups):
                writer.write_table(TABLE.slice(0, 0))
        rows, spans, notes = read(tmp_path / "x", (tmp_path / "x").read_bytes(), "x.parquet")
        assert (rows, lost(spans), notes) == ([], 0, [])
