"""Tell the registrable domain of a URL: what somebody registered under a public suffix.

Public suffixes come from the list inside the installed package `tld` (https://publicsuffix.org/list/), private ones
too: each user of `github.io` is a site of its own. That package would fetch the list where its file is missing; here
that is an error, since what a document's domain is must not depend on the day.
"""

import functools
from typing import Any, Final, NoReturn
from urllib.parse import SplitResult

from tld.utils import MozillaTLDSourceParser, process_url

from yurai_filters.hosts import host_of
from yurai_manifests.errors import YuraiError

_HOSTS_KEPT: Final = 65_536


class _Bundled(MozillaTLDSourceParser):
    """The list that is in the package, and no other."""

    uid = "yurai-bundled"

    @classmethod
    def update_tld_names(cls, fail_silently: bool = False) -> NoReturn:  # noqa: ARG003 - as in tld
        raise YuraiError("the public suffix list is missing from package tld; install it again: pip install -I tld")


def registrable_domain(url: str | None) -> str | None:
    """Return the domain that somebody registered, in lower case and ASCII; None for an address, or no host at all.

    A suffix that is not on the list is the last label, as the list's own algorithm has it. A host that is itself a
    suffix has no registrable domain.

    Raises:
        YuraiError: the list is not in the installed package.
    """
    host = host_of(url or "")
    return _of_host(host) if host else None


@functools.lru_cache(_HOSTS_KEPT)
def _of_host(host: str) -> str | None:
    labels = host.split(".")
    if ":" in host or labels[-1].isdecimal():
        return None
    names: Any = process_url(
        SplitResult("https", _letters(host), "", "", ""), fail_silently=True, parser_class=_Bundled
    )
    suffix = 1 if names[0] is None else len(labels) - names[1]
    return ".".join(labels[-suffix - 1 :]) if 0 < suffix < len(labels) and names[1] != -1 else None


def _letters(host: str) -> str:
    """Return a host in the letters in which the list has its suffixes, not as DNS spells them."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host
