"""Shares from a few random labels and a model's word on every comment: prediction-powered inference for survey draws.

A model tags every comment, people label some that were drawn at random, each with a known probability. The model's
mean is corrected by its mean error on the labels::

    share = [ sum of known answers + lam * sum of predictions + sum of w_i * (y_i - lam * f_i) ] / N

with ``w_i`` proportional to the inverse of the drawing probability and scaled to add up to the comments that could be
drawn (Hajek 1971), so that labels which are still missing at random do not shift the share. In survey sampling this is
the difference estimator (Cassel, Sarndal & Wretman 1976, Biometrika 63:615); with ``lam`` tuned it is PPI++
(Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453); with unequal probabilities, active inference (Zrnic & Candes 2024,
arXiv:2403.03208) and DSL (Egami et al. 2023, arXiv:2306.04746). ``lam = 0`` is the weighted labels alone.

``lam`` is tuned for each stance; the shares are then made to add up to one, and net is exactly favor minus against.

Two errors add up. The first is that only some comments were labelled (:func:`label_variance`); it goes to zero when all
are. The second is that the comments in hand are themselves a sample of such comments: whole threads are then taken as
what was sampled, and the variance between the threads' corrected totals holds both errors (the ultimate cluster
estimator, Hansen, Hurwitz & Madow 1953; as in Sarndal, Swensson & Wretman 1992, section 4.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.records import STANCES

Floats = NDArray[np.float64]

_NET_COLUMNS = np.column_stack(
    [np.eye(len(STANCES)), [float((name == "favor") - (name == "against")) for name in STANCES]]
)
"""Four stances in, four stances and net out."""

LEAST_GAIN = 0.05
"""Share of the labels' variance that the model must take away to be used at all. Where it takes less, the cost of having
tuned ``lam`` on the same labels is as large as the gain (300 labels: 1-2 % of the width, by simulation)."""


@dataclass(frozen=True, slots=True)
class Population:
    """What is known of every comment of a group, added up per thread."""

    sizes: Floats
    """Comments per thread, shape (threads,)."""
    known: Floats
    """Comments per thread and stance that people labelled although nobody drew them at random, (threads, stances)."""
    predicted: Floats
    """The model's probabilities of all other comments, added up, (threads, stances)."""

    @property
    def size(self) -> float:
        """Comments."""
        return float(self.sizes.sum())

    @property
    def open(self) -> float:
        """Comments whose stance is known only where a draw took them."""
        return self.size - float(self.known.sum())


@dataclass(frozen=True, slots=True)
class Sample:
    """The labels of comments that were drawn at random."""

    stances: Floats
    """One 1 per row, (labels, stances)."""
    predicted: Floats
    """What a model that never saw the label says, (labels, stances)."""
    inclusion: Floats
    """Probability with which the draw took the comment, (labels,)."""
    threads: NDArray[np.intp]
    """Place of each label's thread in the :class:`Population`, (labels,)."""

    def __len__(self) -> int:
        return len(self.inclusion)


@dataclass(frozen=True, slots=True)
class Fit:
    """Estimates for the four stances and, last, for net."""

    values: Floats
    label_variance: Floats
    """Because not every comment is labelled; with the pseudo-residuals that keep it from being zero."""
    thread_variance: Floats | None
    """Because the threads are a sample, the labels' part included; None for a single thread."""
    power: Floats
    """``lam`` per stance: how far the model is believed, 0 (labels alone) to 1."""
    effective_labels: float
    """Kish's effective number of labels under unequal weights."""
    parts: Floats
    """Per thread: corrected total minus share times size, over all comments, (threads, 5). They add up to zero."""


def fit(population: Population, sample: Sample, *, power: float | None = None) -> Fit:
    """Estimate the shares of one group.

    Args:
        population: every comment of the group.
        sample: its random labels, at least one unless every comment is known.
        power: a fixed ``lam`` for all stances; None tunes one for each.
    """
    size, left = population.size, population.open
    weights = _weights(sample, left)
    lam = tuned(sample, weights, left) if power is None else np.full(len(STANCES), power)
    columns = _columns(sample, weights, left, lam)
    residual = (sample.stances - lam * sample.predicted) @ columns
    mean = weights @ residual / left if left else np.zeros(columns.shape[1])
    shift = (_NET_COLUMNS - columns)[0]  # what is taken away per comment, given back as a constant
    known = population.known @ _NET_COLUMNS
    open_sizes = population.sizes - population.known.sum(axis=1)
    totals = known + (lam * population.predicted) @ columns + open_sizes[:, None] * (mean + shift)
    values = totals.sum(axis=0) / size
    np.add.at(totals, sample.threads, weights[:, None] * (residual - mean))
    bare = label_variance(residual, weights, left, size, tuned=bool(lam.any()))
    centre = (values * size - known.sum(axis=0)) / left if left else values
    variance = _with_pseudo_residuals(bare, centre, len(sample), left, size)
    parts = (totals - values * population.sizes[:, None]) / size
    count = len(parts)
    between = count / (count - 1) * (parts**2).sum(axis=0) + variance - bare if count > 1 else None
    effective = float(weights.sum() ** 2 / (weights**2).sum()) if len(sample) else 0.0
    return Fit(values, variance, between, lam, effective, parts)


def tuned(sample: Sample, weights: Floats, left: float) -> Floats:
    """The ``lam`` in [0, 1] of each stance that makes its variance least, shape (stances,).

    The variance is quadratic in ``lam``; its minimum is the regression slope of the labels on the predictions, weighted
    as the variance weighs them. PPI++ has ``cov / ((1 + n/N) var)`` because its N unlabelled comments exclude the n
    labelled ones; here they are among them, and the factor falls away.
    """
    spread = weights * (weights - 1).clip(min=0)
    if len(sample) < 3 or not spread.any():
        return np.zeros(len(STANCES))
    share = weights / left
    y = sample.stances - share @ sample.stances
    f = sample.predicted - share @ sample.predicted
    yy, yf, ff = (spread @ (a * b) for a, b in ((y, y), (y, f), (f, f)))
    lam = np.clip(np.divide(yf, ff, out=np.zeros_like(ff), where=ff > 0), 0.0, 1.0)
    gain = np.divide(2 * lam * yf - lam * lam * ff, yy, out=np.zeros_like(yy), where=yy > 0)
    return np.where(gain > LEAST_GAIN, lam, 0.0)


def _columns(sample: Sample, weights: Floats, left: float, lam: Floats) -> Floats:
    """What turns the stances' corrected shares into shares that add up to one, and net: shape (stances, 5).

    With a ``lam`` of its own for each stance the shares add up to one only nearly. The difference is taken from each in
    proportion to its variance (the least change in the metric of the variances: Deville & Sarndal 1992, JASA 87:376).
    The map is linear, so residuals and threads go through it too and the variances are those of the result.
    """
    out = _NET_COLUMNS.copy()
    if len(sample) and lam.any():
        residual = sample.stances - lam * sample.predicted
        variance = label_variance(residual, weights, left, 1.0, tuned=False)
        if variance.sum() > 0:
            adjust = np.eye(len(STANCES)) - np.outer(np.ones(len(STANCES)), variance / variance.sum())
            out = adjust @ _NET_COLUMNS
    return out


def label_variance(residual: Floats, weights: Floats, left: float, size: float, *, tuned: bool) -> Floats:
    """Variance because only some comments are labelled: zero when all are.

    ``n/(n - c) * sum of w_i (w_i - 1) (e_i - mean e)^2 / N^2``, the Hajek approximation for draws with unequal
    probabilities (Hajek 1964; Berger 1998): ``w_i - 1`` is the finite-population factor. ``c`` counts the mean and, if it
    was, ``lam`` as fitted to the same labels.
    """
    count, fitted = len(weights), 2 if tuned else 1
    if not count or left <= 0:
        return np.zeros(residual.shape[1])
    e = residual - weights @ residual / left
    spread = (weights * (weights - 1).clip(min=0))[:, None]
    out: Floats = count / max(1, count - fitted) * (spread * e * e).sum(axis=0) / size**2
    return out


def _with_pseudo_residuals(variance: Floats, centre: Floats, count: int, left: float, size: float) -> Floats:
    """The variance as if two further labels of mean weight had come: one with the stance and one without.

    A rare stance may have no label at all, and its variance would be zero: PPI++ covered 38 % for a share of 3 % and 20
    labels. In the spirit of Agresti & Coull (1998), Am. Stat. 52:119; the two enter the variance, never the share.
    """
    if not count or left <= 0:
        return variance
    mean = left / count
    floor = np.zeros_like(centre)
    floor[-1] = -1.0  # net goes from -1 to 1
    added = mean * max(0.0, mean - 1) * ((1 - centre) ** 2 + (floor - centre) ** 2) / size**2
    out: Floats = np.maximum(variance, (variance + added) * (count / (count + 2)) ** 2)
    return out


def _weights(sample: Sample, left: float) -> Floats:
    """Inverse drawing probabilities, scaled to add up to the comments that could be drawn."""
    if not len(sample):
        return np.empty(0)
    raw = 1.0 / sample.inclusion
    out: Floats = raw * (left / raw.sum())
    return out
