"""An HTTP response as it was stored: status, headers, and a payload that may be in chunks or compressed."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from sentiment.errors import InputError
from sentiment.sources.blob import too_large

_STATUS = re.compile(rb"HTTP/\S+\s+(\d{3})")
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"\r?\n?([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,100})?\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers by lower-case name, and the payload as it was stored."""

    status: int
    headers: dict[str, str]
    payload: bytes

    @property
    def media_type(self) -> str:
        """``text/html`` and the like, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """What the header declares."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else None

    def unpacked(self, limit: int) -> bytes:
        """The payload without chunks and compression.

        Many writers of archives undo both and keep the header, so it is believed only where it fits.

        Raises:
            InputError: it is larger than ``limit``, or compressed in a way that is not read.
        """
        payload = self.payload
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            payload = _dechunk(payload)
        coding = self.headers.get("content-encoding", "").strip().lower()
        if coding in ("gzip", "x-gzip", "deflate"):
            return _inflate(payload, limit)
        if coding in ("br", "zstd") and b"<" not in payload[:100]:
            raise InputError(f"compressed with {coding} inside the archive, which is not read; expected gzip or none")
        return payload


def parse_response(block: bytes) -> Response:
    """Split a stored response; one without a status line has the status 0."""
    end = _HEADERS_END.search(block)
    head, payload = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    status = _STATUS.match(head)
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").splitlines()[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return Response(int(status[1]) if status else 0, headers, payload)


def _dechunk(payload: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK_SIZE.match(payload, at):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(payload[match.end() : match.end() + size])
        at = match.end() + size
    return b"".join(parts) if parts and at >= len(payload) else payload


def _inflate(payload: bytes, limit: int) -> bytes:
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # gzip or zlib by its header, then bare deflate
        try:
            data = zlib.decompressobj(window).decompress(payload, limit + 1)
        except zlib.error:
            continue
        if len(data) > limit:
            raise too_large(None, limit)
        return data
    return payload
