"""Count the CPU seconds of a task by part: what a profile shows. Times go into the journal, which no digest covers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_spent: dict[str, float] = {}
_inner: list[float] = []
"""For each part that is open, the seconds of the parts in it: no second is counted twice."""


@contextmanager
def part(name: str) -> Iterator[None]:
    """Count the CPU seconds of this process inside of the block, but for those of parts in it, under a name."""
    start = time.process_time()
    _inner.append(0.0)
    try:
        yield
    finally:
        took = time.process_time() - start
        add(name, took - _inner.pop())
        if _inner:
            _inner[-1] += took


def parts(name: str, items: Iterator[T]) -> Iterator[T]:
    """Yield items, with the CPU seconds that each took to come under a name."""
    nothing = object()
    while True:
        with part(name):
            item = next(items, nothing)
        if item is nothing:
            return
        yield item  # type: ignore[misc] # it is no longer `nothing`


def add(name: str, seconds: float) -> None:
    """Add CPU seconds, perhaps of another process."""
    _spent[name] = _spent.get(name, 0.0) + seconds


def taken() -> dict[str, float]:
    """Return what was counted since the last call, and begin anew."""
    spent = dict(_spent)
    _spent.clear()
    return spent
