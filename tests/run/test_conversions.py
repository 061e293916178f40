"""Conversion records are read by their Content-Type, and no candidate of a damaged head is lost."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
import pytest

from pdf_samples import pdf
from row_helpers import STAGES, documents, recipe
from run_helpers import run
from warc_samples import http, warc_record

WORDS = "The ferry leaves the harbour at nine in the morning, and comes back at four."
JAPANESE = "渡し船は朝の九時に港を出て、午後四時に戻ってきます。"
HTML = f"<!doctype html><html><body><p>{WORDS}</p></body></html>"
Row = dict[str, Any]
RECORDS: dict[str, tuple[str, bytes]] = {
    "png": ("image/png", b"\x89PNG\r\n\x1a\n\x00\x01"),
    "jpeg": ("text/plain", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    "pdf": ("application/pdf", pdf(WORDS)),
    "pdf-as-text": ("text/plain", pdf(WORDS)),
    "broken-pdf": ("application/pdf", b"%PDF-1.4 and nothing else"),
    "html": ("text/html", HTML.encode()),
    "html-utf16": ("text/html", HTML.encode("utf-16")),
    "xhtml": ("application/xhtml+xml", HTML.replace(" html>", " html><!-- x -->").encode()),
    "sjis": ("text/plain; charset=shift_jis", JAPANESE.encode("cp932")),
    "sjis-undeclared": ("text/plain", JAPANESE.encode("cp932")),
    "euc": ("text/plain; charset=utf-8", JAPANESE.encode("euc-jp")),
    "bom": ("text/plain", b"\xef\xbb\xbfTitle\r\nLine \x01two\x0bx\r\n"),
    "utf16": ("text/plain", JAPANESE.encode("utf-16")),
    "wet": ("text/plain", f"\n{JAPANESE}\n<b>{WORDS}</b>\n".encode()),
    "wet-upper": ("Text/Plain; Charset=UTF-8", WORDS.encode()),
    "stray-byte": ("text/plain; charset=utf-8", JAPANESE.encode() + b"\xff"),
    "json": ("application/json", b'{"a": 1}'),
    "controls": ("text/plain", bytes(range(32)) * 4),
    "nothing": ("text/plain", b" \r\n"),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Rows of documents and of what was dropped, by the last part of the URL."""
    folder = tmp_path_factory.mktemp("conversions")
    archive = folder / "pages.warc"
    parts = [
        warc_record("conversion", number, body, Content_Type=kind, WARC_Target_URI=f"https://example.jp/{name}")
        for number, (name, (kind, body)) in enumerate(RECORDS.items())
    ]
    page = http(HTML.encode(), "Content-Type: text/html")
    coded = http(HTML.encode(), "Content-Type: text/html", "Transfer-Encoding: x-pack")
    parts += [
        warc_record("response", 90, page, WARC_Type="resqonse", WARC_Target_URI="https://example.jp/damaged"),
        warc_record("response", 91, coded, WARC_Target_URI="https://example.jp/coded"),
        warc_record("response", 92, page, WARC_Type="screenshot", WARC_Target_URI="https://example.jp/other"),
    ]
    archive.write_bytes(b"".join(parts))
    record = run(folder / "out", [archive], recipe=recipe(stages=STAGES))
    assert record
    gone = [row for file in (folder / "out" / "dropped").glob("*.parquet") for row in pq.read_table(file).to_pylist()]
    return {row["url"].rpartition("/")[2]: row for row in [*documents(folder / "out"), *gone]}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("png", "no-handler:image/png"),
        ("jpeg", "no-handler:image/jpeg"),
        ("broken-pdf", "pdf-broken"),
        ("json", "no-handler:application/json"),
        ("controls", "binary-bytes"),
        ("nothing", "no-text"),
        ("damaged", "bad-record-type"),
        ("coded", "bad-transfer-encoding"),
    ],
)
def test_what_is_no_text_is_counted(name: str, reason: str, rows: dict[str, Row]) -> None:
    failed = reason.startswith("bad-")
    assert (rows[name]["outcome"], rows[name]["reason"]) == ("failed" if failed else "dropped", reason)


@pytest.mark.parametrize(
    ("name", "text", "charset", "extractor"),
    [
        ("pdf", WORDS, None, "pdfium"),
        ("pdf-as-text", WORDS, None, "pdfium"),
        ("html", WORDS, "utf-8", "honbun"),
        ("html-utf16", WORDS, "utf-16-le", "honbun"),
        ("xhtml", WORDS, "utf-8", "honbun"),
        ("sjis", JAPANESE, "cp932", "none"),
        ("sjis-undeclared", JAPANESE, "cp932", "none"),
        ("euc", JAPANESE, "euc-jp", "none"),
        ("bom", "Title\nLine twox", "utf-8", "none"),
        ("utf16", JAPANESE, "utf-16-le", "none"),
        ("wet", f"{JAPANESE}\n<b>{WORDS}</b>", "utf-8", "none"),
        ("wet-upper", WORDS, "utf-8", "none"),
        ("stray-byte", JAPANESE + "\ufffd", "utf-8", "none"),
    ],
)
def test_each_type_is_read_as_what_it_is(
    name: str, text: str, charset: str | None, extractor: str, rows: dict[str, Row]
) -> None:
    row = rows[name]
    assert (row["text"].strip(), row["charset"]) == (text, charset)
    assert row["extractor"].startswith(extractor)
    assert ("evidence-not-available" in row["flags"]) == (extractor == "none")


def test_nothing_is_lost(rows: dict[str, Row]) -> None:
    assert rows.keys() == RECORDS.keys() | {"damaged", "coded"}
