"""The commands of whoever leads: ``annotate status | agree | adjudicate | suspects | codebook``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sentiment.cli.annotate_common import DatabaseOption, workplace
from sentiment.cli.report_commands import AnnotationsOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET


class CodebookAction(StrEnum):
    """What to do with the codebook."""

    show = "show"
    diff = "diff"
    publish = "publish"


class ChangeKind(StrEnum):
    """How far a new version goes."""

    minor = "minor"
    semantic = "semantic"


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command(epilog="Example: sentiment annotate status")(status)
    group.command(epilog="Example: sentiment annotate codebook diff")(codebook)


def status(
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    database: DatabaseOption = None,
) -> None:
    """How far the work is: labels by language and annotator, draws, what is left, what awaits a decision."""
    import json

    from sentiment.annotate.progress import overview, to_lines

    with workplace(target, annotations, database) as place:
        found = overview(place.store)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in to_lines(found):
            typer.echo(line)


def codebook(
    action: Annotated[
        CodebookAction, typer.Argument(help="show, diff against what is published, or publish.")
    ] = CodebookAction.show,
    kind: Annotated[
        ChangeKind, typer.Option("--kind", help="A semantic change asks again for the labels it touches.")
    ] = ChangeKind.minor,
    touches: Annotated[str | None, typer.Option("--touches", help="Stances and flags, such as against,irony.")] = None,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Show the definitions that annotators follow, or make a new version of them hold."""
    from sentiment.annotate.codebook import diff, publish, touched, version_of
    from sentiment.errors import AnnotationError

    with workplace(target, annotations, database) as place:
        text = place.codebook_text
        if action is CodebookAction.show:
            typer.echo(text)
            return
        if action is CodebookAction.diff:
            for line in diff(place.store, text):
                typer.echo(line)
            typer.echo("touches: " + (", ".join(touched(place.store, text)) or "no stance and no flag"), err=True)
            return
        version = version_of(text)
        if version is None:
            raise AnnotationError(f"{place.folder / 'codebook.md'} names no `version:` in its head")
        names = None if touches is None else tuple(name.strip() for name in touches.split(",") if name.strip())
        done = publish(place.store, text, version=version, kind=kind.value, touches=names)
        typer.echo(f"Codebook {done.version} holds from now on.")
        if done.draw:
            typer.echo(
                f"{done.requeued} labelled comments ({', '.join(done.touches)}) are asked for again: draw {done.draw}"
            )
            typer.echo(f"Next: `sentiment annotate do --draw {done.draw}`")
