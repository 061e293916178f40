"""Define what the reading layer hands out: records, gaps between them, and the limits on the work for one."""

from __future__ import annotations

from dataclasses import dataclass

CANDIDATES = frozenset({"response", "resource", "conversion"})
"""Kinds of record that may become a document; every other kind is only counted."""

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one unit and one body, in bytes; they depend on content alone, never on time.

    `max_unit_bytes` bounds the inflated size of one compressed unit (a single-member file is one unit),
    `max_body_bytes` the stored block of a candidate, `max_decoded_bytes` and `max_ratio` what its content coding may
    grow to; the ratio counts only beyond `free_decoded_bytes`: small pages of repeated markup compress a thousandfold.
    """

    max_unit_bytes: int = 64 * 1024 * MIB
    max_body_bytes: int = 64 * MIB
    max_decoded_bytes: int = 64 * MIB
    free_decoded_bytes: int = 8 * MIB
    max_ratio: int = 250


@dataclass(frozen=True, slots=True)
class Record:
    """One record whose header parsed; the columns of provenance that hold for it, and for candidates its payload.

    `flags` are facts that cost nothing (sorted): bad-content-type, bad-date, bad-length, chunks-cut, cut-unit,
    damaged-unit, digest-mismatch, encoding-cut, false-br, false-deflate, false-gzip, false-zstd, no-status,
    odd-separator, odd-version, partial-date, shared-unit, short-http-body, trailing-bytes, unknown-content-encoding,
    unread-inner-bytes, wrong-chunks, wrong-length.
    `error` says that a candidate failed: body-incomplete (cut, wrong length, or in a damaged unit, unless it shares the
    unit with others and its digest is good), body-too-large, inflate-limit, bad-content-encoding,
    bad-transfer-encoding, bad-record-type (the type is damaged), read-limit (reading took more time than the bytes
    explain). Other kinds carry it too, only to be told.
    """

    kind: str  # WARC-Type in lower case; ARC: response, its file header warcinfo
    offset: int  # of the compressed unit (gzip member, zstd or lz4 frame) or the plain record, in file bytes
    length: int
    inner_offset: int | None  # place in the inflated bytes, only when one unit holds several records
    inner_length: int | None
    record_id: str | None
    url: str | None
    capture_date: str | None  # YYYY-MM-DDTHH:MM:SSZ
    mime: str | None  # HTTP Content-Type (response) or the record's own; type/subtype in lower case
    http_charset: str | None
    http_status: int | None
    http_headers: tuple[tuple[str, str], ...]  # in order, repeated ones kept
    body: bytes  # de-chunked and content-decoded; of a warcinfo record its block; b"" for what is neither
    payload_sha256: str | None  # hex; stored HTTP body after de-chunking, before content decoding
    payload_digest: str | None  # as the record declares it
    digest_form: str | None  # chunked | dechunked | block (or what follows its first head): what matched
    digest_ok: bool | None  # None: not declared, or an unknown algorithm
    truncated: str | None  # WARC-Truncated
    flags: tuple[str, ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of file bytes in no record. Adjacent gaps of one kind are one.

    `padding` is what the formats allow between records: line ends, empty members, skippable frames (the zstd
    dictionary is one). Everything else is `unreadable`, and so is the whole of a file without a record.
    """

    offset: int
    bytes: int
    kind: str
