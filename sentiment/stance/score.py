"""Scores from arrays: what the scikit-learn pipeline computes, with numpy and look-ups that are remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.features import VALUES, Analysers, char_ngrams
from sentiment.stance.tokens import Doc, prepare

Floats = NDArray[np.float64]

BATCH = 512
"""Comments scored together: large enough for numpy, small enough for the cache."""

_MEMORY = 300_000
"""Chunks whose letters are remembered before the memory is emptied: some 100 MB at worst."""


class Scorer:
    """A model's arithmetic.

    Args:
        meta: A model's ``blocks`` and ``lists``.
        arrays: A model's arrays.
        vocabulary: Feature names of each block.
    """

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]], vocabulary: list[list[str]]) -> None:
        self.languages: list[str] = list(meta["languages"] or [""])
        self.analysers = Analysers(meta["lists"])
        self.two_passes = bool(arrays["first_coef"].size)
        idf = arrays["idf"].astype(np.float64)
        self._labels = len(meta["labels"])
        self._coef = weights(arrays["coef"], arrays["scales"])
        self._intercept = arrays["intercept"].astype(np.float64)
        self._first = weights(arrays["first_coef"], arrays["first_scales"]) if self.two_passes else None
        self._first_intercept = arrays["first_intercept"].astype(np.float64)
        self._turn, self._shift = arrays["turn"].astype(np.float64), arrays["shift"].astype(np.float64)
        self.blocks: list[_Block] = []
        self._contrasts: dict[tuple[str, int], Floats] = {}
        start = 0
        for spec, names in zip(meta["blocks"], vocabulary, strict=True):
            run = self.analysers.blocks[spec["name"]]
            part = slice(start, start + len(names))
            self.blocks.append(_Block(spec, names, run, idf[part], part, self.languages))
            start += len(names)

    def prepare(self, text: str, *, language: str = "", parent: str = "", quote: str = "") -> Doc:
        """A comment as the features read it."""
        return prepare(text, language=language, parent=parent, quote=quote)

    def probabilities(self, docs: Sequence[Doc]) -> Floats:
        """Calibrated probabilities, comments by labels."""
        out = np.empty((len(docs), self._labels))
        for start in range(0, len(docs), BATCH):
            part = self.with_parents(docs[start : start + BATCH])
            margins = self.margins(part)
            out[start : start + len(part)] = self._calibrated(margins, part)
        return out

    def with_parents(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        """The same comments, told what a first pass makes of the comments that they answer."""
        if not self.two_passes:
            return docs
        above = {doc.parent.text: doc.parent for doc in docs if doc.parent is not None and not doc.shared}
        if not above:
            return docs
        parents = list(above.values())
        shares = self._calibrated(self.margins(parents, first=True), parents)
        told = {doc.text: tuple(map(float, row)) for doc, row in zip(parents, shares, strict=True)}
        return [
            doc if doc.parent is None or doc.shared else dataclasses.replace(doc, shared=told[doc.parent.text])
            for doc in docs
        ]

    def margins(self, docs: Sequence[Doc], *, first: bool = False) -> Floats:
        """Margins before calibration, comments by labels."""
        coef = self._first if first and self._first is not None else self._coef
        out = np.tile(self._first_intercept if first else self._intercept, (len(docs), 1))
        for block in self.blocks:
            rows, columns, values = block.entries(docs)
            if not len(rows):
                continue
            for label in range(self._labels):
                out[:, label] += np.bincount(rows, values * coef[label][columns], minlength=len(docs))
        return out

    def _calibrated(self, margins: Floats, docs: Sequence[Doc]) -> Floats:
        places = np.array(
            [self.languages.index(d.language) if d.language in self.languages else 0 for d in docs], dtype=np.intp
        )
        logits = np.einsum("nk,nkl->nl", margins, self._turn[places]) + self._shift[places]
        up = np.exp(logits - logits.max(axis=1, keepdims=True))
        out: Floats = up / up.sum(axis=1, keepdims=True)
        return out

    def logit_weights(self, language: str) -> Floats:
        """Weight of every feature on every label's logit in one language, labels by features."""
        place = self.languages.index(language) if language in self.languages else 0
        out: Floats = self._turn[place].T @ self._coef
        return out

    def contrast(self, language: str, label: int) -> Floats:
        """Weight of every feature on a label's logit above the mean of the other labels', in one language."""
        known = self._contrasts.get((language, label))
        if known is None:
            logits = self.logit_weights(language)
            known = logits[label] - np.delete(logits, label, axis=0).mean(axis=0)
            self._contrasts[language, label] = known  # languages by labels: a few, 0.7 MB each
        return known


def weights(coef: NDArray[Any], scales: NDArray[Any]) -> Floats:
    """Weights as numbers again: they are stored as sixteen-bit steps of each label's largest weight."""
    out: Floats = np.ascontiguousarray(coef.astype(np.float64) * scales.astype(np.float64)[:, None])
    return out


class _Block:
    """One block's vocabulary and weights, per language where it is kept apart."""

    def __init__(
        self,
        spec: dict[str, Any],
        names: list[str],
        run: Callable[[Doc], Any],
        idf: Floats,
        part: slice,
        languages: list[str],
    ) -> None:
        self.name, self.weight, self.apart = spec["name"], float(spec["weight"]), bool(spec["apart"])
        self.idf, self.start, self._run = idf, part.start, run
        self.names = names
        self._columns: dict[str, dict[str, int]] = {language: {} for language in languages}
        if self.apart:
            for place, name in enumerate(names):
                language, _, rest = name.partition("\t")
                self._columns[language][rest] = place
        else:
            every = {name: place for place, name in enumerate(names)}
            self._columns = {language: every for language in languages}  # noqa: C420 - one table, shared on purpose
        self._memory: dict[str, dict[str, NDArray[np.int32]]] = {language: {} for language in languages}
        self._read = {"chars": self._letters, "words": self._words}.get(self.name, self._names)
        self._after = (
            {language: _after(table) for language, table in self._columns.items()} if self.name == "words" else {}
        )

    def columns(self, language: str) -> dict[str, int]:
        """Feature name, without its language, -> column within the block."""
        return self._columns.get(language, {})

    def entries(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Weighted values of a batch: row, column in the model, value; sorted by row."""
        if self.name in VALUES:
            return self._numbers(docs)
        rows, columns = self._read(docs)
        width = max(1, len(self.idf))
        keys = rows * width + columns
        keys.sort()
        if not len(keys):
            return keys, keys, np.empty(0)
        edges = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        counts = np.diff(edges, append=len(keys))
        rows, columns = np.divmod(keys[edges], width)
        values = (np.log(counts) + 1.0) * self.idf[columns]
        norms = np.sqrt(np.bincount(rows, values * values, minlength=len(docs)))
        return rows, columns + self.start, values * (self.weight / norms[rows])

    def _names(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        found: list[int] = []
        counts: list[int] = []
        for doc in docs:
            known = self._columns.get(doc.language)
            before = len(found)
            if known:
                found += [known[name] for name in self._run(doc) if name in known]
            counts.append(len(found) - before)
        return np.repeat(np.arange(len(docs)), counts), np.array(found, dtype=np.intp)

    def _words(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """What :func:`sentiment.stance.features.words` names, without making a string of every pair of neighbours."""
        found: list[int] = []
        counts: list[int] = []
        for doc in docs:
            before, tokens = len(found), doc.tokens
            known, after = self._columns.get(doc.language), self._after.get(doc.language)
            if known and after is not None:
                found += [known[token] for token in tokens if token in known]
                for place, token in enumerate(tokens[:-1]):
                    seconds = after.get(token)
                    if seconds is not None and tokens[place + 1] in seconds:
                        found.append(seconds[tokens[place + 1]])
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
        known, memory = self._columns[language], self._memory[language]
        if len(memory) >= _MEMORY:
            memory.clear()
        piece = np.array([known[gram] for gram in char_ngrams(chunk) if gram in known], dtype=np.int32)
        memory[chunk] = piece
        return piece

    def _numbers(self, docs: Sequence[Doc]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        rows, columns, values = [], [], []
        for row, doc in enumerate(docs):
            known = self._columns.get(doc.language, {})
            for name, value in self._run(doc).items():
                if name in known:
                    rows.append(row)
                    columns.append(known[name] + self.start)
                    values.append(value * self.weight)
        return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp), np.array(values, dtype=np.float64)


def _after(columns: dict[str, int]) -> dict[str, dict[str, int]]:
    """Of the names that are pairs: first word -> second word -> column."""
    found: dict[str, dict[str, int]] = {}
    for name, place in columns.items():
        first, space, second = name.partition(" ")
        if space:
            found.setdefault(first, {})[second] = place
    return found
