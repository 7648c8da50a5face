"""Scores from arrays: what the scikit-learn pipeline computes, with numpy and look-ups that are remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.names import Names
from sentiment.stance.batch.score import Asked, Choose, LanguageScorer, Logits, shares
from sentiment.stance.blocks import Block
from sentiment.stance.features import Analysers
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
        idf = arrays["idf"].astype(np.float64)
        self._labels = len(meta["labels"])
        self._packed = Packed(meta["blocks"], vocabulary, self.languages)
        self._arrays = arrays
        self._contrasts: dict[tuple[str, int], Floats] = {}
        self._many: dict[str, LanguageScorer] = {}
        self._lock = Lock()
        self._met = 0
        self.blocks: list[Block] = []
        start = 0
        for spec, names in zip(meta["blocks"], vocabulary, strict=True):
            run = self.analysers.blocks[spec["name"]]
            part = slice(start, start + len(names))
            self.blocks.append(Block(spec, names, run, idf[part], part, self.languages))
            start += len(names)
        self._asks = any(block.name == "parent" for block in self.blocks)

    @cached_property
    def _logits(self) -> _Logits:
        return _Logits(self._packed, self._arrays)

    def prepare(self, text: str, *, language: str = "", parent: str = "", quote: str = "") -> Doc:
        """A comment as the features read it."""
        return prepare(text, language=language, parent=parent, quote=quote)

    def probabilities(self, docs: Sequence[Doc]) -> Floats:
        """Calibrated probabilities, comments by labels."""
        out = np.empty((len(docs), self._labels))
        for start in range(0, len(docs), BATCH):
            part = self.with_parents(docs[start : start + BATCH])
            out[start : start + len(part)] = self._shares(part)
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
            weights = np.ascontiguousarray(self._packed.unpack(self._arrays, place, names.columns).T)
            logits = Logits(weights, self._arrays["shift"][place])
            known = self._many[language] = LanguageScorer(language, names, self.analysers, logits)
        return known

    def ready(self) -> None:
        """Make all that scoring many comments needs, so that processes forked from this one share it."""
        for language in self.languages:
            self.many(language).ready()

    def with_parents(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        """The same comments, told what the model makes of the comments that they answer, whatever those answer."""
        if not self._asks:
            return docs
        above = {key_of(doc.parent): doc.parent for doc in docs if doc.parent is not None and not doc.shared}
        if not above:
            return docs
        parents = list(above.values())
        rows = self._shares(parents)
        told = {key_of(doc): rounded(row) for doc, row in zip(parents, rows, strict=True)}
        return [
            doc if doc.parent is None or doc.shared else dataclasses.replace(doc, shared=told[key_of(doc.parent)])
            for doc in docs
        ]

    def _shares(self, docs: Sequence[Doc]) -> Floats:
        logits = self._logits
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
            width = self._logits.width
            mine = self._logits.flat[:, place * width : (place + 1) * width]
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
    """What tells answered comments apart: the same words in another language are other words."""
    return doc.language, doc.text


def rounded(shares: Floats) -> tuple[float, ...]:
    """Probabilities as a feature of the answers: to four digits, so that their last bits change nothing."""
    return tuple(round(float(share), 4) for share in shares)
