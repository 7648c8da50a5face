"""Margins: the same from several processes, and more of them for rare labels."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from sentiment.stance import margins
from sentiment.stance.folds import folds
from sentiment.stance.margins import STRENGTHS, Penalty, hold_out, solve


def test_several_processes_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Margins solved in two processes equal those solved in one, to the bit."""
    draw = np.random.default_rng(0)
    X = sp.random(400, 60, 0.2, format="csr", random_state=0)
    X = X[:, draw.permutation(60)]  # columns out of order, as a table's may be
    codes = draw.integers(0, 4, 400)
    splits = folds(codes, None, 3, 0)
    one = hold_out(X, codes, splits, 4, Penalty())
    monkeypatch.setattr(margins, "MANY", 10)
    monkeypatch.setattr(margins, "cpu_count", lambda: 2)
    assert hold_out(X, codes, splits, 4, Penalty()).tobytes() == one.tobytes()


def test_rare_labels_get_margins_of_their_own() -> None:
    """Of four labels three are told apart once more without the rows of the commonest; of three none is."""
    draw = np.random.default_rng(0)
    X = sp.random(300, 40, 0.2, format="csr", random_state=0)
    codes = draw.choice(4, 300, p=[0.1, 0.6, 0.2, 0.1])
    four, three = (solve(X, some, labels, Penalty())[0] for some, labels in ((codes, 4), (codes % 3, 3)))
    own = 3 + 3 + 3  # a machine, a leaning one and naive Bayes for each of the rarer
    assert len(four) == len(STRENGTHS) * (4 + 6) + 4 + 4 + own
    assert len(three) == len(STRENGTHS) * (3 + 3) + 3 + 3
    common = X[np.flatnonzero(codes == 1)]
    assert (
        solve(sp.vstack([X, 100 * common]), np.append(codes, [1] * common.shape[0]), 4, Penalty())[0][-own:]
        == four[-own:]
    ).all()
