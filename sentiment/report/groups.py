"""Fold tagged pages into groups (outlet and language by default) and make the report of them.

Pages pass one by one; what is kept is a few numbers per thread, the random labels, and a bounded sample of texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sentiment.errors import InputError
from sentiment.records import Comment, Page, Skipped, Stance
from sentiment.report.compare import compare_all
from sentiment.report.estimate import Estimated, Question, estimate, without_labels
from sentiment.report.fold import Cell, merged
from sentiment.report.quantify import confusion
from sentiment.report.reasons import ReasonTally
from sentiment.report.result import FEW, Group, PopulationName, Report
from sentiment.report.timeline import STEPS, Timeline
from sentiment.report.typical import Evidence

__all__ = ["DIMENSIONS", "FEW", "Group", "Report", "ReportOptions", "Tally", "finish"]

DIMENSIONS = ("outlet", "language")
"""What a report can be grouped by."""

POPULATIONS = ("such", "these")

_EXPECTED = 10
"""Random labels that a group would have by chance; if it has none, the draw left it out."""

Name = tuple[str | None, str | None]
Themes = Callable[[str, str], Mapping[str, bool]]
"""Text and language -> the reasons it names, each with whether all its mentions are denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """What a report is asked for."""

    by: Sequence[str] = DIMENSIONS
    population: PopulationName = "such"
    split: date | None = None
    """Compare comments before this day with those from it on."""
    step: str = "auto"
    """``day``, ``week`` or ``month``."""
    prior: tuple[float, ...] | None = None
    """Prevalence of the stances in the model's training data."""
    themes: Themes | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    """Reason -> its name in a sentence."""
    margin: float | None = None
    """Half the width of an interval that labels are planned for, beside 5 and 10 points."""
    by_time: bool = True
    """Whether each group's course over time is wanted too."""
    today: date | None = None
    """Comments dated later are left out of the time line."""
    show: Callable[[str], str] = str
    """What is done to a text before it is shown, such as masking."""

    def __post_init__(self) -> None:
        unknown = [name for name in self.by if name not in DIMENSIONS]
        if unknown:
            raise InputError(f"cannot group by {', '.join(unknown)}; choose from {', '.join(DIMENSIONS)}")
        if self.population not in POPULATIONS:
            raise InputError(f"cannot ask for the population {self.population!r}; choose from {', '.join(POPULATIONS)}")
        if self.step not in STEPS:
            raise InputError(f"cannot count by {self.step!r}; choose from {', '.join(STEPS)}")


class Tally:
    """Adds up pages. Feed it every page with its stances, then :func:`finish` it."""

    def __init__(self, by: Sequence[str] = DIMENSIONS, *, options: ReportOptions | None = None) -> None:
        self.options = options or ReportOptions(by=tuple(by))
        self.cells: dict[tuple[str, str, str], Cell] = {}
        self.timeline = Timeline(self.options.step, self.options.today, by_group=self.options.by_time)
        self.reasons = ReasonTally()
        self.evidence = Evidence()
        self.pages = 0
        self._digest = 0

    def add(self, page: Page, stances: Sequence[Stance]) -> None:
        """Count one page; a page without comments counts too, in the group of its own language."""
        self.pages += 1
        names = {self.name(page.outlet, language) for language in (page.language, *(c.language for c in page.comments))}
        self.timeline.article(page.published, names)
        self._cell(page.outlet, page.language, "").touch(self.pages)
        self._mix(page.id)
        for comment, stance in zip(page.comments, stances, strict=True):
            side = self._side(page, comment)
            self._cell(page.outlet, comment.language, side).add(self.pages, stance)
            day = comment.date.date() if comment.date else None
            self.timeline.add(self.pages, day, stance, self.name(page.outlet, comment.language))
            self._mix(f"{comment.id} {stance.name} {stance.source}")
            if stance.name is not None:
                self._evidence(page, comment, stance.name)

    @property
    def digest(self) -> str:
        """A hash of the pages, comments and stances, whatever their order."""
        return f"{self._digest:064x}"

    def name(self, outlet: str, language: str) -> Name:
        """The group that a comment of this outlet and language belongs to."""
        by = self.options.by
        return outlet if "outlet" in by else None, language if "language" in by else None

    def estimated(self) -> list[Estimated]:
        """Every group, largest first."""
        question = self.question()
        parts: dict[Name, list[Cell]] = {}
        for (outlet, language, _), cell in self.cells.items():
            parts.setdefault(self.name(outlet, language), []).append(cell)
        found = [_together(name, cells, question) for name, cells in parts.items()]
        return sorted(found, key=lambda e: (-e.group.comments, e.group.outlet or "", e.group.language or ""))

    def total(self) -> Group:
        """All pages as one group."""
        return _together((None, None), list(self.cells.values()), self.question()).group

    def groups(self) -> tuple[Group, ...]:
        """One group per outlet and language, largest first."""
        return tuple(found.group for found in self.estimated())

    def question(self) -> Question:
        """What is asked of every group."""
        drawn = [label for cell in self.cells.values() for label in cell.drawn]
        return Question(self.options.population, self.options.prior, confusion(drawn), self.options.margin)

    def along(self, *axes: int) -> dict[tuple[str, ...], Estimated]:
        """The groups along some of outlet (0), language (1) and side of the split (2)."""
        question = Question(self.options.population)
        parts: dict[tuple[str, ...], list[Cell]] = {}
        for key, cell in self.cells.items():
            parts.setdefault(tuple(key[axis] for axis in axes), []).append(cell)
        return {
            key: _together((" ".join(filter(None, key)), None), cells, question)
            for key, cells in parts.items()
            if 2 not in axes or key[-1]
        }

    def _cell(self, outlet: str, language: str, side: str) -> Cell:
        return self.cells.setdefault((outlet, language, side), Cell())

    def _side(self, page: Page, comment: Comment) -> str:
        split = self.options.split
        when = comment.date.date() if comment.date else page.published
        if split is None or when is None or (comment.date is None and when < split):
            return ""  # an undated comment on an older page may be from either side
        return f"before {split}" if when < split else f"from {split}"

    def _mix(self, text: str) -> None:
        value = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest(), "big")
        self._digest = (self._digest + value) % 2**256

    def _evidence(self, page: Page, comment: Comment, stance: str) -> None:
        if self.options.themes is None:
            return
        name = self.name(page.outlet, comment.language)
        named = self.options.themes(comment.text, comment.language if comment.language != "und" else page.language)
        self.reasons.add(name, stance, named)
        self.evidence.add(name, stance, named, comment)


def _together(name: Name, cells: Sequence[Cell], question: Question) -> Estimated:
    if len(cells) == 1:
        return estimate(*name, cells[0], question)
    cell = merged(cells)
    open_comments = sum(_open(part) for part in cells)
    left_out = [
        part for part in cells if not part.drawn and len(cell.drawn) * _open(part) > _EXPECTED * max(1, open_comments)
    ]
    if left_out and len(cell.drawn) >= FEW:
        return without_labels(
            *name, cell, question, "the random draws leave out whole groups: no interval can be given"
        )
    return estimate(*name, cell, question)


def _open(cell: Cell) -> float:
    return sum(t.comments - t.untagged - sum(t.known) for t in cell.threads.values())


def finish(
    tally: Tally,
    *,
    target: str,
    statement: str,
    model: str | None,
    skipped: Sequence[Skipped],
    provenance: Mapping[str, str] | None = None,
    notes: Iterable[str] = (),
) -> Report:
    """The report over everything that was tallied."""
    options = tally.options
    groups, total = tally.groups(), tally.total()
    comparisons, left_out = compare_all(tally.along(1, 0), tally.along(1), tally.along(2) if options.split else {})
    titles = options.titles
    return Report(
        target,
        statement,
        model,
        groups,
        total,
        tuple(skipped),
        (*_notes(tally, groups), *left_out, *notes),
        population=options.population,
        comparisons=comparisons,
        reasons=tally.reasons.counts({(g.outlet, g.language): g for g in groups}, total, titles),
        typical=tally.evidence.typical([(g.outlet, g.language) for g in groups], options.show),
        periods=tally.timeline.periods(options.population),
        group_periods=tally.timeline.group_periods(options.population, [(g.outlet, g.language) for g in groups]),
        warnings=tuple(_warnings(groups, total)),
        provenance={**(provenance or {}), "data": tally.digest},
    )


def _warnings(groups: Sequence[Group], total: Group, most: int = 3) -> Iterable[str]:
    """The groups' warnings in one line; each group keeps its own."""
    some = [group for group in groups if group.warnings]
    named = [f"{group.name} ({'; '.join(group.warnings)})" for group in some[:most]]
    if total.warnings and len(groups) != 1:
        named.append(f"all together ({'; '.join(total.warnings)})")
    if not named:
        return
    more = f" and {len(some) - most} more" if len(some) > most else ""
    where = f"In {len(some)} of {len(groups)} groups a" if some else "A"
    yield (
        f"{where} cross-check disagrees with the shares by more than their intervals: "
        f"{', '.join(named)}{more}. The model’s probabilities are off there, or a stance is worded differently; intervals "
        "from random labels stand, a share by the model alone does not."
    )


def _notes(tally: Tally, groups: Sequence[Group]) -> Iterable[str]:
    few = [group for group in groups if 0 < group.comments < FEW]
    if few:
        names = ", ".join(group.name for group in few[:5])
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        yield f"Too few to compare: {names}{more} (under {FEW} comments each)."
    if tally.timeline.future:
        yield f"{tally.timeline.future} comments are dated in the future: counted in the shares, left out of the time line."
    if tally.options.population == "these":
        yield "Asked: the shares among exactly these comments. They are not shares of readers or of the public."
    else:
        yield "Shares are of published comments like these, not of readers or of the public."
