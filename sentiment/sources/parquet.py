"""Parquet files: pages with their HTML or text, a few rows at a time, or a table of comments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, Item, seekable, too_large
from sentiment.sources.columns import choose
from sentiment.sources.jsonl import are_pages, page_of
from sentiment.sources.options import ReadOptions
from sentiment.sources.tables import pages

_AT_ONCE = 100
"""Rows that are held, where each is a page."""


def read_parquet(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """Pages, if the rows have HTML or each its own address and text; else comments."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with closing(seekable(blob, options.max_bytes)) as stream:
        try:
            file = pq.ParquetFile(pa.PythonFile(stream, mode="r"))
            first: list[dict[str, Any]] = next((batch.to_pylist() for batch in file.iter_batches(_AT_ONCE)), [])
            if options.text is None and first and are_pages(first):
                yield from _pages(blob, file)
                return
            if blob.size is not None and blob.size > options.max_bytes:
                raise too_large(blob.size, options.max_bytes)
            unpacked = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
            if unpacked > options.max_unpacked:
                raise too_large(unpacked, options.max_unpacked)
            columns = choose(file.schema_arrow.names, options)
            rows = [row for batch in file.iter_batches() for row in batch.to_pylist()]
        except pa.ArrowException as error:
            raise InputError(f"a damaged Parquet file ({str(error).splitlines()[0]})") from error
    yield from pages(blob, rows, columns)


def _pages(blob: Blob, file: Any) -> Iterator[Item]:
    number = 0
    for batch in file.iter_batches(_AT_ONCE):
        for row in batch.to_pylist():
            number += 1
            yield page_of(blob, row, number)
