"""The commands that read pages: ``report``, ``export``, ``parse``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.pipeline import Tagged
    from sentiment.records import Skipped
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
    backend: BackendChoice = LINEAR,
) -> None:
    """Stance per outlet and language, with intervals: do the readers want this, and how sure can we be?"""
    from sentiment.pipeline import analyse, fold
    from sentiment.report import render

    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    options = _backend(backend, paths, target, annotations, model)
    tagged = analyse(paths, target=target, annotations=annotations, model=model, backend=options)
    found = fold(_watched(tagged), target=target, by=dimensions)
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


@takes_backend
def export(
    paths: PathsArgument,
    output: Annotated[
        str, typer.Option("--output", "-o", help="FILE.csv, .jsonl or .parquet; - is CSV on standard output.")
    ],
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    backend: BackendChoice = LINEAR,
) -> None:
    """Every comment with its stance, one row each."""
    from sentiment.pipeline import analyse, reasons_of_untagged, untagged
    from sentiment.records import Skipped
    from sentiment.report.rows import rows, write_rows

    options = _backend(backend, paths, target, annotations, model)
    skipped: list[Skipped] = []
    why: Counter[str] = Counter()

    def found() -> Iterator[dict[str, object]]:
        tagged = analyse(paths, target=target, annotations=annotations, model=model, reasons=True, backend=options)
        for item in _watched(tagged):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                why.update(reasons_of_untagged(item.stances))
                yield from rows(item.page, item.stances)

    count = write_rows(found(), output)
    where = "" if output == "-" else f" to {output}"
    typer.echo(f"{count} comments written{where}" + (f", {len(skipped)} sources skipped" if skipped else ""), err=True)
    if why:
        typer.echo(untagged(why), err=True)
    for item in skipped[:10]:
        typer.echo(f"skipped {item.source}: {item.reason}", err=True)


def _backend(
    backend: BackendChoice, paths: list[str], target: str, annotations: Path, model: Path | None
) -> BackendOptions | None:
    """The backend's options, after the user agreed to what it sends."""
    options = backend.options(target, annotations, model)
    if options is not None:
        from sentiment.pipeline import plan

        backend.confirm(lambda: None if "-" in paths else plan(paths, backend=options, target=target))
    return options


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


def _watched(tagged: Iterable[Tagged | Skipped]) -> Iterator[Tagged | Skipped]:
    """Pass pages on and count them on standard error, if somebody is looking."""
    if not sys.stderr.isatty():
        yield from tagged
        return
    from time import monotonic

    comments = 0
    shown = monotonic()
    for pages, item in enumerate(tagged, 1):
        comments += len(getattr(item, "stances", ()))
        if monotonic() - shown > 0.5:
            shown = monotonic()
            print(f"\r{pages} pages, {comments} comments", end="", file=sys.stderr, flush=True)
        yield item
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
