"""Find the posts of a plain-text thread: try every kind of line that may open a post, keep the best segmentation.

An anchor of one kind (:mod:`anchors`) gives gaps (:mod:`gaps`), gaps give posts with authors and dates (:mod:`columns`), and a
segmentation is the better the more posts it has that have words, a name and a date. Nothing here knows a site by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sentiment.threads.markers import pattern
from sentiment.threads.text.anchors import Kind, kinds
from sentiment.threads.text.columns import read_authors, read_dates
from sentiment.threads.text.ending import last_words
from sentiment.threads.text.gaps import Gaps, learn_gaps
from sentiment.threads.text.lines import Line
from sentiment.threads.text.view import View, is_profile


@dataclass(eq=False)
class Post:
    """One post as found: its header lines, the lines of its words, and what the header says."""

    anchor: int
    header: list[Line] = field(default_factory=list)
    words: list[Line] = field(default_factory=list)
    author: str | None = None
    date: datetime | None = None
    number: int | None = None


@dataclass
class Thread:
    """The posts of a document and how sure it is that they are posts."""

    posts: list[Post]
    rule: str
    confidence: float
    heading: Line | None = None
    score: float = 0.0
    signs: float = 0.0
    """Share of posts with something that only posts have: a profile line, a reply button, a number and a date."""


def find_thread(lines: Sequence[Line], reference: datetime | None) -> Thread | None:
    """The best segmentation of the shown lines into posts, or None where there is no thread."""
    view = View(lines, reference)
    found = []
    heading = last_heading(lines)
    regions = [(0, None)] if heading is None else [(0, None), (heading + 1, heading)]
    for low, head in regions:
        for kind in kinds(view, low, len(lines)):
            thread = _segment(view, kind, low, reference)
            if head is not None:
                thread.heading = lines[head]
            if _credible(thread):
                found.append(thread)
    return max(found, key=lambda thread: thread.score, default=None)


def last_heading(lines: Sequence[Line]) -> int | None:
    """Index of the last line that opens a list of comments."""
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].is_marker("heading") or (lines[index].words <= 20 and _counted_heading(lines[index])):
            return index
    return None


def _counted_heading(line: Line) -> bool:
    """``5 thoughts on “A title”``: a counted heading with the title behind it."""
    found = pattern("heading").match(line.folded)
    return found is not None and ("#" in found.group() or " on" in found.group()) and line.words > 2


def _segment(view: View, kind: Kind, low: int, reference: datetime | None) -> Thread:
    gaps = learn_gaps(view, [anchor.index for anchor in kind.anchors], low, len(view))
    gaps.stop = last_words(view, gaps)
    dates, dated = read_dates(view, gaps, reference)
    authors = [anchor.author for anchor in kind.anchors]
    if not any(authors):
        authors = read_authors(view, gaps, dated)
    posts = []
    for number, anchor in enumerate(kind.anchors):
        start, end = gaps.words(number)
        header = list(view.lines[gaps.starts[number] : gaps.ends[number]])
        posts.append(
            Post(anchor.index, header, list(view.lines[start:end]), authors[number], dates[number], anchor.number)
        )
    thread = Thread(posts, kind.rule, 0.0)
    thread.signs = _signs(posts, dated)
    return thread


def _credible(thread: Thread) -> bool:
    """Whether the segmentation is a thread, and not a list of teasers, of steps or of dates. Sets its score."""
    posts = thread.posts
    full = [post for post in posts if post.words]
    if not full or len(full) < 0.5 * len(posts):
        return False
    named = sum(post.author is not None for post in posts) / len(posts)
    dated = sum(post.date is not None for post in posts) / len(posts)
    if thread.heading is None and (len(posts) < 2 or named < 0.5 or thread.signs < 0.3):
        return False
    if thread.heading is not None and named < 0.3 and dated < 0.3:
        return False
    worth = sum(min(1.0, sum(line.words for line in post.words) / 5) for post in full)
    thread.confidence = min(0.95, 0.4 + 0.2 * (thread.heading is not None) + 0.2 * min(1.0, thread.signs) + 0.2 * named)
    thread.score = worth * (0.3 + 0.4 * named + 0.3 * dated) * (0.7 + 0.3 * min(1.0, thread.signs)) * (len(full) / len(posts))
    return True


def _signs(posts: list[Post], dated: Sequence[int | None]) -> float:
    def sign(post: Post, date: int | None) -> bool:
        return any(is_profile(line) or line.is_marker("control") for line in post.header) or (
            post.number is not None and date is not None
        )

    return sum(sign(post, date) for post, date in zip(posts, dated, strict=True)) / len(posts)
