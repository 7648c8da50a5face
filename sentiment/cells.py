"""Text in the cells of a CSV file that people open in a spreadsheet: nothing in them may run, and nothing may change.

A cell that a spreadsheet would take for a formula (it starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return)
gets an apostrophe in front; so does a cell that already has apostrophes before such a sign. Taking one apostrophe away
gives back exactly what went in. Source: OWASP, CSV injection.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """The text that :func:`guard` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
