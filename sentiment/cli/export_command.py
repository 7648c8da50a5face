"""The command ``export``: every comment with its stance, into one file or into a folder of parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
from sentiment.cli.column_options import USUAL, ColumnChoice, takes_columns
from sentiment.cli.filter_options import EVERY, Duplicates, FilterChoice, takes_filters
from sentiment.cli.page_options import (
    AnnotationsOption,
    MaskOption,
    ModelOption,
    PathsArgument,
    TargetOption,
    chosen_backend,
    tagged_pages,
)
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


_TOLD = 10
"""Skipped sources that are named."""


class Authors(StrEnum):
    """What becomes of authors' names."""

    pseudonym = "pseudonym"
    keep = "keep"
    drop = "drop"


class _Skips:
    """Counts what was skipped and keeps the first few: a run over millions of pages may skip many."""

    def __init__(self) -> None:
        self._count = 0
        self._first: list[Skipped] = []

    def add(self, item: Skipped) -> None:
        self._count += 1
        if len(self._first) < _TOLD:
            self._first.append(item)

    def __str__(self) -> str:
        return f", {self._count} sources skipped" if self._count else ""

    def tell(self) -> None:
        for item in self._first:
            typer.echo(f"skipped {item.source}: {item.reason}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: sentiment export seeds --output comments.csv")(export)


@takes_backend
@takes_columns
@takes_filters
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
    format: PartFormOption = None,  # noqa: A002
    partition: PartitionOption = "",
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
    filters: FilterChoice = EVERY,
    columns: ColumnChoice = USUAL,
    backend: BackendChoice = LINEAR,
) -> None:
    """Every comment with its stance, one row each; authors by pseudonym unless they are kept."""
    from sentiment.engine.folder import is_folder
    from sentiment.engine.pages import PageJob
    from sentiment.errors import InputError
    from sentiment.records import Skipped
    from sentiment.report.privacy import masked, masked_stances
    from sentiment.report.rows import mark_duplicates, rows, write_rows
    from sentiment.reporting import reasons_of_untagged, select, untagged

    skips = _Skips()
    why: Counter[str] = Counter()
    chosen = filters.filters()
    name_of = _author_of(authors, annotations)

    job = PageJob(target, annotations, model, reasons=True)
    run = run_of(workers, engine, scheduler)

    def rows_of(items: Iterable[Tagged | Skipped]) -> Iterator[dict[str, object]]:
        for item in select(items, chosen, target=target):
            if isinstance(item, Skipped):
                skips.add(item)
            else:
                why.update(reasons_of_untagged(item.stances))
                page, stances = item.page, item.stances
                if mask:
                    page, stances = masked(page), masked_stances(page, stances)
                yield from rows(page, stances, author=name_of)

    stronger = chosen_backend(backend, paths, target, annotations, model, folder=is_folder(output))
    marking = filters.duplicates is Duplicates.mark
    if is_folder(output):
        if filters.duplicates is not Duplicates.every:
            raise InputError(
                "copies are found over the whole input: --duplicates needs a file as --output, not a folder"
            )
        _export_parts(paths, job, run, output, (format, partition), rows_of, (chosen, authors.value, mask), columns)
        return
    found = rows_of(tagged_pages(paths, job, run, stronger, columns.options()))
    count = write_rows(mark_duplicates(found) if marking else found, output, more=["duplicate_of"] if marking else [])
    where = "" if output == "-" else f" to {output}"
    typer.echo(f"{count} comments written{where}{skips}", err=True)
    if why:
        typer.echo(untagged(why), err=True)
    skips.tell()


def _author_of(authors: Authors, annotations: Path) -> Callable[[Page, Comment], str | None]:
    from sentiment.report.privacy import project_key, pseudonyms
    from sentiment.report.rows import shown_as_is

    if authors is Authors.keep:
        return shown_as_is
    if authors is Authors.drop:
        return lambda _page, _comment: None
    return pseudonyms(project_key(annotations))


def _export_parts(
    paths: list[str],
    job: PageJob,
    run: Run,
    output: str,
    form: tuple[PartForm | None, str],
    rows_of: Callable[[Iterable[Tagged | Skipped]], Iterable[dict[str, object]]],
    settings: tuple[object, ...],
    columns: ColumnChoice,
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
            # without named columns the folder's settings are what they were before there were such options
            settings={"options": repr(settings if columns == USUAL else (*settings, columns))},
        ),
        options=columns.options(),
        rows_of=rows_of,
        watch=lambda chunks: progress.watch(chunks, progress.chunk),
    )
    skips = _Skips()
    for item in total.skipped:
        skips.add(item)
    made = f"{total.made} parts made, {total.kept} there before"
    typer.echo(f"{total.comments} comments in {output}: {made}{skips}", err=True)
    skips.tell()
