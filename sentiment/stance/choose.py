"""Choosing the blocks and the strength of the penalty by cross-validation within the training rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from sentiment.stance.estimator import calibrate_parts, softmax
from sentiment.stance.features import SIZES, Analysers
from sentiment.stance.folds import Splits, folds
from sentiment.stance.lexicon import Lists
from sentiment.stance.margins import FULL, QUICK, Floats, Penalty, hold_out, of_rows
from sentiment.stance.table import Rows
from sentiment.stance.tokens import Doc
from sentiment.stance.vectorise import vectoriser

if TYPE_CHECKING:
    from sentiment.stance.train import Options

POWERS = tuple(place / 10 for place in range(11))
"""How much of the labels' shares a decision may take out again, for the sake of rare labels."""

SUBSAMPLE = 20_000
"""Rows by which the settings are chosen, to bound the time; what more rows would choose was not measured."""

GAIN = 0.001
"""Least drop of the log-loss, in parts of it, for which a block is kept."""

_GENERAL = {"words": 1.0, "chars": 1.0}
_OPTIONAL = {"tags": 1.4, "marks": 0.3, "near": 0.7}
_TARGET = {"cues": 0.5, "pairs": 0.25}
_REPLIES = {"reply": 0.5, "parent": 1.0}
_RARE = {"negated": 0.3, "vader": 0.2}
"""Measured to add nothing beside the others; taken only when they are asked for."""

BLOCKS = (*_GENERAL, *_OPTIONAL, *_TARGET, *_REPLIES, *_RARE)
"""Every block there is."""
PARENT = "parent"
"""The block that knows what the model says of the comment that is answered, so that texts are read twice."""


class Design:
    """The blocks of some comments as matrices, each computed once.

    Args:
        docs: The comments.
        lists: A target's words.
        heed: Whether what is unknown counts in a comment's length.
    """

    def __init__(self, docs: list[Doc], lists: Mapping[str, Lists], *, heed: bool = True) -> None:
        self.docs, self.heed, self._min_df = docs, heed, 2 if len(docs) >= 100 else 1
        self.analysers = Analysers(lists)
        self.vectorisers: dict[str, Any] = {}
        self._matrices: dict[str, sp.csr_matrix] = {}

    def matrix(self, blocks: Mapping[str, float]) -> sp.csr_matrix:
        """Weighted blocks side by side."""
        return sp.hstack([weight * self._block(name) for name, weight in blocks.items()], format="csr")

    def _block(self, name: str) -> sp.csr_matrix:
        if name not in self._matrices:
            apart = bool(self.docs[0].language)
            found = vectoriser(name, self.analysers, self._min_df, apart=apart, heed=self.heed)
            self.vectorisers[name] = found
            try:
                self._matrices[name] = found.fit_transform(self.docs).tocsr()
            except ValueError:  # nothing in any text: an empty vocabulary
                self._matrices[name] = sp.csr_matrix((len(self.docs), 0))
        return self._matrices[name]

    def told(self, docs: list[Doc]) -> Design:
        """The same comments, now with what their parents say; only that block is computed anew."""
        other = self._copy()
        other.docs = docs
        other.vectorisers.pop(PARENT, None)
        other._matrices.pop(PARENT, None)
        return other

    def heedless(self) -> Design:
        """The same comments, without what is unknown; what was cut and counted is not counted again."""
        other = self._copy()
        other.heed = False
        for name in [name for name in SIZES if name in self._matrices and self.width(name)]:
            other.vectorisers[name], other._matrices[name] = self.vectorisers[name].heedless(self._matrices[name])
        return other

    def _copy(self) -> Design:
        """Another design that knows the same blocks and can forget or replace them."""
        other = copy(self)
        other.vectorisers, other._matrices = dict(self.vectorisers), dict(self._matrices)
        return other

    def names(self, name: str) -> list[str]:
        """Names of a block's features, in the order of its columns."""
        if not self.width(name):
            return []
        return [str(found) for found in self.vectorisers[name].get_feature_names_out()]

    def idf(self, name: str) -> NDArray[np.float64]:
        """Weight of each feature by its rarity; ones where a block holds numbers."""
        found = getattr(self.vectorisers[name], "idf_", None) if self.width(name) else None
        return np.ones(self.width(name)) if found is None else np.asarray(found)

    def unknown(self, name: str) -> float:
        """What a name that the block lacks weighs in a comment's length."""
        return float(getattr(self.vectorisers[name], "unknown_", 0.0)) if self.width(name) else 0.0

    def width(self, name: str) -> int:
        """Features of a block."""
        return int(self._block(name).shape[1])


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and what it says of rows it did not see."""

    design: Design
    blocks: dict[str, float]
    """Block -> its weight."""
    penalty: Penalty
    """Which margins there are."""
    margins: Floats
    """Margins of rows from weights that did not see them."""
    held_out: Floats
    """Calibrated probabilities of the rows by these margins."""
    loss: float
    """Their log-loss."""
    trials: list[dict[str, Any]]


def calibrated(margins: Floats, turn: Floats, shift: Floats, parts: NDArray[np.intp]) -> Floats:
    """Probabilities by margins."""
    return softmax(np.einsum("nm,nml->nl", margins, turn[parts]) + shift[parts])


class Trial:
    """Cross-validation of settings on one set of rows."""

    def __init__(self, design: Design, rows: Rows, options: Options) -> None:
        self.design, self.rows, self.options = design, rows, options
        self.parts = parts(rows)
        size = len(rows.codes)
        few, many = (folds(rows.codes, rows.groups, count, options.seed) for count in (3, 5))
        self._quick = many if size < 4000 else few
        """What blocks are compared by."""
        self.splits = many if size < 8000 else few
        """What probabilities are calibrated by: more folds gain little with many rows, and cost as much as all else."""
        self.log: list[dict[str, Any]] = []

    def over(self, design: Design) -> Trial:
        """The same trial, its log continued, over another design of the rows."""
        other = copy(self)
        other.design = design
        return other

    def run(self, blocks: Mapping[str, float]) -> float:
        """Log-loss of held-out rows, by the machines that are quickest."""
        return self._tried(blocks, QUICK, self._quick)[0]

    def done(self, blocks: dict[str, float], penalty: Penalty = FULL) -> Choice:
        """The choice of these blocks, with what margins of every kind, or of those that are named, say of held-out rows."""
        loss, margins, shares = self._tried(blocks, penalty, self.splits)
        return Choice(self.design, blocks, penalty, margins, shares, loss, self.log)

    def _tried(self, blocks: Mapping[str, float], penalty: Penalty, splits: Splits) -> tuple[float, Floats, Floats]:
        codes, labels, weights = self.rows.codes, len(self.rows.labels), self.rows.weights
        X = self.design.matrix(blocks)
        penalty = replace(penalty, class_weight=self.options.class_weight, seed=self.options.seed)
        margins = hold_out(X, codes, splits, labels, penalty, weights)
        turn, shift = calibrate_parts(margins, codes, labels, self.parts, self.options.class_weight, weights)
        shares = calibrated(margins, turn, shift, self.parts)
        losses = -np.log(np.clip(shares[np.arange(len(codes)), codes], 1e-9, 1))
        loss = float(np.average(losses, weights=weights))
        f1 = float(f1_score(codes, shares.argmax(axis=1), average="macro", sample_weight=weights))
        told = {
            "rows": len(codes),
            "blocks": dict(blocks),
            "strengths": list(penalty.strengths),
            "beside": list(penalty.beside),
            "log_loss": round(loss, 5),
        }
        self.log.append({**told, "macro_f1": round(f1, 4)})
        return loss, margins, shares


def heeding(trial: Trial, blocks: dict[str, float]) -> tuple[Trial, float]:
    """The trial to go on with, and its log-loss: what is unknown counts, unless held-out rows are read better without.

    Where rows are like those that come later it matters little, and among strangers it keeps the model from rashness; but on
    tweets full of names and spellings of their own it was measured to cost half a point of macro-F1.
    """
    loss = trial.run(blocks)
    other = trial.over(trial.design.heedless())
    other.log = []
    without = other.run(blocks)
    return (other, without) if gains(without, loss) else (trial, loss)


def choose(
    trial: Trial, options: Options, *, tell: Callable[[str], None] = lambda _: None
) -> tuple[Trial, dict[str, float]]:
    """Find blocks: words and letters, then every further block that lowers the log-loss; and the trial that found them.

    The log-loss decides, not the F1: it is far steadier on a few hundred rows; on full tables both mostly agreed.
    """
    blocks = {name: weight for name, weight in _GENERAL.items() if options.blocks is None or name in options.blocks}
    best = np.inf
    if blocks:
        trial, best = heeding(trial, blocks)
        if not trial.design.heed:
            tell("words that a model does not know are not looked at")
    tell(f"{', '.join(blocks)}: log-loss {best:.4f}")
    for name, weight in _candidates(trial.design, trial.rows, options).items():
        loss = trial.run({**blocks, name: weight})
        if gains(loss, best) or options.blocks is not None or name in options.keep:
            best, blocks = loss, {**blocks, name: weight}
        tell(f"{'with' if name in blocks else 'without'} {name}: log-loss {loss:.4f}")
    return trial, blocks


def gains(loss: float, before: float) -> bool:
    """Whether a log-loss is low enough to keep the block that brought it."""
    return loss < before * (1 - GAIN)


def _candidates(design: Design, rows: Rows, options: Options) -> dict[str, float]:
    found = dict(_OPTIONAL)
    if options.target is not None:
        found |= _TARGET
    if any(rows.parents):
        found["reply"] = _REPLIES["reply"]
    found |= weights_of(set(options.keep) - {*_GENERAL, PARENT})
    if options.blocks is not None:
        found = {name: weight for name, weight in weights_of(options.blocks).items() if name not in (*_GENERAL, PARENT)}
    return {name: weight for name, weight in found.items() if design.width(name)}


def weights_of(blocks: Iterable[str]) -> dict[str, float]:
    """The weight of each named block, those that training leaves out by itself included."""
    every = {**_GENERAL, **_OPTIONAL, **_TARGET, **_REPLIES, **_RARE}
    return {name: every[name] for name in every if name in set(blocks)}


def parts(rows: Rows) -> NDArray[np.intp]:
    """Place of each row's language; zeros without languages."""
    if rows.languages is None:
        return np.zeros(len(rows.codes), dtype=np.intp)
    return np.array([rows.languages.index(name) for name in rows.language], dtype=np.intp)


def power(margins: Floats, trial: Trial) -> float:
    """The power of the labels' shares to divide by, for the best macro-F1 on held-out rows; 0 unless it gains.

    Rows are calibrated by others than themselves here, and a power is judged with its neighbours: the rare labels by which
    powers differ are few, so that the single best one is often luck.
    """
    rows, labels, balance = trial.rows, len(trial.rows.labels), trial.options.class_weight
    codes, weights = rows.codes, rows.weights
    shares = np.empty((len(codes), labels))
    for learnt, held in trial.splits:
        counted = of_rows(weights, learnt)
        turn, shift = calibrate_parts(margins[learnt], codes[learnt], labels, trial.parts[learnt], balance, counted)
        shares[held] = calibrated(margins[held], turn, shift, trial.parts[held])
    prior = rows.shares()
    said = [(shares / prior**some).argmax(axis=1) for some in POWERS]
    scores = np.array([f1_score(codes, each, average="macro", sample_weight=weights) for each in said])
    steady = np.convolve(np.pad(scores, 2, "edge"), np.ones(5) / 5, "valid")
    best = int(np.argmax(steady))
    return POWERS[best] if scores[best] > scores[0] + 0.005 else 0.0
