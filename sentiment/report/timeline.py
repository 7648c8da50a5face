"""Stance over time: by day, week or month, whichever the span of the comments asks for."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from sentiment.records import Stance
from sentiment.report.estimate import Question, estimate
from sentiment.report.fold import Cell, merged
from sentiment.report.result import Period, PopulationName

STEPS = ("auto", "day", "week", "month")

_MOST = 40
"""Periods on a time line before the next longer step is taken: more cannot be read."""


class Timeline:
    """Adds up comments by day."""

    def __init__(self, step: str = "auto", today: date | None = None) -> None:
        self.step, self.today = step, today
        self.future = 0
        self._days: dict[date, Cell] = {}
        self._articles: Counter[date] = Counter()

    def article(self, published: date | None) -> None:
        """Mark the day an article came out."""
        if published is not None and not self._late(published):
            self._articles[published] += 1

    def add(self, page: int, day: date | None, stance: Stance) -> None:
        """Count a comment on its day; without a date it stands in no period."""
        if day is None:
            return
        if self._late(day):
            self.future += 1
            return
        self._days.setdefault(day, Cell()).add(page, stance)

    def periods(self, population: PopulationName) -> tuple[Period, ...]:
        """The periods that have a comment, in order."""
        if not self._days:
            return ()
        step = self.step if self.step != "auto" else _step(min(self._days), max(self._days))
        parts: dict[date, list[Cell]] = {}
        for day, cell in self._days.items():
            parts.setdefault(start(day, step), []).append(cell)
        articles: Counter[date] = Counter()
        for day, count in self._articles.items():
            articles[start(day, step)] += count
        question = Question(population)
        found = []
        for first in sorted(parts):
            group = estimate(None, None, merged(parts[first]), question).group
            found.append(Period(first, step, group.comments, group.shares, group.net, articles[first]))
        return tuple(found)

    def _late(self, day: date) -> bool:
        return self.today is not None and day > self.today


def start(day: date, step: str) -> date:
    """The first day of the period; weeks start on Monday (ISO 8601)."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _step(first: date, last: date) -> str:
    days = (last - first).days + 1
    return "day" if days <= _MOST else "week" if days <= 7 * _MOST else "month"
