"""WARC and WET files, as web archives and Common Crawl make them: every page in them is a document.

The format is a few header lines and a length. It is read here, since FastWARC 2.0 answers a failing stream or a
damaged file with an exception that is no ``Exception`` (a panic of its Rust part), which would end the run.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from sentiment.errors import InputError
from sentiment.records import Document, Skipped
from sentiment.sources.blob import Blob, Item, buffered, too_large
from sentiment.sources.dates import machine_date
from sentiment.sources.decode import decode
from sentiment.sources.http_response import Response, parse_response
from sentiment.sources.options import MEBIBYTE, ReadOptions
from sentiment.sources.webpage import web_address

_KINDS = {"response", "conversion", "resource"}
_MEDIA_TYPES = {"text/html": "text/html", "application/xhtml+xml": "text/html", "text/plain": "text/plain"}
_LONGEST_LINE = 65_536
_MOST_HEADERS = 500
_BREAKS_OFF = "a record that breaks off or is damaged; the others are kept"
_NO_PAGE = "responses with a status other than 200"
_REPEATED = "records repeat a payload that was read before"


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``block`` is None where it is over the limit."""

    headers: dict[str, str]
    length: int
    block: bytes | None

    @property
    def target(self) -> str:
        """The address that was asked for."""
        return self.headers.get("warc-target-uri", "").strip("<> ")


_DAMAGED = Record({}, 1, b"")


def read_warc(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """The pages among the records, each payload once; what is not a page (pictures, requests) is passed over."""
    seen: set[bytes] = set()
    left_out: Counter[str] = Counter()
    records = 0
    with closing(buffered(blob)) as stream:
        for record in _records(stream, options.max_bytes):
            records += 1
            try:
                item = _item(blob, record, options, seen)
            except InputError as error:
                item = Skipped(_source(blob, record), str(error))
            if isinstance(item, str):
                left_out[item] += 1
            elif item is not None:
                yield item
    if not records:
        raise InputError("a WARC file without responses or texts; was it made of pages?")
    for reason, count in left_out.items():
        yield Skipped(blob.source, f"{count} {reason}")


def _records(stream: BinaryIO, limit: int) -> Iterator[Record]:
    """Records that may be pages. What does not look like a record is one damaged record up to the next that does."""
    lost = False
    while line := stream.readline(_LONGEST_LINE):
        if not line.startswith(b"WARC/"):
            if line.strip() and not lost:
                lost = True
                yield _DAMAGED
            continue
        lost = False
        headers = _headers(stream)
        length = headers.get("content-length", "")
        if not length.isdecimal() or len(length) > 15:
            lost = True
            yield _DAMAGED
            continue
        size = int(length)
        if headers.get("warc-type", "").lower() not in _KINDS or size > limit:
            if size > limit:
                yield Record(headers, size, None)
            _skip(stream, size)
            continue
        yield Record(headers, size, stream.read(size))


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for _ in range(_MOST_HEADERS):
        line = stream.readline(_LONGEST_LINE)
        if not line.strip():
            break
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
        else:
            name, _, value = text.partition(":")
            name = name.strip().lower()
            headers[name] = value.strip()
    return headers


def _skip(stream: BinaryIO, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, MEBIBYTE))):
        size -= len(chunk)


def _item(blob: Blob, record: Record, options: ReadOptions, seen: set[bytes]) -> Item | str | None:
    """A document, why a record cannot be used, a reason that is only counted, or nothing for no page."""
    if record.block is None:
        raise too_large(record.length, options.max_bytes)
    if len(record.block) < record.length:
        raise InputError(_BREAKS_OFF)
    response = _content(record)
    media_type = _MEDIA_TYPES.get(response.media_type)
    if media_type is None or not response.payload.strip() or record.target.endswith("/robots.txt"):
        return None
    if response.status not in (200, 203):
        return _NO_PAGE
    digest = _digest(record, response.payload)
    if digest in seen:
        return _REPEATED
    seen.add(digest)
    decoded = decode(response.unpacked(options.max_bytes), declared=response.charset)
    return Document(
        source=_source(blob, record),
        content=decoded.text,
        url=web_address(record.target),
        media_type=media_type,
        outlet=blob.manifest.outlet,
        saved=machine_date(record.headers.get("warc-date")),
        notes=decoded.notes,
    )


def _content(record: Record) -> Response:
    block, kind = record.block or b"", record.headers.get("content-type", "")
    if kind.lower().replace(" ", "").startswith("application/http"):
        return parse_response(block)
    return Response(200, {"content-type": kind}, block)


def _source(blob: Blob, record: Record) -> str:
    return f"{blob.source}::{record.target}" if record.target else blob.source


def _digest(record: Record, payload: bytes) -> bytes:
    stated = record.headers.get("warc-payload-digest")
    return stated.encode() if stated else hashlib.sha1(payload, usedforsecurity=False).digest()
