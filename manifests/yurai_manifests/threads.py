"""Ask for many things at once, each in a thread, and wait for none of the answers once nobody wants them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from yurai_manifests.web_gate import installed, keep


@contextmanager
def many_at_once(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of `count` threads, and wait for what they do; who leaves by an error or a signal does not.

    A request to a busy server goes on for minutes, and SIGTERM in its midst is to end the command, not to wait for it.
    What such a thread still asks passes the gate of the run that began it, and no later one's.
    """
    pool = ThreadPoolExecutor(count, initializer=keep, initargs=(installed(),))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
