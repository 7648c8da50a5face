"""Comments under a heading with nothing around them: no names, no dates, one line or one paragraph each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sentiment.threads.text.ending import closes
from sentiment.threads.text.headings import headings
from sentiment.threads.text.lines import Line
from sentiment.threads.text.posts import Post, Thread
from sentiment.threads.text.region import main_region, weight

PARAGRAPH_CONFIDENCE = 0.45
"""Where blank lines part the comments, one of two paragraphs may as well be the second half of one comment: a guess."""
LINE_CONFIDENCE = 0.7
TALK_WORDS, TALK = 4, 0.7
"""Nine of ten lines of comments have four words or end a sentence; of menus and lists of headlines under half do."""
FURNITURE = 0.1
ARTICLE_ABOVE = 80
"""Words of running text that an article has at least, when several paragraphs stand behind the heading."""


def find_headed(lines: Sequence[Line]) -> Thread | None:
    """The comments between a heading such as ``Commenti`` and the end of the page, or None without such a heading.

    Lines that follow each other without blank lines are one comment each; where blank lines part them, a paragraph is.
    """
    start = next((i for i in reversed(headings(lines)) if i + 1 < len(lines)), None)
    if start is None or start < 1:
        return None
    if _weight_above(lines[:start]) < ARTICLE_ABOVE and sum(line.prose for line in lines[start:]) > 3:
        return None  # a link to the comments above the article, not their heading
    region = list(lines[start + 1 : end_of_comments(lines, start + 1)])
    region = [line for line in region if not line.is_marker("control", "sort", "form_line", "deleted")]
    if not region or not _reads_as_comments(region):
        return None
    glued = sum(a.number + 1 == b.number for a, b in pairwise(region))
    one_line_each = glued >= 0.5 * (len(region) - 1)
    posts: list[Post] = []
    for line in region:
        if posts and not one_line_each and posts[-1].words[-1].number + 1 == line.number:
            posts[-1].words.append(line)
        else:
            posts.append(Post(anchor=line.number, words=[line]))
    confidence = LINE_CONFIDENCE if one_line_each else PARAGRAPH_CONFIDENCE
    return Thread(posts, "lines under a heading", confidence, heading=lines[start])


def _weight_above(lines: Sequence[Line]) -> int:
    span = main_region(lines)
    return sum(max(0, weight(line)) for line in lines[span[0] : span[1] + 1]) if span else 0


def _reads_as_comments(region: Sequence[Line]) -> bool:
    """Whether lines are what people write rather than a menu: most have some words, and few are buttons or dates alone."""
    talk = sum(line.words >= TALK_WORDS or line.ends_sentence for line in region)
    furniture = sum(line.is_marker("page", "footer", "heading", "empty") for line in region)
    return talk >= TALK * len(region) and furniture <= FURNITURE * len(region)


def end_of_comments(lines: Sequence[Line], start: int) -> int:
    """Index of the first line from ``start`` on that can no longer be a comment: a form, a footer, a notice."""
    return next((index for index in range(start, len(lines)) if closes(lines[index])), len(lines))
