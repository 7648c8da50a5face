"""Evaluation: figures that agree with scikit-learn's, intervals over pages, rules beside them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from sentiment.errors import InputError
from sentiment.stance.card import render_card
from sentiment.stance.evaluate import evaluate, to_lines
from sentiment.stance.metrics import bootstrap, calibration, f1_per_label, mean_f1
from sentiment.stance.target import Target
from sentiment.stance.train import Fitted, Options

from .conftest import sentences


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_f1_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """F1 per label and macro-F1 are scikit-learn's."""
    gold, said = (np.array(side) for side in zip(*pairs, strict=True))
    theirs = f1_score(gold, said, labels=range(4), average=None, zero_division=0)
    np.testing.assert_allclose(f1_per_label(gold, said, 4), theirs)
    assert mean_f1(gold, said, list("abcd")) == pytest.approx(f1_score(gold, said, average="macro", zero_division=0))


def test_perfect_calibration_has_no_error() -> None:
    """Half of what is said with 0.5 and all of what is said with 1.0 is right: no error."""
    gold = np.array([0, 1] * 50 + [0] * 100)
    error, bins = calibration(gold, np.zeros(200, dtype=int), np.array([0.5] * 100 + [1.0] * 100))
    assert error == pytest.approx(0)
    assert len(bins) == 10


def test_intervals_are_wider_over_pages_that_are_alike() -> None:
    """Where a page is all right or all wrong, drawing pages gives a wider interval than drawing rows."""
    gold = np.tile([0, 1], 100)
    said = np.where(np.arange(200) // 20 % 2, gold, 1 - gold)
    pages = bootstrap(gold, said, ["a", "b"], np.arange(200) // 20)["macro_f1"]
    rows = bootstrap(gold, said, ["a", "b"], None)["macro_f1"]
    assert pages is not None
    assert rows is not None
    assert pages[1] - pages[0] > 1.5 * (rows[1] - rows[0])


def test_cross_validation_with_rules_beside_it(table: pd.DataFrame, target: Target) -> None:
    """Without a model the training is tested; every figure, group and rule is there, and it is JSON."""
    options = Options(label="stance", group="page", language="language", target=target, blocks=("words", "cues"))
    outlets = table.assign(outlet=["a", "b"] * (len(table) // 2))
    found = evaluate(outlets, options, folds=3, by="outlet")
    json.dumps(found)
    assert found["all"]["macro_f1"] > 0.8
    assert found["all"]["interval"]["macro_f1"][0] < found["all"]["macro_f1"]
    assert set(found["languages"]) == {"en", "it"}
    assert set(found["by"]) == {"a", "b"}
    assert set(found["baselines"]) == {"commonest label", "VADER's sign (en)", "cues counted"}
    assert sum(sum(row.values()) for row in found["confusion"].values()) == 480
    assert any("rule" in line for line in to_lines(found))


def test_a_model_is_tested_as_it_is(plain: Fitted) -> None:
    """With a model nothing is trained; a table with other labels is refused."""
    rows = sentences("en", 60, seed=5)
    options = Options(label="stance")
    found = evaluate(rows[rows.stance != "neutral"], options, model=plain.model)
    assert found["how"].startswith("model custom-")
    with pytest.raises(InputError, match="neutral"):
        evaluate(rows, options, model=plain.model)


def test_learning_curve(table: pd.DataFrame) -> None:
    """The curve ends with all rows and more rows are not much worse."""
    options = Options(label="stance", blocks=("words",))
    curve = evaluate(table, options, folds=2, learning_curve=True)["learning_curve"]
    assert [row["n"] for row in curve] == [100, 200, 384]
    assert curve[-1]["macro_f1"] > curve[0]["macro_f1"] - 0.05


def test_card(fitted: Fitted) -> None:
    """The card names target, languages, counts, figures, limits and the digest."""
    card = render_card(fitted.model)
    for part in ("xiaomi-us", "en (240 texts)", "macro-F1", "What it cannot do", fitted.model.meta["digest"]):
        assert part in card
