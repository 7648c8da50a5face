"""The commands that read pages: ``report``, ``export``, ``parse``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
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
    from sentiment.records import Comment, Page, Skipped
    from sentiment.report.filters import Filters
    from sentiment.report.groups import Report
    from sentiment.stance.backends import BackendOptions

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
    parquet = "parquet"
    html = "html"


class Population(StrEnum):
    """Whose share is asked for."""

    such = "such"
    these = "these"


class Step(StrEnum):
    """The length of a period."""

    auto = "auto"
    day = "day"
    week = "week"
    month = "month"


class Authors(StrEnum):
    """What becomes of authors' names."""

    pseudonym = "pseudonym"
    keep = "keep"
    drop = "drop"


class DuplicatesChoice(StrEnum):
    """What becomes of copies of a comment."""

    every = "count"
    mark = "mark"
    once = "once"


MaskOption = Annotated[
    bool, typer.Option("--mask", help="Mask e-mail addresses, telephone numbers and handles in texts.")
]
OutletOption = Annotated[list[str] | None, typer.Option("--outlet", help="Only these outlets: a.example,b.example")]
LanguageOption = Annotated[list[str] | None, typer.Option("--language", help="Only comments in these languages: it,de")]
SinceOption = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only comments from this day on.")
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Only comments up to this day.")
]
ConfidenceOption = Annotated[
    float, typer.Option("--min-confidence", help="Only comments of which the model is this sure, 0 to 1.")
]
ReasonOption = Annotated[
    list[str] | None, typer.Option("--reason", help="Only comments that name one of these themes.")
]
TopLevelOption = Annotated[bool, typer.Option("--top-level-only", help="Only comments on the article, no answers.")]
DuplicatesOption = Annotated[
    DuplicatesChoice,
    typer.Option("--duplicates", help="Copies and near-copies: count all, mark them in an export, count them once."),
]


class ParseFormat(StrEnum):
    """What ``parse`` can write."""

    text = "text"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: sentiment report seeds --by outlet --format json")(report)
    app.command(epilog="Example: sentiment export seeds --output comments.csv")(export)
    app.command(epilog="Example: sentiment parse seeds/003_53214adcda68b458.txt --format json")(parse)


@takes_backend
def report(
    paths: PathsArgument,
    target: TargetOption = DEFAULT_TARGET,
    by: Annotated[str, typer.Option(help="Group by outlet, by language, or both.")] = "outlet,language",
    format: Annotated[ReportFormat, typer.Option("--format", "-f", help="What to write.")] = ReportFormat.table,  # noqa: A002
    output: OutputOption = "-",
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    population: Annotated[
        Population,
        typer.Option(
            help="such: of comments like these, threads taken as a sample; these: among exactly these comments."
        ),
    ] = Population.such,
    split: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Compare comments before this day with those from it on."),
    ] = None,
    step: Annotated[Step, typer.Option("--time", help="Length of the periods over time.")] = Step.auto,
    mask: MaskOption = False,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_confidence: ConfidenceOption = 0.0,
    reason: ReasonOption = None,
    top_level_only: TopLevelOption = False,
    duplicates: DuplicatesOption = DuplicatesChoice.every,
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
    backend: BackendChoice = LINEAR,
) -> None:
    """Stance per outlet and language, with intervals: do the readers want this, and how sure can we be?"""
    from sentiment.engine.pages import PageJob
    from sentiment.pipeline import fold, report_options, select
    from sentiment.report.privacy import mask as masking

    chosen = filters(outlet, language, since, until, min_confidence, reason, top_level_only, duplicates)
    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    stronger = _backend(backend, paths, target, annotations, model)
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
    tagged = _tagged(paths, PageJob(target, annotations, model), run_of(workers, engine, scheduler), stronger)
    found = fold(
        select(tagged, chosen, target=target),
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

        with _text_output(output) as file:
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
    with _text_output(output) as file:
        file.write(text)


def _command() -> str:
    """What was typed, for the last lines of a report; the program by its name, wherever it lies."""
    import shlex

    return shlex.join(["sentiment", *sys.argv[1:]])


def filters(
    outlet: list[str] | None,
    language: list[str] | None,
    since: datetime | None,
    until: datetime | None,
    min_confidence: float,
    reason: list[str] | None,
    top_level_only: bool,
    duplicates: DuplicatesChoice,
) -> Filters:
    """The filters that the options ask for; several values as ``a,b`` or as an option given twice."""
    from sentiment.report.filters import Filters

    def several(values: list[str] | None) -> tuple[str, ...]:
        return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())

    return Filters(
        outlets=several(outlet),
        languages=several(language),
        since=since.date() if since else None,
        until=until.date() if until else None,
        min_confidence=min_confidence,
        reasons=several(reason),
        top_level_only=top_level_only,
        duplicates=duplicates.value,
    )


@takes_backend
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
    authors: Annotated[
        Authors, typer.Option(help="pseudonym: a keyed one, the same in every export of this project; keep; drop.")
    ] = Authors.pseudonym,
    mask: MaskOption = False,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_confidence: ConfidenceOption = 0.0,
    reason: ReasonOption = None,
    top_level_only: TopLevelOption = False,
    duplicates: DuplicatesOption = DuplicatesChoice.every,
    format: PartFormOption = None,  # noqa: A002
    partition: PartitionOption = "",
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
    backend: BackendChoice = LINEAR,
) -> None:
    """Every comment with its stance, one row each; authors by pseudonym unless they are kept."""
    from sentiment.engine.folder import is_folder
    from sentiment.engine.pages import PageJob
    from sentiment.errors import InputError
    from sentiment.pipeline import reasons_of_untagged, select, untagged
    from sentiment.records import Skipped
    from sentiment.report.privacy import masked
    from sentiment.report.rows import mark_duplicates, rows, write_rows

    skipped: list[Skipped] = []
    why: Counter[str] = Counter()
    chosen = filters(outlet, language, since, until, min_confidence, reason, top_level_only, duplicates)
    name_of = _author_of(authors, annotations)

    job = PageJob(target, annotations, model, reasons=True)
    run = run_of(workers, engine, scheduler)

    def rows_of(items: Iterable[Tagged | Skipped]) -> Iterator[dict[str, object]]:
        for item in select(items, chosen, target=target):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                why.update(reasons_of_untagged(item.stances))
                yield from rows(masked(item.page) if mask else item.page, item.stances, author=name_of)

    stronger = _backend(backend, paths, target, annotations, model, folder=is_folder(output))
    marking = duplicates is DuplicatesChoice.mark
    if is_folder(output):
        if duplicates is not DuplicatesChoice.every:
            raise InputError(
                "copies are found over the whole input: --duplicates needs a file as --output, not a folder"
            )
        _export_parts(paths, job, run, output, (format, partition), rows_of, (chosen, authors.value, mask))
        return
    found = rows_of(_tagged(paths, job, run, stronger))
    count = write_rows(mark_duplicates(found) if marking else found, output, more=["duplicate_of"] if marking else [])
    where = "" if output == "-" else f" to {output}"
    typer.echo(f"{count} comments written{where}" + (f", {len(skipped)} sources skipped" if skipped else ""), err=True)
    if why:
        typer.echo(untagged(why), err=True)
    for item in skipped[:10]:
        typer.echo(f"skipped {item.source}: {item.reason}", err=True)


def _backend(
    backend: BackendChoice,
    paths: list[str],
    target: str,
    annotations: Path,
    model: Path | None,
    *,
    folder: bool = False,
) -> BackendOptions | None:
    """The backend's options, after the user agreed to what it sends."""
    options = backend.options(target, annotations, model, folder=folder)
    if options is not None:
        from sentiment.pipeline import plan

        backend.confirm(lambda: None if "-" in paths else plan(paths, backend=options, target=target))
    return options


def _author_of(authors: Authors, annotations: Path) -> Callable[[Page, Comment], str | None]:
    from sentiment.report.privacy import project_key, pseudonyms
    from sentiment.report.rows import shown_as_is

    if authors is Authors.keep:
        return shown_as_is
    if authors is Authors.drop:
        return lambda _page, _comment: None
    return pseudonyms(project_key(annotations))


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

    from sentiment.outputs import whole_file

    return nullcontext(sys.stdout) if output == "-" else whole_file(Path(output))


def _tagged(
    paths: list[str], job: PageJob, run: Run, backend: BackendOptions | None = None
) -> Iterator[Tagged | Skipped]:
    """Tagged pages; a stronger backend works side by side on its own, in this process."""
    if backend is not None:
        from sentiment.pipeline import analyse

        return analyse(paths, target=job.target, annotations=job.annotations, reasons=job.reasons, backend=backend)
    from sentiment.cli.progress import Progress
    from sentiment.engine import tagged

    progress = Progress(paths)
    return tagged(paths, job, run, watch=lambda chunks: progress.watch(chunks, progress.chunk))


def _export_parts(
    paths: list[str],
    job: PageJob,
    run: Run,
    output: str,
    form: tuple[PartForm | None, str],
    rows_of: Callable[[Iterable[Tagged | Skipped]], Iterable[dict[str, object]]],
    settings: tuple[object, ...],
) -> None:
    from sentiment.cli.progress import Progress
    from sentiment.engine.export import Parts, export_parts

    ending, partition = form
    by = tuple(name.strip() for name in partition.split(",") if name.strip())
    progress = Progress(paths)
    total = export_parts(
        paths,
        job,
        run,
        Parts(
            folder=Path(output),
            form=ending.value if ending else "parquet",
            by=by,
            settings={"options": repr(settings)},
        ),
        rows_of=rows_of,
        watch=lambda chunks: progress.watch(chunks, progress.chunk),
    )
    skips = f", {len(total.skipped)} sources skipped" if total.skipped else ""
    made = f"{total.made} parts made, {total.kept} there before"
    typer.echo(f"{total.comments} comments in {output}: {made}{skips}", err=True)
    for item in total.skipped[:10]:
        typer.echo(f"skipped {item.source}: {item.reason}", err=True)
