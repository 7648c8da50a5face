"""What the commands that read pages share: their options, and pages with stances by whatever was chosen to tag them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from sentiment.cli.backend_options import BackendChoice

if TYPE_CHECKING:
    from sentiment.engine.pages import PageJob
    from sentiment.engine.run import Run
    from sentiment.pipeline import Tagged
    from sentiment.records import Skipped
    from sentiment.sources.options import ReadOptions
    from sentiment.stance.backends import BackendOptions

PathsArgument = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, folders, globs or archives; - is standard input.")
]
TargetOption = Annotated[str, typer.Option("--target", "-t", help="What the stance is toward: a name or a TOML file.")]
AnnotationsOption = Annotated[
    Path, typer.Option("--annotations", help="Folder that holds one folder of labels per target.")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file other than the target's own.")]
OutputOption = Annotated[str, typer.Option("--output", "-o", help="File to write; - is standard output.")]
MaskOption = Annotated[
    bool, typer.Option("--mask", help="Mask e-mail addresses, telephone numbers and handles in texts.")
]


class Population(StrEnum):
    """Whose share is asked for."""

    such = "such"
    these = "these"


PopulationOption = Annotated[
    Population,
    typer.Option(
        "--population",
        help="such: of comments like these, threads taken as a sample; these: among exactly these comments.",
    ),
]


def text_output(output: str) -> AbstractContextManager[IO[str]]:
    """Standard output, or a file that appears under its name only when it is complete."""
    from sentiment.outputs import whole_file

    return nullcontext(sys.stdout) if output == "-" else whole_file(Path(output))


def chosen_backend(
    backend: BackendChoice,
    paths: list[str],
    target: str,
    annotations: Path,
    model: Path | None,
    *,
    folder: bool = False,
) -> BackendOptions | None:
    """The backend's options, after the user agreed to what it sends."""
    options = backend.options(target, annotations, model, folder=folder)
    if options is not None:
        from sentiment.pipeline import plan

        backend.confirm(lambda: None if "-" in paths else plan(paths, backend=options, target=target))
    return options


def tagged_pages(
    paths: list[str], job: PageJob, run: Run, backend: BackendOptions | None = None, options: ReadOptions | None = None
) -> Iterator[Tagged | Skipped]:
    """Tagged pages; a stronger backend works side by side on its own, in this process."""
    if backend is not None:
        from sentiment.pipeline import analyse

        return analyse(
            paths, target=job.target, annotations=job.annotations, options=options, reasons=job.reasons, backend=backend
        )
    from sentiment.cli.progress import Progress
    from sentiment.engine import tagged

    progress = Progress(paths)
    return tagged(paths, job, run, options=options, watch=lambda chunks: progress.watch(chunks, progress.chunk))
