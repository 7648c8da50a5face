"""How good a model is on rows it has not seen, with intervals, calibration, and simple rules beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import InputError
from sentiment.stance.baselines import baselines
from sentiment.stance.estimator import folds as split
from sentiment.stance.metrics import bootstrap, figures
from sentiment.stance.model import Model
from sentiment.stance.table import Rows, column, read_rows
from sentiment.stance.train import Options, fit_rows

if TYPE_CHECKING:
    import pandas as pd

CURVE = (100, 200, 400, 800, 1600, 3200)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of rows by models that had not seen them."""

    shares: NDArray[np.float64]
    chosen: NDArray[np.intp]


def evaluate(
    table: pd.DataFrame,
    options: Options,
    *,
    model: Model | None = None,
    by: str | None = None,
    folds: int = 5,
    learning_curve: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure a model, or, without one, the training itself by cross-validation with groups kept whole.

    Args:
        table: One row per text.
        options: Which columns to read, how to train.
        model: Tested as it is; the table must not be what it was trained on.
        by: A column to tell the figures apart by.
        folds: Of the cross-validation; the settings are chosen anew within each.
        learning_curve: Also train on less.
        tell: Called with a line of progress now and then.

    Returns:
        ``{"how", "labels", "all", "languages", "by", "confusion", "baselines", "left_out"}``.
    """
    if by is not None:
        column(table, by)
    rows = read_rows(table, options)
    said = _by_model(rows, model) if model is not None else _by_training(rows, options, folds, tell)
    out: dict[str, Any] = {
        "how": _how(rows, model, folds),
        "labels": list(rows.labels),
        "all": _figures(rows, said, np.arange(len(rows.codes))),
        "languages": {},
        "by": {},
        "confusion": _confusion(rows, said),
        "baselines": baselines(rows, options.target, split(rows.codes, rows.groups, folds, options.seed)),
        "left_out": rows.left_out,
    }
    for name in rows.languages or ():
        out["languages"][name] = _figures(rows, said, np.flatnonzero(np.array(rows.language) == name))
    if by is not None:
        values = np.array(column(table, by))[rows.places]
        out["by"] = {str(v): _figures(rows, said, np.flatnonzero(values == v)) for v in np.unique(values)}
    if learning_curve and model is None:
        out["learning_curve"] = _curve(rows, options, tell)
    return out


def cross_validate(
    rows: Rows, options: Options, folds: int = 5, tell: Callable[[str], None] = lambda _: None
) -> NDArray[np.float64]:
    """Probabilities of every row from a model trained, settings and all, without its group."""
    return _by_training(rows, options, folds, tell).shares


def _by_training(rows: Rows, options: Options, folds: int, tell: Callable[[str], None]) -> Said:
    shares = np.zeros((len(rows.codes), len(rows.labels)))
    chosen = np.zeros(len(rows.codes), dtype=np.intp)
    for number, (train, test) in enumerate(split(rows.codes, rows.groups, folds, options.seed + 1), 1):
        model = fit_rows(rows.take(train), options).model
        part = _by_model(rows.take(test), model, rows.labels)
        shares[test], chosen[test] = part.shares, part.chosen
        tell(f"fold {number} of {folds}")
    return Said(shares, chosen)


def _by_model(rows: Rows, model: Model, labels: tuple[str, ...] | None = None) -> Said:
    labels = labels or rows.labels
    strange = sorted(set(model.labels) ^ set(labels))
    if strange and set(labels) - set(model.labels):
        raise InputError(f"the table's labels ({', '.join(labels)}) are not the model's ({', '.join(model.labels)})")
    docs = [
        model.prepare(text, language=language, parent=parent)
        for text, language, parent in zip(rows.texts, rows.language, rows.parents, strict=True)
    ]
    unknown = sorted({doc.language for doc in docs if not model.knows(doc.language)})
    if unknown:
        raise InputError(f"the model knows {', '.join(model.languages or ())}, the table has {', '.join(unknown)}")
    shares = model.probabilities(docs)
    order = [model.labels.index(name) for name in labels]
    back = np.array([labels.index(name) if name in labels else 0 for name in model.labels])
    return Said(shares[:, order], back[model.choose(shares)])


def _figures(rows: Rows, said: Said, some: NDArray[np.intp]) -> dict[str, Any]:
    gold, chosen = rows.codes[some], said.chosen[some]
    out = figures(gold, chosen, rows.labels, said.shares[some])
    groups = None if rows.groups is None else rows.groups[some]
    out["interval"] = bootstrap(gold, chosen, rows.labels, groups)
    return out


def _confusion(rows: Rows, said: Said) -> dict[str, dict[str, int]]:
    return {
        name: {other: int(((rows.codes == i) & (said.chosen == j)).sum()) for j, other in enumerate(rows.labels)}
        for i, name in enumerate(rows.labels)
    }


def _how(rows: Rows, model: Model | None, folds: int) -> str:
    if model is not None:
        return f"model {model.name} on {len(rows.codes)} texts"
    kept = "rows shuffled" if rows.groups is None else f"{len(np.unique(rows.groups))} groups kept whole"
    return f"{folds}-fold cross-validation on {len(rows.codes)} texts, {kept}, settings chosen in every fold"


def _curve(rows: Rows, options: Options, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    train, test = split(rows.codes, rows.groups, 5, options.seed + 2)[0]
    order = np.random.default_rng(options.seed).permutation(train)
    small = replace(options, min_language=20)
    out = []
    for size in [size for size in CURVE if size < len(order)] + [len(order)]:
        some = np.sort(order[:size])
        if len(np.unique(rows.codes[some])) < len(rows.labels):
            continue
        said = _by_model(rows.take(test), fit_rows(rows.take(some), small).model, rows.labels)
        row = figures(rows.codes[test], said.chosen, rows.labels, said.shares)
        out.append({"n": size, "macro_f1": row["macro_f1"], "f_avg": row["f_avg"], "ece": row["ece"]})
        tell(f"{size} rows: macro-F1 {row['macro_f1']:.3f}")
    return out


def to_lines(found: dict[str, Any]) -> list[str]:
    """An evaluation as lines to print."""
    head = (
        f"{'':<22}{'n':>7} {'macro-F1':>9} {'95 % interval':>15} {'F_avg':>7} {'F1_rel':>7} {'log-loss':>9} {'ECE':>6}"
    )
    lines = [found["how"], "", head, _line("all", found["all"])]
    lines += [_line(f"language {name}", row) for name, row in found["languages"].items()]
    lines += [_line(name[:21], row) for name, row in found["by"].items()]
    lines += [_line(f"rule: {name}"[:21], row) for name, row in found["baselines"].items()]
    labels = found["labels"]
    lines += ["", "confusion (rows: table, columns: model)", " " * 14 + "".join(f"{name[:11]:>12}" for name in labels)]
    for name in labels:
        lines.append(f"{name[:13]:<14}" + "".join(f"{found['confusion'][name][other]:>12}" for other in labels))
    lines += ["", "calibration: said  right  n"]
    lines += [f"{'':<12}{b['confidence']:>5.2f}  {b['accuracy']:>5.2f}  {b['n']}" for b in found["all"]["reliability"]]
    for row in found.get("learning_curve", ()):
        lines.append(f"trained on {row['n']}: macro-F1 {row['macro_f1']:.3f}, ECE {row['ece']:.3f}")
    return lines + [f"left out {count}: {reason}" for reason, count in found["left_out"].items()]


def _line(name: str, row: dict[str, Any]) -> str:
    def show(value: float | None, width: int) -> str:
        return f"{'-' if value is None else f'{value:.3f}':>{width}}"

    interval = row.get("interval", {}).get("macro_f1")
    between = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "-"
    cells = [show(row["f_avg"], 7), show(row["f1_rel"], 7), show(row.get("log_loss"), 9), show(row.get("ece"), 6)]
    return f"{name:<22}{row['n']:>7} {show(row['macro_f1'], 9)} {between:>15} " + " ".join(cells)
