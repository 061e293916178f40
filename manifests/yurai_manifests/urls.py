"""Normalise a URL by RFC 3986 section 6.2.2 and 6.2.3 alone, so that equal ones name the same page.

`http` and `https`, `www.` and no `www.`, a final slash, and the order of a query stay different.
"""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

PORTS = {"http": ":80", "https": ":443"}
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_NORMAL = re.compile(r"https?://[a-z0-9.-]+/(?:[\w~=&+,;@!/-]|(?<!/)\.)*(?:\?[\w~=&+,;@!/.-]+)?", re.ASCII)
"""URLs that are their own normal form, as most are: to take them to pieces costs ten times this pattern."""
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normal_url(url: str) -> str:
    """Return the form that equal URLs share.

    Scheme and host in lower case; no fragment, default port or empty port; escapes in upper case, and undone where they
    stand for a letter, a digit or one of -._~ ; dot segments removed; an empty path is "/". The query is kept but for
    its escapes. What is no URL with a host stays as it is, without its fragment.
    """
    return url if _NORMAL.fullmatch(url) else _by_parts(url)


def _by_parts(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url.partition("#")[0]
    path = _without_dots(_escapes(parts.path)) or "/"
    return urlunsplit(SplitResult(parts.scheme, _host(parts.scheme, parts.netloc), path, _escapes(parts.query), ""))


def _host(scheme: str, netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    return user + at + _escapes(host).lower().removesuffix(PORTS.get(scheme, ":")).removesuffix(":")


def _escapes(text: str) -> str:
    return ESCAPE.sub(_escape, text) if "%" in text else text


def _escape(match: re.Match[str]) -> str:
    letter = chr(int(match[0][1:], 16))
    return letter if letter in UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """Remove dot segments, as RFC 3986 section 5.2.4 says."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    last = "/" if segments[-1] in (".", "..") and kept else ""
    return "/" + "/".join(kept) + last
