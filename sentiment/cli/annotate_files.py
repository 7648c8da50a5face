"""The commands that move labels in and out: ``annotate export | import | rebuild``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sentiment.cli.annotate_common import DatabaseOption, workplace
from sentiment.cli.page_options import AnnotationsOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET


class Format(StrEnum):
    """The shapes of files that other programs read."""

    files = "files"
    labelstudio = "labelstudio"
    doccano = "doccano"
    prodigy = "prodigy"
    argilla = "argilla"
    csv = "csv"
    train = "train"
    audit = "audit"


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command(epilog="Example: sentiment annotate export")(export)
    group.command("import", epilog="Example: sentiment annotate import labels.json --from labelstudio")(import_)
    group.command(epilog="Example: sentiment annotate rebuild")(rebuild)


def export(
    to: Annotated[
        Format, typer.Option("--to", help="files: what git keeps; train and audit: tables for train and evaluate.")
    ] = Format.files,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: the target's folder for files, else needed.")
    ] = None,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Write labels.csv, to be reviewed in a diff, and the whole history; or a file for another program."""
    from sentiment.annotate import files
    from sentiment.errors import AnnotationError

    with workplace(target, annotations, database) as place:
        if to is Format.files:
            for name, count in files.export(place.store, output or place.folder).items():
                typer.echo(f"{(output or place.folder) / name}: {count} lines")
            return
        if output is None:
            raise AnnotationError(f"say where to: --to {to.value} --output FILE")
        import sentiment.annotate.interchange as interchange

        if to in (Format.train, Format.audit):
            count = interchange.write_training(place.store, output, audit=to is Format.audit)
        else:
            count = interchange.write(place.store, output, to.value)
        typer.echo(f"{count} comments written to {output}")


def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder with labels.csv and events.jsonl.")],
    format: Annotated[Format, typer.Option("--from", help="Its shape; a folder is always files.")] = Format.files,  # noqa: A002
    annotator: Annotated[str, typer.Option("--as", help="Who labelled, where the file does not say.")] = "imported",
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Take labels in from elsewhere; what is there already falls away."""
    import sentiment.annotate.interchange as interchange
    from sentiment.annotate.merging import merge
    from sentiment.errors import AnnotationError

    if not path.exists():
        raise AnnotationError(f"{path} does not exist")
    with workplace(target, annotations, database) as place:
        if format in (Format.train, Format.audit):
            raise AnnotationError(
                f"{format.value} is a table to train with, not a store of labels; import its source instead"
            )
        if format is Format.files:
            done = merge(place.store, path if path.is_dir() else path.parent)
            older = f", {done.older} rows are older than what stands" if done.older else ""
            books = f", {done.versions} versions of the codebook" if done.versions else ""
            typer.echo(f"{done.events} events and {done.labels} labels were new{books}{older}")
            for problem in done.problems:
                typer.echo(problem, err=True)
            return
        found = interchange.read(place.store, path, format.value, annotator=annotator)
        typer.echo(f"{found.comments} comments, {found.events} new events, {found.known} known")
        for problem in found.problems[:10]:
            typer.echo(problem, err=True)


def rebuild(
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
) -> None:
    """Make the database again from the files; the old one is kept beside it."""
    from sentiment.annotate.rebuild import rebuild as make
    from sentiment.stance.target import load_target

    folder = annotations / load_target(target).slug
    kept, count = make(folder)
    typer.echo(f"{folder / 'annotations.db'}: {count} events" + (f"; the old one is {kept}" if kept else ""))
