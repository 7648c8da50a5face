"""Pages in, a few numbers per thread out: all that the estimates need, so that no page has to be kept.

A cell is what one group of comments adds up to: per thread counts and the model's probability mass, plus one small record
for each comment that a draw took. Cells add: by outlet and language, by language alone, all together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sentiment.records import STANCES, Stance

K = len(STANCES)
GRID = 10
"""Steps per axis to which probabilities are rounded for the cross-check: at most 286 cells for any number of comments."""

EVEN = (1 / K,) * K
"""What stands for a model's word where there is none."""


def _zeros() -> list[float]:
    return [0.0] * K


@dataclass(slots=True)
class Thread:
    """What one page gives to one cell."""

    comments: int = 0
    human: int = 0
    untagged: int = 0
    named: list[float] = field(default_factory=_zeros)
    """Comments per stance, as named by people or the model."""
    known: list[float] = field(default_factory=_zeros)
    """Comments per stance that people labelled and no draw took."""
    mass: list[float] = field(default_factory=_zeros)
    """The model's probabilities of all comments but the known ones."""

    def add(self, other: Thread) -> None:
        """Take another thread's numbers in: the same page in another cell."""
        self.comments += other.comments
        self.human += other.human
        self.untagged += other.untagged
        for mine, theirs in ((self.named, other.named), (self.known, other.known), (self.mass, other.mass)):
            for i in range(K):
                mine[i] += theirs[i]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A label on a comment that was drawn at random."""

    thread: int
    stance: int
    predicted: tuple[float, ...] | None
    inclusion: float


@dataclass(slots=True)
class Cell:
    """The numbers of one group of comments."""

    threads: dict[int, Thread] = field(default_factory=dict)
    drawn: list[Drawn] = field(default_factory=list)
    grid: dict[tuple[int, ...], list[float]] = field(default_factory=dict)
    """Rounded probabilities -> count, then the sums of the four probabilities."""
    predicted: list[list[float]] = field(default_factory=lambda: [[0.0] * (K + 1) for _ in STANCES])
    """Predicted stance -> comments without a label, and the sums of their four probabilities."""
    drawn_from: list[int] = field(default_factory=lambda: [0] * K)
    """Random labels by predicted stance."""
    raw: list[float] = field(default_factory=_zeros)
    """The model's probabilities of all comments that it tagged, labelled or not."""
    uncalibrated: int = 0
    """Comments that the model named without giving probabilities."""
    slim: bool = False
    """Without the grid, which the cross-checks alone need and which is most of a cell's size."""

    def touch(self, page: int) -> Thread:
        """The thread of a page in this cell."""
        thread = self.threads.get(page)
        if thread is None:
            thread = self.threads[page] = Thread()
        return thread

    def add(self, page: int, stance: Stance) -> None:
        """Count one comment."""
        thread = self.touch(page)
        thread.comments += 1
        if stance.name is None:
            thread.untagged += 1
            return
        place = STANCES.index(stance.name)
        thread.named[place] += 1
        said = stance.probabilities
        if said is None and stance.source == "model":
            self.uncalibrated += 1
            said = tuple(float(i == place) for i in range(K))  # type: ignore[assignment]
        if said is not None:
            self._predict(said)
        if stance.source != "human":
            if said is not None:
                for i in range(K):
                    thread.mass[i] += said[i]
                row = self.predicted[max(range(K), key=said.__getitem__)]
                row[0] += 1
                for i in range(K):
                    row[i + 1] += said[i]
            return
        thread.human += 1
        if stance.inclusion is None:
            thread.known[place] += 1
            return
        self.drawn.append(Drawn(page, place, said, stance.inclusion))
        for i, p in enumerate(said or EVEN):
            thread.mass[i] += p
        if said is not None:
            self.drawn_from[max(range(K), key=said.__getitem__)] += 1

    def _predict(self, said: tuple[float, ...]) -> None:
        for i, p in enumerate(said):
            self.raw[i] += p
        if self.slim:
            return
        entry = self.grid.setdefault(tuple(int(p * GRID + 0.5) for p in said), [0.0] * (K + 1))
        entry[0] += 1
        for i, p in enumerate(said):
            entry[i + 1] += p

    def absorb(self, other: Cell) -> None:
        """Take another cell's numbers in."""
        for page, thread in other.threads.items():
            self.touch(page).add(thread)
        self.drawn += other.drawn
        for key, entry in other.grid.items():
            mine = self.grid.setdefault(key, [0.0] * (K + 1))
            for i, value in enumerate(entry):
                mine[i] += value
        for i in range(K):
            self.raw[i] += other.raw[i]
            self.drawn_from[i] += other.drawn_from[i]
            for j in range(K + 1):
                self.predicted[i][j] += other.predicted[i][j]
        self.uncalibrated += other.uncalibrated

    @property
    def comments(self) -> int:
        """Comments, tagged or not."""
        return sum(thread.comments for thread in self.threads.values())

    @property
    def human(self) -> int:
        """Comments that people labelled."""
        return sum(thread.human for thread in self.threads.values())


def merged(cells: Iterable[Cell]) -> Cell:
    """All cells as one."""
    out = Cell()
    for cell in cells:
        out.absorb(cell)
    return out
