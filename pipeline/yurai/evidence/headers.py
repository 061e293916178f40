"""Find marks in HTTP headers: `Link: <...>; rel="license"`, X-Robots-Tag, TDM reservation, Content-Usage."""

from collections.abc import Iterable, Iterator
from typing import Final

from yurai.evidence.marks import Mark
from yurai.evidence.normalise import licence_id
from yurai.evidence.signals import content_usage, robots, tdm

RSL_TYPE: Final = "application/rsl+xml"
_MAX_VALUE: Final = 16_384
_NAMES: Final = frozenset(("link", "x-robots-tag", "tdm-reservation", "tdm-policy", "content-usage"))


def header_marks(headers: Iterable[tuple[str, str]]) -> tuple[Mark, ...]:
    """Marks in the HTTP headers (name, value) of a response, in their order; a header that repeats speaks each time."""
    return tuple(
        mark
        for name, value in headers
        if (lower := name.lower()) in _NAMES
        for mark in _marks(lower, value[:_MAX_VALUE].strip())
    )


def _marks(name: str, value: str) -> Iterator[Mark]:
    if name == "link":
        yield from _links(value)
    elif name == "x-robots-tag":
        if (norm := robots(value)) is not None:
            yield _signal("x-robots-tag", value, norm)
    elif name == "content-usage":
        yield _signal("content-usage-header", value, content_usage(value))
    else:
        yield _signal("tdm-header", f"{name}: {value}", tdm(name, value))


def _signal(channel: str, raw: str, norm: str | None) -> Mark:
    return Mark("optout_signal", channel, raw, norm, "page", "http")


def _links(value: str) -> Iterator[Mark]:
    """Licences and RSL pointers of a Link header (RFC 8288)."""
    for link in _split(value, ","):
        target, *parameters = _split(link, ";")
        address = target.strip()
        named = {
            key.strip().lower(): text.strip().strip("\"'") for key, _, text in (p.partition("=") for p in parameters)
        }
        if "license" not in named.get("rel", "").lower().split() or not (address[:1] == "<" and address[-1:] == ">"):
            continue
        if named.get("type", "").lower() == RSL_TYPE:
            yield _signal("rsl", link.strip(), "rsl=pointer")
        else:
            yield Mark("licence_claim", "link-header", link.strip(), licence_id(address[1:-1]), "page", "http")


def _split(value: str, separator: str) -> list[str]:
    """Parts of a header value; separators in quotes and in <...> are part of it."""
    parts, start, inside = list[str](), 0, ""
    for index, letter in enumerate(value):
        if inside:
            inside = "" if letter == inside else inside
        elif letter in '"<':
            inside = '"' if letter == '"' else ">"
        elif letter == separator:
            parts.append(value[start:index])
            start = index + 1
    return [*parts, value[start:]]
