"""The command ``annotate draw``: which comments are to be labelled, by size, by a model's doubts, or by the report's plan."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.annotate_common import DatabaseOption, MaybePaths, workplace
from sentiment.cli.filter_options import EVERY, FilterChoice, takes_filters
from sentiment.cli.page_options import AnnotationsOption, ModelOption, Population, PopulationOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.annotate.draws import Drawn
    from sentiment.drawing import Added, Plan
    from sentiment.records import Skipped

_LISTED = 40
"""Strata that are listed after a draw."""


class Purpose(StrEnum):
    """What a draw is for."""

    estimate = "estimate"
    train = "train"
    audit = "audit"


class Sampler(StrEnum):
    """Which comments a draw prefers."""

    random = "random"
    uncertainty = "uncertainty"
    disagreement = "disagreement"
    suspect = "suspect"


def register(group: typer.Typer) -> None:
    """Add the command to the group ``annotate``."""
    group.command(epilog="Example: sentiment annotate draw seeds --for estimate --n 20 --overlap 20%")(draw)


@takes_filters
def draw(
    paths: MaybePaths = None,
    purpose: Annotated[Purpose, typer.Option("--for", help="What the labels are for.")] = Purpose.estimate,
    n: Annotated[
        int | None, typer.Option("--n", min=1, help="How many comments; default: 100, or what the plan says.")
    ] = None,
    points: Annotated[
        float | None,
        typer.Option(
            "--plan",
            min=1,
            max=50,
            help="Draw what the report still needs for intervals of so many points to either side, where it needs it.",
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Spread over outlets, languages, or both.")] = "outlet,language",
    sampler: Annotated[Sampler, typer.Option("--sampler", help="Which comments to prefer.")] = Sampler.random,
    overlap: Annotated[str, typer.Option("--overlap", help="Share that two annotators label.")] = "0%",
    floor: Annotated[
        int, typer.Option("--floor", min=0, help="Least per outlet and language, where there are as many.")
    ] = 5,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed draws the same comments.")] = None,
    population: PopulationOption = Population.such,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    database: DatabaseOption = None,
    filters: FilterChoice = EVERY,
) -> None:
    """Draw comments to label, and keep how likely each was to be drawn: the report weights by it."""
    from sentiment.annotate.draws import DrawOptions, make
    from sentiment.annotate.sampling import allocate
    from sentiment.drawing import PLAN_BY, Sources, add, add_and_plan
    from sentiment.report.filters import Filters

    share = _share(overlap)
    asked = filters.filters()
    _check(paths, purpose, points, filtered=asked != Filters())
    with workplace(target, annotations, database) as place:
        added = plan = wanted = None
        sources = Sources(paths=paths or [], target=target, model=model, filters=asked)
        if points is not None:
            added, plan = add_and_plan(place.store, sources, _skipped, margin=points / 100, population=population.value)
            wanted = allocate(plan.strata, min(n or 10**9, sum(plan.strata.values())))
        elif paths:
            added = add(place.store, sources, _skipped)
        if added:
            _tell_added(added)
        only = plan.ids if plan else added.ids if added and asked != Filters() else None
        done = make(
            place.store,
            DrawOptions(
                purpose=purpose.value,
                n=n or 100,
                by=PLAN_BY if plan else tuple(name.strip() for name in by.split(",") if name.strip()),
                sampler=sampler.value,
                overlap=share,
                floor=floor,
                seed=seed,
                codebook=place.codebook,
                only=None if only is None else frozenset(only),
                scope=asked.scope,
                plan=wanted,
            ),
        )
    _tell(done, purpose, plan)


def _check(paths: list[str] | None, purpose: Purpose, points: float | None, *, filtered: bool) -> None:
    if not paths and (points is not None or filtered):
        what = "--plan" if points is not None else "a filter"
        raise typer.BadParameter(f"{what} needs the pages that it is about: sentiment annotate draw PATH…")
    if points is not None and purpose is not Purpose.estimate:
        raise typer.BadParameter("a plan is for estimates: use --for estimate", param_hint="--plan")


def _skipped(item: Skipped) -> None:
    typer.echo(f"skipped {item.source}: {item.reason}", err=True)


def _tell_added(added: Added) -> None:
    changed = f"; {added.changed} have other words than before" if added.changed else ""
    typer.echo(f"{added.new} comments added{changed}", err=True)


def _tell(done: Drawn, purpose: Purpose, plan: Plan | None) -> None:
    drawn = sum(done.strata.values())
    typer.echo(f"Draw {done.number}: {drawn} of {done.frame} comments for {purpose.value}, seed {done.seed}.")
    for stratum, count in list(done.strata.items())[:_LISTED]:
        typer.echo(f"  {stratum or 'all'}: {count}")
    if len(done.strata) > _LISTED:
        typer.echo(f"  and {len(done.strata) - _LISTED} more strata")
    if done.kept:
        waits = f", {done.waiting} of which wait for a label" if done.waiting else ""
        typer.echo(f"  {done.kept} comments of earlier draws stay part of the sample{waits}")
    if done.overlap:
        typer.echo(f"  {done.overlap} of them are labelled by two annotators")
    if plan:
        for line in plan.notes():
            typer.echo(f"  {line}")
    typer.echo(f"Next: `sentiment annotate do --draw {done.number}` or `sentiment annotate web`")


def _share(text: str) -> float:
    from sentiment.errors import AnnotationError

    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError as error:
        raise AnnotationError(f"{text!r} is not a share; write 20% or 0.2") from error
