"""Tables of texts as a stream: cut into tasks of some thousand rows, so that a table of any size passes in little memory."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from sentiment.errors import InputError

ROWS = 4_096
"""Rows to a task: a quarter of a second's work, and enough for the array operations."""

FORMS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_PACKED = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class TableTask:
    """Some rows of a table, as they stand in it."""

    number: int
    line: int
    """The line of the first of them, counted from 1, for messages."""
    cells: list[list[str]] | None = None
    """Rows of a CSV or TSV file."""
    data: bytes = b""
    """Lines of JSON, or an Arrow stream."""
    position: int = 0
    """Bytes of the file that were read so far, for the progress."""

    def key(self) -> str:
        """Changes when the rows do."""
        sign = hashlib.blake2b(self.data, digest_size=12)
        if self.cells is not None:
            sign.update(repr(self.cells).encode("utf-8", "surrogatepass"))
        return sign.hexdigest()


@dataclass(frozen=True, slots=True)
class Table:
    """An open table, its rows to be taken once."""

    name: str
    form: str
    """``csv``, ``tsv``, ``jsonl`` or ``parquet``."""
    columns: list[str]
    """For lines of JSON: those of the first rows."""
    tasks: Iterator[TableTask]
    schema: bytes = b""
    """Arrow schema of a Parquet file."""

    def need(self, *names: str | None) -> None:
        """Check that columns are there.

        Raises:
            InputError: One is not; says which there are.
        """
        for name in names:
            if name is not None and name not in self.columns:
                raise InputError(f"{self.name} has no column {name!r}; there are: {', '.join(self.columns)}")


@contextmanager
def open_table(path: str, *, rows: int | None = None) -> Iterator[Table]:
    """Open a table: a file, compressed or not, an address, or ``-`` for CSV or lines of JSON on standard input.

    Args:
        path: where it is.
        rows: how many of them make a task.

    Raises:
        InputError: not there, empty, not UTF-8, or not a table.
    """
    name = "standard input" if path == "-" else path
    with ExitStack() as stack:
        raw = stack.enter_context(closing(_open(path)))
        if form_of(path) == "parquet":
            yield _parquet(path, raw, rows or ROWS)
            return
        unpacked = stack.enter_context(closing(_unpacked(raw, PurePosixPath(path).suffix.lower())))
        stream = stack.enter_context(closing(io.BufferedReader(cast("io.RawIOBase", unpacked), 1 << 20)))
        start = stream.peek(4)[:4]
        if not start:
            raise InputError(f"{name} is empty")
        text = stack.enter_context(closing(io.TextIOWrapper(stream, _encoding(start), newline="")))
        form = form_of(path) or ("jsonl" if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else "csv")
        if form != "jsonl":
            yield _csv(name, text, form, rows or ROWS, raw)
        elif _encoding(start) == "utf-16":
            yield _json_lines(name, (line.encode() for line in text), rows or ROWS, raw)
        else:
            yield _json_lines(name, stream, rows or ROWS, raw)


def _encoding(start: bytes) -> str:
    return "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def form_of(path: str) -> str | None:
    """What the ending of a name says, if it says something."""
    plain = PurePosixPath(path)
    return FORMS.get(PurePosixPath(plain.stem if plain.suffix.lower() in _PACKED else plain.name).suffix.lower())


def _open(path: str) -> BinaryIO:
    from sentiment.sources import remote

    if path == "-":
        return sys.stdin.buffer
    if remote.is_remote(path):
        return remote.open_remote(path)
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{path} is a folder, not a table ({', '.join(FORMS)})")
    if not file.exists():
        raise InputError(f"{path} is not there")
    return file.open("rb")


def _position(stream: BinaryIO) -> int:
    return stream.tell() if stream.seekable() else 0


def _unpacked(stream: BinaryIO, ending: str) -> BinaryIO:
    if ending == ".gz":
        import gzip

        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if ending == ".bz2":
        import bz2

        return cast("BinaryIO", bz2.BZ2File(stream))
    if ending == ".xz":
        import lzma

        return cast("BinaryIO", lzma.LZMAFile(stream))
    if ending == ".zst":
        import pyarrow as pa

        return cast("BinaryIO", pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))
    return stream


def _csv(name: str, text: io.TextIOWrapper, form: str, size: int, raw: BinaryIO) -> Table:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = csv.reader(text, delimiter="\t" if form == "tsv" else ",")
    try:
        columns = next(lines, [])
    except csv.Error as error:
        raise InputError(f"{name} is not a table: {error}") from None
    except UnicodeDecodeError as error:
        raise _not_utf8(name, 1, error) from None
    if not any(column.strip() for column in columns):
        raise InputError(f"{name} is empty")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise InputError(f"{name} has the column {twice[0]!r} twice")
    return Table(name, form, columns, _csv_tasks(name, lines, len(columns), size, raw))


def _csv_tasks(name: str, lines: Any, width: int, size: int, raw: BinaryIO) -> Iterator[TableTask]:
    number = 0
    try:
        while True:
            first, rows = lines.line_num + 1, []
            for cells in islice(lines, size):
                if len(cells) != width:
                    if not cells:
                        continue
                    if len(cells) > width:
                        raise InputError(
                            f"{name}, line {lines.line_num}: {len(cells)} cells under {width} columns; "
                            "a comma or a quotation mark in a text must stand in quotation marks"
                        )
                    cells += [""] * (width - len(cells))
                rows.append(cells)
            if lines.line_num + 1 == first:
                return
            yield TableTask(number, first, rows, position=_position(raw))
            number += 1
    except csv.Error as error:
        raise InputError(f"{name}, line {lines.line_num}: {error}") from None
    except UnicodeDecodeError as error:
        raise _not_utf8(name, lines.line_num + 1, error) from None


def _json_lines(name: str, stream: Any, size: int, raw: BinaryIO) -> Table:
    lines = enumerate(stream, 1)
    first = list(islice(lines, size))
    columns: dict[str, None] = {}
    for row in parse_lines(name, 1, b"".join(line for _, line in first)):
        columns.update(dict.fromkeys(row))
    if not columns:
        raise InputError(f"{name} is empty")
    return Table(name, "jsonl", list(columns), _line_tasks(first, lines, size, raw))


def _line_tasks(first: list[tuple[int, bytes]], lines: Any, size: int, raw: BinaryIO) -> Iterator[TableTask]:
    number, part = 0, first
    while part:
        data = b"".join(line for _, line in part)
        yield TableTask(number, part[0][0], data=data, position=_position(raw))
        number, part = number + 1, list(islice(lines, size))


def parse_lines(name: str, line: int, data: bytes) -> Iterator[dict[str, Any]]:
    """The objects of some lines of JSON.

    Raises:
        InputError: a line is not one; says which.
    """
    for _, row in raw_lines(name, line, data):
        yield row


def raw_lines(name: str, line: int, data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Some lines of JSON as they stand there, without what is around them, and their objects.

    Raises:
        InputError: a line is not one; says which.
    """
    for number, raw in enumerate(_lines(name, line, data), line):
        text = raw.strip(" \t\r")
        if not text.strip("\v\f"):
            continue
        try:
            row = json.loads(text)
        except ValueError as error:
            raise InputError(f"{name}, line {number} is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise InputError(f"{name}, line {number} is not a JSON object")
        yield text, row


def _lines(name: str, line: int, data: bytes) -> list[str]:
    if line == 1:
        data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode().split("\n")  # all at once: line by line takes three times as long
    except UnicodeDecodeError as error:
        raise _not_utf8(name, line + data.count(b"\n", 0, error.start), error) from None


def _parquet(path: str, stream: BinaryIO, size: int) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(pa.PythonFile(stream, mode="r"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a Parquet file: {str(error).splitlines()[0][:120]}") from None
    schema = file.schema_arrow

    def tasks() -> Iterator[TableTask]:
        line = 1
        for number, batch in enumerate(file.iter_batches(size)):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            yield TableTask(number, line, data=sink.getvalue().to_pybytes(), position=_position(stream))
            line += batch.num_rows

    return Table(path, "parquet", list(schema.names), tasks(), schema.serialize().to_pybytes())


def _not_utf8(name: str, line: int, error: UnicodeDecodeError) -> InputError:
    byte = error.object[error.start]
    return InputError(
        f"{name} is not UTF-8 throughout: near line {line} stands the byte 0x{byte:02x}; "
        "save it as UTF-8, or convert it with iconv -f ENCODING -t UTF-8"
    )
