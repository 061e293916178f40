"""Write a URL in the sort-friendly form that Common Crawl's indexes have as their key (`url_surtkey`).

The host stands first with its labels turned around, so that pages of one domain stand together, and what seldom makes
another page is gone: scheme, `www.`, user, default port, fragment, case, a slash at the end, session ids, the order of
a query. The rules are those of the Wayback Machine (https://github.com/iipc/webarchive-commons, `WaybackURLKeyMaker`),
as package `surt` applies them; a URL that it refuses has no key here.
"""

import re
import struct
from socket import inet_ntoa
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BLANK: Final = " \t\n\r\v\f"
_AGAIN: Final = re.compile(r"(?:https?:/{2,})*(https?:)/{2,}")
_WWW: Final = re.compile(r"www\d*\.")
_PORTS: Final = {"http": 80, "https": 443}
_ESCAPED: Final = {code: f"%{code:02X}" for code in (*range(0x21), 0x23, 0x25, *range(0x7F, 0x100))}
"""Bytes that stand escaped: all that ASCII does not print, the space, # and %."""
_PATH_SESSIONS: Final = (
    re.compile(r"/(?:\([a-z]\([0-9a-z]{24}\)\)|\((?:[a-z]\([0-9a-z]{24}\))+\))(?=/[^?]+\.aspx)"),
    re.compile(r"/\([0-9a-z]{24}\)(?=/[^?]+\.aspx)"),
)
_QUERY_SESSIONS: Final = tuple(
    re.compile(rf"{name}(?:&|$)", re.IGNORECASE)
    for name in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str | None:
    """Return the key of a URL, such as `com,example)/path?a=1`; None of one that has no host, or is malformed."""
    text = re.sub(r"[\n\r\t]", "", url.strip(_BLANK))
    text = text if _SCHEME.match(text) else f"http://{text}"
    text = f"{again[1]}//{text[again.end() :]}" if (again := _AGAIN.match(text)) else text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = _host(parts.hostname or "")
    if not host:
        return None
    shown = "" if port in (None, 0, _PORTS.get(parts.scheme)) else f":{port}"
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{shown}){_path(parts.path)}{'?' if query else ''}{query}"


def _plain(text: str) -> str:
    """Return the bytes of a part, each as one letter, with all escapes undone, those of escapes too."""
    data = text.encode("utf-8", "surrogatepass")
    while (undone := unquote_to_bytes(data)) != data:
        data = undone
    return data.decode("latin-1")


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)


def _host(host: str) -> str:
    data = _plain(host).encode("latin-1")
    try:
        name = data.decode("utf-8").encode("idna").decode("ascii")
    except UnicodeError:
        name = data.decode("latin-1")
    name = name.replace("..", ".").strip(".").lower()
    if name.isdecimal() and name.isascii():
        return inet_ntoa(struct.pack(">L", int(name) & 0xFFFFFFFF))
    return _WWW.sub("", _escape(name), count=1) if _WWW.match(name) else _escape(name)


def _path(path: str) -> str:
    kept: list[str] = []
    segments = _plain(path).split("/")[1:] or [""]
    for segment in segments:
        if segment == ".." and kept:
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    joined = "/" + "/".join([one for one in kept[:-1] if one] + kept[-1:])
    lower = _escape(joined).lower()
    for pattern in _PATH_SESSIONS:
        lower = pattern.sub("", lower, count=1)
    return lower[:-1] if lower.endswith("/") and len(lower) > 1 else lower


def _query(query: str) -> str:
    text = _escape(_plain(query))
    for pattern in _QUERY_SESSIONS:
        text = pattern.sub("", text, count=1)
    return "&".join(sorted(text.lower().split("&"), key=lambda one: one.split("=", 1)))
