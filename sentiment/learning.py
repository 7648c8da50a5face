"""The learning loop: the labels as they stand make a model, and audit items, which never train, say what changed.

With the pipeline and the command line this is the only place that sees both labels and training.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import AnnotationError, ModelError
from sentiment.records import STANCES

if TYPE_CHECKING:
    from sentiment.annotate.store import Store
    from sentiment.stance.model import Model
    from sentiment.stance.target import Target
    from sentiment.stance.train import Fitted

TRAINING = "training.csv"
"""The table in a target's folder that trains beside the labels."""
GROUPS = ("batch", "page", "page_id", "group", "thread")
"""Columns of that table that say what must not be torn apart, the first that is there counts."""
FEW = 30
"""Audit items of a language below which a figure says little: at 60 % right, its interval was measured to be 35 points wide."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """How two models do on the audit items of one language, or of all."""

    language: str
    n: int
    pages: int
    before: float | None
    """Macro-F1; None where the model does not know the language."""
    before_interval: list[float] | None
    after: float | None
    after_interval: list[float] | None
    change_interval: list[float] | None
    """Of the difference, both models on the same resampled pages."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A new model, and what it changes."""

    fitted: Fitted
    before: str | None
    """Name of the model that it is compared with."""
    labels: dict[str, int]
    """Language -> comments whose label trained."""
    authored: int
    """Rows of the target's own table that trained."""
    audit: int
    """Audit items with a label that both models are new to."""
    shared: int
    """Those among them on a page of which other comments trained."""
    left_out: dict[str, int]
    compared: list[Compared] = field(default_factory=list)
    """One per language, and ``all`` at the end."""

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "before": self.before,
            "after": self.fitted.model.name,
            "labels": self.labels,
            "training_table": self.authored,
            "left_out": self.left_out,
            "audit": {"n": self.audit, "on_pages_that_train": self.shared},
            "languages": {
                row.language: {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "language"}
                for row in self.compared
            },
        }


def learn(
    store: Store,
    folder: Path,
    target: Target,
    *,
    before: Model | None,
    table: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Learned:
    """Train on the labels as they stand, and compare with the model before on audit items.

    Args:
        store: the labels; a comment's is what was adjudicated, else what all who labelled it agree on.
        folder: the target's folder, whose ``training.csv`` trains as well.
        target: what the stance is toward.
        before: the model to compare with.
        table: whether ``training.csv`` is used.
        tell: called with a line of progress now and then.

    Raises:
        AnnotationError: no label trains, or no language has enough.
        InputError: the table lacks a column, or nothing can be learnt from it.
    """
    import pandas as pd

    from sentiment.annotate.standing import training_rows
    from sentiment.stance.table import words_of
    from sentiment.stance.train import Options, train

    audit = list(training_rows(store, audit=True))
    labelled = [_row(row) for row in training_rows(store, audit=False)]
    own = _own_table(folder / TRAINING) if table else []
    if not labelled and not own:
        raise AnnotationError("no label trains yet: label comments that are not drawn for an audit, then train again")
    rows, left_out = _without_audit([*labelled, *own], audit)
    _enough(rows)
    book = folder / "codebook.md"
    options = Options(
        label="stance",
        group="page",
        language="language",
        parent="parent_text",
        target=target,
        ids="comment_id",
        codebook=book if book.is_file() else None,
    )
    fitted = train(pd.DataFrame(rows), options, tell=tell)
    used = set(fitted.model.meta.get("trained_ids", ()))
    known = set() if before is None else set(before.meta.get("trained_ids", ()))
    if seen := [row for row in audit if row["id"] in known]:
        left_out["audit item that the model before has learned from"] = len(seen)
        audit = [row for row in audit if row["id"] not in known]
    words = {
        words_of(row["text"], row["language"], row["parent_text"]): row for row in labelled if row["comment_id"] in used
    }
    trained = list(words.values())
    pages = {row["page"] for row in labelled if row["comment_id"] in used}
    return Learned(
        fitted,
        None if before is None else before.name,
        dict(sorted(Counter(row["language"] for row in trained).items())),
        fitted.summary["rows"] - len(trained),
        len(audit),
        sum(f"page {row['page']}" in pages for row in audit),
        left_out,
        compare(audit, before, fitted.model),
    )


def compare(audit: Sequence[Row], before: Model | None, after: Model) -> list[Compared]:
    """Macro-F1 of two models on labelled comments, per language and in all, with intervals over whole pages."""
    if not audit:
        return []
    gold = np.array([STANCES.index(row["stance"]) for row in audit])
    languages = np.array([row["language"] for row in audit])
    pages = np.array([row["page"] for row in audit])
    old = _said(before, audit) if before is not None else np.full(len(audit), -1)
    new = _said(after, audit)
    found = [
        _compared(name, gold, old, new, pages, np.flatnonzero(languages == name)) for name in sorted(set(languages))
    ]
    # over all: the comments that both can tag, or a language that only one knows would decide
    both = (new >= 0) & (old >= 0) if before is not None else new >= 0
    return [*found, _compared("all", gold, old, new, pages, np.flatnonzero(both))]


def to_lines(found: Learned) -> list[str]:
    """What changed, in words."""
    labels = ", ".join(f"{name} {count}" for name, count in found.labels.items())
    lines = [
        f"Trained on {sum(found.labels.values())} labelled comments ({labels or 'none'}) "
        f"and {found.authored} rows of {TRAINING}."
    ]
    lines += [f"Left out {count}: {reason}." for reason, count in found.left_out.items()]
    if not found.audit:
        return [*lines, *_no_audit()]
    lines.append(f"On {found.audit} audit items, which never train; macro-F1 with 95 % intervals over pages:")
    lines.append(f"{'language':<10}{'n':>6}{'pages':>7}  {'before':<20}{'after':<20}change")
    lines += [_line(row) for row in (found.compared if len(found.compared) > 2 else found.compared[:1])]
    lines.append(f"before: {found.before or 'no model'}; after: {found.fitted.model.name}")
    if found.shared:
        lines.append(f"{found.shared} of them lie on pages that also trained: there the figures flatter the new model.")
    few = [row.language for row in found.compared if row.n < FEW and row.language != "all"]
    if few:
        lines.append(
            f"Fewer than {FEW} audit items: {', '.join(few)}. Label more of them before you believe the figure."
        )
    told = [row for row in found.compared if row.change_interval]
    if told and all(row.change_interval[0] <= 0 <= row.change_interval[1] for row in told if row.change_interval):
        lines.append("Every interval of a change holds 0: these audit items cannot tell which model is better.")
    return lines


def _no_audit() -> list[str]:
    return [
        "There are no labelled audit items, so nothing says whether this model is better than the one before.",
        "Next: `sentiment annotate draw PATH… --for audit --n 200`, label them, then train again",
    ]


def _line(row: Compared) -> str:
    cells = [_cell(row.before, row.before_interval), _cell(row.after, row.after_interval)]
    change = "–"
    if row.before is not None and row.after is not None and row.change_interval:
        low, high = row.change_interval
        change = f"{_signed(row.after - row.before)} ({_signed(low)} to {_signed(high)})"
    return f"{row.language:<10}{row.n:>6}{row.pages:>7}  {cells[0]:<20}{cells[1]:<20}{change}"


def _cell(value: float | None, interval: list[float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" + (f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else "")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _compared(
    language: str,
    gold: NDArray[np.intp],
    old: NDArray[np.intp],
    new: NDArray[np.intp],
    pages: NDArray[Any],
    some: NDArray[np.intp],
) -> Compared:
    from sentiment.stance.metrics import bootstrap, bootstrap_change, mean_f1

    def figure(said: NDArray[np.intp]) -> tuple[float | None, list[float] | None]:
        if not len(some) or (said[some] < 0).any():  # a language that the model does not know
            return None, None
        interval = bootstrap(gold[some], said[some], STANCES, pages[some])["macro_f1"]
        return mean_f1(gold[some], said[some], STANCES), interval

    (one, one_interval), (two, two_interval) = figure(old), figure(new)
    change = None
    if one is not None and two is not None:
        change = bootstrap_change(gold[some], old[some], new[some], STANCES, pages[some])
    count = len(np.unique(pages[some]))
    return Compared(language, len(some), count, one, one_interval, two, two_interval, change)


def _said(model: Model, rows: Sequence[Row]) -> NDArray[np.intp]:
    """The stance of each comment as the report would tag it; -1 where the model says nothing."""
    from sentiment.stance.tag import Item, LinearBackend

    items = [Item(row["text"], row["language"], row["parent_text"], row["title"], row["quote"]) for row in rows]
    said = LinearBackend(model).classify(items)
    return np.array([-1 if one.name is None else STANCES.index(one.name) for one in said], dtype=np.intp)


def _row(row: Row) -> Row:
    kept = {name: row[name] for name in ("language", "parent_text", "text", "stance")}
    return kept | {"comment_id": row["id"], "page": f"page {row['page']}"}


def _own_table(path: Path) -> list[Row]:
    """The target's table, with the columns that labels have; an empty list where there is none."""
    if not path.exists():
        return []
    from sentiment.stance.files import read_table
    from sentiment.stance.table import IDS, column

    table = read_table(str(path))
    texts, stances, languages = (column(table, name) for name in ("text", "stance", "language"))
    if strange := sorted({name.strip() for name in stances} - {*STANCES, ""}):
        raise AnnotationError(f"{path}: unknown label {strange[0]!r}; it must be one of {', '.join(STANCES)}")
    count = len(texts)
    parents = column(table, "parent_text") if "parent_text" in table.columns else [""] * count
    group = next((name for name in GROUPS if name in table.columns), None)
    groups = column(table, group) if group else [""] * count
    named = next((name for name in IDS if name in table.columns), None)
    ids = column(table, named) if named else [""] * count
    return [
        {"comment_id": ids[i], "page": f"{TRAINING} {groups[i] or i}", "language": languages[i]}
        | {"parent_text": parents[i], "text": texts[i], "stance": stances[i]}
        for i in range(count)
    ]


def _without_audit(rows: Sequence[Row], audit: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    """The rows that are neither an audit item nor say word for word what one says."""
    from sentiment.stance.normalise import normalise

    ids = {row["id"] for row in audit}
    words = {(row["language"], normalise(row["text"]).casefold()) for row in audit}
    kept, left_out = [], Counter[str]()
    for row in rows:
        if row["comment_id"] in ids:
            left_out["audit item"] += 1
        elif (row["language"], normalise(row["text"]).casefold()) in words:
            left_out["the same words as an audit item"] += 1
        else:
            kept.append(row)
    return kept, dict(left_out)


def _enough(rows: Sequence[Row]) -> None:
    from sentiment.stance.train import MIN_LANGUAGE

    counts = Counter(row["language"] for row in rows if row["language"] not in ("", "und"))
    if max(counts.values(), default=0) < MIN_LANGUAGE:
        there = ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
        raise AnnotationError(
            f"no language has the {MIN_LANGUAGE} labels that a model needs (found: {there}); label more of them: "
            "sentiment annotate draw PATH… --for train"
        )


def model_before(target: Target, given: Path | None, written: Path) -> Model | None:
    """The model to compare with: the one given, else the one that will be written over, else the package's."""
    from sentiment.stance.model import load_model
    from sentiment.stance.tag import packaged_model

    if given is not None or written.exists():
        return load_model(given or written, target=target.slug)
    try:
        return packaged_model(target.slug)
    except ModelError:
        return None
