"""Compressed files (gzip, bzip2, xz, zstandard): unpacked as they are read, bounded, kept as far as they are whole."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources.blob import Blob, Item
from sentiment.sources.options import MEBIBYTE, ReadOptions
from sentiment.sources.reading import look, read_found

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HARMLESS = 16 * MEBIBYTE
"""Up to this much is unpacked whatever the ratio."""

FORMATS = frozenset(("gzip", "bzip2", "xz", "zstandard"))
_ENDINGS = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)


def read_gzip(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """What is in a gzip file, of one or of many parts."""
    return _read(blob, options, "gzip", lambda stream: gzip.GzipFile(fileobj=stream))


def read_bzip2(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """What is in a bzip2 file."""
    return _read(blob, options, "bzip2", bz2.BZ2File)


def read_xz(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """What is in an xz file."""
    return _read(blob, options, "xz", lzma.LZMAFile)


def read_zstandard(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """What is in a zstandard file."""

    def unpack(stream: BinaryIO) -> object:
        import pyarrow as pa  # here, because few files need it

        return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")

    return _read(blob, options, "zstandard", unpack)


def _read(blob: Blob, options: ReadOptions, kind: str, unpack: Callable[[BinaryIO], object]) -> Iterator[Item]:
    streams: list[Unpacked] = []

    def opened() -> BinaryIO:
        packed = blob.open()
        streams.append(Unpacked(packed, cast("BinaryIO", unpack(packed)), options))
        return cast("BinaryIO", streams[-1])

    path = PurePosixPath(blob.name)
    inner = replace(blob, name=path.stem + _ENDINGS.get(path.suffix.lower(), ""), open=opened, size=None)
    found = look(inner)
    if found.format in FORMATS:
        raise InputError(f"compressed twice ({kind}, then {found.format}); unpack it once")
    if found.format or not streams[-1].damage:
        yield from read_found(inner, found, options)
    if damage := next((stream.damage for stream in streams if stream.damage), None):
        kept = "; what was read before is kept" if found.format else ""
        yield Skipped(blob.source, f"the {kind} data breaks off or is damaged ({damage}){kept}")


class Unpacked(io.RawIOBase):
    """A stream of unpacked bytes that ends where its packed bytes are damaged, and stops bombs."""

    def __init__(self, packed: BinaryIO, stream: BinaryIO, options: ReadOptions) -> None:
        self._packed, self._stream = packed, stream
        # read1 gives what there is before it raises; read would throw that away
        self._some: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._total, self._ratio = options.max_unpacked, options.max_ratio
        self._given = 0
        self.damage: str | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to ``size`` bytes, fewer only at the end.

        Raises:
            InputError: more was unpacked than the options allow.
        """
        chunks = []
        left = size if size is not None and size >= 0 else None
        while left != 0 and not self.damage:
            try:
                chunk = self._some(MEBIBYTE if left is None else min(left, MEBIBYTE))
            except _DAMAGE as error:
                self.damage = str(error) or type(error).__name__
                break
            if not chunk:
                break
            self._count(len(chunk))
            chunks.append(chunk)
            left = None if left is None else left - len(chunk)
        return b"".join(chunks)

    def _count(self, size: int) -> None:
        self._given += size
        if self._given > self._total:
            raise InputError(f"unpacks to more than {self._total:,} bytes; raise max_unpacked to read it")
        if self._given > HARMLESS and self._given > self._ratio * max(self._packed.tell(), 1):
            raise InputError(f"unpacks to more than {self._ratio} times its size: a bomb? raise max_ratio to read it")

    def close(self) -> None:
        """Close the file below too."""
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()
