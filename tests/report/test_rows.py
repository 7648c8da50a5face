"""Comments as rows of a file."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.cells import guard, unguard
from sentiment.errors import InputError
from sentiment.records import Comment, Page, Stance
from sentiment.report.rows import COLUMNS, rows, write_rows

TEXTS = [
    'He said "no", and left.',
    "two\nlines\r\nand a third",
    "emoji 👍🏽 and a family 👨‍👩‍👧",
    "=HYPERLINK(\"http://example.com\")",
    "+1",
    "-1 from me",
    "@ann no",
    "\ttab",
    "\rcarriage",
    "'=already quoted",
    "''+twice",
    "' just an apostrophe",
    "שלום, مرحبا",
]  # fmt: skip


def one_page(texts: list[str]) -> Page:
    """A page whose comments are these texts."""
    made = tuple(
        Comment(f"c{i}", "p", i + 1, text, author=text[:5], date=datetime(2018, 5, 1, tzinfo=UTC), quote=text)
        for i, text in enumerate(texts)
    )
    return Page(id="p", source="p", body="", comments=made, outlet="a.example", title="=title")


def written(texts: list[str], path: Path) -> int:
    """Write a page with these comments."""
    stances = [Stance("favor", (0.7, 0.1, 0.1, 0.1), reasons=("a", "b"), model="m") for _ in texts]
    return write_rows(rows(one_page(texts), stances), str(path))


def test_csv_round_trip(tmp_path: Path) -> None:
    """Quotes, newlines, emoji and formulas come back exactly, and no cell starts as a formula."""
    path = tmp_path / "x.csv"
    assert written(TEXTS, path) == len(TEXTS)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert list(found[0]) == list(COLUMNS)
    assert [unguard(row["text"]) for row in found] == TEXTS
    assert [unguard(row["quote"]) for row in found] == TEXTS
    assert not any(cell[:1] in "=+-@\t\r" for row in found for cell in row.values() if cell)


@given(st.text())
def test_guarding_a_cell_can_be_undone(text: str) -> None:
    """Whatever the text, taking the guard away gives it back, and a guarded cell starts no formula."""
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_jsonl_keeps_types(tmp_path: Path) -> None:
    """Numbers stay numbers and what is not known is null."""
    path = tmp_path / "x.jsonl"
    written(TEXTS, path)
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert [row["text"] for row in found] == TEXTS
    assert found[0]["p_favor"] == 0.7
    assert found[0]["parent_id"] is None


def test_parquet_has_the_columns(tmp_path: Path) -> None:
    """A Parquet file reads back with all columns and texts."""
    path = tmp_path / "x.parquet"
    written(TEXTS, path)
    table = pyarrow.parquet.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert table["text"].to_pylist() == TEXTS


def test_unknown_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """The message names the endings that can be written."""
    with pytest.raises(InputError, match=r"\.csv, \.jsonl, \.parquet"):
        written(["x"], tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_the_old_file(tmp_path: Path) -> None:
    """A run that breaks off leaves neither half a file nor a temporary one."""
    path = tmp_path / "x.csv"
    path.write_text("old")

    def broken():  # type: ignore[no-untyped-def]
        yield from rows(one_page(["a"]), [Stance("favor")])
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError):
        write_rows(broken(), str(path))
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["x.csv"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Writing into a folder that is not there says so."""
    with pytest.raises(InputError, match="does the folder exist"):
        written(["x"], tmp_path / "no" / "x.csv")
