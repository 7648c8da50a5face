"""Comments under a counted heading that show a name on a line of its own and nothing else: no dates, no buttons."""

from __future__ import annotations

from collections.abc import Sequence

from sentiment.threads.text.headed import end_of_comments
from sentiment.threads.text.headings import declared, headings
from sentiment.threads.text.lines import Line
from sentiment.threads.text.names import is_name
from sentiment.threads.text.posts import Post, Thread
from sentiment.threads.text.tidy import tidy
from sentiment.threads.text.words import words

CONFIDENCE = 0.6
LEAST, FEWEST, MOST = 3, 0.6, 1.25
"""Names that there must be, and how many for each comment that the heading counts: short lines of other kinds would hit that by chance."""
NAME_WORDS = 3
NEAR = 4
"""Lines from the heading within which the first name stands."""


def find_named(lines: Sequence[Line]) -> Thread | None:
    """The comments below a heading such as ``13 Responses`` that states about as many as there are names, or None."""
    for start in reversed(headings(lines)):
        count = declared(lines[start])
        if not count:
            continue
        stop = end_of_comments(lines, start + 1)
        at = [index for index in range(start + 1, stop) if _names_writer(lines, index, stop)]
        if len(at) < LEAST or not FEWEST * count <= len(at) <= MOST * count or at[0] - start > NEAR:
            continue
        posts = [_post(lines, index, end) for index, end in zip(at, [*at[1:], stop], strict=True)]
        tidy([(post.author, post.words) for post in posts])
        return Thread(posts, "names above the words", CONFIDENCE, heading=lines[start])
    return None


def _names_writer(lines: Sequence[Line], index: int, stop: int) -> bool:
    """Whether a short line with running text right below it could be a name."""
    line = lines[index]
    if line.words > NAME_WORDS or line.folded in words("rank") or not is_name(line.text) or line.text[-1] in ".,!?":
        return False
    return index + 1 < stop and (lines[index + 1].prose or lines[index + 1].ends_sentence)


def _post(lines: Sequence[Line], index: int, end: int) -> Post:
    while end - 1 > index + 1 and lines[end - 1].folded in words("rank"):
        end -= 1  # what a forum says of the next one's writer stands above the name
    return Post(index, header=[lines[index]], words=list(lines[index + 1 : end]), author=lines[index].text)
