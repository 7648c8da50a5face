"""The estimator: margins made into calibrated probabilities by what they say of rows that they did not see."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from sentiment.stance.folds import folds
from sentiment.stance.margins import BESIDE, STRENGTHS, Floats, Penalty, hold_out, of_rows, solve


class MarginClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear margins (:func:`solve`) made into probabilities by a multinomial regression on held-out margins.

    Margins and regression are both linear, so what is kept is their product: one weight per label and feature, for each part.

    Args:
        strengths: Inverse strengths of the penalty on the weights, used side by side.
        beside: The margins beside the machines of each strength.
        class_weight: None, ``balanced``, or label -> weight; then probabilities are no longer shares.
        cv: Number of folds for the held-out margins, or the folds: rows to learn from and rows held out of each.
        random_state: Seed of folds and solver.

    Attributes:
        classes_: The labels.
        weights_: Parts by labels by features.
        shift_: Parts by labels.
    """

    def __init__(
        self,
        strengths: tuple[float, ...] = STRENGTHS,
        beside: tuple[str, ...] = BESIDE,
        class_weight: Any = None,
        cv: Any = 5,
        random_state: int = 0,
    ) -> None:
        self.strengths = strengths
        self.beside = beside
        self.class_weight = class_weight
        self.cv = cv
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None, parts: Any = None, held: Any = None
    ) -> MarginClassifier:
        """Fit weights on all rows and the calibration on rows that were held out.

        Args:
            X: Features, dense or sparse.
            y: Labels.
            sample_weight: How much each row counts; None counts all the same.
            groups: What must not be split between folds.
            parts: Places 0, 1, 2 ... of the parts (languages) that are calibrated each on its own.
            held: Margins of the rows from weights that did not see them (:func:`hold_out`), where they are known already.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {self.classes_[0]!r}")
        labels = len(self.classes_)
        if sample_weight is not None:
            sample_weight = column_or_1d(sample_weight, dtype=np.float64)
            check_consistent_length(X, sample_weight)
        balance = _by_code(self.class_weight, self.classes_)
        penalty = Penalty(tuple(self.strengths), tuple(self.beside), balance, self.random_state)
        if held is None:
            groups = None if groups is None else np.asarray(groups)
            number = isinstance(self.cv, Integral)
            splits = folds(codes, groups, self.cv, self.random_state) if number else list(self.cv)
            held = hold_out(X, codes, splits, labels, penalty, sample_weight)
        weights, intercept = solve(X, codes, labels, penalty, sample_weight)
        turn, shift = calibrate_parts(
            held, codes, labels, None if parts is None else np.asarray(parts), penalty.class_weight, sample_weight
        )
        self.weights_ = np.stack([matrix.T @ weights for matrix in turn])
        self.shift_ = np.round(shift + intercept @ turn, 6)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Calibrated logits; for two labels how far the second is ahead, as scikit-learn wants it."""
        logits = self._logits(X, None)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X: Any, parts: Any = None) -> Floats:
        """Calibrated probabilities, rows by labels."""
        return softmax(self._logits(X, parts))

    def predict(self, X: Any, parts: Any = None) -> NDArray[Any]:
        """The most probable label."""
        places = self._logits(X, parts).argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[places]
        return chosen

    def _logits(self, X: Any, parts: Any) -> Floats:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        places = np.zeros(X.shape[0], dtype=np.intp) if parts is None else np.asarray(parts)
        out: Floats = self.shift_[places]
        for place in np.unique(places):
            rows = np.flatnonzero(places == place)
            out[rows] += X[rows] @ self.weights_[place].T
        return out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def calibrate_parts(
    margins: Floats,
    codes: NDArray[Any],
    labels: int,
    parts: NDArray[Any] | None,
    class_weight: Any = None,
    sample_weight: Floats | None = None,
) -> tuple[Floats, Floats]:
    """:func:`calibrate` for each part: matrices (parts by margins by labels) and shifts (parts by labels)."""
    if parts is None:
        parts = np.zeros(len(codes), dtype=np.intp)
    fits = []
    for part in range(int(parts.max()) + 1):
        own = parts == part
        fits.append(calibrate(margins[own], codes[own], labels, class_weight, of_rows(sample_weight, own)))
    return np.stack([turn for turn, _ in fits]), np.stack([shift for _, shift in fits])


def calibrate(
    margins: Floats, codes: NDArray[Any], labels: int, class_weight: Any = None, sample_weight: Floats | None = None
) -> tuple[Floats, Floats]:
    """Matrix and shift that turn margins into logits: a multinomial regression, to six digits.

    Newton's method ends far below the sixth digit, so that rounding hides what depends on the processor; where lbfgs
    ends is known to about the seventh digit only.
    """
    present = np.unique(codes)
    scale, shift = np.zeros((margins.shape[1], labels)), np.full(labels, -20.0)
    if len(present) < 2:
        shift[present] = 0.0
        return scale, shift
    model = LogisticRegression(class_weight=class_weight, solver="newton-cholesky", max_iter=200, tol=1e-10)
    model.fit(margins, codes, sample_weight=sample_weight)
    if len(present) == 2:
        scale[:, present] = np.stack([-model.coef_[0] / 2, model.coef_[0] / 2], axis=1)
        shift[present] = [-model.intercept_[0] / 2, model.intercept_[0] / 2]
    else:
        scale[:, present], shift[present] = model.coef_.T, model.intercept_
    return np.round(scale, 6), np.round(shift, 6)


def _by_code(class_weight: Any, labels: NDArray[Any]) -> Any:
    if not isinstance(class_weight, dict):
        return class_weight
    return {code: class_weight.get(label, 1.0) for code, label in enumerate(labels.tolist())}


def softmax(logits: Floats) -> Floats:
    """Rows of logits as probabilities."""
    up = np.exp(logits - logits.max(axis=1, keepdims=True))
    out: Floats = up / up.sum(axis=1, keepdims=True)
    return out
