"""Measure what a selection by an index reads: bytes and requests against those of its records.

    python bench/selection.py [--data ../shared/data] [--crawl FOLDER]

Makes a crawl in the layout of Common Crawl's of the real pages in `docs`, `web` and `types`: WARC files in which the
pages of a host lie together, and the columnar index of them. Selects 5 % of the records twice: hosts drawn until they
hold so many (clustered), and records drawn one by one (uniform). `--crawl` leaves the crawl there.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from crawl_layout import CRAWL, FILES, index_row, write_index
from yurai.sources.selection.hosts import Hosts
from yurai.sources.selection.make import Wanted, make_selection
from yurai.sources.selection.manifest import Selection
from yurai.sources.warc import Record, read_file

FILE_RECORDS = 2_000
SHARE = 0.05
WASTE, RECORDS_A_REQUEST = 1.5, 8
"""What the clustered selection is held to."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared/data")
    parser.add_argument("--crawl", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = given.crawl or Path(folder) / "crawl"
        rows = lay_out(given.data, root)
        total = sum(row["warc_record_length"] for row in rows)
        print(f"{len(rows):,} records of {total:,} bytes in {len({row['warc_filename'] for row in rows})} files")
        clustered = selected(root, Path(folder) / "clustered", hosts=drawn_hosts(rows))
        told("clustered hosts", clustered)
        told("uniform", selected(root, Path(folder) / "uniform", share=SHARE))
    facts = clustered.facts
    if facts.read > WASTE * facts.bytes or facts.requests * RECORDS_A_REQUEST > facts.records:
        raise SystemExit(f"clustered hosts: more than {WASTE} times the bytes, or a request for fewer than 8 records")


def lay_out(data: Path, root: Path) -> list[dict[str, Any]]:
    """Write the crawl and its index below `root`; return the rows of the index."""
    pages = []
    for path in sorted(one for name in ("docs", "web", "types") for one in (data / name).glob("*.warc.gz")):
        with path.open("rb") as file:
            for item in read_file(path):
                if isinstance(item, Record) and item.kind == "response" and item.url:
                    file.seek(item.offset)
                    pages.append((item.url.split("/")[2], item, file.read(item.length)))
    hosts = sorted({host for host, _, _ in pages})
    random.Random(0).shuffle(hosts)
    order = {host: number for number, host in enumerate(hosts)}
    pages.sort(key=lambda page: order[page[0]])
    rows = []
    for first in range(0, len(pages), FILE_RECORDS):
        rows += _file(root, f"{FILES}/warc/CC-MAIN-{first // FILE_RECORDS:05}.warc.gz", pages[first:][:FILE_RECORDS])
    write_index(root, rows, files=4)
    return rows


def _file(root: Path, name: str, pages: list[tuple[str, Record, bytes]]) -> list[dict[str, Any]]:
    path, rows, offset = root / name, [], 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for number, (_, item, data) in enumerate(pages):
            row = index_row(item, name, number)
            rows.append(row | {"warc_record_offset": offset, "warc_record_length": file.write(data)})
            offset += len(data)
    return rows


def drawn_hosts(rows: list[dict[str, Any]]) -> Hosts:
    """Hosts, drawn until they hold 5 % of the records; those of less than 8 pages, or a hundredth, are left out."""
    pages: dict[str, int] = {}
    for row in rows:
        pages[row["url_host_name"]] = pages.get(row["url_host_name"], 0) + 1
    names = sorted(name for name, count in pages.items() if RECORDS_A_REQUEST <= count <= len(rows) // 100)
    random.Random(1).shuffle(names)
    taken, held = [], 0
    for name in names:
        if held >= SHARE * len(rows):
            break
        taken.append(name)
        held += pages[name]
    return Hosts(taken)


def selected(root: Path, out: Path, hosts: Hosts | None = None, share: float = 1.0) -> Selection:
    return make_selection(Wanted((CRAWL,), hosts=hosts, share=share, root=str(root)), str(out))[0]


def told(what: str, made: Selection) -> None:
    facts = made.facts
    print(
        f"{what}: {facts.records:,} records of {facts.bytes:,} bytes, read {facts.read:,} bytes "
        f"({facts.read / facts.bytes:.2f} times) in {facts.requests:,} requests ({facts.records / facts.requests:.1f} "
        "records each)"
    )


if __name__ == "__main__":
    main()
