"""Groups of letters of many chunks, looked up in a model's vocabulary at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, Keys, edges
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
        """The groups in some chunks that are known, as often as they occur: how many in each chunk, and their places."""
        if self._places is not None:
            known = self._places
            found = [[known[gram] for gram in char_ngrams(chunk) if gram in known] for chunk in chunks]
            return np.array([*map(len, found)], np.int32), np.array([place for some in found for place in some], np.int32)
        padded = [f" {chunk[:LETTERS]} {_GAP}" for chunk in chunks]
        letters = self._numbers[np.minimum(_codes("".join(padded)), len(self._numbers) - 1)]
        starts, places = [], []
        keys, known_so_far = letters, letters > 0
        for size in range(2, max(GRAMS) + 1):
            more = letters[size - 1 :]
            known_so_far = known_so_far[: len(more)] & (more > 0)
            keys = keys[: len(more)] + (more << (_BITS * (size - 1)))
            if size in GRAMS:
                at = np.flatnonzero(known_so_far)
                place = self._keys.find(keys[at])
                hit = place >= 0
                starts.append(at[hit])
                places.append(place[hit])
        return self._by_chunk(padded, np.concatenate(starts), np.concatenate(places))

    def _by_chunk(self, padded: list[str], starts: NDArray[np.intp], places: Ints) -> tuple[Ints, Ints]:
        owners = np.searchsorted(edges([*map(len, padded)]), starts, side="right") - 1
        order = np.argsort(owners, kind="stable")
        return np.bincount(owners, minlength=len(padded)).astype(np.int32), places[order]


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
