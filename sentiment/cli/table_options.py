"""The options of the commands that read a table of texts: the file, what its columns are, target and model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="A .csv, .tsv, .jsonl or .parquet; - is standard input.")
]
TextOption = Annotated[str, typer.Option("--text", help="Column of the texts.")]
LabelOption = Annotated[str, typer.Option("--label", help="Column of the labels.")]
GroupOption = Annotated[
    str | None, typer.Option("--group", help="Column of what must not be torn apart by a test: page, thread, author.")
]
LanguageOption = Annotated[
    str | None, typer.Option("--language", help="Column of languages; with it, every language gets weights of its own.")
]
ParentOption = Annotated[
    str | None, typer.Option("--parent", help="Column of the answered comment: its text, or its id or position.")
]
TitleOption = Annotated[
    str | None, typer.Option("--title", help="Column of the article's title; the linear model does not read it.")
]
WeightOption = Annotated[
    str | None,
    typer.Option("--weight", help="Column of how much each row counts in training; figures count every row once."),
]
TargetOption = Annotated[
    str | None, typer.Option("--target", "-t", help="A target's name or file: its words become features.")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file; without it, the target's own.")]
