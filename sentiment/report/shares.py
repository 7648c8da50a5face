"""Shares of comments with intervals that hold up: the statistics of the report, on plain counts.

The question answered: the comments in hand are taken as a sample of such comments, drawn thread by thread. It is never
about readers or the public.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sentiment.records import Estimate

Z = 1.959963984540054
"""Quantile of the standard normal for a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The labelled comments of one thread: how many there are, and how many have the stance in question."""

    size: float
    hits: float


def wilson(hits: float, n: float, *, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval for a share of independent comments.

    Never empty and never outside [0, 1], also for 0 of n. Counts need not be whole: see :func:`share`.

    Source: Wilson (1927), JASA 22:209; recommended for small n by Brown, Cai & DasGupta (2001), Stat. Sci. 16:101.
    """
    if n <= 0:
        return 0.0, 1.0
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def share(threads: Sequence[Cluster]) -> Estimate:
    """The share of comments with a stance, over threads whose comments resemble each other.

    One thread: Wilson's interval, which is then too narrow, since comments of a thread are not independent. Several:
    Wilson's interval at the effective sample size of the threads (:func:`effective_size`).
    """
    n, hits = sum(t.size for t in threads), sum(t.hits for t in threads)
    if not n:
        return Estimate(n=0, share=None)
    effective = effective_size(threads)
    low, high = wilson(hits / n * effective, effective)
    return Estimate(n=round(hits), share=hits / n, low=low, high=high)


def effective_size(threads: Sequence[Cluster]) -> float:
    """How many independent comments the comments of these threads are worth for this share.

    The design effect is the variance of the share between threads (ratio estimator, linearised) over its binomial
    variance, at least 1; the degrees of freedom are threads - 1, which widens the interval of few threads a lot.

    Source: Korn & Graubard (1998), Survey Methodology 24:193, as in the NCHS standards for proportions (2017).
    """
    sized = [t for t in threads if t.size]
    n, k = sum(t.size for t in sized), len(sized)
    if k < 2:
        return n
    p = sum(t.hits for t in sized) / n
    between = k / (k - 1) * sum((t.hits - p * t.size) ** 2 for t in sized) / n**2
    binomial = p * (1 - p) / n
    design_effect = max(1.0, between / binomial) if binomial else 1.0
    return float(n / design_effect * (t_quantile(n - 1) / t_quantile(k - 1)) ** 2)


def net(favor: Sequence[Cluster], against: Sequence[Cluster]) -> Estimate:
    """Share in favor minus share against, with its interval.

    Adjusted Wald with one pseudo-observation on either side, which keeps its coverage for few comments and never has
    width zero.

    Source: Bonett & Price (2012), J. Educ. Behav. Stat. 37:479, for the difference of two shares of one sample.
    """
    n = sum(t.size for t in favor)
    if not n:
        return Estimate(n=0, share=None)
    plus, minus = sum(t.hits for t in favor), sum(t.hits for t in against)
    effective = min(effective_size(favor), effective_size(against))
    p = (plus / n * effective + 1) / (effective + 2)
    q = (minus / n * effective + 1) / (effective + 2)
    half = Z * math.sqrt(max(0.0, p + q - (p - q) ** 2) / (effective + 2))
    return Estimate(n=round(n), share=(plus - minus) / n, low=max(-1.0, p - q - half), high=min(1.0, p - q + half))


def t_quantile(degrees: float) -> float:
    """The 97.5 % quantile of Student's t."""
    from scipy.special import stdtrit  # costs more than the rest of a small report; only several threads need it

    return float(stdtrit(degrees, 0.975))
