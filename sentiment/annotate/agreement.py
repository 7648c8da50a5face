"""Coefficients of agreement between annotators, with intervals by resampling comments.

A *unit* is one comment: annotator -> label. All coefficients are 1 for full agreement and 0 for what chance gives.

Sources: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Gwet, "Computing inter-rater reliability and its
variance in the presence of high agreement", Br. J. Math. Stat. Psychol. 61 (2008); Cohen, Educ. Psychol. Meas. 20 (1960).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Unit = Mapping[str, str]
ONE_LABEL = "undefined: one label only"
NO_PAIRS = "undefined: no comment has two labels"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with its 95 % interval; ``why`` says in words why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Comments with two labels or more."""
    why: str = ""


def alpha(units: Sequence[Unit]) -> float | None:
    """Krippendorff's α for names; None where only one label occurs or nothing is paired."""
    paired = [list(unit.values()) for unit in units if len(unit) > 1]
    totals: Counter[str] = Counter()
    disagreements = 0.0
    for labels in paired:
        counts = Counter(labels)
        totals += counts
        size = len(labels)
        disagreements += (size * size - sum(n * n for n in counts.values())) / (size - 1)
    n = sum(totals.values())
    expected = n * n - sum(count * count for count in totals.values())
    return None if not expected else 1 - (n - 1) * disagreements / expected


def ac1(units: Sequence[Unit], labels: int | None = None) -> float | None:
    """Gwet's AC1, which stays sensible where one label is rare.

    Args:
        units: the comments.
        labels: how many labels the codebook has; default: how many occur.
    """
    rated = [list(unit.values()) for unit in units if unit]
    paired = [found for found in rated if len(found) > 1]
    names = {name for found in rated for name in found}
    k = max(labels or 0, len(names))
    if not paired or len(names) < 2:
        return None
    observed = sum(
        sum(n * (n - 1) for n in Counter(found).values()) / (len(found) * (len(found) - 1)) for found in paired
    ) / len(paired)
    prevalence = {name: sum(found.count(name) / len(found) for found in rated) / len(rated) for name in names}
    chance = sum(p * (1 - p) for p in prevalence.values()) / (k - 1)
    return (observed - chance) / (1 - chance)


def kappa(units: Sequence[Unit], one: str, two: str) -> float | None:
    """Cohen's κ of two annotators on the comments that both labelled."""
    pairs = [(unit[one], unit[two]) for unit in units if one in unit and two in unit]
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[name] * second[name] for name in first) / (n * n)
    return None if chance == 1 else (sum(a == b for a, b in pairs) / n - chance) / (1 - chance)


def with_interval(
    measure: Callable[[Sequence[Unit]], float | None], units: Sequence[Unit], *, draws: int = 1000, seed: int = 0
) -> Coefficient:
    """A coefficient with its percentile interval over resampled comments.

    Resamples in which it is undefined are left out; where that is more than half of them there is no interval.
    """
    paired = [unit for unit in units if len(unit) > 1]
    value = measure(paired)
    if value is None:
        return Coefficient(None, n=len(paired), why=ONE_LABEL if paired else NO_PAIRS)
    rng = random.Random(seed)  # noqa: S311 - statistics
    again = (measure(rng.choices(paired, k=len(paired))) for _ in range(draws))
    found = sorted(one for one in again if one is not None)
    if len(found) < draws / 2:
        return Coefficient(value, n=len(paired))
    return Coefficient(value, found[int(0.025 * len(found))], found[int(0.975 * len(found))], len(paired))


def per_label(units: Sequence[Unit], label: str) -> list[Unit]:
    """The same comments with one label against all others."""
    return [{who: label if given == label else "other" for who, given in unit.items()} for unit in units]


def pairs(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Annotators who have labelled a comment together."""
    found = {pair for unit in units for pair in combinations(sorted(unit), 2)}
    return sorted(found)
