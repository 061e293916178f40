"""Tell which names are top-level domains: those that the public suffix list, and so IANA's root zone, has."""

from __future__ import annotations

import functools
from importlib.resources import files

_LIST = "res/effective_tld_names_public_only.dat.txt"
"""In the installed package `tld`: the part of https://publicsuffix.org/list/ that follows the root zone."""
_RESERVED = ("example", "invalid", "test")
"""Names for examples (RFC 2606 section 2): an address under one has the form of a person's and is masked like one."""


@functools.cache
def top_level_domains() -> frozenset[str]:
    """Return all of them, in lower case, those beyond ASCII in their own letters and as DNS spells them."""
    names = {"arpa", "onion", *_RESERVED}
    for line in files("tld").joinpath(_LIST).read_text("utf-8").splitlines():
        if line and not line.startswith("//"):
            names.add(line.split()[0].rpartition(".")[2].lower())
    return frozenset(names | {"xn--" + name.encode("punycode").decode() for name in names if not name.isascii()})
