"""Splits for cross-validation."""

from __future__ import annotations

import numpy as np

from sentiment.stance.folds import folds


def test_folds_keep_groups_whole() -> None:
    """No group is on both sides of a split, and the order of the rows is shuffled."""
    y = np.array([0, 1] * 50)
    groups = np.repeat(np.arange(20), 5)
    for train_rows, test_rows in folds(y, groups, 5, 0):
        assert not set(groups[train_rows]) & set(groups[test_rows])
    assert folds(y, None, 5, 0)[0][1].tolist() != list(range(20))
