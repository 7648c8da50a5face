"""Paths in, documents and pages out, one by one; what cannot be used is a Skipped with its reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources import paths as found_paths
from sentiment.sources.blob import Blob, Item
from sentiment.sources.options import ReadOptions
from sentiment.sources.registry import reader
from sentiment.sources.sniff import EXPECTED, is_foreign, sniff

_DEFAULTS = ReadOptions()

# What damaged files raise in readers, besides their own InputError; the last two where data of one type was expected
# and another was there.
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    AttributeError,
)


def read(paths: Iterable[str | os.PathLike[str]], *, options: ReadOptions = _DEFAULTS) -> Iterator[Item]:
    """Read saved pages, texts, archives, comment exports and tables, holding one at a time.

    Args:
        paths: files, folders (all in them, sorted, without hidden files), globs, ``-`` for standard input.
        options: limits, and the columns of tables.

    Yields:
        A Document for each page that is still to be parsed, a Page for each that an export describes with its
        comments, a Skipped for everything that cannot be used.

    Raises:
        InputError: a path does not exist, a glob matches nothing, a folder holds nothing to read, or its
            ``manifest.csv`` is not valid.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else paths  # a str is an iterable of letters
    return _read(found_paths.expand(given), options)


def blobs(paths: Iterable[str | os.PathLike[str]], *, options: ReadOptions = _DEFAULTS) -> Iterator[Blob | Skipped]:
    """The files that :func:`read` reads, unread, in its order: to be read elsewhere with :func:`read_blob`.

    Raises:
        InputError: as for :func:`read`.
    """
    return _blobs(found_paths.expand(paths), options)


def _read(paths: list[str], options: ReadOptions) -> Iterator[Item]:
    for blob in _blobs(paths, options):
        yield from read_blob(blob, options)


def _blobs(paths: list[str], options: ReadOptions) -> Iterator[Blob | Skipped]:
    for path in paths:
        if found_paths.is_folder(path):
            yield from _folder(path)
        else:
            yield found_paths.single(path, options.max_bytes)


def _folder(path: str) -> Iterator[Blob | Skipped]:
    """A folder's files; those of unknown format that come first wait until one of a known format is found."""
    waiting: list[Skipped] = []
    something = False
    for blob in found_paths.walk(path):
        if not something:
            found = look(blob)
            if found.foreign:
                waiting.append(Skipped(blob.source, found.reason))
                continue
            something = True
            yield from waiting
        yield blob
    if not something:
        endings = Counter(PurePosixPath(item.source).suffix or "without ending" for item in waiting)
        listed = ", ".join(f"{n} {ending}" for ending, n in endings.most_common(5)) or "no files"
        raise InputError(f"{path}: nothing to read: found {listed}; expected {EXPECTED}; give another folder or a file")


def read_blob(blob: Blob | Skipped, options: ReadOptions) -> Iterator[Item]:
    """What is in one file or member of an archive."""
    yield from read_found(blob, look(blob), options)


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at a file tells."""

    format: str | None = None
    reason: str = ""
    """Why it cannot be used, if it cannot."""
    foreign: bool = False
    """It is something that is never read, as opposed to an empty or unreadable page."""


def look(blob: Blob | Skipped) -> Look:
    """The format of a file, or why it cannot be used."""
    if isinstance(blob, Skipped):
        return Look(reason=blob.reason)
    try:
        head = blob.head()
        if not head.strip():
            return Look(reason="empty file", foreign=is_foreign(blob.name))
        return Look(format=sniff(head, blob.name))
    except InputError as error:
        return Look(reason=str(error), foreign=True)
    except _DAMAGE as error:
        return Look(reason=_reason(error))


def read_found(blob: Blob | Skipped, found: Look, options: ReadOptions) -> Iterator[Item]:
    """What is in a file whose format was found."""
    if found.format is None or isinstance(blob, Skipped):
        yield Skipped(blob.source, found.reason)
        return
    nothing = True
    try:
        for item in reader(found.format)(blob, options):
            nothing = False
            yield item
        if nothing:
            yield Skipped(blob.source, f"no page and no comment in it (read as {found.format})")
    except (InputError, *_DAMAGE) as error:
        yield Skipped(blob.source, _reason(error))


def _reason(error: BaseException) -> str:
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return f"damaged: {error or type(error).__name__}"
