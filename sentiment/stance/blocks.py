"""One block of a model: from prepared comments to rows, columns and values, with numpy and look-ups that are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.names import Part
from sentiment.stance.features import SIZES, VALUES, char_ngrams
from sentiment.stance.tokens import Doc
from sentiment.stance.vocabulary import Vocabulary

Floats = NDArray[np.float64]

_MEMORY = 300_000
"""Chunks whose letters are remembered before the memory is emptied: some 100 MB at worst."""


class Block:
    """What one block finds in comments.

    Args:
        spec: The model's entry of the block: name, weight, whether it is kept apart per language, what an unknown name weighs.
        names: Its features.
        run: Gives a comment's names; see :class:`~sentiment.stance.features.Analysers`.
        idf: How telling each feature is.
        part: Its columns among those of the model.
        languages: The model's languages.
    """

    def __init__(
        self,
        spec: dict[str, Any],
        names: Vocabulary,
        run: Callable[[Doc], Any],
        idf: Floats,
        part: slice,
        languages: list[str],
    ) -> None:
        self.name, self.weight, self.apart = spec["name"], float(spec["weight"]), bool(spec["apart"])
        self.idf, self.start, self._run = idf, part.start, run
        self.unknown = float(spec["unknown"])
        self.names = names
        self._parts: dict[str, Part] = {}
        self._columns: dict[str, dict[str, int]] = {}
        self._languages = frozenset(languages)
        self._memory: dict[str, dict[str, NDArray[np.int32]]] = {language: {} for language in languages}

    def columns(self, language: str) -> dict[str, int]:
        """Feature name, without its language, -> column within the block; made when a language is first met."""
        known = self._columns.get(language)
        if known is None:
            known = self._columns[language] = self._made(language)
        return known

    def _made(self, language: str) -> dict[str, int]:
        if language not in self._languages:
            return {}
        part = self.part(language)
        first = part.column - self.start
        return {name: first + place for place, name in enumerate(part.names)}

    def part(self, language: str) -> Part:
        """The features of one language."""
        known = self._parts.get(language)
        if known is None:
            own = self.names.span(language) if self.apart else slice(0, len(self.names))
            names = self.names.own(language) if self.apart else self.names[own]
            known = Part(self.name, self.weight, self.start + own.start, names, self.idf[own], self.unknown)
            self._parts[language] = known
        return known

    def entries(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Weighted values of a batch: row, column in the model, value; sorted by row."""
        if self.name in VALUES:
            return self._numbers(docs)
        rows, columns = self._letters(docs) if self.name == "chars" else self._names(docs)
        width = max(1, len(self.idf))
        keys = rows * width + columns
        keys.sort()
        if not len(keys):
            return keys, keys, np.empty(0)
        edges = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        counts = np.diff(edges, append=len(keys))
        rows, columns = np.divmod(keys[edges], width)
        values = (np.log(counts) + 1.0) * self.idf[columns]
        squares = np.bincount(rows, values * values, minlength=len(docs))
        if self.unknown:
            sizes = np.array([*map(SIZES[self.name], docs)])
            squares = squares + self.unknown**2 * (sizes - np.bincount(rows, counts, minlength=len(docs)))
        norms = np.sqrt(squares)
        return rows, columns + self.start, values * (self.weight / norms[rows])

    def _names(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        found: list[int] = []
        counts: list[int] = []
        for doc in docs:
            known = self.columns(doc.language)
            before = len(found)
            if known:
                found += [known[name] for name in self._run(doc) if name in known]
            counts.append(len(found) - before)
        return np.repeat(np.arange(len(docs)), counts), np.array(found, dtype=np.intp)

    def _letters(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        pieces: list[NDArray[np.int32]] = []
        counts: list[int] = []
        for doc in docs:
            known, total = self._memory.get(doc.language), 0
            if known is not None:
                for chunk in doc.chunks:
                    piece = known.get(chunk)
                    if piece is None:
                        piece = self._remember(chunk, doc.language)
                    pieces.append(piece)
                    total += len(piece)
            counts.append(total)
        columns = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)
        return np.repeat(np.arange(len(docs)), counts), columns.astype(np.intp)

    def by_chunk(
        self, docs: Sequence[Doc], rows: NDArray[np.intp], columns: NDArray[np.intp], shares: Floats
    ) -> Iterator[tuple[int, str, float]]:
        """What each chunk of each comment has of the shares of its letters: row, chunk, share.

        Letters that stand in several chunks of a comment are shared equally.
        """
        pieces, owners, chunks = [], [], []
        for row, doc in enumerate(docs):
            known = self._memory.get(doc.language)
            if known is None:
                continue
            for chunk in doc.chunks:
                piece = known.get(chunk)
                pieces.append(self._remember(chunk, doc.language) if piece is None else piece)
                owners.append(row)
                chunks.append(chunk)
        if not len(rows) or not pieces:
            return
        width = len(self.idf)
        places = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
        keys = places * width + np.concatenate(pieces)
        keys.sort()  # np.unique hashes, which takes ten times as long here
        places, letters = np.divmod(keys[np.concatenate(([True], keys[1:] != keys[:-1]))], width)
        entry = np.searchsorted(rows * width + (columns - self.start), np.array(owners)[places] * width + letters)
        homes = np.bincount(entry, minlength=len(rows))
        totals = np.bincount(places, shares[entry] / homes[entry], minlength=len(pieces))
        yield from zip(owners, chunks, totals.tolist(), strict=True)

    def _remember(self, chunk: str, language: str) -> NDArray[np.int32]:
        known, memory = self.columns(language), self._memory[language]
        if len(memory) >= _MEMORY:
            memory.clear()
        piece = np.array([known[gram] for gram in char_ngrams(chunk) if gram in known], dtype=np.int32)
        memory[chunk] = piece
        return piece

    def _numbers(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        rows, columns, values = [], [], []
        for row, doc in enumerate(docs):
            known = self.columns(doc.language)
            for name, value in self._run(doc).items():
                if name in known:
                    rows.append(row)
                    columns.append(known[name] + self.start)
                    values.append(value * self.weight)
        return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp), np.array(values, dtype=np.float64)
