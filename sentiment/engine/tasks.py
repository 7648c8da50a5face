"""Cuts an input of pages into tasks: some files each, or some documents of a file that holds many.

How it is cut depends on the input alone, never on who runs it, so that a run can be continued elsewhere. Small files are
read by whoever has the task; a large archive on this machine is read here, and its documents are handed out; a large
archive at an address is one task, so that a cluster's workers do the reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sentiment import sources
from sentiment.records import Document, Page, Skipped
from sentiment.sources.blob import Blob, Item
from sentiment.sources.options import ReadOptions

SIZE = 4 << 20
"""Bytes of saved pages to a task: about a second's work, so that cores finish together."""
FILES = 200
"""Files to a task at most."""
LARGE = 1 << 20
"""A smaller archive is read by whoever has the task."""

_MANY_IN_ONE = frozenset(
    [
        ".zip",
        ".tar",
        ".tgz",
        ".tbz",
        ".tbz2",
        ".txz",
        ".tzst",
        ".gz",
        ".bz2",
        ".xz",
        ".zst",
        ".warc",
        ".wet",
        ".jsonl",
        ".ndjson",
        ".json",
        ".csv",
        ".tsv",
        ".parquet",
        ".xml",
    ]
)


@dataclass(frozen=True, slots=True)
class PageTask:
    """Files to read, or documents that were read, in their order."""

    number: int
    blobs: tuple[Blob | Skipped, ...] = ()
    items: tuple[Item, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)
    size: int = 0
    """Bytes of input."""

    def read(self) -> Iterator[Item]:
        """The documents."""
        for blob in self.blobs:
            yield from sources.read_blob(blob, self.options)
        yield from self.items

    def names(self) -> list[str]:
        """What it is about, for messages."""
        return [part.source for part in (*self.blobs, *self.items)]

    def key(self) -> str:
        """Changes when the input does: names, sizes and times of files, contents of documents."""
        sign = hashlib.blake2b(digest_size=12)
        for blob in self.blobs:
            sign.update(f"{blob.source}\x1f{_state(blob)}\x1e".encode("utf-8", "surrogatepass"))
        for item in self.items:
            content = item.content if isinstance(item, Document) else repr(item)
            sign.update(f"{item.source}\x1f{content}\x1e".encode("utf-8", "surrogatepass"))
        return sign.hexdigest()


def page_tasks(paths: Iterable[str], options: ReadOptions, *, factor: int = 1) -> Iterator[PageTask]:
    """The tasks of an input.

    Args:
        paths: as a user gives them.
        options: how to read.
        factor: how many times larger than usual the tasks are.

    Raises:
        InputError: as for :func:`sentiment.sources.read`.
    """
    for number, task in enumerate(_tasks(paths, options, SIZE * factor, FILES * factor)):
        yield replace(task, number=number)


def _tasks(paths: Iterable[str], options: ReadOptions, most: int, files: int) -> Iterator[PageTask]:
    group: list[Blob | Skipped] = []
    size = 0
    for blob in sources.blobs(paths, options=options):
        streamed = isinstance(blob, Blob) and _read_here(blob)
        if group and (streamed or size >= most or len(group) >= files):
            yield PageTask(0, tuple(group), options=options, size=size)
            group, size = [], 0
        if streamed:
            yield from _documents(blob, options, most, files)
        else:
            group.append(blob)
            size += _size(blob)
    if group:
        yield PageTask(0, tuple(group), options=options, size=size)


def _documents(blob: Blob | Skipped, options: ReadOptions, most: int, files: int) -> Iterator[PageTask]:
    items: list[Item] = []
    size = 0
    for item in sources.read_blob(blob, options):
        items.append(item)
        size += _length(item)
        if size >= most or len(items) >= files:
            yield PageTask(0, items=tuple(items), size=size)
            items, size = [], 0
    if items:
        yield PageTask(0, items=tuple(items), size=size)


def _read_here(blob: Blob) -> bool:
    if blob.size is None or blob.source.startswith("memory://") or blob.source == "-":
        return True
    large = PurePosixPath(blob.name).suffix.lower() in _MANY_IN_ONE and blob.size > LARGE
    return large and "://" not in blob.source


def _length(item: Item) -> int:
    if isinstance(item, Document):
        return len(item.content)
    return sum(len(comment.text) for comment in item.comments) if isinstance(item, Page) else 0


def _size(blob: Blob | Skipped) -> int:
    return blob.size or 0 if isinstance(blob, Blob) else 0


def _state(blob: Blob | Skipped) -> str:
    if isinstance(blob, Skipped):
        return blob.reason
    try:
        changed = Path(blob.source).stat().st_mtime_ns
    except (OSError, ValueError):
        changed = 0
    return f"{blob.size} {changed} {blob.manifest}"
