"""The estimator: scikit-learn's contract, and rows that count more than others."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.utils.estimator_checks import parametrize_with_checks

from sentiment.stance import margins
from sentiment.stance.estimator import MarginClassifier

SOLVER = "the machines are solved to a tolerance, in an order that depends on the rows; see the test of weights"
WEIGHTS = dict.fromkeys(
    ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data"), SOLVER
)
"""What scikit-learn's own LinearSVC is let off, for the same reason: equal to 1e-7."""


@parametrize_with_checks([MarginClassifier()], expected_failed_checks=lambda _: WEIGHTS)
def test_estimator_contract(estimator: object, check: object) -> None:
    """The estimator keeps scikit-learn's contract."""
    check(estimator)  # type: ignore[operator]


def test_a_row_of_weight_three_counts_like_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights are as good as copies, in the machines, naive Bayes and the calibration, and for which label is the commonest."""
    monkeypatch.setattr(margins, "TOLERANCE", 1e-5)  # the solver walks rows and their copies in another order
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=160)
    X = sp.csr_matrix(np.abs(rng.normal(size=(160, 12))) * (rng.random((160, 12)) < 0.3) + 2 * np.eye(12)[y])
    weight = rng.integers(1, 4, size=160)
    copies = np.repeat(np.arange(160), weight)
    halves = [np.flatnonzero(np.arange(160) % 2 == odd) for odd in (0, 1)]
    splits = [(halves[0], halves[1]), (halves[1], halves[0])]
    again = [tuple(np.flatnonzero(np.isin(copies, half)) for half in split) for split in splits]
    weighed = MarginClassifier(cv=splits).fit(X, y, weight).predict_proba(X)
    copied = MarginClassifier(cv=again).fit(X[copies], y[copies]).predict_proba(X)
    plain = MarginClassifier(cv=splits).fit(X, y).predict_proba(X)
    assert np.abs(weighed - copied).max() < 0.001
    assert np.abs(weighed - plain).max() > 0.02
