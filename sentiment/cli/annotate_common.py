"""What the commands of ``annotate`` share: their options, and the store opened for the time of a command."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sentiment.annotate.store import Store
    from sentiment.stance.target import Target

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db", envvar="SENTIMENT_ANNOTATIONS_DB", help="Address of the store; default: a file in the target's folder."
    ),
]
MaybePaths = Annotated[
    list[str] | None, typer.Argument(metavar="[PATH]...", help="Pages whose comments are added first; as for report.")
]
AnnotatorOption = Annotated[
    str | None, typer.Option("--as", help="Your name in the labels; default: who is logged in.")
]


@dataclass(frozen=True, slots=True)
class Workplace:
    """A target with its store."""

    target: Target
    folder: Path
    store: Store

    @property
    def codebook(self) -> str:
        """Version of the codebook that annotators follow now."""
        from sentiment.annotate.codebook import current_version, version_of

        return current_version(self.store, version_of(self.codebook_text) or self.target.codebook_version)

    @property
    def codebook_text(self) -> str:
        """The codebook as it stands in the target's folder."""
        path = self.folder / "codebook.md"
        return path.read_text(encoding="utf-8") if path.exists() else f"There is no codebook at {path} yet."


@contextmanager
def workplace(target: str, annotations: Path, database: str | None = None) -> Iterator[Workplace]:
    """Open a target's store; a new one is made from the files in its folder."""
    from sentiment.annotate.files import open_store
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    folder = annotations / chosen.slug
    store = open_store(folder, database)
    try:
        yield Workplace(chosen, folder, store)
    finally:
        store.close()


def login() -> str:
    """The name of whoever is logged in."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user on the system
        return "anonymous"
