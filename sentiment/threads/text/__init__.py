"""Plain text: where the article ends, which lines are whose, and what is only furniture.

The lines are numbered once and every line ends up with exactly one role (see :class:`lines.Role`), so nothing can be lost
or counted twice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, time

from sentiment.assemble import Draft, DraftComment
from sentiment.records import Document, FoundDate
from sentiment.threads.dates import date_in_url, find_date
from sentiment.threads.text.article import TITLE_REACH, Article, could_be_title, read_article
from sentiment.threads.text.headed import end_of_comments, find_headed
from sentiment.threads.text.headings import LONGEST, declared, is_heading
from sentiment.threads.text.inline import find_inline
from sentiment.threads.text.lines import Line, Role, join, shown, split
from sentiment.threads.text.links import target_of
from sentiment.threads.text.named import find_named
from sentiment.threads.text.names import SOME_DAY, is_name
from sentiment.threads.text.posts import Post, Thread, find_thread
from sentiment.threads.text.quotes import Article as Quotable
from sentiment.threads.text.quotes import Earlier, is_quote, unmark, unmark_all
from sentiment.threads.text.replies import by_indent, by_names, by_titles, link

OWN_BODY_WORDS = 40
"""With fewer words of prose above the first post, the page is a forum thread and its first post is the article."""

LONGEST_DELETED = 10
"""Words of the longest notice in the place of a deleted comment."""
LONG_ARTICLE = 250
"""Words above a thread without user panels from which on they are an article; notices above forum threads were shorter."""
ADJACENT = 8
"""Prose that ends so few lines (blank ones too) above the first post is what the posts answer, even in a forum."""


def read_text(document: Document) -> Draft:
    """Separate body and comments of a plain-text page."""
    return read_lines(split(document.content), document)


def read_lines(lines: list[Line], document: Document) -> Draft:
    """As :func:`read_text`, on lines that are given their roles on the way."""
    visible = shown(lines)
    published = date_in_url(document.url) if document.url else None
    reference = document.saved or (datetime.combine(published, time(12)) if published else None)
    thread = _find(visible, reference)
    if thread:
        for line, length in thread.leads:
            line.cut(length)
        _end_thread(thread)
        _unmark(thread)
    article = read_article(visible[: _article_end(visible, thread)], visible)
    draft = Draft(
        title=article.title, author=article.author, outlet=article.outlet, url=document.url, dates=article.dates
    )
    if thread and _is_forum(thread, article):
        _opening_post(draft, article, thread, visible)
    elif thread and not article.body:
        draft.title = draft.title or _title_above(visible, thread.posts[0])
    draft.body = join(article.body)
    if published:
        draft.dates.insert(0, FoundDate("url", published))
    if thread:
        _comments(draft, thread, article, visible)
    draft.declared_comments = _declared(visible, thread)
    draft.boilerplate = [line.text for line in lines if line.role is Role.BOILERPLATE]
    draft.notes = _notes(draft)
    return draft


def _find(visible: Sequence[Line], reference: datetime | None) -> Thread | None:
    """The posts under headers of their own, or those that open on the line of their words if they are more."""
    thread, inline = find_thread(visible, reference), find_inline(visible, reference)
    if inline and (thread is None or (inline.heading and len(inline.posts) > len(thread.posts))):
        return inline
    return thread or find_named(visible) or find_headed(visible)


def _is_forum(thread: Thread, article: Article) -> bool:
    """Whether the first post is what the others answer: nothing above it, or posts with the panels that forums have."""
    if thread.heading or len(thread.posts) < 2:
        return False
    above = sum(line.words for line in article.body)
    if above < OWN_BODY_WORDS:
        return True
    if above > LONG_ARTICLE and thread.panels < 0.5:
        return False
    if article.body and thread.posts[0].first - article.body[-1].number <= ADJACENT:
        return False
    return thread.panels >= 0.5 or thread.fills


def _article_end(visible: Sequence[Line], thread: Thread | None) -> int:
    """Index of the first shown line behind the article: the thread or its heading."""
    if not thread:
        return len(visible)
    first = thread.posts[0]
    post = first.first
    numbers = [line.number for line in visible]
    end = bisect_left(numbers, post)
    if thread.heading and thread.heading.number < post:
        start = bisect_left(numbers, thread.heading.number)
        between = sum(line.words for line in visible[start:end] if line.prose)
        above = sum(line.words for line in visible[:start] if line.prose)
        if (
            between < OWN_BODY_WORDS and between <= above
        ):  # else "3 comments" stands above the article, and links to them
            return start
    return end


def _end_thread(thread: Thread) -> None:
    """Take the page's footer off the last post, and posts away that are only footer."""
    last = thread.posts[-1]
    end = end_of_comments(last.words, 0)
    del last.words[end:]
    if not last.words and len(thread.posts) > 1:
        return
    while last.words and last.words[-1].is_marker("page", "control", "sort"):
        last.words.pop()


def _unmark(thread: Thread) -> None:
    """Posts as their writers wrote them, where the page marks all words as quotes."""
    unmark_all([post.words for post in thread.posts])
    for post in thread.posts:
        for line in post.words:
            if line.blank:
                line.role = Role.BLANK
        post.words = [line for line in post.words if not line.blank]


def _opening_post(draft: Draft, article: Article, thread: Thread, visible: Sequence[Line]) -> None:
    """In a forum thread the opening post is the article; what stood above it was furniture."""
    for line in article.body:
        line.role = Role.BOILERPLATE
    first = thread.posts.pop(0)
    article.body = first.words
    for line in first.words:
        line.role = Role.BODY
    for line in first.header:
        line.role = Role.HEADER
    draft.title = draft.title or _title_above(visible, first)
    draft.author = first.author
    if first.date:
        draft.dates.insert(0, FoundDate("opening post", first.date.date()))


def _title_above(visible: Sequence[Line], first: Post) -> str | None:
    """The subject of a thread: the nearest line of some words above its first post."""
    end = bisect_left([line.number for line in visible], first.first)
    for line in reversed(visible[max(0, end - TITLE_REACH) : end]):
        if 3 <= line.words <= 30 and could_be_title(line) and not is_heading(line):
            line.role = Role.TITLE
            return line.text
    return None


def _comments(draft: Draft, thread: Thread, article: Article, visible: Sequence[Line]) -> None:
    quotable = Quotable(article.body)
    kept: list[Post] = []
    earlier = Earlier()
    if thread.heading:
        thread.heading.role = Role.HEADER
    waiting: list[Line] = []
    for post in thread.posts:
        for line in post.header:
            line.role = Role.HEADER
        copied, post.quotes = earlier.quoted(post.words)
        own = [line for line in post.words if line not in copied and not is_quote(line, quotable)]
        quoted = [*waiting, *(line for line in post.words if line not in own)]
        waiting = []
        if not own and quoted and not post.header:
            waiting = quoted  # a quote on a line of its own belongs to the words below it
            continue
        if not own or all(_deleted(line) for line in own):
            _no_words(draft, quoted, post)
            continue
        for line in own:
            line.role = Role.COMMENT
        for line in quoted:
            line.role = Role.QUOTE
        address = target_of([*post.header, *post.words[:1]], post.author, draft.url) if post.author else None
        quote = unmark(join(quoted))
        draft.comments.append(DraftComment(join(own), post.author, address, date=post.date, quote=quote))
        earlier.add(own, len(kept))
        kept.append(post)
    last = thread.posts[-1].words[-1:]
    if last and last[0].words >= 4 and not last[0].ends_sentence and last[0] is visible[-1]:
        draft.notes.append("the file ends within the last comment, which may be cut off")
    elif _ends_in_header(visible, thread):
        draft.notes.append("the file ends behind the header of a comment, whose words are missing")
    draft.rule, draft.confidence = thread.rule, round(thread.confidence, 2)
    numbers = [post.number for post in kept]
    known = by_names([post.author for post in kept], [post.answers for post in kept])
    titled = by_titles([[*post.header, *post.words[:1]] for post in kept])
    deeper = by_indent([post.indent for post in kept])
    copied_from = [post.quotes for post in kept]
    for comment, *parents in zip(draft.comments, known, deeper, copied_from, titled, strict=True):
        comment.parent = next((parent for parent in parents if parent is not None), None)
    link(draft.comments, numbers, in_order=_in_order(draft.comments, numbers))


def _ends_in_header(visible: Sequence[Line], thread: Thread) -> bool:
    """Whether the last lines are a name and a date, without words below them."""
    end = max(line.number for post in thread.posts for line in (*post.header, *post.words))
    tail = [line for line in visible if line.number > end and not line.is_marker("control")]
    if len(tail) != 2 or not is_name(tail[0].text):
        return False
    dates = [find_date(line.text, reference=SOME_DAY) for line in tail]
    return dates[0] is None and dates[1] is not None


def _deleted(line: Line) -> bool:
    """``[removed]``, ``This comment was deleted by a moderator``: what the page says instead of words."""
    return line.is_marker("deleted") or (line.words <= LONGEST_DELETED and line.starts_marker("deleted"))


def _no_words(draft: Draft, quoted: Sequence[Line], post: Post) -> None:
    """A deleted or empty post, or one that is all quote: counted, not a comment."""
    for line in quoted:
        line.role = Role.QUOTE
    who = f" by {post.author}" if post.author else ""
    draft.notes.append(f"a comment{who} without words of its own was left out")


def _in_order(comments: Sequence[DraftComment], numbers: Sequence[int | None]) -> bool:
    """Whether page order is the order of writing, by rising numbers or else by rising dates."""
    known = [number for number in numbers if number is not None]
    if len(known) > 1:
        return known == sorted(known)
    try:
        dates = [comment.date for comment in comments if comment.date]
        return len(dates) > 1 and len(dates) == len(comments) and dates == sorted(dates)
    except TypeError:  # some with a time zone, some without
        return False


def _declared(visible: Sequence[Line], thread: Thread | None) -> int | None:
    """The number of comments that the page states in a heading, or 0 where it says that there are none."""
    if thread and thread.heading and (count := declared(thread.heading)) is not None:
        return count
    for line in visible:
        if line.is_marker("empty") and "0" in line.folded:
            return 0
        if line.words <= LONGEST and (count := declared(line)) is not None:
            return count
    return None


def _notes(draft: Draft) -> list[str]:
    notes = list(draft.notes)
    if draft.declared_comments is not None and draft.declared_comments != len(draft.comments):
        notes.append(f"{draft.declared_comments} comments declared, {len(draft.comments)} in the file")
    if len({found.value for found in draft.dates}) > 1:
        taken, *others = draft.dates
        told = ", ".join(f"{found.value} ({found.where})" for found in others)
        notes.append(f"published: {taken.value} ({taken.where}) taken; the page also says {told}")
    return notes
