"""Show the progress of long work: bars with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yurai.engine.meter import Meter
from yurai.engine.pace import WINDOW, Pace, Recent, told
from yurai.terminal import console, log, logged, tell
from yurai.terminal.log import Value
from yurai_manifests.visible import escaped
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

PLAIN_EVERY = 10.0


@dataclass(slots=True)
class Counter:
    """Progress of one step: of `total` tasks some are done, and some were before and are reused."""

    name: str
    total: int
    started: float
    done: int = 0
    reused: int = 0
    said: float = field(default=0.0)
    bar: tuple[Progress, TaskID] | None = None
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.started, 0)

    def advance(self, count: int = 1) -> None:
        """Say that `count` more tasks are done."""
        self.done += count
        self.pace.note(time.monotonic(), self.done)
        if self.bar:
            progress, task = self.bar
            progress.update(task, completed=self.done, rate=self._rates())
        elif time.monotonic() - self.said > PLAIN_EVERY and self.done < self._here():
            self.said = time.monotonic()
            self._say()

    def tell(self, source: str, seconds: float | None) -> None:
        """Say that the task of `source` has ended, above the bar if there is one."""
        line = f"{self.name} {source}" + (f": {seconds:.1f} s" if seconds is not None else "")
        if self.bar:
            self.put(line)
        else:
            tell(line, "task", step=self.name, source=source, seconds=rounded(seconds))

    def put(self, line: str) -> None:
        """Print a line above the bar."""
        assert self.bar
        self.bar[0].console.print(escaped(line), soft_wrap=True)

    def reuse(self) -> None:
        """Say that one task is done from before: it is neither work nor time left."""
        self.reused += 1
        if self.bar:
            progress, task = self.bar
            progress.update(task, total=self._here())

    def _here(self) -> int:
        """Tasks that are work of this run, as far as is known: those to be reused are met in input order."""
        return self.total - self.reused

    def _rate(self) -> float:
        spent = time.monotonic() - self.started
        return self.done / spent if spent else 0.0

    def _recent(self) -> Recent | None:
        return self.pace.recent(time.monotonic(), self.done)

    def _rates(self) -> str:
        late = self._recent()
        return told(self._rate()) + (f", {late}" if late else "")

    def _say(self) -> None:
        rate, late = self._rate(), self._recent()
        speed = late.rate if late else rate
        left = (self._here() - self.done) / speed if speed else None
        shown = f", {left:.0f} s left" if left is not None else ""
        line = f"{self.name}: {self.done:,}/{plural(self._here(), 'task')}, {self._rates()}{shown}"
        recent = rounded(late.rate) if late else None
        tell(line, "progress", **self._counts(), rate=rounded(rate), recent=recent, left=rounded(left))

    def begin(self) -> None:
        """Say that the step begins, where logs are asked for."""
        log("step-begin", f"{self.name}: {plural(self.total, 'task')}", step=self.name, tasks=self.total)

    def end(self) -> None:
        """Say that the step is whole."""
        spent = time.monotonic() - self.started
        line = f"{self.name}: {plural(self.done, 'task')} in {spent:.1f} s, {self.reused:,} reused"
        tell(line, "step-end", **self._counts(), seconds=rounded(spent))

    def _counts(self) -> dict[str, int | str]:
        return {"step": self.name, "tasks": self.total, "done": self.done, "reused": self.reused}


def rounded(number: float | None) -> float | None:
    """Return seconds or a rate as logs have them."""
    return None if number is None else round(number, 3)


class Reporter:
    """Shows steps as they run; `quiet` shows nothing, `verbose` each task too; `meter` counts in either case.

    With `logs` it asks whoever runs the steps to have what is said be JSON (`yurai.terminal.logging_json`).
    """

    def __init__(
        self, *, quiet: bool = False, verbose: bool = False, meter: Meter | None = None, logs: bool = False
    ) -> None:
        self.meter, self.logs = meter or Meter(), logs
        self.quiet = quiet
        self.verbose = verbose and not quiet
        self._open: Counter | None = None

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Counter]:
        """Open the progress of one step of `total` tasks."""
        self._open = counter = Counter(name, total, time.monotonic(), said=time.monotonic())
        try:
            yield from self._shown(counter)
        finally:
            self._open = None

    def _shown(self, counter: Counter) -> Iterator[Counter]:
        if self.quiet:
            counter.said = float("inf")
            yield counter
        elif sys.stderr.isatty() and not logged():
            with _bars() as progress:
                counter.bar = (progress, progress.add_task(counter.name, total=counter.total, rate=""))
                yield counter
        else:
            counter.begin()
            yield counter
            counter.end()

    def tell(self, line: str, event: str, **fields: Value) -> None:
        """Say a line about the step that runs, or between two about the run; above the bar if there is one."""
        counter = self._open  # another thread may end it
        if counter and counter.bar:
            counter.put(line)
        elif counter:
            tell(f"{counter.name}: {line}", event, step=counter.name, **fields)
        else:
            tell(line, event, **fields)

    def count_down(self, left: float) -> None:
        """Show beside a bar that requests wait, for so many seconds."""
        counter = self._open
        if counter and counter.bar:
            progress, task = counter.bar
            progress.update(task, rate=f"waits {left:.0f} s")

    def say(self, event: str, message: str, **fields: Value) -> None:
        """Say an event of the run where logs are asked for, unless it is quiet."""
        if not self.quiet:
            log(event, message, **fields)


def _bars() -> Progress:
    from rich.progress import (  # noqa: PLC0415 - who starts no work needs no bar
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    name, rate = TextColumn("{task.description:<20}"), TextColumn("{task.fields[rate]:>8}")
    columns = (name, BarColumn(), MofNCompleteColumn(), rate, TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console(stderr=True), speed_estimate_period=WINDOW)
