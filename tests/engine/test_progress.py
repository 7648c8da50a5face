from __future__ import annotations

import io
from pathlib import Path

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
