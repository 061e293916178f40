"""Wrap HTML files into web archives: a corpus of real pages of any size, from packages of documentation.

    apt-get download postgresql-doc-15 linux-doc-6.1 ...; for each: dpkg -x PACKAGE.deb FOLDER
    python bench/corpus.py FOLDER OUT [--pages 1000]

Writes OUT/pages-NNN.warc.gz, each of `--pages` response records, one gzip member a record, in the order of the paths.
"""

import argparse
import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def pages(folder: Path) -> Iterator[Path]:
    """Yield HTML files, sorted, links left out."""
    for path in sorted(folder.rglob("*.htm*")):
        if path.is_file() and not path.is_symlink() and path.suffix in {".html", ".htm"}:
            yield path


def record(folder: Path, path: Path, number: int) -> bytes:
    """Return one response record as a gzip member."""
    block = HTTP + path.read_bytes()
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: https://docs.example/{path.relative_to(folder)}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    found, number = enumerate(pages(given.folder)), 0
    while group := list(islice(found, given.pages)):
        data = b"".join(record(given.folder, path, place) for place, path in group)
        (given.out / f"pages-{number:03}.warc.gz").write_bytes(data)
        print(f"pages-{number:03}.warc.gz: {len(group)} pages, {len(data):,} bytes")
        number += 1


if __name__ == "__main__":
    main()
