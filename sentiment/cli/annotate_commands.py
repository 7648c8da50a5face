"""The commands in which people label comments: ``annotate init | do | web | history | undo``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentiment.cli import annotate_draw, annotate_files, annotate_review, annotate_train
from sentiment.cli.annotate_common import AnnotatorOption, DatabaseOption, MaybePaths, explainer, login, workplace
from sentiment.cli.page_options import AnnotationsOption, TargetOption
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET

if TYPE_CHECKING:
    from sentiment.cli.annotate_common import Workplace

WhyModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model", help="The model of a draw for training, if not the target's own: it says why, after the answer."
    ),
]
LanguagesOption = Annotated[str, typer.Option("--language", help="Only these languages, such as de,it.")]


def register(app: typer.Typer) -> None:
    """Add the group ``annotate`` to the application."""
    group = typer.Typer(help="Relabel comments; the next report and the next training use it.", no_args_is_help=True)
    group.command(epilog="Example: sentiment annotate init")(init)
    annotate_draw.register(group)
    group.command("do", epilog="Example: sentiment annotate do seeds --as anna")(do)
    group.command(epilog="Example: sentiment annotate web")(web)
    annotate_review.register(group)
    annotate_train.register(group)
    group.command(epilog="Example: sentiment annotate history 00124d8e83d7aa20412c")(history)
    group.command(epilog="Example: sentiment annotate undo --as anna")(undo)
    annotate_files.register(group)
    app.add_typer(group, name="annotate")


def init(
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Make the store of a target, from the files that are in its folder; with --db, on a server from now on."""
    with workplace(target, annotations, database) as place:
        if database:
            place.folder.mkdir(parents=True, exist_ok=True)
            (place.folder / "database.url").write_text(database + "\n", encoding="utf-8")
        counts = place.store.rows("SELECT COUNT(*) AS labels FROM label_current")[0]
        typer.echo(f"The store of {place.target.slug} is ready: {counts['labels']} labels, codebook {place.codebook}.")
        typer.echo(
            "Next: `sentiment annotate draw PATH… --for estimate --n 300`, or label at once: `sentiment annotate do PATH…`"
        )


def do(
    paths: MaybePaths = None,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    annotator: AnnotatorOption = None,
    number: Annotated[int | None, typer.Option("--draw", help="Only this draw.")] = None,
    language: LanguagesOption = "",
    relabel: Annotated[bool, typer.Option("--relabel", help="Also show comments that have a label.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colour and no cursor moves, for screen readers.")] = False,
    model: WhyModelOption = None,
    database: DatabaseOption = None,
) -> None:
    """Label comments, one key each. Every decision is on the disk before the next comment appears."""
    from rich.console import Console

    from sentiment.annotate.codebook import without_head
    from sentiment.annotate.leases import MOST
    from sentiment.annotate.session import Session
    from sentiment.annotate.terminal import SETTLE_SECONDS, Keyboard, Screen, next_sign, walk

    with workplace(target, annotations, database) as place:
        draws = _draws(place, paths, number)
        languages = [name.strip() for name in language.split(",") if name.strip()]
        session = Session(
            place.store,
            annotator or login(),
            codebook=place.codebook,
            origin="terminal",
            draws=draws,
            languages=languages,
            explain=explainer(target, model),
        )
        left = session.queue.left()
        if not left and not relabel:
            typer.echo("Nothing to label: all comments have a label. Use --relabel to see them again.")
            return
        interactive = sys.stdin.isatty()
        screen = Screen(
            session,
            question=place.target.question,
            codebook=without_head(place.codebook_text),
            console=Console(highlight=False, emoji=False, markup=False, force_terminal=False if plain else None),
            keyboard=Keyboard(
                key=typer.getchar if interactive else next_sign,
                line=(lambda prompt: input(prompt)) if interactive else (lambda _: sys.stdin.readline()),
                settle=SETTLE_SECONDS if interactive else 0.0,
            ),
            total=left if left < MOST else None,
            again=walk(session, draws or session.queue.draws()) if relabel else None,
        )
        try:
            screen.run()
        except (KeyboardInterrupt, EOFError):
            typer.echo("")
        finally:
            session.queue.release()
            left = session.queue.left()
            typer.echo(
                f"{screen.decided} decided, {left}{' or more' if left >= MOST else ''} left. Everything is saved; the report already uses it."
            )
            typer.echo(f"Next: `sentiment annotate export` writes {place.folder / 'labels.csv'}")


def web(
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    annotator: AnnotatorOption = None,
    host: Annotated[str, typer.Option("--host", help="Other than this computer only with accounts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8765,
    name: Annotated[list[str] | None, typer.Option("--name", help="A host name by which the page is reached.")] = None,
    add_user: Annotated[
        str | None, typer.Option("--add-user", help="Make or change an account: NAME, NAME:ROLE or NAME:ROLE:it,de.")
    ] = None,
    model: WhyModelOption = None,
    database: DatabaseOption = None,
) -> None:
    """Label in the browser, alone or as a team. Works offline; one process, one command."""
    from sentiment.annotate.web.accounts import add_account
    from sentiment.annotate.web.serve import WebOptions, serve

    with workplace(target, annotations, database) as place:
        if add_user:
            handle, role, languages = [*add_user.split(":"), "", ""][:3]
            secret = typer.prompt(
                f"Password for {handle}", hide_input=sys.stdin.isatty(), confirmation_prompt=sys.stdin.isatty()
            )
            given = add_account(place.store, handle, secret, role, languages.replace(",", " "))
            typer.echo(f"{handle} may log in as {given}.")
            return
        options = WebOptions(
            host=host,
            port=port,
            names=tuple(name or ()),
            user=annotator or login(),
            title=place.target.name,
            question=place.target.question,
            codebook=place.codebook,
            codebook_text=place.codebook_text,
            explain=explainer(target, model),
        )
        serve(place.store, options, tell=lambda line: typer.echo(line, err=True))


def history(
    item: Annotated[str, typer.Argument(metavar="COMMENT", help="Its id, or how that begins.")],
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Everything that was ever decided on a comment, oldest first."""
    from sentiment.errors import AnnotationError

    with workplace(target, annotations, database) as place:
        query = "SELECT id, text FROM item WHERE id >= :start AND id < :stop ORDER BY id LIMIT 2"
        found = place.store.rows(query, start=item, stop=item + "~")
        if len(found) != 1:
            raise AnnotationError(f"{'no comment' if not found else 'more than one comment'} begins with {item}")
        typer.echo(found[0]["text"])
        for event in place.store.events(item=found[0]["id"]):
            parts = [
                event.at[:19],
                event.annotator,
                event.kind,
                event.stance or "",
                event.flags,
                event.reason,
                event.note,
            ]
            typer.echo("  ".join(part for part in parts if part) + f"  ({event.id})")


def undo(
    count: Annotated[int, typer.Argument(metavar="[N]", min=1, help="How many decisions.")] = 1,
    annotator: AnnotatorOption = None,
    target: TargetOption = DEFAULT_TARGET,
    annotations: AnnotationsOption = DEFAULT_ANNOTATIONS,
    database: DatabaseOption = None,
) -> None:
    """Take your last decisions back; the history keeps both."""
    from sentiment.annotate.session import Session

    with workplace(target, annotations, database) as place:
        session = Session(place.store, annotator or login(), codebook=place.codebook, origin="terminal")
        for _ in range(count):
            task = session.undo()
            if task is None:
                typer.echo("nothing to take back")
                return
            typer.echo(f"taken back: {task.item}  {' '.join(task.text.split())[:80]}")
        session.queue.release()


def _draws(place: Workplace, paths: list[str] | None, number: int | None) -> list[str] | None:
    """The draws to work on: of these pages, of this number, or all (None)."""
    from sentiment.annotate.draws import given
    from sentiment.errors import AnnotationError
    from sentiment.pipeline import read
    from sentiment.records import Page

    if number is not None:
        found = place.store.rows("SELECT id FROM draw WHERE number = :number", number=number)
        if not found:
            raise AnnotationError(f"there is no draw {number}; see: sentiment annotate status")
        return [found[0]["id"]]
    if not paths:
        return None
    pages = [item for item in read(paths) if isinstance(item, Page)]
    place.store.add_pages(pages)
    return given(place.store, [page.id for page in pages], place.codebook)
