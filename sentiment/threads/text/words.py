"""The words of post headers in plain text (``headers.toml``): compiled once, matched like the markers."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

from sentiment.shipped import shipped
from sentiment.threads.markers import fold, phrases

_WORD = re.compile(r"\w+")


@cache
def words(kind: str) -> frozenset[str]:
    """All phrases of one kind in all languages, folded; for a kind that the markers have too, theirs as well."""
    table: dict[str, dict[str, list[str]]] = tomllib.loads(shipped("sentiment.threads.text", "headers.toml").decode())
    return frozenset(
        fold(re.sub(r"\bN\b", "7", phrase)) for kinds in table.values() for phrase in kinds.get(kind, ())
    ) | phrases(kind)


@cache
def opening(kind: str) -> re.Pattern[str]:
    """Matches a folded text that begins with a phrase of one kind, as whole words, the longest phrase first."""
    every = sorted(words(kind), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?:" + "|".join(re.escape(phrase) for phrase in every) + r")(?!\w)")


@lru_cache(maxsize=20_000)
def opens(kind: str, folded: str) -> bool:
    """Whether a folded text begins with a phrase of this kind. The same lines are asked about again and again."""
    word = _WORD.match(folded)
    # a phrase ends at the end of a word, so its first word is the text's
    return (word is None or word.group() in _first_words(kind)) and opening(kind).match(folded) is not None


@cache
def _first_words(kind: str) -> frozenset[str]:
    return frozenset(found.group() for phrase in words(kind) if (found := _WORD.match(phrase)))


@cache
def _anywhere(kind: str) -> re.Pattern[str]:
    every = sorted(words(kind), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(phrase) for phrase in every) + r")$")


@lru_cache(maxsize=20_000)
def has(kind: str, folded: str) -> bool:
    """Whether a folded text ends with a phrase of this kind."""
    said = _WORD.findall(folded)
    return (not said or said[-1] in _last_words(kind)) and _anywhere(kind).search(folded) is not None


@cache
def _last_words(kind: str) -> frozenset[str]:
    return frozenset(said[-1] for phrase in words(kind) if (said := _WORD.findall(phrase)))
