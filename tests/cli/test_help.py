"""What ``--help`` shows is what was written."""

import re
from collections.abc import Iterator

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sentiment.cli import app


def texts(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every help text of the application that holds a square bracket, with its command."""
    own = [getattr(command, "help", None), *(getattr(one, "help", None) for one in command.params)]  # type: ignore[attr-defined]
    yield from ((path, text) for text in own if text and "[" in text)
    for name, one in getattr(command, "commands", {}).items():
        yield from texts(one, (*path, name))


@pytest.mark.parametrize(("path", "text"), list(texts(get_command(app))))
def test_square_brackets_are_not_taken_for_markup(path: tuple[str, ...], text: str) -> None:
    """Rich reads [cluster] as a style and swallows it unless it is escaped; whoever copies the line needs it."""
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "400", "TERMINAL_WIDTH": "400"}).output
    for part in re.findall(r"\[[^\]]+\]", text.replace("\\[", "[")):
        assert part in shown


def test_some_help_has_brackets() -> None:
    """So that the test above tests something."""
    assert {path for path, _ in texts(get_command(app))} >= {("report",), ("export",), ("classify",)}
