"""The forms a report can take, each in the module that makes it."""

from __future__ import annotations

from sentiment.report.plain import as_dict, to_csv, to_json, to_markdown
from sentiment.report.table import LISTED, print_table

__all__ = ["LISTED", "as_dict", "print_table", "to_csv", "to_json", "to_markdown"]
