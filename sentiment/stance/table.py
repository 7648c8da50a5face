"""A table as training and evaluation need it: checked, cleaned, without duplicates, with what was left out counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import InputError
from sentiment.stance.normalise import normalise
from sentiment.stance.tokens import MAX_CHARACTERS, Doc, prepare

if TYPE_CHECKING:
    import pandas as pd

    from sentiment.stance.train import Options

MIN_ROWS = 20
MAX_LABELS = 50
IDS = ("comment_id", "id")
"""Columns that name comments, the first that is there counts."""
READERS = ("reader_a", "reader_b")
"""Columns with the labels that two people gave independently; their agreement goes into the model card."""
RARE = 20
"""A label one letter away from one that is so many times as frequent is taken for a slip of the pen."""
MIN_LABEL = 2
"""Rows of the rarest label: one to learn from and one to test on."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts with labels, each list in the order of the table."""

    texts: list[str]
    codes: NDArray[np.intp]
    """Place of each label in ``labels``."""
    labels: tuple[str, ...]
    groups: NDArray[Any] | None
    language: list[str]
    """Per row; empty strings where a model does not ask for it."""
    languages: tuple[str, ...] | None
    parents: list[str]
    left_out: dict[str, int]
    """Reason -> rows that were not used."""
    sha256: str
    places: NDArray[np.intp]
    """Place of each row in the table it came from."""
    ids: list[tuple[str, ...]]
    """Per row the ids of the comments with these words; empty where the table has none."""
    readings: list[tuple[str, str]] = field(default_factory=list)
    """Per row the labels of two independent readers; empty where the table has none."""
    weights: NDArray[np.float64] | None = None
    """How much each row counts in training; None where all count the same."""

    def shares(self) -> NDArray[np.float64]:
        """Each label's part of the rows, as they count."""
        counts = np.bincount(self.codes, weights=self.weights, minlength=len(self.labels))
        return np.asarray(counts / counts.sum())

    def docs(self) -> list[Doc]:
        """The texts prepared for the features."""
        rows = zip(self.texts, self.language, self.parents, strict=True)
        return [prepare(text, language=language, parent=parent) for text, language, parent in rows]

    def take(self, rows: NDArray[np.intp]) -> Rows:
        """Some of the rows, with the same labels."""
        pick = [int(row) for row in rows]
        return Rows(
            [self.texts[i] for i in pick],
            self.codes[rows],
            self.labels,
            None if self.groups is None else self.groups[rows],
            [self.language[i] for i in pick],
            self.languages,
            [self.parents[i] for i in pick],
            self.left_out,
            self.sha256,
            self.places[rows],
            [self.ids[i] for i in pick] if self.ids else [],
            [self.readings[i] for i in pick] if self.readings else [],
            None if self.weights is None else self.weights[rows],
        )


def read_rows(table: pd.DataFrame, options: Options, *, known: Sequence[str] | None = None) -> Rows:
    """Check a table and take out what cannot be used.

    Args:
        table: One row per text.
        options: Which columns to read.
        known: The labels of what is tested on the rows, which become the labels of the rows; any number of them will do
            then. None reads rows to learn from, which takes enough of every label and language.

    Raises:
        InputError: A column is missing, or too little is left; the message counts what was found.
    """
    columns = {name: column(table, name) for name in _named(options)}
    texts, labels = columns[options.text], [label.strip() for label in columns[options.label]]
    groups = columns[options.group] if options.group else None
    language = [value.strip().lower() for value in columns[options.language]] if options.language else [""] * len(texts)
    parents = parent_texts(table, options)
    named = options.ids or next((name for name in IDS if name in table.columns), None)
    ids = [name.strip() for name in column(table, named)] if named else []
    if ids and "origin" in table.columns:
        ids = ["" if how == "authored" else name for name, how in zip(ids, column(table, "origin"), strict=True)]
    read = list(zip(*(column(table, name) for name in READERS), strict=True)) if set(READERS) <= set(table) else []
    left_out: Counter[str] = Counter()
    keep: list[int] = []
    seen: dict[tuple[str, str, str], str] = {}
    same: dict[tuple[str, str, str], list[str]] = {}
    for row, (text, label) in enumerate(zip(texts, labels, strict=True)):
        reason = _unusable(text, label)
        if not reason:
            key = words_of(text, language[row], parents[row])
            same.setdefault(key, []).extend(ids[row : row + 1])
            earlier = seen.setdefault(key, label)
            if earlier is not label:
                reason = "same text as an earlier row" + ("" if earlier == label else ", other label")
        if reason:
            left_out[reason] += 1
        else:
            keep.append(row)
    languages = None
    if options.language and known is not None:
        languages = tuple(sorted({language[row] for row in keep}))
    elif options.language:
        keep, languages = _languages(keep, language, options.min_language, left_out)
    given = [labels[row] for row in keep]
    names = _labels(given, left_out) if known is None else _labels_among(known, given, left_out)
    codes = np.array([names.index(labels[row]) for row in keep], dtype=np.intp)
    weights = _weights(columns[options.weight], keep) if options.weight else None
    told = [texts, labels, language, parents, groups or [""] * len(texts)]
    if options.weight:
        told.append(columns[options.weight])
    lines = sorted("\x1f".join(cells[row] for cells in told) for row in keep)
    return Rows(
        [texts[i] for i in keep],
        codes,
        names,
        np.array([groups[i] or f"row {i}" for i in keep]) if groups else None,
        [language[i] for i in keep],
        languages,
        [parents[i] for i in keep],
        dict(left_out),
        hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest(),
        np.array(keep, dtype=np.intp),
        [tuple(same[words_of(texts[i], language[i], parents[i])]) for i in keep] if ids else [],
        [read[row] for row in keep] if read else [],
        weights,
    )


def words_of(text: str, language: str, parent: str) -> tuple[str, str, str]:
    """What makes two rows the same to a model: the words, however they are written, and what they answer."""
    return normalise(text[:MAX_CHARACTERS]).casefold(), language, parent


def column(table: pd.DataFrame, name: str) -> list[str]:
    """One column as strings, empty where nothing stands.

    Raises:
        InputError: There is no such column; says which there are.
    """
    if name not in table.columns:
        raise InputError(f"no column {name!r} in the table; there are: {', '.join(map(str, table.columns))}")
    values = table[name].to_numpy(dtype=object, na_value="")
    return [value if isinstance(value, str) else str(value) for value in values]


def parent_texts(table: pd.DataFrame, options: Options) -> list[str]:
    """The text of the comment that each row answers, empty where it answers none.

    The column may hold that text, or point at another row by the column ``id``, or by ``position`` within the group: there
    the row of the same language, if the table has a column of them.
    A target's table that has a column ``parent`` of such pointers need not name it.
    """
    name, quiet = options.parent, False
    if name is None and options.target is not None and "parent" in table.columns:
        name, quiet = "parent", True
    if name is None:
        return [""] * len(table)
    values, texts = column(table, name), column(table, options.text)
    within = [column(table, some) for some in (options.group, options.language) if some and some in table.columns]
    groups = list(zip(*within, strict=True)) if within else [()] * len(table)
    answers = [row for row, value in enumerate(values) if value.strip()]
    for key in ("id", "position"):
        if key not in table.columns:
            continue
        homes = groups if key == "position" else [()] * len(table)
        known = dict(zip(zip(homes, map(_number, column(table, key)), strict=True), texts, strict=True))
        wanted = {row: (homes[row], _number(values[row])) for row in answers}
        if answers and sum(place in known for place in wanted.values()) > 0.9 * len(answers):
            return [known.get(wanted[row], "") if row in wanted else "" for row in range(len(texts))]
    return [""] * len(texts) if quiet else values


def _number(value: str) -> str:
    return value.strip().removesuffix(".0")


def _named(options: Options) -> list[str]:
    some = (options.text, options.label, options.group, options.language, options.weight)
    return [name for name in dict.fromkeys(some) if name]


def _weights(cells: list[str], keep: list[int]) -> NDArray[np.float64]:
    """The rows' weights, 1 where the cell is empty."""
    found = np.ones(len(keep))
    for place, row in enumerate(keep):
        cell = cells[row].strip()
        try:
            found[place] = float(cell or 1)
        except ValueError:
            found[place] = np.nan
        if not 0 < found[place] < np.inf:
            raise InputError(f"row {row + 1}: the weight {cell[:40]!r} is no number above 0")
    return found


def _unusable(text: str, label: str) -> str:
    if not text.strip():
        return "no text"
    if not label or label.casefold() == "nan":
        return "no label"
    return ""


def _languages(
    keep: list[int], language: list[str], least: int, left_out: Counter[str]
) -> tuple[list[int], tuple[str, ...]]:
    counts = Counter(language[row] for row in keep)
    enough = {name for name, count in counts.items() if count >= least and name not in ("", "und")}
    for name, count in counts.items():
        if name not in enough:
            left_out[f"language {name or 'unknown'} has {count} rows, {least} are needed"] += count
    if not enough:
        found = ", ".join(f"{name or 'unknown'} {count}" for name, count in counts.most_common())
        raise InputError(
            f"no language has the {least} rows that a model needs (found: {found or 'no usable row'}); "
            "label more, or train without --language to get one model for every text"
        )
    return [row for row in keep if language[row] in enough], tuple(sorted(enough))


def _labels_among(known: Sequence[str], labels: list[str], left_out: Counter[str]) -> tuple[str, ...]:
    counts = Counter(labels)
    if not labels:
        raise InputError(f"no usable row in the table{_lost(left_out)}")
    strange = [f"{name[:40]!r} ({count} rows)" for name, count in counts.most_common() if name not in known]
    if strange:
        raise InputError(f"the table's labels {', '.join(strange[:8])} are none of: {', '.join(known)}")
    return tuple(known)


def _lost(left_out: Counter[str]) -> str:
    return "".join(f"; {count} left out: {reason}" for reason, count in left_out.items())


def _labels(labels: list[str], left_out: Counter[str]) -> tuple[str, ...]:
    counts = Counter(labels)
    told = ", ".join(f"{name[:40]} {count}" for name, count in counts.most_common(8))
    if len(labels) < MIN_ROWS:
        lost = _lost(left_out)
        raise InputError(f"{len(labels)} usable rows ({told or 'none'}), at least {MIN_ROWS} are needed{lost}")
    if len(counts) < 2:
        raise InputError(f"only one label in the table ({told}); at least two are needed to tell them apart")
    if len(counts) > MAX_LABELS:
        raise InputError(
            f"{len(counts)} different labels ({told}, ...): is this the label column? At most {MAX_LABELS}"
        )
    rare = {name: count for name, count in counts.items() if count < MIN_LABEL}
    if rare:
        raise InputError(
            f"label {', '.join(map(repr, rare))} stands in one row only (a slip of the pen?); labels found: {told}"
        )
    if slip := next(_slips(counts), None):
        raise InputError(f"{slip}; labels found: {told}")
    return tuple(sorted(counts))


def _slips(counts: Counter[str]) -> Iterator[str]:
    """Labels that are probably another one misspelt: in other case, or rare and one letter away."""
    names = [name for name, _ in counts.most_common()]
    for place, name in enumerate(names):
        for other in names[:place]:
            rare = counts[name] * RARE <= counts[other] and name.isalpha() and len(name) >= 4
            if name.casefold() == other.casefold() or (rare and _one_letter(name, other)):
                yield f"label {name!r} ({counts[name]} rows) looks like {other!r} misspelt ({counts[other]} rows): mend it"


def _one_letter(name: str, other: str) -> bool:
    """Whether one letter was left out, put in, changed, or swapped with the next."""
    if abs(len(name) - len(other)) > 1:
        return False
    short, long = sorted((name.casefold(), other.casefold()), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


def count_labels(rows: Rows) -> dict[str, int]:
    """Rows per label."""
    return {name: int((rows.codes == place).sum()) for place, name in enumerate(rows.labels)}
