"""Name the URLs that are similar to one and not the same: http or https, `www.` or none, a final slash or none."""

from itertools import product
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from yurai_manifests.urls import normal_url

_SCHEMES: Final = {"http": "https", "https": "http"}


def variants(url: str) -> dict[str, str]:
    """Return the similar URLs in normal form, each with what differs; none of what is no http URL."""
    try:
        parts = urlsplit(normal_url(url))
    except ValueError:
        return {}
    if parts.scheme not in _SCHEMES or not parts.netloc:
        return {}
    made: dict[str, str] = {}
    for scheme, host, slash in product((False, True), repeat=3):
        changed = SplitResult(
            _SCHEMES[parts.scheme] if scheme else parts.scheme,
            _other_host(parts.netloc) if host else parts.netloc,
            _other_path(parts.path) if slash else parts.path,
            parts.query,
            "",
        )
        what = ", ".join(
            name for name, is_changed in (("scheme", scheme), ("www", host), ("final slash", slash)) if is_changed
        )
        made.setdefault(normal_url(urlunsplit(changed)), what)
    del made[urlunsplit(parts)]
    return made


def _other_host(host: str) -> str:
    return host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def _other_path(path: str) -> str:
    if path == "/":
        return path
    return path[:-1] if path.endswith("/") else f"{path}/"
