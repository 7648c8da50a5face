"""A report as a table for a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sentiment.records import STANCES, Estimate
from sentiment.report import wording
from sentiment.report.result import Group, Report
from sentiment.report.wording import percent, signed

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LISTED = 40
"""Groups that a table on a screen lists; the files list all."""

_DRAW = "`sentiment annotate draw PATH… --plan 10` draws these labels."

TOLD = 8
"""Notes of the same kind below a table: groups, comparisons, skipped sources."""


def print_table(report: Report, console: Console) -> None:
    """The report for a person: shares over their intervals in a terminal, one plain line per group where it is piped."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    plain = not console.is_terminal
    wide = plain or console.width >= 100
    cell = one_line if plain else _two_lines
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1 if wide else 0, 0, 0))
    table.add_column("outlet", no_wrap=plain, overflow="ellipsis", min_width=12)
    table.add_column("lang")
    for name, short in (("pages", ""), ("comments", "com."), ("human", "hum.")):
        if wide or short:
            table.add_column(name if wide else short, justify="right", no_wrap=True)
    for name in STANCES:
        table.add_column(name if wide or name != "unrelated" else "unrel.", justify="right", no_wrap=True)
    table.add_column("net", justify="right", no_wrap=True)
    table.add_column("against │ favor" if wide else "− │ +", justify="center", no_wrap=True)
    for group in (*report.groups[:LISTED], report.total):
        total = group is report.total
        if total and not plain:
            table.add_section()
        row: list[RenderableType] = ["total" if total else group.outlet or "all", group.language or ""]
        row += [str(group.pages)] if wide else []
        row += [str(group.comments), str(group.human) if group.comments else "–"]
        row += [cell(group.shares[name], percent, "–") for name in STANCES]
        row.append(cell(group.net, signed, "…"))
        row.append(Text(_bar(group, 8 if wide else 3), style="" if plain else "cyan"))
        table.add_row(*row, style="bold" if total and not plain else "")
    console.print(Text(report.headline, style="" if plain else "bold"), soft_wrap=plain)
    console.print(Text("Share of comments in percent, 95 % interval" + (" in brackets" if plain else " below")))
    console.print(table)
    if len(report.groups) > LISTED:
        console.print(f"{len(report.groups) - LISTED} more groups: --format csv lists all.")
    for note in footer(report):
        console.print(Text(note, style="" if plain else "dim"), soft_wrap=plain)


def footer(report: Report) -> list[str]:
    """What has to be said below the numbers: per group, comparisons, warnings, notes, what was skipped."""
    notes = _by_group(report)
    net = [one for one in report.comparisons if one.measure == "net"]
    shares = [one.sentence for one in report.comparisons if one.measure != "net" and one.different]
    told = [one.sentence for one in net if one.different] + shares + [one.sentence for one in net if not one.different]
    notes += _some(told, "comparisons")
    notes += _some([f"Warning: {text}" for text in report.warnings], "warnings")
    notes += report.notes
    if report.skipped:
        notes.append(
            f"{len(report.skipped)} skipped: " + "; ".join(f"{s.source} ({s.reason})" for s in report.skipped[:5])
        )
    return notes


def _by_group(report: Report) -> list[str]:
    """The groups' notes, each said once for all groups that share it, and the labels still needed."""
    said: dict[str, list[str]] = {}
    for group in (*report.groups, report.total):
        if group.note and group.comments and (group is not report.total or len(report.groups) > 1):
            method = wording.method(group)
            text = group.note if group.method in group.note else f"{method}; {group.note}"
            said.setdefault(text, []).append("total" if group is report.total else group.name)
    notes = [f"{_names(names)}: {text}." for text, names in said.items() if names != ["total"]]
    notes = [*_methods(report), *notes]
    plans: dict[str, list[str]] = {}
    for group in report.groups:
        if text := wording.plan(group):
            plans.setdefault(text, []).append(group.name)
    needed = [f"{_names(names)}: labels for {text}." for text, names in plans.items()]
    draws = any(group.plan and group.plan.next and wording.plan(group) for group in report.groups)
    return _some(notes, "notes") + _some(needed, "such plans") + ([_DRAW] if draws else [])


def _methods(report: Report) -> list[str]:
    """Groups whose shares rest on random labels: how many labels, and what the model alone would have said."""
    lines: dict[str, list[str]] = {}
    for group in (*report.groups, report.total):
        if group.power and (group is not report.total or len(report.groups) > 1):
            name = "total" if group is report.total else group.name
            alone = f", model alone net {signed(group.raw['net'])}" if group.raw else ""
            lines.setdefault(group.method, []).append(f"{name} ({group.labels} labels{alone})")
    found = []
    for method, names in lines.items():
        more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
        found.append(f"{method}: {', '.join(names[:TOLD])}{more}.".capitalize())
    return found


def _names(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _some(lines: list[str], what: str) -> list[str]:
    more = [f"{len(lines) - TOLD} more {what}: --format json lists all."] if len(lines) > TOLD else []
    return [*lines[:TOLD], *more]


def one_line(estimate: Estimate, number: Callable[[float], str], dash: str = "–") -> str:
    """The share and its interval beside it."""
    return " ".join(_parts(estimate, number, dash, "[{}]"))


def _two_lines(estimate: Estimate, number: Callable[[float], str], dash: str) -> str:
    return "\n".join(_parts(estimate, number, dash, "{}"))


def _parts(estimate: Estimate, number: Callable[[float], str], dash: str, frame: str) -> list[str]:
    """The share, and its interval or a dash."""
    if estimate.share is None:
        return ["–"]
    if estimate.low is None or estimate.high is None:
        return [f"{number(estimate.share)} %", frame.format("–")]
    return [f"{number(estimate.share)} %", frame.format(f"{number(estimate.low)}{dash}{number(estimate.high)}")]


def _bar(group: Group, half: int) -> str:
    """A diverging bar: against to the left of the middle, favor to the right."""
    favor, against = group.shares["favor"].share, group.shares["against"].share
    if favor is None or against is None:
        return ""
    left, right = round(against * half), round(favor * half)
    return " " * (half - left) + "▒" * left + "│" + "█" * right + " " * (half - right)
