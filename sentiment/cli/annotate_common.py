"""What the commands of ``annotate`` share: their options, and the store opened for the time of a command."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sentiment.annotate.session import Explain, Suggestion, Task
    from sentiment.annotate.store import Store
    from sentiment.records import Why
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
        """The codebook that annotators follow now: as it was published, whatever has been edited since."""
        from sentiment.annotate.codebook import current_text

        return current_text(self.store) or self.codebook_draft

    @property
    def codebook_draft(self) -> str:
        """The codebook as it stands in the target's folder.

        Raises:
            AnnotationError: it cannot be read.
        """
        from sentiment.errors import AnnotationError

        path = self.folder / "codebook.md"
        if not path.exists():
            return f"There is no codebook at {path} yet."
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise AnnotationError(f"{path} is not UTF-8 text ({error.reason}); save it as UTF-8") from error


@contextmanager
def workplace(target: str, annotations: Path, database: str | None = None) -> Iterator[Workplace]:
    """Open a target's store; a new one is made from the files in its folder, its codebook being the first version."""
    from sentiment.annotate.codebook import adopt, version_of
    from sentiment.annotate.database import StoreBusyError
    from sentiment.annotate.files import open_store
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    folder = annotations / chosen.slug
    store = open_store(folder, database)
    try:
        place = Workplace(chosen, folder, store)
        if (folder / "codebook.md").exists():
            text = place.codebook_draft
            with suppress(StoreBusyError):  # a disk that cannot be written can still be read
                adopt(store, text, version_of(text) or chosen.codebook_version)
        yield place
    finally:
        store.close()


def explainer(target: str, model: Path | None) -> Explain:
    """What says why a model suggests a stance: that model and no other, loaded when it is first asked.

    Raises:
        ModelError: the given file is no model for the target; a target without one explains nothing.
    """
    from threading import Lock

    from sentiment.errors import ModelError
    from sentiment.stance.target import load_target

    slug, lock = load_target(target).slug, Lock()
    if model is not None:
        from sentiment.stance.model import load_model

        given = load_model(model, target=slug)

    def explain(task: Task, shown: Suggestion) -> Why | None:
        from sentiment.stance.explain import why
        from sentiment.stance.tag import packaged_model

        with suppress(ModelError), lock:  # pages are served by threads, and a model remembers words
            made = packaged_model(slug) if model is None else given
            if made.name == shown.model:
                return why(made, task.text, shown.stance, language=task.language, parent=task.parent, quote=task.quote)
        return None

    return explain


def login() -> str:
    """The name of whoever is logged in."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user on the system
        return "anonymous"
