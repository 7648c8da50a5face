"""The report as one HTML file that opens from disk, asks the network for nothing, and prints on A4."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from sentiment.records import STANCES, Estimate
from sentiment.report import charts, wording
from sentiment.report.result import Comparison, Period, ReasonCount, Report, Typical

LISTED = 60
"""Groups in the page's table; the files list all."""

MATRIX = 12
"""Groups of one matrix of comparisons; more do not fit a page, and the sentences tell what differs."""

PAIRS = 60
"""Pairs of groups in the table of compared shares."""

TIME_GROUPS = 6
"""Groups whose course over time is drawn; the JSON file has all."""

TYPICAL_GROUPS = 10
REASON_GROUPS = 15
SKIPPED = 50


@dataclass(frozen=True, slots=True)
class Matrix:
    """Comparisons of one language, each pair once."""

    title: str
    names: tuple[str, ...]
    cells: dict[tuple[str, str], Comparison]


def to_html(report: Report) -> str:
    """The whole page as text."""
    from jinja2 import Environment, StrictUndefined

    folder = resources.files("sentiment.report").joinpath("templates")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "percent": wording.percent,
        "signed": wording.signed,
        "span": span,
        "count": wording.count,
        "netspan": net_span,
        "tight": tight,
    }
    template = environment.from_string(folder.joinpath("report.html.j2").read_text(encoding="utf-8"))
    pictures = {
        "shares": charts.shares(report),
        "net": charts.net(report),
        "reasons": charts.reasons(report),
        "time": charts.over_time(report.periods),
    }
    courses = courses_by_group(report)
    return template.render(
        report=report,
        style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        stances=STANCES,
        pictures=pictures,
        groups=report.groups[:LISTED],
        left=max(0, len(report.groups) - LISTED),
        drawn=charts.LISTED,
        matrices=matrices(report),
        courses=[(name, some[0].step, charts.over_time(some, name)) for name, some in courses[:TIME_GROUPS]],
        more_courses=max(0, len(courses) - TIME_GROUPS),
        pairs=pairs(report),
        different=told(report),
        alike=[one for one in report.comparisons if not one.different and one.measure == "net"],
        reasons=[r for r in report.reasons if r.outlet is None and r.language is None],
        by_group=reasons_by_group(report),
        typical=typical_by_group(report),
        evidence=evidence_by_reason(report),
        plans=[(group, wording.plan(group)) for group in report.groups[:LISTED] if wording.plan(group)],
        method=wording.method,
        skipped=report.skipped[:SKIPPED],
        more_skipped=max(0, len(report.skipped) - SKIPPED),
    )


def span(estimate: Estimate) -> str:
    """An interval as ``30–67``, or a dash."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{wording.percent(estimate.low)}–{wording.percent(estimate.high)}"


def net_span(estimate: Estimate) -> str:
    """An interval of net as ``−5 to +31``, or a dash."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{wording.signed(estimate.low)} to {wording.signed(estimate.high)}"


def tight(text: str) -> str:
    """No line break between a number and its unit."""
    return text.replace(" %", "\u00a0%").replace(" points", "\u00a0points")


def told(report: Report) -> list[Comparison]:
    """The differences that are told in a sentence: of net, and of shares where a pair does not differ in net."""
    net = [one for one in report.comparisons if one.different and one.measure == "net"]
    pairs = {(one.kind, one.within, one.first, one.second) for one in net}
    shares = [
        one
        for one in report.comparisons
        if one.different and one.measure != "net" and (one.kind, one.within, one.first, one.second) not in pairs
    ]
    return net + shares


def matrices(report: Report) -> list[Matrix]:
    """Comparisons as matrices: the outlets of each language, the languages, the sides of a date."""
    parts: dict[tuple[str, str], list[Comparison]] = {}
    for one in report.comparisons:
        if one.measure == "net":
            parts.setdefault((one.kind, one.within), []).append(one)
    found = []
    for (kind, within), some in parts.items():
        if len(some) < 2:  # one pair is told in its sentence
            continue
        names = list(dict.fromkeys(name for one in some for name in (one.first, one.second)))[:MATRIX]
        cells = {(one.first, one.second): one for one in some if one.first in names and one.second in names}
        title = {"outlets": f"Outlets in {within}", "languages": "Languages", "dates": "Before and after"}[kind]
        found.append(Matrix(title, tuple(names), cells))
    return found


def pairs(report: Report) -> list[tuple[str, dict[str, Comparison]]]:
    """Each pair of groups with its comparisons by what is compared; those with a difference first."""
    found: dict[tuple[str, str, str, str], dict[str, Comparison]] = {}
    for one in report.comparisons:
        found.setdefault((one.kind, one.within, one.first, one.second), {})[one.measure] = one
    named = [
        (f"{first} against {second}" + (f", {within}" if within else ""), some)
        for (_, within, first, second), some in found.items()
    ]
    return sorted(named, key=lambda pair: not any(one.different for one in pair[1].values()))[:PAIRS]


def courses_by_group(report: Report) -> list[tuple[str, list[Period]]]:
    """The courses over time of the groups, largest first; none where one group is all there is."""
    if sum(group.comments > 0 for group in report.groups) < 2:
        return []
    found: dict[str, list[Period]] = {}
    for one in report.group_periods:
        found.setdefault(" ".join(filter(None, (one.outlet, one.language))), []).append(one)
    return list(found.items())


def reasons_by_group(report: Report) -> list[tuple[str, dict[str, ReasonCount]]]:
    """Reasons of the largest groups, each by its slug."""
    names = {(g.outlet, g.language): g.name for g in report.groups if g.outlet or g.language}
    found: dict[str, dict[str, ReasonCount]] = {}
    for one in report.reasons:
        if (one.outlet, one.language) in names:
            found.setdefault(names[one.outlet, one.language], {})[one.reason] = one
    return list(found.items())[:REASON_GROUPS]


def typical_by_group(report: Report) -> list[tuple[str, list[Typical]]]:
    """Typical comments of the largest groups."""
    parts: dict[tuple[str | None, str | None], list[Typical]] = {}
    for one in report.typical:
        if one.reason is None:
            parts.setdefault((one.outlet, one.language), []).append(one)
    names = {(g.outlet, g.language): g.name for g in report.groups}
    return [(names[key], some) for key, some in parts.items() if key in names][:TYPICAL_GROUPS]


def evidence_by_reason(report: Report) -> dict[str, list[Typical]]:
    """The most typical comment for and against of each theme."""
    found: dict[str, list[Typical]] = {}
    for one in report.typical:
        if one.reason is not None:
            shown = found.setdefault(one.reason, [])
            if all(other.stance != one.stance for other in shown):
                shown.append(one)
    return found
