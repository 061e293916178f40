"""Parse the header lines of one record and of the HTTP message in it: the one module that uses warcio.

Finding, bounding and inflating are ours, because warcio 1.8.1 knows neither zstd nor lz4, stops after the first record
of a single-member file, reads garbage as an ARC response, and raises on brotli.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from warcio.recordloader import ARCHeadersParser
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from yurai.sources.warc.heads import ARC

_KNOWN_VERSIONS = frozenset({"0.17", "0.18", "1.0", "1.1"})
_WARC_PARSER = StatusAndHeadersParser(["WARC/"])
_HTTP_PARSER = StatusAndHeadersParser(["HTTP/"])
_ARC_PARSER = ARCHeadersParser()
_ARC_NAMES = {"uri": "warc-target-uri", "archive-date": "warc-date", "length": "content-length"}
_LENGTH = re.compile(r"\d{1,18}")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A record header: `fields` by lower-case name (first one wins; ARC fields under their WARC names)."""

    dialect: str
    kind: str
    fields: dict[str, str]
    length: int | None  # of the block; None: absent or no number
    flags: tuple[str, ...]


def parse_head(raw: bytes, dialect: str) -> Head | None:
    """Parse the header block `raw`; None when it does not parse."""
    try:
        parsed = (_ARC_PARSER if dialect == ARC else _WARC_PARSER).parse(BytesIO(unfolded(raw)))
    except (StatusAndHeadersParserException, EOFError):
        return None
    fields: dict[str, str] = {}
    for name, value in parsed.headers:
        fields.setdefault(_ARC_NAMES.get(name, name.lower()), value.strip())
    length = fields.get("content-length", "")
    flags: tuple[str, ...] = () if _LENGTH.fullmatch(length) else ("bad-length",)
    if dialect != ARC and parsed.statusline not in _KNOWN_VERSIONS:
        flags += ("odd-version",)
    return Head(dialect, _kind(fields, dialect), fields, None if "bad-length" in flags else int(length), flags)


def unfolded(raw: bytes) -> bytes:
    """Write each field that goes on in lines of its own (RFC 9112, 5.2) in one line, up to a blank one.

    warcio reads them too, but copies the field for each line.
    """
    if b"\n " not in raw and b"\n\t" not in raw:
        return raw
    first, *lines = raw.split(b"\n")
    fields: list[list[bytes]] = []
    for number, line in enumerate(lines):
        if not line.strip():
            return b"\n".join([first, *map(b"".join, fields), *lines[number:]])
        if line[:1] not in {b" ", b"\t"} or not fields:
            fields.append([line])
        elif b":" in fields[-1][0]:
            fields[-1][-1] = fields[-1][-1].rstrip()
            fields[-1].append(line)
    return b"\n".join([first, *map(b"".join, fields)])


def _kind(fields: dict[str, str], dialect: str) -> str:
    if dialect == ARC:
        return "warcinfo" if fields["warc-target-uri"].startswith("filedesc:") else "response"
    return fields.get("warc-type", "").lower() or "unknown"


def parse_http(raw: bytes) -> tuple[int | None, Headers]:
    """Status (None: no three-digit code) and headers, in order, of an HTTP response; a line with no colon is lost."""
    parsed = _HTTP_PARSER.parse(BytesIO(unfolded(raw)))
    words = parsed.statusline.split()
    code = words[1] if len(words) > 1 else ""
    status = int(code) if len(code) == 3 and code.isascii() and code.isdigit() else None  # noqa: PLR2004 - RFC 9110, 15
    return status, tuple((name, value) for name, value in parsed.headers)
