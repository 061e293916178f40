"""A small crawl laid out as Common Crawl's: WARC files, the columnar index of their records, and CDXJ of the same."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from warc_samples import gz, response, sha1, warc_record
from yurai.sources.warc import CANDIDATES, Record, read_file
from yurai_manifests.surt import surt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CRAWL = "CC-MAIN-2024-33"
FILES = f"crawl-data/{CRAWL}/segments/1.1"
TABLE = f"cc-index/table/cc-main/warc/crawl={CRAWL}/subset="
LANGUAGES = ("jpn", "eng", "jpn,eng", None)
WORDS = "図書館の朝は早く、川の水は静かに流れて町の人々が橋を渡る。子どもたちは庭で本を読み、犬は日なたで眠っている。"


def page(number: int) -> bytes:
    """One page of text that no other page has."""
    text = "".join(f"<p>{number}番目の頁、段落{part}。{WORDS}</p>" for part in range(4))
    return f"<html lang=ja><title>頁{number}</title><body>{text}</body></html>".encode()


def record(number: int) -> bytes:
    """Record number `number`: one page in ten is not found, hosts come in runs of eight."""
    status = "404 Not Found" if number % 10 == 9 else "200 OK"
    body = page(number)
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode()
    url = f"https://www.host{number // 8}.example/{number}"
    return warc_record("response", number, head + body, WARC_Target_URI=url, WARC_Payload_Digest=sha1(body))


def archive(first: int, count: int) -> bytes:
    """A WARC of so many pages, each behind its request, as crawlers write them."""
    parts = [warc_record("warcinfo", 0, b"software: sample\r\n", WARC_Target_URI="")]
    for number in range(first, first + count):
        parts += [warc_record("request", number, b"GET / HTTP/1.1\r\n\r\n"), record(number)]
    return b"".join(map(gz, parts))


def index_row(item: Record, file: str, number: int) -> dict[str, Any]:
    """What the index says of one record."""
    assert item.url
    assert item.capture_date
    return {
        "url_surtkey": surt(item.url),
        "url": item.url,
        "url_host_name": item.url.split("/")[2],
        "fetch_time": item.capture_date.rstrip("Z"),
        "fetch_status": item.http_status,
        "content_digest": (item.payload_digest or "").removeprefix("sha1:") or None,
        "content_mime_type": item.mime,
        "content_mime_detected": item.mime,
        "content_languages": LANGUAGES[number % len(LANGUAGES)],
        "warc_filename": file,
        "warc_record_offset": item.offset,
        "warc_record_length": item.length,
    }


def index_rows(root: Path, file: str) -> Iterator[dict[str, Any]]:
    """The rows of one file of a crawl."""
    found = (one for one in read_file(root / file) if isinstance(one, Record) and one.kind in CANDIDATES)
    for number, item in enumerate(found):
        yield index_row(item, file, number)


def write_index(root: Path, rows: list[dict[str, Any]], subset: str = "warc", files: int = 2) -> None:
    """Write rows as files of the columnar index, sorted by key as the real one is, and list them."""
    rows = sorted(rows, key=lambda row: (row["url_surtkey"], row["warc_record_offset"]))
    folder = root / f"{TABLE}{subset}"
    folder.mkdir(parents=True)
    share = -(-len(rows) // files)
    for number in range(files):
        table = pa.Table.from_pylist(rows[number * share : (number + 1) * share])
        times = table.column("fetch_time").cast(pa.timestamp("ms"))
        table = table.set_column(table.schema.get_field_index("fetch_time"), "fetch_time", times)
        pq.write_table(table, folder / f"part-{number:05}.parquet", row_group_size=16)
    listed = root / f"crawl-data/{CRAWL}/cc-index-table.paths.gz"
    listed.parent.mkdir(parents=True, exist_ok=True)
    names = sorted(str(path.relative_to(root)) for path in (root / "cc-index").rglob("*.parquet"))
    listed.write_bytes(gzip.compress("\n".join([*names, ""]).encode(), mtime=0))


def cdxj(rows: list[dict[str, Any]]) -> bytes:
    """The same rows as lines of CDXJ, sorted by key."""
    lines = []
    for row in rows:
        said = {
            "url": row["url"],
            "mime": row["content_mime_type"],
            "mime-detected": row["content_mime_detected"],
            "status": str(row["fetch_status"]),
            "digest": row["content_digest"],
            "length": str(row["warc_record_length"]),
            "offset": str(row["warc_record_offset"]),
            "filename": row["warc_filename"],
            "languages": row["content_languages"],
        }
        stamp = "".join(sign for sign in row["fetch_time"] if sign.isdigit())
        text = json.dumps({name: value for name, value in said.items() if value is not None})
        lines.append(f"{row['url_surtkey']} {stamp} {text}\n")
    return "".join(sorted(lines)).encode()


@dataclass(frozen=True)
class Crawl:
    root: Path
    rows: list[dict[str, Any]]
    """What the index says of subset warc."""

    @property
    def files(self) -> list[str]:
        return sorted({row["warc_filename"] for row in self.rows})


def make_crawl(root: Path, files: int = 3, pages: int = 40) -> Crawl:
    """Write a crawl below `root`, its columnar index, and `index.cdxj` with ZipNum of it beside."""
    rows: list[dict[str, Any]] = []
    for number in range(files):
        name = f"{FILES}/warc/CC-MAIN-{number:05}.warc.gz"
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(archive(number * pages, pages))
        rows += index_rows(root, name)
    robots = f"{FILES}/robotstxt/CC-MAIN-00000.warc.gz"
    (root / robots).parent.mkdir(parents=True)
    body = b"User-agent: *\nDisallow: /private\n"
    asked = response(1, body, WARC_Target_URI="https://www.host0.example/robots.txt")
    (root / robots).write_bytes(gz(asked))
    write_index(root, list(index_rows(root, robots)), "robotstxt", 1)
    write_index(root, rows)
    lines = cdxj(rows)
    (root / "index.cdxj").write_bytes(lines)
    half = lines.index(b"\n", len(lines) // 2) + 1
    (root / "cdx-00000.gz").write_bytes(gz(lines[:half]) + gz(lines[half:]))
    return Crawl(root, rows)
