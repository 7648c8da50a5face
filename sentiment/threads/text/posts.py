"""Find the posts of a plain-text thread: try every kind of line that may open a post, keep the best segmentation.

An anchor of one kind (:mod:`anchors`) gives gaps (:mod:`gaps`), gaps give posts with authors and dates (:mod:`columns`), and a
segmentation is the better the more posts it has that have words, a name and a date. Nothing here knows a site by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sentiment.threads.text.anchors import Anchor, Kind, kinds
from sentiment.threads.text.columns import read_authors, read_dates
from sentiment.threads.text.ending import closes, last_words
from sentiment.threads.text.gaps import Gaps, gap_core, learn_gaps
from sentiment.threads.text.headings import headings
from sentiment.threads.text.lines import Line
from sentiment.threads.text.replies import answered
from sentiment.threads.text.tidy import tidy
from sentiment.threads.text.view import View, has_profile, is_reply

FINALISTS = 3
"""Segmentations whose names and dates are read; with five the forum pages gained 0.3 points and took a quarter more time."""
POOR = 0.45
"""Worth, of at most 1, from which on a post speaks for its segmentation; one with nothing but a date is at 0.5."""
EMPTY = -0.3
"""Worth of a post without words: deleted ones are few, a wrong anchor has many."""
ENOUGH = 4
"""Words with which a post counts in full."""
FILLS = 0.5
"""Share of a page's prose in posts that have neither buttons nor user panels; teasers beside an article have less."""
ANNOUNCED = 1.3
"""A heading weighs as much as three posts in ten: without it the article's own date would often count as one more post."""
FEW, NEAR_HEADING = 2, 8
"""One or two posts must begin within so many lines of their heading: "Opinion" in a menu is no heading of comments."""
ARTICLE = 20
"""Words of prose above a heading; without them what stands below it may be the article."""
FIRST_POST = 40
"""Lines that the first post may have where its buttons or its date stand below it."""
BEHIND, FEW_BEHIND = 0.1, 2
"""Share and number of anchors that may stand behind the end of the comments: dates of related articles, of a side bar."""
GLUED, GLUED_LEAST = 0.4, 4
"""How sure ``ann says:`` is below an article without a heading, and of how many people: reports quote so too, a guess."""
HEADED_WORTH, FREE_WORTH = 0.2, 0.4
"""Least mean worth of a thread's posts, behind a heading that announces comments and without one."""


@dataclass(eq=False)
class Post:
    """One post as found: its header lines, the lines of its words, and what the header says."""

    anchor: int
    header: list[Line] = field(default_factory=list)
    words: list[Line] = field(default_factory=list)
    author: str | None = None
    date: datetime | None = None
    number: int | None = None
    indent: int = 0
    """Blanks before the header: how deep an answer stands."""
    quotes: int | None = None
    """Index of the comment that the words quote."""
    answers: str | None = None
    """Whom the header says that the post answers."""

    @property
    def first(self) -> int:
        """Number of the post's first line."""
        return min(line.number for line in [*self.header[:1], *self.words[:1]])


@dataclass
class Thread:
    """The posts of a document and how sure it is that they are posts."""

    posts: list[Post]
    rule: str
    confidence: float
    heading: Line | None = None
    score: float = 0.0
    dated: float = 0.0
    """Share of posts with a date, be it one that nobody can place without knowing when the page was saved."""
    said: bool = False
    """Whether each header says who speaks: ``By ann on 3 May``, ``ann wrote:``, ``3. ann``."""
    leads: list[tuple[Line, int]] = field(default_factory=list)
    """Lines that begin with a number, a bullet or a name, and how many signs those have."""
    distance: int = 0
    """Lines between the heading and the first post's header."""
    fills: bool = False
    """Whether most of the page's running text stands in the posts."""
    ends: bool = False
    """Whether nothing but posts stands behind the first."""
    panels: float = 0.0
    """Share of posts whose header tells about the author: ``Posts: 74``. Forums do, comments seldom."""
    signs: float = 0.0
    """Share of posts with something that only posts have: a profile line, a reply button, a number and a date."""


def find_thread(lines: Sequence[Line], reference: datetime | None) -> Thread | None:
    """The best segmentation of the shown lines into posts, or None where there is no thread."""
    view = View(lines, reference)
    whole = kinds(view, 0, len(lines))
    cuts = [_cut(view, kind, 0, len(lines), None) for kind in whole]
    for heading in headings(lines):
        tried: set[tuple[int, ...]] = set()
        for kind in whole:
            behind = tuple(anchor for anchor in kind.anchors if anchor.index > heading)
            places = tuple(anchor.index for anchor in behind)
            if not behind or not (kind.strong or len(behind) > 1) or places in tried:
                continue
            tried.add(places)
            high = _end_behind(lines, behind)
            behind = tuple(anchor for anchor in behind if anchor.index < high)
            cut = _cut(view, Kind(kind.rule, behind, kind.strong), heading + 1, high, heading)
            cuts.append(cut)
            above = lines[heading + 1 : cut.gaps.starts[0]]
            article = sum(line.words for line in lines[:heading] if line.prose) >= ARTICLE
            if article and 0 < len(above) <= FIRST_POST and sum(line.words for line in above) >= ENOUGH:
                # what the anchors open stands above them: the heading opens the first post, and the last opens none
                whole_list = Kind(kind.rule, (Anchor(heading), *behind), kind.strong)
                cuts.append(_cut(view, whole_list, heading, high, heading, below=True))
    found = []
    for headed in (False, True):
        # short words below "ann says:" are worth little, but behind a heading they are no less sure
        own = [cut for cut in cuts if (cut.heading is not None) == headed and (cut.worth > 0 or cut.kind.says)]
        own.sort(key=lambda cut: -cut.worth)
        for cut in own[:FINALISTS]:
            thread = _thread(view, cut, reference)
            if _credible(thread):
                found.append(thread)
    best = max(found, key=lambda thread: thread.score * (ANNOUNCED if thread.heading else 1.0), default=None)
    if best and best.heading:
        earlier = [index for index in headings(lines) if lines[index].number < best.posts[0].first]
        best.heading = lines[earlier[-1]] if earlier else best.heading
    return best


def _end_behind(lines: Sequence[Line], anchors: Sequence[Anchor]) -> int:
    """Where the comments of a heading end at the latest: at a form or a footer with few anchors behind it."""
    for index in range(anchors[0].index + 1, len(lines)):
        if closes(lines[index]):
            behind = sum(anchor.index > index for anchor in anchors)
            if behind < 0.5 * len(anchors) and behind <= max(FEW_BEHIND, BEHIND * len(anchors)):
                return index
    return len(lines)


@dataclass
class Mark:
    """What speaks for one post: words, a header like the others', a date, buttons or a user panel, a name."""

    size: float
    alike: float
    dated: bool
    signed: bool
    named: bool = True


@dataclass
class Cut:
    """A segmentation before names and dates are read, and what it may be worth."""

    kind: Kind
    gaps: Gaps
    heading: int | None
    worth: float
    marks: list[Mark]
    below: bool = False
    """Whether the anchors stand below the words, so that the last one opens no post."""


def _cut(view: View, kind: Kind, low: int, high: int, heading: int | None, *, below: bool = False) -> Cut:
    gaps, kept = learn_gaps(view, [anchor.index for anchor in kind.anchors], low, high)
    kind = Kind(kind.rule, tuple(kind.anchors[number] for number in kept), kind.strong)
    gaps.stop = last_words(view, gaps)
    marks = _marks(view, gaps)
    if below:
        marks.pop()
    full = sum(mark.size > 0 for mark in marks)
    worth = sum(map(_worth, marks)) if full >= 0.5 * len(marks) else 0.0
    return Cut(kind, gaps, heading, worth, marks, below)


def _marks(view: View, gaps: Gaps) -> list[Mark]:
    """What speaks for each post."""
    own, core = gap_core(view, gaps)
    marks = []
    for number, (start, end) in enumerate(zip(gaps.starts, gaps.ends, strict=True)):
        first, last = gaps.words(number)
        lines = view.lines[first : min(last, first + 20)]
        running = any(line.ends_sentence or line.words >= 8 for line in lines)
        size = min(1.0, sum(line.words for line in lines) / ENOUGH) * (1.0 if running else 0.6)
        alike = len(own[number] & core) / len(core) if core else 1.0 if len(gaps) == 1 else 0.5
        dated = any(view.date_kind(index) for index in range(start, end))
        signed = any(view.profile(index) or view.button(index) for index in range(start, end))
        marks.append(Mark(size, alike, dated, signed))
    if len(marks) > 1:  # above the first words no buttons of a post before them are to be expected
        marks[0].signed = marks[0].signed or marks[1].signed
        marks[0].alike = max(marks[0].alike, marks[1].alike)
    if len(marks) > 2 and not marks[0].dated:  # dates below the words: each stands in the next gap
        for mark, below in zip(marks, [*marks[1:], marks[-1]], strict=True):
            mark.dated = below.dated
    return marks


def _worth(mark: Mark) -> float:
    if not mark.size:
        return EMPTY
    signs = 0.25 + 0.25 * mark.dated + 0.25 * mark.signed + 0.25 * mark.named
    return (mark.size * signs * (0.4 + 0.6 * mark.alike) - POOR) / (1 - POOR)


def _thread(view: View, cut: Cut, reference: datetime | None) -> Thread:
    """A segmentation with its names and dates."""
    gaps, anchors = cut.gaps, cut.kind.anchors
    dates, dated = read_dates(view, gaps, reference)
    authors = [anchor.author for anchor in anchors]
    if not all(authors):
        found = read_authors(view, gaps, dated) if len(anchors) > 1 or not any(authors) else authors
        authors = [said or author for said, author in zip(authors, found, strict=True)]
    posts = []
    for number, anchor in enumerate(anchors):
        start, end = gaps.words(number)
        header = list(view.lines[gaps.starts[number] : gaps.ends[number]])
        posts.append(
            Post(anchor.index, header, list(view.lines[start:end]), authors[number], dates[number], anchor.number)
        )
    for post in posts:
        post.indent = (post.header or post.words)[-1 if post.header else 0].indent
        post.answers = answered(post.header)
    tidy([(post.author, post.words) for post in posts])
    thread = Thread(posts, cut.kind.rule, 0.0)
    if cut.heading is not None:
        thread.heading = view.lines[cut.heading]
        thread.distance = gaps.starts[0] - cut.heading - 1
    if cut.below:
        posts.pop()
    for mark, author, at in zip(cut.marks, authors, dated, strict=False):
        mark.named, mark.dated = author is not None, at is not None
    thread.score = sum(map(_worth, cut.marks))
    thread.dated = sum(at is not None for at in dated) / len(dated)
    thread.panels = sum(any(map(has_profile, post.header)) for post in posts) / len(posts)
    thread.said = cut.kind.says
    thread.ends = gaps.stop >= len(view)
    thread.fills = _fills_page(posts, view)
    thread.signs = _signs(posts, dated)
    return thread


def _credible(thread: Thread) -> bool:
    """Whether the segmentation is a thread, and not a list of teasers, of steps or of dates. Sets its confidence."""
    posts = thread.posts
    full = [post for post in posts if post.words]
    if not full or len(full) < 0.5 * len(posts):
        return False
    named = sum(post.author is not None for post in posts) / len(posts)
    thread.confidence = min(0.95, 0.4 + 0.2 * (thread.heading is not None) + 0.2 * min(1.0, thread.signs) + 0.2 * named)
    if thread.heading is not None:
        if len(posts) <= FEW and (
            thread.distance > NEAR_HEADING or (named < 1.0 or (thread.dated < 0.5 and not thread.said))
        ):
            return False
        if thread.said and named == 1.0 and thread.distance <= NEAR_HEADING:
            return True  # "ann says:" right below the heading: however short the words are
        return thread.score >= HEADED_WORTH * len(full) and (named >= 0.3 or thread.dated >= 0.3)
    if _stands_alone(thread, named):
        return True
    glued = thread.said and named == 1.0 and thread.ends and len({post.author for post in posts}) >= GLUED_LEAST
    thread.confidence = GLUED
    return glued


def _stands_alone(thread: Thread, named: float) -> bool:
    """Whether posts that no heading announces show by their signs that they are posts."""
    posts = thread.posts
    if len(posts) < 2 or named < 0.5 or thread.score < FREE_WORTH * len(posts):
        return False
    if len(posts) == 2:
        return thread.panels == 1.0 and thread.dated == 1.0
    if thread.panels >= 0.5 or thread.signs >= 0.6:
        return True
    return thread.dated >= 0.7 and named >= 0.7 and thread.fills and thread.said


def _fills_page(posts: list[Post], view: View) -> bool:
    """Whether the page's running text stands in the posts behind the first: so in a forum, not in teasers below an article."""
    inside = sum(line.words for post in posts[1:] for line in post.words if line.prose)
    return inside >= FILLS * sum(line.words for line in view.lines if line.prose)


def _signs(posts: list[Post], dated: Sequence[int | None]) -> float:
    def sign(post: Post, date: int | None) -> bool:
        return any(has_profile(line) or is_reply(line) for line in post.header) or (
            post.number is not None and date is not None
        )

    return sum(sign(post, date) for post, date in zip(posts, dated, strict=False)) / len(posts)
