"""Training: any table of texts and labels, and clear words where it cannot be learnt from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sentiment.errors import InputError
from sentiment.stance import choose as chooser
from sentiment.stance import train as trainer
from sentiment.stance.choose import Design
from sentiment.stance.table import parent_texts
from sentiment.stance.target import Target
from sentiment.stance.tokens import prepare
from sentiment.stance.train import Fitted, Options, train

from .conftest import sentences


def test_rows_count_as_a_column_says(table: pd.DataFrame) -> None:
    """A column of weights moves shares and predictions; an empty cell counts once, and figures count every row once."""
    heavy = table.assign(much=np.where(table["stance"] == "favor", "5", ""))
    options = Options(label="stance", group="page", blocks=("words",))
    told, plain = train(heavy, replace(options, weight="much")), train(table, options)
    place = told.model.labels.index("favor")
    assert told.model.meta["prior"][place] > 0.6
    assert told.summary["weights"] == [1, 5]
    assert any("1 to 5 times" in line for line in told.lines())
    assert told.summary["held_out"]["all"]["n"] == plain.summary["held_out"]["all"]["n"]
    assert told.model.meta["data_sha256"] != plain.model.meta["data_sha256"]
    strange = [told.model.prepare("nothing of this was ever seen")]
    assert told.model.probabilities(strange)[0, place] > plain.model.probabilities(strange)[0, place] + 0.1


@pytest.mark.parametrize("cell", ["0", "-1", "nan", "inf", "much"])
def test_a_weight_that_is_none_is_refused(table: pd.DataFrame, cell: str) -> None:
    """A weight must be a number above zero; the message names the row."""
    wrong = table.assign(much=["1", cell, *["1"] * (len(table) - 2)])
    with pytest.raises(InputError, match="row 2: the weight"):
        train(wrong, Options(label="stance", weight="much"))


def test_learns_and_says_what_it_did(fitted: Fitted) -> None:
    """What can be learnt is learnt, and the summary counts rows, labels, languages and groups."""
    told = fitted.summary
    assert told["rows"] == 480
    assert set(told["labels"]) == {"against", "favor", "neutral"}
    assert told["languages"] == {"en": 240, "it": 240}
    assert told["groups"] == 24
    assert told["held_out"]["all"]["macro_f1"] > 0.8
    assert any("macro-F1" in line for line in fitted.lines())


def test_label_names_are_free() -> None:
    """Any label set will do; so will twenty rows."""
    table = pd.DataFrame(
        {
            "text": [f"ja gern {i}" for i in range(10)] + [f"nein nie {i}" for i in range(10)],
            "y": ["1"] * 10 + ["0"] * 10,
        }
    )
    model = train(table, Options(label="y")).model
    assert model.labels == ("0", "1")
    assert model.labels[model.choose(model.probabilities([model.prepare("ja gern")]))[0]] == "1"


def test_without_a_language_column_every_text_is_scored(plain: Fitted) -> None:
    """A model without languages knows them all."""
    assert plain.model.languages is None
    assert plain.model.knows("xx")


def test_small_languages_are_left_out() -> None:
    """A language below the least number of rows is counted as left out, not modelled."""
    table = pd.concat([sentences("en", 220), sentences("de", 40)], ignore_index=True)
    told = train(table, Options(label="stance", language="language")).summary
    assert told["languages"] == {"en": 220}
    assert told["left_out"] == {"language de has 40 rows, 200 are needed": 40}


def test_duplicates_do_not_leak() -> None:
    """The same text twice is used once."""
    table = sentences("en", 60)
    told = train(pd.concat([table, table], ignore_index=True), Options(label="stance")).summary
    assert told["rows"] == 60
    assert told["left_out"] == {"same text as an earlier row": 60}


def test_rare_labels_survive() -> None:
    """Three rows of one label among many of another are learnt from without an error."""
    table = pd.DataFrame({"text": [f"word{i % 50} {i}" for i in range(400)], "label": ["a"] * 397 + ["b"] * 3})
    assert train(table, Options()).summary["labels"] == {"a": 397, "b": 3}


def test_a_position_is_that_of_the_rows_own_language() -> None:
    """A thread may stand there in two languages: an answer is given the comment of its own."""
    table = pd.DataFrame(
        [
            ("en-1", "t", "1", "", "en", "first"),
            ("en-2", "t", "2", "1", "en", "second"),
            ("it-1", "t", "1", "", "it", "primo"),
            ("it-2", "t", "2", "1", "it", "secondo"),
        ],
        columns=["id", "thread", "position", "above", "language", "text"],
    )
    options = Options(group="thread", language="language", parent="above")
    assert parent_texts(table, options) == ["", "first", "", "primo"]


def test_parents_by_position_and_by_id() -> None:
    """The parent column may hold a text, an id or a position within the group: all give the same model."""
    table = sentences("en", 120).drop(columns="parent")
    table["id"] = [f"c{i}" for i in range(120)]
    table["position"] = [str(i % 10 + 1) for i in range(120)]
    table["by_id"] = ["" if i % 10 == 0 else f"c{i - 1}" for i in range(120)]
    table["by_position"] = ["" if i % 10 == 0 else str(i % 10) for i in range(120)]
    table["by_text"] = ["" if i % 10 == 0 else table.text[i - 1] for i in range(120)]
    made = {
        train(table, Options(label="stance", group="page", parent=name)).summary["held_out"]["all"]["log_loss"]
        for name in ("by_id", "by_position", "by_text")
    }
    assert len(made) == 1


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"text": ["a"] * 30, "label": ["x", "y"] * 15}, "15 usable rows"),
        ({"text": [f"a{i}" for i in range(30)], "label": ["x"] * 30}, "only one label"),
        ({"text": [f"a{i}" for i in range(30)], "label": ["x"] * 29 + ["y"]}, "one row only"),
        (
            {"text": [f"a{i}" for i in range(90)], "label": ["favor"] * 86 + ["favro"] * 4},
            "'favro' .4 rows. looks like",
        ),
        ({"text": [f"a{i}" for i in range(90)], "label": ["favor"] * 86 + ["favour"] * 4}, "like 'favor' misspelt"),
        ({"text": [f"a{i}" for i in range(90)], "label": ["favor"] * 86 + ["avor"] * 4}, "like 'favor' misspelt"),
        ({"text": [f"a{i}" for i in range(90)], "label": ["favor"] * 50 + ["Favor"] * 40}, "like 'favor' misspelt"),
        ({"text": [""] * 30, "label": ["x", "y"] * 15}, "30 left out: no text"),
        ({"text": [f"a{i}" for i in range(30)], "label": [None] * 30}, "no label"),
        ({"text": [f"a{i}" for i in range(30)], "label": [float("nan")] * 30}, "no label"),
        ({"text": [f"a{i}" for i in range(200)], "label": [str(i // 2) for i in range(200)]}, "label column"),
        ({"words": ["a"] * 30, "label": ["x", "y"] * 15}, "there are: words, label"),
        ({"text": [], "label": []}, "0 usable rows"),
    ],
)
def test_what_cannot_be_learnt_is_said(table: dict[str, list[object]], words: str) -> None:
    """Each bad table gets a message that says what was found."""
    with pytest.raises(InputError, match=words):
        train(pd.DataFrame(table), Options())


@pytest.mark.parametrize("pair", [("agree", "disagree"), ("class1", "class2"), ("for", "or"), ("left", "loft")])
def test_labels_that_are_alike_are_no_slips(pair: tuple[str, str]) -> None:
    """Two labels far apart, with numbers, very short, or about as frequent, are two labels."""
    rare = 20 if pair[0] == "left" else 4
    table = sentences("en", 100).assign(label=[pair[0]] * (100 - rare) + [pair[1]] * rare)
    assert set(train(table, Options(blocks=("words",))).model.labels) == set(pair)


def test_one_group_keeps_nothing_whole() -> None:
    """Where all rows are of one group the summary does not say that groups were kept whole."""
    fitted = train(sentences("en", 60).assign(page="p"), Options(label="stance", group="page", blocks=("words",)))
    assert fitted.summary["groups"] is None
    assert any("rows shuffled" in line for line in fitted.lines())


def test_no_language_with_enough_rows() -> None:
    """With a language column and few rows in each, the way out is named."""
    with pytest.raises(InputError, match="train without --language"):
        train(sentences("en", 60), Options(label="stance", language="language"))


def test_a_megabyte_in_a_cell() -> None:
    """A text of a megabyte takes its place among the others."""
    table = sentences("en", 60)
    table.loc[0, "text"] = "great never " * 90_000
    assert train(table, Options(label="stance")).summary["rows"] == 60


def test_more_rows_than_settings_are_chosen_on(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    """Above the number that settings are chosen on, all rows train, are held out and have their parents read."""
    monkeypatch.setattr(trainer, "SUBSAMPLE", 150)
    table = pd.concat([sentences("en", 240), sentences("it", 240)], ignore_index=True)
    said: list[str] = []
    blocks = ("words", "marks", "reply", "parent")
    options = Options(label="stance", group="page", language="language", parent="parent", target=target, blocks=blocks)
    fitted = train(table, options, tell=said.append)
    assert any("chosen on" in line for line in said)
    assert any("parent: log-loss" in line for line in said)
    assert fitted.summary["held_out"]["all"]["n"] == fitted.summary["rows"] == 480


def test_leaving_out_the_unknown_needs_no_second_count() -> None:
    """A design made heedless from a heedful one is the design that never heeded."""
    docs = [prepare(text) for text in sentences("en", 120)["text"]]
    heedful = Design(docs, {})
    blocks = {"words": 1.0, "chars": 1.0, "tags": 1.0}  # tags: nothing in any of these texts
    heedful.matrix(blocks)
    turned, fresh = heedful.heedless(), Design(docs, {}, heed=False)
    assert abs(turned.matrix(blocks) - fresh.matrix(blocks)).max() < 1e-12
    assert abs(turned.matrix(blocks) - heedful.matrix(blocks)).max() > 0.01
    assert [turned.unknown(name) for name in blocks] == [fresh.unknown(name) for name in blocks] == [0, 0, 0]
    strange = [prepare("gargle fnord great")]
    transform = [each.vectorisers["words"].transform(strange) for each in (turned, fresh)]
    assert abs(transform[0] - transform[1]).max() < 1e-12


def test_unknown_words_are_looked_at_unless_that_harms(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found better on held-out rows stands in the model, and its scores are the pipeline's either way."""
    table, options = sentences("en", 120), Options(label="stance", blocks=("words",))
    said: list[str] = []
    for heed, unknown in ((True, np.log(121 / 2) + 1), (False, 0.0)):
        better = -np.inf if heed else np.inf
        monkeypatch.setattr(chooser, "gains", lambda loss, before, b=better: loss < before + b)
        fitted = train(table, options, tell=said.append)
        assert fitted.model.meta["blocks"][0]["unknown"] == pytest.approx(unknown, abs=1e-5)
        assert ("words that a model does not know are not looked at" in said) is not heed
    docs = [prepare(text) for text in ("great zxcv", "never ever", "")]
    assert np.allclose(fitted.model.probabilities(docs), fitted.pipeline.predict_proba(docs), atol=1e-6)


def test_authored_rows_are_no_comments() -> None:
    """What was written to train has ids of its own; the model lists only those of comments."""
    table = sentences("en", 60).assign(id=[f"c{i}" for i in range(60)], origin=["authored"] * 50 + ["collected"] * 10)
    fitted = train(table, Options(label="stance", blocks=("words",)))
    assert fitted.model.meta["trained_ids"] == sorted(f"c{i}" for i in range(50, 60))


def test_prior_power_can_be_given() -> None:
    """The power of the labels' shares that is asked for is taken instead of the one that scores best."""
    fitted = train(sentences("en", 90), Options(label="stance", blocks=("words",), prior_power=0.5))
    assert fitted.model.meta["prior_power"] == 0.5
