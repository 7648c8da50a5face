"""Weights as a model file holds them: each that can count, once, in a byte: the root of its part of its label's largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.vocabulary import Vocabulary

Floats = NDArray[np.float64]

STEPS = 127
"""Steps from nothing to the root of a label's largest weight.

Most weights are far smaller than the largest, and roots are close where weights are small: of 300 comments no label changed
against sixteen bits, and probabilities by .001 (.005 at most). A byte leaves room for twice as many features.
"""

EVERYWHERE = -1


class Packed:
    """Where the weights of a model are: a feature of one language has one per label, a shared one has one per language too.

    Args:
        specs: A model's ``blocks``.
        vocabulary: Feature names of each block.
        languages: A model's languages; one empty string where it has none.
    """

    def __init__(
        self, specs: Sequence[Mapping[str, Any]], vocabulary: Sequence[Vocabulary], languages: Sequence[str]
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
        scales = (np.maximum(largest, 1e-12) / STEPS**2).astype(np.float32).astype(np.float64)
        return {"own": _rooted(own, scales), "shared": _rooted(shared, scales), "scales": scales}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], place: int, columns: NDArray[np.intp] | None = None) -> Floats:
        """Weights of a language, labels by features: all of them, or those of some columns."""
        homes, at = (self.homes, self._at) if columns is None else (self.homes[columns], self._at[columns])
        scales = arrays["scales"].astype(np.float64)[:, None]
        out = np.zeros((len(scales), len(homes)))
        for some, steps in ((homes == EVERYWHERE, arrays["shared"][place]), (homes == place, arrays["own"])):
            roots = steps[:, at[some]].astype(np.float64)
            out[:, some] = roots * np.abs(roots) * scales
        return out

    def whole(self, arrays: Mapping[str, NDArray[Any]]) -> Floats:
        """Weights of every language: what :meth:`pack` was given, to a step; none where a feature cannot occur."""
        return np.stack([self.unpack(arrays, place) for place in range(len(arrays["shared"]))])


def _rooted(weights: Floats, scales: Floats) -> NDArray[np.int8]:
    """Signed roots of weights, labels by features (after languages, if any)."""
    return np.asarray(np.copysign(np.round(np.sqrt(np.abs(weights) / scales[:, None])), weights).astype(np.int8))


def _homes(names: Vocabulary, languages: Sequence[str]) -> NDArray[np.int16]:
    """The place of the language that each feature belongs to."""
    out = np.full(len(names), EVERYWHERE, dtype=np.int16)
    for place, language in enumerate(languages):
        out[names.span(language)] = place
    return out
