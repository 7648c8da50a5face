"""Files that appear under their name only when they are complete and on the disk."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sentiment.errors import InputError


@contextmanager
def whole_file(path: Path, *, binary: bool = False) -> Iterator[IO[Any]]:
    """A file that gets its name when the block ends well; until then, and after a failure, the old one stands.

    A device, a pipe or a socket (``/dev/null``, ``>(gzip)``) is written to as it is, never replaced.

    Args:
        path: where the file shall be.
        binary: bytes instead of UTF-8 text; in text, a lone surrogate, which no file can hold, becomes ``?``.

    Raises:
        InputError: the place cannot be written.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with _opened(os.open(path, os.O_WRONLY), binary) as file:
                yield file
            return
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        hint = "; does the folder exist?" if error.errno in (errno.ENOENT, errno.ENOTDIR) else ""
        raise InputError(f"cannot write {path}: {error.strerror}{hint}") from error
    draft = Path(name)
    try:
        with _opened(handle, binary) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        draft.chmod(0o666 & ~umask)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _opened(handle: int, binary: bool) -> IO[Any]:
    if binary:
        return os.fdopen(handle, "wb")
    return os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="")
