from __future__ import annotations

import io
from pathlib import Path

import pytest

from sentiment.cli.progress import EVERY, Progress
from sentiment.engine.table_job import Rows


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_a_plain_line_every_few_seconds(tmp_path: Path) -> None:
    """Where nobody watches a terminal, a line with rate and time left comes now and then, not for every step."""
    (tmp_path / "t.csv").write_bytes(b"x" * 1000)
    clock, file = Clock(), io.StringIO()
    progress = Progress([str(tmp_path / "t.csv")], file=file, clock=clock)
    parts = [Rows(count=100, position=100 * n) for n in range(1, 11)]
    for number, _ in enumerate(progress.watch(parts, progress.rows), 1):
        clock.now = number * EVERY / 2 + 0.1
    lines = file.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[0] == "300 comments, 59 comments/s, 0:12 left"


def test_what_is_quick_says_nothing() -> None:
    """A run of less than a second leaves standard error alone."""
    file = io.StringIO()
    progress = Progress(file=file, clock=Clock())
    assert len(list(progress.watch([Rows(count=1)] * 50, progress.rows))) == 50
    assert file.getvalue() == ""


def test_a_bar_on_a_terminal() -> None:
    """On a terminal one line is drawn over and over, with comments per second."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    clock, file = Clock(), Terminal()
    progress = Progress(file=file, clock=clock)
    for _ in progress.watch([Rows(count=500)] * 5, progress.rows):
        clock.now += 1.0
    assert "comments/s" in file.getvalue()


def test_a_large_folder_is_measured_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time left is told once the sizes of all files are known, and each step adds up a few only."""
    monkeypatch.setattr("sentiment.cli.progress.AT_ONCE", 4)
    (tmp_path / "in").mkdir()
    for number in range(10):
        (tmp_path / "in" / f"{number}.html").write_bytes(b"x" * 100)
    clock, file = Clock(), io.StringIO()
    progress = Progress([str(tmp_path)], file=file, clock=clock)
    told = []
    for _ in progress.watch([Rows(count=1, position=100)] * 4, progress.rows):
        clock.now += 2.0
        told.append(progress.left())
    assert told == [None, None, None, 72.0]


def test_the_size_of_standard_input_is_not_known(tmp_path: Path) -> None:
    """Without the size of everything there is no time left to tell, and no folder is too closed to go on."""
    (tmp_path / "t.csv").write_bytes(b"x" * 1000)
    clock = Clock()
    progress = Progress([str(tmp_path), "-", str(tmp_path / "no")], file=io.StringIO(), clock=clock)
    for _ in progress.watch([Rows(count=1, position=100)] * 4, progress.rows):
        clock.now += 2.0
    assert progress.left() is None
