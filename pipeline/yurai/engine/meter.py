"""Define the metrics of a run, and count them in its driver from what tasks bring home; outlets show them.

Names end in their unit, of counters also in `_total` (https://prometheus.io/docs/practices/naming/). Counters are of
this driver alone and begin at 0 with it; gauges of a committed step are of the tree, whoever made it. No metric is part
of a digest. Values of labels are names that recipes and stages declare: what a crawl may have a say in is left out.
"""

import re
import time
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from yurai.engine.ended import Ended, Fate, fates
from yurai_manifests.step import StepRecord

BUCKETS: Final = (0.1, 1.0, 10.0, 60.0, 300.0, 1800.0, 7200.0)
"""Upper bounds of the seconds of tasks: of a shard of rows, of a WARC, of one that hangs."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .:_+/*-]{0,79}")
OF_CRAWL: Final = ("read", "extract")
"""Stages whose reasons end in what a crawl says: `no-handler:image/png`, `scheme:dns`; metrics have `no-handler:*`."""
OTHER: Final = "other"
"""The value of a label in the place of one that is no name of ours."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is counted: its name, kind, explanation, and the names of its labels."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


FATE = ("step", "stage", "outcome", "reason")
RUNNING = Metric("yurai_run_running", "gauge", "1 while the driver runs, 0 once it has ended")
DONE = Metric("yurai_run_done", "gauge", "1 once the driver has ended without an error")
LAST = Metric("yurai_last_task_timestamp_seconds", "gauge", "When a task ended last, since 1970")
EXPECTED = Metric("yurai_step_tasks", "gauge", "Tasks of a step, those of earlier drivers included", ("step",))
COMMITTED = Metric("yurai_committed_documents", "gauge", "Rows of a committed step, of the whole tree, by fate", FATE)
TASKS = Metric("yurai_tasks_total", "counter", "Tasks that this driver brought to their end", ("step",))
REUSED = Metric("yurai_tasks_reused_total", "counter", "Tasks that were committed before this driver", ("step",))
RETRIES = Metric("yurai_task_retries_total", "counter", "Tries of tasks beyond the first", ("step",))
SECONDS = Metric("yurai_task_seconds", "histogram", "Wall time of tasks", ("step",))
DOCUMENTS = Metric("yurai_documents_total", "counter", "Rows that this driver's tasks decided about, by fate", FATE)
READ = Metric("yurai_source_bytes_total", "counter", "Bytes of sources that this driver's tasks read", ("step",))
WRITTEN = Metric("yurai_written_bytes_total", "counter", "Bytes of files that this driver's tasks wrote", ("step",))
REQUESTS = Metric("yurai_web_requests_total", "counter", "Requests to web servers, of tasks that ended")
AGAIN = Metric("yurai_web_retries_total", "counter", "Requests that were made again")
REFUSED = Metric("yurai_web_refusals_total", "counter", "Answers that refused, by HTTP status", ("status",))
WAITED = Metric("yurai_web_waited_seconds_total", "counter", "Time that requests waited for the run's budget")
METRICS: Final = (
    *(RUNNING, DONE, LAST, EXPECTED, COMMITTED, TASKS, REUSED, RETRIES, SECONDS),
    *(DOCUMENTS, READ, WRITTEN, REQUESTS, AGAIN, REFUSED, WAITED),
)
_OF_WEB: Final = {"requests": REQUESTS, "retries": AGAIN, "waited": WAITED}
_REFUSED: Final = "refused-"


class Outlet(Protocol):
    """Shows metrics somewhere."""

    def add(self, metric: Metric, labels: tuple[str, ...], amount: float) -> None:
        """Add to a counter, or a value to a histogram."""

    def put(self, metric: Metric, labels: tuple[str, ...], value: float) -> None:
        """Set a gauge."""

    def flush(self, *, at_once: bool) -> None:
        """Show what was counted, `at_once` or when it is time to."""


class Meter:
    """Counts the metrics of one driver; without outlets it does nothing."""

    def __init__(self, *outlets: Outlet) -> None:
        self.outlets = list(outlets)

    def step(self, step: str, tasks: int) -> None:
        """Note that a step of so many tasks begins."""
        self._put(RUNNING, (), 1)
        self._put(EXPECTED, (step,), tasks)
        self._flush()

    def reused(self, step: str) -> None:
        """Note a task that was committed before."""
        self._add(REUSED, (step,), 1)

    def task(self, step: str, ended: Ended) -> None:
        """Note a task that ended."""
        if not self.outlets:
            return
        self._add(TASKS, (step,), 1)
        self._add(RETRIES, (step,), ended.tries - 1)
        self._add(SECONDS, (step,), ended.seconds)
        self._add(READ, (step,), ended.read)
        self._add(WRITTEN, (step,), ended.written)
        for fate in ended.fates:
            self._add(DOCUMENTS, _labels(step, fate), fate.rows)
        for name, amount in ended.web:
            if name.startswith(_REFUSED):
                self._add(REFUSED, (name.removeprefix(_REFUSED),), amount)
            else:
                self._add(_OF_WEB[name], (), amount)
        self._put(LAST, (), round(time.time(), 3))
        self._flush()

    def committed(self, record: StepRecord) -> None:
        """Note what a whole step did, whichever drivers ran its tasks."""
        if not self.outlets:
            return
        sums: dict[tuple[str, ...], int] = {}
        for fate in fates(record.stages):
            labels = _labels(record.step.name, fate)
            sums[labels] = sums.get(labels, 0) + fate.rows
        for labels, rows in sums.items():
            self._put(COMMITTED, labels, rows)
        self._flush(at_once=True)

    def end(self, *, done: bool) -> None:
        """Note that the driver ends."""
        self._put(RUNNING, (), 0)
        self._put(DONE, (), int(done))
        self._flush(at_once=True)

    def _add(self, metric: Metric, labels: tuple[str, ...], amount: float) -> None:
        for outlet in self.outlets:
            outlet.add(metric, labels, amount)

    def _put(self, metric: Metric, labels: tuple[str, ...], value: float) -> None:
        for outlet in self.outlets:
            outlet.put(metric, labels, value)

    def _flush(self, *, at_once: bool = False) -> None:
        for outlet in self.outlets:
            outlet.flush(at_once=at_once)


def _labels(step: str, fate: Fate) -> tuple[str, ...]:
    head, colon, _ = fate.reason.partition(":")
    reason = f"{head}:*" if colon and fate.stage in OF_CRAWL else fate.reason
    return (step, fate.stage, fate.outcome, reason if not reason or NAME.fullmatch(reason) else OTHER)
