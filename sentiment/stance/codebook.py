"""Where a target's codebook stands: the text that human coders follow is what a language model is told, too."""

from __future__ import annotations

from pathlib import Path

from sentiment.errors import InputError

LONGEST = 60_000
"""Characters; a longer file is no codebook, and every prompt would pay for it."""


def find_codebook(target: str, slug: str, annotations: Path) -> str:
    """The codebook of a target: beside its file, or in the folder of its labels; empty where there is none.

    Args:
        target: The target as it was named: a slug, a file or a folder.
        slug: Its slug.
        annotations: Folder that holds one folder of labels per target.

    Raises:
        InputError: It cannot be read.
    """
    file = codebook_file(target, slug, annotations)
    return "" if file is None else read_codebook(file)


def codebook_file(target: str, slug: str, annotations: Path) -> Path | None:
    """Where that codebook stands, or None; see :func:`find_codebook`."""
    place = Path(target)
    folders = [place] if place.is_dir() else [place.parent] if place.suffix == ".toml" else []
    files = (folder / "codebook.md" for folder in (*folders, annotations / slug))
    return next((file for file in files if file.is_file()), None)


def read_codebook(file: Path) -> str:
    """A codebook's text.

    Raises:
        InputError: It is not there, not UTF-8, or far too long.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the codebook {file} cannot be read as UTF-8 text: {error}") from None
    if len(text) > LONGEST:
        raise InputError(
            f"the codebook {file} has {len(text):,} characters; each prompt would carry it: {LONGEST:,} at most"
        )
    return text
