"""The new cells of rows, in every form that is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.engine.added import Added
from sentiment.engine.classify import Columns, classify_file
from sentiment.engine.run import Run
from sentiment.engine.tables import raw_lines
from sentiment.errors import InputError

NAMES = ["stance", 'p_"100 %"', "p_b", "confidence"]
HERE = Run(1)


def added(reasons: list[str] | None = None) -> Added:
    """Three rows, of which the second was not scored and the third is left open."""
    numbers = np.array([[0.1234, 0.8766, 0.8766], [1.0, 0.0, 1.0]])
    return Added([*NAMES, *(["reasons"] if reasons else [])], ["b", "", ""], [0, 2], numbers, reasons)


def test_cells() -> None:
    """Numbers are written as Python writes them, a row without a stance has empty cells."""
    assert added().cells() == [
        ["b", "0.1234", "0.8766", "0.8766"],
        ["", "", "", ""],
        ["", "1.0", "0.0", "1.0"],
    ]
    assert [row[-1] for row in added(["x", "y", ""]).cells()] == ["x", "y", ""]


def test_members_are_the_cells() -> None:
    """The members of an object of JSON hold what the cells do, numbers as numbers, whatever the labels are called."""
    for some in (added(), added(['say "no"', "100 % \u2028", ""])):
        rows = [json.loads(f"{{{members}}}") for members in some.members()]
        assert [list(row) for row in rows] == [list(some.names)] * 3
        assert [[str(value) for value in row.values()] for row in rows] == some.cells()
        assert rows[0]["p_b"] == 0.8766


def test_values_are_columns() -> None:
    """For Parquet what is not known is null."""
    assert [*added(["x", "y", ""]).values()] == [
        ["b", None, None],
        [0.1234, None, 1.0],
        [0.8766, None, 0.0],
        [0.8766, None, 1.0],
        ["x", "y", None],
    ]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_numbers_are_written_as_they_are(numbers: list[float]) -> None:
    """Every probability to four digits is written as Python would."""
    row = np.round([numbers], 4)
    assert Added(NAMES, ["a"], [0], row, None).cells()[0][1:] == [repr(number) for number in row[0].tolist()]


def test_a_line_of_json_is_continued_as_it_stands(tmp_path: Path) -> None:
    """Spaces, escapes, large numbers and repeated names of a line stay; cells of the same name as a new one do not."""
    lines = [
        '{"text": "never buy Xiaomi",   "n": 1e400, "t": "\\u00e9", "t": "e"  }  ',
        '{"text": "never buy Xiaomi", "stance": "old", "more": [1, {"stance": 2}]}',
        "{}",
        '{"stance": "old"}',
        '\t{"text":"never buy Xiaomi"}\r',
    ]
    (tmp_path / "t.jsonl").write_bytes("\n\n".join(lines).encode())
    classify_file(str(tmp_path / "t.jsonl"), str(tmp_path / "out.jsonl"), Columns(), HERE)
    found = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(found) == 5
    assert found[0].startswith('{"text": "never buy Xiaomi",   "n": 1e400, "t": "\\u00e9", "t": "e", "stance": "')
    rows: list[dict[str, Any]] = [json.loads(line) for line in found]
    assert rows[1]["stance"] == rows[0]["stance"] != "old"
    assert rows[1]["more"] == [1, {"stance": 2}]
    assert list(rows[2]) == list(rows[3]) == ["stance", *(name for name in rows[2] if name != "stance")]
    assert rows[3]["stance"] == ""
    assert found[4].startswith('{"text":"never buy Xiaomi", "stance": "')


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": 1}\n{"a": \xff}', "near line 8 .*0xff"),
        (b'{"a": 1}\n{"a": 1}}', "line 8 is not JSON"),
        (b'{"a": 1}\n[1]', "line 8 is not a JSON object"),
        ('{"a": 1}\n{"a": 1}\u00a0'.encode(), "line 8 is not JSON"),
        ('{"a": 1}\n\u00a0'.encode(), "line 8 is not JSON"),
    ],
)
def test_a_wrong_line_is_named(data: bytes, says: str) -> None:
    """What is not UTF-8, not JSON, or no object is refused with the number of its line."""
    with pytest.raises(InputError, match=says):
        list(raw_lines("t.jsonl", 7, data))
