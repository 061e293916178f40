"""Start a child process, feed it pages, take its answers, and read how it died."""

from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import threading
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai.engine.process import deaf_to_interrupts
from yurai_manifests.errors import YuraiError

if TYPE_CHECKING:
    from yurai.extraction.options import ExtractOptions
    from yurai.extraction.records import Extraction, Page

MEMORY_EXIT: Final = 77
"""Exit status of a child that a page took to its memory limit."""
MISSING_EXIT: Final = 78
"""Exit status of a child that lacks a package; which one, its parent finds out by the same imports."""
READY: Final = "ready"
"""What a child says when it has loaded everything and waits for pages."""

_START: Final = f"""
try:
    from yurai.extraction.child import serve
    serve()
except ImportError:
    raise SystemExit({MISSING_EXIT}) from None
"""
_PATIENCE: Final = 5.0
_ABORTS: Final = frozenset(("crashed:SIGABRT", "crashed:SIGTRAP", "crashed:SIGILL"))
"""How a C++ library ends a process that gets no memory."""
_SHARE: Final = 1 / 3
"""Share of its memory limit that such a child held: a vector that grows asks for twice what it has."""
_KIB: Final = 1024


class ChildDiedError(Exception):
    """The child ended before it answered; `verdict` names how."""

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Child:
    """One running child process, its two pipes, and the thread that feeds it.

    A thread writes, so that a child blocked on a long answer and a parent blocked on a long page cannot wait for each
    other.
    """

    def __init__(self, options: ExtractOptions) -> None:
        command = [sys.executable, "-P", "-c", _START, str(os.getpid())]
        # set iteration inside libraries must not depend on the run
        environment = {**os.environ, "PYTHONHASHSEED": "0", "TZ": "UTC"}
        with deaf_to_interrupts():
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
        self._await_ready(options)
        self._memory_limit = options.memory_bytes
        self._loaded_bytes = self._resident()

    def _await_ready(self, options: ExtractOptions) -> None:
        try:
            self._answers.recv()
        except EOFError:
            status = self.process.wait()
            if status < 0:
                raise ChildDiedError(_verdict(status)) from None
            if status == MISSING_EXIT:
                import_module("yurai.extraction.child").load(options)  # raises what ended the child
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
        """Answer to the first page not yet answered; raises ChildDiedError."""
        try:
            answer: Extraction = self._answers.recv()
        except (EOFError, ConnectionResetError):
            raise ChildDiedError(self._verdict()) from None
        return answer

    def _resident(self) -> int:
        """Bytes of memory that the process holds; 0 where the system does not tell."""
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize()
        except OSError:
            return 0

    def _verdict(self) -> str:
        """Reason in the death: C libraries abort when a request for memory fails, so the most that it held tells."""
        _, status, used = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        verdict = _verdict(self.process.returncode)
        grown = used.ru_maxrss * _KIB - self._loaded_bytes
        ran_out = verdict in _ABORTS and grown > _SHARE * self._memory_limit
        return "memory-limit" if ran_out else verdict

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds that the process has taken; 0 where the system does not tell, or once it is gone."""
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, told[11:13])) / os.sysconf("SC_CLK_TCK")  # utime and stime: proc(5)

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
