"""VADER's scores by chunk: its lexicon is looked up once per chunk, its rules run where a chunk stands in it.

The rules are VADER's own methods, called with the words around; a comment without a word of the lexicon is neutral
whatever its rules say. So the scores are those of ``polarity_scores``, which a property test holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Growing, Ints, edges
from sentiment.stance.features import VADER_CHUNKS

Floats = NDArray[np.float64]

SCORES = ("neg", "neu", "pos", "compound")
_BEFORE, _AFTER = 3, 2
"""Words around one of the lexicon that the rules look at."""


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
        from vaderSentiment import vaderSentiment

        self._analyser = analyser
        self._lexicon: dict[str, float] = analyser.lexicon
        self._emoji: dict[str, str] = analyser.emojis
        self._boosters = vaderSentiment.BOOSTER_DICT
        self._text = vaderSentiment.SentiText
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._words: list[list[str]] = []
        self._facts = {kind: Growing("int32") for kind in ("words", "capitals", "heard", "but", "!", "?")}

    def learn(self, chunks: Sequence[str]) -> None:
        """Look at more chunks, normalised and in their own case."""
        rows = []
        for chunk in chunks:
            told = chunk if chunk.isascii() else self._told(chunk)
            words = self._text(told).words_and_emoticons
            self._words.append(words)
            low = [*map(str.lower, words)]
            heard = any(word in self._lexicon for word in low)
            capitals = sum(map(str.isupper, words))
            rows.append((len(words), capitals, heard, "but" in low, told.count("!"), told.count("?")))
        for facts, values in zip(self._facts.values(), zip(*rows, strict=True), strict=True):
            facts.extend(values)

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
        ends = edges(counts)
        firsts, lasts = ends[:-1], np.minimum(ends[:-1] + VADER_CHUNKS, ends[1:])
        sums = {}
        for kind, facts in self._facts.items():
            total = np.concatenate(([0], np.cumsum(facts.array[chunks], dtype=np.int64)))
            sums[kind] = total[lasts] - total[firsts]
        out = np.zeros((len(counts), len(SCORES)))
        out[sums["words"] > 0, SCORES.index("neu")] = 1.0
        differs = (sums["capitals"] > 0) & (sums["capitals"] < sums["words"])
        for row in np.flatnonzero(sums["heard"]).tolist():
            some = chunks[firsts[row] : lasts[row]].tolist()
            marks = "!" * int(sums["!"][row]) + "?" * int(sums["?"][row])
            found = self._one(some, bool(differs[row]), bool(sums["but"][row]), marks)
            out[row] = [found[name] for name in SCORES]
        return out

    def _one(self, chunks: list[int], differs: bool, but: bool, marks: str) -> dict[str, float]:
        """One text in which something is heard."""
        analyser, lexicon = self._analyser, self._lexicon
        words = [word for chunk in chunks for word in self._words[chunk]]
        low = [*map(str.lower, words)]
        said: list[float] = [0] * len(words)
        for place, word in enumerate(low):
            if word not in lexicon or word in self._boosters or low[place : place + 2] == ["kind", "of"]:
                continue
            first = max(0, place - _BEFORE)
            around = _Around(words[first : place + _AFTER + 1], differs)
            said[place] = analyser.sentiment_valence(0, around, words[place], place - first, [])[0]
        if but:
            said = analyser._but_check(words, said)
        scores: dict[str, float] = analyser.score_valence(said, marks)
        return scores
