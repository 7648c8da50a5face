"""A report as a notebook shows it: the headline and a small table, no styles that could leak into the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sentiment.records import STANCES, Estimate
from sentiment.report.wording import headline, method, percent, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentiment.report.result import Group, Report

LISTED = 30


def as_html(report: Report) -> str:
    """The headline, one row per group, and what has to be said beside the numbers."""
    heads = ["outlet", "language", "pages", "comments", *STANCES, "net", "method"]
    rows = [_row(group, group is report.total) for group in (*report.groups[:LISTED], report.total)]
    more = len(report.groups) - LISTED
    notes = [*report.warnings, *report.notes, *([f"{more} more groups: see .frame()."] if more > 0 else [])]
    return (
        f"<p><strong>{escape(headline(report))}</strong></p><table><thead><tr>"
        + "".join(f'<th scope="col">{name}</th>' for name in heads)
        + "</tr></thead><tbody>"
        + "".join(rows)
        + "</tbody></table><ul>"
        + "".join(f"<li>{escape(note)}</li>" for note in notes)
        + "</ul>"
    )


def _row(group: Group, total: bool) -> str:
    cells = ["total" if total else group.outlet or "all", group.language or "", str(group.pages), str(group.comments)]
    cells += [_estimate(group.shares[name], percent) for name in STANCES]
    cells += [_estimate(group.net, signed), method(group)]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _estimate(estimate: Estimate, number: Callable[[float], str]) -> str:
    if estimate.share is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{number(estimate.share)} %"
    return f"{number(estimate.share)} % [{number(estimate.low)}, {number(estimate.high)}]"
