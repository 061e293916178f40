"""Extraction in a child process that a page may hang, fill or crash without cost to any other page.

A verdict of the limits (CPU, memory, crash) is put into a ledger before it is handed on, and the ledger is asked first:
what one run decided on a slow machine, every later run repeats. A death that may be someone else's doing (memory
damaged by an earlier page, a kernel short of memory, a `kill`) is believed only when a fresh child dies on the same
page, given to it alone.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final, Self

from yurai.errors import YuraiError
from yurai.extraction.mime import media_type
from yurai.extraction.records import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yurai.extraction.records import ExtractOptions, Ledger, Page

MEMORY_EXIT: Final = 77
"""Exit status of a child that a page took to its memory limit."""
READY: Final = "ready"
"""What a child says when it has loaded everything and waits for pages."""

_PAGES_IN_FLIGHT: Final = 32
_BYTES_IN_FLIGHT: Final = 16_000_000
_PATIENCE: Final = 5.0


class _ChildDiedError(Exception):
    """The child ended before it answered; `verdict` names how."""

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class _Child:
    """One running child process, its two pipes, and the thread that feeds it.

    A thread writes, so that a child blocked on a long answer and a parent blocked on a long page cannot wait for each
    other.
    """

    def __init__(self, options: ExtractOptions) -> None:
        command = [sys.executable, "-P", "-m", "yurai.extraction.child", str(os.getpid())]
        # set iteration inside libraries must not depend on the run
        environment = {**os.environ, "PYTHONHASHSEED": "0", "TZ": "UTC"}
        self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._answers = Connection(os.dup(self.process.stdout.fileno()), writable=False)
        self._pages: queue.SimpleQueue[Page | None] = queue.SimpleQueue()
        self._feeder = threading.Thread(
            target=self._feed,
            args=(Connection(os.dup(self.process.stdin.fileno()), readable=False), options),
            daemon=True,
        )
        self.process.stdin.close()
        self.process.stdout.close()
        self._feeder.start()
        self._await_ready()

    def _await_ready(self) -> None:
        try:
            self._answers.recv()
        except EOFError:
            status = self.process.wait()
            raise YuraiError(
                f"the extraction child did not start (exit status {status}); its message is on stderr above, "
                f"and `{sys.executable} -c 'import yurai.extraction'` should repeat it"
            ) from None

    def _feed(self, pages: Connection, options: ExtractOptions) -> None:
        with pages:
            try:
                pages.send(options)
                while (page := self._pages.get()) is not None:
                    pages.send(page)
            except BrokenPipeError:
                return  # the reader of answers sees the same death and knows what to do

    def send(self, page: Page) -> None:
        """Queue a page; the caller bounds how many."""
        self._pages.put(page)

    def receive(self) -> Extraction:
        """Answer to the first page not yet answered; raises _ChildDiedError."""
        try:
            answer: Extraction = self._answers.recv()
        except (EOFError, ConnectionResetError):
            raise _ChildDiedError(_verdict(self.process.wait())) from None
        return answer

    def stop(self) -> None:
        """End the process, at once if it is busy."""
        self._pages.put(None)
        self._answers.close()
        self.process.kill()
        self.process.wait()
        self._feeder.join(_PATIENCE)


def _verdict(status: int) -> str:
    """Reason in a child's exit status."""
    if status == MEMORY_EXIT:
        return "memory-limit"
    if status == -signal.SIGPROF:
        return "cpu-limit"
    return f"crashed:{signal.Signals(-status).name}" if status < 0 else f"crashed:exit-{status}"


class Sandbox:
    """Extracts pages in a child process; a context manager, to be used by one thread.

    `options` hold for all pages. `ledger` keeps verdicts of the limits across runs. The child starts with the first
    page, is reused, and is replaced when a page ends it.
    """

    def __init__(self, options: ExtractOptions, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._limits = options.limits_version()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, if one runs."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """End the child; the sandbox can be used again and starts another."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def extract(self, pages: Iterable[Page]) -> Iterator[Extraction]:
        """Extractions in the order of the pages, one for each; reads ahead a bounded number of pages and bytes.

        Raises YuraiError if no child can be started; a page never raises.
        """
        waiting: deque[tuple[Page, str | None]] = deque()
        source = iter(pages)
        try:
            while self._fill(waiting, source):
                yield self._answer(waiting)
        finally:
            if any(verdict is None for _, verdict in waiting):
                self.close()  # answers that nobody will read are on their way

    def _fill(self, waiting: deque[tuple[Page, str | None]], source: Iterator[Page]) -> bool:
        """Send pages until enough are in flight; false at the end of both."""
        size = sum(len(page.body) for page, _ in waiting)
        while len(waiting) < _PAGES_IN_FLIGHT and size < _BYTES_IN_FLIGHT:
            page = next(source, None)
            if page is None:
                break
            known = self._ledger.get(self._key(page))
            waiting.append((page, known))
            size += len(page.body)
            if known is None:
                self._running().send(page)
        return bool(waiting)

    def _answer(self, waiting: deque[tuple[Page, str | None]]) -> Extraction:
        """Answer to the first page in flight, whatever it takes."""
        page, known = waiting[0]
        if known is not None:
            waiting.popleft()
            return _failed(page, known)
        try:
            answer = self._running().receive()
        except _ChildDiedError as death:
            self.close()
            answer = self._believe(page, death.verdict)
            waiting.popleft()
            self._resend(waiting)
            return answer
        waiting.popleft()
        return answer

    def _believe(self, page: Page, verdict: str) -> Extraction:
        """The page alone in a fresh child, unless the verdict is beyond doubt; a second death goes into the ledger."""
        if verdict != "cpu-limit":
            child = self._running()
            child.send(page)
            try:
                return child.receive()
            except _ChildDiedError as death:
                verdict = death.verdict
                self.close()
        self._ledger.put(self._key(page), verdict)
        return _failed(page, self._ledger.get(self._key(page)) or verdict)

    def _resend(self, waiting: deque[tuple[Page, str | None]]) -> None:
        """Give a new child what the dead one left, except equal pages, on which there is a verdict by now."""
        for place, (page, _) in enumerate(waiting):
            known = self._ledger.get(self._key(page))
            waiting[place] = (page, known)
            if known is None:
                self._running().send(page)

    def _running(self) -> _Child:
        if self._child is None:
            self._child = _Child(self._options)
        return self._child

    def _key(self, page: Page) -> str:
        return f"{page.key}:{self._limits}"


def _failed(page: Page, reason: str) -> Extraction:
    mime, _ = media_type(page.mime, page.body)
    return Extraction("failed", mime, reason)
