"""Simple rules that a model must beat: the commonest label, VADER's sign, the cues counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.features import VADER_LANGUAGE, Analysers
from sentiment.stance.metrics import bootstrap, figures
from sentiment.stance.table import Rows
from sentiment.stance.target import Target
from sentiment.stance.tokens import Doc

FOR = frozenset({"wish", "welcome", "success", "support"})
AGAINST = frozenset({"refusal", "warning", "failure", "ban", "copying", "spying"})
SIGN = 0.05
"""VADER's own threshold between neutral and not."""


def baselines(rows: Rows, target: Target | None, splits: Sequence[tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Each rule's figures on the rows.

    VADER and the cues tell for from against, so they are there where the labels are; VADER reads the English rows, or all
    where no language is told.
    """
    everything = np.arange(len(rows.codes))
    said = np.zeros(len(rows.codes), dtype=np.intp)
    for train, test in splits:
        said[test] = np.bincount(rows.codes[train], minlength=len(rows.labels)).argmax()
    out = {"commonest label": _measured(rows, everything, said)}
    if not {"favor", "against"} <= set(rows.labels):
        return out
    told = rows.languages is not None and any(rows.languages)
    english = np.array([not told or name == VADER_LANGUAGE for name in rows.language])
    docs = rows.docs()
    if english.any():
        some = everything[english]
        out[f"VADER's sign{' (en)' if told else ''}"] = _rule(rows, some, [_vader(docs[i]) for i in some])
    if target is not None and target.cues:
        run = Analysers({"cues": target.cues, "entities": target.entities})
        out["cues counted"] = _rule(rows, everything, [_cues(run, doc) for doc in docs])
    return out


def _rule(rows: Rows, some: NDArray[np.intp], signs: list[float]) -> dict[str, Any]:
    names = list(rows.labels)
    rest = next((names.index(name) for name in ("neutral", "none", "unrelated") if name in names), 0)
    favor, against = names.index("favor"), names.index("against")
    said = np.array([favor if s >= SIGN else against if s <= -SIGN else rest for s in signs], dtype=np.intp)
    return _measured(rows, some, said)


def _measured(rows: Rows, some: NDArray[np.intp], said: NDArray[np.intp]) -> dict[str, Any]:
    out = figures(rows.codes[some], said, rows.labels)
    out["interval"] = bootstrap(rows.codes[some], said, rows.labels, None if rows.groups is None else rows.groups[some])
    return out


_VADER = Analysers()


def _vader(doc: Doc) -> float:
    return _VADER.vader(replace(doc, language=VADER_LANGUAGE)).get("vader compound", 0.0)


def _cues(run: Analysers, doc: Doc) -> float:
    total = 0
    for _, name, denied in run.said(doc):
        total += (-1 if denied else 1) * ((name in FOR) - (name in AGAINST))
    return float(total)
