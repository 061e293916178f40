"""Write the metrics of a run to a file in Prometheus' text format, as node-exporter's textfile collector reads it.

The format is version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). The file is replaced whole,
so a reader never sees half of one.
"""

import os
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from yurai.engine.meter import BUCKETS, METRICS, Metric
from yurai.terminal import warn
from yurai_manifests.errors import RecipeError

EVERY = 5.0
"""Seconds between two writes: scrapes come every 15 s or less often."""
Labels = tuple[str, ...]


class MetricsFile:
    """The values of all metrics, and the file that shows them.

    Raises:
        RecipeError: nothing can be written there.
    """

    def __init__(self, path: str) -> None:
        self._path, self._next, self._warned = Path(path), 0.0, False
        self._values: dict[str, dict[Labels, float]] = {metric.name: {} for metric in METRICS}
        self._seconds: dict[str, dict[Labels, list[int]]] = {metric.name: {} for metric in METRICS}
        try:
            self._write()
        except OSError as error:
            raise RecipeError(
                f"--metrics {path} cannot be written: {error.strerror}; give a file in a folder that exists"
            ) from error

    def add(self, metric: Metric, labels: Labels, amount: float) -> None:
        """Add to a counter, or a value to a histogram, whose sum is in `_values`."""
        values = self._values[metric.name]
        values[labels] = values.get(labels, 0) + amount
        if metric.kind == "histogram":
            counts = self._seconds[metric.name].setdefault(labels, [0] * (len(BUCKETS) + 1))
            counts[next((place for place, bound in enumerate(BUCKETS) if amount <= bound), -1)] += 1

    def put(self, metric: Metric, labels: Labels, value: float) -> None:
        """Set a gauge."""
        self._values[metric.name][labels] = value

    def flush(self, *, at_once: bool) -> None:
        """Replace the file if it is older than `EVERY`, or `at_once`; a run does not end for a file that cannot be."""
        if not at_once and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        try:
            self._write()
        except OSError as error:
            if not self._warned:
                warn(f"--metrics {self._path} is not up to date: {error.strerror}; the run goes on")
            self._warned = True

    def _write(self) -> None:
        half = self._path.with_name(f"{self._path.name}.{os.getpid()}.half")  # the collector reads names in .prom alone
        try:
            half.write_text("".join(self._lines()), "utf-8")
            half.replace(self._path)
        finally:
            half.unlink(missing_ok=True)

    def _lines(self) -> Iterator[str]:
        for metric in METRICS:
            yield f"# HELP {metric.name} {metric.help}.\n# TYPE {metric.name} {metric.kind}\n"
            for labels, value in sorted(self._values[metric.name].items()):
                pairs = [f'{name}="{_escaped(text)}"' for name, text in zip(metric.labels, labels, strict=True)]
                if metric.kind == "histogram":
                    yield from _histogram(metric.name, pairs, self._seconds[metric.name][labels], value)
                else:
                    yield _line(metric.name, pairs, value)


def _histogram(name: str, pairs: list[str], counts: list[int], total: float) -> Iterator[str]:
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), accumulate(counts), strict=True):
        yield _line(f"{name}_bucket", [*pairs, f'le="{bound}"'], count)
    yield _line(f"{name}_sum", pairs, total)
    yield _line(f"{name}_count", pairs, sum(counts))


def _line(name: str, pairs: list[str], value: float) -> str:
    labels = f"{{{','.join(pairs)}}}" if pairs else ""
    return f"{name}{labels} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
