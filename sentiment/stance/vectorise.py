"""Blocks of features as columns: the scikit-learn transformers that training fits and the scorer does without."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from sentiment.stance.features import SHARED, SIZES, VALUES, Analysers, Named
from sentiment.stance.tokens import Doc

MAX_FEATURES = {"words": 230_000, "chars": 260_000, "near": 190_000}
"""Names kept of a block, the most frequent ones: with all three at their most a model file has 4.7 MB.

Leaving out afterwards what turned out to weigh least was no better on real comments, and it changes the length of every row.
"""


class Numbers(DictVectorizer):  # type: ignore[misc]
    """A block of numbers by name as columns."""

    def __init__(self, run: Callable[[Doc], dict[str, float]]) -> None:
        super().__init__()
        self.run = run

    def fit_transform(self, X: list[Doc], y: Any = None) -> Any:
        """See DictVectorizer."""
        return super().fit_transform([self.run(doc) for doc in X], y)

    def transform(self, X: list[Doc]) -> Any:
        """See DictVectorizer."""
        return super().transform([self.run(doc) for doc in X])


class Rarity(CountVectorizer):  # type: ignore[misc]
    """Names as columns: how often each occurs, damped, times how rare it is; a comment's row is scaled to length 1.

    What the vocabulary lacks counts in the length, like names of the rarest kind. So a comment of strange words stays near
    the labels' shares, where its few known words would else be blown up to decide alone.

    Args:
        run: Gives a comment's names.
        size: Gives their number; None leaves out what is unknown.
        min_df: Comments that a name must stand in.
        max_features: Names kept, the most frequent ones.
    """

    def __init__(
        self,
        run: Callable[[Doc], list[str]],
        size: Callable[[Doc], int] | None = None,
        min_df: int = 1,
        max_features: int | None = None,
    ) -> None:
        super().__init__(analyzer=run, min_df=min_df, max_features=max_features)
        self.run, self.size = run, size

    def fit_transform(self, X: list[Doc], y: Any = None) -> Any:
        """Learn names and how rare they are, in the single precision in which a model stores it."""
        counts = super().fit_transform(X, y)
        there = np.bincount(counts.indices, minlength=counts.shape[1])
        self.idf_ = (np.log((1 + len(X)) / (1 + there)) + 1).astype(np.float32).astype(np.float64)
        self.unknown_ = round(float(np.log((1 + len(X)) / 2) + 1), 6) if self.size else 0.0
        return self._scaled(counts, X)

    def transform(self, X: list[Doc]) -> Any:
        """Rows of comments, by the names that were learnt."""
        return self._scaled(super().transform(X), X)

    def heedless(self, rows: sp.csr_matrix) -> tuple[Rarity, sp.csr_matrix]:
        """The same names, and rows that it made, with what is unknown left out of the length."""
        other = copy(self)
        other.size, other.unknown_ = None, 0.0
        return other, sp.csr_matrix(normalize(rows))

    def _scaled(self, counts: Any, docs: list[Doc]) -> sp.csr_matrix:
        counts = counts.tocsr()
        values = (np.log(counts.data) + 1) * self.idf_[counts.indices]
        rows = np.repeat(np.arange(len(docs)), np.diff(counts.indptr))
        squares = np.bincount(rows, values * values, minlength=len(docs))
        if self.size is not None:
            sizes = np.array([self.size(doc) for doc in docs])
            squares = squares + self.unknown_**2 * (sizes - np.bincount(rows, counts.data, minlength=len(docs)))
        return sp.csr_matrix((values / np.sqrt(squares)[rows], counts.indices, counts.indptr), shape=counts.shape)


def vectoriser(name: str, analysers: Analysers, min_df: int, *, apart: bool, heed: bool) -> Any:
    """The scikit-learn transformer of a block.

    Args:
        name: The block's.
        analysers: What gives its names.
        min_df: Comments that a name must stand in.
        apart: Whether every language has names of its own.
        heed: Whether what is unknown counts in a comment's length.
    """
    run = analysers.blocks[name]
    if name in VALUES:
        return Numbers(run)
    return Rarity(
        Named(run, apart=apart and name not in SHARED),
        SIZES.get(name) if heed else None,
        min_df=1 if name == "tags" else min_df,
        max_features=MAX_FEATURES.get(name),
    )
