"""Split the URL of a page or of a robots.txt into what robots.txt goes by: scheme, host and port, and the path."""

from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from yurai_filters.hosts import host_of

ROBOTS_PATH: Final = "/robots.txt"
_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Whom one robots.txt speaks for (RFC 9309 section 2.3): another scheme, host or port has its own."""

    scheme: str
    host: str
    port: int


class Place(NamedTuple):
    """A URL as robots.txt looks at it: its origin, and its path with the query, without the fragment."""

    origin: Origin
    path: str

    @property
    def is_robots(self) -> bool:
        """Whether it is where a robots.txt lies; a server that answers to other letter case means the same file."""
        return self.path.partition("?")[0].lower() == ROBOTS_PATH


def place_of(url: str | None) -> Place | None:
    """Return the place of a URL of http or https; None for any other, or one without a host or with no such port."""
    try:
        parts = urlsplit((url or "").strip())
        port = parts.port
    except ValueError:
        return None
    host = host_of(url or "") if parts.scheme in _PORTS else None
    if host is None:
        return None
    query = f"?{parts.query}" if "?" in (url or "").partition("#")[0] else ""
    return Place(Origin(parts.scheme, host, port or _PORTS[parts.scheme]), (parts.path or "/") + query)


def target_of(url: str, location: str | None) -> str | None:
    """Return where a redirect from `url` leads; None without a Location, or with one that is no URL."""
    try:
        return urljoin(url, location.strip()) if location else None
    except ValueError:
        return None
