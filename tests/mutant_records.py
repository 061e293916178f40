"""Mutants of web archives: records of odd heads, bodies and codings, in odd members and frames, one in two damaged.

Judged by the law of bytes (`warc_samples.read`), by reading twice, and beside warcio and FastWARC (tests/mutant_peers.py).
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import brotli
import zstandard

from hostile_records import (
    CHUNKS,
    CODINGS,
    DATES,
    DIGESTS,
    FIELD_LINES,
    LENGTHS,
    RECORDS,
    STATUS_LINES,
    TEXT,
    TYPES,
    URIS,
    VERSIONS,
    member,
    message,
    raw,
)  # fmt: skip
from mutant_peers import beside
from mutants import Judged, Kind, damaged, maybe, shuffled, twice
from warc_samples import arc_records, dictionary_frame, gz, lz4_frame, read_bytes, sample_records, zst
from yurai.sources.warc import Record

SHORT: Final = 3_000
"""Bytes of a value of the tables that a mutant takes: larger ones are for bench/attacks.py."""
_LINE: Final = re.compile(rb"(?<=\n)(?=[A-Za-z-]+: )")


def short(values: tuple[bytes, ...]) -> list[bytes]:
    return [value for value in values if len(value) <= SHORT]


def chunked(body: bytes, rng: random.Random) -> bytes:
    """A body in chunks, with extensions and trailers; one in four is damaged."""
    out, at = b"", 0
    while at < len(body):
        size = rng.randint(1, len(body))
        part = body[at : at + size]
        said = rng.choice((b"%x", b"%X", b"0%x", b"%x;a=b", b"%x ")) % len(part)
        out, at = out + said + b"\r\n" + part + rng.choice((b"\r\n", b"\r\n", b"\r\n", b"\n", b"")), at + size
    out += rng.choice((b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"0\r\n", b""))
    return damaged(out, rng) if maybe(rng, 0.25) else out


def body_of(rng: random.Random) -> tuple[bytes, list[bytes]]:
    """A body and the header lines that say how it is coded, or say wrong."""
    text = TEXT * rng.randint(0, 3)
    if maybe(rng, 0.4):
        return text, []
    if maybe(rng, 0.3):
        return rng.choice(short(CHUNKS)), [b"Transfer-Encoding: chunked"]
    names, coded = list[bytes](), text
    for _ in range(rng.randint(1, 2)):
        name, encode = rng.choice(CODERS)
        names.append(name)
        coded = encode(coded)
    if maybe(rng, 0.2):
        coded = damaged(coded, rng)
    lines = [b"Content-Encoding: " + (rng.choice(short(CODINGS)) if maybe(rng, 0.2) else b", ".join(names))]
    return (chunked(coded, rng), [*lines, b"Transfer-Encoding: chunked"]) if maybe(rng, 0.4) else (coded, lines)


CODERS: Final[tuple[tuple[bytes, Callable[[bytes], bytes]], ...]] = (
    (b"gzip", gz),
    (b"deflate", zlib.compress),
    (b"deflate", lambda body: zlib.compress(body)[2:-4]),
    (b"br", brotli.compress),
    (b"zstd", zstandard.compress),
    (b"identity", bytes),
)


def http_of(rng: random.Random) -> bytes:
    body, lines = body_of(rng)
    if maybe(rng, 0.3):
        lines += [rng.choice(short(FIELD_LINES)) for _ in range(rng.randint(1, 3))]
    if maybe(rng, 0.2):
        lines.append(b"Content-Length: %d" % (len(body) + rng.choice((0, 0, 1, -1, 100))))
    rng.shuffle(lines)
    status = rng.choice(short(STATUS_LINES)) if maybe(rng, 0.2) else b"HTTP/1.1 200 OK"
    eol = rng.choice((b"\n", b"\r", b"\r\r\n")) if maybe(rng, 0.1) else b"\r\n"
    return message(body, *lines, status=status, eol=eol)


FIELDS: Final = {
    "WARC_Type": TYPES, "WARC_Date": DATES, "WARC_Target_URI": URIS, "Content_Length": LENGTHS,
    "WARC_Payload_Digest": DIGESTS, "WARC_Block_Digest": DIGESTS, "WARC_Truncated": (b"length", b"time", b"x"),
    "Content_Type": (b"", b"text/html", b"application/http", b"application/http;msgtype=request", b"\xff/\0"),
}  # fmt: skip


def record(rng: random.Random, number: int) -> bytes:
    """One record: a sound one, one of the tables, or one made of values of several tables at once."""
    fate = rng.random()
    if fate < 0.3:
        return rng.choice(sample_records())
    if fate < 0.4:
        name = rng.choice(sorted(RECORDS))
        made = b"" if "limit" in name or "bomb" in name else RECORDS[name]()
        return made if 0 < len(made) <= 4 * SHORT else raw(http_of(rng))
    names = rng.sample(sorted(FIELDS), rng.choice((0, 0, 1, 1, 2, 4)))
    fields = {name: rng.choice(short(FIELDS[name])) for name in names}
    fields = {"WARC_Record_ID": b"<urn:uuid:m%d>" % number, "WARC_Target_URI": b"http://m%d.example/" % number} | fields
    lines = [rng.choice(short(FIELD_LINES)) for _ in range(rng.choice((0, 0, 0, 1, 3)))]
    version = rng.choice(short(VERSIONS)) if maybe(rng, 0.1) else rng.choice((b"WARC/1.0", b"WARC/1.1"))
    eol = rng.choice((b"\n", b"\r", b"\r\r\n")) if maybe(rng, 0.1) else b"\r\n"
    made = raw(http_of(rng), *lines, version=version, eol=eol, **fields)
    if maybe(rng, 0.15):  # lines of the head dropped, doubled, out of order
        head, end, rest = made.partition(b"\r\n\r\n")
        first, *said = _LINE.split(head)
        made = first + b"".join(shuffled(said, rng)) + end + rest
    return damaged(made, rng) if maybe(rng, 0.15) else made


def records(rng: random.Random) -> list[bytes]:
    made = [record(rng, number) for number in range(rng.randint(1, 6))]
    if maybe(rng, 0.2):
        made.insert(rng.randint(0, len(made)), rng.choice((b"\r\n" * 9, b"\0" * 64, b"garbage\n", rng.randbytes(99))))
    return made


# --- containers -------------------------------------------------------------------------------------------------------


def split_units(data: list[bytes], rng: random.Random) -> list[bytes]:
    """The bytes of the units: a record each, several in one, or borders where they should not be."""
    fate = rng.random()
    if fate < 0.7:
        return data
    whole = b"".join(data)
    if fate < 0.8:
        return [whole]
    cuts = sorted(rng.randint(0, len(whole)) for _ in range(rng.randint(1, 4)))
    return [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def gzip_unit(data: bytes, rng: random.Random) -> bytes:
    """A member of any header, level and strategy; one in ten says a wrong sum or size."""
    if maybe(rng, 0.5):
        return gz(data)
    z = zlib.compressobj(rng.choice((0, 1, 6, 9)), zlib.DEFLATED, 31, 8, rng.choice((0, 2, 4)))
    if maybe(rng, 0.5):
        half = rng.randint(0, len(data))
        flush = rng.choice((zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH))
        return z.compress(data[:half]) + z.flush(flush) + z.compress(data[half:]) + z.flush()
    extra = rng.choice((b"", b"\x04\0ab\0\0", b"name\0", b"\xff\xff", rng.randbytes(rng.randint(0, 30))))
    wrong = maybe(rng, 0.2)
    return member(
        data, flags=rng.choice((0, 1, 2, 4, 8, 16, 31, 224)), extra=extra, crc=int(wrong), size=rng.randint(0, 1)
    )


def zstd_unit(data: bytes, rng: random.Random) -> bytes:
    """A frame of any level, with or without its size and checksum, or a skippable one before it."""
    coder = zstandard.ZstdCompressor(
        level=rng.choice((-5, 1, 3, 9)), write_checksum=maybe(rng, 0.5), write_content_size=maybe(rng, 0.5)
    )
    made = coder.compress(data)
    if maybe(rng, 0.15):  # a frame that says another window or size
        made = made[:4] + bytes([rng.randrange(256)]) + made[5:]
    if maybe(rng, 0.15):
        said = rng.choice((0, 4, 5, 400, 2**32 - 1))
        made = bytes([0x50 + rng.randrange(16)]) + b"\x2a\x4d\x18" + said.to_bytes(4, "little") + b"skip" + made
    return made


def _of(unit: Callable[[bytes, random.Random], bytes], rng: random.Random, prefix: bytes = b"") -> bytes:
    units = [unit(part, rng) for part in split_units(records(rng), rng)]
    if maybe(rng, 0.2):
        between = (
            unit(b"", rng),
            b"\0" * 40,
            b"\r\n",
            rng.randbytes(30),
            gz(b"x"),
            zst(b"y"),
            lz4_frame(b"z"),
            unit(b"\r\n", rng),
        )
        units.insert(rng.randint(0, len(units)), rng.choice(between))
    made = prefix + b"".join(units)
    return damaged(made, rng) if maybe(rng, 0.4) else made


def warc(rng: random.Random) -> bytes:
    return _of(lambda data, _: data, rng)


def gzip_archive(rng: random.Random) -> bytes:
    return _of(gzip_unit, rng)


def zstd_archive(rng: random.Random) -> bytes:
    if maybe(rng, 0.7):
        return _of(zstd_unit, rng)
    content = b"".join(sample_records()[:3])
    prefix = dictionary_frame(zst(content) if maybe(rng, 0.5) else content)
    prefix = damaged(prefix, rng) if maybe(rng, 0.2) else prefix
    return _of(lambda data, _: zst(data, content), rng, prefix)


def lz4_archive(rng: random.Random) -> bytes:
    return _of(lambda data, _: lz4_frame(data), rng)


def arc(rng: random.Random) -> bytes:
    """An ARC file of records out of order, whose lines are damaged, plain or in members."""
    first, *others = arc_records()
    said = [damaged(one, rng, 1) if maybe(rng, 0.3) else one for one in shuffled(others, rng)]
    parts = said if maybe(rng, 0.1) else [first, *said]
    made = b"".join(map(gz, parts)) if maybe(rng, 0.4) else b"".join(parts)
    return damaged(made, rng) if maybe(rng, 0.3) else made


# --- the check --------------------------------------------------------------------------------------------------------


def _judge(data: bytes, path: Path) -> Judged:
    (found, gaps), wrong = twice(lambda: read_bytes(path.parent, data, path.name))
    refused = not found or any(one.error for one in found) or any(gap.kind == "unreadable" for gap in gaps)
    return Judged(wrong or _flawed(found), refused)


def _flawed(found: list[Record]) -> str:
    """What a record has that no record may have: half a verdict, or fields that later columns cannot hold."""
    for one in found:
        if one.digest_form is not None and not one.digest_ok:
            return f"digest form {one.digest_form} of a digest that is not good"
        for text in (one.url, one.mime, one.record_id, *(part for pair in one.http_headers for part in pair)):
            if text is not None and "\0" not in text:
                text.encode()  # raises for half a pair of surrogates, which Parquet has no place for
    return ""


PEERS: Final = ("FastWARC",)
"""Reads what is packed with zstd and lz4 too; no ARC."""
KINDS: Final = {
    "warc": Kind(warc, _judge, ("warcio", *PEERS), beside),
    "gzip": Kind(gzip_archive, _judge, ("warcio", *PEERS), beside),
    "zstd": Kind(zstd_archive, _judge, PEERS, beside),
    "lz4": Kind(lz4_archive, _judge, PEERS, beside),
    "arc": Kind(arc, _judge, ("warcio",), beside),
}
