"""Bring hosts and URLs into the one form in which lists compare them; a bad URL has no host, and nothing raises."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_DOTS = str.maketrans("。．｡", "...")  # noqa: RUF001 - the dots of IDNA are meant
_PORTS = {"http": 80, "https": 443}
_LONGEST = 253
_ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python holds them."""


def host_name(host: str) -> str | None:
    """Return a host as lists compare it: lower case, labels in ASCII (xn--), no dot at the end, IPv6 without brackets.

    None if it is no host: empty, a label that DNS cannot hold, or no address between brackets. Letters beyond ASCII are
    written by Python's codec, IDNA 2003 (RFC 3490), which spells a sharp s as ss.
    """
    host = host.strip().translate(_DOTS).lower().removesuffix(".")
    if host.startswith("[") or ":" in host:
        return _address(host.removeprefix("[").removesuffix("]"))
    if not host.isascii() and len(host) <= _LONGEST:
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if not host or len(host) > _LONGEST or not all(map(_LABEL.fullmatch, host.split("."))):
        return None
    return host


def host_of(url: str) -> str | None:
    """Return the host of a URL as `host_name` does; None if it has none or is malformed."""
    parts = _split(url)
    return None if parts is None else _host(parts)


def url_name(url: str) -> str | None:
    """Return a URL as lists compare it; None where it has no host.

    That is host, port unless it is the scheme's own, path and query: without scheme, user, fragment and a slash at the
    end of the path. Case stays in path and query, since servers tell it apart.
    """
    parts = _split(url)
    host = None if parts is None else _host(parts)
    if parts is None or host is None:
        return None
    try:
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    except ValueError:
        return None
    return f"{host}{port}{parts.path.rstrip('/')}{'?' if parts.query else ''}{parts.query}"


def shown_url(url: str) -> str:
    """Return a URL as a browser shows it: percent-encoded UTF-8 read (RFC 3986), labels of its host out of Punycode.

    What is no UTF-8, or no Punycode, stays as it is.
    """
    parts = _split(url)
    host = None if parts is None else _host(parts)
    rest = unquote(url, errors="surrogateescape") if "%" in url else url
    try:
        rest.encode("utf-8")
    except UnicodeEncodeError:
        rest = "".join(one for one in rest if not _ESCAPED.match(one))
    labels = [] if host is None or "xn--" not in host else [_label(one) for one in host.split(".")]
    return f"{'.'.join(labels)} {rest}" if labels else rest


def _label(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def parents(host: str) -> list[str]:
    """Return a host and the domains that it lies under, up to its top-level domain; an address has none."""
    if ":" in host or host.replace(".", "").isdigit():
        return [host]
    labels = host.split(".")
    return [".".join(labels[at:]) for at in range(len(labels))]


def _split(url: str) -> SplitResult | None:
    """Split a URL; one without scheme begins with its host."""
    url = url.strip()
    try:
        return urlsplit(url if _SCHEME.match(url) else f"http://{url.removeprefix('//')}")
    except ValueError:
        return None


def _host(parts: SplitResult) -> str | None:
    address = parts.netloc.rpartition("@")[2]
    bracketed, bracket, _ = address.partition("]")
    return host_name(bracketed + bracket if bracket else address.partition(":")[0])


def _address(host: str) -> str | None:
    try:
        return ipaddress.IPv6Address(host).compressed
    except ValueError:
        return None
