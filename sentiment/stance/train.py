"""Training: a table of texts and labels becomes a model that chose its own settings.

fitted = train(table, Options(text="text", label="label"))
fitted.model.save(Path("my.stance"))
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import FeatureUnion, Pipeline

from sentiment.stance import normalise
from sentiment.stance.choose import PARENT, SUBSAMPLE, Choice, Design, Trial, choose, gains, parts, power, weights_of
from sentiment.stance.estimator import MarginClassifier
from sentiment.stance.features import SHARED
from sentiment.stance.margins import SKETCH, STRENGTHS
from sentiment.stance.metrics import agreement, bootstrap, figures
from sentiment.stance.model import FORMAT, FORMAT_VERSION, Model, digest
from sentiment.stance.packed import Packed
from sentiment.stance.score import key_of, rounded
from sentiment.stance.table import Rows, count_labels, read_rows
from sentiment.stance.target import Target
from sentiment.stance.tokens import Doc
from sentiment.stance.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

MIN_LANGUAGE = 200
"""Rows below which a language gets no model of its own: a linear one was measured to be unstable there."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    Attributes:
        text: Column of the texts.
        label: Column of the labels.
        group: Column of what must not be split between training and test: page, thread, author.
        language: Column of languages; None makes one model for every text.
        parent: Column with the text of the comment that is answered.
        title: Column of the article's title; kept for backends that read it, the linear model does not.
        target: Adds its word lists as features, and its slug to the model.
        class_weight: None, or ``balanced``.
        min_language: Rows a language needs.
        blocks: Blocks to build from; None takes those that fit the table.
        keep: Blocks that stay even where cross-validation sees no gain in them.
        seed: Of every shuffle.
        ids: Column of comment ids, which the model then lists as what it learned from; None takes ``comment_id`` or ``id``,
            where the table has it. Rows whose ``origin`` is ``authored`` are no comments, so their ids are not listed.
        prior_power: How much of the labels' shares a decision takes out again, for the sake of rare labels: 0 nothing,
            1 all. None chooses what gives the best macro-F1 on held-out rows.
        codebook: The codebook's file, whose hash goes into the card.
        weight: Column of how much each row counts in training; None counts all the same. Figures count every row once.
    """

    text: str = "text"
    label: str = "label"
    group: str | None = None
    language: str | None = None
    parent: str | None = None
    title: str | None = None
    target: Target | None = None
    class_weight: str | None = None
    min_language: int = MIN_LANGUAGE
    blocks: tuple[str, ...] | None = None
    keep: tuple[str, ...] = ()
    seed: int = 0
    ids: str | None = None
    prior_power: float | None = None
    codebook: Path | None = None
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What training gives."""

    model: Model
    pipeline: Any
    """The scikit-learn pipeline (prepared comments -> labels) whose scores the model reproduces."""
    summary: dict[str, Any] = field(default_factory=dict)
    """What was done: rows, what was left out and why, what was chosen, the scores it was chosen by."""

    def lines(self) -> list[str]:
        """The summary as lines to print."""
        told = self.summary
        labels = ", ".join(f"{name} {count}" for name, count in told["labels"].items())
        lines = [f"trained on {told['rows']} texts: {labels}"]
        lines += [f"left out {count}: {reason}" for reason, count in told["left_out"].items()]
        if told["weights"]:
            lines.append(
                f"rows count {told['weights'][0]:g} to {told['weights'][1]:g} times in training, once in figures"
            )
        blocks = ", ".join(f"{name} {block['features']}" for name, block in told["blocks"].items())
        lines.append(f"features: {blocks}; prior power {told['prior_power']:g}")
        if told["held_out"]:
            how = f"{told['groups']} groups kept whole" if told["groups"] else "rows shuffled"
            by = "".join(f", {name} {told['held_out'][name]['macro_f1']:.3f}" for name in told["languages"] or ())
            lines.append(
                f"cross-validated macro-F1 {told['held_out']['all']['macro_f1']:.3f}{by} ({how}; settings chosen on it)"
            )
        return lines


def train(table: pd.DataFrame, options: Options, *, tell: Callable[[str], None] = lambda _: None) -> Fitted:
    """Train a model.

    Args:
        table: One row per text.
        options: Which columns to read, and how to train.
        tell: Called with a line of progress now and then.

    Returns:
        The model, its pipeline, and a summary.

    Raises:
        InputError: A column is missing, or the rows cannot be learnt from; says why.
    """
    rows = read_rows(table, options)
    tell(f"{len(rows.texts)} texts, {len(rows.labels)} labels" + (f", {rows.languages}" if rows.languages else ""))
    return fit_rows(rows, options, tell=tell)


def fit_rows(rows: Rows, options: Options, *, tell: Callable[[str], None] = lambda _: None) -> Fitted:
    """Train on rows that were read already; see :func:`train`."""
    lists: dict[str, Any] = {}
    if options.target is not None:
        lists = {"cues": dict(options.target.cues), "entities": dict(options.target.entities)}
    docs = rows.docs()
    sample = _sample(rows, options.seed)
    if sample is None:
        trial, blocks = choose(Trial(Design(docs, lists), rows, options), options, tell=tell)
    else:
        tell(f"the settings are chosen on {len(sample)} of the texts")
        few = Trial(Design([docs[i] for i in sample], lists), rows.take(sample), options)
        few, blocks = choose(few, options, tell=tell)
        trial = Trial(Design(docs, lists, heed=few.design.heed), rows, options)
        trial.log += few.log
    if any(rows.parents):
        trial, blocks = _answering(trial, blocks, rows, options, tell)
    tell(f"fitting {len(docs)} texts")
    choice = trial.done(blocks)
    taken = power(choice.margins, trial) if options.prior_power is None else options.prior_power
    return _finish(rows, choice, _fit(choice, rows, options), taken, options)


def _answering(
    trial: Trial, blocks: dict[str, float], rows: Rows, options: Options, tell: Callable[[str], None]
) -> tuple[Trial, dict[str, float]]:
    """What to go on with so that comments know what the ones they answer say, if that helps.

    A sketch says it: with every kind of margin training took a quarter longer, and the log-loss fell by 0.3 %. The finished
    model asks itself: weights of a sketch's own, stored beside it, said no better of held-out threads.
    """
    if options.blocks is not None and PARENT not in options.blocks:
        return trial, blocks
    tell("reading the answered comments")
    first = trial.done(blocks, SKETCH)
    other = trial.over(trial.design.told(told(trial.design.docs, rows, first, options)))
    more = {**blocks, **weights_of([PARENT])}
    loss, before = other.done(more, SKETCH).loss, first.loss
    tell(f"{'with' if gains(loss, before) else 'without'} {PARENT}: log-loss {loss:.4f}, before {before:.4f}")
    return (other, more) if gains(loss, before) else (trial, blocks)


def _sample(rows: Rows, seed: int) -> NDArray[np.intp] | None:
    if len(rows.codes) <= SUBSAMPLE:
        return None
    order = np.random.default_rng(seed).permutation(len(rows.codes))
    rare = [np.flatnonzero(rows.codes == place)[:200] for place in range(len(rows.labels))]
    return np.unique(np.concatenate([order[:SUBSAMPLE], *rare]))


def told(docs: list[Doc], rows: Rows, first: Choice, options: Options) -> list[Doc]:
    """Comments with the probabilities of what they answer, as weights say that saw neither."""
    known = {key_of(doc): row for row, doc in enumerate(docs)}
    parents = {key_of(doc.parent): doc.parent for doc in docs if doc.parent is not None}
    strange = [doc for key, doc in parents.items() if key not in known]
    shares = {key: rounded(first.held_out[known[key]]) for key in parents if key in known}
    if strange:
        languages = rows.languages or ("",)
        places = np.array([languages.index(doc.language) for doc in strange])
        guesses = _fit(first, rows, options).predict_proba(strange, parts=places)
        shares |= {key_of(doc): rounded(row) for doc, row in zip(strange, guesses, strict=True)}
    return [doc if doc.parent is None else dataclasses.replace(doc, shared=shares[key_of(doc.parent)]) for doc in docs]


def _finish(rows: Rows, choice: Choice, pipeline: Any, taken: float, options: Options) -> Fitted:
    design = choice.design
    specs = [
        {
            "name": name,
            "weight": weight,
            "apart": rows.languages is not None and name not in SHARED,
            "unknown": design.unknown(name),
        }
        for name, weight in choice.blocks.items()
    ]
    vocabulary = [Vocabulary.of(design.names(name)) for name in choice.blocks]
    arrays = _stored(pipeline.steps[-1][1], Packed(specs, vocabulary, rows.languages or ("",)))
    arrays["idf"] = np.concatenate([design.idf(name) for name in choice.blocks]).astype(np.float32)
    counts = count_labels(rows)
    summary = {
        "rows": len(rows.codes),
        "labels": counts,
        "left_out": rows.left_out,
        "languages": None if rows.languages is None else {name: rows.language.count(name) for name in rows.languages},
        "groups": _groups(rows),
        "blocks": {name: {"weight": weight, "features": design.width(name)} for name, weight in choice.blocks.items()},
        "strengths": list(STRENGTHS),
        "weights": None if rows.weights is None else [float(rows.weights.min()), float(rows.weights.max())],
        "agreement": _agreement(rows),
        "prior_power": taken,
        "held_out": scores(rows, choice.held_out, taken),
    }
    meta: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "normaliser": normalise.VERSION,
        "labels": list(rows.labels),
        "languages": None if rows.languages is None else list(rows.languages),
        "target": options.target.slug if options.target else None,
        "codebook": options.target.codebook_version if options.target else None,
        "blocks": specs,
        "lists": design.analysers.lists,
        "prior": rows.shares().tolist(),
        "prior_power": taken,
        "codebook_sha256": _sha256(options.codebook) if options.codebook else None,
        "data_sha256": rows.sha256,
        "card": {"summary": summary, "trials": choice.trials, "versions": _versions(), "seed": options.seed},
    }
    if rows.ids:
        # the report takes no comment for a part of its random sample that the model learned from
        meta["trained_ids"] = sorted({name for names in rows.ids for name in names if name})
    meta = json.loads(json.dumps(meta))
    meta["digest"] = digest(meta, arrays, vocabulary)
    return Fitted(Model(meta, arrays, vocabulary), pipeline, summary)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}


def _fit(choice: Choice, rows: Rows, options: Options) -> Any:
    design = choice.design
    strengths, beside = choice.penalty.strengths, choice.penalty.beside
    last = MarginClassifier(strengths, beside, class_weight=options.class_weight, random_state=options.seed)
    last.fit(design.matrix(choice.blocks), rows.codes, rows.weights, parts=parts(rows), held=choice.margins)
    union = FeatureUnion(
        [(name, design.vectorisers[name]) for name in choice.blocks], transformer_weights=dict(choice.blocks)
    )
    return Pipeline([("features", union), ("margin", last)])


def _stored(last: MarginClassifier, packed: Packed) -> dict[str, NDArray[Any]]:
    """The estimator's arrays; it gets the weights that can be read back from them, so that both say the same.

    Only differences between labels count, so the last label's weights are taken from all: what is left of them takes no space.
    """
    arrays = packed.pack(last.weights_ - last.weights_[:, -1:])
    last.weights_ = packed.whole(arrays)
    return {**arrays, "shift": last.shift_}


def scores(rows: Rows, shares: NDArray[np.float64], power: float) -> dict[str, Any]:
    """What held-out rows say, over all and per language."""
    said = (shares / rows.shares() ** power).argmax(axis=1)
    places = parts(rows)
    some = {"all": np.ones(len(places), dtype=bool)}
    some |= {name: places == place for place, name in enumerate(rows.languages or ())}
    out = {}
    for name, pick in some.items():
        found = figures(rows.codes[pick], said[pick], rows.labels, shares[pick])
        out[name] = {key: _four(found[key]) for key in ("n", "macro_f1", "f_avg", "log_loss", "ece")}
        groups = None if rows.groups is None else rows.groups[pick]
        between = bootstrap(rows.codes[pick], said[pick], rows.labels, groups)["macro_f1"] or []
        out[name]["between"] = [_four(end) for end in between]
    return out


def _groups(rows: Rows) -> int | None:
    """How many groups no test tears apart; None where there are none, or one, which every test does."""
    count = 0 if rows.groups is None else len(np.unique(rows.groups))
    return count if count > 1 else None


def _agreement(rows: Rows) -> dict[str, Any]:
    """How far two independent readers of the rows agree, over all and per language."""
    out = {}
    for name in ("all", *(rows.languages or ())) if rows.readings else ():
        own = [pair for pair, code in zip(rows.readings, rows.language, strict=True) if name in ("all", code)]
        count, raw, kappa = agreement(own)
        if count:
            out[name] = {"n": count, "raw": _four(raw), "kappa": _four(kappa)}
    return out


def _four(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value  # the last digits depend on the processor
