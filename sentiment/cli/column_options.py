"""The options that name the columns of a table of comments, the same for ``report``, ``export`` and ``parse``.

A command takes them as one object: ``@takes_columns`` replaces its parameter ``columns`` by the options below.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli.choices import takes

if TYPE_CHECKING:
    from sentiment.sources.options import ReadOptions


def _column(name: str, what: str) -> Any:
    return typer.Option(name, metavar="COLUMN", help=what, rich_help_panel="Columns of tables")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """The columns that the user named; one that is left out is found by its usual names."""

    text: Annotated[str | None, _column("--text", "The words of a comment.")] = None
    author: Annotated[str | None, _column("--author", "Its writer.")] = None
    date: Annotated[str | None, _column("--date", "When it was written.")] = None
    parent: Annotated[str | None, _column("--parent", "The id of the comment that it answers.")] = None
    id: Annotated[str | None, _column("--id", "Its own id, as --parent refers to it.")] = None
    url: Annotated[str | None, _column("--url", "The address of its page; the same one, the same page.")] = None
    title: Annotated[str | None, _column("--title", "The title of its page.")] = None
    outlet: Annotated[str | None, _column("--outlet-column", "The outlet of its page.")] = None

    def options(self) -> ReadOptions:
        """For the library."""
        from sentiment.sources.options import ReadOptions

        return ReadOptions(**asdict(self))


USUAL = ColumnChoice()
"""What a command takes if the user named no column."""

takes_columns = takes("columns", ColumnChoice)
"""Gives a command the options of :class:`ColumnChoice`; it receives them as ``columns``."""
