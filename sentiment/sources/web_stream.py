"""A file on a web server: one answer read from its start, and parts of it once somebody jumps to another place.

Not every server gives parts, and which one does is known only when it is asked. What is read in one go needs none.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


class WebStream(io.RawIOBase):
    """Bytes of an address.

    Args:
        open_file: opens it: in one go where ``block_size`` is 0, else by parts.
    """

    def __init__(self, open_file: Callable[..., Any]) -> None:
        self._open_file = open_file
        self._file = open_file(block_size=0)
        self._by_parts = False

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """By parts, where the server gives them."""
        return True

    def tell(self) -> int:
        """Bytes before the next one."""
        return int(self._file.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place.

        Raises:
            OSError: the server gives no parts, or does not say how large the file is.
        """
        if not self._by_parts:
            if (whence, offset) in ((io.SEEK_SET, self.tell()), (io.SEEK_CUR, 0)):
                return self.tell()
            place = self.tell()
            self._file.close()
            self._file, self._by_parts = self._open_file(), True
            if whence == io.SEEK_CUR:
                whence, offset = io.SEEK_SET, place + offset
        try:
            self._file.seek(offset, whence)
        except (TypeError, ValueError) as error:
            raise OSError(str(error)) from error
        return self.tell()

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes, or all that are left.

        Raises:
            OSError: they cannot be had.
        """
        left = -1 if size is None or size < 0 else size
        pieces = []
        while left:
            try:
                piece = self._file.read(left)
            except ValueError as error:
                raise OSError(str(error)) from error
            if not piece:
                break
            pieces.append(piece)
            left = left - len(piece) if left > 0 else left
        return b"".join(pieces)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let go of the connection."""
        if not self.closed:
            self._file.close()
        super().close()
