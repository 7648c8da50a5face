"""Tables of texts as files: CSV, TSV, JSON lines and Parquet, read in batches and written in one step.

Everything is text: a cell is a string as it stands in the file, so that what is not understood is passed on unchanged.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sentiment.errors import InputError
from sentiment.outputs import whole_file

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

BATCH = 4096
ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True, slots=True)
class TableFile:
    """An open table: its columns, and its rows to be taken once."""

    name: str
    form: str
    """``csv``, ``tsv``, ``jsonl`` or ``parquet``."""
    columns: list[str]
    rows: Iterator[Row]

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """The rows, some at a time."""
        while batch := list(islice(self.rows, size)):
            yield batch

    def need(self, *names: str | None) -> None:
        """Check that columns are there.

        Raises:
            InputError: One is not; says which there are.
        """
        for name in names:
            if name is not None and name not in self.columns:
                raise InputError(f"{self.name} has no column {name!r}; there are: {', '.join(self.columns)}")


@contextmanager
def open_table(path: str) -> Iterator[TableFile]:
    """Open a table; ``-`` is standard input, CSV or JSON lines.

    Raises:
        InputError: Not there, empty, not UTF-8, or not a table.
    """
    if path == "-":
        yield _text_table("standard input", sys.stdin.buffer.read(), "")
        return
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{path} is a folder, not a table ({', '.join(ENDINGS)})")
    if not file.exists():
        raise InputError(f"{path} is not there")
    if file.suffix.lower() == ".parquet":
        with _parquet(file) as table:
            yield table
        return
    yield _text_table(path, file.read_bytes(), file.suffix.lower())


def read_table(path: str) -> pd.DataFrame:
    """A whole table with cells as strings, empty where nothing stands."""
    import pandas as pd

    with open_table(path) as table:
        rows = [{name: _cell(row.get(name)) for name in table.columns} for row in table.rows]
    return pd.DataFrame(rows, columns=table.columns, dtype=object)


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _text_table(name: str, data: bytes, suffix: str) -> TableFile:
    text = _decode(name, data)
    if not text.strip():
        raise InputError(f"{name} is empty")
    if suffix in (".jsonl", ".ndjson") or (suffix not in (".csv", ".tsv") and text.lstrip().startswith("{")):
        return _json_lines(name, text)
    return _csv(name, text, "tsv" if suffix == ".tsv" else "csv")


def _decode(name: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name} is not UTF-8 throughout: line {line} has the byte 0x{data[error.start]:02x}; "
            "save it as UTF-8, or convert it with iconv -f ENCODING -t UTF-8"
        ) from None


def _csv(name: str, text: str, form: str) -> TableFile:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if form == "tsv" else ",")
    try:
        columns = next(lines)
    except (StopIteration, csv.Error) as error:
        raise InputError(f"{name} is not a table: {error or 'it has no header'}") from None
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise InputError(f"{name} has the column {twice[0]!r} twice")
    return TableFile(name, form, columns, _csv_rows(name, lines, columns))


def _csv_rows(name: str, lines: Any, columns: list[str]) -> Iterator[Row]:
    try:
        for cells in lines:
            if not cells:
                continue
            if len(cells) > len(columns):
                raise InputError(
                    f"{name}, line {lines.line_num}: {len(cells)} cells under {len(columns)} columns; "
                    "a comma or a quotation mark in a text must stand in quotation marks"
                )
            yield dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))
    except csv.Error as error:
        raise InputError(f"{name}, line {lines.line_num}: {error}") from None


def _json_lines(name: str, text: str) -> TableFile:
    rows: list[Row] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{name}, line {number} is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise InputError(f"{name}, line {number} is not a JSON object")
        rows.append(row)
    columns = list(dict.fromkeys(chain.from_iterable(rows)))
    return TableFile(name, "jsonl", columns, iter(rows))


@contextmanager
def _parquet(path: Path) -> Iterator[TableFile]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError(f"{path}: Parquet needs pyarrow; pip install 'reader-sentiment[parquet]'") from None
    try:
        file = parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a Parquet file: {str(error).splitlines()[0][:120]}") from None
    with file:
        rows = (row for batch in file.iter_batches(BATCH) for row in batch.to_pylist())
        yield TableFile(str(path), "parquet", list(file.schema_arrow.names), rows)


def write_table(path: str, columns: list[str], batches: Iterable[list[Row]], form: str) -> int:
    """Write a table, or nothing: the file appears when the last row is in it.

    Args:
        path: The file, whose ending names its form; ``-`` is standard output.
        columns: In this order.
        batches: The rows.
        form: What is written to standard output or under an unknown ending; Parquet becomes CSV there.

    Returns:
        The number of rows.
    """
    known = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
    form = known.get(Path(path).suffix.lower(), "csv" if form == "parquet" else form)
    if path == "-":
        return _write_text(sys.stdout, columns, batches, form)
    if form == "parquet":
        with whole_file(Path(path), binary=True) as binary:
            return _write_parquet(binary, columns, batches)
    with whole_file(Path(path)) as file:
        return _write_text(file, columns, batches, form)


def _write_text(file: IO[Any], columns: list[str], batches: Iterable[list[Row]], form: str) -> int:
    count = 0
    if form == "jsonl":
        for batch in batches:
            for row in batch:
                file.write(
                    json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False, default=str) + "\n"
                )
            count += len(batch)
        return count
    writer = csv.writer(file, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writerow(columns)
    for batch in batches:
        writer.writerows([[_cell(row.get(name)) for name in columns] for row in batch])
        count += len(batch)
    return count


def _write_parquet(file: IO[bytes], columns: list[str], batches: Iterable[list[Row]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    rows = list(chain.from_iterable(batches))
    table = pa.table({name: [row.get(name) for row in rows] for name in columns})
    parquet.write_table(table, file)
    return len(rows)
