"""The words of post headers in plain text (``headers.toml``): compiled once, matched like the markers."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from sentiment.shipped import shipped
from sentiment.threads.markers import fold, phrases


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


def opens(kind: str, folded: str) -> bool:
    """Whether a folded text begins with a phrase of this kind."""
    return opening(kind).match(folded) is not None


@cache
def _anywhere(kind: str) -> re.Pattern[str]:
    every = sorted(words(kind), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(phrase) for phrase in every) + r")$")


def has(kind: str, folded: str) -> bool:
    """Whether a folded text ends with a phrase of this kind."""
    return _anywhere(kind).search(folded) is not None
