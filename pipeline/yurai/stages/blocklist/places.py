"""Name a URL as takedowns select them: with its host turned around, and by the domains that it is below."""

from urllib.parse import urlsplit

from yurai_filters.hosts import host_of
from yurai_manifests.urls import normal_url


def surts(url: str) -> tuple[str, ...]:
    """Return the URL with its host turned around, as it is and without `www.`; none for what has no host."""
    host = host_of(url)
    if host is None:
        return ()
    parts = urlsplit(normal_url(url))
    rest = f"){parts.path}{'?' if parts.query else ''}{parts.query}"
    hosts = dict.fromkeys((host, host.removeprefix("www.")))
    return tuple(",".join(reversed(one.split("."))) + rest for one in hosts)


def domains(url: str) -> tuple[str, ...]:
    """Return the host of a URL, and each domain that it is below, longest first; none for what has no host."""
    labels = (host_of(url) or "").split(".")
    return tuple(".".join(labels[at:]) for at in range(len(labels))) if labels[0] else ()
