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

from sentiment.engine.tables import TableTask, parse_lines
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

            rows = pa.ipc.open_stream(task.data).read_all().to_pylist()
        else:
            rows = list(parse_lines(self.name, task.line, task.data))
        return self._dicts(rows)

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
            made = self._write_cells(task.cells, [self._nothing(reason)] * len(task.cells))
            count = len(task.cells)
        else:
            return Rows(left=Counter({f"rows of the part from line {task.line} on lost: {reason}": 1}))
        return Rows(made, count, Counter({reason: count}))

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

    def _write_cells(self, cells: list[list[str]], new: list[list[Any]]) -> bytes:
        kept = set(self.kept)
        if self.form in ("csv", "tsv"):
            stay = [place for place, name in enumerate(self.columns) if name in kept]
            if len(stay) == len(self.columns):
                rows = [old + added for old, added in zip(cells, new, strict=True)]
            else:
                rows = [[old[place] for place in stay] + added for old, added in zip(cells, new, strict=True)]
            return _csv(rows, self.form)
        return self._write([dict(zip(self.columns, row, strict=True)) for row in cells], new)

    def _dicts(self, rows: list[dict[str, Any]]) -> Rows:
        texts = [_text(row.get(self.text)) for row in rows]
        languages = [_text(row.get(self.language)) for row in rows] if self.language else None
        parents = [_text(row.get(self.parent)) for row in rows] if self.parent else None
        new, left = self._tag(texts, languages, parents)
        return Rows(self._write(rows, new), len(rows), left)

    def _write(self, rows: list[dict[str, Any]], new: list[list[Any]]) -> bytes:
        extra = self.extra
        if self.form in ("csv", "tsv"):
            kept = self.kept
            lines = [[_cell(row.get(name)) for name in kept] + added for row, added in zip(rows, new, strict=True)]
            return _csv(lines, self.form)
        if self.form == "parquet":
            return self._arrow(rows, new)
        encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
        lines_of_json = []
        for row, added in zip(rows, new, strict=True):
            for name in extra:
                row.pop(name, None)
            row.update(zip(extra, added, strict=True))
            lines_of_json.append(encode(row))
        return ("\n".join(lines_of_json) + "\n").encode("utf-8", "replace") if lines_of_json else b""

    def _arrow(self, rows: list[dict[str, Any]], new: list[list[Any]]) -> bytes:
        import pyarrow as pa

        schema, extra = self.arrow_schema(), self.extra
        columns = {}
        for name in self.kept:
            kind = schema.field(name).type
            values = [row.get(name) for row in rows]
            columns[name] = [None if v is None else _cell(v) for v in values] if kind == pa.string() else values
        for place, name in enumerate(extra):
            columns[name] = [None if added[place] == "" else added[place] for added in new]
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
    ) -> tuple[list[list[Any]], Counter[str]]:
        from sentiment.language.batch import identify_all

        model = load(self.model, self.target)
        if model.languages is None:
            codes: Sequence[str] = [""] * len(texts)
        elif languages is not None:
            codes = [code.strip().lower() for code in languages]
        else:
            codes = identify_all(texts)
        left: Counter[str] = Counter()
        new = [self._nothing("")] * len(texts)  # rows are replaced, never changed
        places = []
        for place, (words, code) in enumerate(zip(texts, codes, strict=True)):
            if not model.knows(code):
                why = f"no model for {code or 'und'}"
            elif not words or words.isspace():
                why = "without words"
            else:
                places.append(place)
                continue
            new[place] = self._nothing(why)
            left[why] += 1
        some = [texts[place] for place in places]
        spoken = [codes[place] for place in places]
        above = [parents[place] for place in places] if parents else []
        shares = model.score(some, spoken, above)
        chosen = model.choose(shares)
        whys = self._reasons(model, some, spoken, above, chosen)
        sure = np.take_along_axis(shares, chosen[:, None], axis=1)[:, 0] if len(some) else np.empty(0)
        numbers = np.round(np.column_stack([shares, sure]), 4).tolist()
        told = zip(places, chosen.tolist(), (sure >= self.abstain).tolist(), numbers, whys, strict=True)
        for place, label, certain, row, why in told:
            new[place] = [model.labels[label] if certain else "", *row, *why]
        open_ones = int((sure < self.abstain).sum())
        if open_ones:
            left["left open"] += open_ones
        return new, left

    def _reasons(
        self, model: Model, texts: list[str], languages: list[str], parents: list[str], chosen: Any
    ) -> list[tuple[str, ...]]:
        """The cell with the reasons of each row, or none."""
        if not self.reasons:
            return [()] * len(texts)
        from sentiment.stance.explain import reasons_of_all

        above = parents or [""] * len(texts)
        docs = [
            model.prepare(text, language=language, parent=parent)
            for text, language, parent in zip(texts, languages, above, strict=True)
        ]
        return [("; ".join(found),) for found in reasons_of_all(model, docs, chosen.tolist())]

    def _nothing(self, why: str) -> list[Any]:
        row = [""] * len(self.extra)
        if self.reasons:
            row[-1] = why
        return row


@lru_cache(maxsize=2)
def load(path: Path | None, target: str | None) -> Model:
    """A model, once per process."""
    from sentiment.stance.target import load_target

    slug = load_target(target).slug if target else None
    return load_model(path, target=slug) if path else packaged_model(slug or "xiaomi-us")


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
