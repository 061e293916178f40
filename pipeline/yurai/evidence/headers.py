"""Find marks in HTTP headers: Link, X-Robots-Tag, tdm-reservation, tdm-policy, Content-Usage, Content-Signal."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from yurai.evidence.marks import Mark, Scope
from yurai.evidence.normalise import is_of_software, licence_id
from yurai.evidence.rsl import POINTER, is_rsl
from yurai.evidence.same_page import is_same_page
from yurai.evidence.signals import content_signal, content_usage, robots, tdm

_USAGE: Final = {
    "content-usage": content_usage,
    "content-signal": content_signal,
    "content-signals": content_signal,
}
_NAMES: Final = frozenset(("link", "x-robots-tag", "tdm-reservation", "tdm-policy", *_USAGE))
_PART: Final = re.compile(r"""(?:[^,;"<]|"[^"]*(?:"|$)|<[^>]*(?:>|$))*""")


def header_marks(headers: Iterable[tuple[str, str]], url: str = "") -> tuple[Mark, ...]:
    """Marks in the HTTP headers (name, value) of the response of `url`, in order; one that repeats speaks each time.

    All of a value is read, however long: the record that holds it is bounded.
    """
    return tuple(
        mark
        for name, value in headers
        if (lower := name.strip().lower()) in _NAMES
        for mark in _marks(lower, value.strip(), url)
    )


def _marks(name: str, value: str, url: str) -> Iterator[Mark]:
    if name == "link":
        yield from _links(value, url)
    elif name == "x-robots-tag":
        said = robots(value)
        if said.reserves:
            yield _signal("x-robots-tag", value, said.reserves)
        if said.search:
            yield Mark("search_signal", "x-robots-tag", value, said.search, "page", "http")
    elif name in _USAGE:
        yield _signal(f"{name.removesuffix('s')}-header", value, _USAGE[name](value))
    else:
        yield from (_signal("tdm-header", f"{name}: {value}", norm) for norm in tdm(name, value))


def _signal(channel: str, raw: str, norm: str | None) -> Mark:
    return Mark("optout_signal", channel, raw, norm, "page", "http")


def _links(value: str, url: str) -> Iterator[Mark]:
    """Licences and RSL pointers of a Link header (RFC 8288)."""
    if "licen" not in value.lower():
        return
    for link in _split(value, ","):
        target, *parameters = _split(link, ";")
        address = target.strip()
        named = dict[str, str]()
        for key, _, text in (parameter.partition("=") for parameter in parameters):
            named.setdefault(key.strip().lower(), text.strip().strip("\"'"))
        if "license" not in named.get("rel", "").lower().split() or not (address[:1] == "<" and address[-1:] == ">"):
            continue
        if is_rsl(named.get("type", "")):
            yield _signal("rsl", link.strip(), POINTER)
        else:
            norm = licence_id(address[1:-1])
            scope = _scope(norm, named.get("anchor"), url)
            yield Mark("licence_claim", "link-header", link.strip(), norm, scope, "http")


def _scope(norm: str | None, anchor: str | None, url: str) -> Scope:
    """With `anchor` it is of another resource (RFC 8288 section 3.2); a licence of software may be of a program."""
    if anchor is not None and not is_same_page(anchor, url):
        return "unknown"
    return "unknown" if norm is not None and is_of_software(norm) else "page"


def _split(value: str, separator: str) -> list[str]:
    """Parts of a header value; separators in quotes and in <...> are part of it."""
    parts, start, at = list[str](), 0, 0
    while at <= len(value):
        match = _PART.match(value, at)
        at = match.end() if match else at
        if at >= len(value) or value[at] == separator:
            parts.append(value[start:at])
            start = at + 1
        at += 1
    return parts
