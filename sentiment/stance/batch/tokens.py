"""What is known of each token of one language: which features it makes, and which concepts begin with it."""

from __future__ import annotations

from collections.abc import Sequence

from sentiment.stance.batch.arrays import Growing, Lists
from sentiment.stance.batch.names import Names
from sentiment.stance.features import BREAK, MARKS
from sentiment.stance.lexicon import Lexicon, Phrase, Starts

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
        self._starts, self._denied = names.of("marks"), names.of("negated")
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
        rows = []
        lengths, alone = [], []
        for token in new:
            starts = self._lexicon.starts(token)
            self._begins.append(starts)
            found = [self._concepts[concept] for concept in starts.alone] if starts else ()
            lengths.append(len(found))
            alone += found
            stops = token in BREAK
            rows.append(
                (
                    self._words.get(token, -1),
                    self._first.get(token, -1),
                    self._second.get(token, -1),
                    self._starts.get(f"starts {token}", -1),
                    self._starts.get(f"ends {token}", -1) if stops else self._bare,
                    -1 if stops else self._denied.get(f"not {token}", -1),
                    _MARK.get(token, -1),
                    stops,
                    starts is not None and starts.phrases,
                    starts is not None and bool(starts.loose),
                    token in self._lexicon.seconds,
                )
            )
        for facts, values in zip(self.facts.values(), zip(*rows, strict=True), strict=True):
            facts.extend(values)
        self.alone.extend(lengths, alone)
        self.texts += new


    def phrases(self, token: int, after: int) -> list[Phrase]:
        """The phrases that may begin with two tokens."""
        found = self._after.get((token, after))
        if found is None:
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
    "mark": "int8",
    "stops": "bool",
    "phrases": "bool",
    "loose": "bool",
    "follows": "bool",
}
"""Columns (-1 for none) of the word, of what a comment that starts or ends on it has, and of the word denied; places in
known pairs; which mark it is; whether it ends a clause, begins phrases, of which some go on with a stem, or goes on one."""
