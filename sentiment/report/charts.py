"""The report's pictures as static SVG that takes its colours from the page, so that one picture serves dark and light.

Every picture is drawn twice, for a wide and for a narrow screen; the style sheet shows the one that fits. Colours are Okabe and
Ito's (2008), which colour-blind readers can tell apart; favor and against also differ by side, and net by place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from sentiment.records import STANCES
from sentiment.report.result import Group, Period, ReasonCount, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LISTED = 30
"""Groups in a picture; with more, the largest."""

# colours that stand for one of the page's: each is replaced by a variable of the style sheet
_INK, _SOFT, _PAPER = "#010101", "#020202", "#030303"
_COLOURS = {"favor": "#040404", "against": "#050505", "neutral": "#060606", "unrelated": "#070707"}
_VARIABLES = {_INK: "ink", _SOFT: "soft", _PAPER: "paper", **{colour: name for name, colour in _COLOURS.items()}}

WIDE, NARROW = 7.2, 3.5
"""Inches of 100 pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart with the sentence that says what it shows."""

    wide: str
    narrow: str
    text: str


def shares(report: Report) -> Picture | None:
    """Diverging stacked bars: against to the left, favor to the right, neutral across the middle."""
    groups = [*_shown(report), *([report.total] if len(report.groups) > 1 else [])]
    groups = [group for group in groups if group.net.share is not None]
    if not groups:
        return None

    longest = max(
        (g.shares[k].share or 0) + (g.shares["neutral"].share or 0) / 2 for g in groups for k in ("favor", "against")
    )
    reach = 0.5 if longest <= 0.5 else 0.8 if longest <= 0.8 else 1.0

    def draw(axes: Axes, narrow: bool) -> None:
        for row, group in enumerate(groups):
            share: dict[str, float] = {name: group.shares[name].share or 0.0 for name in STANCES}
            half = share["neutral"] / 2
            high = _high(narrow)
            axes.barh(row, share["against"], left=-half - share["against"], color=_COLOURS["against"], height=high)
            axes.barh(row, share["neutral"], left=-half, color=_COLOURS["neutral"], height=high)
            axes.barh(row, share["favor"], left=half, color=_COLOURS["favor"], height=high)
            for name, x in (("against", -half - share["against"] / 2), ("favor", half + share["favor"] / 2)):
                if share[name] > (0.12 if narrow else 0.06) * reach:
                    axes.text(x, row, f"{100 * share[name]:.0f}", ha="center", va="center", color=_PAPER, fontsize=9)
            axes.text(1.04 * reach, row, f"{100 * share['unrelated']:.0f} %", va="center", color=_SOFT, fontsize=9)
        axes.text(1.04 * reach, -0.75, "unrelated", va="center", color=_SOFT, fontsize=8)
        _middle(axes, len(groups), narrow)
        axes.set_xlim(-reach, reach)
        _percent_axis(axes, [-reach, -reach / 2, 0, reach / 2, reach], "← % against · % in favour →")
        _rows(axes, [_label(group, report) for group in groups], narrow, last_bold=len(report.groups) > 1)

    text = "Share of comments against (left) and in favour (right). " + " ".join(
        f"{_label(g, report)}: {100 * (g.shares['favor'].share or 0):.0f} % favour, "
        f"{100 * (g.shares['against'].share or 0):.0f} % against."
        for g in groups
    )
    return _picture(draw, len(groups), text, "shares")


def net(report: Report) -> Picture | None:
    """Net stance as dots with their intervals; a hollow dot has none."""
    groups = [*_shown(report), *([report.total] if len(report.groups) > 1 else [])]
    groups = [group for group in groups if group.net.share is not None]
    if not groups:
        return None

    def draw(axes: Axes, narrow: bool) -> None:
        _middle(axes, len(groups), narrow)
        for row, group in enumerate(groups):
            value = group.net.share or 0.0
            known = group.net.low is not None and group.net.high is not None
            if group.net.low is not None and group.net.high is not None:
                axes.plot([group.net.low, group.net.high], [row, row], color=_INK, linewidth=1.6, solid_capstyle="butt")
            colour = _COLOURS["favor"] if value > 0 else _COLOURS["against"]
            axes.plot(
                [value], [row], "o", markersize=8, markerfacecolor=colour if known else _PAPER, markeredgecolor=colour
            )
        axes.set_xlim(-1.05, 1.05)
        _percent_axis(axes, [-1, -0.5, 0, 0.5, 1], "net: % in favour minus % against", signed=True)
        _rows(axes, [_label(group, report) for group in groups], narrow, last_bold=len(report.groups) > 1)

    text = "Net stance with 95 % interval. " + " ".join(f"{_label(g, report)}: {_net_words(g)}." for g in groups)
    return _picture(draw, len(groups), text, "net")


def reasons(report: Report) -> Picture | None:
    """How many comments for and against name each theme."""
    found = [r for r in report.reasons if r.outlet is None and r.language is None]
    if not found:
        return None

    def draw(axes: Axes, narrow: bool) -> None:
        most = max(max(r.by_stance["favor"], r.by_stance["against"]) for r in found) or 1
        for row, reason in enumerate(found):
            axes.barh(row, -reason.by_stance["against"], color=_COLOURS["against"], height=_high(narrow))
            axes.barh(row, reason.by_stance["favor"], color=_COLOURS["favor"], height=_high(narrow))
            for name, side in (("against", -1), ("favor", 1)):
                n = reason.by_stance[name]
                if n:
                    where = side * (n + 0.04 * most)
                    axes.text(
                        where, row, str(n), va="center", ha="left" if side > 0 else "right", color=_INK, fontsize=9
                    )
        _middle(axes, len(found), narrow)
        axes.set_xlim(-1.25 * most, 1.25 * most)
        axes.set_xticks([])
        axes.set_xlabel("← comments against · comments in favour →", color=_SOFT, fontsize=9)
        _rows(axes, [r.title for r in found], narrow)

    return _picture(draw, len(found), "Themes named in comments. " + _reason_words(found), "reasons")


def over_time(periods: Sequence[Period], name: str = "") -> Picture | None:
    """Net stance by period with intervals, comments as bars below, articles as marks; of all, or of the group named."""
    if len(periods) < 2:
        return None

    def draw(axes: Axes, narrow: bool) -> None:
        days = [float(period.start.toordinal()) for period in periods]
        gap = {"day": 1, "week": 7, "month": 30}[periods[0].step]
        most = max(p.comments for p in periods)
        axes.bar(
            days, [0.4 * p.comments / most for p in periods], bottom=-1.5, width=0.8 * gap, color=_COLOURS["neutral"]
        )
        axes.axhline(0, color=_INK, linewidth=0.8)
        for day, period in zip(days, periods, strict=True):
            low, high = period.net.low, period.net.high
            if low is not None and high is not None:
                axes.plot([day, day], [low, high], color=_INK, linewidth=1.4)
            if period.net.share is not None:
                colour = _COLOURS["favor"] if period.net.share > 0 else _COLOURS["against"]
                axes.plot(
                    [day], [period.net.share], "o", markersize=6, markeredgecolor=colour,
                    markerfacecolor=_PAPER if low is None else colour,
                )  # fmt: skip
            if period.articles:
                axes.plot([day], [1.06], "v", markersize=6, color=_SOFT, clip_on=False)
        axes.set_ylim(-1.5, 1.0)
        axes.set_yticks([-1, -0.5, 0, 0.5, 1], ["−100", "−50", "0", "+50", "+100"])
        marks = _marks(periods, 3 if narrow else 6)
        words = [p.start.isoformat()[: 7 if p.step == "month" else 10] for p in marks]
        axes.set_xticks([float(p.start.toordinal()) for p in marks], words)
        axes.tick_params(colors=_SOFT, labelsize=9, length=0)
        axes.set_ylabel("net, points", color=_SOFT, fontsize=9)

    whose = f"{name}, net" if name else "Net"
    text = f"{whose} stance by {periods[0].step}. " + _period_words(periods)
    return _picture(draw, 5 if name else 8, text, f"time {name}")


def _marks(periods: Sequence[Period], most: int) -> list[Period]:
    """Periods whose beginning is written below a time line: the first, and each that is far enough from the last written."""
    apart = (periods[-1].start - periods[0].start) / max(1, most - 0.5)
    found = [periods[0]]
    for period in periods[1:]:
        if period.start - found[-1].start >= apart:
            found.append(period)
    return found


def _picture(draw: Callable[[Axes, bool], None], rows: int, text: str, salt: str) -> Picture:
    wide, narrow = (_svg(draw, rows, width, salt, text) for width in (WIDE, NARROW))
    return Picture(wide, narrow, text)


def _svg(draw: Callable[[Axes, bool], None], rows: int, width: float, salt: str, text: str) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    narrow = width < WIDE
    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": f"{salt} {width}",
        "text.parse_math": False,  # an outlet's name is not a formula
        "font.family": "sans-serif",
        "text.color": _INK,
    }
    with rc_context(style):
        height = (0.44 if narrow else 0.32) * rows + 0.9
        figure: Figure = Figure(figsize=(width, height), dpi=100)
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        figure.patch.set_alpha(0)
        axes.patch.set_alpha(0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        draw(axes, narrow)
        timed = salt.startswith("time")
        left = (0.16 if timed else 0.05) if narrow else 0.09 if timed else 0.29
        right = (0.82 if narrow else 0.88) if salt == "shares" else 0.97
        figure.subplots_adjust(left=left, right=right, top=1 - 0.36 / height, bottom=0.5 / height)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _for_page(out.getvalue(), text)


def _for_page(svg: str, text: str) -> str:
    """Without what belongs to a file of its own; with variables for colours and words for who cannot see it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.S)  # would hold for the whole page
    svg = re.sub(r"font: ([^;\"]*?)([\d.]+px) [^;\"]*", r"font: \1\2 var(--font)", svg)
    for colour, name in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return re.sub(r"<svg ", f'<svg role="img" aria-label="{escape(text[:1500])}" ', svg, count=1)


def _high(narrow: bool) -> float:
    """Height of a bar within its row; on a narrow screen its name stands above it and has to be nearer to it than to the last."""
    return 0.44 if narrow else 0.62


def _middle(axes: Axes, rows: int, narrow: bool) -> None:
    """The line at zero, apart for each row so that it crosses no label."""
    for row in range(rows):
        half = _high(narrow) / 2
        axes.plot([0, 0], [row - half, row + half], color=_INK, linewidth=0.8, solid_capstyle="butt")


def _rows(axes: Axes, labels: Sequence[str], narrow: bool, *, last_bold: bool = False) -> None:
    axes.set_ylim(len(labels) - 0.4, -1.0 if narrow else -0.7)
    axes.tick_params(axis="y", length=0)
    for row, label in enumerate(labels):
        weight = "bold" if last_bold and row == len(labels) - 1 else "normal"
        if narrow:
            at: dict[str, Any] = {"x": axes.get_xlim()[0], "y": row - 0.42, "ha": "left"}
        else:
            at = {"x": axes.get_xlim()[0] - 0.03 * (axes.get_xlim()[1] - axes.get_xlim()[0]), "y": row, "ha": "right"}
        axes.text(**at, s=_short(label, 44 if narrow else 26), va="center", fontsize=9.5, color=_INK, fontweight=weight)
    axes.set_yticks([])


def _percent_axis(axes: Axes, ticks: Sequence[float], label: str, *, signed: bool = False) -> None:
    def word(tick: float) -> str:
        return f"{100 * tick:+.0f}".replace("-", "−").replace("+0", "0") if signed else f"{abs(100 * tick):.0f}"

    axes.set_xticks(list(ticks), [word(tick) for tick in ticks])
    axes.tick_params(axis="x", colors=_SOFT, labelsize=9, length=0)
    axes.set_xlabel(label, color=_SOFT, fontsize=9)


def _shown(report: Report) -> list[Group]:
    return [group for group in report.groups if group.comments][:LISTED]


def _label(group: Group, report: Report) -> str:
    return "all together" if group is report.total else group.name


def _short(text: str, most: int) -> str:
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _net_words(group: Group) -> str:
    value = f"{100 * (group.net.share or 0):+.0f}"
    if group.net.low is None or group.net.high is None:
        return f"{value}, no interval"
    return f"{value} ({100 * group.net.low:+.0f} to {100 * group.net.high:+.0f})"


def _reason_words(found: Sequence[ReasonCount]) -> str:
    return " ".join(f"{r.title}: {r.by_stance['favor']} for, {r.by_stance['against']} against." for r in found)


def _period_words(periods: Sequence[Period]) -> str:
    return " ".join(
        f"{p.start}: {100 * p.net.share:+.0f} of {p.comments} comments." for p in periods if p.net.share is not None
    )
