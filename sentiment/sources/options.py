"""What a user may say about how files are to be read."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Limits, and for tables the names of columns; a column left out is found by its usual names."""

    text: str | None = None
    """Column with the words of a comment."""
    outlet: str | None = None
    author: str | None = None
    date: str | None = None
    parent: str | None = None
    """Column with the id of the comment that is answered."""
    url: str | None = None
    """Column with the address of the page; rows with the same one are comments of the same page."""
    title: str | None = None
    id: str | None = None
    """Column with the id of a comment, as ``parent`` refers to it."""
    max_bytes: int = 256 * MEBIBYTE
    """A file, a member of an archive, or a record larger than this is skipped."""
    max_unpacked: int = 4096 * MEBIBYTE
    """An archive is read until it has given this much."""
    max_ratio: int = 200
    """A member that unpacks to more than this many times its size is taken for a bomb.

    Saved pages reach 20, repetitive logs 100; deflate cannot do more than 1,032.
    """
