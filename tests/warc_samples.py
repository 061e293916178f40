"""Small web archives for the tests of the reading layer: the same records in every container."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lz4.frame
import zstandard

from yurai.sources.warc import Gap, Record, read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def warc_record(kind: str, number: int, block: bytes, **fields: str) -> bytes:
    """One WARC record; keyword arguments add or replace header fields (`WARC_Date`), an empty value removes one."""
    header = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{number}>",
        "WARC-Date": "2024-05-06T07:08:09Z",
        "WARC-Target-URI": f"https://example.jp/{number}",
        "Content-Type": "application/http; msgtype=response" if kind == "response" else "text/plain",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in header.items() if value)
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def http(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join((status, *headers, "", "")).encode() + body


def response(number: int, body: bytes, *headers: str, **fields: str) -> bytes:
    head = http(b"", "Content-Type: text/html; charset=utf-8", *headers)
    return warc_record("response", number, head + body, **({"WARC_Payload_Digest": sha1(body)} | fields))


def sample_records() -> list[bytes]:
    """Twelve records; the bodies of the responses do not compress to nothing, so that damage hits bodies."""
    bodies = [
        b"".join(hashlib.sha256(f"{n}.{k}".encode()).hexdigest().encode() for k in range(6 + n)) for n in range(12)
    ]
    out = [warc_record("warcinfo", 0, b"software: sample\r\n", WARC_Target_URI="")]
    for number in range(1, 11):
        if number % 3 == 0:
            out.append(warc_record("request", number, http(b"", status="GET / HTTP/1.1")))
        else:
            out.append(response(number, b"<p>" + bodies[number] + b"</p>"))
    text = "由来".encode() * 40
    out.append(warc_record("conversion", 11, text, WARC_Block_Digest=sha1(text)))
    return out


def arc_records() -> list[bytes]:
    version = b"1 0 Sample\nURL IP-address Archive-date Content-type Archive-length\n"
    out = [f"filedesc://sample.arc 0.0.0.0 20080430204825 text/plain {len(version)}\n".encode() + version + b"\n"]
    for number in range(1, 9):
        block = http(
            f"<p>{hashlib.sha256(bytes([number])).hexdigest() * number}</p>".encode(), "Content-Type: text/html"
        )
        line = f"http://example.jp/{number} 192.0.2.7 20080430204826 text/html {len(block)}\n"
        out.append(line.encode() + block + b"\n")
    return out


@dataclass(frozen=True)
class Archive:
    data: bytes
    units: tuple[tuple[int, int], ...]
    """Ranges of file bytes that fail or survive together, one per record."""


def pack(records: list[bytes], encode: Callable[[bytes], bytes], prefix: bytes = b"") -> Archive:
    data, units = prefix, []
    for record in records:
        unit = encode(record)
        units.append((len(data), len(data) + len(unit)))
        data += unit
    return Archive(data, tuple(units))


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def lz4_frame(data: bytes) -> bytes:
    return bytes(lz4.frame.compress(data, content_checksum=True))


def zst(data: bytes, dictionary: bytes | None = None) -> bytes:
    shared = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdCompressor(dict_data=shared, write_checksum=True).compress(data)


def dictionary_frame(content: bytes) -> bytes:
    return b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content


RAW_DICTIONARY = b"".join(sample_records()[:3])

PACKERS: dict[str, Callable[[], Archive]] = {
    "warc": lambda: pack(sample_records(), bytes),
    "warc.gz": lambda: pack(sample_records(), gz),
    "warc.lz4": lambda: pack(sample_records(), lz4_frame),
    "warc.zst": lambda: pack(sample_records(), zst),
    "dict.warc.zst": lambda: pack(sample_records(), lambda r: zst(r, RAW_DICTIONARY), dictionary_frame(RAW_DICTIONARY)),
    "arc": lambda: pack(arc_records(), bytes),
    "arc.gz": lambda: pack(arc_records(), gz),
}


def read(path: Path) -> tuple[list[Record], list[Gap]]:
    """Read a file, and hold the second law: records and gaps cover it, in order, without overlap."""
    records, gaps, position = list[Record](), list[Gap](), 0
    unit = -1
    for part in read_file(path):
        if isinstance(part, Gap):
            assert part.offset == position
            assert part.bytes > 0
            assert part.kind in {"padding", "unreadable"}
            position += part.bytes
            gaps.append(part)
            continue
        if part.offset != unit:
            assert part.offset == position
            unit, position = part.offset, part.offset + part.length
        assert part.offset + part.length == position
        records.append(part)
    assert position == path.stat().st_size
    return records, gaps


def read_bytes(tmp_path: Path, data: bytes, name: str = "sample") -> tuple[list[Record], list[Gap]]:
    path = tmp_path / name
    path.write_bytes(data)
    return read(path)


def only(tmp_path: Path, data: bytes) -> Record:
    records, _ = read_bytes(tmp_path, data)
    (record,) = records
    return record
