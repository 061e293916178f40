"""Extract pages in a child process, which a page may hang, fill or crash without cost to any other page.

A verdict of the limits (CPU, memory, crash) is put into a ledger before it is handed on, and the ledger is asked first:
what one run decided on a slow machine, every later run repeats. A death that may be someone else's doing (memory
damaged by an earlier page, a kernel short of memory, a `kill`) is believed only when a fresh child dies on the same
page, given to it alone.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Self

from yurai.extraction.mime import media_type
from yurai.extraction.process import Child, ChildDiedError
from yurai.extraction.records import Extraction
from yurai_manifests.errors import YuraiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yurai.extraction.options import ExtractOptions
    from yurai.extraction.records import Ledger, Page

_PAGES_IN_FLIGHT: Final = 32
_BYTES_IN_FLIGHT: Final = 16_000_000
_STARTS: Final = 3


class Sandbox:
    """Extracts pages in a child process; a context manager, to be used by one thread.

    `options` hold for all pages. `ledger` keeps verdicts of the limits across runs. The child starts with the first
    page, is reused, and is replaced when a page ends it.
    """

    def __init__(self, options: ExtractOptions, ledger: Ledger) -> None:
        self._options = options
        self.ledger = ledger
        self._limits = options.limits_version()
        self._child: Child | None = None
        self._ended_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, if one runs."""
        return self._child.process.pid if self._child else None

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all children so far, where the system tells them (Linux); of one that died, none."""
        return self._ended_seconds + (self._child.cpu_seconds if self._child else 0.0)

    def close(self) -> None:
        """End the child; the sandbox can be used again and starts another."""
        if self._child is not None:
            self._ended_seconds += self._child.cpu_seconds
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
            known = self.ledger.get(self._key(page))
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
        except ChildDiedError as death:
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
            except ChildDiedError as death:
                verdict = death.verdict
                self.close()
        self.ledger.put(self._key(page), verdict)
        return _failed(page, self.ledger.get(self._key(page)) or verdict)

    def _resend(self, waiting: deque[tuple[Page, str | None]]) -> None:
        """Give a new child what the dead one left, except equal pages, on which there is a verdict by now."""
        for index, (page, _) in enumerate(waiting):
            known = self.ledger.get(self._key(page))
            waiting[index] = (page, known)
            if known is None:
                self._running().send(page)

    def _running(self) -> Child:
        if self._child is None:
            self._child = self._started()
        return self._child

    def _started(self) -> Child:
        for _ in range(_STARTS):
            try:
                return Child(self._options)
            except ChildDiedError as death:
                died = death
        raise YuraiError(
            f"the extraction child ended {_STARTS} times while it loaded ({died.verdict}); "
            "it needs about 150 MB of memory: give the machine or container more, or run fewer workers"
        )

    def _key(self, page: Page) -> str:
        return f"{page.key}:{self._limits}"


def _failed(page: Page, reason: str) -> Extraction:
    mime, _ = media_type(page.mime, page.body)
    return Extraction("failed", mime, reason)
