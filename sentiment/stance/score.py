"""Scores from arrays: what the scikit-learn pipeline computes, with numpy and look-ups that are remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.names import Names, Part
from sentiment.stance.batch.score import Asked, Choose, LanguageScorer, Logits, shares
from sentiment.stance.features import SIZES, VALUES, Analysers, char_ngrams
from sentiment.stance.packed import Packed
from sentiment.stance.tokens import Doc, prepare
from sentiment.stance.vocabulary import Vocabulary

Floats = NDArray[np.float64]

BATCH = 512
"""Comments scored together: large enough for numpy, small enough for the cache."""

FEWEST = 256
"""As long as fewer comments were met, they are prepared one by one: tables and scipy are loaded for many only."""
MANY = 4_096
"""Comments of a language that are scored at once, where there are many."""
MANY_LETTERS = 1_000_000
"""Letters of them: a batch of the longest texts that are read must fit the memory too."""

_MEMORY = 300_000
"""Chunks whose letters are remembered before the memory is emptied: some 100 MB at worst."""


class Scorer:
    """A model's arithmetic.

    Args:
        meta: A model's ``blocks`` and ``lists``.
        arrays: A model's arrays.
        vocabulary: Feature names of each block.
    """

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]], vocabulary: Sequence[Vocabulary]) -> None:
        self.languages: list[str] = list(meta["languages"] or [""])
        self.analysers = Analysers(meta["lists"])
        self.two_passes = bool(arrays["first_scales"].size)
        idf = arrays["idf"].astype(np.float64)
        self._labels = len(meta["labels"])
        self._packed = Packed(meta["blocks"], vocabulary, self.languages)
        self._passes = {prefix: named(arrays, prefix) for prefix in PASSES}
        self._contrasts: dict[tuple[str, int], Floats] = {}
        self._many: dict[str, LanguageScorer] = {}
        self._lock = Lock()
        self._met = 0
        self.blocks: list[_Block] = []
        start = 0
        for spec, names in zip(meta["blocks"], vocabulary, strict=True):
            run = self.analysers.blocks[spec["name"]]
            part = slice(start, start + len(names))
            self.blocks.append(_Block(spec, names, run, idf[part], part, self.languages))
            start += len(names)

    @cached_property
    def _last(self) -> _Logits:
        return _Logits(self._packed, self._passes[LAST])

    @cached_property
    def _first(self) -> _Logits:
        return _Logits(self._packed, self._passes[FIRST])

    def prepare(self, text: str, *, language: str = "", parent: str = "", quote: str = "") -> Doc:
        """A comment as the features read it."""
        return prepare(text, language=language, parent=parent, quote=quote)

    def probabilities(self, docs: Sequence[Doc]) -> Floats:
        """Calibrated probabilities, comments by labels."""
        out = np.empty((len(docs), self._labels))
        for start in range(0, len(docs), BATCH):
            part = self.with_parents(docs[start : start + BATCH])
            out[start : start + len(part)] = self._shares(part, self._last)
        return out

    def score(
        self, texts: Sequence[str], languages: Sequence[str], parents: Sequence[str] = (), quoted: Sequence[bool] = ()
    ) -> Floats:
        """Calibrated probabilities of many comments, comments by labels: those of :meth:`probabilities`, sooner.

        Args:
            texts: The writers' own words.
            languages: Of each, one that the model knows.
            parents: The texts that they answer, empty where there is none; none at all is as good as all empty.
            quoted: Whether each quotes something; none at all is as good as nobody.
        """
        if self.one_by_one(len(texts)):
            return self.probabilities(self.docs(texts, languages, parents, quoted))
        out = np.empty((len(texts), self._labels))
        for language, part, asked in _asked(texts, languages, parents, quoted):
            with self._lock:  # what is remembered grows while comments are read
                out[part] = self.many(language).probabilities(asked)
        return out

    def tell(
        self,
        texts: Sequence[str],
        languages: Sequence[str],
        parents: Sequence[str],
        quoted: Sequence[bool],
        choose: Choose,
        most: int,
    ) -> tuple[Floats, list[tuple[str, ...]]]:
        """What :meth:`score` gives, and the strongest reasons for the label that ``choose`` takes by it."""
        out = np.empty((len(texts), self._labels))
        whys: list[tuple[str, ...]] = [()] * len(texts)
        for language, part, asked in _asked(texts, languages, parents, quoted):
            with self._lock:
                out[part], found = self.many(language).tell(asked, choose, most)
            for place, reasons in zip(part, found, strict=True):
                whys[place] = reasons
        return out, whys

    def one_by_one(self, count: int) -> bool:
        """Whether so many comments are prepared one by one, since few were met so far and the tables for many are not made."""
        self._met += count
        return self._met < FEWEST and not self._many

    def docs(
        self, texts: Sequence[str], languages: Sequence[str], parents: Sequence[str] = (), quoted: Sequence[bool] = ()
    ) -> list[Doc]:
        """Comments as the features read them, one by one."""
        above, quotes = parents or [""] * len(texts), quoted or [False] * len(texts)
        return [
            prepare(text, language=language, parent=parent, quote="yes" if quote else "")
            for text, language, parent, quote in zip(texts, languages, above, quotes, strict=True)
        ]

    def many(self, language: str) -> LanguageScorer:
        """What scores many comments of a language at once; made when the first are met."""
        known = self._many.get(language)
        if known is None:
            names = Names([block.part(language) for block in self.blocks])
            place = self.languages.index(language)
            last, first = (partial(self._logits_of, prefix, place, names.columns) for prefix in (LAST, FIRST))
            known = LanguageScorer(language, names, self.analysers, last(), first if self.two_passes else None)
            self._many[language] = known
        return known

    def ready(self) -> None:
        """Make all that scoring many comments needs, so that processes forked from this one share it."""
        for language in self.languages:
            self.many(language).ready()

    def _logits_of(self, prefix: str, place: int, columns: NDArray[np.intp]) -> Logits:
        arrays = self._passes[prefix]
        return Logits(np.ascontiguousarray(self._packed.unpack(arrays, place, columns).T), arrays["shift"][place])

    def with_parents(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        """The same comments, told what a first pass makes of the comments that they answer."""
        if not self.two_passes:
            return docs
        above = {key_of(doc.parent): doc.parent for doc in docs if doc.parent is not None and not doc.shared}
        if not above:
            return docs
        parents = list(above.values())
        rows = self._shares(parents, self._first)
        told = {key_of(doc): rounded(row) for doc, row in zip(parents, rows, strict=True)}
        return [
            doc if doc.parent is None or doc.shared else dataclasses.replace(doc, shared=told[key_of(doc.parent)])
            for doc in docs
        ]

    def _shares(self, docs: Sequence[Doc], logits: _Logits) -> Floats:
        places = np.array(
            [self.languages.index(d.language) if d.language in self.languages else 0 for d in docs], dtype=np.intp
        )
        out = logits.shift[places]
        for block in self.blocks:
            rows, columns, values = block.entries(docs)
            if len(rows):
                at = places[rows] * logits.width + columns
                for label in range(self._labels):
                    out[:, label] += np.bincount(rows, values * logits.flat[label][at], minlength=len(docs))
        return shares(out)

    def contrast(self, language: str, label: int) -> Floats:
        """Weight of every feature on a label's logit above the mean of the other labels', in one language."""
        known = self._contrasts.get((language, label))
        if known is None:
            place = self.languages.index(language) if language in self.languages else 0
            start = place * self._last.width
            mine = self._last.flat[:, start : start + self._last.width]
            known = mine[label] - np.delete(mine, label, axis=0).mean(axis=0)
            self._contrasts[language, label] = known
        return known


class _Logits:
    """What a feature adds to each label's logit, language by language."""

    def __init__(self, packed: Packed, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.width = len(packed.homes)
        self.flat: Floats = np.concatenate(list(packed.whole(arrays)), axis=1)
        """Labels by languages times features."""
        self.shift: Floats = arrays["shift"].astype(np.float64)


LAST, FIRST = "", "first_"
PASSES = (LAST, FIRST)
"""A model's passes: the last one knows what the first makes of the comments that are answered; prefixes of its arrays."""

ARRAYS = ("own", "shared", "scales", "shift")
"""The arrays of a pass; see :class:`Packed`."""


def named(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays of a pass by their names without its prefix."""
    return {name: arrays[f"{prefix}{name}"] for name in ARRAYS}


def _asked(
    texts: Sequence[str], languages: Sequence[str], parents: Sequence[str], quoted: Sequence[bool]
) -> Iterator[tuple[str, list[int], Asked]]:
    """Comments by language in portions, and the places of each portion."""
    places: dict[str, list[int]] = {}
    for place, language in enumerate(languages):
        places.setdefault(language, []).append(place)
    sizes = [len(text) + len(parent) for text, parent in zip(texts, parents or [""] * len(texts), strict=True)]
    for language, some in places.items():
        for part in _portions(some, sizes):
            yield (
                language,
                part,
                Asked(
                    [texts[place] for place in part],
                    [parents[place] for place in part] if parents else (),
                    [quoted[place] for place in part] if quoted else (),
                ),
            )


def _portions(places: list[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts in portions of at most so many, and of so many letters."""
    first = size = 0
    for number, place in enumerate(places):
        if number - first >= MANY or size > MANY_LETTERS:
            yield places[first:number]
            first, size = number, 0
        size += sizes[place]
    yield places[first:]


def key_of(doc: Doc) -> tuple[str, str]:
    """What tells comments apart for a first pass: the same words in another language are other words."""
    return doc.language, doc.text


def rounded(shares: Floats) -> tuple[float, ...]:
    """Probabilities as a feature: to four digits, so that the last bits of a first pass change no second one."""
    return tuple(round(float(share), 4) for share in shares)


class _Block:
    """One block's vocabulary and weights, per language where it is kept apart."""

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
