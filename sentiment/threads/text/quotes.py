"""What a comment quotes, kept apart from its writer's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sentiment.threads.text.lines import Line

QUOTE_GRAMS = 5
QUOTE_SHARE = 0.8
"""A line is a quote if this share of its word 5-grams stands in the article; shared phrases alone stay far below."""

_WORD = re.compile(r"\w+")
_MARKED = re.compile(r"^\s*(?:>|&gt;|»)\s?")


class Article:
    """The article's words, ready to be asked whether a line was copied from them."""

    def __init__(self, body: Sequence[Line]) -> None:
        words = _WORD.findall(" ".join(line.text for line in body).casefold())
        self._grams = set(_grams(words))

    def holds(self, line: Line) -> bool:
        """Whether a line of at least six words was copied from the article."""
        words = _WORD.findall(line.text.casefold())
        grams = _grams(words)
        if len(words) < QUOTE_GRAMS + 1:
            return False
        return sum(gram in self._grams for gram in grams) >= QUOTE_SHARE * len(grams)


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + QUOTE_GRAMS]) for i in range(len(words) - QUOTE_GRAMS + 1)]


def is_quote(line: Line, article: Article) -> bool:
    """A line marked with ``>``, or one copied from the article."""
    return bool(_MARKED.match(line.raw)) or article.holds(line)


def unmark(text: str) -> str:
    """A quote without its marks: ``>`` in front, quotation signs around."""
    lines = [_MARKED.sub("", line) for line in text.split("\n")]
    bare = "\n".join(lines).strip()
    if len(bare) > 1 and (bare[0], bare[-1]) in {
        ('"', '"'),
        ("“", "”"),
        ("„", "“"),
        ("«", "»"),
        ("»", "«"),
        ("'", "'"),
    }:
        bare = bare[1:-1].strip()
    return bare
