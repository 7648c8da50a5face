"""Why many comments of one language got their labels: what each word and each concept weighs, for all of them at once.

The same words as :func:`sentiment.stance.explain.reasons_of_all` gives, which looks at prepared comments. Words and concepts
are whole numbers here. What the letters of a comment weigh is given to the chunks that they stand in: one table from
comment and group of letters to its weight, written and read without being cleared, finds them without sorting.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Growing, Ints, Lists, distinct, edges, ranges
from sentiment.stance.batch.chunks import Chunks
from sentiment.stance.batch.names import Names
from sentiment.stance.explain import DIGITS, EDGES, LEAST, OF_WORDS, strongest

Floats = NDArray[np.float64]
Weighed = tuple[NDArray[Any], NDArray[Any], Floats]
"""Comments, what is in them, and what it weighs there."""

ROWS = 32
"""Comments whose letters are looked up together: their table, 5 MiB, stays in the cache."""


class Whys:
    """What the features of one language weigh for the words that they are made of.

    Args:
        names: The model's features.
        weights: What each adds to the logit of each label, features by labels.
        chunks: What is known of each chunk.
    """

    def __init__(self, names: Names, weights: Floats, chunks: Chunks) -> None:
        self._chunks, self._width = chunks, names.size
        others = (weights.sum(axis=1, keepdims=True) - weights) / max(1, weights.shape[1] - 1)
        self._contrasts: Floats = np.ascontiguousarray((weights - others).T).ravel()
        self._first = names.first.get("chars", names.size)
        self._letters = len(names.of("chars"))
        self._near = names.first.get("near", names.size)
        self._neighbours = len(names.of("near"))
        self._names = names
        self._table = np.empty(ROWS * self._letters, dtype=np.int32)
        self._parts = Lists()
        """What each feature stands for: the words of it, or itself as a concept; nothing for letters and stems."""
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        """Words -> number."""
        for part in names.parts:
            self._add(part.name, part.names)
        self._known = len(self._texts)
        self._restart()

    def _add(self, block: str, names: Sequence[str]) -> None:
        if block in ("chars", "near"):
            self._parts.extend(np.zeros(len(names), dtype=np.int32), [])
        elif block in OF_WORDS:
            parts = [name.split(" ") for name in names]
            self._parts.extend([*map(len, parts)], [self._number(word) for words in parts for word in words])
        else:
            self._parts.extend(
                np.ones(len(names), dtype=np.int32), np.arange(len(names), dtype=np.int32) + len(self._texts)
            )
            self._texts += names

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._texts)
            self._texts.append(word)
        return number

    def _restart(self) -> None:
        """Forget the words of chunks, as the chunks were forgotten."""
        for word in self._texts[self._known :]:
            del self._numbers[word]
        del self._texts[self._known :]
        concepts = set(range(self._known)) - set(self._numbers.values())
        self._told = Growing("bool", [bool(text.strip(EDGES)) for text in self._texts])
        self._told.array[[*concepts]] = True
        self._of_chunk = Growing("int32")
        """The word that each chunk is told as."""
        self._of_token = Growing("int32")
        """The word that each token is told as."""
        self._time = self._chunks.times

    def _learn(self) -> None:
        if self._time != self._chunks.times:
            self._restart()
        new = self._chunks.low[len(self._of_chunk) :]
        self._of_chunk.extend([self._number(chunk.strip(EDGES) or chunk) for chunk in new])
        self._of_token.extend([*map(self._number, self._chunks.tokens.texts[len(self._of_token) :])])
        self._told.extend([bool(text.strip(EDGES)) for text in self._texts[len(self._told) :]])

    def of(
        self,
        values: Any,
        numbers: Weighed,
        labels: NDArray[np.intp],
        chunks: Ints,
        counts: Ints,
        tokens: tuple[NDArray[Any], Ints],
        most: int,
    ) -> list[tuple[str, ...]]:
        """The strongest reasons for the label of each comment.

        Args:
            values: Features that are counted, comments by features: a sparse matrix.
            numbers: Comments, columns and values of features that are a number of their own.
            labels: Of the comments.
            chunks: The chunks of all comments, one after the other.
            counts: Chunks of each comment.
            tokens: The comment that each token stands in, and its number.
            most: How many reasons for each.
        """
        self._learn()
        rows = np.repeat(np.arange(len(labels)), np.diff(values.indptr))
        counted, columns = (rows, values.indices, values.data), values.indices
        letters = (columns >= self._first) & (columns < self._first + self._letters)
        stems = (columns >= self._near) & (columns < self._near + self._neighbours)
        found = [
            self._of_stems(*self._shares(counted, labels, stems), *tokens),
            self._of_letters(*self._shares(counted, labels, letters), chunks, counts),
            self._of_names(*self._shares(counted, labels, ~letters & ~stems)),
            self._of_names(*self._shares(numbers, labels, slice(None))),
        ]
        comments, whats, shares = (np.concatenate(column) for column in zip(*found, strict=True))
        return self._strongest((comments, whats, shares), len(labels), most)

    def _shares(self, found: Weighed, labels: NDArray[np.intp], some: Any) -> Weighed:
        """Of some features of comments: what each weighs for the comment's label."""
        rows, columns, values = (column[some] for column in found)
        return rows, columns, values * self._contrasts[labels[rows] * self._width + columns]

    def _of_names(self, rows: NDArray[Any], columns: Ints, shares: Floats) -> Weighed:
        """A feature's weight for each of its words alike."""
        lengths = self._parts.lengths(columns)
        return np.repeat(rows, lengths), self._parts.of(columns, lengths), np.repeat(shares / lengths, lengths)

    def _of_stems(
        self, rows: NDArray[Any], columns: Ints, shares: Floats, owners: NDArray[Any], tokens: Ints
    ) -> Weighed:
        """A pair's weight for the words of the comment that it may mean: half for either stem, its words alike."""
        if not len(rows):
            return rows, columns, shares
        width, known = max(1, len(self._names.stems)), self._chunks.tokens
        owners, tokens = np.divmod(distinct(owners.astype(np.int64) * len(known) + tokens), len(known))
        stems = known.facts["stem"].array[tokens]
        keys = np.where(stems >= 0, owners * width + stems, -1)
        order = np.argsort(keys, kind="stable")
        keys, tokens = keys[order], tokens[order]
        asked = (rows[:, None].astype(np.int64) * width + self._names.near[2][columns - self._near]).ravel()
        first, last = np.searchsorted(keys, asked), np.searchsorted(keys, asked, "right")
        counts = (last - first).astype(np.int32)
        told = tokens[ranges(first, counts)]
        return (
            np.repeat(np.repeat(rows, 2), counts),
            self._of_token.array[told],
            np.repeat(np.repeat(shares / 2, 2) / counts, counts),
        )

    def _of_letters(self, rows: NDArray[Any], columns: Ints, shares: Floats, chunks: Ints, counts: Ints) -> Weighed:
        """What each chunk has of the weights of its letters; chunks that share them get the same."""
        columns = columns - np.int32(self._first)
        starts, of_chunks = np.searchsorted(rows, np.arange(len(counts) + 1)), edges(counts)
        totals = []
        for first in range(0, len(counts), ROWS):
            last = min(len(counts), first + ROWS)
            some = slice(starts[first], starts[last])
            held = slice(of_chunks[first], of_chunks[last])
            totals.append(
                self._in_chunks(rows[some] - first, columns[some], shares[some], chunks[held], counts[first:last])
            )
        return np.repeat(np.arange(len(counts)), counts), self._of_chunk.array[chunks], np.concatenate(totals)

    def _in_chunks(self, rows: NDArray[Any], columns: Ints, shares: Floats, chunks: Ints, counts: Ints) -> Floats:
        grams = self._chunks.letters()
        self._table[rows * self._letters + columns] = np.arange(len(rows), dtype=np.int32)
        lengths = grams.lengths(chunks)
        holders = np.repeat(np.arange(len(chunks), dtype=np.int32), lengths)
        owners = np.repeat(np.arange(len(counts), dtype=np.int32) * np.int32(self._letters), counts)
        entries = self._table[owners[holders] + grams.of(chunks, lengths)]  # each was written just before
        each = shares / np.maximum(1, np.bincount(entries, minlength=len(rows)))
        totals: Floats = np.bincount(holders, each[entries], minlength=len(chunks)).astype(np.float64, copy=False)
        return totals

    def _strongest(self, weighed: Weighed, count: int, most: int) -> list[tuple[str, ...]]:
        rows, whats, shares = weighed
        reasons: list[tuple[str, ...]] = [()] * count
        keys = rows.astype(np.int64) * len(self._texts) + whats
        order = np.argsort(keys)
        keys = keys[order]
        if not len(keys):
            return reasons
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        totals = np.round(np.add.reduceat(shares[order], starts), DIGITS)
        rows, whats = np.divmod(keys[starts], len(self._texts))
        some = (totals > 0) & self._told.array[whats]
        rows, whats, totals = rows[some], whats[some], totals[some]
        least = np.zeros(count)
        np.maximum.at(least, rows, totals * LEAST)
        some = totals >= least[rows]
        words = [self._texts[what] for what in whats[some].tolist()]
        told = [*zip((-totals[some]).tolist(), words, strict=True)]
        ends = np.searchsorted(rows[some], np.arange(count + 1)).tolist()
        for row in np.unique(rows).tolist():
            reasons[row] = strongest(told[ends[row] : ends[row + 1]], most)
        return reasons
