"""A report as JSON, CSV or Markdown."""

from __future__ import annotations

import io
import json
from typing import Any

from sentiment.cells import row_writer
from sentiment.records import STANCES, Estimate
from sentiment.report import wording
from sentiment.report.result import Comparison, Group, Period, ReasonCount, Report, Typical
from sentiment.report.table import footer, one_line
from sentiment.report.wording import percent, signed

_PARTS = ("n", "share", "low", "high")


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain data, in the shape that other programs rely on."""
    return {
        "target": report.target,
        "statement": report.statement,
        "model": report.model,
        "population": report.population,
        "headline": report.headline,
        "groups": [_group(group) for group in report.groups],
        "total": _group(report.total),
        "comparisons": [_comparison(one) for one in report.comparisons],
        "reasons": [_reason(one) for one in report.reasons],
        "typical": [_typical(one) for one in report.typical],
        "time": [_period(one) for one in report.periods],
        "time_by_group": [
            {"outlet": one.outlet, "language": one.language, **_period(one)} for one in report.group_periods
        ],
        "skipped": [{"source": skipped.source, "reason": skipped.reason} for skipped in report.skipped],
        "warnings": list(report.warnings),
        "notes": list(report.notes),
        "made_with": dict(report.provenance),
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
        "labels": group.labels,
        "threads": group.threads,
        "model_share": {name: _rounded(value) for name, value in group.raw.items()} or None,
        "model_weight": {name: _rounded(value) for name, value in group.power.items()} or None,
        "checks": {
            name: None if check is None else {k: _rounded(v) for k, v in check.items()}
            for name, check in group.checks.items()
        },
        "warnings": list(group.warnings),
        "labels_needed": None
        if group.plan is None
        else {"for_5_points": group.plan.for_5, "for_10_points": group.plan.for_10, "next": dict(group.plan.next)},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "n": estimate.n,
        "share": _rounded(estimate.share),
        "low": _rounded(estimate.low),
        "high": _rounded(estimate.high),
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "measure": one.measure,
        "within": one.within,
        "first": one.first,
        "second": one.second,
        "difference": _rounded(one.difference),
        "low": _rounded(one.low),
        "high": _rounded(one.high),
        "p": None if one.p is None else float(f"{one.p:.3g}"),
        "different": one.different,
        "sentence": one.sentence,
    }


def _reason(one: ReasonCount) -> dict[str, Any]:
    return {
        "outlet": one.outlet,
        "language": one.language,
        "reason": one.reason,
        "title": one.title,
        "comments": one.comments,
        "denied": one.denied,
        "share": _rounded(one.share),
        **one.by_stance,
    }


def _typical(one: Typical) -> dict[str, Any]:
    return {
        "outlet": one.outlet,
        "language": one.language,
        "stance": one.stance,
        "reason": one.reason,
        "comment_id": one.comment_id,
        "comment_language": one.comment_language,
        "similarity": _rounded(one.similarity),
        "text": one.text,
    }


def _period(one: Period) -> dict[str, Any]:
    return {
        "start": one.start.isoformat(),
        "step": one.step,
        "comments": one.comments,
        "articles": one.articles,
        **{name: _estimate(estimate) for name, estimate in one.shares.items()},
        "net": _estimate(one.net),
    }


def to_json(report: Report) -> str:
    """The report as indented JSON."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"


def flat(report: Report) -> list[dict[str, Any]]:
    """One flat row per group and one for the total, whose outlet is ``TOTAL``."""
    rows = []
    for group in (*report.groups, report.total):
        data = _group(group)
        row = {name: data[name] for name in ("outlet", "language", "pages", "comments", "human", "untagged")}
        row |= {f"{name}_{part}": data[name][part] for name in (*STANCES, "net") for part in _PARTS}
        row |= {"method": data["method"], "note": data["note"], "labels": data["labels"]}
        row |= {f"model_{name}": (data["model_share"] or {}).get(name) for name in (*STANCES, "net")}
        needed = data["labels_needed"] or {}
        row |= {f"labels_for_{n}": needed.get(f"for_{n}_points") for n in (10, 5)}
        rows.append(row | ({"outlet": "TOTAL"} if group is report.total else {}))
    return rows


def to_csv(report: Report) -> str:
    """One row per group and one for the total, whose outlet is ``TOTAL``."""
    out = io.StringIO()
    write = row_writer(out)
    rows = flat(report)
    write(rows[0])
    for row in rows:
        write(["" if cell is None else str(cell) for cell in row.values()])
    return out.getvalue()


def to_markdown(report: Report) -> str:
    """The headline, a GitHub-flavoured table, and the notes below."""
    header = ["outlet", "language", "pages", "comments", "human", *STANCES, "net", "method"]
    lines = [f"**{report.headline}**", "", "| " + " | ".join(header) + " |"]
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
        cells += [one_line(group.shares[name], percent) for name in STANCES]
        cells += [one_line(group.net, signed), wording.method(group)]
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    lines += ["", *(f"- {note}" for note in footer(report)), ""]
    return "\n".join(lines)
