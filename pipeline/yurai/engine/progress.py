"""Show the progress of long work: bars with rate and ETA on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from yurai.terminal import console, tell

PLAIN_EVERY = 10.0


@dataclass(slots=True)
class Counter:
    """Progress of one step."""

    name: str
    total: int
    started: float
    done: int = 0
    said: float = field(default=0.0)
    bar: tuple[Progress, TaskID] | None = None

    def advance(self, count: int = 1) -> None:
        """Say that `count` more tasks are done."""
        self.done += count
        if self.bar:
            self.bar[0].advance(self.bar[1], count)
        elif time.monotonic() - self.said > PLAIN_EVERY and self.done < self.total:
            self.said = time.monotonic()
            self._say()

    def _say(self) -> None:
        spent = time.monotonic() - self.started
        rate = self.done / spent if spent else 0.0
        left = f", {(self.total - self.done) / rate:.0f} s left" if rate else ""
        tell(f"{self.name}: {self.done:,}/{self.total:,} tasks, {rate:.1f}/s{left}")


class Reporter:
    """Shows steps as they run; `quiet` shows nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.console = console(stderr=True)

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Counter]:
        """Open the progress of one step of `total` tasks."""
        counter = Counter(name, total, time.monotonic(), said=time.monotonic())
        if self.quiet:
            counter.said = float("inf")
            yield counter
        elif self.console.is_terminal:
            columns = (
                TextColumn("{task.description:<20}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=self.console) as progress:
                counter.bar = (progress, progress.add_task(name, total=total))
                yield counter
        else:
            yield counter
            spent = time.monotonic() - counter.started
            tell(f"{name}: {counter.done:,} tasks in {spent:.1f} s, {total - counter.done:,} reused")
