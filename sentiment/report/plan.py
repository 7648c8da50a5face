"""How many more labels, and of which comments: the plan that the next draw takes."""

from __future__ import annotations

import math

from sentiment.records import STANCES
from sentiment.report.fold import Cell
from sentiment.report.result import FEW, LabelPlan
from sentiment.report.shares import Z

WORST = 0.25
"""Variance of one label where nothing is known: a share of one half."""


def plan(cell: Cell, *, labels: int, unit: float | None, fixed: float, margin: float | None = None) -> LabelPlan:
    """The labels that a group still needs.

    Args:
        cell: the group.
        labels: random labels there are.
        unit: variance that one label leaves, for the widest stance: its variance times their number; None if unknown.
        fixed: variance that no label takes away, because the threads are a sample.
        margin: half the width that is asked for, beside those of 5 and 10 points; None asks for no other.
    """
    open_comments = sum(t.comments - t.untagged - sum(t.known) for t in cell.threads.values())
    five, ten, asked = (
        None if half is None else needed(half, labels, WORST if unit is None else unit, fixed, open_comments)
        for half in (0.05, 0.10, margin)
    )
    want = (ten or five or 0) if margin is None else (asked or 0)
    return LabelPlan(five, ten, allocation(cell, want), asked)


def needed(half: float, labels: int, unit: float, fixed: float, comments: float) -> int | None:
    """Labels still to be given until the interval reaches ``half`` to either side; None where it never does.

    Solves ``fixed + unit (1/n - 1/N) = (half / 1.96)^2`` for n: Cochran (1977), Sampling Techniques, section 4.6.
    """
    if comments <= labels:
        return 0 if Z * math.sqrt(fixed) <= half else None
    room = (half / Z) ** 2 - fixed + unit / comments
    if room <= unit / comments:
        return None
    return (
        max(min(math.ceil(unit / room), math.ceil(comments)), min(FEW, math.ceil(comments))) - labels
        if (unit / room > labels or labels < FEW)
        else 0
    )


def allocation(cell: Cell, more: int) -> dict[str, int]:
    """How many of the next labels to draw among the comments predicted as each stance.

    Neyman's rule: in proportion to the stratum's size times the standard deviation in it (Neyman 1934, JRSS 97:558; Cochran
    1977, section 5.5), with the deviation that the model's own probabilities imply, summed over the stances. What the
    random labels there are already give to a stratum counts.
    """
    if more <= 0:
        return {}
    have = [float(n) for n in cell.drawn_from]
    weight = []
    for row in cell.predicted:
        size = row[0]
        spread = sum((p / size) * (1 - p / size) for p in row[1:]) if size else 0.0
        weight.append(size * math.sqrt(max(0.0, spread)))
    if not sum(weight):
        weight = [row[0] for row in cell.predicted]
    if not sum(weight):
        return {}
    total = more + sum(have)
    lacking = [max(0.0, total * w / sum(weight) - h) for w, h in zip(weight, have, strict=True)]
    scale = more / sum(lacking) if sum(lacking) else 0.0
    exact = [min(x * scale, row[0]) for x, row in zip(lacking, cell.predicted, strict=True)]
    whole = [math.floor(x) for x in exact]
    order = sorted(range(len(STANCES)), key=lambda i: whole[i] - exact[i])
    for i in order[: max(0, round(sum(exact)) - sum(whole))]:
        whole[i] += 1
    return {name: n for name, n in zip(STANCES, whole, strict=True) if n}
