"""Keep what an archive says beside its pages: captures of robots.txt and its like, and warcinfo records.

They are evidence, no text: a robots.txt stays a candidate that stage read drops (`robots-txt`, or its status), and a
warcinfo record stays one of the other records; the rows here are made on the way. What else speaks for a host
(tdmrep.json, ai.txt, status 402) has rows of robots/ too.
"""

from collections.abc import Iterable, Iterator

from yurai.evidence.robots import form_of, is_robots_url, read_robots, read_well_known
from yurai.evidence.robots.capture import RobotsCapture
from yurai.sources.warc import CANDIDATES, Gap, Record
from yurai.sources.warc.warcinfo import read_warcinfo
from yurai.stages.extract.piles import Pile
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import document_id
from yurai_manifests.task import TaskRecord

ROBOTS_NOTE = "robots:"
"""Beginning of the notes of stage read that count rows of robots/, by outcome; other records count warcinfo/."""


class Beside:
    """The rows of robots/ and warcinfo/ of one source."""

    def __init__(self, record: TaskRecord, robots: ParquetSink, warcinfo: ParquetSink) -> None:
        self._record, self._robots, self._warcinfo = record, Pile(robots), Pile(warcinfo)

    def seen(self, items: Iterable[Record | Gap]) -> Iterator[Record | Gap]:
        """Yield the items as they come, having kept what some of them say."""
        for item in items:
            if isinstance(item, Record):
                self._keep(item)
            yield item

    def _keep(self, item: Record) -> None:
        if item.kind == "warcinfo":
            self._warcinfo.add({**locator(self._record, item), **read_warcinfo(item)})
        elif item.kind in CANDIDATES and _speaks_for_host(item) and (capture := robots_capture(item)):
            self._robots.add(robots_row(self._record, item, capture, "input"))
            self._record.stages[0].notes[f"{ROBOTS_NOTE}{capture.outcome}"] += 1

    def flush(self) -> None:
        """Write what is left."""
        self._robots.flush()
        self._warcinfo.flush()


def _speaks_for_host(item: Record) -> bool:
    return is_robots_url(item.url) or form_of(item.url, item.http_status) is not None


def robots_capture(item: Record) -> RobotsCapture | None:
    """Return what a record says of its host: tdmrep.json, ai.txt, a 402; any other as an answer to a robots.txt."""
    if form := form_of(item.url, item.http_status):
        return read_well_known(
            form,
            item.body,
            item.url,
            item.capture_date,
            item.http_status,
            item.mime,
            headers=item.http_headers,
            payload_sha256=item.payload_sha256,
            cut=bool(item.error or item.truncated),
        )
    locations = (value for name, value in item.http_headers if name.lower() == "location")
    return read_robots(
        item.body,
        item.url,
        item.capture_date,
        item.http_status,
        item.mime,
        location=next(locations, None),
        payload_sha256=item.payload_sha256,
        cut=bool(item.error or item.truncated),
    )


def robots_row(record: TaskRecord, item: Record, capture: RobotsCapture, given: str) -> dict[str, object]:
    """Return a row of ROBOTS; `given` says by what the file was named: input or side."""
    return {**locator(record, item), "given": given, **capture.columns()}


def locator(record: TaskRecord, item: Record) -> dict[str, object]:
    """Return the columns that say which record it is, and where it lies."""
    return {
        "doc_id": document_id(record.source, item.offset, item.inner_offset),
        "source": record.source,
        "source_sha256": record.source_sha256 or None,
        "warc_offset": item.offset,
        "warc_length": item.length,
        "inner_offset": item.inner_offset,
        "inner_length": item.inner_length,
        "warc_record_id": item.record_id,
    }
