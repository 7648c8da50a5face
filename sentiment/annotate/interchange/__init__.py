"""Files of other annotation programs, each in one module: a record of ours out, a record of ours in.

What a format has no place for (draw, codebook, time, event) travels in one field under :data:`PREFIX`, where the other
program keeps it untouched, and comes back from there.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from sentiment.annotate.files import whole
from sentiment.annotate.interchange.records import Comment, Reader, from_store, take
from sentiment.annotate.standing import training_rows
from sentiment.annotate.store import Store
from sentiment.cells import row_writer
from sentiment.errors import AnnotationError

FORMATS = {name: f"sentiment.annotate.interchange.{name}" for name in ("labelstudio", "doccano", "prodigy", "argilla")}
FORMATS["csv"] = "sentiment.annotate.interchange.table"


class Shape(Protocol):
    """What a module of this folder offers."""

    write: Callable[[Iterator[Comment], IO[str]], int]
    read: Callable[[IO[str], Reader], Iterator[Comment]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import has brought."""

    comments: int
    events: int
    known: int
    problems: Sequence[str]


def write(store: Store, path: Path, form: str) -> int:
    """Write every labelled comment with all its labels; one after the other, never all in memory. Gives their number."""
    with whole(path) as file:
        return int(_shape(form).write(from_store(store), file))


def read(store: Store, path: Path, form: str, *, annotator: str) -> Taken:
    """Take a file in.

    Args:
        store: where its comments and labels go.
        path: the file, UTF-8.
        form: one of :data:`FORMATS`.
        annotator: who labelled, where the file does not say.

    Raises:
        AnnotationError: it cannot be read, or lacks what its format needs.
    """
    reader = Reader(path=str(path), annotator=annotator, problems=[])
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            comments, events, known = take(store, _shape(form).read(file, reader), form, reader)
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise AnnotationError(f"cannot read {path}: {error}") from error
    return Taken(comments, events, known, reader.problems)


def write_training(store: Store, path: Path, *, audit: bool) -> int:
    """Write a table that ``sentiment train`` or ``sentiment evaluate`` reads; gives its rows."""
    columns = ("id", "page", "language", "outlet", "title", "parent_text", "quote", "text", "stance")
    count = 0
    with whole(path) as file:
        put = row_writer(file)
        put(columns)
        for row in training_rows(store, audit=audit):
            put([str(row[name]) for name in columns])
            count += 1
    return count


def _shape(form: str) -> Any:
    if form not in FORMATS:
        raise AnnotationError(f"unknown format {form!r}; there are {', '.join(FORMATS)}")
    return importlib.import_module(FORMATS[form])
