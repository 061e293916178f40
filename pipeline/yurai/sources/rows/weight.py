"""Tell before a line is parsed whether its values would take too much memory: `[[],[],` takes 20 times its own.

Strings are apart: they take what they are long.
"""

import re

from yurai.sources.rows.row import MAX_VALUES

CHUNK = 1 << 20
_COSTS = ((b"{", 256), (b"[", 128), (b",", 64), (b":", 64))
"""Bytes that Python takes for an object, a list, and each value and name in them, about."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_WHOLE = re.compile(rb'(?:[^"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)


def too_many_values(line: bytes) -> bool:
    """Whether the values of a line would take more than MAX_VALUES bytes, by estimate; costs a chunk of memory."""
    if len(line) * _COSTS[0][1] <= MAX_VALUES or _cost(line) <= MAX_VALUES:
        return False
    cost, at = 0, 0
    while at < len(line) and cost <= MAX_VALUES:
        chunk = _WHOLE.match(line, at, at + CHUNK)
        if chunk is None or chunk.end() == at:  # within a string that is longer
            string = _STRING.match(line, at)
            at = string.end() if string else len(line)
        else:
            cost += _cost(_STRING.sub(b"", chunk[0]))
            at = chunk.end()
    return cost > MAX_VALUES


def _cost(line: bytes) -> int:
    return sum(line.count(mark) * cost for mark, cost in _COSTS)
