"""Where a model has its features, for one language: the columns of this language alone, numbered anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, Keys
from sentiment.stance.batch.grams import Grams

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """One block's features in one language."""

    name: str
    """The block's."""
    weight: float
    column: int
    """In the model, of the first of them."""
    names: Sequence[str]
    """Without the language, in the order of their columns."""
    idf: Floats
    unknown: float
    """What a name that the block lacks weighs in a comment's length."""


@dataclass(slots=True)
class Pairs:
    """Pairs of neighbouring words as whole numbers."""

    first: dict[str, int] = field(default_factory=dict)
    """Number of a word that stands first in a known pair."""
    second: dict[str, int] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)


class Names:
    """The features of one language.

    Args:
        parts: Of each block.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.blocks = [part.name for part in parts]
        sizes = [len(part.names) for part in parts]
        self.first = dict(zip(self.blocks, np.cumsum([0, *sizes]).tolist(), strict=False))
        """Column of each block's first feature, in the numbering of this language."""
        self.size = sum(sizes)
        self.block_of: NDArray[np.intp] = np.repeat(np.arange(len(parts)), sizes)
        self.idf: Floats = np.concatenate([part.idf for part in parts]) if parts else np.empty(0)
        self.columns: NDArray[np.intp] = np.concatenate(
            [part.column + np.arange(len(part.names)) for part in parts] or [np.empty(0, np.intp)]
        )
        """Column in the model."""
        self.weights = np.array([part.weight for part in parts])
        self.unknown = np.array([part.unknown**2 for part in parts])
        """What a name that a block lacks adds to the square of a comment's length."""
        self._known: dict[str, dict[str, int]] = {}

    def has(self, block: str) -> bool:
        """Whether the model knows features of a block."""
        return bool(self._names(block))

    def of(self, block: str) -> dict[str, int]:
        """Name -> column of a block; empty where the model does without it."""
        known = self._known.get(block)
        if known is None:
            first = self.first.get(block, 0)
            known = self._known[block] = {name: first + place for place, name in enumerate(self._names(block))}
        return known

    def after(self, block: str, head: str) -> dict[str, int]:
        """What follows the head of a name -> column, for the names of a block that have it."""
        return {name[len(head) :]: column for name, column in self.of(block).items() if name.startswith(head)}

    def column(self, block: str, name: str) -> int:
        """The column of a name, -1 where the model does not know it."""
        return self.of(block).get(name, -1)

    def table(self, block: str, names: Sequence[str]) -> Ints:
        """The columns of some names."""
        known = self.of(block)
        return np.array([known.get(name, -1) for name in names], dtype=np.int32)

    def _names(self, block: str) -> Sequence[str]:
        return next((part.names for part in self.parts if part.name == block), ())

    @cached_property
    def grams(self) -> Grams:
        """Groups of letters, to be looked up many at a time."""
        return Grams(self._names("chars"))

    @cached_property
    def words(self) -> dict[str, int]:
        """Single words -> column."""
        return {name: column for name, column in self.of("words").items() if " " not in name}

    @cached_property
    def pairs(self) -> Pairs:
        """Pairs of neighbouring words."""
        pairs = Pairs()
        numbers = []
        for name, column in self.of("words").items():
            one, space, two = name.partition(" ")
            if space:
                first = pairs.first.setdefault(one, len(pairs.first))
                numbers.append((first, pairs.second.setdefault(two, len(pairs.second))))
                pairs.columns.append(column)
        pairs.keys = [one * len(pairs.second) + two for one, two in numbers]
        return pairs

    @cached_property
    def stems(self) -> dict[str, int]:
        """First letters of words that have neighbours -> number, in the order of the alphabet."""
        return {
            stem: place for place, stem in enumerate(sorted({s for name in self.of("near") for s in name.split(" ")}))
        }

    @cached_property
    def near(self) -> tuple[Keys, Ints, Ints]:
        """Pairs of neighbours by the numbers of their stems, the column of each, and both numbers of each column."""
        known, stems = self.of("near"), self.stems
        both = np.array([[stems[stem] for stem in name.split(" ")] for name in known], dtype=np.int32).reshape(-1, 2)
        keys = both[:, 0].astype(np.int64) * len(stems) + both[:, 1]
        return Keys(keys), np.array([*known.values()], dtype=np.int32), both

    @cached_property
    def pair_keys(self) -> Keys:
        """Pairs of neighbouring words, to be looked up many at a time."""
        return Keys(np.array(self.pairs.keys, dtype=np.int64))

    @cached_property
    def pair_columns(self) -> Ints:
        """The column of each of :attr:`pair_keys`."""
        return np.array(self.pairs.columns, dtype=np.int32)
