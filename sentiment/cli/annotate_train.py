"""The command ``annotate train``: a model from the labels as they stand, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentiment.cli.annotate_common import DatabaseOption, workplace
from sentiment.cli.page_options import AnnotationsOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(epilog="Example: sentiment annotate train --model my.npz")(train)


def train(
    model: Annotated[Path, typer.Option("--model", help="The model file to write.")],
    before: Annotated[
        Path | None,
        typer.Option(
            "--before", help="Compare with this model; default: what --model names already, else the target's own."
        ),
    ] = None,
    only_labels: Annotated[bool, typer.Option("--only-labels", help="Leave the target's training.csv out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Train on the labels as they stand, and say what changed: per language, on audit items, which never train."""
    import json

    from sentiment.errors import InputError
    from sentiment.learning import learn, model_before, to_lines

    if not model.parent.is_dir():
        raise InputError(f"the folder {model.parent} is not there")
    if model.is_dir():
        raise InputError(f"{model} is a folder; name the file to write")
    with workplace(target, annotations, database) as place:
        found = learn(
            place.store,
            place.folder,
            place.target,
            before=model_before(place.target, before, model),
            table=not only_labels,
            tell=lambda line: typer.echo(line, err=True),
        )
    found.fitted.model.save(model)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        for line in to_lines(found):
            typer.echo(line)
    typer.echo(f"wrote {model} ({model.stat().st_size / 1e6:.2f} MB)", err=True)
    typer.echo(f"Next: `sentiment report PATH… --model {model}`", err=True)
