"""Jobs and pages for the tests of the engine: importable, so that other processes can run them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sentiment.engine.pages import PageJob
from sentiment.pipeline import DEFAULT_TARGET, Tagged
from sentiment.records import Skipped
from sentiment.report.rows import Row, rows

JOB = PageJob(DEFAULT_TARGET, Path(__file__).parents[2] / "annotations", reasons=True)

WORDS = {
    "en": "I really hope that they will sell these phones here soon because the price is great",
    "it": "Speriamo che arrivino presto anche da noi perché il prezzo è davvero molto buono",
    "de": "Ich hoffe wirklich dass sie die Geräte bald auch hier verkaufen weil der Preis gut ist",
    "ru": "Надеюсь что они скоро начнут продавать эти телефоны и у нас потому что цена хорошая",
}


def write_pages(folder: Path, count: int) -> list[Path]:
    """Saved pages with three comments each, in four languages."""
    folder.mkdir(parents=True, exist_ok=True)
    languages = list(WORDS)
    paths = []
    for number in range(count):
        path = folder / f"page{number:03}.html"
        path.write_text(html(number, languages[number % 4], 3), encoding="utf-8")
        paths.append(path)
    return paths


def html(number: int, language: str, comments: int) -> str:
    """A page as WordPress makes them."""
    words = WORDS[language]
    items = "".join(
        f'<li id="comment-{number}{i}" class="comment"><article class="comment-body"><footer class="comment-meta">'
        f'<b class="fn">reader{i}</b><time datetime="2016-05-0{i + 1}T10:00:00+00:00">May</time></footer>'
        f'<div class="comment-content"><p>{words} {number} {i}.</p></div></article></li>'
        for i in range(comments)
    )
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><title>Title {number}</title></head><body>'
        f'<article class="post"><h1>Title {number}</h1><p>{words}. {words}.</p><p>{words}.</p></article>'
        f'<div id="comments"><ol class="comment-list">{items}</ol></div></body></html>'
    )


def rows_of(items: Iterable[Tagged | Skipped]) -> Iterator[Row]:
    """The rows of an export."""
    for item in items:
        if isinstance(item, Tagged):
            yield from rows(item.page, item.stances)


@dataclass(frozen=True)
class Doubler:
    """Doubles numbers; some of them kill the process that has them, always or the first time only."""

    deadly: frozenset[int] = frozenset()
    once: Path | None = None
    """A file that is made when a process is killed; after that, nothing is deadly."""

    def run(self, task: tuple[int, ...]) -> list[int]:
        """Twice each number."""
        for number in task:
            if number in self.deadly and not (self.once and self.once.exists()):
                if self.once:
                    self.once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return [2 * number for number in task]

    def split(self, task: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Two halves."""
        half = len(task) // 2
        return [task[:half], task[half:]] if half else [task]

    def lost(self, task: tuple[int, ...], reason: str) -> list[int]:
        """A number that nobody would give."""
        assert reason
        return [-1] * len(task)

    def join(self, results: list[list[int]]) -> list[int]:
        """One list."""
        return [number for result in results for number in result]
