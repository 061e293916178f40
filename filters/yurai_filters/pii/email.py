"""Find e-mail addresses: a local part, `@`, and a domain under a real top-level domain, in letters of alphabets.

The local part is read backwards from `@`, so kana before it ends it: `連絡先はyamada@example.jpまで` holds one address.
Source of forms and lengths: RFC 5321 sections 4.1.2 and 4.5.3.1; not covered: quoted local parts, `name (at) domain`.
"""

from __future__ import annotations

from yurai_filters.pii.domain import end_of_domain
from yurai_filters.pii.folded_text import LETTER, MARK, Shadow
from yurai_filters.pii.typed_re2 import pattern

_LOCAL = bytes(code for code in range(128) if chr(code).isalnum()) + b"._%+'-\\" + bytes([LETTER, MARK])
_MAX_LOCAL = 64
_HOST = pattern(r"@[A-Za-z0-9\xC0\xC1][A-Za-z0-9\xC0\xC1-]*\.[A-Za-z0-9\xC0\xC1.-]*")
_BARRIERS = (b"\0", b"\x02")


def find_emails(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of addresses in the shadow."""
    if b"@" not in shadow.codes:
        return []
    spans, last = [], 0
    for at, end in _domains(shadow):
        start = _local(shadow.codes, at, last)
        if start is not None:
            last = end
            spans.append((start + _emphasis(shadow.codes, start, at, end), end))
    return spans


def _domains(shadow: Shadow) -> list[tuple[int, int]]:
    """Return where each `@` before a domain is, and where the domain ends: read from the last one backwards."""
    codes, found, next_at = shadow.codes, list[tuple[int, int]](), -1
    for match in reversed(list(_HOST.finditer(codes))):
        at, stop = match.span()
        end = end_of_domain(shadow, at + 1, stop, before_address=stop == next_at)
        if end is not None and not codes.startswith(_BARRIERS, end + codes.startswith(b".", end)):
            found.append((at, end))
            next_at = at
    return found[::-1]


def _local(codes: bytes, at: int, last: int) -> int | None:
    """Return where the local part before `at` begins, behind `last`, where the address before it ends.

    None if it is empty, too long, or touches a barrier. A backslash is part of it where Markdown has it: before a sign.
    """
    head = codes[max(last, at - _MAX_LOCAL - 1) : at]
    before = head.rstrip(_LOCAL)
    local = head[len(before) :]
    slash = local.rfind(b"\\")
    while slash >= 0 and local[slash + 1 : slash + 2] in (b"_", b".", b"-", b"+"):
        slash = local.rfind(b"\\", 0, slash)
    local = local[slash + 1 :].lstrip(b".'-")
    if not local or len(local) > _MAX_LOCAL or before.endswith((*_BARRIERS, b"@")):
        return None
    return at - len(local)


def _emphasis(codes: bytes, start: int, at: int, end: int) -> int:
    """Return how many underscores before an address are no part of it, since as many behind it close them."""
    local, after = codes[start : at - 1], codes[end : end + _MAX_LOCAL]
    opened, closed = len(local) - len(local.lstrip(b"_")), len(after) - len(after.lstrip(b"_"))
    return min(opened, closed)
