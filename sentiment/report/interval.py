"""From an estimate and its variance to an interval: Wilson's shape at the effective size, with Student's t."""

from __future__ import annotations

import math
from functools import lru_cache

from sentiment.report.shares import wilson


def share_interval(share: float, variance: float, degrees: float) -> tuple[float, float]:
    """The 95 % interval of a share.

    Wilson's interval for as many independent comments as would give this variance, ``share (1 - share) / variance``. It
    stays inside [0, 1] and is never symmetric where it must not be; at the ends, where that number is not defined, one
    pseudo-comment of each kind stands in. A variance of zero (every comment known) gives the share itself.

    Source: Korn & Graubard (1998), Survey Methodology 24:193, with Wilson's interval for Clopper and Pearson's, as
    Franco, Little, Louis & Slud (2019), J. Surv. Stat. Methodol. 7:334, found to cover best.
    """
    share = min(1.0, max(0.0, share))
    if variance <= 0:
        return share, share
    size = _comments_behind(share, variance)
    return wilson(share * size, size, z=quantile(degrees))


def _comments_behind(share: float, variance: float) -> float:
    """The n with ``p (1 - p) / n = variance``, where p is the share with one pseudo-comment of each kind among n."""
    low, high = 1e-3, 1e12
    for _ in range(100):  # by bisection on the scale of the logarithm: the variance falls as n grows
        size = math.sqrt(low * high)
        smooth = (share * size + 1) / (size + 2)
        low, high = (size, high) if smooth * (1 - smooth) / size > variance else (low, size)
        if high / low < 1 + 1e-9:
            break
    return size


def net_interval(net: float, variance: float, degrees: float) -> tuple[float, float]:
    """The 95 % interval of a difference: net, or a comparison."""
    half = quantile(degrees) * math.sqrt(max(0.0, variance))
    return max(-1.0, net - half), min(1.0, net + half)


@lru_cache(maxsize=4096)
def quantile(degrees: float) -> float:
    """The 97.5 % quantile of Student's t."""
    from scipy.special import stdtrit  # costs more than the rest of a small report; only several threads need it

    return float(stdtrit(max(1.0, degrees), 0.975))


def two_sided(t: float, degrees: float) -> float:
    """The probability of a value of Student's t at least as far from zero."""
    from scipy.special import stdtr

    return float(2 * stdtr(max(1.0, degrees), -abs(t)))
