"""Word lists compiled for look-up by token: exact words, stems (``protect*``) and phrases (``about time``)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain

from sentiment.stance.tokens import tokenise

ANY = "any"
"""The language of words that hold in every language: names, emoji, signs."""

Lists = Mapping[str, Mapping[str, Sequence[str]]]
"""Concept -> language -> words."""

Phrase = tuple[str, tuple[str, ...]]
"""A concept, and the tokens that must follow the first one."""

_LIMIT = 200_000
"""Tokens remembered before the memory is emptied: some 30 MB."""


class Lexicon:
    """Finds the concepts of one language in a list of tokens.

    Args:
        lists: Concept -> language -> words.
        language: Only words of this language and of :data:`ANY` are used; None takes every language.
    """

    def __init__(self, lists: Lists, language: str | None) -> None:
        self._exact: dict[str, list[Phrase]] = defaultdict(list)
        self._stems: dict[str, list[Phrase]] = defaultdict(list)
        self._memory: dict[str, Starts | None] = {}
        for concept, table in sorted(lists.items()):
            for words in _of(table, language):
                for word in words:
                    self._add(concept, word)
        lengths = sorted({len(stem) for stem in self._stems})
        self._shortest, self._lengths = lengths[0] if lengths else 0, lengths
        self._heads = {stem[: self._shortest] for stem in self._stems}
        every = [rest for table in (self._exact, self._stems) for found in table.values() for _, rest in found]
        self.longest = 1 + max(map(len, every), default=0)
        """Tokens of the longest phrase."""
        self.seconds = frozenset(rest[0] for rest in every if rest)
        """What stands second in a phrase."""

    def _add(self, concept: str, word: str) -> None:
        parts = _parts(word)
        if not parts:
            return
        first, rest = parts[0], tuple(parts[1:])
        if first.endswith("*") and len(first) > 1:
            self._stems[first[:-1]].append((concept, rest))
        else:
            self._exact[first].append((concept, rest))

    def starts(self, token: str) -> Starts | None:
        """What may begin with a token; None where nothing does."""
        found = self._exact.get(token, [])
        if token[: self._shortest] in self._heads:
            stems = [
                self._stems[token[:end]] for end in self._lengths if end <= len(token) and token[:end] in self._stems
            ]
            found = [*found, *chain.from_iterable(stems)]
        return Starts(found) if found else None

    def find(self, tokens: Sequence[str]) -> list[tuple[int, int, str]]:
        """Every concept in order of its place: start, end (exclusive) and name; one of each name per start."""
        hits: list[tuple[int, int, str]] = []
        memory = self._memory
        for place, token in enumerate(tokens):
            if token in memory:
                starts = memory[token]
            else:
                if len(memory) >= _LIMIT:
                    memory.clear()
                starts = memory[token] = self.starts(token)
            if starts is not None:
                hits += [(place, end, concept) for concept, end in starts.follow(tokens, place).items()]
        return hits


class Starts:
    """What may begin with a token: concepts that it is, and phrases by the token that must come next."""

    __slots__ = ("alone", "by_next", "loose", "phrases")

    def __init__(self, found: list[Phrase]) -> None:
        some = sorted(set(found))
        self.alone = tuple(concept for concept, rest in some if not rest)
        self.by_next: dict[str, list[Phrase]] = defaultdict(list)
        self.loose = [(concept, rest) for concept, rest in some if rest and rest[0].endswith("*")]
        for concept, rest in some:
            if rest and not rest[0].endswith("*"):
                self.by_next[rest[0]].append((concept, rest))
        self.by_next = dict(self.by_next)
        self.phrases = bool(self.loose or self.by_next)

    def follow(self, tokens: Sequence[str], place: int) -> dict[str, int]:
        """The concepts that begin at a place, and where each ends (exclusive): the longest of each."""
        longest = dict.fromkeys(self.alone, place + 1)
        if self.phrases and place + 1 < len(tokens):
            for concept, rest in self.after(tokens[place + 1]):
                end = place + 1 + len(rest)
                if end > longest.get(concept, 0) and _follows(tokens, place + 1, rest):
                    longest[concept] = end
        return longest

    def after(self, token: str) -> list[Phrase]:
        """The phrases that may go on with a token."""
        return [*self.by_next.get(token, ()), *(phrase for phrase in self.loose if _follows([token], 0, phrase[1][:1]))]


def _follows(tokens: Sequence[str], place: int, rest: tuple[str, ...]) -> bool:
    if place + len(rest) > len(tokens):
        return False
    return all(
        tokens[place + i].startswith(want[:-1]) if want.endswith("*") and len(want) > 1 else tokens[place + i] == want
        for i, want in enumerate(rest)
    )


def _parts(word: str) -> list[str]:
    parts: list[str] = []
    for piece in word.split():
        stem = len(piece) > 1 and piece.endswith("*") and piece[-2].isalnum()
        tokens = tokenise(piece[:-1] if stem else piece)
        if stem and tokens:
            tokens[-1] += "*"
        parts += tokens
    return parts


def _of(table: Mapping[str, Sequence[str]], language: str | None) -> Iterable[Sequence[str]]:
    if language is None:
        return table.values()
    return [table[name] for name in (language, ANY) if name in table]


@cache
def common() -> dict[str, dict[str, list[str]]]:
    """Words that belong to a language, not to a target: negators, agreement, disagreement, contrast, laughter."""
    return tomllib.loads(resources.files("sentiment.stance").joinpath("languages.toml").read_text(encoding="utf-8"))
