"""The commands in which people label comments: ``annotate do | export | status | codebook``."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.report_commands import AnnotationsOption, PathsArgument, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.annotate.session import Session


def register(app: typer.Typer) -> None:
    """Add the group ``annotate`` to the application."""
    group = typer.Typer(help="Relabel comments; the next report and the next training use it.", no_args_is_help=True)
    group.command("do", epilog="Example: sentiment annotate do seeds --as anna")(do)
    group.command(epilog="Example: sentiment annotate export")(export)
    group.command(epilog="Example: sentiment annotate status")(status)
    group.command(epilog="Example: sentiment annotate codebook")(codebook)
    app.add_typer(group, name="annotate")


def do(
    paths: PathsArgument,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    annotator: Annotated[
        str | None, typer.Option("--as", help="Your name in the labels; default: who is logged in.")
    ] = None,
    relabel: Annotated[bool, typer.Option("--relabel", help="Also show comments that have a label.")] = False,
) -> None:
    """Label comments, one key each. Every decision is on the disk before the next comment appears."""
    from rich.console import Console

    from sentiment.annotate.session import Session
    from sentiment.annotate.terminal import Screen, next_sign
    from sentiment.pipeline import read
    from sentiment.records import Page
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    folder = annotations / chosen.slug
    pages = [item for item in read(paths) if isinstance(item, Page)]
    session = Session(
        folder,
        pages,
        annotator=annotator or _login(),
        codebook=chosen.codebook_version,
        relabel=relabel,
    )
    for problem in session.labels.problems:
        typer.echo(problem, err=True)
    if session.task is None:
        session.close()
        every = sum(len(page.comments) for page in pages)
        typer.echo(f"Nothing to label: all {every} comments have a label. Use --relabel to see them again.")
        return
    interactive = sys.stdin.isatty()
    screen = Screen(
        session,
        question=chosen.question("en"),
        codebook=_codebook_text(folder),
        console=Console(highlight=False, emoji=False, markup=False),
        read_key=typer.getchar if interactive else next_sign,
        read_line=(lambda prompt: input(prompt)) if interactive else (lambda _: sys.stdin.readline()),
    )
    try:
        screen.run()
    except (KeyboardInterrupt, EOFError):
        typer.echo("")
    finally:
        session.close()
        _farewell(session, folder)


def _farewell(session: Session, folder: Path) -> None:
    left = len(session.tasks) - session.place
    typer.echo(f"{session.decided} decided, {left} left. Saved in {folder / 'events.jsonl'}.")
    typer.echo(f"Next: `sentiment annotate export` writes {folder / 'labels.csv'}; the report already uses them.")


def export(
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: labels.csv in the target's folder.")
    ] = None,
) -> None:
    """Write the labels as they stand to labels.csv: sorted, one row each, to be reviewed in a diff."""
    from sentiment.annotate.labels import load, write_csv
    from sentiment.report.rows import whole_file
    from sentiment.stance.target import load_target

    folder = annotations / load_target(target).slug
    labels = load(folder)
    path = output or folder / "labels.csv"
    for problem in labels.problems:
        typer.echo(problem, err=True)
    with whole_file(path) as file:
        count = write_csv(labels.current.values(), file)
    typer.echo(f"{count} labels written to {path}")


def status(target: TargetOption = DEFAULT_TARGET, annotations: AnnotationsOption = DEFAULT_ANNOTATIONS) -> None:
    """How many labels there are, by language and annotator."""
    from collections import Counter

    from sentiment.annotate.labels import load
    from sentiment.stance.target import load_target

    labels = load(annotations / load_target(target).slug)
    typer.echo(f"{len(labels.current)} labels, {len(labels.skipped)} comments passed over")
    for what in ("language", "annotator"):
        counts = Counter(getattr(label, what) or "unknown" for label in labels.current.values())
        if counts:
            typer.echo(f"by {what}: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()))


def codebook(target: TargetOption = DEFAULT_TARGET, annotations: AnnotationsOption = DEFAULT_ANNOTATIONS) -> None:
    """Show the definitions that annotators follow."""
    from sentiment.stance.target import load_target

    typer.echo(_codebook_text(annotations / load_target(target).slug))


def _codebook_text(folder: Path) -> str:
    path = folder / "codebook.md"
    return path.read_text(encoding="utf-8") if path.exists() else f"There is no codebook at {path} yet."


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user on the system
        return "anonymous"
