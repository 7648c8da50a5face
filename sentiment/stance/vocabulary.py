"""Feature names of one block, as a model file holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import overload

import numpy as np


class Vocabulary(Sequence[str]):
    """Names in the order of their columns, decoded when somebody asks for them: a language at a time where they have one.

    Args:
        blob: A name per line, sorted; where the block is kept apart each begins with its language and a tab.
    """

    def __init__(self, blob: bytes) -> None:
        self.blob = blob
        self._bytes = np.frombuffer(blob, dtype=np.uint8)
        self._size = self._ends(0, len(blob)) + 1 if blob else 0

    @classmethod
    def of(cls, names: Iterable[str]) -> Vocabulary:
        """The vocabulary of these names, which are sorted."""
        return cls("\n".join(names).encode())

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._all[place]

    def span(self, language: str) -> slice:
        """The columns of a language, of a block that is kept apart; they stand together."""
        start, end = self._where(language)
        if start == end:
            return slice(0, 0)
        first = self._ends(0, start)
        return slice(first, first + self._ends(start, end) + 1)

    def own(self, language: str) -> list[str]:
        """The names of a language without it, of a block that is kept apart."""
        start, end = self._where(language)
        head = len(language) + 1
        return [name[head:] for name in self.blob[start:end].decode().split("\n")] if start < end else []

    def _where(self, language: str) -> tuple[int, int]:
        """Where the lines of a language begin and end, in bytes."""
        start, after = self._first(f"{language}\t".encode()), self._first(f"{language}\x0a".encode())
        return start, max(start, after - (after < len(self.blob)))

    def _first(self, head: bytes) -> int:
        """Where the first line begins that sorts at or after the head."""
        low, high = 0, len(self.blob)
        while low < high:
            middle = (low + high) // 2
            line = self.blob.rfind(b"\n", 0, middle) + 1
            if self.blob[line : line + len(head)] < head:
                end = self.blob.find(b"\n", middle)
                low = len(self.blob) if end < 0 else end + 1
            else:
                high = line
        return low

    def _ends(self, start: int, end: int) -> int:
        """Ends of lines between two places."""
        return int(np.count_nonzero(self._bytes[start:end] == ord("\n")))

    @cached_property
    def _all(self) -> list[str]:
        return self.blob.decode().split("\n") if self.blob else []
