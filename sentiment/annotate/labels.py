"""Labels on disk, per target: ``events.jsonl``, to which every decision is added, and ``labels.csv``, what stands now.

An event is one line, written and flushed to the disk before the next comment is shown; nothing is ever changed in place.
A half-written last line (the machine died while writing) is left out when reading, and closed before the next is added.
``labels.csv`` is what people review in a diff; ``annotate export`` writes it from both.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from sentiment.cells import guard, unguard
from sentiment.errors import AnnotationError
from sentiment.records import Label, StanceName

COLUMNS = ("comment_id", "page_id", "language", "stance", "flags", "annotator", "at", "codebook", "note", "text")
_VALID = get_args(StanceName)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that stand, by comment, and what could not be read."""

    current: dict[str, Label]
    skipped: dict[str, str]
    """Comments that an annotator passed over, with the reason."""
    problems: tuple[str, ...] = ()


def load(folder: Path) -> Labels:
    """What stands now: ``labels.csv`` overlaid by the events that came after it.

    Raises:
        AnnotationError: a file cannot be read, lacks a column, or names a stance that does not exist.
    """
    current = {label.comment_id: label for label in _read_csv(folder / "labels.csv")}
    skipped: dict[str, str] = {}
    history: dict[str, list[Label | None]] = {}
    events, problems = _read_events(folder / "events.jsonl")
    for event in events:
        comment = str(event.get("comment_id", ""))
        before = history.setdefault(comment, [])
        if event["kind"] == "label":
            before.append(current.get(comment))
            label = _label(event, folder / "events.jsonl")
            old = current.get(comment)
            if old is None or old.at <= label.at:
                current[comment] = label
            skipped.pop(comment, None)
        elif event["kind"] == "skip":
            skipped[comment] = str(event.get("note", ""))
        elif event["kind"] == "undo":
            restored = before.pop() if before else None
            skipped.pop(comment, None)
            if restored is None:
                current.pop(comment, None)
            else:
                current[comment] = restored
    return Labels(current, skipped, tuple(problems))


class Journal:
    """The events of one target, open for adding. Every :meth:`add` is on the disk when it returns."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "events.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            torn = self.path.exists() and self.path.stat().st_size and not self.path.read_bytes().endswith(b"\n")
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            if torn:
                os.write(self._file, b"\n")
        except OSError as error:
            raise AnnotationError(f"cannot write {self.path}: {error.strerror}") from error

    def label(self, label: Label) -> None:
        """Add a decision."""
        self._add({"kind": "label", **_as_dict(label)})

    def skip(self, comment_id: str, annotator: str, at: datetime, note: str = "") -> None:
        """Add that a comment was passed over."""
        self._add(_event("skip", comment_id, annotator, at, note))

    def undo(self, comment_id: str, annotator: str, at: datetime) -> None:
        """Add that the last decision on a comment is taken back."""
        self._add(_event("undo", comment_id, annotator, at))

    def close(self) -> None:
        """Close the file; everything added is already on the disk."""
        os.close(self._file)

    def _add(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n"
        try:
            os.write(self._file, line.encode("utf-8", "replace"))
            os.fsync(self._file)
        except OSError as error:
            raise AnnotationError(f"the last decision was NOT saved to {self.path}: {error.strerror}") from error


def write_csv(labels: Iterable[Label], file: Any) -> int:
    """Write labels as ``labels.csv`` does: sorted by page and comment, one row each; gives their number."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    ordered = sorted(labels, key=lambda label: (label.page_id, label.comment_id))
    for label in ordered:
        cells = _as_dict(label)
        writer.writerow([guard(str(cells[name])) for name in COLUMNS])
    return len(ordered)


def _event(kind: str, comment_id: str, annotator: str, at: datetime, note: str = "") -> dict[str, Any]:
    return {"kind": kind, "comment_id": comment_id, "annotator": annotator, "at": at.isoformat(), "note": note}


def _as_dict(label: Label) -> dict[str, Any]:
    return {**asdict(label), "at": label.at.isoformat(), "flags": " ".join(label.flags)}


def _read_csv(path: Path) -> Iterator[Label]:
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("comment_id", "stance") if name not in (reader.fieldnames or ())]
            if missing:
                there = ", ".join(reader.fieldnames or ["nothing"])
                raise AnnotationError(f"{path} has no column {', '.join(missing)}; it has {there}")
            for row in reader:
                yield _label({name: unguard(cell or "") for name, cell in row.items() if name}, path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AnnotationError(f"cannot read {path}: {error}") from error


def _read_events(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    if not path.exists():
        return [], []
    events, problems = [], []
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise AnnotationError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            if not isinstance(event, dict) or event.get("kind") not in ("label", "skip", "undo"):
                raise ValueError
        except ValueError:
            problems.append(f"{path}, line {number}: not a whole event, left out")
            continue
        events.append(event)
    return events, problems


def _label(cells: dict[str, Any], path: Path) -> Label:
    stance = str(cells.get("stance", "")).strip()
    if stance not in _VALID:
        raise AnnotationError(
            f"{path}: comment {cells.get('comment_id')} has the stance {stance!r}; it must be one of {', '.join(_VALID)}"
        )
    at = str(cells.get("at") or "1970-01-01T00:00:00+00:00")
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise AnnotationError(f"{path}: {at!r} is not an ISO 8601 time") from error
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
    )
