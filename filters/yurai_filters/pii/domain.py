"""Find where a domain ends: under a real top-level domain, whatever text is glued to it without a space.

`q@k.transpose()` is a product of matrices and `icon@2x.png` a file: neither ends so. Pages lose the space behind an
address (`a@b.comTel`, `a@b.com2020`, `a@b.com.We are`), so a name may also end where letters, case or signs change.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterator

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.top_level import top_level_domains
from yurai_filters.pii.typed_re2 import short

_MAX_DOMAIN, _MAX_LABEL, _MAX_TOP = 255, 63, 63
_REPEATED = 64
"""Characters up to which a domain is remembered."""
_FIRST = short(r"(?:[a-z]{2,}|[A-Z]{2,}|[A-Za-z]{2,}|[\xC0\xC1]{2,})")
_METHODS = frozenset(
    (
        *("bar", "call", "cat", "cloud", "contact", "data", "date", "do", "dot", "fit", "id", "in", "is", "it"),
        *("link", "map", "next", "now", "open", "page", "post", "read", "run", "save", "search", "select", "show"),
        *("style", "to", "top", "zip"),
    )
)
"""Top-level domains that code calls: `q@k.to(device)` is no address, though `.to` is Tonga's."""
_COMMON = frozenset(("com", "net", "org", "edu", "gov", "info", "biz"))
_COUNTRY = 2
"""Letters of the top-level domain of a country."""


def end_of_domain(shadow: Shadow, start: int, stop: int, *, before_address: bool = False) -> int | None:
    """Return where the domain ends that begins at `start`; None if there is none.

    `stop` is where letters, digits, hyphens and dots end; with `before_address` the local part of another address is
    among them, as in `a@b.comc@d.com`.
    """
    near = shadow.codes[start:stop]
    if len(near) <= _REPEATED and near.isascii() and not shadow.codes.startswith(b"(", stop):
        end = _end_of_host(near, before_address=before_address)
        return None if end is None else start + end
    return _end(shadow, start, stop, before_address=before_address)


@functools.lru_cache(4096)
def _end_of_host(host: bytes, *, before_address: bool) -> int | None:
    """Return where a domain in letters of ASCII ends, behind which no bracket opens: most pages repeat one."""
    return _end(Shadow(host.decode("ascii"), host), 0, len(host), before_address=before_address)


def _end(shadow: Shadow, start: int, stop: int, *, before_address: bool) -> int | None:
    called = _is_called(shadow, stop)
    found = None
    for at, label, before in _labels(shadow.codes, start, stop):
        if found is not None and _begins_sentence(label, before):
            break
        names = _names(label, before)
        end = next((at + length for length in names if _is_top(_spelled(shadow, at, at + length))), None)
        if end is None and before_address and at + len(label) == stop:
            end = _before_address(shadow, at, stop)
        if end is not None and not (called and _is_method(shadow, at, end, stop)):
            found = (at, end)
    return None if found is None or not _may_end(shadow, *found, stop, called=called) else found[1]


def _labels(codes: bytes, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield place and bytes of each label behind the first, and the one before it, as long as a domain may have them.

    What goes on beyond the longest domain is cut off, with the label that it is in unless that is too long anyway.
    """
    labels = codes[start : min(stop, start + _MAX_DOMAIN + 1)].split(b".")
    if stop - start > _MAX_DOMAIN and len(labels[-1]) <= _MAX_LABEL:
        labels.pop()
    at = start
    for before, label in itertools.pairwise(labels):
        at += len(before) + 1
        if not before or len(before) > _MAX_LABEL or before.endswith(b"-") or label[:1] in (b"", b"-"):
            return
        yield at, label, before


def _begins_sentence(label: bytes, before: bytes) -> bool:
    """Whether a capital follows small letters: `a@b.com.It is` goes on in another sentence, not in Italy."""
    return label[:1].isupper() and before.islower()


def _names(label: bytes, before: bytes) -> Iterator[int]:
    """Yield lengths that a top-level domain at the beginning of `label` may have, all of it first."""
    yield len(label)
    first = _FIRST.match(label)
    length = first.end() if first else len(label)
    if length == len(label):
        return
    glued, same_case = label[length : length + 1], label[:1].isupper() == before[:1].isupper()
    other_letters = not label.isascii() or (label[:length].islower() and glued.isupper())
    if glued == b"-" or other_letters or (glued.isdigit() and same_case and before.upper() != before.lower()):
        yield length


def _before_address(shadow: Shadow, at: int, stop: int) -> int | None:
    """Return where the longest top-level domain ends that the local part of another address follows."""
    ends = range(min(stop - 1, at + _MAX_TOP), at + 1, -1)
    return next((end for end in ends if _is_top(_spelled(shadow, at, end))), None)


def _may_end(shadow: Shadow, at: int, end: int, stop: int, *, called: bool) -> bool:
    """Whether a domain can end at `end`, though labels may follow: those in small letters are of a name in code."""
    follows = shadow.codes[end : min(stop, end + 2)]
    if not (follows[:1] == b"." and follows[1:].islower()):
        return True
    name = _spelled(shadow, at, end)
    return not called and (name in _COMMON or (len(name) == _COUNTRY and name not in _METHODS))


def _is_called(shadow: Shadow, stop: int) -> bool:
    """Whether a bracket of code follows: an ASCII one, as Japanese opens a remark with a wide one."""
    return shadow.codes.startswith(b"(", stop) and shadow.text[shadow.place(stop, stop + 1)[0]] == "("


def _is_method(shadow: Shadow, at: int, end: int, stop: int) -> bool:
    return shadow.codes.startswith(b"()", stop) or _spelled(shadow, at, end) in _METHODS


def _spelled(shadow: Shadow, start: int, end: int) -> str:
    """Return letters of the text in NFKC and lower case, those without width left out."""
    near = shadow.codes[start:end]
    if near.isascii():
        return near.decode("ascii").lower()
    places = range(start, end) if shadow.origin is None else shadow.origin[start:end].tolist()
    return unicodedata.normalize("NFKC", "".join(shadow.text[place] for place in places)).lower()


@functools.lru_cache(4096)
def _is_top(name: str) -> bool:
    return name in top_level_domains()
