"""Say every ten seconds that a long search for input goes on: how many files were found, and how fast."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from yurai.terminal import tell

T = TypeVar("T")
EVERY = 10.0
"""Seconds of silence."""


def with_pulse(items: Iterable[T], what: str, now: Callable[[], float] = time.monotonic) -> Iterator[T]:
    """Yield `items`, and tell of them as they come: `what` names the place that is searched.

    Nothing is told of a search that ends within ten seconds. `now` are seconds of a clock that never goes back.
    """
    started = said = now()
    for count, item in enumerate(items, 1):
        yield item
        if (moment := now()) - said >= EVERY:
            said = moment
            tell(f"{what}: {count:,} files found so far, {count / (moment - started):,.0f}/s")
