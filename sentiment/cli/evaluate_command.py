"""The command ``evaluate``: how good a model, another backend, or training on a table is."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
from sentiment.cli.table_options import (
    FileArgument,
    GroupOption,
    LabelOption,
    LanguageOption,
    ParentOption,
    TargetOption,
    TextOption,
    TitleOption,
    WeightOption,
)

if TYPE_CHECKING:
    import pandas as pd

    from sentiment.stance.train import Options


class EvaluateFormat(StrEnum):
    """What ``evaluate`` can write."""

    table = "table"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: sentiment evaluate labels.csv --text text --label stance --group page --format json")(
        evaluate
    )


@takes_backend
def evaluate(
    file: FileArgument,
    text: TextOption = "text",
    label: LabelOption = "label",
    group: GroupOption = None,
    language: LanguageOption = None,
    parent: ParentOption = None,
    title: TitleOption = None,
    weight: WeightOption = None,
    target: TargetOption = None,
    by: Annotated[
        str | None,
        typer.Option("--by", help="Column to tell the figures apart by, such as outlet; several with commas between."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Test this model; without it, train and test by cross-validation.")
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, max=20, help="Folds of the cross-validation.")] = 5,
    learning_curve: Annotated[bool, typer.Option("--learning-curve", help="Also with less training data.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Also draw what was said against what was right: a .svg, .png or .pdf."),
    ] = None,
    format: Annotated[EvaluateFormat, typer.Option("--format", "-f", help="What to write.")] = EvaluateFormat.table,  # noqa: A002
    backend: BackendChoice = LINEAR,
) -> None:
    """How good is it: F1, calibration, intervals, and simple rules beside it."""
    import json

    from sentiment.cli.backend_classify import confirm
    from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET
    from sentiment.stance.evaluate import evaluate as measure
    from sentiment.stance.evaluate import to_lines
    from sentiment.stance.files import read_table
    from sentiment.stance.model import load_model
    from sentiment.stance.reliability import check_picture, draw
    from sentiment.stance.tag import load_backend
    from sentiment.stance.target import load_target
    from sentiment.stance.train import Options

    if plot is not None:
        check_picture(plot)
    stronger = backend.options(target or DEFAULT_TARGET, DEFAULT_ANNOTATIONS, model)
    toward = load_target(target or DEFAULT_TARGET) if target or stronger else None
    options = Options(text, label, group, language, parent, title, toward, weight=weight)
    made = load_model(model, target=toward.slug if toward else None) if model else None
    tested = load_backend(toward, None, stronger) if stronger and toward else None
    table = read_table(file)
    if tested is not None or (made is not None and made.languages is not None):
        table, options = _with_language(table, options)
    found = measure(
        table,
        options,
        model=made,
        backend=tested,
        before=lambda items: confirm(backend, tested, items),
        by=by,
        folds=folds,
        learning_curve=learning_curve,
        tell=lambda line: typer.echo(line, err=True),
    )
    if plot is not None:
        draw(found, plot)
        typer.echo(f"drew {plot}", err=True)
    if format is EvaluateFormat.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in to_lines(found):
            typer.echo(line)


def _with_language(table: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, Options]:
    """The table with a language per row, found out where no column tells it, as ``classify`` does."""
    if options.language is not None:
        return table, options
    if "language" not in table.columns:
        from sentiment.language.batch import identify_all
        from sentiment.stance.table import column

        table = table.assign(language=identify_all(column(table, options.text)))
        typer.echo("no column of languages was named: they were found out, row by row", err=True)
    return table, replace(options, language="language")
