"""How the cost of some work grows with its size, measured so that a loaded machine does not decide."""

import gc
import time
from collections.abc import Callable

TRIES = 30
NOTHING = 0.002
"""CPU seconds below which clocks and caches decide."""


def _seconds(work: Callable[[], object]) -> float:
    """CPU of this thread alone, with no collection of what other tests left behind."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def grows_linearly(prepare: Callable[[int], Callable[[], object]], size: int, times: int = 2) -> bool:
    """Whether `times` the size costs about `times` the CPU: less than halfway, by exponent, to the square.

    `prepare(size)` returns the work, so that making its input is not measured. Noise only adds, so the least of
    some tries counts, and the tries end as soon as they agree with linear cost; a square never does.
    """
    small, large = prepare(size), prepare(times * size)
    least_small = least_large = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(TRIES):
            least_small = min(least_small, _seconds(small))
            least_large = min(least_large, _seconds(large))
            if least_large < times**1.5 * least_small + NOTHING:
                return True
    finally:
        gc.enable()
    return False
