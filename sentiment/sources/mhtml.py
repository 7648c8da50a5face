"""MHTML: a page and what belongs to it in one file, in the form of a mail."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.decode import decode
from sentiment.sources.frames import inline, is_of_comments
from sentiment.sources.options import ReadOptions
from sentiment.sources.webpage import origin, web_address

_PAGES = ("text/html", "application/xhtml+xml")


def read_mhtml(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """The page of an MHTML file, with the comments that it shows in frames; pictures and styles are left."""
    data = blob.read(options.max_bytes)
    # compat32 reads any header as it is; the newer policies raise on some that browsers write
    message = BytesParser(policy=email.policy.compat32).parsebytes(data.lstrip())
    page = _page(message)
    if page is None:
        raise InputError("an MHTML file without a page (no part is text/html or text/plain); save the page again")
    payload = page.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        raise InputError("an MHTML file whose page is empty; save the page again")
    decoded = decode(payload, declared=page.get_content_charset())
    content = decoded.text
    url, saved = origin(content)
    parts = _by_address(message, page)
    content = inline(content, lambda address: _frame(parts.get(address)))
    yield blob.document(
        content,
        url=_address(page, message) or url,
        media_type="text/plain" if page.get_content_type() == "text/plain" else "text/html",
        saved=machine_date(str(message.get("Date", ""))) or saved,
        notes=decoded.notes,
    )


def _page(message: Message) -> Message | None:
    parts = [part for part in message.walk() if not part.is_multipart()]
    start = message.get_param("start")
    for part in parts:
        if isinstance(start, str) and str(part.get("Content-ID", "")).strip("<> ") == start.strip("<> "):
            return part
    for kinds in (_PAGES, ("text/plain",)):
        for part in parts:
            if part.get_content_type() in kinds:
                return part
    return None


def _by_address(message: Message, page: Message) -> dict[str, Message]:
    """The other pages among the parts, by how a frame's tag names them."""
    parts: dict[str, Message] = {}
    for part in message.walk():
        if part is not page and part.get_content_type() in _PAGES:
            parts["cid:" + str(part.get("Content-ID", "")).strip("<> ")] = part
            parts["".join(str(part.get("Content-Location", "")).split())] = part
    return parts


def _frame(part: Message | None) -> str | None:
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes):
        return None
    try:
        content = decode(payload, declared=part.get_content_charset()).text
    except InputError:
        return None
    return content if is_of_comments(str(part.get("Content-Location", "")), content) else None


def _address(page: Message, message: Message) -> str | None:
    headers = (page.get("Content-Location"), message.get("Snapshot-Content-Location"), message.get("Content-Location"))
    return next((url for header in headers if (url := web_address("".join(str(header or "").split())))), None)
