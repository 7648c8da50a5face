"""The commands of whoever leads: ``annotate status | agree | adjudicate | suspects | codebook``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli.annotate_common import AnnotatorOption, DatabaseOption, login, workplace
from sentiment.cli.page_options import AnnotationsOption, ModelOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.cli.annotate_common import Workplace


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
    group.command(epilog="Example: sentiment annotate agree --by language,label")(agree)
    group.command(epilog="Example: sentiment annotate adjudicate --as lea")(adjudicate)
    group.command(epilog="Example: sentiment annotate suspects --limit 20")(suspects)
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


def agree(
    by: Annotated[str, typer.Option("--by", help="Also per language, outlet, label, codebook.")] = "",
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    database: DatabaseOption = None,
) -> None:
    """How well annotators agree, on comments that two of them labelled blind, with intervals over comments."""
    import json

    from sentiment.annotate import agree as measure

    with workplace(target, annotations, database) as place:
        found = measure.agree(place.store, tuple(name.strip() for name in by.split(",") if name.strip()))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in measure.to_lines(found):
            typer.echo(line)


def adjudicate(
    annotator: AnnotatorOption = None,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Decide where annotators differ: their names are hidden, a reason is needed, their labels stay as they are."""
    from sentiment.annotate.adjudicating import adjudicate as go_through
    from sentiment.annotate.adjudication import Desk
    from sentiment.annotate.session import Session
    from sentiment.annotate.terminal import next_sign

    with workplace(target, annotations, database) as place:
        who = annotator or login()
        desk = Desk(place.store, who, codebook=place.codebook, origin="terminal")
        session = Session(place.store, who, codebook=place.codebook, origin="terminal")
        read_key = typer.getchar if sys.stdin.isatty() else next_sign
        decided = go_through(desk, session, read_key=read_key, say=typer.echo)
        typer.echo(f"{decided} decided, {len(desk.waiting())} left.")


def suspects(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to show.")] = 20,
    refit: Annotated[
        bool, typer.Option("--refit", help="Train on these labels, fold by fold, instead of asking the target's model.")
    ] = False,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    model: ModelOption = None,
    database: DatabaseOption = None,
) -> None:
    """Labels that are likely wrong, most likely first: a model that was not trained on them says something else."""
    from sentiment.annotate.standing import training_rows
    from sentiment.annotate.suspects import suspects as find
    from sentiment.errors import AnnotationError
    from sentiment.records import STANCES

    with workplace(target, annotations, database) as place:
        rows = list(training_rows(place.store, audit=False))
        if not rows:
            raise AnnotationError("there is no labelled comment to be suspicious of; label some first")
        rows, chances = _out_of_fold(rows, place, model) if not refit else _refitted(rows, place)
    found = find([STANCES.index(row["stance"]) for row in rows], chances)
    typer.echo(f"{len(found)} of {len(rows)} labels are doubtful")
    for one in found[:limit]:
        row = rows[one.place]
        words = " ".join(row["text"].split())
        typer.echo(f"{row['id']}  {STANCES[one.given]} → {STANCES[one.better]}?  {one.margin:.2f}  {words[:90]}")
    if found:
        typer.echo(
            "Next: `sentiment annotate history ID`; to have them checked: `sentiment annotate draw --for train --sampler suspect`"
        )


def _out_of_fold(rows: list[dict[str, Any]], place: Workplace, model: Path | None) -> tuple[list[dict[str, Any]], Any]:
    """What the target's model says of the labels that it was not made from."""
    import numpy as np

    from sentiment.records import STANCES
    from sentiment.stance.tag import Item, load_backend

    backend = load_backend(place.target, model)
    learned = frozenset(getattr(getattr(backend, "model", None), "meta", {}).get("trained_ids", ()))
    new = [row for row in rows if row["id"] not in learned]
    if len(new) < len(rows):
        typer.echo(
            f"{len(rows) - len(new)} labels trained this model and are not judged by it; --refit judges all of them",
            err=True,
        )
    items = [Item(row["text"], row["language"], row["parent_text"], row["title"], row["quote"]) for row in new]
    said = backend.classify(items)
    known = [(row, one.probabilities) for row, one in zip(new, said, strict=True) if one.probabilities]
    return [row for row, _ in known], np.array([chances for _, chances in known]).reshape(len(known), len(STANCES))


def _refitted(rows: list[dict[str, Any]], place: Workplace) -> tuple[list[dict[str, Any]], Any]:
    """What models say that were trained on the other pages of these labels."""
    import numpy as np
    import pandas as pd

    from sentiment.records import STANCES
    from sentiment.stance.evaluate import cross_validate
    from sentiment.stance.table import read_rows
    from sentiment.stance.train import Options

    options = Options("text", "stance", "page", "language", "parent_text", None, place.target)
    read = read_rows(pd.DataFrame(rows), options)
    shares = cross_validate(read, options, tell=lambda line: typer.echo(line, err=True))
    chances = np.zeros((len(shares), len(STANCES)))
    chances[:, [STANCES.index(name) for name in read.labels]] = shares
    return [rows[int(at)] for at in read.places], chances


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
        text = place.codebook_draft
        if action is CodebookAction.show:
            typer.echo(place.codebook_text)
            if place.codebook_text != text:
                typer.echo("codebook.md says something else: sentiment annotate codebook diff", err=True)
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
