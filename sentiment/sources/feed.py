"""RSS and Atom feeds of comments, as WordPress, Blogger and Reddit give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import prose
from sentiment.sources.webpage import web_address
from sentiment.sources.xml_export import BreaksOffError, Element, attribute, child_of, elements, local, text_of

RULE = "comment feed"

_COMMENT_ADDRESS = re.compile(
    r"#(?:div-)?(?:comment|c|respond|post|dsq-)[-_=]?\w*\d|[?&](?:showComment|lc|comment_id)=|/comment/", re.I
)
_COMMENT_ID = re.compile(r"^t1_|[/:]comments?[/:]|#comment|post-\d+\.comment", re.I)
_TO_ITSELF = frozenset(("showcomment", "lc", "comment_id", "reply_comment_id"))


def read_feed(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """A page for each article that comments in the feed belong to."""
    threads: dict[str, Thread] = {}
    articles, broken = 0, None
    try:
        for entry in _entries(blob, options):
            if _is_comment(entry):
                _comment(entry, threads)
            else:
                articles += 1
                _opening_post(entry, threads)
    except BreaksOffError as error:
        broken = str(error)
    if not any(thread.comments for thread in threads.values()):
        raise InputError(f"a feed without comments ({articles} articles); expected the feed of an article's comments")
    with_comments = [thread for thread in threads.values() if thread.comments]
    for thread in with_comments:
        yield page(blob, thread, RULE, only=len(with_comments) == 1)
    if broken:
        yield Skipped(blob.source, broken)


def _entries(blob: Blob, options: ReadOptions) -> Iterator[Element]:
    """Items of RSS 2.0 (in the channel), RSS 1.0 (beside it) and Atom."""
    head = blob.head()[:4096]
    parent = "feed" if re.search(rb"<(?:\w+:)?feed\b", head) else "RDF" if b"RDF" in head else "channel"
    yield from elements(blob, options, parent, "item", "entry")


def _is_comment(entry: Element) -> bool:
    return (
        child_of(entry, "in-reply-to") is not None
        or _COMMENT_ADDRESS.search(_link(entry)) is not None
        or _COMMENT_ID.search(text_of(entry, "guid", "id")) is not None
    )


def _opening_post(entry: Element, threads: dict[str, Thread]) -> None:
    """An article in a feed of comments (Reddit puts the post first) gives its page title and words."""
    url = _without_comment(_link(entry))
    thread = threads.setdefault(url, Thread(url))
    thread.url, thread.title = web_address(url), text_of(entry, "title") or None
    thread.body = prose(text_of(entry, "encoded", "content", "description", "summary")).text
    thread.author, thread.published = _author(entry), _date(entry)


def _comment(entry: Element, threads: dict[str, Thread]) -> None:
    url = _page_of(entry, threads)
    thread = threads.setdefault(url, Thread(url, url=web_address(url)))
    words = prose(text_of(entry, "encoded", "content", "description", "summary"))
    author = child_of(entry, "author")
    thread.add(
        Found(
            text=words.text,
            quote=words.quote,
            id=text_of(entry, "guid", "id") or None,
            parent=_parent(entry, thread),
            author=_author(entry),
            author_url=None if author is None else web_address(text_of(author, "uri")),
            date=_date(entry),
        )
    )


def _page_of(entry: Element, threads: dict[str, Thread]) -> str:
    link = _without_comment(_link(entry))
    # Reddit: /r/x/comments/ID/title/COMMENT/ below the address of the post
    above = link.rstrip("/").rpartition("/")[0] + "/"
    return above if above in threads and link not in threads else link


def _parent(entry: Element, thread: Thread) -> str | None:
    """What the entry answers, if that is a comment; Blogger names the article here."""
    ref = attribute(child_of(entry, "in-reply-to"), "ref")
    return ref if any(comment.id == ref for comment in thread.comments) else None


def _author(entry: Element) -> str | None:
    author = child_of(entry, "author")
    name = text_of(entry, "creator") or ("" if author is None else text_of(author, "name"))
    if not name and author is not None and len(author) == 0:
        name = re.sub(r"^\S+@\S+ \((.+)\)$", r"\1", (author.text or "").strip())
    return name or None


def _link(entry: Element) -> str:
    for child in entry:
        if local(child) == "link" and attribute(child, "rel") in ("", "alternate"):
            return str(attribute(child, "href") or (child.text or "")).strip()
    return text_of(entry, "guid")


def _date(entry: Element) -> datetime | None:
    return machine_date(text_of(entry, "published", "pubDate", "date", "updated"))


def _without_comment(url: str) -> str:
    """The address of the page that a comment is on."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _TO_ITSELF]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
