"""Text in the cells of a CSV file that people open in a spreadsheet: nothing in them may run, and nothing may change.

A cell that a spreadsheet would take for a formula (it starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return)
gets an apostrophe in front; so does a cell that already has apostrophes before such a sign. Taking one apostrophe away
gives back exactly what went in. Source: OWASP, CSV injection.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from typing import IO

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SUSPECT = frozenset("'=+-@\t\r")
"""What such a cell begins with: looking at one sign first spares nearly every search."""
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if text[:1] in _SUSPECT and _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """The text that :func:`guard` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


def row_writer(file: IO[str]) -> Callable[[Iterable[str]], object]:
    r"""A function that writes one row of guarded cells, ended by a newline.

    Python's writer with ``lineterminator="\n"`` leaves a lone carriage return unquoted, and no reader gets that row back;
    with ``"\r\n"`` it quotes both signs. The row's own end is then written as a newline, for the sake of diffs.
    """
    write = csv.writer(_Unix(file), lineterminator="\r\n").writerow
    return lambda cells: write([guard(cell) for cell in cells])


class _Unix:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")
