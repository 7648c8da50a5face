"""The commands that read pages: ``report``, ``export``, ``parse``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.scale_options import (
    EngineChoice,
    EngineOption,
    PartForm,
    PartFormOption,
    PartitionOption,
    SchedulerOption,
    WorkersOption,
    run_of,
)
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.engine.pages import PageJob
    from sentiment.engine.run import Run
    from sentiment.pipeline import Tagged
    from sentiment.records import Skipped

PathsArgument = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, folders, globs or archives; - is standard input.")
]
TargetOption = Annotated[str, typer.Option("--target", "-t", help="What the stance is toward: a name or a TOML file.")]
AnnotationsOption = Annotated[
    Path, typer.Option("--annotations", help="Folder that holds one folder of labels per target.")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file other than the target's own.")]
OutputOption = Annotated[str, typer.Option("--output", "-o", help="File to write; - is standard output.")]


class ReportFormat(StrEnum):
    """What ``report`` can write."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class ParseFormat(StrEnum):
    """What ``parse`` can write."""

    text = "text"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: sentiment report seeds --by outlet --format json")(report)
    app.command(epilog="Example: sentiment export seeds --output comments.csv")(export)
    app.command(epilog="Example: sentiment parse seeds/003_53214adcda68b458.txt --format json")(parse)


def report(
    paths: PathsArgument,
    target: TargetOption = DEFAULT_TARGET,
    by: Annotated[str, typer.Option(help="Group by outlet, by language, or both.")] = "outlet,language",
    format: Annotated[ReportFormat, typer.Option("--format", "-f", help="What to write.")] = ReportFormat.table,  # noqa: A002
    output: OutputOption = "-",
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
) -> None:
    """Stance per outlet and language, with intervals: do the readers want this, and how sure can we be?"""
    from sentiment.engine.pages import PageJob
    from sentiment.pipeline import fold
    from sentiment.report import render

    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    job = PageJob(target, annotations, model)
    tagged = _tagged(paths, job, run_of(workers, engine, scheduler))
    found = fold(tagged, target=target, by=dimensions)
    if format is ReportFormat.table:
        from rich.console import Console

        with _text_output(output) as file:
            to_screen = output == "-" and sys.stdout.isatty()
            console = Console(file=file, width=None if to_screen else 160, highlight=False, emoji=False, markup=False)
            render.print_table(found, console)
        return
    text = {"json": render.to_json, "csv": render.to_csv, "markdown": render.to_markdown}[format.value](found)
    with _text_output(output) as file:
        file.write(text)


def export(
    paths: PathsArgument,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="FILE.csv, .jsonl or .parquet; - is CSV on standard output; FOLDER/ gets parts and can be continued.",
        ),
    ],
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    format: PartFormOption = None,  # noqa: A002
    partition: PartitionOption = "",
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
) -> None:
    """Every comment with its stance, one row each."""
    from sentiment.engine.folder import is_folder
    from sentiment.engine.pages import PageJob
    from sentiment.records import Skipped
    from sentiment.report.rows import rows, write_rows

    job = PageJob(target, annotations, model, reasons=True)
    run = run_of(workers, engine, scheduler)
    if is_folder(output):
        _export_parts(paths, job, run, output, format, partition)
        return

    skipped: list[Skipped] = []

    def found() -> Iterator[dict[str, object]]:
        for item in _tagged(paths, job, run):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                yield from rows(item.page, item.stances)

    count = write_rows(found(), output)
    where = "" if output == "-" else f" to {output}"
    typer.echo(f"{count} comments written{where}" + (f", {len(skipped)} sources skipped" if skipped else ""), err=True)
    for item in skipped[:10]:
        typer.echo(f"skipped {item.source}: {item.reason}", err=True)


def parse(
    paths: PathsArgument,
    format: Annotated[ParseFormat, typer.Option("--format", "-f", help="What to write.")] = ParseFormat.text,  # noqa: A002
    explain: Annotated[
        bool, typer.Option("--explain", help="Also show how it was found, and what was left out.")
    ] = False,
) -> None:
    """What is body and what is comment: a look at how pages are read."""
    import json

    from sentiment.cli.pages import print_page, to_dict
    from sentiment.pipeline import read
    from sentiment.records import Skipped

    skipped = 0
    pages = []
    for item in read(paths):
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


def _text_output(output: str):  # type: ignore[no-untyped-def]  # a context manager either way
    from contextlib import nullcontext

    from sentiment.report.rows import whole_file

    return nullcontext(sys.stdout) if output == "-" else whole_file(Path(output))


def _tagged(paths: list[str], job: PageJob, run: Run) -> Iterator[Tagged | Skipped]:
    from sentiment.cli.progress import Progress
    from sentiment.engine import tagged

    progress = Progress(paths)
    return tagged(paths, job, run, watch=lambda chunks: progress.watch(chunks, progress.chunk))


def _export_parts(paths: list[str], job: PageJob, run: Run, output: str, form: PartForm | None, partition: str) -> None:
    from sentiment.cli.progress import Progress
    from sentiment.engine.export import Parts, export_parts
    from sentiment.report.rows import rows

    by = tuple(name.strip() for name in partition.split(",") if name.strip())
    progress = Progress(paths)
    total = export_parts(
        paths,
        job,
        run,
        Parts(folder=Path(output), form=form.value if form else "parquet", by=by),
        rows_of=lambda item: rows(item.page, item.stances),
        watch=lambda chunks: progress.watch(chunks, progress.chunk),
    )
    skips = f", {len(total.skipped)} sources skipped" if total.skipped else ""
    typer.echo(
        f"{total.comments} comments in {output}: {total.made} parts made, {total.kept} there before{skips}", err=True
    )
    for item in total.skipped[:10]:
        typer.echo(f"skipped {item.source}: {item.reason}", err=True)
