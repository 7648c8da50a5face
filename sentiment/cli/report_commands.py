"""The commands that look at pages: ``report`` and ``parse``."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
from sentiment.cli.column_options import USUAL, ColumnChoice, takes_columns
from sentiment.cli.filter_options import EVERY, FilterChoice, takes_filters
from sentiment.cli.page_options import (
    AnnotationsOption,
    MaskOption,
    ModelOption,
    OutputOption,
    PathsArgument,
    Population,
    PopulationOption,
    TargetOption,
    chosen_backend,
    tagged_pages,
    text_output,
)
from sentiment.cli.scale_options import EngineChoice, EngineOption, SchedulerOption, WorkersOption, run_of
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.report.groups import Report


class ReportFormat(StrEnum):
    """What ``report`` can write."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    parquet = "parquet"
    html = "html"


class Step(StrEnum):
    """The length of a period."""

    auto = "auto"
    day = "day"
    week = "week"
    month = "month"


class ParseFormat(StrEnum):
    """What ``parse`` can write."""

    text = "text"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: sentiment report seeds --by outlet --format json")(report)
    app.command(epilog="Example: sentiment parse seeds/003_53214adcda68b458.txt --format json")(parse)


@takes_backend
@takes_columns
@takes_filters
def report(
    paths: PathsArgument,
    target: TargetOption = DEFAULT_TARGET,
    by: Annotated[str, typer.Option(help="Group by outlet, by language, or both.")] = "outlet,language",
    format: Annotated[ReportFormat, typer.Option("--format", "-f", help="What to write.")] = ReportFormat.table,  # noqa: A002
    output: OutputOption = "-",
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    population: PopulationOption = Population.such,
    split: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Compare comments before this day with those from it on."),
    ] = None,
    step: Annotated[Step, typer.Option("--time", help="Length of the periods over time.")] = Step.auto,
    mask: MaskOption = False,
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
    filters: FilterChoice = EVERY,
    columns: ColumnChoice = USUAL,
    backend: BackendChoice = LINEAR,
) -> None:
    """Stance per outlet and language, with intervals: do the readers want this, and how sure can we be?"""
    from sentiment.engine.pages import PageJob
    from sentiment.report.privacy import mask as masking
    from sentiment.reporting import fold, report_options, select

    chosen = filters.filters()
    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    stronger = chosen_backend(backend, paths, target, annotations, model)
    asked = report_options(
        target,
        by=dimensions,
        population=population.value,
        model=model,
        split=split.date() if split else None,
        step=step.value,
        show=masking if mask else str,
        evidence=format in (ReportFormat.json, ReportFormat.html),
        backend=stronger,
    )
    job, run = PageJob(target, annotations, model), run_of(workers, engine, scheduler)
    tagged = tagged_pages(paths, job, run, stronger, columns.options())
    found = fold(
        select(tagged, chosen, target=target, annotations=annotations, model=model),
        target=target,
        options=asked,
        annotations=annotations,
        command=_command(),
    )
    _write_report(found, format, output)


def _write_report(found: Report, form: ReportFormat, output: str) -> None:
    from sentiment.report import render

    if form is ReportFormat.table:
        from rich.console import Console

        with text_output(output) as file:
            to_screen = output == "-" and sys.stdout.isatty()
            console = Console(file=file, width=None if to_screen else 160, highlight=False, emoji=False, markup=False)
            render.print_table(found, console)
        return
    if form is ReportFormat.parquet:
        from contextlib import nullcontext

        from sentiment.outputs import whole_file
        from sentiment.report.frames import write_parquet

        with nullcontext(sys.stdout.buffer) if output == "-" else whole_file(Path(output), binary=True) as binary:
            write_parquet(found, binary)
        return
    if form is ReportFormat.html:
        from sentiment.report.page import to_html

        text = to_html(found)
    else:
        text = {"json": render.to_json, "csv": render.to_csv, "markdown": render.to_markdown}[form.value](found)
    with text_output(output) as file:
        file.write(text)


def _command() -> str:
    """What was typed, for the last lines of a report; the program by its name, wherever it lies."""
    import shlex

    return shlex.join(["sentiment", *sys.argv[1:]])


@takes_columns
def parse(
    paths: PathsArgument,
    format: Annotated[ParseFormat, typer.Option("--format", "-f", help="What to write.")] = ParseFormat.text,  # noqa: A002
    explain: Annotated[
        bool, typer.Option("--explain", help="Also show how it was found, and what was left out.")
    ] = False,
    columns: ColumnChoice = USUAL,
) -> None:
    """What is body and what is comment: a look at how pages are read."""
    import json

    from sentiment.cli.pages import print_page, to_dict
    from sentiment.pipeline import read
    from sentiment.records import Skipped

    skipped = 0
    pages = []
    for item in read(paths, options=columns.options()):
        if isinstance(item, Skipped):
            skipped += 1
            typer.echo(f"skipped {item.source}: {item.reason}", err=True)
        elif format is ParseFormat.json:
            pages.append(to_dict(item))
        else:
            print_page(item, explain=explain)
    if format is ParseFormat.json:
        whole = pages[0] if len(pages) == 1 and not skipped else pages
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
