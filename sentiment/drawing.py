"""A draw joined with the report: which comments of some pages may be drawn, and how many the report still needs of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment.annotate.earlier import PREDICTED, UNREAD
from sentiment.errors import AnnotationError
from sentiment.pipeline import Tagged, analyse
from sentiment.records import Skipped
from sentiment.report.groups import Tally
from sentiment.report.result import FEW
from sentiment.reporting import report_options, select

if TYPE_CHECKING:
    from sentiment.annotate.store import Store
    from sentiment.report.filters import Filters
    from sentiment.report.result import Group, LabelPlan, PopulationName

Name = tuple[str, str]

PLAN_BY = ("outlet", "language", PREDICTED)
"""The strata of a draw that follows the report's plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is read for a draw, and against what."""

    paths: list[str]
    target: str
    model: Path | None = None
    filters: Filters


@dataclass(slots=True)
class Added:
    """What reading pages for a draw has brought."""

    new: int = 0
    changed: int = 0
    """Comments that have other words than before."""
    by_group: dict[Name, set[str]] = field(default_factory=dict)
    """Outlet and language -> the comments that pass the filters."""

    @property
    def ids(self) -> frozenset[str]:
        """All comments that pass."""
        return frozenset().union(*self.by_group.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """The labels that a report still needs, as a draw takes them."""

    strata: dict[str, int]
    """Stratum by outlet, language and predicted stance -> labels."""
    ids: frozenset[str] = frozenset()
    """The comments of the groups that need any."""
    reached: int = 0
    """Groups that need none."""
    small: int = 0
    """Groups of too few comments to plan for."""
    hopeless: tuple[str, ...] = ()
    """Groups for which no number of labels is enough."""

    def notes(self) -> list[str]:
        """Which groups the plan leaves out, and why."""
        named = ", ".join(self.hopeless[:5]) + (f" and {len(self.hopeless) - 5} more" if len(self.hopeless) > 5 else "")
        found = [
            (self.reached, f"{_groups(self.reached)} there already"),
            (self.small, f"{_groups(self.small)} of under {FEW} comments left out"),
            (self.hopeless, f"no number of labels is enough, only more threads (or --population these): {named}"),
        ]
        return [text for count, text in found if count]


def _groups(count: int) -> str:
    return f"{count} group" if count == 1 else f"{count} groups"


def add(store: Store, sources: Sources, told: Callable[[Skipped], None]) -> Added:
    """Read pages into the store, with what the model says about each comment; labels play no part."""
    added = Added()
    for _ in _added(store, sources, added, told):
        pass
    return added


def add_and_plan(
    store: Store,
    sources: Sources,
    told: Callable[[Skipped], None],
    *,
    margin: float,
    population: PopulationName = "such",
) -> tuple[Added, Plan]:
    """The same, and what the report over these pages still needs to reach a margin.

    Args:
        store: where comments and labels lie.
        sources: what is read.
        told: hears what could not be read.
        margin: half the width of the intervals, 0 to 1.
        population: whose share the report is asked for.

    Raises:
        AnnotationError: nothing is needed, or nothing helps.
    """
    added = Added()
    asked = report_options(sources.target, population=population, model=sources.model, evidence=False, margin=margin)
    tally = Tally(options=asked)
    for item in _added(store, sources, added, told):
        if isinstance(item, Tagged):
            tally.add(item.page, item.stances)
    found, wanting = plan_of(tally.groups(), sources.filters.scope)
    if not found.strata:
        told_why = "; ".join(found.notes()) or "there are no comments"
        raise AnnotationError(f"no labels can be planned for ±{100 * margin:g} points: {told_why}")
    ids = frozenset().union(*(added.by_group.get(name, set()) for name in wanting))
    return added, replace(found, ids=ids)


def plan_of(groups: Iterable[Group], scope: str = "") -> tuple[Plan, set[Name]]:
    """What groups that were asked for a margin still need, and which groups these are."""
    tail = f" [only {scope}]" if scope else ""
    strata: dict[str, int] = {}
    wanting: set[Name] = set()
    reached = small = 0
    hopeless = []
    for group in groups:
        if group.comments < FEW:
            small += bool(group.comments)
        elif group.plan is None or group.plan.asked is None:
            hopeless.append(group.name)
        elif not group.plan.asked:
            reached += 1
        else:
            wanting.add((group.outlet or "", group.language or ""))
            strata |= {f"{group.outlet} {group.language} {kind}{tail}": n for kind, n in _kinds(group.plan).items()}
    return Plan(strata, reached=reached, small=small, hopeless=tuple(hopeless)), wanting


def _kinds(plan: LabelPlan) -> dict[str, int]:
    return dict(plan.next) or {UNREAD: plan.asked or 0}


def _added(store: Store, sources: Sources, added: Added, told: Callable[[Skipped], None]) -> Iterator[Tagged | Skipped]:
    """The pages with the comments that pass the filters, each after it is in the store."""
    from sentiment.annotate.labels import gold, to_label
    from sentiment.annotate.standing import rows

    labels = gold((row["kind"], to_label(row, "the store")) for row in rows(store)).current
    found = _stored(store, analyse(sources.paths, target=sources.target, model=sources.model, labels=labels), added)
    for item in select(found, sources.filters, target=sources.target, labels=labels, model=sources.model):
        if isinstance(item, Skipped):
            told(item)
        else:
            for comment in item.page.comments:
                added.by_group.setdefault((item.page.outlet, comment.language), set()).add(comment.id)
        yield item


def _stored(store: Store, found: Iterable[Tagged | Skipped], added: Added) -> Iterator[Tagged | Skipped]:
    for item in found:
        if isinstance(item, Tagged):
            new, changed = store.add_pages([item.page])
            added.new, added.changed = added.new + new, added.changed + changed
            store.add_predictions(
                (comment.id, stance) for comment, stance in zip(item.page.comments, item.stances, strict=True)
            )
        yield item
