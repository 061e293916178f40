"""Measure what a selection by an index reads: bytes and requests against those of its records.

    python bench/selection.py [--data ../shared/data] [--crawl FOLDER] [--run] [--whole]

Makes a crawl in the layout of Common Crawl's of the real pages in `docs`, `web` and `types`: WARC files in which the
pages of a host lie together, and the columnar index of them. Selects 5 % of the records twice: hosts drawn until they
hold so many (clustered), and records drawn one by one (uniform). `--crawl` leaves the crawl there. `--run` runs over
both from a server on loopback, which counts requests and bytes; `--whole` runs over the whole files, too, and compares
the rows that both have.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import yurai
from crawl_layout import CRAWL, FILES, index_row, write_index
from web_server import Web
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
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = given.crawl or Path(folder) / "crawl"
        rows = lay_out(given.data, root)
        total = sum(row["warc_record_length"] for row in rows)
        print(f"{len(rows):,} records of {total:,} bytes in {len({row['warc_filename'] for row in rows})} files")
        clustered = selected(root, Path(folder) / "clustered", hosts=drawn_hosts(rows))
        told("clustered hosts", clustered)
        uniform = selected(root, Path(folder) / "uniform", share=SHARE)
        told("uniform", uniform)
        whole = (
            rows_of(run(root, [str(listed(root, Path(folder)))], Path(folder) / "whole")[0]) if given.whole else None
        )
        for what, made in (("clustered hosts", clustered), ("uniform", uniform)) if given.run else ():
            counted(what, root, made, Path(folder) / f"{what}-out", whole)
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


def listed(root: Path, folder: Path) -> Path:
    """Write the list of all files of the crawl."""
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*.warc.gz"))
    (folder / "warc.paths").write_text("\n".join(names))
    return folder / "warc.paths"


def run(base: object, inputs: list[str], out: Path) -> tuple[Path, float]:
    """Run over inputs; return the tree, and the seconds that it took."""
    start = time.perf_counter()
    stages = [{"use": "read"}, {"use": "extract", "retry_with": "off"}]
    yurai.build({"name": "bench", "stage": stages}, inputs, out, base=str(base), report=False)
    return out, time.perf_counter() - start


def rows_of(out: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    """The rows of a tree, kept and dropped, by file and offset: doc_id, and text or reason."""
    tree = yurai.open(out)
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for rows, what in ((tree.documents, "text"), (tree.dropped, "reason")):
        table = rows.to_table(columns=["source", "warc_offset", "doc_id", what])
        for source, offset, *rest in zip(*(column.to_pylist() for column in table.columns), strict=True):
            found[source, offset] = tuple(rest)
    return found


def counted(what: str, root: Path, made: Selection, out: Path, whole: dict[tuple[str, int], Any] | None) -> None:
    """Run over a selection from a server, and print what it was asked for."""
    with Web(root) as web:
        _, seconds = run(f"{web.url}/files", [made.store.url], out)
        asked = [headers["Range"].removeprefix("bytes=").split("-") for how, _, headers in web.seen if how == "GET"]
        others = len(web.seen) - len(asked)
    read = sum(int(last) - int(first) + 1 for first, last in asked)
    facts, rows = made.facts, rows_of(out)
    print(
        f"{what}, at the server: {read:,} bytes ({read / facts.bytes:.2f} times) in {len(asked):,} requests "
        f"({facts.records / len(asked):.1f} records each), {others} others; {len(rows):,} rows, {seconds:.0f} s"
    )
    if read != facts.read or len(asked) != facts.requests or len(rows) != facts.records:
        raise SystemExit(f"{what}: not what was planned: {facts}")
    if whole is not None:
        if {place: whole[place] for place in rows} != rows:
            raise SystemExit(f"{what}: other rows than a run over whole files has")
        print(f"{what}: doc_id and text or reason of all rows are those of {len(whole):,} rows of whole files")


if __name__ == "__main__":
    main()
