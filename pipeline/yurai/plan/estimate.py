"""Estimate totals from samples by ratios, each with the interval that holds the true value 9 times in 10.

A sample is cut into groups (files, or runs of neighbouring pages), of which each has an amount `y` that is asked and an
amount `x` whose total is known. The total of y is that of x times the ratio of the sums; its variance is that of the
jackknife, which leaves out one group after the other (Cochran, Sampling Techniques, 1977, 6.4 and 6.17; 5.5: strata).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z = 1.6449
"""Two-sided 90 % of the normal distribution."""
NOTHING, WIDEST = 1e-9, 10.0
ONE_GROUP = 0.5
"""Relative error that is assumed where a single group shows none."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, the relative variance of its error, and the degrees of freedom that this rests on."""

    value: float
    variance: float = 0.0
    freedom: float = math.inf

    @property
    def interval(self) -> tuple[float, float]:
        """Return the lower and upper end of the 90 % interval.

        The ends stand by a factor, not by a difference, from the value: amounts are positive, and errors skewed.
        """
        reach = quantile(self.freedom) * math.sqrt(self.variance)
        return self.value * math.exp(-reach), self.value * math.exp(min(reach, WIDEST))

    def times(self, other: "Estimate | float") -> "Estimate":
        """Return the product of two estimates whose errors are independent."""
        if not isinstance(other, Estimate):
            return Estimate(self.value * other, self.variance, self.freedom)
        return Estimate(
            self.value * other.value,
            self.variance + other.variance,
            _freedom([(self.variance, self.freedom), (other.variance, other.freedom)]),
        )

    def less(self, known: float) -> "Estimate":
        """Return the estimate without a part that is known: its error is that of the rest; never less than nothing."""
        rest = self.value - known
        if not known or rest <= 0:
            return self if not known else Estimate(0.0)
        return Estimate(rest, self.variance * (self.value / rest) ** 2, self.freedom)

    def with_noise(self, relative: float) -> "Estimate":
        """Return the estimate with a further relative error of this standard deviation."""
        return self.times(Estimate(1.0, relative**2))


def quantile(freedom: float) -> float:
    """Return the 95 % quantile of Student's t, by four terms of its expansion (Abramowitz and Stegun, 26.7.5)."""
    if math.isinf(freedom):
        return Z
    one = (Z**3 + Z) / 4
    two = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    three = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    freedom = max(freedom, 2.0)
    return Z + one / freedom + two / freedom**2 + three / freedom**3


def ratio(ys: Sequence[float], xs: Sequence[float], total: float, sampled: float) -> Estimate:
    """Estimate the total of y where x adds up to `total`; the groups are the share `sampled` of all there are."""
    all_y, all_x, count = sum(ys), sum(xs), len(xs)
    value = all_y / all_x * total
    rest = max(0.0, 1 - sampled)
    if not rest or not value:
        return Estimate(value)
    if count == 1:
        return Estimate(value, rest * ONE_GROUP**2, 2)
    without = [(1 - y / all_y) / max(1 - x / all_x, NOTHING) for y, x in zip(ys, xs, strict=True)]
    off = sum((each - 1) ** 2 for each in without) * (count - 1) / count
    return Estimate(value, rest * off, count - 1)


def added(estimates: Iterable[Estimate]) -> Estimate:
    """Return the sum of independent estimates, those of the strata of an input."""
    parts = [(one, one.value**2 * one.variance) for one in estimates]
    value = sum(one.value for one, _ in parts)
    if not value:
        return Estimate(0.0)
    return Estimate(
        value, sum(part for _, part in parts) / value**2, _freedom((part, one.freedom) for one, part in parts)
    )


def steadier(one: Estimate, other: Estimate) -> Estimate:
    """Return the estimate that varies less."""
    return other if other.variance < one.variance else one


def _freedom(parts: Iterable[tuple[float, float]]) -> float:
    """Return the degrees of freedom of a sum of variances (Satterthwaite)."""
    held = [(variance, freedom) for variance, freedom in parts if variance]
    rest = sum(variance**2 / freedom for variance, freedom in held)
    return sum(variance for variance, _ in held) ** 2 / rest if rest else math.inf
