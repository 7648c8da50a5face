"""Weights as a model file holds them: each that can count, once, as a sixteen-bit step of its label's largest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = 32_767
"""Steps from nothing to a label's largest weight: a quarter of the space of doubles, and no label changes."""

EVERYWHERE = -1


class Packed:
    """Where the weights of a model are: a feature of one language has one per label, a shared one has one per language too.

    Args:
        specs: A model's ``blocks``.
        vocabulary: Feature names of each block, sorted.
        languages: A model's languages; one empty string where it has none.
    """

    def __init__(
        self, specs: Sequence[Mapping[str, Any]], vocabulary: Sequence[Sequence[str]], languages: Sequence[str]
    ) -> None:
        self.homes = np.concatenate(
            [_homes(names, languages if spec["apart"] else ()) for spec, names in zip(specs, vocabulary, strict=True)]
            or [np.empty(0, dtype=np.int16)]
        )
        shared = self.homes == EVERYWHERE
        self._at = np.where(shared, np.cumsum(shared), np.cumsum(~shared)) - 1

    def pack(self, weights: Floats) -> dict[str, NDArray[Any]]:
        """Weights (languages by labels by features) as arrays to store."""
        home = np.flatnonzero(self.homes != EVERYWHERE)
        own, shared = weights[self.homes[home], :, home].T, weights[:, :, self.homes == EVERYWHERE]
        largest = np.maximum(np.abs(own).max(axis=1, initial=0.0), np.abs(shared).max(axis=(0, 2), initial=0.0))
        # in single precision: the last bits of a matrix product depend on where in memory it was computed
        scales = (np.maximum(largest, 1e-12) / STEPS).astype(np.float32).astype(np.float64)
        steps = {
            name: np.round(part / scales[:, None]).astype(np.int16) for name, part in (("own", own), ("shared", shared))
        }
        return {**steps, "scales": scales}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], place: int, columns: NDArray[np.intp] | None = None) -> Floats:
        """Weights of a language, labels by features: all of them, or those of some columns."""
        homes, at = (self.homes, self._at) if columns is None else (self.homes[columns], self._at[columns])
        scales = arrays["scales"].astype(np.float64)[:, None]
        out = np.zeros((len(scales), len(homes)))
        for some, steps in ((homes == EVERYWHERE, arrays["shared"][place]), (homes == place, arrays["own"])):
            out[:, some] = steps[:, at[some]] * scales
        return out

    def whole(self, arrays: Mapping[str, NDArray[Any]]) -> Floats:
        """Weights of every language: what :meth:`pack` was given, to a step; none where a feature cannot occur."""
        return np.stack([self.unpack(arrays, place) for place in range(len(arrays["shared"]))])


def span(names: Sequence[str], language: str) -> slice:
    """Where the names of a language stand, of a block that is kept apart: they are sorted, so they stand together."""
    return slice(bisect_left(names, f"{language}\t"), bisect_left(names, f"{language}\x0a"))


def _homes(names: Sequence[str], languages: Sequence[str]) -> NDArray[np.int16]:
    """The place of the language that each feature belongs to."""
    out = np.full(len(names), EVERYWHERE, dtype=np.int16)
    for place, language in enumerate(languages):
        out[span(names, language)] = place
    return out
