"""Show the metrics of a run beside Ray's own: on its dashboard, and where its nodes' agents are scraped.

The driver alone makes them, from what tasks bring home, so that nothing is counted twice and workers need nothing. Ray
calls them `ray_` and their name.
"""

from ray.util.metrics import Counter, Gauge, Histogram

from yurai.engine.meter import BUCKETS, METRICS, Metric

SUFFIX = "_total"
"""What Ray adds to the names of counters itself."""


class RayOutlet:
    """The metrics as Ray has them; Ray itself sends them every few seconds."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            if metric.kind == "counter":
                self._counters[metric.name] = Counter(metric.name.removesuffix(SUFFIX), metric.help, metric.labels)
            elif metric.kind == "gauge":
                self._gauges[metric.name] = Gauge(metric.name, metric.help, metric.labels)
            else:
                self._histograms[metric.name] = Histogram(metric.name, metric.help, list(BUCKETS), metric.labels)

    def add(self, metric: Metric, labels: tuple[str, ...], amount: float) -> None:
        """Add to a counter, or a value to a histogram; Ray refuses to add nothing."""
        tags = dict(zip(metric.labels, labels, strict=True))
        if metric.kind == "histogram":
            self._histograms[metric.name].observe(amount, tags)
        elif amount > 0:
            self._counters[metric.name].inc(amount, tags)

    def put(self, metric: Metric, labels: tuple[str, ...], value: float) -> None:
        """Set a gauge."""
        self._gauges[metric.name].set(value, dict(zip(metric.labels, labels, strict=True)))

    def flush(self, *, at_once: bool) -> None:
        """Do nothing: Ray sends them."""
