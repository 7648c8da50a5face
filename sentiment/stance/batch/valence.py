"""VADER's scores by chunk: its lexicon is looked up once per chunk, its rules run where they may say something.

The rules are VADER's own methods, called with the words around. Where none of these words means anything to them, the
valence is that of the lexicon, and a comment without a word of the lexicon is neutral. So the scores are those of
``polarity_scores``, to the last bit, which a property test holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Growing, Ints, edges, ranges, sums
from sentiment.stance.features import VADER_CHUNKS

Floats = NDArray[np.float64]

SCORES = ("neg", "neu", "pos", "compound")
_BEFORE, _AFTER = 3, 2
"""Words around one of the lexicon that the rules look at."""
_TURNS = ("never", "so", "this", "least", "no", "kind")
"""Words that the rules themselves name and that change what stands near; others that they name need one of these."""


class _Around:
    """A few words as VADER's rules ask for them."""

    __slots__ = ("is_cap_diff", "words_and_emoticons")

    def __init__(self, words: list[str], is_cap_diff: bool) -> None:
        self.words_and_emoticons, self.is_cap_diff = words, is_cap_diff


class Valence:
    """VADER, and what its lexicon says of the chunks of one language.

    Args:
        analyser: VADER's.
    """

    def __init__(self, analyser: Any) -> None:
        from vaderSentiment.vaderSentiment import BOOSTER_DICT, C_INCR, NEGATE, SPECIAL_CASES, SentiText

        self._analyser = analyser
        self._lexicon: dict[str, float] = analyser.lexicon
        self._emoji: dict[str, str] = analyser.emojis
        self._boosters = BOOSTER_DICT
        self._text, self._capitals = SentiText, C_INCR
        phrases = [max(phrase.split(), key=len) for phrase in (*BOOSTER_DICT, *SPECIAL_CASES)]
        self._turns = frozenset((*_TURNS, *phrases, *NEGATE))
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._words: list[str] = []
        self._edges = Growing("int32", [0])
        """Where the words of each chunk start, and the last one's end."""
        self._emphasis = {mark: Growing("int32") for mark in "!?"}
        self._valences = Growing("float64")
        self._facts = {kind: Growing("bool") for kind in ("heard", "turns", "capital", "but")}

    def learn(self, chunks: Sequence[str]) -> None:
        """Look at more chunks, normalised and in their own case."""
        told = [chunk if chunk.isascii() else self._told(chunk) for chunk in chunks]
        words = [self._text(chunk).words_and_emoticons for chunk in told]
        self._edges.extend(np.cumsum([*map(len, words)], dtype=np.int32) + np.int32(len(self._words)))
        for mark, counts in self._emphasis.items():
            counts.extend([chunk.count(mark) for chunk in told])
        new = [word for some in words for word in some]
        self._words += new
        low = [*map(str.lower, new)]
        self._valences.extend([self._lexicon.get(word, 0.0) for word in low])
        self._facts["heard"].extend([word in self._lexicon and word not in self._boosters for word in low])
        self._facts["turns"].extend([word in self._turns or "n't" in word for word in low])
        self._facts["capital"].extend([*map(str.isupper, new)])
        self._facts["but"].extend([word == "but" for word in low])

    def _told(self, chunk: str) -> str:
        """Emoji in words, as VADER reads them."""
        out, apart = "", True
        for sign in chunk:
            words = self._emoji.get(sign)
            if words is None:
                out, apart = out + sign, False
            else:
                out, apart = out + ("" if apart else " ") + words, False
        return out

    def scores(self, chunks: Ints, counts: Ints) -> Floats:
        """Texts by :data:`SCORES`, from the chunks of each; those in which nothing is left are already out."""
        if len(counts) and counts.max() > VADER_CHUNKS:
            most = np.minimum(counts, VADER_CHUNKS)
            chunks, counts = chunks[ranges(edges(counts)[:-1], most)], most
        of_chunks = self._edges.array
        sizes = of_chunks[chunks + 1] - of_chunks[chunks]
        words = ranges(of_chunks[chunks], sizes)
        ends = edges(sizes)[edges(counts)]
        facts = {kind: known.array[words] for kind, known in self._facts.items()}
        capitals = sums(facts["capital"], ends)
        differs = (capitals > 0) & (capitals < np.diff(ends))
        valences = self._heard(words, ends, facts, differs)
        marks = {mark: sums(known.array[chunks], edges(counts)) for mark, known in self._emphasis.items()}
        but = sums(facts["but"], ends)
        out = np.zeros((len(counts), len(SCORES)))
        out[np.diff(ends) > 0, SCORES.index("neu")] = 1.0
        for row in np.flatnonzero(sums(facts["heard"], ends)).tolist():
            part = slice(ends[row], ends[row + 1])
            said = valences[part].tolist()
            if but[row]:
                said = self._analyser._but_check([self._words[word] for word in words[part].tolist()], said)
            emphasis = "!" * int(marks["!"][row]) + "?" * int(marks["?"][row])
            found = self._analyser.score_valence(said, emphasis)
            out[row] = [found[name] for name in SCORES]
        return out

    def _heard(
        self, words: Ints, ends: Ints, facts: dict[str, NDArray[np.bool_]], differs: NDArray[np.bool_]
    ) -> Floats:
        """The valence of every word of the texts."""
        places = np.flatnonzero(facts["heard"])
        rows = np.searchsorted(ends, places, side="right") - 1
        firsts, lasts = np.maximum(ends[rows], places - _BEFORE), np.minimum(ends[rows + 1], places + _AFTER + 1)
        valences = np.zeros(len(words))
        found = self._valences.array[words[places]]
        loud = facts["capital"][places] & differs[rows]
        found[loud] += np.where(found[loud] > 0, self._capitals, -self._capitals)
        valences[places] = found
        turns = np.concatenate(([0], np.cumsum(facts["turns"])))
        asked = np.flatnonzero(turns[lasts] > turns[firsts])
        told = zip(*(some[asked].tolist() for some in (places, firsts, lasts, differs[rows])), strict=True)
        for place, first, last, differ in told:
            around = [self._words[word] for word in words[first:last].tolist()]
            valences[place] = self._rules(around, place - first, differ)
        return valences

    def _rules(self, around: list[str], place: int, differs: bool) -> float:
        """The valence of a word of the lexicon among others that change it."""
        if [word.lower() for word in around[place : place + 2]] == ["kind", "of"]:
            return 0.0
        said: list[float] = self._analyser.sentiment_valence(0, _Around(around, differs), around[place], place, [])
        return said[0]
