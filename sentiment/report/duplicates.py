"""Copies and near-copies of a comment: copy-paste campaigns, double posts.

A comment is a copy where its words, without case, marks and spaces, are those of an earlier one, and a near-copy where
the two have most of their runs of three words in common. Below eight words only exact copies count, and below four none:
"Good luck!" is said by many.

Near-copies are found by sketches: 16 numbers per comment, each the least hash of its three-word runs under one of 16 hash
functions, of which two comments share about the part that they share of their runs (MinHash: Broder 1997, "On the
resemblance and containment of documents"). Four bands of four numbers each find the candidates.
"""

from __future__ import annotations

import hashlib
import re
from array import array

ALIKE = 0.8
"""Share of equal numbers in two sketches from which two comments are near-copies: one word changed in 20 leaves 0.75 of
the runs in common in the middle of a text and 0.85 and more at its end."""

_ROWS, _BANDS = 4, 4
_WORD = re.compile(r"\w+")
_LEAST, _LEAST_NEAR = 4, 8
_PRIME = 2**61 - 1
_FACTORS = tuple(
    int.from_bytes(hashlib.sha256(f"sketch {i}".encode()).digest()[:7], "big") | 1 for i in range(_ROWS * _BANDS)
)


class Duplicates:
    """Remembers comments and tells the first of which a new one is a copy.

    Memory grows with the number of comments, by some 300 bytes each; it is used only where duplicates are asked for.
    """

    def __init__(self) -> None:
        self._exact: dict[bytes, str] = {}
        self._bands: dict[tuple[int, int], list[int]] = {}
        self._sketches: list[array[int]] = []
        self._ids: list[str] = []

    def first_of(self, comment_id: str, text: str) -> str | None:
        """The id of the earlier comment that this one copies; None where it is the first of its kind."""
        words = _WORD.findall(text.casefold())
        if len(words) < _LEAST:
            return None
        key = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=12).digest()
        if key in self._exact:
            return self._exact[key]
        found = self._near(words, comment_id) if len(words) >= _LEAST_NEAR else None
        self._exact[key] = found or comment_id
        return found

    def _near(self, words: list[str], comment_id: str) -> str | None:
        sketch = _sketch(words)
        bands = [(band, hash(tuple(sketch[band * _ROWS : (band + 1) * _ROWS]))) for band in range(_BANDS)]
        candidates = {place for band in bands for place in self._bands.get(band, ())}
        for place in sorted(candidates):
            same = sum(a == b for a, b in zip(sketch, self._sketches[place], strict=True))
            if same >= ALIKE * len(sketch):
                return self._ids[place]
        place = len(self._ids)
        self._ids.append(comment_id)
        self._sketches.append(sketch)
        for band in bands:
            self._bands.setdefault(band, []).append(place)
        return None


def _sketch(words: list[str]) -> array[int]:
    runs = {
        int.from_bytes(hashlib.blake2b(" ".join(words[i : i + 3]).encode("utf-8", "replace"), digest_size=7).digest())
        for i in range(len(words) - 2)
    }
    return array("q", [min((factor * run + place) % _PRIME for run in runs) for place, factor in enumerate(_FACTORS)])
