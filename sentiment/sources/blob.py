"""One thing to read: a file, standard input, or a member of an archive, with what is known about it beforehand."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, cast

from sentiment.errors import InputError
from sentiment.records import Document, Page, Skipped
from sentiment.sources.decode import Decoded, decode
from sentiment.sources.manifest import Entry
from sentiment.sources.options import MEBIBYTE

Item = Document | Page | Skipped

_log = logging.getLogger(__name__)

HEAD = 65_536
"""How much of a file is looked at to know its format."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that can be opened, and their name."""

    source: str
    name: str
    """The file's name, for what its ending says."""
    open: Callable[[], BinaryIO]
    size: int | None = None
    manifest: Entry = field(default_factory=Entry)
    depth: int = 0
    """How many archives are around it."""
    beside: Callable[[str], bytes | None] | None = None
    """Gives a file of the page's companion folder by its path relative to the page, where there is such a folder."""

    def read(self, limit: int) -> bytes:
        """All of it.

        Raises:
            InputError: it is larger than ``limit``.
        """
        if self.size is not None and self.size > limit:
            raise too_large(self.size, limit)
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise too_large(None, limit)
        return data

    def text(self, limit: int) -> str:
        """As :meth:`decoded`, the text alone."""
        return self.decoded(limit).text

    def decoded(self, limit: int) -> Decoded:
        """All of it as text, and how that was come by; mended mojibake is logged.

        Raises:
            InputError: it is larger than ``limit``, or not text.
        """
        decoded = decode(self.read(limit))
        for note in decoded.notes:
            _log.info("%s: %s", self.source, note)
        return decoded

    def head(self) -> bytes:
        """The first bytes of it."""
        with self.open() as stream:
            return stream.read(HEAD)

    def document(
        self,
        content: str,
        *,
        url: str | None = None,
        media_type: str | None = None,
        saved: datetime | None = None,
        notes: tuple[str, ...] = (),
    ) -> Document:
        """A document with this content; what a manifest says goes before what the file says."""
        return Document(
            source=self.source,
            content=content,
            url=self.manifest.url or url,
            media_type=media_type,
            outlet=self.manifest.outlet,
            saved=saved,
            notes=notes,
        )


def too_large(size: int | None, limit: int) -> InputError:
    """The error for something over the limit."""
    found = f"{size:,} bytes" if size is not None else "more"
    return InputError(f"too large: {found}, the limit is {limit:,} bytes; raise max_bytes to read it")


def seekable(blob: Blob, limit: int) -> BinaryIO:
    """The blob opened for reading at any place; held in memory where it cannot be jumped about in.

    Raises:
        InputError: it would have to be held and is larger than ``limit``.
    """
    stream = blob.open()
    try:
        if stream.seekable():
            stream.seek(-1, io.SEEK_END)
            stream.read(1)  # a web server that gives no parts says so now
            stream.seek(0)
            return stream
    except OSError:
        pass
    with stream:
        return io.BytesIO(blob.read(limit))


def buffered(blob: Blob) -> BinaryIO:
    """The blob opened for reading line by line."""
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", blob.open()), MEBIBYTE))
