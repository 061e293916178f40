"""Find IP addresses of the public internet, versions 4 and 6.

Private, shared, loop-back, link-local, documentation, benchmark, multicast and reserved ranges name no one's connection
and stay. Source: IANA special-purpose address registries (RFC 6890); IPv6 hands out 2000::/3 alone (RFC 4291).
"""

from __future__ import annotations

import bisect
import functools
import ipaddress
import re

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.ip6 import find_v6
from yurai_filters.pii.typed_re2 import pattern
from yurai_filters.pii.version import IP_CONTEXT, begins_large, has_small_parts, is_heading, is_list, is_version

_V4 = rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
_HOLDS, _EACH = pattern(_V4.decode()), re.compile(_V4)
"""RE2 is fastest where a text holds none, as most do; from Python each of its matches costs five of `re`. The pattern
has no repeat but of three digits, so `re` has nowhere to go back to."""
_SPECIAL = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_FIRST, _LAST = zip(*((int(network[0]), int(network[-1])) for network in _SPECIAL), strict=True)
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\xc0")
_WORD = _LETTERS | frozenset(b"0123456789_\0\x02")
_RANGE = re.compile(rb"-(?:([0-9]{1,3})(?![0-9A-Za-z_.\xc0\0\x02-])|" + _V4 + rb"(?![0-9]))")
_PORT_BEFORE, _PORT_BEHIND = re.compile(rb"\.[0-9A-Za-z-]{1,16} > "), re.compile(rb"\.[0-9A-Za-z-]{1,16}(?:[:, ]|\Z)")
"""What tcpdump puts behind an address before an arrow, and behind one."""
_ARROW = b"> "
_PARTS = 256
_EMPHASIS = 3
"""Underscores that Markdown puts around a word at most."""
_NEAR = 12
"""Characters between two numbers of one list."""


def find_ips(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of public addresses in the shadow."""
    codes = shadow.codes
    four = _v4(shadow) if _HOLDS.search(codes) else []
    six = find_v6(codes)
    if not six:
        return four
    inside = bytearray(len(codes))
    for start, end in six:
        inside[start:end] = b"\1" * (end - start)
    return sorted([*six, *(at for at in four if not inside[at[0]])])


def is_public_v4(parts: tuple[int, ...]) -> bool:
    """Whether four numbers are an address that the public internet routes."""
    if max(parts) >= _PARTS:
        return False
    number = int.from_bytes(bytes(parts), "big")
    index = bisect.bisect_right(_FIRST, number) - 1
    return bool(number > _LAST[index])


def _v4(shadow: Shadow) -> list[tuple[int, int]]:
    spans, last, version = [], -1, -1
    for match in _EACH.finditer(shadow.codes):
        start, end = match.span()
        parts = _public_parts(match.group())
        if parts and (tied := _tied(shadow.codes, start, end, last)) is not None:
            says = _says(shadow, start, end, version)
            if says and has_small_parts(parts) and is_heading(shadow.codes, start, end):
                says = None
            version = end if says is False else version
            by_parts = not has_small_parts(parts) and (not tied or begins_large(parts))
            if by_parts if says is None else says:
                spans.append((start, end))
        last = end
    return spans


def _says(shadow: Shadow, start: int, end: int, version: int) -> bool | None:
    """Whether words say that it is an address; False if a version; `version` is where the one before ended."""
    words = IP_CONTEXT.says(shadow.before(start))
    if words is None and (is_version(shadow.after(end)) or _is_next(shadow, version, start)):
        return False
    return words


def _is_next(shadow: Shadow, version: int, start: int) -> bool:
    return 0 <= version < start <= version + _NEAR and is_list(shadow.folded(version, start))


@functools.lru_cache(4096)
def _public_parts(written: bytes) -> tuple[int, ...] | None:
    """Return the parts of a public address; None if `written` is none."""
    parts = written.split(b".")
    if any(len(part) > 1 and part.startswith(b"0") for part in parts):
        return None
    numbers = tuple(map(int, parts))
    return numbers if is_public_v4(numbers) else None


def _tied(codes: bytes, start: int, end: int, last: int) -> bool | None:
    """Whether a name is tied to it by a hyphen, as to versions; None if it is a piece of something longer.

    `last` is where the four numbers before it end: with a hyphen between they are a range.
    """
    marks = _emphasis(codes, start, end)
    first, behind = start - marks, end + marks
    if first and codes[first - 1] in _WORD:
        return None
    if first > 1 and codes[first - 1] in b".-" and codes[first - 2] in _WORD and last != first - 1:
        return None
    if behind < len(codes) and codes[behind] in _WORD:
        return None
    if behind + 1 >= len(codes) or codes[behind] not in b".-" or codes[behind + 1] not in _WORD:
        return False
    if _is_range(codes, behind, codes[end - 3 : end]) or _is_port(codes, start, behind):
        return False
    return True if codes[behind] == ord("-") and codes[behind + 1] in _LETTERS else None


def _emphasis(codes: bytes, start: int, end: int) -> int:
    """Return how many underscores stand on both sides."""
    before, after = codes[max(0, start - _EMPHASIS) : start], codes[end : end + _EMPHASIS]
    return min(len(before) - len(before.rstrip(b"_")), len(after) - len(after.lstrip(b"_")))


def _is_range(codes: bytes, end: int, last: bytes) -> bool:
    """Whether an address follows, or a part alone that is larger than the one that `last` ends with."""
    match = _RANGE.match(codes, end)
    if match is None or match[1] is None:
        return match is not None
    return int(last.rpartition(b".")[2]) < int(match[1]) < _PARTS


def _is_port(codes: bytes, start: int, end: int) -> bool:
    after = _PORT_BEHIND if codes.startswith(_ARROW, max(0, start - len(_ARROW))) else _PORT_BEFORE
    return after.match(codes, end) is not None
