"""From what is heard and how it is written to columns of the model: the blocks of the features as look-ups in tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, Keys, distinct, edges, ranges
from sentiment.stance.batch.heard import ATTITUDES, Concepts, Heard, Stream
from sentiment.stance.batch.names import Names
from sentiment.stance.batch.tokens import NO_WORD, Tokens
from sentiment.stance.features import LENGTHS, MARKS, OPENING, REACH

Entries = tuple[NDArray[np.integer], Ints]
"""Comments and columns, as often as the feature occurs; a column of -1 is no feature of the model."""
SIZES = ("long", "short")


class Columns:
    """Tables of columns for what is told by whole numbers.

    Args:
        names: The model's features.
        concepts: The concepts as numbers.
    """

    def __init__(self, names: Names, concepts: Concepts) -> None:
        self._names = names
        cues = [f"{no}{name}" for name in concepts.said for no in ("", "no ")]
        """By twice the number of the cue, and one more where it is denied."""
        everyone = [*concepts.people, "nobody"]
        self._people = len(concepts.people)
        self._cue = names.table("cues", cues)
        self._cue_of = names.table("cues", [f"{cue} of {who}" for cue in cues for who in everyone])
        self._cue_of = self._cue_of.reshape(len(cues), len(everyone))
        self._of = names.table("cues", [f"of {who}" for who in concepts.people])
        self._nothing = names.table("cues", ["nothing of nobody", "nothing"])
        order = sorted(range(len(cues)), key=cues.__getitem__)
        self._by_rank = np.array(order, dtype=np.int32)
        self._rank: Ints = np.argsort(self._by_rank).astype(np.int32)
        """Place of a cue in the order of the alphabet."""
        self._firsts = names.table("pairs", [f"first {cue}" for cue in cues])
        self._lasts = names.table("pairs", [f"last {cue}" for cue in cues])
        self._cues = cues
        self._length = names.table("marks", [f"length {size}" for size in range(len(LENGTHS) + 1)])
        self._mark = names.table("marks", [f"has {mark}" for mark in MARKS])
        self._shouts, self._quotes = names.column("marks", "shouts"), names.column("marks", "quotes")
        self._reply = names.column("reply", "reply")
        self._answer = names.table("reply", [f"reply {name}" for name in ATTITUDES])
        self._answers = names.table("reply", [f"reply {name} {size}" for name in ATTITUDES for size in SIZES])
        self._answers = self._answers.reshape(len(ATTITUDES), len(SIZES))
        self._under = names.table("reply", [f"under {cue}" for cue in cues])
        self._unders = names.table("reply", [f"{name} under {cue}" for name in ATTITUDES for cue in cues])
        self._unders = self._unders.reshape(len(ATTITUDES), len(cues))

    @cached_property
    def _both(self) -> tuple[Keys, Ints]:
        """Pairs of cues, by their places in the order of the alphabet."""
        rank = {self._cues[cue]: place for place, cue in enumerate(self._by_rank.tolist())}
        keys, columns = [], []
        for name, column in self._names.of("pairs").items():
            one, plus, two = name.partition(" + ")
            if plus and one in rank and two in rank:
                keys.append(rank[one] * len(rank) + rank[two])
                columns.append(column)
        return Keys(np.array(keys, dtype=np.int64)), np.array(columns, dtype=np.int32)

    def neighbours(self, stream: Stream, known: Tokens) -> Entries:
        """Known pairs of neighbouring words."""
        if not self._names.pairs.keys or len(stream.tokens) < 2:
            return _NONE
        first, second = stream.facts(known, "first")[:-1], stream.facts(known, "second")[1:]
        some = np.flatnonzero((first >= 0) & (second >= 0) & stream.neighbours())
        keys = first[some].astype(np.int64) * len(self._names.pairs.second) + second[some]
        place = self._names.pair_keys.find(keys)
        hit = place >= 0
        return stream.owners[some[hit]], self._names.pair_columns[place[hit]]

    def near(self, stream: Stream, known: Tokens) -> Entries:
        """Known pairs of words near each other, each once a comment."""
        pairs, columns, _ = self._names.near
        stems = stream.facts(known, "stem")
        words = np.flatnonzero(stems != NO_WORD)
        stems, owners, width = stems[words], stream.owners[words], self._names.size
        found = []
        for apart in range(1, REACH + 1):
            one, two = stems[:-apart], stems[apart:]
            some = np.flatnonzero((one >= 0) & (two >= 0) & (one != two) & (owners[:-apart] == owners[apart:]))
            one, two = one[some], two[some]
            place = pairs.find(np.minimum(one, two).astype(np.int64) * len(self._names.stems) + np.maximum(one, two))
            hit = place >= 0
            found.append(owners[some[hit]].astype(np.int64) * width + columns[place[hit]])
        rows, hits = np.divmod(distinct(np.concatenate(found)), width)
        return rows, hits.astype(np.int32)

    def marks(
        self,
        stream: Stream,
        known: Tokens,
        letters: NDArray[np.int64],
        capitals: NDArray[np.int64],
        quoted: NDArray[np.bool_],
    ) -> Iterator[Entries]:
        """How each comment is written."""
        sizes = np.diff(stream.edges)
        everyone = np.arange(len(sizes))
        yield everyone, self._length[np.searchsorted(LENGTHS, sizes)]
        mark = stream.facts(known, "mark")
        some = np.flatnonzero(mark >= 0)
        owners, marks = np.divmod(distinct(stream.owners[some].astype(np.int64) * len(MARKS) + mark[some]), len(MARKS))
        yield owners, self._mark[marks]
        full = np.flatnonzero(sizes)
        yield full, known.facts["starts"].array[stream.tokens[stream.edges[full]]]
        yield full, known.facts["ends"].array[stream.tokens[stream.edges[full + 1] - 1]]
        loud = np.flatnonzero((letters > 8) & (capitals > 0.6 * letters))
        yield loud, np.full(len(loud), self._shouts, dtype=np.int32)
        some = np.flatnonzero(quoted)
        yield some, np.full(len(some), self._quotes, dtype=np.int32)

    def negated(self, stream: Stream, known: Tokens, heard: Heard) -> Entries:
        """Words that a negator reaches."""
        some = np.flatnonzero(heard.reached)
        return stream.owners[some], known.facts["denied"].array[stream.tokens[some]]

    def cues(self, stream: Stream, heard: Heard) -> Iterator[Entries]:
        """What is said, and of whom."""
        count = len(stream.edges) - 1
        at, who = heard.people
        owners, people = np.divmod(
            distinct(stream.owners[at].astype(np.int64) * max(1, self._people) + who), max(1, self._people)
        )
        yield owners, self._of[people]
        some, cues = stream.owners[heard.said[0]], _cues(heard)
        yield some, self._cue[cues]
        rows, near = heard.near()
        yield some[rows], self._cue_of[cues[rows], near]
        alone = np.ones(len(cues), dtype=bool)
        alone[rows] = False
        yield some[alone], self._cue_of[cues[alone], self._people]
        silent, spoken_of = np.ones(count, dtype=bool), np.zeros(count, dtype=np.intp)
        silent[some] = False
        spoken_of[owners] = 1
        rows = np.flatnonzero(silent)
        yield rows, self._nothing[spoken_of[rows]]

    def pairs(self, stream: Stream, heard: Heard) -> Iterator[Entries]:
        """Two concepts in one comment, and the one it starts and ends on."""
        owners, cues = stream.owners[heard.said[0]], _cues(heard)
        if not len(cues):
            return
        changes = np.flatnonzero(owners[1:] != owners[:-1])
        firsts, lasts = np.concatenate(([0], changes + 1)), np.concatenate((changes, [len(owners) - 1]))
        yield owners[firsts], self._firsts[cues[firsts]]
        yield owners[lasts], self._lasts[cues[lasts]]
        width = len(self._cues)
        rows, ranks = np.divmod(distinct(owners.astype(np.int64) * width + self._rank[cues]), width)
        ends = edges(np.bincount(rows, minlength=len(stream.edges) - 1))
        after = np.arange(1, len(rows) + 1, dtype=np.int32)
        counts = ends[rows + 1] - after
        keys, columns = self._both
        place = keys.find(np.repeat(ranks, counts) * width + ranks[ranges(after, counts)])
        hit = place >= 0
        yield np.repeat(rows, counts)[hit], columns[place[hit]]

    def reply(
        self, replies: NDArray[np.intp], parents: NDArray[np.intp], stream: Stream, heard: Heard
    ) -> Iterator[Entries]:
        """How answers open, and what the comments said that they answer."""
        attitude, short = self.manner(replies, stream, heard)
        yield replies, np.full(len(replies), self._reply, dtype=np.int32)
        yield replies, self._answer[attitude]
        yield replies, self._answers[attitude, short]
        ends = edges(np.bincount(stream.owners[heard.said[0]], minlength=len(stream.edges) - 1))
        counts = ends[parents + 1] - ends[parents]
        cues = _cues(heard)[ranges(ends[parents], counts)]
        rows = np.repeat(replies, counts)
        yield rows, self._under[cues]
        yield rows, self._unders[np.repeat(attitude, counts), cues]

    def manner(
        self, replies: NDArray[np.intp], stream: Stream, heard: Heard
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Of answers: whether they agree, and whether they are short."""
        short = np.diff(stream.edges)[replies] <= OPENING
        return heard.attitudes()[replies], short.astype(np.intp)


_NONE: Entries = (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32))


def _cues(heard: Heard) -> Ints:
    """Twice the number of each cue, one more where it is denied."""
    return heard.said[1] * 2 + heard.denied.astype(np.int32)
