"""Hold the tree that is shown, and ask it; a takedown or another run in its place is seen within seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from yurai.api.looked_up import lookup_of
from yurai.api.tree import Tree
from yurai.api.tree import open as open_tree
from yurai.report.browse import Listed, Wanted, browse
from yurai.serve.bounds import ROWS, SCAN_SECONDS, WORKS
from yurai.serve.cells import Life
from yurai_manifests.canonical import sha256
from yurai_manifests.derived import MANIFEST
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.store import Store, open_store

if TYPE_CHECKING:
    from yurai.report.inquiry.answer import Answer

INDEX = "search/main"
FRESH = 2.0
"""Seconds for which run.json is taken to be as it was."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A tree as its run.json was."""

    tree: Tree
    run: RunRecord
    sha256: str


@dataclass
class Corpus:
    """The tree at `out`. Threads may ask it; `changed` is called when run.json is another one."""

    out: str
    changed: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _opened: Opened | None = None
    _looked: float = 0.0

    @property
    def store(self) -> Store:
        """The folder of the tree."""
        return open_store(self.out)

    def now(self) -> Opened:
        """Return the tree as it is.

        Raises:
            RecipeError, AuditError: it is gone, or is being written.
        """
        with self._lock:
            if self._opened is None or time.monotonic() - self._looked > FRESH:
                digest = self._digest()
                if self._opened is None or self._opened.sha256 != digest:
                    before, self._opened = self._opened, self._open(digest)
                    if before is not None:
                        self.changed()
                self._looked = time.monotonic()
            return self._opened

    def _digest(self) -> str:
        try:
            return sha256(self.store.read(RUN))
        except FileNotFoundError:
            return ""

    def _open(self, digest: str) -> Opened:
        return Opened(open_tree(self.out), load_run(self.store), digest)

    def lookup(self) -> Lookup:
        """Return what finds single rows."""
        return lookup_of(self.now().tree)

    def lives(self, key: str) -> list[Life]:
        """Return the lives of a page, by doc_id or URL; none where there is no such page."""
        try:
            return cast("list[Life]", self.now().tree.explain(key))
        except RecipeError:
            return []

    def answer(self, key: str) -> Answer:
        """Return what is known of a URL or doc_id: captures, copies, takedowns."""
        return self.now().tree.inquire(url=key, first=WORKS)

    def indexed(self) -> bool:
        """Whether the texts of the tree have an index."""
        return self.store.size(f"{INDEX}/{MANIFEST}") is not None

    def text(self, doc_id: str) -> str | None:
        """Return the text of a page as it was delivered, or else as it was extracted."""
        lookup = self.lookup()
        for folder in ("documents", "extracted"):
            for found in lookup.find(folder, "doc_id", doc_id, ("text",)):
                return str(found.cells["text"])
        return None

    def listed(self, wanted: Wanted, after: int) -> Listed:
        """Return a page of a list, or as much of it as there is time for."""
        end = time.monotonic() + SCAN_SECONDS
        return browse(self.lookup(), wanted, after, ROWS, go_on=lambda: time.monotonic() < end)
