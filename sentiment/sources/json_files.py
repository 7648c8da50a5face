"""JSON files: what a file is, its shape says. Each shape is a row of a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from sentiment.errors import InputError
from sentiment.sources import hackernews, jsonld, reddit
from sentiment.sources.blob import Blob, Item
from sentiment.sources.jsonl import are_pages, page_of, read_jsonl
from sentiment.sources.options import ReadOptions
from sentiment.sources.tables import read_rows

_ENDINGS = frozenset((".json", ".jsonld", ".jsonl", ".ndjson"))

Shape = tuple[Callable[[Any], bool], Callable[[Blob, Any, ReadOptions], Iterator[Item]]]


def read_json(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """Pages with comments from Reddit, Hacker News or JSON-LD; rows of comments; pages with their HTML."""
    text = blob.text(options.max_bytes)
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise InputError("JSON that is nested too deep") from error
    except ValueError as error:
        if "Extra data" in str(error):  # lines of JSON under another name
            yield from read_jsonl(blob, options)
            return
        if PurePosixPath(blob.name).suffix.lower() not in _ENDINGS:  # a text that begins like JSON
            yield blob.document(text, media_type="text/plain")
            return
        raise InputError(f"not readable as JSON ({error})") from error
    for fits, pages in _SHAPES:
        if fits(data):
            yield from pages(blob, data, options)
            return
    raise InputError(
        f"JSON of an unknown shape ({_described(data)}); expected Reddit, Hacker News, JSON-LD, or a list of comments"
    )


def _rows_of(data: Any) -> list[dict[str, Any]]:
    """The list of objects that is the data, or that is the only one of its kind in it."""
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        data = max(lists, key=len, default=[])
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _rows(blob: Blob, data: Any, options: ReadOptions) -> Iterator[Item]:
    rows = _rows_of(data)
    if options.text is None and are_pages(rows):
        for number, row in enumerate(rows, 1):
            yield page_of(blob, row, number)
    else:
        yield from read_rows(blob, rows, options)


def _one_page(blob: Blob, data: Any, options: ReadOptions) -> Iterator[Item]:
    del options
    yield page_of(blob, data, 1)


def _described(data: Any) -> str:
    if isinstance(data, dict):
        return "an object with " + (", ".join(list(map(str, data))[:10]) or "nothing in it")
    return f"a list of {len(data)}" if isinstance(data, list) else type(data).__name__


_SHAPES: tuple[Shape, ...] = (
    (reddit.fits, reddit.pages),
    (hackernews.fits, hackernews.pages),
    (jsonld.fits, jsonld.pages),
    (lambda data: isinstance(data, dict) and are_pages([data]), _one_page),
    (lambda data: bool(_rows_of(data)), _rows),
)
