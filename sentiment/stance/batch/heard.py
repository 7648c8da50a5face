"""Which concepts are heard in each of many comments, of whom, and whether they are denied: ``_Look`` of the features, at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, distinct, ranges
from sentiment.stance.batch.tokens import Tokens
from sentiment.stance.features import AGREE, DISAGREE, NEAR, OPENING, SCOPE

NEITHER, AGREES, DISAGREES = 0, 1, 2
ATTITUDES = ("neither", AGREE, DISAGREE)


class Concepts:
    """The concepts of a target and of a language as numbers.

    Args:
        lists: Their names, as ``kind`` and ``name`` with a tab between.
    """

    def __init__(self, lists: Sequence[str]) -> None:
        self.number = {concept: place for place, concept in enumerate(lists)}
        kinds = [concept.partition("\t")[::2] for concept in lists]
        self.people = sorted({name for kind, name in kinds if kind == "entities"})
        negates = [kind == "common" and name == "negation" for kind, name in kinds]
        self.said = sorted(
            {name for (kind, name), no in zip(kinds, negates, strict=True) if kind != "entities" and not no}
        )
        person = {name: place for place, name in enumerate(self.people)}
        cue = {name: place for place, name in enumerate(self.said)}
        of_people = [kind == "entities" for kind, _ in kinds]
        self.person_of = np.array(
            [person[n] if p else -1 for (_, n), p in zip(kinds, of_people, strict=True)], np.int32
        )
        """Number of a person by that of the concept; -1 for what is none."""
        self.cue_of = np.array(
            [-1 if p or no else cue[n] for (_, n), p, no in zip(kinds, of_people, negates, strict=True)], np.int32
        )
        self.negates = np.array(negates, dtype=bool)
        attitude = {AGREE: AGREES, DISAGREE: DISAGREES}
        self.attitude_of = np.array([attitude.get(name, NEITHER) for name in self.said], dtype=np.int32)
        """By the number of a cue."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The tokens of many comments, laid end to end."""

    tokens: Ints
    """The number of each."""
    edges: Ints
    """Where each comment starts, and the last one ends."""
    owners: Ints
    """The comment that each stands in."""

    def facts(self, known: Tokens, kind: str) -> NDArray[np.int32]:
        """What is known of each token."""
        return np.asarray(known.facts[kind].array[self.tokens])

    def neighbours(self) -> NDArray[np.bool_]:
        """Whether a token and the next one stand in the same comment; one less than there are tokens."""
        return np.asarray(self.owners[1:] == self.owners[:-1])


class Heard:
    """What is heard in a stream of tokens.

    Args:
        stream: The tokens.
        known: What is known of each.
        concepts: The concepts as numbers.
    """

    def __init__(self, stream: Stream, known: Tokens, concepts: Concepts) -> None:
        self._stream, self._known, self._concepts = stream, known, concepts
        places, ends, hits = self._hits()
        people = concepts.person_of[hits]
        self.people = _sorted(places[people >= 0], people[people >= 0], max(1, len(concepts.people)))
        """Place and number of each person, in order."""
        cues = concepts.cue_of[hits]
        said = cues >= 0
        self._openings = places[said], ends[said], cues[said]
        self.said = _sorted(places[said], cues[said], max(1, len(concepts.said)))
        """Place and number of each cue, in order."""
        negators = concepts.negates[hits]
        self._negators = ranges(places[negators], ends[negators] - places[negators])
        self.denied = self.reached[self.said[0]] if len(self.said[0]) else np.empty(0, bool)
        """Whether each cue is denied."""

    def _hits(self) -> tuple[Ints, Ints, Ints]:
        """Every concept: place, end (exclusive) and number."""
        stream, known = self._stream, self._known
        counts = known.alone.lengths(stream.tokens)
        found = self._phrases()
        replaced = [place for place, _ in found]
        counts[replaced] = 0
        some = np.flatnonzero(counts)
        counts = counts[some]
        numbers = known.alone.of(stream.tokens[some], counts)
        places = np.repeat(some.astype(np.int32), counts)
        rows = [(place, end, self._concepts.number[name]) for place, hits in found for name, end in hits.items()]
        more = np.array(rows, dtype=np.int32).reshape(-1, 3)
        return (
            np.concatenate((places, more[:, 0])),
            np.concatenate((places + 1, more[:, 1])),
            np.concatenate((numbers, more[:, 2])),
        )

    def _phrases(self) -> list[tuple[int, dict[str, int]]]:
        """The places where a phrase begins, and all that begins there."""
        stream, known = self._stream, self._known
        if len(stream.tokens) < 2:
            return []
        goes_on = stream.facts(known, "follows")[1:] | stream.facts(known, "loose")[:-1]
        places = np.flatnonzero(stream.facts(known, "phrases")[:-1] & goes_on & stream.neighbours())
        found = []
        tokens, following = stream.tokens[places].tolist(), stream.tokens[places + 1].tolist()
        ends = np.minimum(stream.edges[stream.owners[places] + 1], places + known.longest).tolist()
        for place, token, after, end in zip(places.tolist(), tokens, following, ends, strict=True):
            phrases = known.phrases(token, after)
            if not phrases:
                continue
            third = known.texts[stream.tokens[place + 2]] if place + 2 < end else ""
            if any(len(rest) == 1 or (third and (rest[1] == third or rest[1][-1] == "*")) for _, rest in phrases):
                hits = known.follow(stream.tokens[place:end].tolist())
                if max(hits.values(), default=1) > 1:
                    found.append((place, {name: place + last for name, last in hits.items()}))
        return found

    @cached_property
    def reached(self) -> NDArray[np.bool_]:
        """Whether a negator reaches a token: one of the last few is one, and the clause has not ended since."""
        stream = self._stream
        numbers = np.arange(len(stream.tokens), dtype=np.int32)
        negator = np.full(len(numbers), -1, dtype=np.int32)
        negator[self._negators] = self._negators
        before = np.concatenate(([np.int32(-1)], np.maximum.accumulate(negator)[:-1])) if len(numbers) else negator
        stop = np.maximum.accumulate(np.where(stream.facts(self._known, "stops"), numbers, np.int32(-1)))
        first = np.maximum(stream.edges[stream.owners], numbers - SCOPE)
        return np.asarray((before >= first) & (stop <= before))

    def near(self) -> tuple[NDArray[np.intp], Ints]:
        """Who is spoken of near a cue: place of the cue among those said, number of the person; each once."""
        stream, (places, _) = self._stream, self.said
        at, who = self.people
        if not len(at) or not len(places):
            return np.empty(0, np.intp), np.empty(0, np.int32)
        starts, ends = stream.edges[stream.owners[places]], stream.edges[stream.owners[places] + 1]
        first = np.searchsorted(at, np.maximum(starts, places - NEAR))
        last = np.searchsorted(at, np.minimum(ends, places + NEAR + 1))
        counts = (last - first).astype(np.int32)
        pairs = np.repeat(np.arange(len(places)), counts) * len(self._concepts.people) + who[ranges(first, counts)]
        rows, people = np.divmod(distinct(pairs), len(self._concepts.people))
        return rows, people.astype(np.int32)

    def attitudes(self) -> NDArray[np.intp]:
        """How each comment opens: the longest words of agreement or disagreement at its start, the first of them."""
        stream = self._stream
        places, ends, cues = self._openings
        attitude = self._concepts.attitude_of[cues]
        owners = stream.owners[places]
        start = places - stream.edges[owners]
        some = (attitude > NEITHER) & (start + ends - places <= OPENING)
        start, owners, attitude = start[some], owners[some], attitude[some]
        size = (ends - places)[some]
        rank = ((OPENING - size) * OPENING + start) * len(ATTITUDES) + attitude
        best = np.full(len(stream.edges) - 1, np.iinfo(np.int32).max, dtype=np.int64)
        np.minimum.at(best, owners, rank)
        return np.where(best == np.iinfo(np.int32).max, NEITHER, best % len(ATTITUDES))


def _sorted(places: Ints, numbers: Ints, most: int) -> tuple[Ints, Ints]:
    """By place and number, each pair once."""
    rows, columns = np.divmod(distinct(places.astype(np.int64) * most + numbers), most)
    return rows.astype(np.int32), columns.astype(np.int32)
