"""Findings in words: the headline, and numbers as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentiment.report.result import FEW

if TYPE_CHECKING:
    from sentiment.report.result import Group, Report


ALIKE = 0.1
"""Net stance whose whole interval lies within these points of zero is called even."""


def percent(value: float) -> str:
    """A share as whole percent, without the sign."""
    return f"{100 * value:.0f}"


def count(n: int) -> str:
    """A number with its thousands apart."""
    return f"{n:,}".replace(",", "\u202f")


def signed(value: float) -> str:
    """A net stance as whole points with its sign."""
    whole = f"{100 * value:+.0f}".replace("-", "−")
    return "0" if whole in ("+0", "−0") else whole


def headline(report: Report) -> str:
    """The finding in one sentence, no stronger than the intervals allow."""
    total, what = report.total, report.statement
    favor, against, net = total.shares["favor"], total.shares["against"], total.net
    if not total.comments:
        return f"{what}: no reader comments were found in {_count(total.pages, 'page')}."
    if favor.share is None or against.share is None or net.share is None:
        return f"{what}: {_count(total.comments, 'comment')} found, none of which could be tagged."
    shares = f"{percent(favor.share)} % in favour, {percent(against.share)} % against"
    if net.low is None or net.high is None:
        return (
            f"{what}: by the model alone {shares} in {_count(total.comments, 'comment')}; "
            + ("the random labels do not cover all groups, so " if total.labels >= FEW else "without random labels ")
            + "nobody can say how far off that is."
        )
    exact = report.population == "these"
    whom = f"these {_count(total.comments, 'comment')}" if exact else "comments like these"
    spread = "" if net.low == net.high else f" (95 % interval {_ends(net.low, net.high)})"
    if net.low > 0:
        said = f"among {whom}, more favour it than oppose it"
    elif net.high < 0:
        said = f"among {whom}, more oppose it than favour it"
    elif max(-net.low, net.high) <= ALIKE:
        said = f"among {whom}, about as many favour it as oppose it"
    elif net.low == net.high:
        said = f"among {whom}, as many favour it as oppose it"
    else:
        said = f"whether {whom} lean for or against it cannot be told yet"
    return f"{what}: {said}: {shares}, net {signed(net.share)} points{spread}."


def _ends(low: float, high: float) -> str:
    """Both ends of an interval in whole points; in tenths where they would be the same."""
    if signed(low) != signed(high):
        return f"{signed(low)} to {signed(high)}"
    return f"{100 * low:+.1f} to {100 * high:+.1f}".replace("-", "−")


def method(group: Group) -> str:
    """How a group's shares were got, and how many labels stand behind them."""
    if not group.labels or group.human == group.comments - group.untagged:
        return group.method
    return f"{group.method}, {_count(group.labels, 'random label')}"


def plan(group: Group) -> str:
    """The labels that a group still needs, in words; empty where none are asked for."""
    if group.plan is None or group.comments < FEW or group.human == group.comments - group.untagged:
        return ""
    ten, five = (
        "needs more threads, not more labels" if n is None else "reached" if n == 0 else f"{n} more labels"
        for n in (group.plan.for_10, group.plan.for_5)
    )
    said = f"±10 points: {ten}; ±5 points: {five}"
    if group.plan.next:
        said += "; next from comments that look like " + ", ".join(f"{k} ({n})" for k, n in group.plan.next.items())
    return said


def _count(n: int, noun: str) -> str:
    return f"{count(n)} {noun}" + ("" if n == 1 else "s")
