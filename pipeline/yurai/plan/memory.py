"""Tell from two trials what all processes of a run hold at its peak.

What a process holds of the rows is one row group at a time, however many there are (`yurai_manifests.parquet`): steps
collect rows until a group is full, join shards in groups, and hash and review them a group at a time. So it grows in a
line with the rows until a group is full, and no further. What an extraction child holds is a page at a time: the
largest of n pages grows with the logarithm of n. What the driver holds for a source grows with the sources.
"""

import math
from dataclasses import dataclass

from yurai.plan.estimate import Estimate, Z
from yurai.plan.trial import Parts, Trial
from yurai_manifests.parquet import ROW_GROUP

LOOK_NOISE = 0.02
"""Relative error of a peak that is looked for a few times a second."""
MEMORY_NOISE = 0.08
"""Relative error of memory that neither rows nor looks explain: what allocators keep, which steps meet."""
SOURCE_BYTES = 2_000
"""What the driver holds for a source: measured with lists of 90,000."""


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that went through the smaller and the larger trial, and those that go through the run."""

    small: float
    large: float
    whole: float

    @property
    def factor(self) -> float:
        """Return how many times what the larger trial held more than the smaller one is still to come."""
        small, large, whole = (min(float(ROW_GROUP), rows) for rows in (self.small, self.large, self.whole))
        return max(0.0, whole - large) / (large - small) if large > small else 0.0


def peak(small: Trial, large: Trial, rows: Held, sources: tuple[int, int], workers: int) -> Estimate:
    """Return the memory of all processes at their peak: while pages are extracted, or later, when no child is left.

    `sources` are those of the larger trial and of the run. The driver is there once; each of `workers` has a child, but
    one that no source is left for is as idle as in the trial. How much driver and workers grow lies between what was
    seen, which misses moments, and what the kernel says, whose peaks need not meet: half of the way, and as open.
    """
    phases = (
        ((small.parts, small.high), (large.parts, large.high)),
        ((small.later, small.later_high), (large.later, large.later_high)),
    )
    return max((_phase(*one, rows, sources, workers) for one in phases), key=lambda one: one.value)


def _phase(
    small: tuple[Parts, Parts], large: tuple[Parts, Parts], rows: Held, sources: tuple[int, int], workers: int
) -> Estimate:
    """Return the peak of a phase, of which both trials give what was seen and what the kernel says."""
    parts, high = large
    busy, steps = min(workers, sources[1]), rows.factor
    seen, told = (_grown(*pair, busy) for pair in zip(small, large, strict=True))
    span = math.log(rows.large / rows.small) if rows.large > rows.small > 0 else 0.0
    tail = math.log(max(1.0, rows.whole / max(1.0, rows.large)))
    child = parts.child + (max(0, high.child - small[1].child) / span * tail if span else 0.0)
    # a look may fall on the end, when other workers are gone: the kernel's peaks are of all of them
    idle = parts.worker * high.idle / high.worker if high.worker else parts.base
    held = _without_children(parts, busy) + (workers - busy) * idle
    whole = held + (seen + told) / 2 * steps + busy * child + SOURCE_BYTES * max(0, sources[1] - sources[0])
    looks = LOOK_NOISE * math.hypot(1 + steps, steps) * held if rows.whole > rows.large else 0.0
    between = (told - seen) / 2 * steps / Z
    return Estimate(whole, (math.hypot(looks, between) / whole) ** 2 if whole else 0.0)


def _grown(small: Parts, large: Parts, busy: int) -> float:
    return max(0.0, _without_children(large, busy) - _without_children(small, busy))


def _without_children(parts: Parts, busy: int) -> float:
    """Return what driver and workers hold; where the only worker was the driver, more are as large as it is."""
    return parts.base + (busy * parts.worker if parts.worker else (busy - 1) * parts.base)
