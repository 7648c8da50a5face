"""Groups of letters of many chunks, looked up in a model's vocabulary at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, Keys
from sentiment.stance.features import GRAMS, LETTERS, char_ngrams

_BITS = 12
"""Bits to a letter, so that five of them fit a whole number: an alphabet of 4,095 signs."""
_GAP = "\ud800"
"""Stands between chunks. Normalised text has no surrogates, so no group that a model knows holds one."""


class Grams:
    """The groups of letters that a model knows in one language.

    Args:
        names: The groups, each once.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._places: dict[str, int] | None = None
        letters = _codes("".join(names))
        alphabet = np.unique(letters)
        simple = max(map(len, names), default=1) <= max(GRAMS) and not (alphabet[:1] == 0).any()
        if not simple or len(alphabet) >= 1 << _BITS:
            self._places = {name: place for place, name in enumerate(names)}
            return
        self._numbers = np.zeros(int(alphabet[-1]) + 2 if len(alphabet) else 2, dtype=np.int64)
        """Of a letter by its code point; 0 for one that is in no group. The last place is for all beyond."""
        self._numbers[alphabet] = np.arange(1, len(alphabet) + 1)
        table = np.array(list(names), dtype=f"U{max(GRAMS)}").view(np.uint32).reshape(len(names), max(GRAMS))
        keys = np.zeros(len(names), dtype=np.int64)
        for place in range(max(GRAMS)):
            keys += np.where(table[:, place], self._numbers[table[:, place]], 0) << (_BITS * place)
        self._keys = Keys(keys)

    def of(self, chunks: Sequence[str]) -> tuple[Ints, Ints]:
        """The known groups in some chunks, as often as they occur: the chunk that each is in, and its place."""
        if self._places is not None:
            known = self._places
            found = [[known[gram] for gram in char_ngrams(chunk) if gram in known] for chunk in chunks]
            owners = np.repeat(np.arange(len(chunks), dtype=np.int32), [*map(len, found)])
            return owners, np.array([*chain.from_iterable(found)], dtype=np.int32)
        padded = [f" {chunk[:LETTERS]} {_GAP}" for chunk in chunks]
        letters = self._numbers[np.minimum(_codes("".join(padded)), len(self._numbers) - 1)]
        starts, places = [], []
        keys, whole = letters, letters > 0
        for size in range(2, max(GRAMS) + 1):
            more = letters[size - 1 :]
            whole = whole[: len(more)] & (more > 0)
            keys = keys[: len(more)] + (more << (_BITS * (size - 1)))
            if size in GRAMS:
                at = np.flatnonzero(whole)
                place = self._keys.find(keys[at])
                hit = place >= 0
                starts.append(at[hit])
                places.append(place[hit])
        owners = np.repeat(np.arange(len(chunks), dtype=np.int32), [*map(len, padded)])
        return owners[np.concatenate(starts)], np.concatenate(places)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
