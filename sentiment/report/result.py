"""What a report holds: groups with their estimates, comparisons, reasons, time, evidence; plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from sentiment.records import Estimate, Skipped

if TYPE_CHECKING:
    import pandas as pd

FEW = 20
"""Fewer comments, or fewer random labels, than this give no interval and no comparison: it would be 40 points wide."""

PopulationName = Literal["these", "such"]


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """How many more random labels a group needs, and where the next ones should come from."""

    for_5: int | None
    """Labels still needed for an interval of 5 points to either side; None where no number of labels reaches it."""
    for_10: int | None
    next: Mapping[str, int]
    """Predicted stance -> how many of the labels for 10 points (5, where 10 is reached) to draw there; of those for the
    margin that was asked for, if one was."""
    asked: int | None = None
    """Labels still needed for the margin that was asked for; None too where none was."""


@dataclass(frozen=True, slots=True)
class Group:
    """The estimates for one group, or for all pages together."""

    outlet: str | None
    language: str | None
    pages: int
    comments: int
    human: int
    untagged: int
    shares: Mapping[str, Estimate]
    net: Estimate
    method: str
    note: str
    labels: int = 0
    """Labels of comments that were drawn at random: those that the interval stands on."""
    threads: int = 0
    """Pages with comments in this group."""
    raw: Mapping[str, float] = field(default_factory=dict)
    """What the model alone says: its mean probability per stance, and net."""
    power: Mapping[str, float] = field(default_factory=dict)
    """How far the model is believed per stance, 0 (labels alone) to 1; empty without random labels."""
    checks: Mapping[str, Mapping[str, float] | None] = field(default_factory=dict)
    """Cross-check -> share per stance; None where it cannot be computed."""
    warnings: tuple[str, ...] = ()
    plan: LabelPlan | None = None

    @property
    def name(self) -> str:
        """Outlet and language as one string."""
        return " ".join(filter(None, (self.outlet, self.language))) or "all"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against another: net stance, or one stance's share."""

    kind: str
    """``outlets``, ``languages`` or ``dates``."""
    within: str
    """What both have in common: a language, or empty."""
    first: str
    second: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    """Adjusted for the number of comparisons (Holm); None where the two are not compared."""
    different: bool
    sentence: str
    measure: str = "net"
    """``net``, or the stance whose share is compared."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a theme comes up in a group."""

    outlet: str | None
    language: str | None
    reason: str
    title: str
    comments: int
    denied: int
    """Of these, those where a negator reaches every mention: *not cheap*."""
    share: float
    """Of the group's tagged comments."""
    by_stance: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Typical:
    """A comment shown as evidence: one of those nearest to the centre of its kind."""

    outlet: str | None
    language: str | None
    stance: str
    reason: str | None
    comment_id: str
    text: str
    comment_language: str
    similarity: float
    """Cosine to the centre, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Period:
    """Stance in one day, week or month."""

    start: date
    step: str
    comments: int
    shares: Mapping[str, Estimate]
    net: Estimate
    articles: int
    """Articles published in it."""
    outlet: str | None = None
    language: str | None = None
    """The group whose comments these are; both None for all together."""


@dataclass(frozen=True, slots=True)
class Report:
    """Stance per group and in total, with what was skipped on the way."""

    target: str
    statement: str
    model: str | None
    groups: tuple[Group, ...]
    total: Group
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    population: PopulationName = "such"
    comparisons: tuple[Comparison, ...] = ()
    reasons: tuple[ReasonCount, ...] = ()
    typical: tuple[Typical, ...] = ()
    periods: tuple[Period, ...] = ()
    """All comments over time."""
    group_periods: tuple[Period, ...] = ()
    """The same for each group that has enough dated comments, group after group."""
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    """What the report was made with: versions, model, codebook, data, command."""

    @property
    def headline(self) -> str:
        """The finding in one sentence."""
        from sentiment.report.wording import headline

        return headline(self)

    def frame(self) -> pd.DataFrame:
        """One row per group, the total last."""
        return self.frames()["groups"]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Groups, comparisons, reasons, typical comments and periods as tables."""
        from sentiment.report.frames import frames

        return frames(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: the headline and the table of groups."""
        from sentiment.report.notebook import as_html

        return as_html(self)
