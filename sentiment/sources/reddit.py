"""Reddit's JSON: a post and the tree of its comments, as the address of a post with ``.json`` gives it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import Prose, prose, split_quoted_lines

RULE = "reddit json"

_LINK = re.compile(r"\[([^\[\]]{1,300})\]\((?:https?:/)?/[^()\s]{1,500}\)")
_GONE = frozenset(("[deleted]", "[removed]", "[ Removed by Reddit ]"))
_SITE = "https://www.reddit.com"


def fits(data: Any) -> bool:
    """Whether this is a listing, or a post's two."""
    if isinstance(data, list):
        return bool(data) and all(isinstance(part, dict) and part.get("kind") == "Listing" for part in data)
    return isinstance(data, dict) and data.get("kind") == "Listing" and isinstance(data.get("data"), dict)


def pages(blob: Blob, data: Any, options: ReadOptions) -> Iterator[Item]:
    """One page: the post is the article."""
    del options
    listings = data if isinstance(data, list) else [data]
    things = [thing for listing in listings for thing in _children(listing)]
    posts = [thing["data"] for thing in things if thing.get("kind") == "t3" and isinstance(thing.get("data"), dict)]
    thread = _thread(posts[0] if posts else {}, blob.name)
    _comments(things, thread)
    yield page(blob, thread, RULE, only=True)


def _thread(post: dict[str, Any], name: str) -> Thread:
    permalink = str(post.get("permalink") or "")
    words = _words(post, "selftext")
    return Thread(
        key=str(post.get("name") or post.get("id") or name),
        url=_SITE + permalink if permalink.startswith("/") else None,
        title=html.unescape(str(post.get("title") or "")) or None,
        body="" if words.text in _GONE else words.text,
        author=_author(post),
        published=machine_date(post.get("created_utc")),
        declared=post["num_comments"] if isinstance(post.get("num_comments"), int) else None,
    )


def _comments(things: list[dict[str, Any]], thread: Thread) -> None:
    """In the order of the page, without recursion: threads are deeper than Python's stack."""
    stack = list(reversed(things))
    while stack:
        thing = stack.pop()
        data = thing.get("data")
        if not isinstance(data, dict):
            continue
        if thing.get("kind") == "more":
            thread.left_out["not in the file (more to load)"] += _count(data)
        elif thing.get("kind") == "t1":
            _comment(data, thread)
            stack += reversed(_children(data.get("replies")))
    thread.left_out = +thread.left_out


def _comment(data: dict[str, Any], thread: Thread) -> None:
    words = _words(data, "body")
    if words.text in _GONE:
        thread.left_out["removed" if "emoved" in words.text else "deleted"] += 1
        return
    parent = str(data.get("parent_id") or "")
    score = data.get("score")
    thread.add(
        Found(
            text=words.text,
            quote=words.quote,
            id=str(data.get("name") or f"t1_{data.get('id')}"),
            parent=parent if parent.startswith("t1_") else None,
            author=_author(data),
            date=machine_date(data.get("created_utc")),
            score=score if isinstance(score, int) and not data.get("score_hidden") else None,
        )
    )


def _words(data: dict[str, Any], name: str) -> Prose:
    markup = data.get(f"{name}_html")
    if isinstance(markup, str) and markup.strip():
        return prose(html.unescape(markup) if "&lt;" in markup and "<div" not in markup else markup)
    text = str(data.get(name) or "")
    if re.search(r"&(?:gt|lt|amp|#x200B);", text):
        text = html.unescape(text)
    return split_quoted_lines(_LINK.sub(r"\1", text))


def _author(data: dict[str, Any]) -> str | None:
    author = data.get("author")
    return author if isinstance(author, str) and author not in _GONE else None


def _children(listing: Any) -> list[dict[str, Any]]:
    data = listing.get("data") if isinstance(listing, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _count(more: dict[str, Any]) -> int:
    count = more.get("count")
    return count if isinstance(count, int) and count > 0 else 0
