"""``manifest.csv``: what a person knows about saved files that the files do not say."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from sentiment.errors import InputError
from sentiment.sources.decode import decode

NAME = "manifest.csv"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the address and the outlet of a file, where they are known."""

    url: str | None = None
    outlet: str | None = None
    note: str | None = None


Manifest = dict[str, Entry]
"""File name, relative to the folder of the manifest and with ``/`` between folders, to its row."""


def load(folder: Path) -> Manifest:
    """Read a folder's manifest; a folder without one has an empty one.

    Raises:
        InputError: the manifest cannot be read, or has no column ``file``.
    """
    path = folder / NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return parse(data, str(path))


def parse(data: bytes, source: str) -> Manifest:
    """Read the bytes of a manifest; ``source`` is what errors call it.

    Raises:
        InputError: it is not text, or has no column ``file``.
    """
    try:
        text = decode(data).text
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)  # spreadsheets save with ; where the comma is a decimal sign
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _entries(rows, source)
    except csv.Error as error:
        raise InputError(f"{source}: not a readable CSV file ({error})") from error


def _entries(rows: csv._reader, source: str) -> Manifest:  # type: ignore[name-defined,unused-ignore]
    header = [name.strip().lower() for name in next(rows, [])]
    if "file" not in header:
        found = ", ".join(filter(None, header)) or "none"
        raise InputError(f"{source}: no column 'file'; columns found: {found}; expected: file,url,outlet,note")
    entries: Manifest = {}
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        if name := cells.get("file", "").replace("\\", "/").removeprefix("./"):
            entries[name] = Entry(cells.get("url") or None, cells.get("outlet") or None, cells.get("note") or None)
    return entries
