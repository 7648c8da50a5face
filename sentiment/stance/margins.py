"""Linear margins of several kinds, from rows to weights: machines, their variants on scaled features, naive Bayes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from sentiment.stance.folds import Splits

Floats = NDArray[np.float64]

STRENGTHS = (0.05, 0.2, 1.0)
"""Inverse strengths of the penalty. All are used side by side: that was better on six tables of six than the best one."""

MIDDLE = STRENGTHS[1:2]
"""The one that stands for all where time is short."""

LEANING = 0.3
"""Inverse strength of the penalty on features scaled by how far they lean to one label."""

TOLERANCE = 1e-2
"""Where the solver stops: a tenth of it moved weights by 0.02 % and cost a quarter more time."""

SMOOTHING = 0.3
"""Added to every feature's sum in the naive Bayes margins."""

MANY = 3000
"""Rows from which the machines are solved in several processes; starting those takes a second."""

WORKERS = 4
"""Most of these: each holds rows of its own, up to 3 GB of 200,000, and the slowest kind of margins bounds the time."""

PAIRS = 6
"""Labels up to which every pair of them gets a margin of its own; beyond, their number grows too fast."""


BESIDE = ("leaning", "complement", "rare")
"""The margins beside the machines of each strength."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """How the weights are held back, and which margins there are."""

    strengths: tuple[float, ...] = STRENGTHS
    beside: tuple[str, ...] = BESIDE
    class_weight: Any = None
    seed: int = 0


FULL = Penalty()
"""What a model is made of."""

QUICK = Penalty(MIDDLE, ())
"""What blocks are compared by."""

SKETCH = Penalty(MIDDLE, ("complement",))
"""What says of answered comments where they stand, which is only a feature of the answers."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Rows to learn from, and how."""

    X: Any
    codes: NDArray[Any]
    labels: int
    penalty: Penalty
    sample_weight: Floats | None
    """How much each row counts; None where all count the same."""

    def take(self, rows: NDArray[Any]) -> _Task:
        """Some of the rows, in order; all of them are not copied."""
        if len(rows) == len(self.codes):
            return self
        return replace(self, X=self.X[rows], codes=self.codes[rows], sample_weight=of_rows(self.sample_weight, rows))

    def sums(self, X: Any) -> Floats:
        """Of each feature over the rows of each label, labels by features."""
        if self.sample_weight is not None:
            X = sp.diags_array(self.sample_weight) @ X
        return np.stack([np.asarray(X[self.codes == label].sum(axis=0)).ravel() for label in range(self.labels)])

    def machine(self, sides: NDArray[Any], C: float, X: Any = None) -> tuple[Floats, float]:
        """Weights and intercept of a support vector machine that tells the sides apart, on the rows or on others in X."""
        # The dual solver runs without BLAS and its order is seeded: same rows, same weights, to the bit.
        balance = self.penalty.class_weight if self.penalty.class_weight == "balanced" else None
        seed = self.penalty.seed
        svm = LinearSVC(C=C, class_weight=balance, dual=True, random_state=seed, max_iter=2000, tol=TOLERANCE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a large C change no label
            svm.fit(self.X if X is None else X, sides, sample_weight=self.sample_weight)
        return svm.coef_[0], float(svm.intercept_[0])


Kind = Callable[[_Task], tuple[Floats, Floats]]
"""Margins of one kind by some rows: weights (margins by features) and intercepts."""


def solve(
    X: Any, codes: NDArray[Any], labels: int, penalty: Penalty, sample_weight: Floats | None = None
) -> tuple[Floats, Floats]:
    """Linear margins of several kinds: weights (margins by features) and intercepts.

    Support vector machines of every strength, for each label against the rest and for each pair of labels; machines that
    may use a feature the more, the more it leans to one side; and complement naive Bayes. The pairs keep favor and against
    apart from what tells either from chatter. Naive Bayes counts what the machines weigh, errs elsewhere, and lowered the
    log-loss by 1 to 5 % (more where rows are few), the leaning machines by another percent. Of four and more labels all
    but the commonest are told apart once more without its rows, which else drown the rare ones. A row of weight 3 counts
    like three of its kind.
    """
    found = _each_kind(_Task(X, codes, labels, penalty, sample_weight), [np.arange(len(codes))], _weights)
    return np.concatenate([weights for weights, _ in found]), np.concatenate([intercept for _, intercept in found])


def hold_out(
    X: Any, codes: NDArray[Any], splits: Splits, labels: int, penalty: Penalty, sample_weight: Floats | None = None
) -> Floats:
    """Margins of every row from weights that did not see it, rows by margins."""
    found = _each_kind(_Task(X, codes, labels, penalty, sample_weight), splits, _margins)
    kinds = len(found) // len(splits)
    out = np.concatenate([np.zeros((len(codes), margins.shape[1])) for margins in found[:kinds]], axis=1)
    for place, (_, test) in enumerate(splits):
        out[test] = np.concatenate(found[place * kinds : (place + 1) * kinds], axis=1)
    return out


def _each_kind(task: _Task, some: Sequence[Any], job: Callable[[Kind, _Task, Any], Any]) -> list[Any]:
    """What a job makes of each of some sets of rows by each kind of margins, set by set."""
    if sp.issparse(task.X) and not task.X.has_canonical_format:  # a process may not sort what it shares with others
        task = replace(task, X=task.X.copy())
        task.X.sum_duplicates()
    # Processes, not threads: the solver's generator is one for the whole process, two threads would stir it.
    kinds = _kinds(task)
    workers = min(cpu_count(), WORKERS) if len(task.codes) >= MANY else 1
    return list(Parallel(n_jobs=workers)(delayed(job)(kind, task, rows) for rows in some for kind in kinds))


def _kinds(task: _Task) -> list[Kind]:
    """The kinds of margins that the penalty names and the labels admit, each small enough to share them among processes."""
    found: list[Kind] = []
    for C in task.penalty.strengths:
        found.append(partial(_against_rest, C=C))
        if 2 < task.labels <= PAIRS:
            found.append(partial(_pairs, C=C))
    counts = np.bincount(task.codes, weights=task.sample_weight, minlength=task.labels)
    # the commonest of all rows: folds must not differ in what a margin means
    others = np.delete(np.arange(task.labels), counts.argmax())
    beside: dict[str, Kind] = {"leaning": _leaning, "complement": _complement, "rare": partial(_rare, others=others)}
    return found + [beside[name] for name in task.penalty.beside if name != "rare" or task.labels > 3]


def _weights(kind: Kind, task: _Task, rows: NDArray[Any]) -> tuple[Floats, Floats]:
    return kind(task.take(rows))


def _margins(kind: Kind, task: _Task, split: tuple[Any, Any]) -> Floats:
    """Of the rows held out; the weights stay where they were made, for with many labels those of all folds fill the memory."""
    train, test = split
    weights, intercept = kind(task.take(train))
    return np.asarray(task.X[test] @ weights.T + intercept)


def _against_rest(task: _Task, C: float) -> tuple[Floats, Floats]:
    """A machine for each label that tells it from all others; no opinion on a label that the rows lack."""
    weights, intercept = np.zeros((task.labels, task.X.shape[1])), np.zeros(task.labels)
    for label in range(task.labels):
        if len(np.unique(task.codes == label)) == 2:
            weights[label], intercept[label] = task.machine(task.codes == label, C)
    return weights, intercept


def _pairs(task: _Task, C: float) -> tuple[Floats, Floats]:
    """A machine for each two labels that tells them apart."""
    pairs = list(combinations(range(task.labels), 2))
    weights, intercept = np.zeros((len(pairs), task.X.shape[1])), np.zeros(len(pairs))
    for margin, (one, two) in enumerate(pairs):
        rows = np.flatnonzero((task.codes == one) | (task.codes == two))
        sides = task.codes[rows] == two
        if len(np.unique(sides)) == 2:
            weights[margin], intercept[margin] = task.take(rows).machine(sides, C)
    return weights, intercept


def _rare(task: _Task, others: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Margins among the labels other than the commonest, from their rows alone; none for that one."""
    task = task.take(np.flatnonzero(np.isin(task.codes, others)))
    task = replace(task, codes=np.searchsorted(others, task.codes), labels=len(others))
    found = [_against_rest(task, *MIDDLE), _leaning(task), _complement(task)]
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _leaning(task: _Task) -> tuple[Floats, Floats]:
    """Machines on features scaled by the root of their log-count ratio (Wang and Manning 2012), a label against the rest."""
    X, codes, labels = task.X, task.codes, task.labels
    counts = task.sums((X != 0).astype(np.float64))
    every = counts.sum(axis=0)
    weights, intercept = np.zeros((labels, X.shape[1])), np.zeros(labels)
    for label, inside in enumerate(counts + 1):
        outside = every - counts[label] + 1
        leaning = np.sqrt(np.abs(np.log(inside / inside.sum()) - np.log(outside / outside.sum())))
        leaning = np.round(leaning, 9)  # the last bits of a logarithm depend on the processor
        if len(np.unique(codes == label)) == 2:
            scaled = X.multiply(leaning).tocsr() if sp.issparse(X) else X * leaning
            found, intercept[label] = task.machine(codes == label, LEANING, scaled)
            weights[label] = found * leaning
    return weights, intercept


def _complement(task: _Task) -> tuple[Floats, Floats]:
    """Complement naive Bayes (Rennie et al. 2003, section 3.1): how rare a feature is outside of each label.

    What all labels share, the length of the text above all, is taken out. Negative values count as absent.
    """
    sums = task.sums(task.X.maximum(0) if sp.issparse(task.X) else np.maximum(task.X, 0))
    outside = sums.sum(axis=0) - sums + SMOOTHING
    weights = -np.log(outside / outside.sum(axis=1, keepdims=True))
    return np.round(weights - weights.mean(axis=0), 6), np.zeros(task.labels)


def of_rows(sample_weight: Floats | None, rows: NDArray[Any]) -> Floats | None:
    """The weights of some rows; None stands for rows that all count the same."""
    return None if sample_weight is None else sample_weight[rows]
