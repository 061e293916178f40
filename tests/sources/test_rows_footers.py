"""Parquet footers that lie: about rows, about where pages lie, about their own size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from row_helpers import lost, read

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pa.table({"text": [f"row {number}" for number in range(60)]})


def written(path: Path, table: pa.Table, **options: Any) -> bytes:
    pq.write_table(table, path, **options)
    return path.read_bytes()


def footer_says(data: bytes, written: int, said: int) -> bytes:
    """The file with another number in its footer, wherever `written` stands as one of Thrift's compact protocol."""

    def number(value: int) -> bytes:
        value, out = value << 1, bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8].replace(number(written), number(said))
    return data[: -8 - size] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


WRONG_COUNTS = {301: (900, 3), 8000: (900, 23_100), 299: (897, 0), 150: (450, 0)}


@pytest.mark.parametrize("said", WRONG_COUNTS)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_footer_that_says_other_counts_is_told(said: int, version: Any, tmp_path: Path) -> None:
    table = pa.table({"text": [f"row {number}" for number in range(900)]})
    data = written(tmp_path / "x", table, row_group_size=300, data_page_version=version)
    rows, spans, notes = read(tmp_path / "x", footer_says(data, 300, said), "x.parquet")
    assert [row.offset for row in rows] == list(range(len(rows)))
    kept = sum(not row.error for row in rows)
    assert (kept, len(rows) - kept, lost(spans)) == (*WRONG_COUNTS[said], 0)
    assert len(notes) == 3
    assert all("than the footer says" in note or "than its footer says" in note for note in notes)


def test_a_footer_cannot_have_pages_read_again_and_again(tmp_path: Path) -> None:
    """Fifty row groups name the pages of the first one, and the file holds no others."""
    table = pa.table({"text": ["x" * 3000] * 50})
    data = written(tmp_path / "x", table, row_group_size=1, use_dictionary=False, compression="none")
    groups = pq.ParquetFile(tmp_path / "x").metadata
    offsets = [groups.row_group(place).column(0).data_page_offset for place in range(50)]
    for offset in offsets[1:]:
        data = footer_says(data, offset, offsets[0])
    size = int.from_bytes(data[-8:-4], "little")
    rows, _, notes = read(tmp_path / "x", data[: offsets[1]] + data[-8 - size :], "x.parquet")
    assert len(rows) == 50
    assert {row.error for row in rows} == {None, "body-incomplete"}
    assert "columns overlap" in notes[0]


def test_a_footer_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.sources.rows import pages

    monkeypatch.setattr(pages, "MAX_FOOTER", 100)
    data = written(tmp_path / "x", TABLE)
    rows, spans, notes = read(tmp_path / "x", data, "x.parquet")
    assert (rows, lost(spans)) == ([], len(data))
    assert "above the limit of 100" in notes[0]
