"""The words by which pages show where comments begin, end or are missing, in ten languages.

The words are data (``markers.toml``); this module compiles them once for both readers, HTML and plain text.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

from sentiment.shipped import shipped

_NUMBER = re.compile(r"\d(?:[\d.,\xa0]*\d)?")
_SHORT = 120
"""Characters of a line that is kept as folded: names, dates and buttons come again and again, sentences do not."""
_EDGES = " \t\xa0:.!…*•·|-–—»«>()[]\"'“”„"


@cache
def table() -> dict[str, dict[str, list[str]]]:
    """The raw data: language -> kind -> phrases."""
    return tomllib.loads(shipped("sentiment.threads", "markers.toml").decode())


@cache
def phrases(*kinds: str) -> frozenset[str]:
    """All phrases of some kinds in all languages, as :func:`fold` leaves them."""
    every = (phrase for words in table().values() for kind in kinds for phrase in words.get(kind, ()))
    return frozenset(fold(re.sub(r"\bN\b", "7", phrase)) for phrase in every)


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """Matches any phrase of one kind as whole words anywhere in a folded text, longest first."""
    words = sorted(phrases(kind), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)")


def fold(text: str) -> str:
    """A line as it is compared with the phrases: lower case, one space, edge signs cut, numbers as ``#`` (but 0 as 0)."""
    return fold_short(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    flat = " ".join(text.replace("’", "'").casefold().split())
    return _NUMBER.sub(lambda found: "#" if found.group().strip("0.,") else "0", flat).strip(_EDGES)


fold_short = lru_cache(maxsize=20_000)(_fold)
"""The same for texts that are known to be short."""


def is_marker(kind: str, line: str) -> bool:
    """Whether a line is exactly a phrase of this kind."""
    return fold(line) in phrases(kind)


def starts_marker(kind: str, line: str) -> bool:
    """Whether a line begins with a phrase of this kind, as whole words."""
    return pattern(kind).match(fold(line)) is not None
