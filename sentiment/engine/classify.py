"""``classify``: a table of any size in, the same rows with a stance out, to a file or into a folder of parts."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from sentiment.engine.folder import Folder
from sentiment.engine.run import FEW, Run
from sentiment.engine.table_job import Rows, TableJob, load
from sentiment.engine.tables import FORMS, ROWS, Table, TableTask, open_table, parse_lines
from sentiment.errors import InputError
from sentiment.outputs import whole_file

PART_ROWS = 16 * ROWS
FEW_PARTS = 12
"""Fewer tasks are done by the process that was started, unless a number of workers is asked for: two workers are ready
after as long as one process takes for 50,000 rows."""

Watch = Callable[[Iterator[Rows]], Iterator[Rows]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What is where in the table, and what is wanted."""

    text: str = "text"
    language: str | None = None
    parent: str | None = None
    title: str | None = None
    model: Path | None = None
    target: str | None = None
    reasons: bool = False
    abstain: float = 0.0


@dataclass(slots=True)
class Done:
    """What was written."""

    rows: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """Why rows have no stance, and how many."""
    made: int = 0
    kept: int = 0


def classify_file(path: str, output: str, columns: Columns, run: Run, *, watch: Watch = lambda found: found) -> Done:
    """Classify a table into a file, which appears when the last row is in it; ``-`` is standard output.

    Raises:
        InputError: the table cannot be read, a column is not there, or the file cannot be written.
    """
    if output != "-" and not Path(output).parent.is_dir():
        raise InputError(f"the folder {Path(output).parent} is not there")
    with _again(path) as source, open_table(source) as table:
        job, tasks = _job(source, table, columns, _form(output, table.form))
        done = Done()
        with _sink(output, job) as write:
            for rows in watch(run.map(job, tasks, few=FEW if run.workers else FEW_PARTS)):
                write(rows.data)
                done.rows += rows.count
                done.left += rows.left
    return done


def classify_parts(
    path: str, folder: Path, columns: Columns, run: Run, *, form: str | None = None, watch: Watch = lambda found: found
) -> Done:
    """Classify a table into a folder of parts; what is there and still right stays.

    Raises:
        InputError: as for :func:`classify_file`, or the folder cannot be used.
    """
    with _again(path) as source, open_table(source, rows=PART_ROWS) as table:
        job, tasks = _job(source, table, columns, form or table.form)
        settings = {
            "command": "classify",
            "model": load(columns.model, columns.target).name,
            "columns": job.columns,
            "options": repr(replace(columns, model=None, target=None)),
            "format": job.form,
        }
        parts = Folder(folder, settings)
        waiting: list[tuple[TableTask, str]] = []

        def wanted() -> Iterator[TableTask]:
            for task in tasks:
                key = task.key()
                if not parts.has(task.number, key):
                    waiting.append((replace(task, cells=None, data=b""), key))
                    yield task

        for rows in watch(run.map(job, wanted(), few=2)):
            task, key = waiting.pop(0)
            name = f"part-{task.number:06d}.{job.form}"
            parts.add(task.number, key, {name: partial(_part, job, rows)}, {"rows": rows.count, "left": rows.left})
    done = Done(made=parts.made, kept=parts.kept)
    for part in parts.finish():
        done.rows += part.facts["rows"]
        done.left += Counter(part.facts["left"])
    return done


def _job(path: str, table: Table, columns: Columns, form: str) -> tuple[TableJob, Iterable[TableTask]]:
    """The job, checked against the table; lines of JSON that become columns are first looked through for their names."""
    names, schema = table.columns, table.schema
    if table.form == "jsonl" and form != "jsonl":
        names, schema = _survey(path, form)
    model = load(columns.model, columns.target)
    table.need(columns.text, columns.language, columns.parent, columns.title)
    language = columns.language
    if language is None and model.languages is not None and "language" in names:
        language = "language"
    job = TableJob(
        name=table.name,
        source=table.form,
        form=form,
        columns=tuple(names),
        text=columns.text,
        language=language,
        parent=columns.parent,
        model=columns.model,
        target=columns.target,
        reasons=columns.reasons,
        abstain=columns.abstain,
        schema=schema,
    )
    return job, table.tasks


def _form(output: str, form: str) -> str:
    if output == "-":
        return "csv" if form == "parquet" else form
    return FORMS.get(Path(output).suffix.lower(), "csv" if form == "parquet" else form)


@contextmanager
def _again(path: str) -> Iterator[str]:
    """The path of something that can be read more than once: standard input goes into a file first."""
    if path != "-":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "input"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield str(copy)


def _survey(path: str, form: str) -> tuple[list[str], bytes]:
    """Every name that an object among the lines has, and for Parquet the types of their values."""
    kinds: dict[str, set[type]] = {}
    with open_table(path) as table:
        for task in table.tasks:
            for row in parse_lines(table.name, task.line, task.data):
                for name, value in row.items():
                    kinds.setdefault(name, set()).add(type(value))
    if form != "parquet":
        return list(kinds), b""
    import pyarrow as pa

    known: dict[frozenset[type], Any] = {
        frozenset({bool}): pa.bool_(),
        frozenset({int}): pa.int64(),
        frozenset({float}): pa.float64(),
        frozenset({int, float}): pa.float64(),
    }
    none = type(None)
    schema = pa.schema([(name, known.get(frozenset(found - {none}), pa.string())) for name, found in kinds.items()])
    return list(kinds), schema.serialize().to_pybytes()


def _header(job: TableJob) -> bytes:
    if job.form == "jsonl":
        return b""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter="\t" if job.form == "tsv" else ",", lineterminator="\n").writerow(
        [*job.kept, *job.extra]
    )
    return file.getvalue().encode("utf-8", "replace")


@contextmanager
def _sink(output: str, job: TableJob) -> Iterator[Callable[[bytes], object]]:
    if output == "-":
        sys.stdout.write(_header(job).decode())
        yield lambda data: sys.stdout.write(data.decode())
        return
    with whole_file(Path(output), binary=True) as file, _writer(file, job) as write:
        yield write


@contextmanager
def _writer(file: IO[bytes], job: TableJob) -> Iterator[Callable[[bytes], object]]:
    if job.form != "parquet":
        file.write(_header(job))
        yield file.write
        return
    import pyarrow as pa
    import pyarrow.parquet as parquet

    with parquet.ParquetWriter(file, job.arrow_schema()) as writer:
        yield lambda data: writer.write_table(pa.ipc.open_stream(data).read_all())


def _part(job: TableJob, rows: Rows, path: Path) -> None:
    with whole_file(path, binary=True) as file, _writer(file, job) as write:
        write(rows.data)
