"""``labels.csv``: the labels that stand, sorted, one row per comment and annotator, to be reviewed in a diff.

A fresh clone has this file and no database; the report then takes its labels from here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, get_args

from sentiment.cells import row_writer, unguard
from sentiment.errors import AnnotationError
from sentiment.records import Label, StanceName

COLUMNS = (
    "comment_id", "page_id", "language", "stance", "flags", "annotator", "at", "codebook", "kind", "note",
    "purpose", "inclusion", "stratum", "text",
)  # fmt: skip
ADJUDICATED = "adjudicated"
"""The ``kind`` of a row that decides between annotators; all others are ``label``."""
PURPOSES = ("", "estimate", "train", "audit")
"""What a label was drawn for; empty where somebody chose the comment."""
_STANCES = get_args(StanceName)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that count, by comment."""

    current: dict[str, Label]
    open: int = 0
    """Comments on which annotators differ and nobody has decided; they have no label."""


def load(folder: Path) -> Labels:
    """What stands now: from the database if there is one, else from ``labels.csv``.

    Raises:
        AnnotationError: the file or the database cannot be read.
    """
    if (folder / "annotations.db").exists() or (folder / "database.url").exists():
        from sentiment.annotate.standing import from_store  # here: a report without a database needs no SQLAlchemy

        return from_store(folder)
    return gold(read_csv(folder / "labels.csv"))


def gold(rows: Iterable[tuple[str, Label]]) -> Labels:
    """The label of each comment: adjudicated, else agreed by all who labelled it."""
    decided: dict[str, Label] = {}
    given: dict[str, list[Label]] = {}
    for kind, label in rows:
        if kind == ADJUDICATED:
            decided[label.comment_id] = label
        else:
            given.setdefault(label.comment_id, []).append(label)
    open_ = 0
    for comment, labels in given.items():
        if len({label.stance for label in labels}) == 1:
            decided.setdefault(comment, labels[-1])
        elif comment not in decided:
            open_ += 1
    return Labels(decided, open_)


def write_csv(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    """Write rows that come sorted, with the columns of :data:`COLUMNS`; gives their number."""
    write = row_writer(file)
    write(COLUMNS)
    count = 0
    for row in rows:
        count += 1
        write(["" if row.get(name) is None else str(row[name]) for name in COLUMNS])
    return count


def read_csv(path: Path) -> Iterator[tuple[str, Label]]:
    """Kind and label of each row; nothing where there is no file.

    Raises:
        AnnotationError: the file cannot be read, lacks a column, or names a stance that does not exist.
    """
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("comment_id", "stance") if name not in (reader.fieldnames or ())]
            if missing:
                there = ", ".join(reader.fieldnames or ["nothing"])
                raise AnnotationError(f"{path} has no column {', '.join(missing)}; it has {there}")
            for cells in reader:
                row = {name: unguard(cell or "") for name, cell in cells.items() if name}
                yield row.get("kind") or "label", to_label(row, str(path))
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise AnnotationError(f"cannot read {path}: {error}") from error


def to_label(cells: Mapping[str, Any], where: str) -> Label:
    """A label from the cells of a row.

    Raises:
        AnnotationError: the stance, the time or the probability is not one.
    """
    stance = str(cells.get("stance", "")).strip()
    if stance not in _STANCES:
        raise AnnotationError(
            f"{where}: comment {cells.get('comment_id')} has the stance {stance!r}; it must be one of {', '.join(_STANCES)}"
        )
    purpose = str(cells.get("purpose") or "")
    if purpose not in PURPOSES:
        raise AnnotationError(
            f"{where}: unknown purpose {purpose!r}; it must be one of {', '.join(PURPOSES[1:])}, or empty"
        )
    at = str(cells.get("at") or "1970-01-01T00:00:00+00:00")
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise AnnotationError(f"{where}: {at!r} is not an ISO 8601 time") from error
    chance = str(cells.get("inclusion") or "")
    try:
        inclusion = float(chance) if chance else None
        if inclusion is not None and not 0 < inclusion <= 1:
            raise ValueError
    except ValueError as error:
        raise AnnotationError(f"{where}: the inclusion {chance!r} is not a probability above 0") from error
    return Label(
        comment_id=str(cells["comment_id"]),
        stance=stance,  # type: ignore[arg-type]  # checked above
        annotator=str(cells.get("annotator") or ""),
        at=when if when.tzinfo else when.astimezone(),
        codebook=str(cells.get("codebook") or ""),
        page_id=str(cells.get("page_id") or ""),
        language=str(cells.get("language") or "und"),
        text=str(cells.get("text") or ""),
        flags=tuple(str(cells.get("flags") or "").split()),
        note=str(cells.get("note") or ""),
        purpose=purpose,
        inclusion=inclusion,
        stratum=str(cells.get("stratum") or ""),
    )
