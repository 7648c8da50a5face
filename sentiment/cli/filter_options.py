"""The options that say which comments count, the same for ``report``, ``export`` and ``annotate draw``.

A command takes them as one object: ``@takes_filters`` replaces its parameter ``filters`` by the options below.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli.choices import takes

if TYPE_CHECKING:
    from sentiment.report.filters import Filters

_PANEL = "Which comments"


class Duplicates(StrEnum):
    """What becomes of copies of a comment."""

    every = "count"
    mark = "mark"
    once = "once"


def _option(name: str, text: str, **more: Any) -> Any:
    return typer.Option(name, help=text, rich_help_panel=_PANEL, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoice:
    """What the user asked for; a field is an option. Several values as ``a,b`` or as an option given twice."""

    outlet: Annotated[list[str] | None, _option("--outlet", "Only these outlets: a.example,b.example")] = None
    language: Annotated[list[str] | None, _option("--language", "Only comments in these languages: it,de")] = None
    since: Annotated[datetime | None, _option("--since", "Only comments from this day on.", formats=["%Y-%m-%d"])] = (
        None
    )
    until: Annotated[datetime | None, _option("--until", "Only comments up to this day.", formats=["%Y-%m-%d"])] = None
    min_confidence: Annotated[
        float, _option("--min-confidence", "Only comments of which the model is this sure, 0 to 1.")
    ] = 0.0
    reason: Annotated[list[str] | None, _option("--reason", "Only comments that name one of these themes.")] = None
    top_level_only: Annotated[bool, _option("--top-level-only", "Only comments on the article, no answers.")] = False
    duplicates: Annotated[
        Duplicates,
        _option("--duplicates", "Copies and near-copies: count all, mark them in an export, count them once."),
    ] = Duplicates.every

    def filters(self) -> Filters:
        """For the library.

        Raises:
            InputError: they contradict each other.
        """
        from sentiment.report.filters import Filters

        return Filters(
            outlets=_several(self.outlet),
            languages=_several(self.language),
            since=self.since.date() if self.since else None,
            until=self.until.date() if self.until else None,
            min_confidence=self.min_confidence,
            reasons=_several(self.reason),
            top_level_only=self.top_level_only,
            duplicates=self.duplicates.value,
        )


EVERY = FilterChoice()
"""What a command takes if the user chose nothing."""

takes_filters = takes("filters", FilterChoice)
"""Gives a command the options of :class:`FilterChoice`; it receives them as ``filters``."""


def _several(values: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())
