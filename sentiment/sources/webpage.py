"""Saved pages and plain texts, and the address and day of saving that some browsers write into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.decode import decode
from sentiment.sources.frames import inline, is_of_comments
from sentiment.sources.options import ReadOptions

_WITHIN = 20_000
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.I)  # Internet Explorer, Chrome, Edge
_SINGLE_FILE = re.compile(r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\n]{10,100})", re.I)
_HTTRACK = re.compile(r"<!-- Mirrored from (\S+) by HTTrack Website Copier[^\n]*?\], ([^\n]{10,40}?) -->")
_WAYBACK = re.compile(r"FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED FROM THE")


def read_html(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """A saved page, with the comments that it shows in frames."""
    decoded = blob.decoded(options.max_bytes)
    content = decoded.text
    url, saved = origin(content)
    if blob.beside is not None:
        content = inline(content, lambda address: _frame(blob, address))
    yield blob.document(content, url=url, media_type="text/html", saved=saved, notes=decoded.notes)


def read_text(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """A plain text."""
    decoded = blob.decoded(options.max_bytes)
    yield blob.document(decoded.text, media_type="text/plain", notes=decoded.notes)


def _frame(blob: Blob, address: str) -> str | None:
    data = blob.beside(unquote(address)) if blob.beside else None
    try:
        content = decode(data).text if data else ""
    except InputError:
        return None
    return content if content and is_of_comments("", content) else None


def origin(content: str) -> tuple[str | None, datetime | None]:
    """The address that a page was saved from and when, as far as its own comments tell."""
    head = content[:_WITHIN]
    if found := _SINGLE_FILE.search(head):
        return web_address(found[1]), machine_date(found[2])
    if found := _HTTRACK.search(head):
        return web_address(found[1] if "://" in found[1] else f"http://{found[1]}"), machine_date(found[2])
    saved = _wayback(content[-4000:]) or _wayback(head)
    if found := _SAVED_FROM.search(head):
        return web_address(found[1]), saved
    return None, saved


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web; ``file:``, ``cid:`` and ``about:blank`` say nothing about a page."""
    url = (url or "").strip()
    return url if re.match(r"https?://[^/\s]", url, re.I) else None


def _wayback(text: str) -> datetime | None:
    found = _WAYBACK.search(text)
    return machine_date(found[1]) if found else None
