"""Tell names that this server may be called by: a page elsewhere must not reach it under a name of its own.

A name that an attacker owns can be pointed at 127.0.0.1 after its page was loaded (DNS rebinding); the browser then
takes that page and this server for one. An address in numbers cannot be pointed anywhere.
"""

from __future__ import annotations

import ipaddress
import re

_PORT = re.compile(r":[0-9]{1,5}\Z")


def host_name(header: str) -> str:
    """Return the host of a Host header, in lower case, without port and brackets."""
    return _PORT.sub("", header.strip().lower()).removeprefix("[").removesuffix("]").removesuffix(".")


def is_address(host: str) -> bool:
    """Whether a host is an address in numbers."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether nobody beyond this machine reaches a host."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)


def may_be_called(header: str, names: frozenset[str]) -> bool:
    """Whether a Host header is an address in numbers, localhost, or one of `names`."""
    host = host_name(header)
    return host == "localhost" or host in names or is_address(host)
