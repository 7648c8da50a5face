"""The commands about stance: ``train``, ``classify``, ``evaluate``, ``explain`` and ``targets``."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend

if TYPE_CHECKING:
    from sentiment.stance.files import Row, TableFile
    from sentiment.stance.model import Model

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
TargetOption = Annotated[
    str | None, typer.Option("--target", "-t", help="A target's name or file: its words become features.")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file; without it, the target's own.")]


class EvaluateFormat(StrEnum):
    """What ``evaluate`` can write."""

    table = "table"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: sentiment train labels.csv --text text --label stance --group page --model my.stance")(
        train
    )
    app.command(epilog="Example: sentiment classify comments.csv --text text --model my.stance --output out.csv")(
        classify
    )
    app.command(epilog="Example: sentiment evaluate labels.csv --text text --label stance --group page --format json")(
        evaluate
    )
    app.command(epilog='Example: sentiment explain "Finalmente, li aspettavo" --language it')(explain)
    targets = typer.Typer(help="What a stance is toward: list, show, new.", no_args_is_help=True)
    targets.command("list", epilog="Example: sentiment targets list")(targets_list)
    targets.command("show", epilog="Example: sentiment targets show xiaomi-us")(targets_show)
    targets.command("new", epilog="Example: sentiment targets new wind-farm --folder targets")(targets_new)
    app.add_typer(targets, name="targets")


def train(
    file: FileArgument,
    model: Annotated[Path, typer.Option("--model", help="The model file to write.")],
    text: TextOption = "text",
    label: LabelOption = "label",
    group: GroupOption = None,
    language: LanguageOption = None,
    parent: ParentOption = None,
    title: TitleOption = None,
    target: TargetOption = None,
    class_weight: Annotated[
        str | None, typer.Option("--class-weight", help="balanced: rare labels weigh more; shares are then distorted.")
    ] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Also write the model card as Markdown.")] = None,
) -> None:
    """Train a classifier from a table of texts and labels; it chooses its own settings."""
    from sentiment.errors import InputError
    from sentiment.stance.card import render_card
    from sentiment.stance.files import read_table
    from sentiment.stance.target import load_target
    from sentiment.stance.train import Options
    from sentiment.stance.train import train as fit

    if class_weight not in (None, "balanced"):
        raise InputError(f"--class-weight {class_weight!r} is unknown; there is: balanced")
    if not model.parent.is_dir():
        raise InputError(f"the folder {model.parent} is not there")
    options = Options(
        text, label, group, language, parent, title, load_target(target) if target else None, class_weight
    )
    fitted = fit(read_table(file), options, tell=lambda line: typer.echo(line, err=True))
    fitted.model.save(model)
    if card:
        card.write_text(render_card(fitted.model), encoding="utf-8")
    for line in fitted.lines():
        typer.echo(line, err=True)
    typer.echo(f"wrote {model} ({model.stat().st_size / 1e6:.2f} MB)", err=True)


@takes_backend
def classify(
    file: FileArgument,
    text: TextOption = "text",
    model: ModelOption = None,
    output: Annotated[str, typer.Option("--output", "-o", help="File to write; - is standard output.")] = "-",
    language: LanguageOption = None,
    parent: ParentOption = None,
    title: TitleOption = None,
    target: TargetOption = None,
    reasons: Annotated[bool, typer.Option("--reasons", help="Also say which words and cues decided.")] = False,
    abstain: Annotated[
        float, typer.Option("--abstain", min=0.0, max=1.0, help="Leave the stance empty below this confidence.")
    ] = 0.0,
    backend: BackendChoice = LINEAR,
) -> None:
    """Add stance, p_LABEL and confidence to every row of a table."""
    from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET
    from sentiment.stance.files import open_table, write_table

    toward = target or DEFAULT_TARGET
    options = backend.options(toward, DEFAULT_ANNOTATIONS, model)
    if options is not None:
        from sentiment.cli.backend_classify import Columns, classify_table

        columns = Columns(text=text, language=language, parent=parent, title=title)
        classify_table(file, output, columns, backend, options, target=toward, reasons=reasons, abstain=abstain)
        return
    made = _model(model, target)
    with open_table(file) as table:
        table.need(text, language, parent, title)
        if language is None and made.languages is not None and "language" in table.columns:
            language = "language"
        extra = ["stance", *(f"p_{name}" for name in made.labels), "confidence", *(["reasons"] if reasons else [])]
        names = [name for name in table.columns if name not in extra] + extra
        tagger = _Tagger(made, text, language, parent, reasons, abstain)
        count = write_table(output, names, tagger.tag(table), table.form)
    typer.echo(f"{count} rows" + "".join(f", {n} {why}" for why, n in tagger.left.items()), err=True)


class _Tagger:
    """Fills the new columns of a table, some rows at a time."""

    def __init__(
        self, model: Model, text: str, language: str | None, parent: str | None, reasons: bool, abstain: float
    ) -> None:
        self.model, self.text, self.language, self.parent = model, text, language, parent
        self.reasons, self.abstain = reasons, abstain
        self.left: dict[str, int] = {}

    def tag(self, table: TableFile) -> Iterator[list[Row]]:
        for batch in table.batches():
            self._tag(batch)
            yield batch

    def _tag(self, batch: list[Row]) -> None:
        from sentiment.stance.explain import reasons_of

        docs, rows = [], []
        for row in batch:
            words, code = str(row.get(self.text) or ""), self._language(row)
            why = "" if self.model.knows(code) else f"no model for {code or 'und'}"
            why = why or ("" if words.strip() else "without words")
            row["stance"] = row["confidence"] = ""
            row |= dict.fromkeys((f"p_{label}" for label in self.model.labels), "")
            if self.reasons:
                row["reasons"] = why
            if why:
                self.left[why] = self.left.get(why, 0) + 1
                continue
            above = str(row.get(self.parent) or "") if self.parent else ""
            docs.append(self.model.prepare(words, language=code, parent=above))
            rows.append(row)
        shares = self.model.probabilities(docs)
        for doc, row, share, chosen in zip(docs, rows, shares, self.model.choose(shares), strict=True):
            if share[chosen] >= self.abstain:
                row["stance"] = self.model.labels[chosen]
            else:
                self.left["left open"] = self.left.get("left open", 0) + 1
            row["confidence"] = round(float(share[chosen]), 4)
            row |= {f"p_{name}": round(float(p), 4) for name, p in zip(self.model.labels, share, strict=True)}
            if self.reasons:
                row["reasons"] = "; ".join(reasons_of(self.model, doc, int(chosen)))

    def _language(self, row: Row) -> str:
        if self.model.languages is None:
            return ""
        if self.language is not None:
            return str(row.get(self.language) or "").strip().lower()
        from sentiment.language import identify

        return identify(str(row.get(self.text) or ""))


def evaluate(
    file: FileArgument,
    text: TextOption = "text",
    label: LabelOption = "label",
    group: GroupOption = None,
    language: LanguageOption = None,
    parent: ParentOption = None,
    target: TargetOption = None,
    by: Annotated[str | None, typer.Option("--by", help="Column to tell the figures apart by, such as outlet.")] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Test this model; without it, train and test by cross-validation.")
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, max=20, help="Folds of the cross-validation.")] = 5,
    learning_curve: Annotated[bool, typer.Option("--learning-curve", help="Also with less training data.")] = False,
    format: Annotated[EvaluateFormat, typer.Option("--format", "-f", help="What to write.")] = EvaluateFormat.table,  # noqa: A002
) -> None:
    """How good is it: F1, calibration, intervals, and simple rules beside it."""
    import json

    from sentiment.stance.evaluate import evaluate as measure
    from sentiment.stance.evaluate import to_lines
    from sentiment.stance.files import read_table
    from sentiment.stance.model import load_model
    from sentiment.stance.target import load_target
    from sentiment.stance.train import Options

    options = Options(text, label, group, language, parent, None, load_target(target) if target else None)
    made = load_model(model, target=options.target.slug if options.target else None) if model else None
    found = measure(
        read_table(file),
        options,
        model=made,
        by=by,
        folds=folds,
        learning_curve=learning_curve,
        tell=lambda line: typer.echo(line, err=True),
    )
    if format is EvaluateFormat.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in to_lines(found):
            typer.echo(line)


def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A comment.")],
    language: Annotated[
        str | None, typer.Option("--language", help="Its language; without it, it is found out.")
    ] = None,
    parent: Annotated[str, typer.Option("--parent", help="The comment that it answers.")] = "",
    target: TargetOption = None,
    model: ModelOption = None,
) -> None:
    """Why: the words and cues that carried the decision."""
    from rich.console import Console

    from sentiment.errors import InputError
    from sentiment.stance.explain import render

    made = _model(model, target)
    if not text.strip():
        raise InputError("the text is empty: give a comment in quotation marks")
    if language is None and made.languages is not None:
        from sentiment.language import identify

        language = identify(text)
    if not made.knows(language or ""):
        known = ", ".join(made.languages or ())
        raise InputError(f"no model for {language}; there is one for {known}; name the language with --language")
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    for line in render(made, made.prepare(text, language=language or "", parent=parent)):
        console.print(line)


def targets_list() -> None:
    """The targets that come with the package."""
    from sentiment.stance.target import list_targets, load_target

    for slug in list_targets():
        target = load_target(slug)
        typer.echo(f"{slug}\t{target.name}\t{', '.join(target.languages)}")


def targets_show(name: Annotated[str, typer.Argument(metavar="TARGET", help="Its name, file or folder.")]) -> None:
    """What a target says: statement, question, who is named, cues and reasons."""
    from sentiment.stance.target import describe, load_target

    for line in describe(load_target(name)):
        typer.echo(line)


def targets_new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="A short name: letters, digits, hyphens.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where its folder is made.")] = Path(),
) -> None:
    """Make a folder with a target and a codebook to fill in."""
    from sentiment.stance.target import new_target

    typer.echo(str(new_target(slug, folder)))


def _model(path: Path | None, target: str | None) -> Any:
    from sentiment.stance.model import load_model
    from sentiment.stance.tag import packaged_model
    from sentiment.stance.target import load_target

    slug = load_target(target).slug if target else None
    return load_model(path, target=slug) if path else packaged_model(slug or "xiaomi-us")
