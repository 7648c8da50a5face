"""Word lists compiled for look-up by token: exact words, stems (``protect*``) and phrases (``about time``)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from sentiment.stance.tokens import tokenise

ANY = "any"
"""The language of words that hold in every language: names, emoji, signs."""

Lists = Mapping[str, Mapping[str, Sequence[str]]]
"""Concept -> language -> words."""

_Known = tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]
"""What a token may begin: concepts by itself, the tokens that phrases go on with, and the stems that they do."""

_NOTHING: _Known = ((), frozenset(), ())

_LIMIT = 200_000
"""Tokens remembered before the memory is emptied: some 30 MB."""


class Lexicon:
    """Finds the concepts of one language in a list of tokens.

    Args:
        lists: Concept -> language -> words.
        language: Only words of this language and of :data:`ANY` are used; None takes every language.
    """

    def __init__(self, lists: Lists, language: str | None) -> None:
        self._exact: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        self._memory: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        for concept, table in sorted(lists.items()):
            for words in _of(table, language):
                for word in words:
                    self._add(concept, word)
        self._alone: dict[str, _Known] = {}
        self._shortest = min(map(len, self._stems), default=1)

    def _add(self, concept: str, word: str) -> None:
        parts = _parts(word)
        if not parts:
            return
        first, rest = parts[0], tuple(parts[1:])
        if first.endswith("*") and len(first) > 1:
            self._stems[first[:-1]].append((concept, rest))
        else:
            self._exact[first].append((concept, rest))

    def starts(self, token: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The concepts that may begin with a token, each with the tokens that must follow."""
        known = self._memory.get(token)
        if known is None:
            found = list(self._exact.get(token, ()))
            for end in range(self._shortest, len(token) + 1):
                found += self._stems.get(token[:end], ())
            if len(self._memory) >= _LIMIT:
                self._memory.clear()
            known = self._memory[token] = tuple(sorted(set(found)))
        return known

    def find(self, tokens: Sequence[str], places: Sequence[int] | None = None) -> list[tuple[int, int, str]]:
        """Every concept in order of its place: start, end (exclusive) and name; one of each name per start.

        Args:
            tokens: of a text.
            places: those of them with which one may begin, where that is known; None looks at all.
        """
        hits: list[tuple[int, int, str]] = []
        memory, last = self._alone, len(tokens) - 1
        for place in range(last + 1) if places is None else places:
            token = tokens[place]
            known = memory.get(token)
            if known is None:
                known = self._remember(token)
            if known is _NOTHING:  # nearly always: few words stand for a concept
                continue
            names, seconds, stems = known
            if (
                seconds
                and place < last
                and (tokens[place + 1] in seconds or (stems and tokens[place + 1].startswith(stems)))
            ):
                hits += self._at(tokens, place)
            elif names:
                hits += [(place, place + 1, name) for name in names]
        return hits

    def _remember(self, token: str) -> _Known:
        starts = self.starts(token)
        names = tuple(dict.fromkeys(name for name, rest in starts if not rest))
        seconds = frozenset(rest[0] for _, rest in starts if rest)
        stems = tuple(second[:-1] for second in seconds if second.endswith("*") and len(second) > 1)
        if len(self._alone) >= _LIMIT:
            self._alone.clear()
        known = self._alone[token] = (names, seconds, stems) if starts else _NOTHING
        return known

    def _at(self, tokens: Sequence[str], place: int) -> list[tuple[int, int, str]]:
        longest: dict[str, int] = {}
        for concept, rest in self.starts(tokens[place]):
            if not rest or _follows(tokens, place + 1, rest):
                longest[concept] = max(longest.get(concept, 0), place + 1 + len(rest))
        return [(place, end, concept) for concept, end in longest.items()]


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
