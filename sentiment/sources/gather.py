"""Comments that an export holds become a Page: parents by their ids, and an account of what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sentiment.assemble import Draft, DraftComment, assemble
from sentiment.records import Document, FoundDate, Page
from sentiment.sources.blob import Blob
from sentiment.sources.decode import encodable
from sentiment.sources.mojibake import mend


@dataclass(slots=True)
class Found:
    """A comment as an export has it, with the export's own ids."""

    text: str
    quote: str = ""
    id: str | None = None
    parent: str | None = None
    author: str | None = None
    author_url: str | None = None
    date: datetime | None = None
    score: int | None = None


@dataclass(slots=True)
class Thread:
    """A page of an export and its comments."""

    key: str
    """What identifies the page where there is no address: an id of the export, a title."""
    url: str | None = None
    title: str | None = None
    body: str = ""
    author: str | None = None
    published: datetime | None = None
    outlet: str | None = None
    declared: int | None = None
    comments: list[Found] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Why comments are not among ``comments``, and how many."""

    def add(self, comment: Found) -> None:
        """Take a comment, or count it if there are no words in it."""
        if comment.text:
            self.comments.append(comment)
        else:
            self.left_out["with nothing but a quote" if comment.quote else "without text"] += 1


def page(blob: Blob, thread: Thread, rule: str, *, only: bool = False) -> Page:
    """Give a thread its identity.

    Args:
        blob: the file it is from.
        thread: the page and its comments.
        rule: what ``parse --explain`` calls the way it was read.
        only: it is the only page of its file, so that a manifest's address for the file is its own.
    """
    url = (blob.manifest.url if only else None) or thread.url
    comments = _once(thread)
    index: dict[str, int] = {}
    for i, comment in enumerate(comments):
        if comment.id:
            index.setdefault(comment.id, i)
    orphans, mended = 0, 0
    drafts = []
    for i, comment in enumerate(comments):
        parent = index.get(comment.parent) if comment.parent else None
        orphans += bool(comment.parent) and parent is None
        text, lines = mend(encodable(comment.text))
        mended += lines
        drafts.append(
            DraftComment(
                text=text,
                author=comment.author and encodable(comment.author),
                author_url=comment.author_url,
                date=comment.date,
                parent=None if parent == i else parent,
                quote=encodable(comment.quote),
                score=comment.score,
            )
        )
    draft = Draft(
        body=encodable(thread.body),
        comments=drafts,
        title=thread.title and encodable(thread.title),
        author=thread.author and encodable(thread.author),
        dates=[FoundDate("export", thread.published.date())] if thread.published else [],
        rule=rule,
        declared_comments=thread.declared,
        notes=_notes(thread, len(drafts), orphans, mended),
    )
    source = blob.source if only else encodable(f"{blob.source}::{thread.url or thread.key}")
    outlet = blob.manifest.outlet or thread.outlet
    return assemble(draft, Document(source=source, content=f"{rule}\x1f{thread.key}", url=url, outlet=outlet))


def _once(thread: Thread) -> list[Found]:
    """The comments, each id once: merged exports repeat them."""
    seen: set[tuple[str, str]] = set()
    once = []
    for comment in thread.comments:
        if comment.id and (comment.id, comment.text) in seen:
            thread.left_out["repeated"] += 1
            continue
        if comment.id:
            seen.add((comment.id, comment.text))
        once.append(comment)
    return once


def _notes(thread: Thread, comments: int, orphans: int, mended: int) -> list[str]:
    notes = [f"{count} left out: {reason}" for reason, count in sorted(thread.left_out.items())]
    if thread.declared is not None and thread.declared != comments:
        notes.insert(0, f"{thread.declared} comments declared, {comments} in the file")
    if orphans:
        notes.append(f"{orphans} answer a comment that is not here")
    if mended:
        notes.append(f"{mended} garbled lines mended")
    return notes
