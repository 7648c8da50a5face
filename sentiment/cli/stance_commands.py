"""The commands about stance: ``train``, ``classify``, ``evaluate``, ``explain`` and ``targets``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli import evaluate_command
from sentiment.cli.backend_options import LINEAR, BackendChoice, takes_backend
from sentiment.cli.scale_options import (
    EngineChoice,
    EngineOption,
    PartFormOption,
    SchedulerOption,
    WorkersOption,
    run_of,
)
from sentiment.cli.table_options import (
    FileArgument,
    GroupOption,
    LabelOption,
    LanguageOption,
    ModelOption,
    ParentOption,
    TargetOption,
    TextOption,
    TitleOption,
    WeightOption,
)

if TYPE_CHECKING:
    from sentiment.engine.table_job import Rows


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: sentiment train labels.csv --text text --label stance --group page --model my.stance")(
        train
    )
    app.command(epilog="Example: sentiment classify comments.csv --text text --model my.stance --output out.csv")(
        classify
    )
    evaluate_command.register(app)
    app.command(epilog='Example: sentiment explain "Finalmente, li aspettavo" --language it')(explain)
    targets = typer.Typer(help="What a stance is toward: list, show, new.", no_args_is_help=True)
    targets.command("list", epilog="Example: sentiment targets list")(targets_list)
    targets.command("show", epilog="Example: sentiment targets show xiaomi-us")(targets_show)
    targets.command("new", epilog="Example: sentiment targets new wind-farm --folder targets")(targets_new)
    app.add_typer(targets, name="targets")


def train(
    model: Annotated[Path, typer.Option("--model", help="The model file to write.")],
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A .csv, .tsv, .jsonl or .parquet; - is standard input. Without it, the labels of --target as they stand.",
        ),
    ] = None,
    text: TextOption = "text",
    label: LabelOption = "label",
    group: GroupOption = None,
    language: LanguageOption = None,
    parent: ParentOption = None,
    title: TitleOption = None,
    weight: WeightOption = None,
    target: TargetOption = None,
    class_weight: Annotated[
        str | None, typer.Option("--class-weight", help="balanced: rare labels weigh more; shares are then distorted.")
    ] = None,
    prior_power: Annotated[
        float | None,
        typer.Option(
            "--prior-power",
            min=0.0,
            max=1.0,
            help="Divide by the labels' shares to this power when deciding, for the sake of rare labels; 0 never, "
            "1 as if all were equally frequent. Default: what gives the best macro-F1.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help="Keep this feature block even where it brings no gain: vader, tags ..."),
    ] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Also write the model card as Markdown.")] = None,
) -> None:
    """Train a classifier from a table of texts and labels; it chooses its own settings.

    Without a table: as `sentiment annotate train`, from the labels as they stand.
    """
    if file is None:
        from sentiment.cli import annotate_train
        from sentiment.pipeline import DEFAULT_TARGET

        others = (group, language, parent, title, weight, class_weight, keep, card, prior_power is not None)
        if (text, label) != ("text", "label") or any(others):
            raise typer.BadParameter(
                "without FILE there are only --model and --target; the others are options of a table"
            )
        annotate_train.train(model, target=target or DEFAULT_TARGET)
        return
    from sentiment.errors import InputError
    from sentiment.pipeline import DEFAULT_ANNOTATIONS
    from sentiment.stance.card import render_card
    from sentiment.stance.choose import BLOCKS
    from sentiment.stance.codebook import codebook_file
    from sentiment.stance.files import read_table
    from sentiment.stance.target import load_target
    from sentiment.stance.train import Options
    from sentiment.stance.train import train as fit

    if class_weight not in (None, "balanced"):
        raise InputError(f"--class-weight {class_weight!r} is unknown; there is: balanced")
    if not model.parent.is_dir():
        raise InputError(f"the folder {model.parent} is not there")
    strange = sorted(set(keep or ()) - set(BLOCKS))
    if strange:
        raise InputError(f"--keep {strange[0]!r} is unknown; there are: {', '.join(BLOCKS)}")
    chosen = load_target(target) if target else None
    options = Options(
        text,
        label,
        group,
        language,
        parent,
        title,
        chosen,
        class_weight,
        keep=tuple(keep or ()),
        prior_power=prior_power,
        codebook=codebook_file(target, chosen.slug, DEFAULT_ANNOTATIONS) if target and chosen else None,
        weight=weight,
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
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="File to write; - is standard output; FOLDER/ gets parts and can be continued."
        ),
    ] = "-",
    language: LanguageOption = None,
    parent: ParentOption = None,
    title: TitleOption = None,
    target: TargetOption = None,
    reasons: Annotated[bool, typer.Option("--reasons", help="Also say which words and cues decided.")] = False,
    abstain: Annotated[
        float, typer.Option("--abstain", min=0.0, max=1.0, help="Leave the stance empty below this confidence.")
    ] = 0.0,
    format: PartFormOption = None,  # noqa: A002
    workers: WorkersOption = None,
    engine: EngineOption = EngineChoice.local,
    scheduler: SchedulerOption = None,
    backend: BackendChoice = LINEAR,
) -> None:
    """Add stance, p_LABEL and confidence to every row of a table."""
    from sentiment.engine.folder import is_folder
    from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

    options = backend.options(target or DEFAULT_TARGET, DEFAULT_ANNOTATIONS, model, folder=is_folder(output))
    if options is not None:
        from sentiment.cli import backend_classify

        places = backend_classify.Columns(text=text, language=language, parent=parent, title=title)
        toward = target or DEFAULT_TARGET
        backend_classify.classify_table(
            file, output, places, backend, options, target=toward, reasons=reasons, abstain=abstain
        )
        return
    from sentiment.cli.progress import Progress
    from sentiment.engine.classify import Columns, classify_file, classify_parts

    columns = Columns(
        text=text,
        language=language,
        parent=parent,
        title=title,
        model=model,
        target=target,
        reasons=reasons,
        abstain=abstain,
    )
    run = run_of(workers, engine, scheduler)
    progress = Progress([file])

    def watch(found: Iterator[Rows]) -> Iterator[Rows]:
        return progress.watch(found, progress.rows)

    said = ""
    if is_folder(output):
        done = classify_parts(file, Path(output), columns, run, form=format.value if format else None, watch=watch)
        said = f" in {output}: {done.made} parts made, {done.kept} there before"
    else:
        done = classify_file(file, output, columns, run, watch=watch)
    typer.echo(f"{done.rows} rows{said}" + "".join(f", {n} {why}" for why, n in done.left.items()), err=True)
    if any(why.startswith("no model for ") for why in done.left):
        typer.echo(
            "a language that the model lacks is left empty: label 200 such texts and train, or use --backend nli or llm",
            err=True,
        )


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
    from sentiment.pipeline import DEFAULT_TARGET
    from sentiment.stance.model import load_model
    from sentiment.stance.tag import packaged_model
    from sentiment.stance.target import load_target

    slug = load_target(target).slug if target else None
    return load_model(path, target=slug) if path else packaged_model(slug or DEFAULT_TARGET)
