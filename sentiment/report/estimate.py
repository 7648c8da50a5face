"""The estimates of one group: which method its labels allow, its numbers, and what has to be said beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentiment.records import STANCES, Estimate
from sentiment.report.fold import EVEN, Cell
from sentiment.report.interval import net_interval, share_interval
from sentiment.report.plan import plan
from sentiment.report.ppi import Fit, Population, Sample, fit
from sentiment.report.quantify import adjusted_count, disagreements, emq
from sentiment.report.result import FEW, Group, PopulationName
from sentiment.report.shares import Cluster, net, share

Floats = NDArray[np.float64]

HUMAN = "human labels"
MIXED = "model and human labels"
MODEL = "model only"
POWERED = "prediction-powered"
LABELS = "weighted labels alone"
NOTHING = "no comments"
UNTAGGED = "not tagged"

NET = len(STANCES)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every group of a report."""

    population: PopulationName = "such"
    prior: tuple[float, ...] | None = None
    """Prevalence of the stances in the model's training data, for the cross-check."""
    confusion: Floats | None = None
    """True by predicted stance, from all random labels."""
    margin: float | None = None
    """Half the width of the intervals that labels are planned for, beside 5 and 10 points."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A group, and what a comparison with another needs."""

    group: Group
    variances: tuple[float, ...] | None = None
    """Of the four shares and of net; None where there is no interval."""
    degrees: float = 1.0
    parts: Mapping[int, Sequence[float]] | None = None
    """Thread -> its part in the deviation of the four shares and of net; None where threads are not what was sampled."""


def estimate(outlet: str | None, language: str | None, cell: Cell, question: Question) -> Estimated:
    """The shares of one group by the best method that its labels allow."""
    numbers = _Numbers(cell)
    if numbers.tagged and numbers.human == numbers.tagged:
        return _census(outlet, language, numbers, question)
    if len(cell.drawn) >= FEW:
        return _corrected(outlet, language, numbers, question)
    return _model(outlet, language, numbers, question)


class _Numbers:
    """A cell's sums, taken once."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        threads = cell.threads.values()
        self.comments = sum(t.comments for t in threads)
        self.human = sum(t.human for t in threads)
        self.untagged = sum(t.untagged for t in threads)
        # people drew and labelled comments that no model can read: then all of those are part of what was asked
        self.without_model = any(label.predicted is None for label in cell.drawn)
        self.scope = {
            page: (thread, thread.comments - (0 if self.without_model else thread.untagged))
            for page, thread in cell.threads.items()
        }
        self.scope = {page: pair for page, pair in self.scope.items() if pair[1]}
        self.tagged = sum(size for _, size in self.scope.values())
        self.named = [sum(t.named[i] for t in threads) for i in range(NET)]


def _census(outlet: str | None, language: str | None, numbers: _Numbers, question: Question) -> Estimated:
    clusters = [[Cluster(size, t.named[i]) for t, size in numbers.scope.values()] for i in range(NET)]
    favor, against = clusters[STANCES.index("favor")], clusters[STANCES.index("against")]
    found = [*(share(part) for part in clusters), net(favor, against)]
    these = question.population == "these"
    if these:
        found = [Estimate(e.n, e.share, e.share, e.share) for e in found]
    parts = _census_parts(numbers)
    notes = ["every comment is labelled: exact"] if these else []
    fixed = 0.0 if these else _widest(found)
    group = _group(
        (outlet, language),
        numbers,
        found,
        HUMAN,
        notes,
        question,
        labels=len(numbers.cell.drawn),
        unit=0.0,
        fixed=fixed,
    )
    if these:
        return Estimated(group, (0.0,) * (NET + 1))
    return Estimated(group, _census_variances(numbers, parts), max(1, len(parts) - 1), parts)


def _census_parts(numbers: _Numbers) -> dict[int, Sequence[float]]:
    """Per thread what it adds to the four shares and to net beyond its size, where every comment is labelled."""
    mean = [named / numbers.tagged for named in numbers.named]
    found: dict[int, Sequence[float]] = {}
    for page, (thread, size) in numbers.scope.items():
        four = [(thread.named[i] - mean[i] * size) / numbers.tagged for i in range(NET)]
        found[page] = [*four, four[0] - four[1]]
    return found


def _census_variances(numbers: _Numbers, parts: Mapping[int, Sequence[float]]) -> tuple[float, ...]:
    """Variances of the four shares and of net: between the threads, but never less than that of independent comments.

    One pseudo-comment with and one without the stance keep a share of nothing or all from a variance of zero
    (Agresti & Caffo 2000, Am. Stat. 54:280).
    """
    count, n = len(parts), numbers.tagged
    smooth = [(named + 1) / (n + 2) for named in numbers.named]
    found = [p * (1 - p) / n for p in smooth]
    found.append((smooth[0] + smooth[1] - (smooth[0] - smooth[1]) ** 2) / n)
    if count > 1:
        between = [count / (count - 1) * sum(part[i] ** 2 for part in parts.values()) for i in range(NET + 1)]
        found = [max(pair) for pair in zip(found, between, strict=True)]
    return tuple(found)


def _corrected(outlet: str | None, language: str | None, numbers: _Numbers, question: Question) -> Estimated:
    fitted = _fit(numbers)
    these = question.population == "these"
    told = intervals(fitted, these=these, size=numbers.tagged, threads=len(numbers.scope))
    found = [
        Estimate(round(n), value, low, high)
        for n, value, (low, high) in zip([*numbers.named, numbers.tagged], told.values, told.bounds, strict=True)
    ]
    labels = len(numbers.cell.drawn)
    known = sum(sum(thread.known) for thread, _ in numbers.scope.values())
    factor = max(1e-9, 1 - labels / max(1.0, numbers.tagged - known))
    widest = int(np.argmax(told.variance[:NET]))
    group = _group(
        (outlet, language),
        numbers,
        found,
        POWERED if fitted.power.any() else LABELS,
        [],
        question,
        labels=labels,
        unit=float(fitted.label_variance[widest]) * labels / factor,
        fixed=float(told.variance[widest] - fitted.label_variance[widest]),
        power=fitted.power,
    )
    parts: dict[int, Sequence[float]] | None = None
    if not these:
        parts = dict(zip(numbers.scope, fitted.parts.tolist(), strict=True))
    return Estimated(group, tuple(map(float, told.variance)), told.degrees, parts)


@dataclass(frozen=True, slots=True)
class Intervals:
    """A fit's answers to one question: four shares and net."""

    values: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]
    variance: Floats
    degrees: float


def intervals(fitted: Fit, *, these: bool, size: int, threads: int) -> Intervals:
    """The 95 % intervals of a fit.

    Args:
        fitted: the estimates and their variances.
        these: whether the shares among exactly these comments are asked for, or those of such comments.
        size: comments.
        threads: pages that they stand on. Where there are several, the variance between them counts, but never as less
            than that of independent comments; its degrees of freedom are one less than the threads.
    """
    variance = fitted.label_variance
    degrees = max(1.0, fitted.effective_labels - 1 - bool(fitted.power.any()))
    if not these:
        variance = variance + _independent(fitted.values) / size
        if fitted.thread_variance is not None:
            variance = np.maximum(variance, fitted.thread_variance)
            degrees = min(degrees, threads - 1)
    shares = [min(1.0, max(0.0, float(value))) for value in fitted.values[:NET]]
    balance = min(1.0, max(-1.0, float(fitted.values[NET])))
    bounds = [share_interval(share, float(v), degrees) for share, v in zip(shares, variance, strict=False)]
    bounds.append(net_interval(balance, float(variance[NET]), degrees))
    return Intervals((*shares, balance), tuple(bounds), variance, degrees)


def _model(outlet: str | None, language: str | None, numbers: _Numbers, question: Question) -> Estimated:
    found = [Estimate(0, None) for _ in range(NET + 1)]
    if numbers.tagged:
        mass = np.zeros(NET)
        for thread, _ in numbers.scope.values():
            mass += thread.mass
            mass += thread.known
        for label in numbers.cell.drawn:  # too few to correct the model with, but what people said still stands
            mass -= label.predicted or EVEN
            mass[label.stance] += 1
        shares = mass / numbers.tagged
        if numbers.without_model:  # a handful of labels in a language that no model reads is no estimate
            shares = np.array(numbers.named) / max(1.0, sum(numbers.named))
        found = [Estimate(round(numbers.named[i]), float(shares[i])) for i in range(NET)]
        found.append(Estimate(numbers.tagged, float(shares[0] - shares[1])))
    method = NOTHING if not numbers.comments else UNTAGGED if not numbers.tagged else MIXED if numbers.human else MODEL
    notes = ["model only, not validated for this outlet: no interval can be given"] if numbers.tagged else []
    labels = len(numbers.cell.drawn)
    if 0 < labels < FEW:
        notes.append(f"{labels} random label{'s' if labels > 1 else ''} of the {FEW} that an interval needs")
    return Estimated(
        _group((outlet, language), numbers, found, method, notes, question, labels=labels, unit=None, fixed=0.0)
    )


def _fit(numbers: _Numbers) -> Fit:
    cell, places = numbers.cell, {page: i for i, page in enumerate(numbers.scope)}
    threads = list(numbers.scope.values())
    known = np.array([t.known for t, _ in threads])
    predicted = np.array([t.mass for t, _ in threads])
    if numbers.without_model:
        predicted = predicted + np.array([t.untagged for t, _ in threads])[:, None] * np.array(EVEN)
    stances = np.zeros((len(cell.drawn), NET))
    stances[np.arange(len(cell.drawn)), [label.stance for label in cell.drawn]] = 1.0
    sample = Sample(
        stances,
        np.array([label.predicted or EVEN for label in cell.drawn]),
        np.array([label.inclusion for label in cell.drawn]),
        np.array([places[label.thread] for label in cell.drawn]),
    )
    return fit(Population(np.array([float(size) for _, size in threads]), known, predicted), sample)


def _independent(values: Floats) -> Floats:
    """Variance of one comment, were comments independent: for the four shares and for net."""
    shares = np.clip(values[:NET], 0.0, 1.0)
    both = shares[0] + shares[1] - (shares[0] - shares[1]) ** 2
    return np.append(shares * (1 - shares), max(0.0, both))


def _widest(found: Sequence[Estimate]) -> float:
    halves = [(e.high - e.low) / 2 for e in found[:NET] if e.low is not None and e.high is not None]
    return (max(halves, default=0.0) / 1.96) ** 2


def _group(
    name: tuple[str | None, str | None],
    numbers: _Numbers,
    found: Sequence[Estimate],
    method: str,
    notes: Sequence[str],
    question: Question,
    *,
    labels: int,
    unit: float | None,
    fixed: float,
    power: Floats | None = None,
) -> Group:
    cell = numbers.cell
    shares: dict[str, Estimate] = dict(zip(STANCES, found[:NET], strict=True))
    checks: dict[str, Mapping[str, float] | None] = {
        "EMQ": emq(cell, question.prior) if question.prior and numbers.tagged >= FEW else None,
        "adjusted count": adjusted_count(cell, question.confusion) if numbers.tagged >= FEW else None,
    }
    warnings: list[str] = []
    if method not in (HUMAN, NOTHING, UNTAGGED):
        warnings = disagreements({k: (e.share, e.low, e.high) for k, e in shares.items()}, checks)
    predicted = sum(cell.raw)
    raw: dict[str, float] = {k: cell.raw[i] / predicted for i, k in enumerate(STANCES)} if predicted else {}
    if raw:
        raw["net"] = raw["favor"] - raw["against"]
    if cell.uncalibrated:
        notes = [*notes, "the model gives no probabilities: its stances were counted"]
    return Group(
        outlet=name[0],
        language=name[1],
        pages=len(cell.threads),
        comments=numbers.comments,
        human=numbers.human,
        untagged=numbers.untagged,
        shares=shares,
        net=found[NET],
        method=method,
        note="; ".join([*_notes(numbers, question, method), *notes]),
        labels=labels,
        threads=len(numbers.scope),
        raw=raw,
        power={} if power is None else dict(zip(STANCES, map(float, power), strict=True)),
        checks=checks,
        warnings=tuple(warnings),
        plan=plan(cell, labels=labels, unit=unit, fixed=fixed, margin=question.margin) if numbers.tagged else None,
    )


def _notes(numbers: _Numbers, question: Question, method: str) -> Iterator[str]:
    pages = len(numbers.cell.threads)
    if not numbers.comments:
        yield "no comments in the saved pages" if pages > 1 else "no comments in the saved page"
        return
    outside = numbers.comments - numbers.tagged
    if outside:
        yield f"{outside} of {numbers.comments} comments not tagged"
    if numbers.tagged < FEW:
        yield f"too few to compare ({numbers.tagged} of at least {FEW} comments)"
    if question.population == "such" and len(numbers.scope) == 1 and method in (HUMAN, POWERED, LABELS):
        yield "one thread: the interval is too narrow"


def without_labels(outlet: str | None, language: str | None, cell: Cell, question: Question, why: str) -> Estimated:
    """The model's share of a group whose random labels do not speak for all of it."""
    found = _model(outlet, language, _Numbers(cell), question)
    return replace(found, group=replace(found.group, note="; ".join(filter(None, [found.group.note, why]))))
