"""Find IP addresses of the public internet, versions 4 and 6.

Private, shared, loop-back, link-local, documentation, benchmark, multicast and reserved ranges name no one's connection
and stay. Source: IANA special-purpose address registries (RFC 6890); IPv6 hands out 2000::/3 alone (RFC 4291).
"""

from __future__ import annotations

import bisect
import functools
import ipaddress
import re
import socket

from yurai_filters.pii.context import Context
from yurai_filters.pii.folded_text import Shadow, pattern

_V4 = rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
_V6 = rb"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:.]{2,}"
_HOLDS_V4, _HOLDS_V6 = pattern(_V4.decode()), pattern(_V6.decode())
_EACH_V4, _EACH_V6 = re.compile(_V4), re.compile(_V6)
"""RE2 is fastest where a text holds none, as most do; from Python each of its matches costs five of `re`. Both patterns
have no repeat but of one class at the end or of three digits, so `re` has nowhere to go back to."""
_LONGEST_V6 = 45
_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_SPECIAL_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_FIRST_V4, _LAST_V4 = zip(*((int(network[0]), int(network[-1])) for network in _SPECIAL_V4), strict=True)
_FIRST_V6, _LAST_V6 = zip(*((int(network[0]), int(network[-1])) for network in _SPECIAL_V6), strict=True)
_CONTEXT = Context(r"\b(?:ip|ips|ipv4|address|addresses|dns|ping|nameserver)\b|アドレス")
_SMALL = 32
"""Versions and section numbers have small parts; one address in 4,096 has four parts below 32."""
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\0\x02\xc0")
_BARRIERS = frozenset((b"\0", b"\x02"))
_WORD_V6 = _WORD | {ord(":")}


def find_ips(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of public addresses in the shadow."""
    codes = shadow.codes
    four = [match.span() for match in _EACH_V4.finditer(codes)] if _HOLDS_V4.search(codes) else []
    spans = [at for at in four if _is_clear(codes, at[0], at[1], _WORD) and _is_public_v4(shadow, at[0], at[1])]
    six = _v6(codes) if b":" in codes and _HOLDS_V6.search(codes) else []
    if not six:
        return spans
    inside = bytearray(len(codes))
    for start, end in six:
        inside[start:end] = b"\1" * (end - start)
    return sorted([*six, *(at for at in spans if not inside[at[0]])])


def _v6(codes: bytes) -> list[tuple[int, int]]:
    spans = []
    for match in _EACH_V6.finditer(codes):
        start, stop = match.span()
        run = match.group()
        written = run.rstrip(b":.") + b"::" * run.endswith(b"::")
        end = start + len(written)
        if len(written) > _LONGEST_V6 or codes[stop : stop + 1] in _BARRIERS or not is_public_v6(written):
            continue
        if _is_clear(codes, start, end, _WORD_V6):
            spans.append((start, end))
    return spans


def is_public_v4(parts: list[int]) -> bool:
    """Whether four numbers are an address that the public internet routes."""
    if max(parts) > 255:  # noqa: PLR2004 - the largest byte
        return False
    number = int.from_bytes(bytes(parts), "big")
    index = bisect.bisect_right(_FIRST_V4, number) - 1
    return bool(number > _LAST_V4[index])


@functools.lru_cache(4096)
def is_public_v6(written: bytes) -> bool:
    """Whether `written` is an address of 2000::/3 outside the ranges for special purposes."""
    try:
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6, written.decode("ascii")), "big")
    except OSError:
        return False
    index = bisect.bisect_right(_FIRST_V6, number) - 1
    return number >> 125 == 1 and bool(index < 0 or number > _LAST_V6[index])


def _is_public_v4(shadow: Shadow, start: int, end: int) -> bool:
    largest = _largest(shadow.codes[start:end])
    if largest is None:
        return False
    words = _CONTEXT.says(shadow.before(start))
    return words is True or (words is None and largest >= _SMALL)


@functools.lru_cache(4096)
def _largest(written: bytes) -> int | None:
    """Return the largest part of a public address; None if `written` is none."""
    parts = written.split(b".")
    if any(len(part) > 1 and part.startswith(b"0") for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return max(numbers) if is_public_v4(numbers) else None


def _is_clear(codes: bytes, start: int, end: int, word: frozenset[int]) -> bool:
    """Whether nothing before or after makes it a piece of something longer: a version, a host name, an identifier."""
    if start and codes[start - 1] in word:
        return False
    if start > 1 and codes[start - 1] in b".-" and codes[start - 2] in _WORD:
        return False
    if end < len(codes) and codes[end] in _WORD:
        return False
    return not (end + 1 < len(codes) and codes[end] in b".-" and codes[end + 1] in _WORD)
