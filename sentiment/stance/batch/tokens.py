"""What is known of each token of one language: which features it makes, and which concepts begin with it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from sentiment.stance.batch.arrays import Growing, Lists
from sentiment.stance.batch.names import Names
from sentiment.stance.features import BREAK, MARKS, STEM
from sentiment.stance.lexicon import Lexicon, Phrase, Starts

_PAIRS = 20_000
"""Pairs of tokens remembered before they are forgotten."""

NO_WORD = -2
"""Stands for the stem of what is no word."""

_MARK = {mark: place for place, mark in enumerate(MARKS)}


class Tokens(dict[str, int]):
    """Numbers of tokens, and arrays of what is known of each; a token that is asked for gets the next number.

    Args:
        names: The model's features.
        lexicon: Concepts.
        concepts: Concept -> number.
    """

    def __init__(self, names: Names, lexicon: Lexicon, concepts: dict[str, int]) -> None:
        self._names, self._lexicon, self._concepts = names, lexicon, concepts
        self._words, self._first, self._second = names.words, names.pairs.first, names.pairs.second
        self._starts, self._ends = names.after("marks", "starts "), names.after("marks", "ends ")
        self._denied = names.after("negated", "not ")
        self._stems = names.stems
        self._bare = names.column("marks", "ends bare")
        self.facts = {kind: Growing(np_kind) for kind, np_kind in _FACTS.items()}
        self.longest = lexicon.longest
        """Tokens of the longest phrase."""
        self.alone = Lists()
        """Concepts that a token is."""
        self.texts: list[str] = []
        self._begins: list[Starts | None] = []
        self._after: dict[tuple[int, int], list[Phrase]] = {}
        self._new: list[str] = []

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        self._new.append(token)
        return number

    def learn(self) -> None:
        """Look at the tokens that got a number since the last time."""
        new, self._new = self._new, []
        if not new:
            return
        begins = [*map(self._lexicon.starts, new)]
        alone = [[self._concepts[concept] for concept in starts.alone] if starts else () for starts in begins]
        self.alone.extend([*map(len, alone)], [*chain.from_iterable(alone)])
        self._begins += begins
        self.texts += new
        goes_on = self._lexicon.seconds
        columns: dict[str, Sequence[int]] = {
            "word": [self._words.get(token, -1) for token in new],
            "first": [self._first.get(token, -1) for token in new],
            "second": [self._second.get(token, -1) for token in new],
            "starts": [self._starts.get(token, -1) for token in new],
            "ends": [self._ends.get(token, -1) if token in BREAK else self._bare for token in new],
            "denied": [-1 if token in BREAK else self._denied.get(token, -1) for token in new],
            "stem": [self._stems.get(token[:STEM], -1) if token.isalpha() else NO_WORD for token in new],
            "mark": [_MARK.get(token, -1) for token in new],
            "stops": [token in BREAK for token in new],
            "phrases": [starts is not None and starts.phrases for starts in begins],
            "loose": [starts is not None and bool(starts.loose) for starts in begins],
            "follows": [token in goes_on for token in new],
        }
        for kind, facts in self.facts.items():
            facts.extend(columns[kind])

    def phrases(self, token: int, after: int) -> list[Phrase]:
        """The phrases that may begin with two tokens."""
        found = self._after.get((token, after))
        if found is None:
            if len(self._after) >= _PAIRS:
                self._after.clear()
            starts = self._begins[token]
            found = self._after[token, after] = starts.after(self.texts[after]) if starts else []
        return found

    def follow(self, tokens: Sequence[int]) -> dict[str, int]:
        """The concepts that begin with the first of some tokens, and where each ends (exclusive)."""
        starts = self._begins[tokens[0]]
        return starts.follow([self.texts[token] for token in tokens], 0) if starts else {}


_FACTS = {
    "word": "int32",
    "first": "int32",
    "second": "int32",
    "starts": "int32",
    "ends": "int32",
    "denied": "int32",
    "stem": "int32",
    "mark": "int8",
    "stops": "bool",
    "phrases": "bool",
    "loose": "bool",
    "follows": "bool",
}
"""Columns (-1 for none) of the word, of what a comment that starts or ends on it has, and of the word denied; places in
known pairs; its stem's number; which mark it is; whether it ends a clause, begins phrases, of which some go on with a stem, or goes on one."""
