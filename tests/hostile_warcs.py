"""Web archives that are made to cost: each kind at any size, where twice the size may cost twice the time and no more.

Tests try small ones, bench/attacks.py large ones.
"""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable
from typing import Final

import zstandard

from warc_samples import gz, http, lz4_frame, warc_record, zst

MIB: Final = 1 << 20
_BIG: Final = 17 * MIB
"""More inflated bytes than a unit may have to be kept as it is."""


def _claiming(number: int, length: int, block: bytes = b"x") -> bytes:
    return warc_record("response", number, block, Content_Length=str(length))


def _one_member(records: bytes, size: int) -> bytes:
    """One gzip member; zeros fill it up."""
    z = zlib.compressobj(6, zlib.DEFLATED, 31)
    return z.compress(records) + z.compress(bytes(max(size - len(records), 0))) + z.flush()


def far_lengths(n: int, *lengths: int) -> bytes:
    """One big member of records whose lengths point far ahead, to bytes that begin no record."""
    claims = itertools.islice(itertools.cycle(lengths or (8_000_000,)), n)
    return _one_member(b"".join(_claiming(number, length) for number, length in enumerate(claims)), _BIG)


def falling_lengths(n: int) -> bytes:
    """As `far_lengths`, each length shorter than the one before by some megabytes, over and over."""
    return far_lengths(n, *range(14_000_000, 1_000_000, -3_000_000))


def tiny_units(n: int, pack: Callable[[bytes], bytes] = gz, first: bytes | None = None) -> bytes:
    """A record that claims more than its unit holds, and `n` units of one byte behind it."""
    head = _claiming(0, 16_700_000, bytes(2 * MIB))[:-4] if first is None else first
    return pack(head) + pack(b"y") * n


def tiny_units_with_heads_of_others(n: int) -> bytes:
    """As `tiny_units`; in each lies a line that would be a head in an ARC file."""
    line = b"y\nhttp://a.example/ 192.0.2.1 20240101000000 text/html 99\n"
    return gz(_claiming(0, 16_700_000, bytes(2 * MIB))[:-4]) + gz(line) * n


def coded_body(n: int, stream: bytes, coding: str) -> bytes:
    """A response whose body is `n` streams of its content coding in a row."""
    return gz(warc_record("response", 0, http(stream * n, f"Content-Encoding: {coding}", "Content-Type: text/html")))


def chunked_body(n: int) -> bytes:
    """A response of `n` chunks of one byte."""
    return gz(warc_record("response", 0, http(b"1\r\nx\r\n" * n + b"0\r\n\r\n", "Transfer-Encoding: chunked")))


def blank_units(n: int) -> bytes:
    """`n` damaged units of a megabyte of line ends: none begins with a record."""
    return gz(_claiming(0, 1)) + gz(b"\n" * MIB)[:-9] * n + gz(_claiming(1, 1))


def false_magics(n: int) -> bytes:
    """`n` times the first bytes of a gzip member, and no member."""
    return gz(_claiming(0, 1)) + b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" * n


def heads_without_end(n: int) -> bytes:
    """`n` version lines, each with the first field of a header."""
    return b"WARC/1.0\r\nA:" * n


def arc_lines(n: int) -> bytes:
    """An ARC file of heads whose lengths are wrong."""
    first = b"filedesc://x 0.0.0.0 20240101000000 text/plain 10\n1 0 a\nURL\n\n"
    return first + b"http://a/ 192.0.2.1 20240101000000 text/html 99999999\n" * n


def nearly_arc_lines(n: int) -> bytes:
    """An ARC file of one line that nearly is a head, again and again."""
    first = b"filedesc://x 0.0.0.0 20240101000000 text/plain 10\n1 0 a\nURL\n\n"
    return first + (b"http:" + b" 192.0.2.1 20240101000000 text/html " + b"9" * 300) * n


def lengths_beyond_the_file(n: int) -> bytes:
    """A plain file of records that claim more than the file holds."""
    return b"".join(_claiming(number, 10**17, b"x" * 100) for number in range(n))


def lengths_to_blank_lines(n: int) -> bytes:
    """A plain file of records whose lengths end at one of the blank lines that fill the rest."""
    records = [_claiming(number, n * 400 - 200 * number) for number in range(n)]
    return b"".join(records) + b"x\r\n\r\n" * (n * 100)


def blank_lines(n: int) -> bytes:
    """A record and `n` line ends."""
    return warc_record("response", 0, b"x") + b"\r\n" * n


def folded_header(n: int) -> bytes:
    """A record whose header folds one field over `n` lines."""
    return gz(warc_record("response", 0, b"x").replace(b"\r\n\r\n", b"\r\nX-Long: a" + b"\r\n b" * n + b"\r\n\r\n", 1))


def long_http_head(n: int) -> bytes:
    """A response of `n` HTTP header lines."""
    return gz(warc_record("response", 0, http(b"x", *(f"Content-Type: ;{' ' * 40}" for _ in range(n)))))


def padding_frames(n: int) -> bytes:
    """`n` skippable frames of zstd between two records."""
    return zst(_claiming(0, 1)) + b"\x50\x2a\x4d\x18\x00\x00\x00\x00" * n + zst(_claiming(1, 1))


KINDS: Final[dict[str, tuple[Callable[[int], bytes], int]]] = {
    "far lengths": (far_lengths, 500),
    "far lengths, two in turn": (lambda n: far_lengths(n, 3_000_000, 11_000_000), 500),
    "falling lengths": (falling_lengths, 500),
    "tiny gzip units": (tiny_units, 2_000),
    "tiny zstd units": (lambda n: tiny_units(n, zst), 2_000),
    "tiny lz4 units": (lambda n: tiny_units(n, lz4_frame), 2_000),
    "tiny units behind half a head": (
        lambda n: tiny_units(n, first=warc_record("response", 0, b"x") + b"WARC/"),
        2_000,
    ),
    "tiny units with heads of ARC": (tiny_units_with_heads_of_others, 2_000),
    "gzip streams in a body": (lambda n: coded_body(n, gzip.compress(b"", mtime=0), "gzip"), 2_000),
    "zstd streams in a body": (lambda n: coded_body(n, zstandard.compress(b"x"), "zstd"), 2_000),
    "chunks of a byte": (chunked_body, 20_000),
    "units of line ends": (blank_units, 20),
    "false magics": (false_magics, 2_000),
    "heads without end": (heads_without_end, 5_000),
    "ARC lines": (arc_lines, 2_000),
    "nearly ARC lines": (nearly_arc_lines, 500),
    "lengths beyond the file": (lengths_beyond_the_file, 500),
    "lengths to blank lines": (lengths_to_blank_lines, 500),
    "blank lines": (blank_lines, 200_000),
    "folded header": (folded_header, 20_000),
    "long HTTP head": (long_http_head, 5_000),
    "padding frames": (padding_frames, 5_000),
}
"""Name, generator, and a size at which it costs some hundredths of a second."""
