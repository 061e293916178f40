"""Say that all requests of a run wait, since an origin refused one: who, what it said, how long, and when it is over.

Tasks wait wherever they run, so the driver asks the gate of the run (`yurai_manifests.web_gate`) once a second.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from yurai.engine.progress import Reporter
from yurai_manifests.web_budget import Pause
from yurai_manifests.web_gate import installed

POLL = 1.0
SHORTEST = 2.0
"""Seconds of a pause that is worth a line: of one that is random, many are shorter."""
AGAIN = 60.0
"""Seconds after which a pause that goes on is told again."""
LATER = 2.0
"""Seconds by which the end of a pause moves when it is told at once: another refusal did it."""


class Waiting:
    """What was said of the pause that lasts; times are of this process's monotonic clock."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._since: float | None = None
        self._said = self._until = 0.0

    def look(self, pause: Pause, now: float) -> None:
        """Say what is new of the pause as it is `now`."""
        if self._since is None and pause.left < SHORTEST:
            return
        if not pause.left:
            self._end(pause, now)
            return
        self._reporter.count_down(pause.left)
        if self._since is None:
            self._since = now
        elif now - self._said < AGAIN and now + pause.left < self._until + LATER:
            return
        self._said, self._until = now, now + pause.left
        origin = pause.said.origin if pause.said else ""
        status = pause.said.status if pause.said else None
        words = f"waiting {pause.left:.0f} s: {pause.said}"
        self._reporter.tell(words, "waiting", seconds=round(pause.left, 3), origin=origin, status=status)

    def _end(self, pause: Pause, now: float) -> None:
        assert self._since is not None
        waited, self._since = now - self._since, None
        if pause.said:  # else nobody asks any more, and the run ends with an error
            self._reporter.tell(f"asking again after {waited:.0f} s", "asking-again", seconds=round(waited, 3))


@contextmanager
def telling_waits(reporter: Reporter) -> Iterator[None]:
    """Say pauses of the run's requests while the context lasts; nothing where it is quiet."""
    if reporter.quiet:
        yield
        return
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(Waiting(reporter), ended), name="waits", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _watch(waiting: Waiting, ended: threading.Event) -> None:
    while not ended.wait(POLL):
        if gate := installed():
            with contextlib.suppress(OSError):  # no file may be opened now: it looks again, and tasks say what is wrong
                waiting.look(gate.pause(), time.monotonic())
