"""Name the columns of an index, which a condition may ask for, and those of a selection.

Columns of the index are those of Common Crawl's columnar index (https://github.com/commoncrawl/cc-index-table), the
lines of CDX files among them under the same names.
"""

from typing import Final

import pyarrow as pa

SUBSETS: Final = ("warc", "robotstxt", "crawldiagnostics")
NEEDED: Final = ("url", "warc_filename", "warc_record_offset", "warc_record_length")
"""Columns without which an index selects nothing."""
_INDEX: "list[pa.Field[pa.DataType]]" = [
    pa.field("url_surtkey", pa.string()),
    pa.field("url", pa.string()),
    pa.field("url_host_name", pa.string()),
    pa.field("url_host_tld", pa.string()),
    pa.field("url_protocol", pa.string()),
    pa.field("url_path", pa.string()),
    pa.field("url_query", pa.string()),
    pa.field("fetch_time", pa.timestamp("ms")),
    pa.field("fetch_status", pa.int16()),
    pa.field("fetch_redirect", pa.string()),
    pa.field("content_digest", pa.string()),
    pa.field("content_mime_type", pa.string()),
    pa.field("content_mime_detected", pa.string()),
    pa.field("content_charset", pa.string()),
    pa.field("content_languages", pa.string()),
    pa.field("content_truncated", pa.string()),
    pa.field("warc_filename", pa.string()),
    pa.field("warc_record_offset", pa.int64()),
    pa.field("warc_record_length", pa.int64()),
]
INDEX: Final = pa.schema(_INDEX)
"""What a line of a CDX file says."""
_SELECTED: "list[pa.Field[pa.DataType]]" = [
    pa.field("file", pa.string(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("length", pa.int64(), nullable=False),
    pa.field("digest", pa.string()),
    pa.field("url", pa.string(), nullable=False),
    pa.field("url_surtkey", pa.string()),
    pa.field("host", pa.string()),
    pa.field("status", pa.int32()),
    pa.field("mime", pa.string()),
    pa.field("mime_detected", pa.string()),
    pa.field("languages", pa.string()),
    pa.field("fetch_time", pa.timestamp("ms")),
    pa.field("crawl", pa.string()),
    pa.field("subset", pa.string()),
]
SELECTED: Final = pa.schema(_SELECTED)
"""Rows of a selection: what to read, the digest to check it by, and what the index says of it; lengths in bytes."""
_FROM: Final = {
    "file": "warc_filename",
    "offset": "warc_record_offset",
    "length": "warc_record_length",
    "digest": "content_digest",
    "host": "url_host_name",
    "status": "fetch_status",
    "mime": "content_mime_type",
    "mime_detected": "content_mime_detected",
    "languages": "content_languages",
}
_TYPES: Final = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "timestamp[ms]": "TIMESTAMP_MS"}


def selected_columns(there: list[str]) -> str:
    """Return the SQL of a row of a selection over an index that has the columns `there`; null is what it lacks."""
    return ", ".join(
        f"CAST({_FROM.get(field.name, field.name) if _FROM.get(field.name, field.name) in there else 'NULL'} "
        f'AS {_TYPES[str(field.type)]}) AS "{field.name}"'
        for field in SELECTED
    )
