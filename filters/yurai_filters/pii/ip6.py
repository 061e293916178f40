"""Find addresses of version 6, with a port, a prefix, a range or a tag of a protocol around them too."""

from __future__ import annotations

import bisect
import functools
import ipaddress
import re
import socket

from yurai_filters.pii.typed_re2 import pattern

_V6 = rb"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:.]{2,}"
_HOLDS = pattern(_V6.decode())
_EACH = re.compile(_V6)
"""As in `ip`: RE2 where there is none, `re` where there is, with no repeat but of one class at the end."""
_PORT = re.compile(rb"[:.][0-9]{1,5}\Z")
_NAME = re.compile(rb"[.:][0-9A-Fa-f]{1,4}\Z")
"""Of `.domain` or `:domain` what the pattern takes: the name of a port begins so."""
_TAG = re.compile(rb"(?:[0-9A-Za-z]{5,}|[0-9A-Za-z]*[G-Zg-z][0-9A-Za-z]*|[^0-9A-Za-z:\0\x02]):\Z")
"""`IPv6:`, `ip6:`, `addr:`; what has hexadecimal digits alone, and few, is a piece of the address."""
_LONGEST, _LONGEST_RUN = 45, 52
_LONGEST_TAG = 16
_SPECIAL = tuple(ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_FIRST, _LAST = zip(*((int(network[0]), int(network[-1])) for network in _SPECIAL), strict=True)
_BARRIERS = (b"\0", b"\x02")
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\0\x02\xc0")


def find_v6(codes: bytes) -> list[tuple[int, int]]:
    """Return places of public addresses of version 6 in the codes of a shadow."""
    if b":" not in codes or not _HOLDS.search(codes):
        return []
    spans = []
    for match in _EACH.finditer(codes):
        start, stop = match.span()
        if _is_clear(codes, start, stop):
            length = _length(match.group(), goes_on=stop < len(codes) and codes[stop] in _WORD)
            spans += [(start, start + length)] if length else []
    return spans


@functools.lru_cache(4096)
def is_public_v6(written: bytes) -> bool:
    """Whether `written` is an address of 2000::/3 outside the ranges for special purposes."""
    try:
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6, written.decode("ascii")), "big")
    except OSError:
        return False
    index = bisect.bisect_right(_FIRST, number) - 1
    return number >> 125 == 1 and bool(index < 0 or number > _LAST[index])


def _length(run: bytes, *, goes_on: bool) -> int:
    """Return the length of the address that begins `run`, with or without a port behind it; 0 if there is none.

    `goes_on` says that a letter follows: then what is behind the last sign is a name, or there is no address.
    """
    written = run.rstrip(b":.") + b"::" * run.endswith(b"::")
    if len(written) > _LONGEST_RUN:
        return 0
    port = (_NAME if goes_on else _PORT).search(written)
    without = written[: port.start()] if port and not written.startswith(b":", port.start() - 1) else b""
    whole = written if not goes_on or len(written) < len(run) else b""
    return next((len(one) for one in (whole, without) if len(one) <= _LONGEST and is_public_v6(one)), 0)


def _is_clear(codes: bytes, start: int, stop: int) -> bool:
    """Whether no letter, digit or barrier before it, and no barrier behind it, makes it a piece of something longer.

    A hyphen or a dot does not: it parts the ends of a range, and no name of a host or a version has colons.
    """
    before = codes[max(0, start - _LONGEST_TAG) : start]
    if before.endswith(b":"):
        return _TAG.search(before) is not None and not codes.startswith(_BARRIERS, stop)
    return (not before or before[-1] not in _WORD) and not codes.startswith(_BARRIERS, stop)
