"""What a comment quotes, kept apart from its writer's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sentiment.threads.dates import find_date
from sentiment.threads.text.lines import LONGEST_LINE, Line
from sentiment.threads.text.names import SOME_DAY
from sentiment.threads.text.view import quote_attribution
from sentiment.threads.text.words import words

QUOTE_GRAMS = 5
QUOTE_SHARE = 0.8
"""A line is a quote if this share of its word 5-grams stands in the article; shared phrases alone stay far below."""

LEAST_QUOTED = 4
"""Words of a line that can be known again; shorter ones ("Thanks a lot") are said by many."""

MARKED_POSTS = 0.6
"""Share of posts that are marked as a whole, for the mark to mean nothing; a post that is all quote is rare."""

_WORD = re.compile(r"\w+")
_MARKED = re.compile(r"^\s*(?:>|&gt;|»)\s?")


class Article:
    """The article's words, ready to be asked whether a line was copied from them."""

    def __init__(self, body: Sequence[Line]) -> None:
        said = _WORD.findall(" ".join(line.text for line in body).casefold())
        self._grams = set(_grams(said))

    def holds(self, line: Line) -> bool:
        """Whether a line of at least six words was copied from the article."""
        said = _WORD.findall(line.text.casefold())
        grams = _grams(said)
        if len(said) < QUOTE_GRAMS + 1:
            return False
        return sum(gram in self._grams for gram in grams) >= QUOTE_SHARE * len(grams)


class Earlier:
    """The lines of earlier posts, to know one that is quoted again."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def add(self, lines: Sequence[Line], index: int) -> None:
        """Remember the words of the post with this index."""
        for line in lines:
            if line.words >= LEAST_QUOTED:
                self._lines.setdefault(_bare(line), index)

    def quoted(self, lines: Sequence[Line]) -> tuple[list[Line], int | None]:
        """The lines of a post that an attribution (``ann wrote:``) opens and that an earlier post said, and which one.

        A line is taken only while it is known to be copied; where the copy was edited the rest stays with the writer.
        """
        taken: list[Line] = []
        parent: int | None = None
        at = 0
        while at < len(lines):
            if not opens_quote(lines[at]):
                at += 1
                continue
            end = at + 1
            while end < len(lines) and opens_quote(lines[end]):
                end += 1
            start = end
            while end < len(lines) and (found := self._lines.get(_bare(lines[end]))) is not None:
                parent, end = found, end + 1
            if end > start:
                while end < len(lines) and lines[end].folded in words("unfold"):
                    end += 1
                taken += lines[at:end]
            at = end
        return taken, parent


def opens_quote(line: Line) -> bool:
    """``ann wrote:``, ``Quote:``, or a name with a date: what stands above words of somebody else."""
    if quote_attribution(line):
        return True
    return (
        line.words <= 10
        and bool(line.folded)
        and not line.ends_sentence
        and find_date(line.text, reference=SOME_DAY) is not None
    )


def _bare(line: Line) -> str:
    return " ".join(_WORD.findall(line.text[:LONGEST_LINE].casefold()))


def _grams(said: list[str]) -> list[tuple[str, ...]]:
    return [tuple(said[i : i + QUOTE_GRAMS]) for i in range(len(said) - QUOTE_GRAMS + 1)]


def is_quote(line: Line, article: Article) -> bool:
    """A line marked with ``>``, or one copied from the article."""
    return bool(_MARKED.match(line.text)) or article.holds(line)


def unmark_all(posts: Sequence[Sequence[Line]]) -> None:
    """Where most posts are nothing but marked lines, the mark is how the page shows words: take its first level off all.

    Forums whose posts are block quotes in the page's HTML look so in Markdown.
    """
    marked = sum(bool(lines) and all(_MARKED.match(line.text) for line in lines) for lines in posts)
    if len(posts) < 2 or marked < MARKED_POSTS * len(posts):
        return
    for line in (line for lines in posts for line in lines):
        if found := _MARKED.match(line.text):
            line.say(line.text[found.end() :].strip(), line.links)


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
