"""Figures of merit, computed from labels and probabilities as the stance papers do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

BINS = 10


def f1_per_label(gold: Codes, said: Codes, labels: int) -> Floats:
    """F1 of each label, 0 where it is neither there nor said."""
    both = np.bincount(gold[gold == said], minlength=labels)[:labels]
    either = np.bincount(gold, minlength=labels)[:labels] + np.bincount(said, minlength=labels)[:labels]
    return np.asarray(2 * both / np.maximum(either, 1))


def mean_f1(gold: Codes, said: Codes, labels: Sequence[str], some: Sequence[str] | None = None) -> float | None:
    """Mean F1 over all labels that occur, or over some of them; None where those are not labels.

    ``("favor", "against")`` gives F_avg of SemEval-2016 task 6, with ``neutral`` added F1_rel of RuArg-2022.
    """
    each = f1_per_label(gold, said, len(labels))
    if some is None:
        return float(np.mean([each[code] for code in np.union1d(gold, said)])) if len(gold) else None
    if not set(some) <= set(labels):
        return None
    return float(np.mean([each[list(labels).index(name)] for name in some]))


def calibration(gold: Codes, said: Codes, confidence: Floats) -> tuple[float, list[dict[str, float]]]:
    """Expected calibration error over ten bins of equal size, and the bins.

    Returns:
        The mean distance of confidence and accuracy, and per bin ``n``, ``confidence``, ``accuracy``.
    """
    order = np.argsort(confidence, kind="stable")
    bins = []
    for part in np.array_split(order, min(BINS, max(1, len(order)))):
        if len(part):
            right = float((gold[part] == said[part]).mean())
            bins.append({"n": len(part), "confidence": float(confidence[part].mean()), "accuracy": right})
    total = sum(row["n"] for row in bins)
    error = sum(row["n"] * abs(row["confidence"] - row["accuracy"]) for row in bins) / total if total else 0.0
    return float(error), bins


def figures(gold: Codes, said: Codes, labels: Sequence[str], shares: Floats | None = None) -> dict[str, Any]:
    """All figures for some rows: F1s, accuracy, and log-loss and calibration where there are probabilities."""
    each = f1_per_label(gold, said, len(labels))
    out: dict[str, Any] = {
        "n": len(gold),
        "macro_f1": mean_f1(gold, said, labels),
        "f_avg": mean_f1(gold, said, labels, ("favor", "against")),
        "f1_rel": mean_f1(gold, said, labels, ("favor", "against", "neutral")),
        "accuracy": float((gold == said).mean()),
        "f1": {name: float(value) for name, value in zip(labels, each, strict=True)},
    }
    if shares is not None:
        out["log_loss"] = float(-np.log(np.clip(shares[np.arange(len(gold)), gold], 1e-9, 1)).mean())
        out["ece"], out["reliability"] = calibration(gold, said, shares[np.arange(len(gold)), said])
    return out


def bootstrap(
    gold: Codes, said: Codes, labels: Sequence[str], groups: NDArray[Any] | None, *, times: int = 1000, seed: int = 0
) -> dict[str, list[float] | None]:
    """95 % intervals of macro-F1 and F_avg by drawing whole groups again and again.

    Rows of one page are alike; drawing rows instead of pages gives intervals that are too narrow.
    """
    each, there = _resampled(gold, said, labels, groups, times, seed)
    out: dict[str, list[float] | None] = {"macro_f1": _interval(each[:, there].mean(axis=1)), "f_avg": None}
    if {"favor", "against"} <= set(labels):
        two = [list(labels).index("favor"), list(labels).index("against")]
        out["f_avg"] = _interval(each[:, two].mean(axis=1))
    return out


def bootstrap_change(
    gold: Codes,
    before: Codes,
    after: Codes,
    labels: Sequence[str],
    groups: NDArray[Any] | None,
    *,
    times: int = 1000,
    seed: int = 0,
) -> list[float]:
    """95 % interval of the change in macro-F1 from one model to another, both on the same resampled groups."""
    one, some = _resampled(gold, before, labels, groups, times, seed)
    two, others = _resampled(gold, after, labels, groups, times, seed)
    return _interval(two[:, others].mean(axis=1) - one[:, some].mean(axis=1))


def agreement(readings: Iterable[tuple[str, str]]) -> tuple[int, float | None, float | None]:
    """How far two readers agree.

    Args:
        readings: The label that each of them gave; empty where one did not read.

    Returns:
        The number of rows that both read, the share of equal labels (None without such rows), and Cohen's kappa (None as
        well where both gave one label only; Cohen 1960).
    """
    both = [pair for pair in readings if all(pair)]
    if not both:
        return 0, None, None
    raw = sum(one == other for one, other in both) / len(both)
    first, second = (Counter(labels) for labels in zip(*both, strict=True))
    chance = sum(first[label] * second[label] for label in first) / len(both) ** 2
    return len(both), raw, None if chance == 1 else (raw - chance) / (1 - chance)


def _resampled(
    gold: Codes, said: Codes, labels: Sequence[str], groups: NDArray[Any] | None, times: int, seed: int
) -> tuple[Floats, Codes]:
    """F1 per label of each resample (times by labels), and the labels that occur; one seed draws the same groups."""
    keys = np.arange(len(gold)) if groups is None else np.unique(groups, return_inverse=True)[1]
    cells = len(labels)
    tables = np.zeros((int(keys.max()) + 1, cells * cells))
    np.add.at(tables, (keys, gold * cells + said), 1)
    draws = np.random.default_rng(seed).multinomial(len(tables), np.full(len(tables), 1 / len(tables)), size=times)
    confusions = (draws @ tables).reshape(times, cells, cells)
    right = np.diagonal(confusions, axis1=1, axis2=2)
    each = 2 * right / np.maximum(confusions.sum(axis=1) + confusions.sum(axis=2), 1)
    return np.asarray(each), np.union1d(gold, said)


def _interval(values: Floats) -> list[float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return [float(low), float(high)]
