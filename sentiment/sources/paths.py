"""Paths as a user gives them (files, folders, globs, ``-``) become files to read, one after the other."""

from __future__ import annotations

import glob
import io
import os
import re
import sys
from collections.abc import Container, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources import manifest, remote
from sentiment.sources.blob import Blob, too_large
from sentiment.sources.decode import encodable
from sentiment.sources.manifest import Entry, Manifest
from sentiment.sources.options import MEBIBYTE

STANDARD_INPUT = "-"

# What browsers call the folder of pictures and scripts beside "Webpage, complete" (Firefox, Chrome, Edge, Safari by
# language); it belongs to a page only if the page is beside it.
_COMPANION = re.compile(
    r"(?P<page>.+?)(?:_files|[-_]Dateien|_file|_fichiers|_archivos|_arquivos|_ficheiros|_bestanden|_pliki|_soubory"
    r"|_dosyalar|_elemei|_filer|_tiedostot|_fitxers|\.files)$",
    re.I,
)
LARGEST_FRAME = 32 * MEBIBYTE
_PAGE_ENDINGS = (".html", ".htm", ".xhtml", ".mht", ".mhtml", "")


def expand(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """The given paths with globs filled in, in the given order.

    Raises:
        InputError: a path does not exist, or a glob matches nothing.
    """
    found: list[str] = []
    for path in [os.fspath(given) for given in paths]:
        if remote.is_remote(path) or path == STANDARD_INPUT or os.path.lexists(path):
            found.append(path)
        elif glob.has_magic(path):
            matches = _matches(path)
            if not matches:
                raise InputError(f"{path}: nothing matches; expected saved pages, texts or exports; check the pattern")
            found += matches
        else:
            raise InputError(f"{path}: no such file or folder; check the spelling and where you are ({Path.cwd()})")
    return list(dict.fromkeys(found))  # what two patterns match is read once


def _matches(pattern: str) -> list[str]:
    """What a pattern matches, as a walk would find it: no manifests, nothing from companion folders."""
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    if "**" in pattern:  # it reaches into the folders by itself
        matches = [path for path in matches if not Path(path).is_dir()]
    return [path for path in matches if Path(path).name != manifest.NAME and not _is_in_companion(Path(path))]


def _is_in_companion(path: Path) -> bool:
    for folder in (path, *path.parents):
        match = _COMPANION.match(folder.name)
        if match and folder.is_dir() and any((folder.parent / (match["page"] + e)).is_file() for e in _PAGE_ENDINGS):
            return True
    return False


def is_folder(path: str) -> bool:
    """Whether a path has to be walked through."""
    if remote.is_remote(path):
        return remote.is_folder(path)
    return path != STANDARD_INPUT and Path(path).is_dir()


def single(path: str, limit: int) -> Blob | Skipped:
    """A file that was named itself; its own folder's manifest may know about it.

    Raises:
        InputError: that manifest is not valid.
    """
    if remote.is_remote(path):
        return remote.blob(path)
    if path == STANDARD_INPUT:
        return _stream(path, sys.stdin.buffer, limit)
    file = Path(path)
    if file.is_fifo() or file.is_char_device():  # "<(command)" in a shell
        with file.open("rb") as stream:
            return _stream(path, stream, limit)
    return _file(path, file, manifest.load(file.parent).get(file.name, Entry()))


def walk(folder: str) -> Iterator[Blob | Skipped]:
    """The files of a folder and the folders in it, sorted; without hidden ones and companions of saved pages.

    Raises:
        InputError: a manifest is not valid.
    """
    if remote.is_remote(folder):
        yield from remote.walk(folder)
        return
    yield from _walk(Path(folder), folder, [], set())


def _walk(
    folder: Path, source: str, above: list[tuple[str, Manifest]], seen: set[tuple[int, int]]
) -> Iterator[Blob | Skipped]:
    try:
        status = folder.stat()
        names, folders = _listing(folder)
    except OSError as error:
        yield Skipped(source, f"cannot be read: {error.strerror}")
        return
    if (place := (status.st_dev, status.st_ino)) in seen:
        return  # a link back to a folder that was read
    seen.add(place)
    own = manifest.load(folder)
    known = [*above, ("", own)]
    for name in names:
        path = os.path.join(source, name)  # noqa: PTH118  keeps "./" and "" of what was given
        if name not in folders:
            yield _file(path, folder / name, _row(known, name))
        elif not is_companion(name, names):
            below = [(f"{prefix}{name}/", table) for prefix, table in known]
            yield from _walk(folder / name, path, below, seen)
    for name in own:
        if "/" not in name and name not in names:
            missing = os.path.join(source, name)  # noqa: PTH118
            yield Skipped(missing, f"listed in {manifest.NAME}, but there is no such file")


def _listing(folder: Path) -> tuple[dict[str, None], set[str]]:
    """The names in a folder, sorted, and which of them are folders: nothing else is kept of a million files."""
    names: list[str] = []
    folders: set[str] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == manifest.NAME:
                continue
            names.append(entry.name)
            if entry.is_dir():
                folders.add(entry.name)
    names.sort()
    return dict.fromkeys(names), folders


def is_companion(folder: str, beside: Container[str]) -> bool:
    """Whether a folder holds the pictures of a saved page among the names beside it."""
    match = _COMPANION.match(folder)
    return match is not None and any(match["page"] + ending in beside for ending in _PAGE_ENDINGS)


def _row(known: list[tuple[str, Manifest]], name: str) -> Entry:
    """What the nearest manifest says that lists the file."""
    return next((table[prefix + name] for prefix, table in reversed(known) if prefix + name in table), Entry())


def _file(source: str, path: Path, entry: Entry) -> Blob | Skipped:
    source = encodable(source)
    try:
        size = path.stat().st_size
    except OSError as error:
        return Skipped(source, f"cannot be read: {error.strerror}")
    if not path.is_file():
        return Skipped(source, "not a regular file")
    return Blob(source, path.name, partial(_open, path), size, entry, beside=partial(_companion, path))


def companion_file(page: str, address: str) -> str | None:
    """The path, relative to a page, of a file in the page's own companion folder; None for any other address."""
    folder, *names = address.removeprefix("./").split("/")
    match = _COMPANION.match(folder)
    if match is None or page not in {match["page"] + ending for ending in _PAGE_ENDINGS}:
        return None
    return None if not names or ".." in names or "" in names else "/".join((folder, *names))


def _companion(page: Path, address: str) -> bytes | None:
    name = companion_file(page.name, address)
    file = page.parent / (name or "")
    try:
        # a link in the folder could still lead out of it
        inside = name is not None and file.resolve().is_relative_to(page.parent.resolve() / name.partition("/")[0])
        return file.read_bytes() if inside and file.stat().st_size <= LARGEST_FRAME else None
    except (OSError, ValueError):
        return None


def _open(path: Path) -> BinaryIO:  # a name, so that a file can be opened in another process
    return path.open("rb")


def _stream(source: str, stream: BinaryIO, limit: int) -> Blob | Skipped:
    data = stream.read(limit + 1)
    if len(data) > limit:
        return Skipped(source, str(too_large(None, limit)))
    return Blob(source, "", partial(io.BytesIO, data), len(data))
