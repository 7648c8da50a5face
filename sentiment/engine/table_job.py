"""The job of ``classify``: rows of a table in, the same rows with stance, probabilities and confidence out, as bytes."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.engine.added import DIGITS, Added
from sentiment.engine.tables import TableTask, raw_lines
from sentiment.pipeline import DEFAULT_TARGET
from sentiment.stance.model import Model, load_model
from sentiment.stance.tag import packaged_model


@dataclass(slots=True)
class Rows:
    """Finished rows, in the form of the output."""

    data: bytes = b""
    """CSV or JSON lines without a header, or an Arrow stream."""
    count: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """Why rows have no stance, and how many."""
    position: int = 0
    """Bytes of the file that were read when these were cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableJob:
    """How rows are classified and written. The model is loaded once per process."""

    name: str
    """The table's, for messages."""
    source: str
    """Form of the input: ``csv``, ``tsv``, ``jsonl`` or ``parquet``."""
    form: str
    """Form of the output."""
    columns: tuple[str, ...]
    """Of the input."""
    text: str
    language: str | None = None
    parent: str | None = None
    model: Path | None = None
    target: str | None = None
    reasons: bool = False
    abstain: float = 0.0
    schema: bytes = b""
    """Arrow schema of the input's columns, where Parquet is written."""

    @property
    def extra(self) -> list[str]:
        """The new columns."""
        labels = load(self.model, self.target).labels
        return ["stance", *(f"p_{name}" for name in labels), "confidence", *(["reasons"] if self.reasons else [])]

    @property
    def kept(self) -> list[str]:
        """The columns of the input that stay; one of the same name as a new one is replaced."""
        extra = set(self.extra)
        return [name for name in self.columns if name not in extra]

    def run(self, task: TableTask) -> Rows:
        """Classify and write some rows."""
        rows = self._rows(task)
        rows.position = task.position
        return rows

    def _rows(self, task: TableTask) -> Rows:
        if task.cells is not None:
            return self._cells(task.cells)
        if self.source == "parquet":
            import pyarrow as pa

            return self._dicts(pa.ipc.open_stream(task.data).read_all().to_pylist())
        lines, rows = [], []
        for line, row in raw_lines(self.name, task.line, task.data):
            lines.append(line)
            rows.append(row)
        return self._dicts(rows, lines)

    def split(self, task: TableTask) -> list[TableTask]:
        """Two halves, where the rows stand one by one."""
        if task.cells is not None:
            half = len(task.cells) // 2
            parts = [replace(task, cells=task.cells[:half]), replace(task, cells=task.cells[half:])]
        elif self.source == "jsonl":
            lines = task.data.splitlines(keepends=True)
            half = len(lines) // 2
            parts = [
                replace(task, data=b"".join(lines[:half])),
                replace(task, data=b"".join(lines[half:]), line=task.line + half),
            ]
        else:
            return [task]
        return parts if half else [task]

    def lost(self, task: TableTask, reason: str) -> Rows:
        """The rows as they came, without a stance."""
        if task.cells is not None:
            count = len(task.cells)
            made = self._write_cells(task.cells, self._nothing([reason] * count))
            return Rows(made, count, Counter({reason: count}))
        return Rows(left=Counter({f"rows of the part from line {task.line} on lost: {reason}": 1}))

    def join(self, results: list[Rows]) -> Rows:
        """One after the other."""
        joined = Rows()
        for rows in results:
            joined.data += rows.data
            joined.count += rows.count
            joined.left += rows.left
        return joined

    def _cells(self, cells: list[list[str]]) -> Rows:
        places = {name: place for place, name in enumerate(self.columns)}
        texts = [row[places[self.text]] for row in cells]
        languages = [row[places[self.language]] for row in cells] if self.language else None
        parents = [row[places[self.parent]] for row in cells] if self.parent else None
        new, left = self._tag(texts, languages, parents)
        return Rows(self._write_cells(cells, new), len(cells), left)

    def _write_cells(self, cells: list[list[str]], new: Added) -> bytes:
        if self.form in ("csv", "tsv"):
            kept = set(self.kept)
            stay = [place for place, name in enumerate(self.columns) if name in kept]
            if len(stay) < len(self.columns):
                cells = [[old[place] for place in stay] for old in cells]
            return _csv([old + added for old, added in zip(cells, new.cells(), strict=True)], self.form)
        return self._write([dict(zip(self.columns, row, strict=True)) for row in cells], new)

    def _dicts(self, rows: list[dict[str, Any]], lines: list[str] | None = None) -> Rows:
        texts = [_text(row.get(self.text)) for row in rows]
        languages = [_text(row.get(self.language)) for row in rows] if self.language else None
        parents = [_text(row.get(self.parent)) for row in rows] if self.parent else None
        new, left = self._tag(texts, languages, parents)
        return Rows(self._write(rows, new, lines), len(rows), left)

    def _write(self, rows: list[dict[str, Any]], new: Added, lines: list[str] | None = None) -> bytes:
        if self.form in ("csv", "tsv"):
            kept = self.kept
            old = ([_cell(row.get(name)) for name in kept] for row in rows)
            return _csv([cells + added for cells, added in zip(old, new.cells(), strict=True)], self.form)
        if self.form == "parquet":
            return self._arrow(rows, new)
        return self._json(rows, new, lines)

    def _json(self, rows: list[dict[str, Any]], new: Added, lines: list[str] | None) -> bytes:
        """Lines of JSON; what was one already is continued, which spares writing it anew."""
        encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
        extra = set(new.names)
        out = []
        for number, (row, added) in enumerate(zip(rows, new.members(), strict=True)):
            kept = row if extra.isdisjoint(row) else {name: row[name] for name in row if name not in extra}
            line = lines[number] if kept is row and lines is not None else encode(kept)
            out.append(f"{line[:-1].rstrip()}{', ' if kept else ''}{added}}}\n")
        return "".join(out).encode("utf-8", "replace")

    def _arrow(self, rows: list[dict[str, Any]], new: Added) -> bytes:
        import pyarrow as pa

        schema = self.arrow_schema()
        columns: dict[str, Any] = {}
        for name in self.kept:
            kind = schema.field(name).type
            values = [row.get(name) for row in rows]
            columns[name] = [None if v is None else _cell(v) for v in values] if kind == pa.string() else values
        columns |= zip(new.names, new.values(), strict=True)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_table(pa.table(columns, schema=schema))
        return bytes(sink.getvalue().to_pybytes())

    def arrow_schema(self) -> Any:
        """Schema of the output as Parquet: the input's columns, words, and numbers."""
        import pyarrow as pa

        known = pa.ipc.read_schema(pa.py_buffer(self.schema)) if self.schema else None
        old = [known.field(name) if known is not None else pa.field(name, pa.string()) for name in self.kept]
        words = {"stance", "reasons"}
        return pa.schema(old + [pa.field(name, pa.string() if name in words else pa.float64()) for name in self.extra])

    def _tag(
        self, texts: list[str], languages: Sequence[str] | None, parents: Sequence[str] | None
    ) -> tuple[Added, Counter[str]]:
        from sentiment.language.batch import identify_all

        model = load(self.model, self.target)
        if model.languages is None:
            codes: Sequence[str] = [""] * len(texts)
        elif languages is not None:
            codes = [code.strip().lower() for code in languages]
        else:
            codes = identify_all(texts)
        whys = [_why_not(model, words, code) for words, code in zip(texts, codes, strict=True)]
        left = Counter(filter(None, whys))
        places = [place for place, why in enumerate(whys) if not why]
        some = [texts[place] for place in places]
        spoken = [codes[place] for place in places]
        above = [parents[place] for place in places] if parents else []
        told: list[tuple[str, ...]] = []
        if self.reasons:
            shares, told = model.tell(some, spoken, above)
        else:
            shares = model.score(some, spoken, above)
        chosen = model.choose(shares)
        sure = np.take_along_axis(shares, chosen[:, None], axis=1)[:, 0] if len(some) else np.empty(0)
        certain = sure >= self.abstain
        if not certain.all():
            left["left open"] += int((~certain).sum())
        stances = [""] * len(texts)
        for place, label, known in zip(places, chosen.tolist(), certain.tolist(), strict=True):
            stances[place] = model.labels[label] if known else ""
        for place, why in zip(places if self.reasons else (), told, strict=True):
            whys[place] = "; ".join(why)
        numbers: NDArray[np.float64] = np.round(np.column_stack([shares, sure]), DIGITS).astype(np.float64)
        return Added(self.extra, stances, places, numbers, whys if self.reasons else None), left

    def _nothing(self, whys: list[str]) -> Added:
        """Rows without a stance, and why."""
        numbers = np.empty((0, len(self.extra) - 1 - self.reasons))
        return Added(self.extra, [""] * len(whys), [], numbers, whys if self.reasons else None)


@lru_cache(maxsize=2)
def load(path: Path | None, target: str | None) -> Model:
    """A model, once per process."""
    from sentiment.stance.target import load_target

    slug = load_target(target).slug if target else None
    return load_model(path, target=slug) if path else packaged_model(slug or DEFAULT_TARGET)


def _why_not(model: Model, words: str, language: str) -> str:
    """Why a text gets no stance; empty where it gets one."""
    if not model.knows(language):
        return f"no model for {language or 'und'}"
    return "" if words and not words.isspace() else "without words"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _text(value)


def _csv(rows: list[list[Any]], form: str) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter="\t" if form == "tsv" else ",", lineterminator="\n").writerows(rows)
    return file.getvalue().encode("utf-8", "replace")
