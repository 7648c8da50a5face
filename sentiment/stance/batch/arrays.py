"""Small helpers for whole numbers in arrays: look-up of many at once, arrays that grow, ranges laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4): spreads neighbouring keys."""
_EMPTY = -1


class Keys:
    """Finds the places of many keys at once: a hash table with open addressing. Bisection was measured at four times its time.

    Args:
        keys: Distinct whole numbers, none below 0; a key's place is its position here.
    """

    def __init__(self, keys: Longs) -> None:
        bits = max(4, int(4 * len(keys)).bit_length())
        self._mask, self._shift = (1 << bits) - 1, np.uint64(64 - bits)
        self._keys = np.full(1 << bits, _EMPTY, dtype=np.int64)
        self._places = np.full(1 << bits, -1, dtype=np.int32)
        left, slots = np.arange(len(keys), dtype=np.int32), self._slots(keys)
        while len(left):
            free = self._keys[slots] == _EMPTY
            self._places[slots[free]] = left[free]  # of several that want a slot, one is in it afterwards
            won = self._places[slots] == left
            self._keys[slots[won]] = keys[left[won]]
            left, slots = left[~won], (slots[~won] + 1) & self._mask

    def _slots(self, keys: Longs) -> Longs:
        return ((keys.view(np.uint64) * _MIX) >> self._shift).view(np.int64)

    def find(self, keys: Longs) -> Ints:
        """The place of each key, -1 where it is not among them."""
        slots = self._slots(keys)
        there = self._keys[slots]
        out: Ints = np.where(there == keys, self._places[slots], np.int32(-1))
        left = np.flatnonzero((there != keys) & (there != _EMPTY))
        slots = slots[left]
        while len(left):
            slots = (slots + 1) & self._mask
            there = self._keys[slots]
            hit = there == keys[left]
            out[left[hit]] = self._places[slots[hit]]
            going = ~hit & (there != _EMPTY)
            left, slots = left[going], slots[going]
        return out


class Growing:
    """An array that things are added to at its end.

    Args:
        dtype: Of the values.
        start: The first ones.
    """

    def __init__(self, dtype: Any, start: Sequence[int] = ()) -> None:
        self._data = np.empty(1024, dtype=dtype)
        self._size = 0
        self.extend(start)

    def extend(self, values: Sequence[Any] | NDArray[Any]) -> None:
        """Add values."""
        size = self._size + len(values)
        if size > len(self._data):
            self._data = np.concatenate((self._data[: self._size], np.empty(max(size, self._size), self._data.dtype)))
        self._data[self._size : size] = values
        self._size = size

    @property
    def array(self) -> NDArray[Any]:
        """All values; to be read only, and not kept."""
        return self._data[: self._size]

    def __len__(self) -> int:
        return self._size


class Lists:
    """Lists of whole numbers, one after the other, as two arrays that grow.

    Args:
        dtype: Of the numbers.
    """

    def __init__(self, dtype: Any = np.int32) -> None:
        self.edges, self.items = Growing(np.int32, [0]), Growing(dtype)

    def extend(self, lengths: Sequence[int] | NDArray[Any], items: Sequence[int] | NDArray[Any]) -> None:
        """Add lists: the length of each, and what is in them."""
        self.edges.extend(np.cumsum(lengths, dtype=np.int32) + np.int32(len(self.items)))
        self.items.extend(items)

    def lengths(self, which: Ints) -> Ints:
        """The length of some lists."""
        edges = self.edges.array
        return np.asarray(edges[which + 1] - edges[which])

    def of(self, which: Ints, lengths: Ints) -> NDArray[Any]:
        """What is in some lists, in their order; ``lengths`` as :meth:`lengths` tells."""
        return np.asarray(self.items.array[ranges(self.edges.array[which], lengths)])


def ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Ints:
    """The numbers from each start on, as many as each length says, laid end to end."""
    ends = np.cumsum(lengths, dtype=np.int32)
    total = int(ends[-1]) if len(ends) else 0
    out: Ints = np.arange(total, dtype=np.int32) + np.repeat((starts - ends + lengths).astype(np.int32), lengths)
    return out


def edges(lengths: Sequence[int] | NDArray[Any]) -> Ints:
    """Where each of some lists starts and the last one ends, were they laid end to end."""
    out = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=out[1:])
    return out


def sums(values: NDArray[Any], ends: Ints) -> Longs:
    """The sum of each of some parts, which lie end to end and start and end where ``ends`` says."""
    total = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    out: Longs = total[ends[1:]] - total[ends[:-1]]
    return out


def distinct(keys: NDArray[Any]) -> NDArray[Any]:
    """Sorted, each once; np.unique hashes, which takes ten times as long here."""
    keys = np.sort(keys)
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
