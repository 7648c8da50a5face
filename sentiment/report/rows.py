"""Every comment as one row: the columns of ``export``, and the files they are written to."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sentiment.cells import row_writer
from sentiment.errors import InputError
from sentiment.outputs import whole_file
from sentiment.records import STANCES, Comment, Page, Stance

TEXTS = (
    *("page_id", "outlet", "url", "title", "page_language", "comment_id"),
    *("parent_id", "author", "date", "language", "text", "quote"),
    *("stance", "reasons", "label_source", "annotator", "model"),
)
COLUMNS = (
    *("page_id", "outlet", "url", "title", "page_language", "comment_id", "position", "parent_id", "author", "date"),
    *("language", "text", "quote", "stance", *(f"p_{name}" for name in STANCES), "confidence", "reasons"),
    *("label_source", "annotator", "model"),
)
"""The columns of an export, in order."""

_PROBABILITIES = tuple(f"p_{name}" for name in STANCES)
_NO_PROBABILITIES = (None,) * len(STANCES)

BATCH = 5_000
"""Rows per group of a Parquet file."""

Row = dict[str, Any]


Author = Callable[[Page, Comment], str | None]


def shown_as_is(_: Page, comment: Comment) -> str | None:
    """The author's display name."""
    return comment.author


def rows(page: Page, stances: Sequence[Stance], *, author: Author = shown_as_is) -> Iterator[Row]:
    """One dictionary per comment, keys in the order of :data:`COLUMNS`; None where nothing is known."""
    of_page = {
        "page_id": page.id,
        "outlet": page.outlet,
        "url": page.url,
        "title": page.title,
        "page_language": page.language,
    }
    for comment, stance in zip(page.comments, stances, strict=True):
        yield {
            **of_page,
            "comment_id": comment.id,
            "position": comment.position,
            "parent_id": comment.parent_id,
            "author": author(page, comment),
            "date": comment.date.isoformat() if comment.date else None,
            "language": comment.language,
            "text": comment.text,
            "quote": comment.quote or None,
            "stance": stance.name,
            **dict(zip(_PROBABILITIES, stance.probabilities or _NO_PROBABILITIES, strict=True)),
            "confidence": stance.confidence,
            "reasons": "; ".join(stance.reasons) or None,
            "label_source": None if stance.source == "none" else stance.source,
            "annotator": stance.annotator,
            "model": stance.model,
        }


def mark_duplicates(found: Iterable[Row]) -> Iterator[Row]:
    """The rows with a last column ``duplicate_of``: the id of the earlier comment that this one copies, or nothing."""
    from sentiment.report.duplicates import Duplicates

    duplicates = Duplicates()
    return ({**row, "duplicate_of": duplicates.first_of(row["comment_id"], row["text"])} for row in found)


def write_rows(found: Iterable[Row], output: str, *, more: Sequence[str] = ()) -> int:
    """Write rows to ``FILE.csv``, ``.jsonl`` or ``.parquet`` (``-``: CSV on standard output); gives their number.

    ``more`` names text columns that the rows have beyond :data:`COLUMNS`. The file appears under its name only when it is complete.

    Raises:
        InputError: the ending is none of these, or the file cannot be written.
    """
    columns = (*COLUMNS, *more)
    writers: dict[str, Callable[[Iterable[Row], IO[Any], Sequence[str]], int]] = {
        ".csv": _csv,
        ".jsonl": _jsonl,
        ".parquet": _parquet,
    }
    if output == "-":
        return _csv(found, sys.stdout, columns)
    path = Path(output)
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"cannot write {output}: its ending must be one of {', '.join(writers)}")
    with whole_file(path, binary=writer is _parquet) as file:
        return writer(found, file, columns)


def _csv(found: Iterable[Row], file: IO[str], columns: Sequence[str]) -> int:
    write = row_writer(file)
    write(columns)
    count = 0
    for row in found:
        write([value if type(value) is str else _cell(value) for value in map(row.__getitem__, columns)])
        count += 1
    return count


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value)


def _jsonl(found: Iterable[Row], file: IO[str], _: Sequence[str]) -> int:
    encode, count = json.JSONEncoder(ensure_ascii=False).encode, 0
    for row in found:
        file.write(encode(row) + "\n")
        count += 1
    return count


def _parquet(found: Iterable[Row], file: IO[bytes], columns: Sequence[str]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {name: pa.string() for name in (*TEXTS, *columns[len(COLUMNS) :])} | {"position": pa.int32()}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in columns])
    count, rest = 0, iter(found)
    with pq.ParquetWriter(file, schema) as writer:
        while batch := list(islice(rest, BATCH)):
            by_column = {name: [row[name] for row in batch] for name in columns}
            writer.write_table(pa.table(by_column, schema=schema))
            count += len(batch)
    return count
