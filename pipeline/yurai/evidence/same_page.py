"""Tell whether an address on a page names the page itself."""

from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

_ITSELF: Final = frozenset(("", ".", "#", "./", "#this", "#content", "#page", "#main"))
_MAX: Final = 2048


def is_same_page(address: str, url: str) -> bool:
    """Whether `address`, as an attribute has it, is the page at `url`; scheme, `www.` and a missing query are equal."""
    plain = address.strip().strip("[]")[:_MAX]
    if plain in _ITSELF:
        return True
    try:
        other, own = urlsplit(urljoin(url, plain)), urlsplit(url)
    except ValueError:
        return False
    return (
        not other.fragment
        and other.query in ("", own.query)
        and _host(other) == _host(own)
        and _path(other) == _path(own)
    )


def is_own_root(address: str, url: str) -> bool:
    """Whether `address` is the root of the host of `url`: what is said of it is said of the site."""
    try:
        other, own = urlsplit(urljoin(url, address.strip()[:_MAX])), urlsplit(url)
    except ValueError:
        return False
    return _host(other) == _host(own) and _path(other) == "" and not other.query and not other.fragment


def _host(parts: SplitResult) -> str:
    return parts.netloc.lower().removeprefix("www.")


def _path(parts: SplitResult) -> str:
    return parts.path.rstrip("/")
