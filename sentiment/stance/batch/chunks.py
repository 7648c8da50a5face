"""What is known of each chunk of one language: what stands between two spaces is looked at once and remembered.

Normalising, cutting into tokens and the groups of letters all stay within a chunk, apart from three rules of the
normaliser, which look at the whole text: an emoji that is repeated with a space between, ``xx`` that makes ``xX`` a mask,
and a sign that is not ASCII, which makes a backtick an apostrophe. Texts that may come under one of them are normalised whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from unicodedata import is_normalized

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Growing, Ints, Lists, distinct, edges, sums
from sentiment.stance.batch.names import Names
from sentiment.stance.batch.tokens import Tokens
from sentiment.stance.batch.valence import Valence
from sentiment.stance.features import chunk_size
from sentiment.stance.lexicon import Lexicon
from sentiment.stance.normalise import EMOJI, normalise
from sentiment.stance.tokens import MAX_CHARACTERS, TOKEN

MOST = 12_000
"""Chunks remembered per language before the memory is emptied. 8,000 were measured to cost 20 % more time than 16,000, 12,000 cost 4 to 8 %;
the memory of a million comments was then 6 % above that of a hundred thousand, with 16,000 it was 11 %."""
_SIZE = 1_000_000
"""Letters of these chunks."""

_EMOJI = re.compile(f"[{EMOJI}]")
_TWICE = re.compile(r"([^\W\d_])\1\1")
_ENDS = frozenset('.,!?:;)"')


class Chunks(dict[str, int]):
    """Numbers of chunks, and arrays of what is known of each; a chunk that is asked for gets the next number.

    Args:
        names: The model's features.
        lexicon: Concepts.
        concepts: Concept -> number.
        valence: VADER, where the model asks it about this language.
    """

    def __init__(self, names: Names, lexicon: Lexicon, concepts: dict[str, int], valence: Valence | None) -> None:
        self._names, self.valence = names, valence
        self._make_tokens = partial(Tokens, names, lexicon, concepts)
        self._letters = names.has("chars")
        self._ones = np.empty(0, dtype=np.int16)
        self.times = 0
        """How often it was emptied."""
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.clear()
        self.times += 1
        self.low: list[str] = []
        """Each chunk, normalised and in lower case."""
        self._grams = Lists()
        self.tokens = self._make_tokens()
        self.of_tokens, self.columns = Lists(), Lists()
        """Tokens of each chunk; columns of its words and groups of letters, one list per chunk behind one per column."""
        self.columns.extend(np.ones(self._names.size, np.int32), np.arange(self._names.size, dtype=np.int32))
        self.facts = {kind: Growing(np_kind) for kind, np_kind in _FACTS.items()}
        if self.valence is not None:
            self.valence.forget()
        self._new: list[str] = []
        self._size = 0

    def __missing__(self, chunk: str) -> int:
        self[chunk] = number = len(self)
        self._new.append(chunk)
        return number

    def read(self, texts: Sequence[str]) -> tuple[Ints, Ints]:
        """The chunks of some texts: the number of each, and how many each text has."""
        if len(self) > MOST or self._size > _SIZE:
            self.forget()
        number = self.__getitem__
        found: list[int] = []
        ends = [0]
        for text in texts:
            found += map(number, text[:MAX_CHARACTERS].split())
            ends.append(len(found))
        self._learn()
        numbers, counts = np.array(found, dtype=np.int32), np.diff(np.array(ends)).astype(np.int32)
        whole = self._whole(numbers, counts)
        if not len(whole):
            return numbers, counts
        parts = np.split(numbers, ends[1:-1])
        for place in whole.tolist():
            clean = normalise(texts[place][:MAX_CHARACTERS])
            parts[place] = np.array([*map(number, clean.split())], dtype=np.int32)
        self._learn()
        return np.concatenate(parts), np.array([*map(len, parts)], dtype=np.int32)

    def _whole(self, numbers: Ints, counts: Ints) -> NDArray[np.intp]:
        """The texts that the normaliser has to see as a whole."""
        return np.flatnonzero(sums(self.facts["whole"].array[numbers], edges(counts)) > 1)

    def _learn(self) -> None:
        new, self._new = self._new, []
        if not new:
            return
        self._size += sum(map(len, new))
        settled = [*map(_settled, new)]
        clean = [chunk if known else normalise(chunk) for chunk, known in zip(new, settled, strict=True)]
        low = [*map(str.lower, clean)]
        self.low += low
        number = self.tokens.__getitem__
        tokens: list[int] = []
        ends = [0]
        for chunk in low:
            tokens += map(number, _cut(chunk))
            ends.append(len(tokens))
        self.tokens.learn()
        self._learn_columns(low, np.diff(np.array(ends)).astype(np.int32), np.array(tokens, dtype=np.int32))
        self.facts["size"].extend([chunk_size(chunk) if chunk else 0 for chunk in low])
        self.facts["letters"].extend([*map(_letters, clean)])
        self.facts["capitals"].extend([0 if chunk.islower() else sum(map(str.isupper, chunk)) for chunk in clean])
        self.facts["there"].extend([chunk != "" for chunk in clean])
        self.facts["whole"].extend([0 if known else _sign(chunk) for chunk, known in zip(new, settled, strict=True)])
        if self.valence is not None:
            self.valence.learn(clean)

    def ones(self) -> NDArray[np.int16]:
        """A one for each of :attr:`columns`: how often it is meant, each time that it stands there."""
        size = len(self.columns.items)
        if len(self._ones) < size:
            self._ones = np.ones(2 * size, dtype=np.int16)
        return self._ones[:size]

    def letters(self) -> Lists:
        """The groups of letters in each chunk, each once, numbered from 0; made when they are first asked for."""
        done, first, width = len(self._grams.edges) - 1, self._names.first.get("chars", 0), len(self._names.of("chars"))
        new = np.arange(done, len(self.low), dtype=np.int32) + np.int32(self._names.size)
        if len(new) and width:
            lengths = self.columns.lengths(new)
            grams = self.columns.of(new, lengths).astype(np.int64) - first
            owners = np.repeat(np.arange(len(new)), lengths)
            known = (grams >= 0) & (grams < width)
            owners, grams = np.divmod(distinct(owners[known] * width + grams[known]), width)
            self._grams.extend(np.bincount(owners, minlength=len(new)), grams)
        elif len(new):
            self._grams.extend(np.zeros(len(new), dtype=np.int32), [])
        return self._grams

    def _learn_columns(self, low: list[str], lengths: Ints, tokens: Ints) -> None:
        self.of_tokens.extend(lengths, tokens)
        words = self.tokens.facts["word"].array[tokens]
        owners = np.repeat(np.arange(len(low), dtype=np.int32), lengths)[words >= 0]
        columns = words[words >= 0]
        if self._letters:
            holders, grams = self._names.grams.of(low)
            owners = np.concatenate((owners, holders))
            columns = np.concatenate((columns, grams + self._names.first["chars"]))
        order = np.argsort(owners, kind="stable")
        self.columns.extend(np.bincount(owners, minlength=len(low)), columns[order])


_FACTS = {"size": "int32", "letters": "int32", "capitals": "int32", "there": "bool", "whole": "int32"}
"""How many groups of letters; how many letters, how many of them capitals; whether anything is left of it; and :func:`_sign`."""


def _settled(chunk: str) -> bool:
    """Whether it is sure at a glance that nothing is to be normalised: letters of one spelling, at most one mark after them."""
    core = chunk[:-1] if chunk[-1] in _ENDS else chunk
    if not core.isalnum() or _TWICE.search(core) or "xx" in core.lower():
        return False
    return core.isascii() or (
        core.isalpha()
        and max(core) < "\u2190"
        and "\u02bc" not in core  # a letter that the normaliser takes for an apostrophe
        and is_normalized("NFC", core)
    )


def _cut(low: str) -> list[str]:
    """The tokens of a chunk."""
    if low.isalnum():
        return [low]
    if low[:-1].isalnum() and low[-1] in _ENDS:
        return [low[:-1], low[-1]]
    return TOKEN.findall(low)


def _letters(chunk: str) -> int:
    return len(chunk) if chunk.isalpha() else sum(map(str.isalpha, chunk))


def _sign(chunk: str) -> int:
    """2 where a text with this chunk is to be normalised as a whole, 1 where one with two such chunks is, else 0."""
    if ("x" in chunk and "X" in chunk) or ("`" in chunk and chunk.isascii()):
        return 2
    return 0 if chunk.isascii() else int(_EMOJI.search(chunk) is not None)
