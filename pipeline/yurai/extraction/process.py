"""Start a child process, feed it pages, take its answers, and read how it died."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai_manifests.errors import YuraiError

if TYPE_CHECKING:
    from yurai.extraction.options import ExtractOptions
    from yurai.extraction.records import Extraction, Page

MEMORY_EXIT: Final = 77
"""Exit status of a child that a page took to its memory limit."""
READY: Final = "ready"
"""What a child says when it has loaded everything and waits for pages."""

_PATIENCE: Final = 5.0


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
            if status < 0:
                raise ChildDiedError(_verdict(status)) from None
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
            raise ChildDiedError(_verdict(self.process.wait())) from None
        return answer

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
