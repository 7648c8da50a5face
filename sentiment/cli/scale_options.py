"""The options of commands that may have a lot to do: how many processes, and where they are."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sentiment.engine.run import Run


class EngineChoice(StrEnum):
    """Who does the work."""

    local = "local"
    dask = "dask"


class PartForm(StrEnum):
    """The form of the parts in a folder."""

    parquet = "parquet"
    csv = "csv"
    jsonl = "jsonl"


WorkersOption = Annotated[
    int | None, typer.Option("--workers", "-w", min=1, help="Processes; default: one per core. Small inputs need none.")
]
EngineOption = Annotated[
    EngineChoice, typer.Option("--engine", help="dask: on a Dask cluster (pip install 'reader-sentiment\\[cluster]').")
]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="Address of a Dask scheduler; without it, a cluster on this machine.")
]
PartFormOption = Annotated[
    PartForm | None, typer.Option("--format", "-f", help="Of the parts, if the output is a folder.")
]
PartitionOption = Annotated[
    str, typer.Option("--partition", help="If the output is a folder: outlet, language or both become folders in it.")
]


def run_of(workers: int | None, engine: EngineChoice, scheduler: str | None) -> Run:
    """What the options say.

    Raises:
        BadParameter: they contradict each other.
    """
    from sentiment.engine.run import Run

    if scheduler and engine is EngineChoice.local:
        raise typer.BadParameter("a scheduler needs --engine dask", param_hint="--scheduler")
    return Run(workers, engine.value, scheduler)
