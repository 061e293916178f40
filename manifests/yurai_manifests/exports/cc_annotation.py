"""Write export `cc-annotation`: what pages say of rights, as a table that joins Common Crawl's index of URLs.

The form is that of https://github.com/commoncrawl/cc-index-annotations: rows with the keys of the index, columns with a
prefix of their own, and YAML files that say how the two are joined.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, TypeAlias, cast

import pyarrow as pa

from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.export import Compress, export
from yurai_manifests.files import refuse_others, spooled, unchanged
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.schema import SCHEMA_VERSION, _column
from yurai_manifests.store import Store
from yurai_manifests.surt import surt
from yurai_manifests.visible import cell

Row: TypeAlias = Mapping[str, object]
KEYS: Final = ("url_surtkey", "crawl", "fetch_time")
PREFIX: Final = "yurai_"
MARKS: Final = {
    "licence_claims": "licence_claim",
    "optout_signals": "optout_signal",
    "search_signals": "search_signal",
    "notices": "notice",
}
"""Columns of what pages say, each with its kind in evidence/."""
VERDICTS: Final = (
    *("concluded_spdx", "concluded_status", "train_verdict", "search_verdict", "redistribute_verdict", "policy_id"),
)
"""Columns of documents/ that are told; null of pages that a stage dropped."""
SCHEMA: Final = pa.schema(
    [
        _column("url_surtkey", pa.string(), "URL in sort-friendly form, as the index has it", nullable=False),
        _column("crawl", pa.string(), "crawl of Common Crawl, by the name of the archive; null of other archives"),
        _column("fetch_time", pa.timestamp("ms"), "capture date in UTC, to the second, without a zone as in the index"),
        _column("surt_host_name", pa.string(), "host in sort-friendly form, as the index of hosts has it"),
        _column(f"{PREFIX}doc_id", pa.string(), "document, as in the run", nullable=False),
        *(
            _column(PREFIX + name, pa.string(), f"rows of evidence/ of kind {kind}: channel:norm, joined by '; '")
            for name, kind in MARKS.items()
        ),
        _column(f"{PREFIX}declared_spdx", pa.string(), "licence that the page declares, SPDX"),
        *(_column(PREFIX + name, pa.string(), f"`{name}` of documents/") for name in VERDICTS),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)
_CRAWL: Final = re.compile(r"(?:.*/)?crawl-data/([^/]+)/")
_READ: Final = ("doc_id", "source", "url", "capture_date", "declared_spdx")
_UNREADABLE: Final = "unreadable"
_JOIN: Final = "\n".join(
    [
        "# how the rows in this folder join the index of URLs of Common Crawl; cc-index-annotations, join YAML",
        "table:\n  local: ./\nright_columns:",
        *(f"  - {name}" for name in SCHEMA.names if name.startswith(PREFIX)),
        "join_columns:",
        *(f"  - {name}" for name in KEYS),
        "",
    ]
)
_ACTION: Final = """# pages with a signal against use by AI; cc-index-annotations, action YAML
sql: "SELECT {columns} FROM joined WHERE {where} ORDER BY url_surtkey, fetch_time"
columns: "url_surtkey, crawl, fetch_time, yurai_optout_signals"
where: "yurai_optout_signals IS NOT NULL"
"""
FILES: Final = {"join_yurai.yaml": _JOIN, "action_optouts.yaml": _ACTION}


def write_folder(store: Store, run: RunRecord, folder: Store, compress: Compress) -> Iterator[str]:
    """Write one Parquet file for each file of pages, rows sorted by key, and the YAML; yield a line about each.

    Raises:
        RecipeError: the folder holds a file that is not of this export, or Parquet was asked to be packed otherwise.
        AuditError: a file of the tree was changed, or rows of evidence/ are not in the order of pages.
    """
    if compress != "zst":
        raise RecipeError(
            f"cc-annotation writes Parquet, which is packed by zstd inside; leave out --compress {compress}"
        )
    refuse_others(folder, {*FILES, *(_name(file) for file in _pages(run))})
    for file, rows in _tables(store, run):
        table = rows.sort_by([(name, "ascending") for name in (*KEYS, f"{PREFIX}doc_id")])
        with spooled(folder) as path:
            sink = ParquetSink(path, SCHEMA)
            sink.write(table)
            sink.close()
            folder.put_file(path, _name(file))
        yield f"{_name(file)}\t{table.num_rows}"
    for name, text in FILES.items():
        folder.put(name, text.encode())
        yield f"{name}\t0"


@export("cc-annotation", media_type="text/csv", folder=write_folder)
def cc_annotation(store: Store, run: RunRecord) -> Iterator[str]:
    """What pages say of licences and opt-outs, and verdicts, with the keys of Common Crawl's index of URLs.

    With `--output FOLDER` Parquet files sorted by key, and YAML as cc-index-annotations reads it; else CSV.
    A row for each page that has a URL; url_surtkey, crawl and fetch_time join it, or surt_host_name.
    """
    yield _line(SCHEMA.names)
    for _, table in _tables(store, run):
        for batch in table.to_batches():
            for row in batch.to_pylist():
                yield _line(["" if one is None else cell(str(one)) for one in row.values()])


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _pages(run: RunRecord) -> list[Delivered]:
    """Return the files that hold a row for each page: extracted/, or documents/ where a tree has none."""
    return run.files("extracted") or run.files("documents")


def _name(file: Delivered) -> str:
    return file.name.rpartition("/")[2]


def _tables(store: Store, run: RunRecord) -> Iterator[tuple[Delivered, pa.Table]]:
    """Yield the rows of each file of pages, in its order: without texts, a file is small enough to be held."""
    marks = _Beside(_marks(store, run), "evidence/")
    verdicts = _Beside(_verdicts(store, run), "documents/")
    for file in _pages(run):
        batches = []
        for batch in _batches(store, file, _READ):
            rows = [_row(one, marks, verdicts) for one in cast("list[Row]", batch.to_pylist())]
            batches.append(pa.RecordBatch.from_pylist([one for one in rows if one], schema=SCHEMA))
        yield file, pa.Table.from_batches(batches, schema=SCHEMA)
    marks.end()
    verdicts.end()


def _row(page: Row, marks: _Beside, verdicts: _Beside) -> dict[str, object] | None:
    """Return the row of a page; None where its URL has no key."""
    doc_id = str(page["doc_id"])
    said, judged = marks.of(doc_id), verdicts.of(doc_id)
    key = surt(str(page["url"])) if page["url"] is not None else None
    if key is None:
        return None
    crawl = _CRAWL.match(str(page["source"]))
    return {
        "url_surtkey": key,
        "crawl": crawl[1] if crawl else None,
        "fetch_time": _time(page["capture_date"]),
        "surt_host_name": key.partition(")")[0].partition(":")[0],
        f"{PREFIX}doc_id": doc_id,
        f"{PREFIX}declared_spdx": page["declared_spdx"],
        **{PREFIX + name: value for name, value in {**said, **judged}.items()},
    }


def _time(date: object) -> datetime | None:
    """Return a WARC-Date without zone and fraction, as the index has it; None of what is no date."""
    try:
        return datetime.strptime(str(date)[:19], "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - the index has none: UTC is meant
    except ValueError:
        return None


class _Beside:
    """Rows by doc_id, in the order of the pages that ask for them: one is in memory."""

    def __init__(self, rows: Iterator[tuple[str, Row]], folder: str) -> None:
        self._rows, self._folder = rows, folder
        self._next = next(rows, None)

    def of(self, doc_id: str) -> Row:
        """Return what is known of a page, nothing where it is not the next one."""
        if self._next is None or self._next[0] != doc_id:
            return {}
        _, found = self._next
        self._next = next(self._rows, None)
        return found

    def end(self) -> None:
        """Raise AuditError where something is left that no page asked for."""
        if self._next is not None:
            raise AuditError(f"{self._folder} has {self._next[0]} out of the order of pages; run `yurai audit`")


def _marks(store: Store, run: RunRecord) -> Iterator[tuple[str, Row]]:
    rows = (
        row
        for file in run.files("evidence")
        for batch in _batches(store, file, ("doc_id", "kind", "channel", "norm"))
        for row in cast("list[dict[str, str | None]]", batch.to_pylist())
    )
    for doc_id, some in itertools.groupby(rows, lambda row: str(row["doc_id"])):
        said: dict[str | None, set[str]] = {}
        for row in some:
            said.setdefault(row["kind"], set()).add(f"{row['channel']}:{row['norm'] or _UNREADABLE}")
        yield doc_id, {name: "; ".join(sorted(said.get(kind, ()))) or None for name, kind in MARKS.items()}


def _verdicts(store: Store, run: RunRecord) -> Iterator[tuple[str, Row]]:
    for file in run.files("documents"):
        for batch in _batches(store, file, ("doc_id", *VERDICTS)):
            for row in cast("list[dict[str, object]]", batch.to_pylist()):
                yield str(row.pop("doc_id")), row


def _batches(store: Store, file: Delivered, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    with unchanged(store, file) as handle:
        yield from read_rows(handle, list(names))
