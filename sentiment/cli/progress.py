"""Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere, nothing for what is quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from sentiment.records import Skipped

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from sentiment.engine.run import Chunk
    from sentiment.engine.table_job import Rows

X = TypeVar("X")

EVERY = 5.0
"""Seconds between plain lines."""
AT_ONCE = 5_000
"""Files whose sizes are added up between two steps."""
PATIENCE = 1.0
"""Seconds before anything is shown."""


class Progress:
    """Counts what passes and tells about it.

    Args:
        paths: the input, whose size is the total where it is known.
        file: where to.
        clock: seconds.
    """

    def __init__(
        self, paths: Iterable[str] = (), *, file: TextIO | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._file, self._clock = file or sys.stderr, clock
        self._start = self._told = clock()
        self._paths = list(paths)
        self._bar: RichProgress | None = None
        self._task: Any = None
        self.pages = self.comments = self.skips = 0
        self.done = 0
        """Bytes of the input that are done."""
        self._total: int | None = None
        self._measuring = _sizes(self._paths)
        self._measured = 0

    def watch(self, found: Iterable[X], count: Callable[[X], object]) -> Iterator[X]:
        """Pass things on; ``count``, a method of this, adds each to the counts."""
        try:
            for item in found:
                count(item)
                self._tell()
                yield item
        finally:
            self._close()

    def chunk(self, chunk: Chunk) -> None:
        """Count some pages."""
        self.done += chunk.task.size
        for item in chunk.items:
            if isinstance(item, Skipped):
                self.skips += 1
            else:
                self.pages += 1
                self.comments += len(item.stances)

    def rows(self, rows: Rows) -> None:
        """Count some rows of a table."""
        self.comments += rows.count
        self.done = max(self.done, rows.position)

    def rate(self) -> float:
        """Comments per second so far."""
        return self.comments / max(1e-9, self._clock() - self._start)

    def left(self) -> float | None:
        """Seconds to go, where the total is known."""
        if not self._total or not self.done or self.done > self._total:
            return None
        return (self._clock() - self._start) * (self._total - self.done) / self.done

    def line(self) -> str:
        """The state in one line."""
        parts = [f"{self.pages:,} pages"] if self.pages else []
        parts += [f"{self.comments:,} comments", f"{self.rate():,.0f} comments/s"]
        if self.skips:
            parts.append(f"{self.skips:,} skipped")
        if (left := self.left()) is not None:
            parts.append(f"{_time(left)} left")
        return ", ".join(parts)

    def _tell(self) -> None:
        now = self._clock()
        if now - self._start < PATIENCE:
            return
        if self._total is None:
            self._measure()
        if self._file.isatty():
            if self._bar is None:
                self._open()
            if now - self._told > 0.1 and self._bar is not None:
                self._told = now
                total = max(self._total, self.done) if self._total else None
                self._bar.update(self._task, completed=self.done, total=total, description=self.line(), refresh=True)
        elif now - self._told >= EVERY:
            self._told = now
            print(self.line(), file=self._file, flush=True)

    def _measure(self) -> None:
        """Add up some more of the input: a folder of a million files is not looked through at once while all wait."""
        for number, size in enumerate(self._measuring, 1):
            if size is None:
                self._total = 0
                return
            self._measured += size
            if number >= AT_ONCE:
                return
        self._total = self._measured

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        # drawn from here alone: a thread of its own would stand in the way of processes that are started
        self._bar = RichProgress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            console=Console(file=self._file),
            auto_refresh=False,
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=None)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _sizes(paths: list[str]) -> Iterator[int | None]:
    """Bytes of each file of the input; None where that is not known: addresses, patterns, standard input."""
    for path in paths:
        place = Path(path)
        if place.is_file():
            yield place.stat().st_size
        elif place.is_dir():
            yield from _files(path)
        else:
            yield None


def _files(folder: str) -> Iterator[int]:
    try:
        entries = os.scandir(folder)
    except OSError:  # whoever reads it tells about it
        return
    for entry in entries:
        try:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry.stat().st_size
        except OSError:
            continue
