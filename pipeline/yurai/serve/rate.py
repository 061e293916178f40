"""Count what each client asks for: a bucket of requests that fills up again (token bucket)."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from yurai.serve.bounds import BURST, CLIENTS, RATE

_HOST_BITS = 64
"""Bits of an IPv6 address that a household or a machine chooses by itself."""


@dataclass
class Rate:
    """How much each client may ask for. `clock` gives seconds."""

    clock: Callable[[], float]
    rate: float = RATE
    burst: int = BURST
    most: int = CLIENTS
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str) -> int:
        """Count a request of the client at `address`; return 0, or the seconds after which it may ask again."""
        now, client = self.clock(), client_of(address)
        left, then = self._left.pop(client, (float(self.burst), now))
        left = min(float(self.burst), left + (now - then) * self.rate)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > self.most:
            self._left.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / self.rate))


def client_of(address: str) -> str:
    """Return the client behind an address: of IPv6 the network of 64 bits, in which one machine has every address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 128 - _HOST_BITS), strict=False))
