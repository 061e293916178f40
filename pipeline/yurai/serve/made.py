"""Make what takes long (reports, counts of the whole corpus) by commands of Yurai, each a process of its own.

A process gives its memory back, leaves the loop alone, and can be ended when its time is over. One runs at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import OrderedDict
from dataclasses import dataclass, field

from yurai.serve.bounds import MADE_BYTES, MADE_SECONDS
from yurai_manifests.errors import ShardError, YuraiError

AT_ONCE = 2.0
"""Seconds for which a request waits before it is told to come again."""


@dataclass
class Maker:
    """Texts that commands print, kept while there is room."""

    _kept: OrderedDict[tuple[str, ...], str] = field(default_factory=OrderedDict)
    _making: dict[tuple[str, ...], asyncio.Task[str]] = field(default_factory=dict)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def text(self, *words: str, codes: tuple[int, ...] = (0,)) -> str | None:
        """Return what `yurai WORDS` prints; None while it is being made. `codes` are those of a good end.

        Raises:
            YuraiError: it has ended otherwise; the next call tries again.
        """
        if words in self._kept:
            self._kept.move_to_end(words)
            return self._kept[words]
        if words not in self._making:
            self._making[words] = asyncio.create_task(self._make(words, codes))
        task = self._making[words]
        await asyncio.wait([task], timeout=AT_ONCE)
        if not task.done():
            return None
        self._making.pop(words, None)
        made = task.result()
        self._keep(words, made)
        return made

    def forget(self) -> None:
        """Throw away what was made: the tree has changed."""
        self._kept.clear()
        for task in self._making.values():
            task.cancel()
        self._making.clear()

    async def close(self) -> None:
        """End what is being made."""
        tasks = [*self._making.values()]
        self.forget()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _keep(self, words: tuple[str, ...], made: str) -> None:
        self._kept[words] = made
        while sum(map(len, self._kept.values())) > MADE_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)

    async def _make(self, words: tuple[str, ...], codes: tuple[int, ...]) -> str:
        async with self._one:
            pipe = asyncio.subprocess.PIPE
            command = (sys.executable, "-m", "yurai", *words)
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
            )
            try:
                return await asyncio.wait_for(_read(process, words, codes), MADE_SECONDS)
            except TimeoutError as error:
                raise ShardError(f"yurai {words[0]} took longer than {MADE_SECONDS:,.0f} s and was ended") from error
            finally:
                await _end(process)


async def _read(process: asyncio.subprocess.Process, words: tuple[str, ...], codes: tuple[int, ...]) -> str:
    said, told = await asyncio.gather(_all_of(process.stdout), _all_of(process.stderr))
    code = await process.wait()
    if code not in codes or not said:
        last = told.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise YuraiError(f"yurai {words[0]} ended with code {code}: {last}")
    return said.decode()


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    """Return what a process writes, up to a bound."""
    read = bytearray()
    while stream is not None and (part := await stream.read(65536)):
        read += part
        if len(read) > MADE_BYTES:
            raise ShardError(f"what was made has more than {MADE_BYTES:,} bytes; call `yurai report` for a file")
    return bytes(read)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process, and those that it has started, if it has not."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
