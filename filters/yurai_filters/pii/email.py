"""Find e-mail addresses: a local part, `@`, and a domain with a dot, in any letters that alphabets have.

The local part is read backwards from `@`, so kana before it ends it: `連絡先はyamada@example.jpまで` holds one address.
Source of forms and lengths: RFC 5321 sections 4.1.2 and 4.5.3.1; not covered: quoted local parts, `name (at) domain`.
"""

from __future__ import annotations

from yurai_filters.pii.folded_text import LETTER, MARK, Shadow, pattern

_LOCAL = bytes(code for code in range(128) if chr(code).isalnum()) + b"._%+'-" + bytes([LETTER, MARK])
_MAX_LOCAL, _MAX_DOMAIN, _MAX_LABEL = 64, 255, 63
_DOMAIN = pattern(r"@(?:[A-Za-z0-9\xC0\xC1](?:[A-Za-z0-9\xC0\xC1-]*)\.)+(?:xn--[A-Za-z0-9]+|[A-Za-z\xC0]{2,24})")
_FILES = frozenset(
    b"png jpg jpeg gif svg webp ico bmp tiff css js mjs jsx ts tsx json html htm xhtml xml php txt pdf mp3 wav".split()
)
"""No top-level domains: `icon@2x.png` is a file."""
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\0\x02@")


def find_emails(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of addresses in the shadow."""
    if b"@" not in shadow.codes:
        return []
    codes = shadow.codes
    spans = []
    for match in _DOMAIN.finditer(codes):
        at, end = match.span()
        if _goes_on(codes, end):
            continue
        start = _local(codes, at)
        if start is not None and _is_domain(codes[at + 1 : end]):
            spans.append((start, end))
    return spans


def _local(codes: bytes, at: int) -> int | None:
    """Return where the local part before `at` begins; None if it is empty, too long, or touches a barrier."""
    head = codes[max(0, at - _MAX_LOCAL - 1) : at]
    before = head.rstrip(_LOCAL)
    local = head[len(before) :].lstrip(b".'-")
    if not local or len(local) > _MAX_LOCAL or before.endswith((b"\0", b"\x02", b"@")):
        return None
    return at - len(local)


def _is_domain(domain: bytes) -> bool:
    labels = domain.split(b".")
    if len(domain) > _MAX_DOMAIN or max(map(len, labels)) > _MAX_LABEL:
        return False
    return labels[-1].lower() not in _FILES and not any(label.endswith(b"-") for label in labels)


def _goes_on(codes: bytes, end: int) -> bool:
    after = codes[end : end + 2]
    return bool(after) and (after[0] in _WORD or after in (b".\0", b".\x02"))
