"""Stance over time, of all comments and of each group: by day, week or month, whichever the span of the comments asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sentiment.records import Stance
from sentiment.report.estimate import Question, estimate
from sentiment.report.fold import Cell, merged
from sentiment.report.result import FEW, Period, PopulationName

_LENGTHS = ("day", "week", "month")
STEPS = ("auto", *_LENGTHS)

_MOST = 40
"""Periods on a time line before the next longer step is taken: more cannot be read."""

Name = tuple[str | None, str | None]


class Timeline:
    """Adds up comments by group and day.

    What is kept grows with the groups and the periods, not with the comments: days are put together to months as soon as
    the span asks for months anyway.

    Args:
        step: one of :data:`STEPS`.
        today: comments dated later stand in no period.
        by_group: whether lines of the groups are wanted.
    """

    def __init__(self, step: str = "auto", today: date | None = None, *, by_group: bool = True) -> None:
        self.today, self.by_group = today, by_group
        self.future = 0
        self._asked = step
        self._kept = "day" if step == "auto" else step
        self._span: tuple[date, date] | None = None
        self._cells: dict[Name, dict[date, Cell]] = {}
        self._articles: dict[Name | None, Counter[date]] = {None: Counter()}

    def article(self, published: date | None, groups: Iterable[Name] = ()) -> None:
        """Mark the day an article came out, on the line of all and on those of the groups that it belongs to."""
        if published is None or self._late(published):
            return
        for name in (None, *(set(groups) if self.by_group else ())):
            self._articles.setdefault(name, Counter())[published] += 1

    def add(self, page: int, day: date | None, stance: Stance, group: Name = (None, None)) -> None:
        """Count a comment on its day; without a date it stands in no period."""
        if day is None:
            return
        if self._late(day):
            self.future += 1
            return
        self._reach(day)
        cells = self._cells.setdefault(group if self.by_group else (None, None), {})
        first = start(day, self._kept)
        cell = cells.get(first)
        if cell is None:
            cell = cells[first] = Cell(slim=True)
        cell.add(page, stance)

    def periods(self, population: PopulationName) -> tuple[Period, ...]:
        """The periods that have a comment, in order."""
        return self._line(_parts(self._cells.values(), self.step), self.step, (None, None), population)

    def group_periods(self, population: PopulationName, groups: Sequence[Name]) -> tuple[Period, ...]:
        """The lines of the groups, in the given order; a group has one with enough dated comments in several periods.

        Unless a step was asked for, a group takes a longer one than all together where its periods would be nearly empty.
        """
        found: list[Period] = []
        for name in groups if self.by_group else ():
            cells = self._cells.get(name, {})
            count = sum(cell.comments for cell in cells.values())
            if name == (None, None) or count < FEW:
                continue  # everything is one group, and that line is there already; or there is too little for a course
            taken: tuple[dict[date, list[Cell]], str] | None = None
            for step in [self.step] if self._asked != "auto" else _LENGTHS[_LENGTHS.index(self.step) :]:
                parts = _parts([cells], step)
                if len(parts) > 1:
                    taken = parts, step
                if count >= FEW * len(parts):
                    break
            if taken is not None:
                found += self._line(*taken, name, population)
        return tuple(found)

    @property
    def step(self) -> str:
        """The length of a period."""
        if self._asked != "auto" or self._span is None:
            return self._kept
        return _step(*self._span)

    def _line(
        self, parts: Mapping[date, list[Cell]], step: str, name: Name, population: PopulationName
    ) -> tuple[Period, ...]:
        articles: Counter[date] = Counter()
        for day, count in self._articles.get(None if name == (None, None) else name, Counter()).items():
            articles[start(day, step)] += count
        question = Question(population)
        found = []
        for first in sorted(parts):
            group = estimate(None, None, merged(parts[first]), question).group
            found.append(Period(first, step, group.comments, group.shares, group.net, articles[first], *name))
        return tuple(found)

    def _reach(self, day: date) -> None:
        """Take a day into the span; where that turns days into months, put together what is there."""
        if self._span is None:
            self._span = (day, day)
        elif not self._span[0] <= day <= self._span[1]:
            self._span = (min(day, self._span[0]), max(day, self._span[1]))
            if self._asked == "auto" and self._kept == "day" and _step(*self._span) == "month":
                self._kept = "month"
                for cells in self._cells.values():
                    for first in sorted(cells):
                        cell = cells.pop(first)
                        month = start(first, "month")
                        if month in cells:
                            cells[month].absorb(cell)
                        else:
                            cells[month] = cell

    def _late(self, day: date) -> bool:
        return self.today is not None and day > self.today


def _parts(groups: Iterable[Mapping[date, Cell]], step: str) -> dict[date, list[Cell]]:
    """Period -> the cells in it."""
    parts: dict[date, list[Cell]] = {}
    for cells in groups:
        for first, cell in cells.items():
            parts.setdefault(start(first, step), []).append(cell)
    return parts


def start(day: date, step: str) -> date:
    """The first day of the period; weeks start on Monday (ISO 8601)."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _step(first: date, last: date) -> str:
    days = (last - first).days + 1
    return "day" if days <= _MOST else "week" if days <= 7 * _MOST else "month"
