"""Lines of JSON: pages with their HTML or text, one a line and one at a time, or comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources.blob import Blob, Item, buffered, too_large
from sentiment.sources.dates import machine_date
from sentiment.sources.decode import decode, encodable
from sentiment.sources.options import ReadOptions
from sentiment.sources.tables import read_rows
from sentiment.sources.webpage import origin, web_address

_HTML = ("html", "raw_html", "content_html", "page_html")
_TEXT = ("text", "content", "body", "raw_content")
_ADDRESS = ("url", "uri", "link", "source_url", "canonical_url")
_SAVED = ("saved", "fetched", "crawled", "retrieved", "fetch_time", "timestamp", "crawl_date", "date_download")
_OF_A_COMMENT = frozenset(("comment_id", "parent_id", "parent", "reply_to", "position", "author", "user", "by", "cid"))
_LOOK = 50


def read_jsonl(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """Pages, if the lines have HTML or each its own address and text; else comments."""
    broken: list[int] = []
    with closing(buffered(blob)) as stream:
        rows = _rows(stream, options.max_bytes, broken)
        first = list(islice(rows, _LOOK))
        if not first:
            raise InputError("no line is a JSON object; expected one object a line")
        if options.text is None and are_pages(first):
            for number, row in enumerate(chain(first, rows), 1):
                yield page_of(blob, row, number)
        else:
            yield from read_rows(blob, _bounded(chain(first, rows), options.max_bytes), options)
    if broken:
        shown = ", ".join(map(str, broken[:5])) + (" ..." if len(broken) > 5 else "")
        yield Skipped(blob.source, f"{len(broken)} lines that are not JSON objects (line {shown})")


def are_pages(rows: list[dict[str, Any]]) -> bool:
    """Whether objects are pages: they have HTML, or text and an address that no other has."""
    if any(_first(row, _HTML) for row in rows):
        return True
    if any(_OF_A_COMMENT & row.keys() for row in rows):
        return False
    urls = [_first(row, _ADDRESS) for row in rows]
    return all(urls) and len(set(urls)) == len(urls) and all(_first(row, _TEXT) for row in rows)


def page_of(blob: Blob, row: dict[str, Any], number: int) -> Item:
    """The document of one object."""
    html, url = _first(row, _HTML), web_address(_first(row, _ADDRESS))
    content = encodable(html or _first(row, _TEXT))
    source = encodable(f"{blob.source}::{url or number}")
    if not content.strip():
        return Skipped(source, "a page without html or text")
    inner = Blob(source, "", blob.open, None, blob.manifest, blob.depth)
    saved = next((date for name in _SAVED if (date := machine_date(row.get(name)))), None)
    own_url, own_saved = origin(content) if html else (None, None)
    document = inner.document(
        content, url=url or own_url, media_type="text/html" if html else "text/plain", saved=saved or own_saved
    )
    outlet = row.get("outlet")
    if document.outlet is None and isinstance(outlet, str) and outlet.strip():
        return replace(document, outlet=outlet.strip())
    return document


def _rows(stream: BinaryIO, limit: int, broken: list[int]) -> Iterator[dict[str, Any]]:
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise too_large(None, limit)
        if not line.strip():
            continue
        try:
            row = json.loads(decode(line).text)
        except (ValueError, RecursionError, InputError):
            row = None
        if isinstance(row, dict):
            yield row
        else:
            broken.append(number)


def _bounded(rows: Iterable[dict[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    """Comments have to be held until all of a page are there; no more of them than a file may be large."""
    size = 0
    for row in rows:
        size += sum(len(value) for value in row.values() if isinstance(value, str)) + 100
        if size > limit:
            raise too_large(None, limit)
        yield row


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := row.get(name), str) and value.strip()), "")
