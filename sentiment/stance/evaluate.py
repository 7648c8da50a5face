"""How good a model is on rows it has not seen, with intervals, calibration, and simple rules beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import InputError
from sentiment.records import STANCES
from sentiment.stance.baselines import baselines
from sentiment.stance.folds import folds as split
from sentiment.stance.metrics import bootstrap, figures
from sentiment.stance.model import Model
from sentiment.stance.reliability import track
from sentiment.stance.said import Said, by_backend, by_model, by_training, items_of
from sentiment.stance.table import Rows, column, read_rows
from sentiment.stance.train import Options, fit_rows

if TYPE_CHECKING:
    import pandas as pd

    from sentiment.stance.tag import Item, StanceBackend

CURVE = (100, 200, 400, 800, 1600, 3200)
FEW = 10
"""Pages below which there is no interval: drawn again and again, 10 were measured to cover 90 % instead of 95 %, 5 but 81 %."""
NONE: dict[str, None] = {"macro_f1": None, "f_avg": None}


def evaluate(
    table: pd.DataFrame,
    options: Options,
    *,
    model: Model | None = None,
    backend: StanceBackend | None = None,
    before: Callable[[Sequence[Item]], None] = lambda _: None,
    by: str | None = None,
    folds: int = 5,
    learning_curve: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure a model or a backend, or, without one, the training itself by cross-validation with groups kept whole.

    Args:
        table: One row per text.
        options: Which columns to read, how to train.
        model: Tested as it is; the table must not be what it was trained on.
        backend: Tested as it is; the labels are the four stances then.
        before: Called with the comments before the backend sees them; what it raises ends the matter.
        by: A column to tell the figures apart by, or several with commas between.
        folds: Of the cross-validation; the settings are chosen anew within each.
        learning_curve: Also train on less.
        tell: Called with a line of progress now and then.

    Returns:
        ``{"how", "labels", "all", "languages", "by", "confusion", "baselines", "left_out", "untagged", "seen"}``; what got
        no label is in no figure and counted in ``untagged``, rows that trained the tested model are counted in ``seen``.

    Raises:
        InputError: A column is missing, the rows cannot be used, or the learning curve of what is not trained is asked.
    """
    if learning_curve and (model is not None or backend is not None):
        raise InputError("a learning curve trains on less and less: it goes without a model or backend to test")
    kinds = _kinds(table, by)
    known = model.labels if model is not None else STANCES if backend is not None else None
    rows = read_rows(table, options, known=known)
    if model is not None:
        said = by_model(rows, model)
    elif backend is not None:
        items = items_of(rows, [column(table, options.title)[at] for at in rows.places] if options.title else ())
        before(items)
        said = by_backend(rows, items, backend)
    else:
        said = by_training(rows, options, folds, tell)
    rows = said.rows
    out: dict[str, Any] = {
        "how": _how(rows, model or backend, folds),
        "labels": list(rows.labels),
        "all": _figures(said, np.arange(len(rows.codes))),
        "languages": {},
        "by": {},
        "confusion": _confusion(said),
        "baselines": baselines(rows, options.target, split(rows.codes, rows.groups, folds, options.seed)),
        "left_out": rows.left_out,
        "untagged": said.untagged,
        "seen": _seen(rows, model),
    }
    for name in sorted(set(rows.language)) if rows.languages else ():
        out["languages"][name] = _figures(said, np.flatnonzero(np.array(rows.language) == name))
    if kinds:
        values = np.array(kinds)[rows.places]
        out["by"] = {str(v): _figures(said, np.flatnonzero(values == v)) for v in np.unique(values)}
    if learning_curve:
        out["learning_curve"] = _curve(rows, options, tell)
    return out


def cross_validate(
    rows: Rows, options: Options, folds: int = 5, tell: Callable[[str], None] = lambda _: None
) -> NDArray[np.float64]:
    """Probabilities of every row from a model trained, settings and all, without its group."""
    shares = by_training(rows, options, folds, tell).shares
    return np.empty((0, 0)) if shares is None else shares


def _figures(said: Said, some: NDArray[np.intp]) -> dict[str, Any]:
    rows, chosen = said.rows, said.chosen[some]
    gold = rows.codes[some]
    out = figures(gold, chosen, rows.labels, None if said.shares is None else said.shares[some])
    groups = None if rows.groups is None else rows.groups[some]
    few = len(np.unique(some if groups is None else groups)) < FEW
    out["interval"] = NONE if few else bootstrap(gold, chosen, rows.labels, groups)
    return out


def _kinds(table: pd.DataFrame, by: str | None) -> list[str]:
    """What each row is told apart by: the cells of the named columns, with commas between."""
    if by is None:
        return []
    return [", ".join(cells) for cells in zip(*(column(table, name.strip()) for name in by.split(",")), strict=True)]


def _seen(rows: Rows, model: Model | None) -> int:
    """Rows that the model was trained on, as far as their ids or the whole table tell."""
    if model is None:
        return 0
    if rows.sha256 == model.meta["data_sha256"]:
        return len(rows.codes)
    known = set(model.meta.get("trained_ids", ()))
    return sum(not known.isdisjoint(names) for names in rows.ids)


def _confusion(said: Said) -> dict[str, dict[str, int]]:
    rows = said.rows
    return {
        name: {other: int(((rows.codes == i) & (said.chosen == j)).sum()) for j, other in enumerate(rows.labels)}
        for i, name in enumerate(rows.labels)
    }


def _how(rows: Rows, tested: Model | StanceBackend | None, folds: int) -> str:
    if tested is not None:
        return f"model {tested.name} on {len(rows.codes)} texts"
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
        said = by_model(rows.take(test), fit_rows(rows.take(some), small).model)
        row = figures(rows.codes[test], said.chosen, rows.labels, said.shares)
        out.append({"n": size, "macro_f1": row["macro_f1"], "f_avg": row["f_avg"], "ece": row["ece"]})
        tell(f"{size} rows: macro-F1 {row['macro_f1']:.3f}")
    return out


def to_lines(found: dict[str, Any]) -> list[str]:
    """An evaluation as lines to print."""
    head = f"{'':<{_NAME}}{'n':>7} {'macro-F1':>9} {'95 % interval':>15} {'F_avg':>7} {'F1_rel':>7} {'log-loss':>9} {'ECE':>6}"
    lines = [found["how"]]
    if found["seen"]:
        lines.append(f"{found['seen']} of them trained it: on those it remembers, on new ones it does worse")
    lines += ["", head, _line("all", found["all"])]
    lines += [_line(f"language {name or 'unknown'}", row) for name, row in found["languages"].items()]
    lines += [_line(name, row) for name, row in found["by"].items()]
    lines += [_line(f"rule: {name}", row) for name, row in found["baselines"].items()]
    labels = found["labels"]
    lines += ["", "confusion (rows: table, columns: model)", " " * 14 + "".join(f"{name[:11]:>12}" for name in labels)]
    for name in labels:
        lines.append(f"{name[:13]:<14}" + "".join(f"{found['confusion'][name][other]:>12}" for other in labels))
    bins = found["all"].get("reliability")
    lines += ["", *(track(bins) if bins else ["no calibration: this backend gives no probabilities"])]
    if found.get("learning_curve"):
        lines.append("")
    for row in found.get("learning_curve", ()):
        lines.append(f"trained on {row['n']}: macro-F1 {row['macro_f1']:.3f}, ECE {row['ece']:.3f}")
    lines += [f"not tagged {count}: {reason}" for reason, count in found["untagged"].items()]
    return lines + [f"left out {count}: {reason}" for reason, count in found["left_out"].items()]


_NAME = 28
"""Width of the first column."""


def _line(name: str, row: dict[str, Any]) -> str:
    def show(value: float | None, width: int) -> str:
        return f"{'-' if value is None else f'{value:.3f}':>{width}}"

    interval = row.get("interval", {}).get("macro_f1")
    between = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "-"
    cells = [show(row["f_avg"], 7), show(row["f1_rel"], 7), show(row.get("log_loss"), 9), show(row.get("ece"), 6)]
    shown = name if len(name) < _NAME else f"{name[: _NAME - 2]}…"
    return f"{shown:<{_NAME}}{row['n']:>7} {show(row['macro_f1'], 9)} {between:>15} " + " ".join(cells)
