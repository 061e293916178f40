"""Estimate how many pages duplicates leave of an input, from the few that meet in a sample of it.

Of a pair, a sample of the share q holds both with a chance of q squared, so a sample shows fewer duplicates than there
are. How many kinds a whole has, of which a sample without replacement holds f1 once and f2 twice, is estimated by the
formula of Chao and Lin (Nonparametric lower bounds for species richness under sampling without replacement, Biometrics
68, 2012). Its interval is that of f2, which is a Poisson count.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from yurai.plan.estimate import Estimate, Z
from yurai_manifests.parquet import read_table
from yurai_manifests.run import RunRecord

STAGES = ("dedup", "near-dedup")
LEAST_SHARE = 0.01
"""Share of the pages from which on pairs that meet tell something; below, most that meet are neighbours."""
MOST = 0.7
"""Share of the pages that duplicates are at most, where the sample does not tell."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The factor that duplicates beyond those in the sample leave, with the ends of its 90 % interval."""

    factor: float = 1.0
    low: float = 1.0
    high: float = 1.0

    def of(self, pages: Estimate) -> tuple[float, float, float]:
        """Return an amount less duplicates, and the ends of its interval; both errors are independent."""
        value, (low, high) = pages.value, pages.interval
        if not value:
            return 0.0, 0.0, 0.0
        down = math.hypot(math.log(value / low), math.log(self.factor / self.low))
        up = math.hypot(math.log(high / value), math.log(self.high / self.factor))
        value *= self.factor
        return value, value * math.exp(-down), value * math.exp(up)

    @property
    def estimate(self) -> Estimate:
        """Return the factor as an estimate, whose interval is about as wide."""
        return Estimate(self.factor, (math.log(self.high / self.low) / 2 / Z) ** 2)


def groups_of(out: Path, run: RunRecord) -> list[int]:
    """Return the sizes of the groups of duplicates that met in a sample, two pages or more each."""
    sizes = Counter[str]()
    for file in run.files("dropped"):
        table = read_table(out / file.name, ["stage", "kept_doc_id"])
        pairs = zip(table.column("stage").to_pylist(), table.column("kept_doc_id").to_pylist(), strict=True)
        sizes.update(kept for stage, kept in pairs if stage in STAGES and kept)
    return [size + 1 for size in sizes.values()]


def distinct(stages: Iterable[str], groups: list[int], kept: int, share: float) -> Distinct:
    """Return what duplicates leave, where `kept` pages of a sample of the share `share` remain, `groups` among them."""
    if share >= 1 or not kept or not any(stage in STAGES for stage in stages):
        return Distinct()
    if share < LEAST_SHARE:
        return Distinct(low=1 - MOST)
    few, many = _counted(len(groups))
    factors = (_left(count, kept, kept + sum(groups) - len(groups), share) for count in (len(groups), many, few))
    factor, low, high = (min(1.0, max(one, 1 - MOST)) for one in factors)
    # both estimates are too low where groups are very unlike in size, which few that meet do not show
    return Distinct(factor, min(low, factor), max(high, math.sqrt(factor)))


def _left(twice: float, kept: int, pages: int, share: float) -> float:
    """Return the distinct pages of the whole, in terms of those of the sample times its growth.

    Two estimates, both too low where they do not fit: that of groups alike in size, and that of nothing but pairs.
    """
    once = max(0.0, kept - twice)
    unseen = once**2 / (2 * twice * pages / max(pages - 1, 1) + share / (1 - share) * once) if once else 0.0
    return max((kept + unseen) * share, pages - twice / share) / kept


def _counted(count: int) -> tuple[float, float]:
    """Return the 90 % interval of what a Poisson count stands for (Wilson and Hilferty's approximation)."""
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    return max(low, 0.0), more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
