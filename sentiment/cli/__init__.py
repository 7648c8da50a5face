"""The command line: parse the arguments, one library call, render. The one place that catches errors.

Each module of this folder adds its commands to the application; what costs time to import is imported inside a command.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from sentiment import __version__
from sentiment.cli import annotate_commands, export_command, report_commands, stance_commands
from sentiment.errors import SentimentError

app = typer.Typer(
    name="sentiment",
    help="What readers think, said honestly: from saved news pages to the stance of their reader comments.",
    epilog="Example: sentiment report seeds",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sentiment {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """What readers think, said honestly: from saved news pages to the stance of their reader comments."""


report_commands.register(app)
export_command.register(app)
stance_commands.register(app)
annotate_commands.register(app)


def main() -> None:
    """Run the application: exit status 0 done, 1 a problem of the input said in one line, 2 wrong usage."""
    try:
        app()
    except SentimentError as error:
        _fail(str(error))
    except BrokenPipeError:  # the reader of our output, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename or 'input or output'}: {error.strerror or error}")


def _fail(message: str) -> None:
    print("sentiment: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(1)
