"""A report as JSON, CSV, Markdown, or a table for a terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sentiment.cells import row_writer
from sentiment.records import STANCES, Estimate
from sentiment.report.groups import Group, Report

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_PARTS = ("n", "share", "low", "high")

LISTED = 40
"""Groups that a table on a screen lists; the files list all."""


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain data, in the shape that other programs rely on."""
    return {
        "target": report.target,
        "statement": report.statement,
        "model": report.model,
        "groups": [_group(group) for group in report.groups],
        "total": _group(report.total),
        "skipped": [{"source": skipped.source, "reason": skipped.reason} for skipped in report.skipped],
        "notes": list(report.notes),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "outlet": group.outlet,
        "language": group.language,
        "pages": group.pages,
        "comments": group.comments,
        "human": group.human,
        "untagged": group.untagged,
        **{name: _estimate(estimate) for name, estimate in group.shares.items()},
        "net": _estimate(group.net),
        "method": group.method,
        "note": group.note,
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return {
        "n": estimate.n,
        "share": rounded(estimate.share),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
    }


def to_json(report: Report) -> str:
    """The report as indented JSON."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"


def to_csv(report: Report) -> str:
    """One row per group and one for the total, whose outlet is ``TOTAL``."""
    out = io.StringIO()
    measures = [*STANCES, "net"]
    plain = ["outlet", "language", "pages", "comments", "human", "untagged"]
    write = row_writer(out)
    write([*plain, *(f"{name}_{part}" for name in measures for part in _PARTS), "method", "note"])
    for group in (*report.groups, report.total):
        data = _group(group)
        numbers = [data[name][part] for name in measures for part in _PARTS]
        cells = [*(data[name] for name in plain), *numbers, data["method"], data["note"]]
        if group is report.total:
            cells[0] = "TOTAL"
        write(["" if cell is None else str(cell) for cell in cells])
    return out.getvalue()


def to_markdown(report: Report) -> str:
    """A GitHub-flavoured table with the notes below."""
    header = ["outlet", "language", "pages", "comments", "human", *STANCES, "net", "method"]
    lines = [f"**{report.statement}**", "", "| " + " | ".join(header) + " |"]
    lines.append(
        "|" + "|".join(" --- " if i in (0, 1, len(header) - 1) else " ---: " for i in range(len(header))) + "|"
    )
    for group in (*report.groups, report.total):
        total = group is report.total
        cells = [
            "total" if total else group.outlet or "",
            group.language or "",
            group.pages,
            group.comments,
            group.human,
        ]
        cells += [_one_line(group.shares[name], _percent) for name in STANCES]
        cells += [_one_line(group.net, _signed), group.method]
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    lines += ["", *(f"- {note}" for note in _footer(report)), ""]
    return "\n".join(lines)


def print_table(report: Report, console: Console) -> None:
    """The report for a person: shares over their intervals in a terminal, one plain line per group where it is piped."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    plain = not console.is_terminal
    wide = plain or console.width >= 100
    cell = _one_line if plain else _two_lines
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1 if wide else 0, 0, 0))
    table.add_column("outlet", no_wrap=plain, overflow="ellipsis", min_width=12)
    table.add_column("lang")
    for name, short in (("pages", "pages"), ("comments", "com."), ("human", "hum.")):
        table.add_column(name if wide else short, justify="right", no_wrap=True)
    for name in STANCES:
        table.add_column(name if wide or name != "unrelated" else "unrel.", justify="right", no_wrap=True)
    table.add_column("net", justify="right", no_wrap=True)
    if wide:
        table.add_column("against │ favor", justify="center", no_wrap=True)
    for group in (*report.groups[:LISTED], report.total):
        total = group is report.total
        if total and not plain:
            table.add_section()
        row: list[RenderableType] = ["total" if total else group.outlet or "all", group.language or ""]
        row += [str(group.pages), str(group.comments), str(group.human) if group.comments else "–"]
        row += [cell(group.shares[name], _percent, "–") for name in STANCES]
        row.append(cell(group.net, _signed, "…"))
        if wide:
            row.append(Text(_bar(group), style="" if plain else "cyan"))
        table.add_row(*row, style="bold" if total and not plain else "")
    console.print(Text(report.statement, style="" if plain else "bold"))
    console.print(Text("Share of comments in percent, 95 % interval" + (" in brackets" if plain else " below")))
    console.print(table)
    if len(report.groups) > LISTED:
        console.print(f"{len(report.groups) - LISTED} more groups: --format csv lists all.")
    for note in _footer(report):
        console.print(Text(note, style="" if plain else "dim"), soft_wrap=plain)


def _footer(report: Report) -> list[str]:
    notes = []
    for group in report.groups[:LISTED]:
        if group.note and group.comments:
            name = " ".join(filter(None, (group.outlet, group.language)))
            said = group.note if group.method in group.note else f"{group.method}; {group.note}"
            notes.append(f"{name}: {said}.")
    notes += report.notes
    if report.skipped:
        notes.append(
            f"{len(report.skipped)} skipped: " + "; ".join(f"{s.source} ({s.reason})" for s in report.skipped[:5])
        )
    return notes


def _percent(value: float) -> str:
    return f"{100 * value:.0f}"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f}".replace("-", "−")


def _one_line(estimate: Estimate, number: Callable[[float], str], dash: str = "–") -> str:
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


def _bar(group: Group, half: int = 8) -> str:
    """A diverging bar: against to the left of the middle, favor to the right."""
    favor, against = group.shares["favor"].share, group.shares["against"].share
    if favor is None or against is None:
        return ""
    left, right = round(against * half), round(favor * half)
    return " " * (half - left) + "▒" * left + "│" + "█" * right + " " * (half - right)
