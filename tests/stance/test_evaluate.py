"""Evaluation: figures that agree with scikit-learn's, intervals over pages, rules beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from sentiment.errors import InputError
from sentiment.records import STANCES, Stance
from sentiment.stance.card import render_card
from sentiment.stance.evaluate import evaluate, to_lines
from sentiment.stance.metrics import bootstrap, calibration, f1_per_label, mean_f1
from sentiment.stance.reliability import PICTURES, draw, track
from sentiment.stance.tag import Item
from sentiment.stance.target import Target
from sentiment.stance.train import Fitted, Options, train

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
    found = evaluate(outlets, options, folds=3, by="outlet, language")
    json.dumps(found)
    assert found["all"]["macro_f1"] > 0.8
    assert found["all"]["interval"]["macro_f1"][0] < found["all"]["macro_f1"]
    assert set(found["languages"]) == {"en", "it"}
    assert set(found["by"]) == {"a, en", "b, en", "a, it", "b, it"}
    assert set(found["baselines"]) == {"commonest label", "VADER's sign (en)", "cues counted"}
    assert sum(sum(row.values()) for row in found["confusion"].values()) == 480
    assert found["baselines"]["cues counted"]["interval"]["macro_f1"][0] > 0
    lines = to_lines(found)
    assert sum(line.startswith("rule: ") for line in lines) == 3
    assert sum(line.count("|") + line.count("o") for line in lines[-13:-2] if "·" in line) >= 10


def test_a_model_is_tested_as_it_is(plain: Fitted) -> None:
    """With a model nothing is trained; a table with other labels is refused."""
    rows = sentences("en", 60, seed=5)
    options = Options(label="stance")
    found = evaluate(rows[rows.stance != "neutral"], options, model=plain.model)
    assert found["how"].startswith("model custom-")
    with pytest.raises(InputError, match="neutral"):
        evaluate(rows, options, model=plain.model)


def test_a_few_rows_test_a_model(fitted: Fitted) -> None:
    """A model is tested on any number of rows and labels; a language it does not know is counted and never guessed."""
    rows = pd.concat([sentences("en", 6), sentences("de", 3)]).assign(stance=["favor"] * 6 + ["against"] * 3)
    found = evaluate(rows, Options(label="stance", language="language", group="page"), model=fitted.model)
    assert (found["all"]["n"], found["untagged"]) == (6, {"no model for de": 3})
    assert set(found["languages"]) == {"en"}
    assert found["labels"] == list(fitted.model.labels)
    assert found["confusion"]["favor"]["favor"] + sum(found["confusion"]["favor"].values()) > 6
    assert found["all"]["interval"]["macro_f1"] is None  # one page is no sample of pages
    assert "not tagged 3: no model for de" in to_lines(found)
    with pytest.raises(InputError, match="3 no model for de"):
        evaluate(rows[6:], Options(label="stance", language="language"), model=fitted.model)


def test_what_a_model_says_beyond_the_labels_of_a_table(fitted: Fitted) -> None:
    """A label that no row carries is a wrong answer of its own, not the first label of the table."""
    rows = sentences("en", 240)
    rows = rows[rows.stance == "favor"].assign(stance="neutral")
    found = evaluate(rows, Options(label="stance", language="language"), model=fitted.model)
    assert found["confusion"]["neutral"]["favor"] > 0.8 * found["all"]["n"]


def test_rows_that_trained_the_model_are_counted(table: pd.DataFrame) -> None:
    """Rows that the model remembers are named by number, whether all of a table or some by their ids."""
    table = table.assign(id=[f"c{i}" for i in range(len(table))])
    options = Options(label="stance", blocks=("words",))
    model = train(table, options).model
    found = evaluate(table, options, model=model)
    assert found["seen"] == len(table)
    assert "trained it" in to_lines(found)[1]
    some = pd.concat([table[:30], sentences("de", 30).assign(id=[f"d{i}" for i in range(30)])])
    assert evaluate(some, options, model=model)["seen"] == 30
    assert evaluate(some[30:], options, model=model)["seen"] == 0


class Verdicts:
    """A backend that says favor of what is welcome, nothing of a question, and against of the rest."""

    name, at_once = "verdicts:1", 7

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:  # noqa: ARG002
        """One stance per comment."""
        out = []
        for item in items:
            name = None if "?" in item.text else "favor" if "welcome" in item.text else "against"
            out.append(Stance(name, source="model" if name else "none", reasons=() if name else ("no answer: shy",)))
        return out


def test_any_backend_can_be_tested(target: Target) -> None:
    """A backend without probabilities gets F1s and rules beside it, no calibration; what it leaves open is counted."""
    rows = sentences("en", 200).assign(title="About it")
    seen: list[Item] = []
    options = Options(label="stance", language="language", parent="parent", title="title", group="page", target=target)
    found = evaluate(rows, options, backend=Verdicts(), before=seen.extend)
    assert len(seen) == 200
    assert {item.title for item in seen} == {"About it"}
    assert any(item.parent_text for item in seen)
    assert found["untagged"]["no answer"] + found["all"]["n"] == 200
    assert found["labels"] == list(STANCES)
    assert "ece" not in found["all"]
    assert set(found["baselines"]) == {"commonest label", "VADER's sign (en)", "cues counted"}
    assert found["how"].startswith("model verdicts:1 on ")
    assert "no calibration: this backend gives no probabilities" in to_lines(found)
    with pytest.raises(InputError, match="nothing to draw"):
        draw(found, Path("x.svg"))
    with pytest.raises(InputError, match="learning curve"):
        evaluate(rows, options, backend=Verdicts(), learning_curve=True)
    with pytest.raises(InputError, match="'favour' \\(200 rows\\) are none of: favor, against"):
        evaluate(rows.assign(stance="favour"), options, backend=Verdicts())


@pytest.mark.parametrize("ending", PICTURES)
def test_reliability_plot(fitted: Fitted, table: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    """The plot is a picture of its ending's kind, the same for the same figures."""
    found = evaluate(table, Options(label="stance", language="language"), model=fitted.model)
    for name in ("a", "b"):
        draw(found, tmp_path / f"{name}{ending}")
    first = (tmp_path / f"a{ending}").read_bytes()
    assert first == (tmp_path / f"b{ending}").read_bytes()
    assert {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}[ending] == first[: 5 if ending == ".svg" else 4]
    if ending == ".svg":
        assert first.count(b"ECE") == 3  # in comments of the file: all, en, it


def test_the_track_shows_what_was_said_and_what_was_right() -> None:
    """On a track of 40 signs 0.5 stands in the middle, and all right at its end; one sign where both meet."""
    lines = track([{"n": 4, "confidence": 0.5, "accuracy": 1.0}, {"n": 4, "confidence": 0.25, "accuracy": 0.25}])
    assert lines[1].endswith("  " + "·" * 20 + "|" + "·" * 19 + "o")
    assert lines[2].endswith("  " + "·" * 10 + "o" + "·" * 30)


def test_learning_curve(table: pd.DataFrame) -> None:
    """The curve ends with all rows and more rows are not much worse."""
    options = Options(label="stance", blocks=("words",))
    curve = evaluate(table, options, folds=2, learning_curve=True)["learning_curve"]
    assert [row["n"] for row in curve] == [100, 200, 384]
    assert curve[-1]["macro_f1"] > curve[0]["macro_f1"] - 0.05


def test_card_names_the_codebook_by_its_hash(tmp_path: Path, target: Target) -> None:
    """Which text the coders followed can be told from the card."""
    (tmp_path / "codebook.md").write_text("favor is favor")
    options = Options(label="stance", target=target, blocks=("words",), codebook=tmp_path / "codebook.md")
    card = render_card(train(sentences("en", 60), options).model)
    assert hashlib.sha256(b"favor is favor").hexdigest() in card


def test_card(fitted: Fitted) -> None:
    """The card names target, languages, counts, figures, limits and the digest."""
    card = render_card(fitted.model)
    for part in ("xiaomi-us", "en (240 texts)", "macro-F1", "What it cannot do", fitted.model.meta["digest"]):
        assert part in card
