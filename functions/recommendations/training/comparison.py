"""What a comparison of variants comes to: from sums over units alone, so that it costs the same of a thousand units and of a billion.

Intervals are normal approximations at 95 %, for differences of a variant's figure and the control's; units are independent of each
other, which the assignment sees to. What belongs to many events of one unit is summed by unit first.
"""

import math

from scipy import stats

LEVEL = 0.95
Z = stats.norm.ppf((1 + LEVEL) / 2)
SUSPICIOUS = 0.001  # the chance below which the shares are not believed to have come by chance


class Moments:
    """Sums over units of some figures, and of their products."""

    def __init__(self, n, sums, products):
        """sums: name → sum; products: (name, name), in order of names → sum of the products."""
        self.n, self.sums, self.products = n, sums, products

    @staticmethod
    def of(**columns):
        """The sums of columns of figures, one a unit."""
        names = sorted(columns)
        return Moments(len(columns[names[0]]), {a: float(sum(columns[a])) for a in names},
                       {(a, b): float(sum(x * y for x, y in zip(columns[a], columns[b]))) for a in names for b in names if a <= b})

    def mean(self, a):
        return self.sums[a] / self.n

    def cov(self, a, b):
        """The covariance in the sample, without bias."""
        return (self.products[min(a, b), max(a, b)] - self.sums[a] * self.sums[b] / self.n) / (self.n - 1)


class Figure:
    """A figure of a variant with the variance of its estimate."""

    def __init__(self, value, variance):
        self.value, self.variance = value, variance


def mean(m, a):
    """The mean of a figure over units."""
    return Figure(m.mean(a), m.cov(a, a) / m.n)


def ratio(m, a, b):
    """Σa / Σb, by the delta method: both vary from unit to unit, and together."""
    if m.sums[b] == 0:
        return Figure(math.nan, math.nan)
    r = m.sums[a] / m.sums[b]
    return Figure(r, (m.cov(a, a) - 2 * r * m.cov(a, b) + r * r * m.cov(b, b)) / (m.n * m.mean(b) ** 2))


def cuped(variants, a, x):
    """Means of a less what x, known before the exposure, foretells of it (Deng, Xu, Kohavi and Walker, 2013): each as far from the
    others as the plain means are to be expected, with a variance less by the square of the correlation."""
    spread = sum(m.cov(x, x) * (m.n - 1) for m in variants.values())
    slope = sum(m.cov(a, x) * (m.n - 1) for m in variants.values()) / spread if spread > 0 else 0.0
    everybody = sum(m.sums[x] for m in variants.values()) / sum(m.n for m in variants.values())
    return {name: Figure(m.mean(a) - slope * (m.mean(x) - everybody),
                         (m.cov(a, a) - 2 * slope * m.cov(a, x) + slope ** 2 * m.cov(x, x)) / m.n) for name, m in variants.items()}


class Difference:
    """A variant's figure less the control's: value, the interval from low to high, and p, the chance of one as large of none."""

    def __init__(self, variant, control):
        self.value = variant.value - control.value
        error = math.sqrt(variant.variance + control.variance)
        self.low, self.high = self.value - Z * error, self.value + Z * error
        self.p = float(2 * stats.norm.sf(abs(self.value) / error)) if error > 0 else math.nan


# What a guardrail says.
HOLDS, BROKEN, UNSETTLED = "not broken", "BROKEN", "not settled: too few units to tell"


def guardrail(variant, control, tolerated):
    """Whether a figure of which less is better got worse. It is not broken if all of the interval lies below what is tolerated, a part
    of the control's figure; broken if it got worse at all, and that is not shown; else nobody can tell yet, as where nothing was counted."""
    d = Difference(variant, control)
    if d.high <= tolerated * control.value:
        return HOLDS
    return BROKEN if d.low > 0 else UNSETTLED


def sign_test(wins, losses):
    """The share of wins among units that tell two apart, its interval (exact: Clopper and Pearson) and the chance of one as far from a half."""
    test = stats.binomtest(wins, wins + losses)
    interval = test.proportion_ci(LEVEL)
    return wins / (wins + losses), float(interval.low), float(interval.high), float(test.pvalue)


def shares_by_chance(counts, shares):
    """The chance of counts of units that are as far from the shares as these or farther (Pearson's chi-squared test). Below SUSPICIOUS
    something decides who is counted, and nothing else of the comparison can be believed."""
    whole, n = sum(shares), sum(counts)
    return float(stats.chisquare(counts, [n * s / whole for s in shares]).pvalue)
