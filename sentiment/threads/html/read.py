"""From a page's source to a draft: decides what kind of page it is and joins the parts."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from sentiment.assemble import Draft, DraftComment
from sentiment.records import Document, FoundDate
from sentiment.threads.html import systems, words
from sentiment.threads.html.article import GOOD_LENGTH, Article, is_named_article, read_article
from sentiment.threads.html.meta import Meta, read_meta
from sentiment.threads.html.mining import is_likely, mine
from sentiment.threads.html.parents import parents
from sentiment.threads.html.record import Found, read_records
from sentiment.threads.html.structured import Facts, read_facts
from sentiment.threads.html.systems import Group
from sentiment.threads.html.tree import Tree, grow
from sentiment.threads.html.when import Clock
from sentiment.threads.markers import fold

ARTICLE_AROUND = 700
"""Characters of running text outside the records from which a page of forum records is an article with comments."""


@dataclass(slots=True)
class Thread:
    """The records of a page that are one discussion."""

    group: Group
    found: list[Found]
    confidence: float
    is_forum: bool
    deleted: int = 0
    """Records that only say that there was a comment."""

    @property
    def rule(self) -> str:
        """The name of the system, or of the way in which the records were found."""
        return self.group.system.name if self.group.system else "repeated records"


def read_html(document: Document) -> Draft:
    """Separate the article of an HTML page from its comments.

    Raises:
        InputError: If the page cannot be read at all.
    """
    with _without_collector():
        return _read(document)


@contextmanager
def _without_collector() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: a tree is many small objects and no cycles (saves 6 % of a page)."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read(document: Document) -> Draft:
    tree = grow(document.content)
    facts = read_facts(tree)
    clock = Clock(document.saved, *_languages(tree))
    groups = systems.detect(tree)
    barred = systems.forms(tree, groups)
    threads = _known_threads(tree, groups, barred)
    article = None
    if not threads:
        article = read_article(tree, [(node, tree.end[node]) for node in barred])
        threads = _mined_threads(tree, barred, article)
    spans = _spans(threads)
    meta = read_meta(tree, facts, clock, document.url, spans)
    draft = Draft(
        title=meta.title, author=meta.author, outlet=meta.outlet or None, url=meta.url or None, dates=meta.dates
    )
    draft.declared_comments = meta.declared
    draft.notes.extend(tree.notes)
    base = document.url or meta.url or ""
    if article is None or threads:
        article = read_article(
            tree, [*spans, *((node, tree.end[node]) for node in barred)], meta.title, spans[0][0] if spans else -1
        )
    article.body = _without_title(article.body, meta.title)
    forum = next((thread for thread in threads if thread.is_forum), None)
    if forum is not None and not threads[0].is_forum:
        forum = None
    if forum is not None:
        _as_forum(tree, draft, forum, article, clock, base)
    else:
        draft.body, draft.boilerplate = article.body, article.boilerplate
        _as_comments(tree, draft, threads, clock, base)
    if not draft.comments and facts.comments:
        _as_stated(draft, facts, clock, base)
    _account(tree, draft, threads)
    return draft


def _without_title(body: str, title: str) -> str:
    first, _, rest = body.partition("\n")
    return rest if rest and title and fold(first) == fold(title) else body


def _languages(tree: Tree) -> tuple[tuple[str, ...], str]:
    """The language that a page declares, and the order in which it then writes day and month if nothing tells."""
    nodes = tree.by_tag.get("html", ())
    declared = tree.get(nodes[0], "lang").replace("_", "-").lower() if nodes else ""
    code = declared[:2]
    return (code,) if code.isalpha() and len(code) == 2 else (), "MDY" if declared == "en-us" else "DMY"


def _known_threads(tree: Tree, groups: list[Group], barred: list[int]) -> list[Thread]:
    threads = []
    for group in groups:
        records = [one for one in read_records(tree, group, barred) if one.text or one.quote]
        found = [one for one in records if not words.is_deleted(one.text)]
        if found:
            forum = group.system is not None and group.system.kind == "forum"
            threads.append(Thread(group, found, 0.95, forum, len(records) - len(found)))
    return threads


def _mined_threads(tree: Tree, barred: list[int], article: Article) -> list[Thread]:
    mined = mine(tree, barred) if is_likely(tree, barred, article) else None
    return [Thread(mined.group, mined.found, mined.confidence, mined.is_forum)] if mined else []


def _spans(threads: list[Thread]) -> list[tuple[int, int]]:
    spans = [span for thread in threads for record in thread.group.records for span in record.spans]
    return sorted(spans)


def _as_forum(tree: Tree, draft: Draft, thread: Thread, article: Article, clock: Clock, base: str) -> None:
    found = thread.found
    clock.learn_order(one.date for one in found)
    if not thread.group.heads and _is_article_with_comments(tree, thread, article):
        draft.body, draft.boilerplate = article.body, article.boilerplate
        _as_comments(tree, draft, [thread], clock, base)
        return
    opening = found[0]
    draft.body = opening.text
    draft.author = opening.author or None
    draft.boilerplate = article.boilerplate
    value = clock.read(opening.date)
    if value is not None:
        draft.dates = [FoundDate("first post", value.date()), *draft.dates]
    _as_comments(tree, draft, [Thread(thread.group, found[1:], thread.confidence, True)], clock, base, learned=True)
    draft.rule, draft.confidence = thread.rule, thread.confidence


def _is_article_with_comments(tree: Tree, thread: Thread, article: Article) -> bool:
    """Whether what looks like a forum thread stands under an article."""
    first = thread.found[0].record.root
    if not 0 <= article.node < first:
        return False
    if article.chars >= ARTICLE_AROUND and article.chars > 3 * len(thread.found[0].text):
        return True
    named = tree.end[article.node] <= first and is_named_article(tree, article.node, first)
    return thread.group.system is None and article.chars >= GOOD_LENGTH and named


def _as_comments(
    tree: Tree, draft: Draft, threads: list[Thread], clock: Clock, base: str, *, learned: bool = False
) -> None:
    for thread in threads:
        if not learned:
            clock.learn_order(one.date for one in thread.found)
        answered = parents(tree, thread.found)
        offset = len(draft.comments)
        for one, parent in zip(thread.found, answered, strict=True):
            draft.comments.append(_comment(one, None if parent is None else parent + offset, clock, base))
    if draft.comments:
        draft.rule = threads[0].rule
        draft.confidence = threads[0].confidence


def _comment(one: Found, parent: int | None, clock: Clock, base: str) -> DraftComment:
    value: datetime | None = clock.read(one.date) if one.date else None
    return DraftComment(
        text=one.text,
        author=one.author or None,
        author_url=_absolute(base, one.author_url),
        date=value,
        parent=parent,
        quote=one.quote,
        score=one.score,
    )


def _absolute(base: str, href: str) -> str | None:
    if not href:
        return None
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _as_stated(draft: Draft, facts: Facts, clock: Clock, base: str) -> None:
    if facts.opening is not None:
        draft.body = facts.opening.text
        draft.author = facts.opening.author or draft.author
        value = clock.read(facts.opening.date)
        if value is not None:
            draft.dates = [FoundDate("structured data", value.date()), *draft.dates]
    for one in facts.comments:
        draft.comments.append(
            DraftComment(
                one.text,
                one.author or None,
                _absolute(base, one.author_url),
                clock.read(one.date),
                one.parent,
                "",
                one.score,
            )
        )
    draft.rule, draft.confidence = facts.source, 0.95


def _account(tree: Tree, draft: Draft, threads: list[Thread]) -> None:
    """Say what the file lacks: comments that the page declares, loads by script, or shows as deleted."""
    deleted = sum(thread.deleted for thread in threads)
    if deleted:
        draft.notes.append(f"deleted comments left out: {deleted:,}")
    if not draft.comments:
        draft.notes.extend(f"{name} loads comments by script: none in the file" for name in systems.waiting(tree))
    if draft.comments and draft.declared_comments == 0:
        draft.declared_comments = None  # the zero counts something else: shares, comments elsewhere
    declared, found = draft.declared_comments, len(draft.comments)
    if declared and declared > found:
        draft.notes.append(f"page declares {declared:,} comments, {found:,} in the file")


__all__ = ["Meta", "read_html"]
