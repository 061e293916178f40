"""Do the work of a request in one of few threads, so that the loop goes on answering."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from yurai.serve.bounds import THREADS, WAITING, WORK_SECONDS

Done = TypeVar("Done")


class BusyError(Exception):
    """As many requests wait as may."""


class Workers:
    """Few threads, and a queue with an end. A thread cannot be stopped: what takes long looks at the time itself."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING, seconds: float = WORK_SECONDS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="yurai-serve")
        self._most = threads + waiting
        self._seconds = seconds
        self._asked = 0

    async def do(self, work: Callable[[], Done]) -> Done:
        """Return what `work` returns.

        Raises:
            BusyError: too many wait. TimeoutError: it took too long.
        """
        if self._asked >= self._most:
            raise BusyError
        self._asked += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._ended)
        return await asyncio.wait_for(asyncio.shield(future), self._seconds)

    def _ended(self, future: asyncio.Future[Done]) -> None:
        self._asked -= 1
        if not future.cancelled():
            future.exception()  # whoever waited has it, or has given up

    def close(self) -> None:
        """Begin nothing more; what is running ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
