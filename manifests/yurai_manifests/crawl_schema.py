"""Define the rows of what a crawl says of its hosts and of itself: captures of robots.txt, and warcinfo records.

As in `yurai_manifests.schema`, each column says what it means and who may see it. `doc_id` is the id of the record,
made as that of a document: a robots.txt among the inputs has a row in dropped/ under the same id.
"""

import pyarrow as pa

from yurai_manifests.schema import PROVENANCE, SCHEMA_VERSION, _column

_NAMES = "doc_id source source_sha256 warc_offset warc_length inner_offset inner_length warc_record_id"
RECORD = tuple(one for one in PROVENANCE if one.name in _NAMES.split())

ROBOTS = pa.schema(
    [
        *RECORD,
        _column("given", pa.string(), "input: a record of an input; side: of a file of --side robots", nullable=False),
        _column("url", pa.string(), "WARC-Target-URI", nullable=False),
        _column("scheme", pa.string(), "http or https", nullable=False),
        _column("host", pa.string(), "host in lower case and ASCII (xn--)", nullable=False),
        _column("port", pa.int32(), "port, the scheme's own where the URL names none", nullable=False),
        _column("capture_date", pa.string(), "WARC-Date, RFC 3339 in UTC"),
        _column("http_status", pa.int16(), "HTTP status code"),
        _column(
            "outcome",
            pa.string(),
            "rules: a robots.txt, maybe an empty one; none: status 4xx, there is none; not-robots: a page or another "
            "file; redirect; unknown: the server failed, or the record is damaged and holds no rule. Of what else "
            "speaks for a host: tdmrep, a tdmrep.json; ai-txt, an ai.txt; payment-required, status 402 at any URL",
            nullable=False,
        ),
        _column("location", pa.string(), "where a redirect leads, as its header says"),
        _column("content_type", pa.string(), "media type as declared, lower case"),
        _column("body_bytes", pa.int64(), "bytes of the body after content decoding", nullable=False),
        _column("payload_sha256", pa.string(), "sha256 of the HTTP body after de-chunking, before content decoding"),
        _column(
            "content_truncated",
            pa.bool_(),
            "the file goes on behind `rules`: longer than 512 KiB, or cut by the crawler or by damage",
            nullable=False,
        ),
        _column("agents_version", pa.string(), "version of the list of AI agents", nullable=False),
        _column("agents_named", pa.list_(pa.string()), "`*`, and the AI agents that groups speak to by name"),
        _column("agents_denied", pa.list_(pa.string()), "those of them to which the whole host is closed"),
        _column("agents_restricted", pa.list_(pa.string()), "those of them to which some of it is"),
        _column(
            "content_usage",
            pa.string(),
            "Content-Usage (IETF aipref) for any path: the most restrictive that is said to AI agents and `*`",
        ),
        _column("content_signal", pa.string(), "Content-Signal (Cloudflare), likewise"),
        _column("licences", pa.list_(pa.string()), "addresses of RSL licences (License lines)"),
        _column(
            "notices",
            pa.list_(pa.string()),
            "reservations in words in comments, at most 16 of 1024 bytes, personal data redacted",
            tier="auditor",
        ),
        _column("malformed", pa.list_(pa.string()), "Content-Usage and Content-Signal values that mean nothing"),
        _column(
            "rules",
            pa.large_string(),
            "the robots.txt or ai.txt, whole lines up to 512 KiB: what any path is judged by again; of a tdmrep.json a "
            "rule a line; of a 402 the headers that say a price",
            tier="auditor",
            nullable=False,
        ),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)
"""A capture of a robots.txt: one row for each host and capture."""

WARCINFO = pa.schema(
    [
        *RECORD,
        _column("capture_date", pa.string(), "WARC-Date, RFC 3339 in UTC: when the file was begun"),
        _column("software", pa.string(), "program that wrote the file"),
        _column("user_agent", pa.string(), "http-header-user-agent: what the crawler called itself"),
        _column("operator", pa.string(), "who ran it, personal data redacted"),
        _column("publisher", pa.string(), "who publishes it, personal data redacted; of an ARC file its origin code"),
        _column("robots", pa.string(), "how the crawler treats robots.txt: obey, ignore, classic ..."),
        _column("is_part_of", pa.string(), "crawl that the file is part of"),
        _column("description", pa.string(), "what the crawl is, personal data redacted"),
        _column("format", pa.string(), "format of the file, as it says"),
        _column("conforms_to", pa.string(), "standard that it follows"),
        _column("hostname", pa.string(), "machine that wrote it", tier="auditor"),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)
"""What a web archive says of the crawl that it comes from: one row for each warcinfo record. `ip` is left out."""
