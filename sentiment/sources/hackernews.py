"""Hacker News as Algolia's interface gives it: an item with the tree of its children, or hits of a search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import Prose, prose, split_quoted_lines

RULE = "hacker news json"

_ITEM = "https://news.ycombinator.com/item?id="


def fits(data: Any) -> bool:
    """Whether this is an item with children, a list of such, or hits of a search for comments."""
    if isinstance(data, list):
        return bool(data) and all(map(_is_item, data))
    return _is_item(data) or bool(_hits(data))


def pages(blob: Blob, data: Any, options: ReadOptions) -> Iterator[Item]:
    """A page for each story: its address is the discussion's, since those are the readers who speak."""
    del options
    if hits := _hits(data):
        yield from _found(blob, hits)
        return
    items = data if isinstance(data, list) else [data]
    for item in items:
        thread = _thread(item.get("story_id") or item.get("id"), item.get("title"), item)
        _children(item, thread)
        yield page(blob, thread, RULE, only=len(items) == 1)


def _is_item(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("children"), list) and "id" in data and "created_at" in data


def _hits(data: Any) -> list[dict[str, Any]]:
    hits = data.get("hits") if isinstance(data, dict) else None
    return [hit for hit in hits if isinstance(hit, dict) and "comment_text" in hit] if isinstance(hits, list) else []


def _found(blob: Blob, hits: list[dict[str, Any]]) -> Iterator[Item]:
    threads: dict[str, Thread] = {}
    for hit in hits:
        story = str(hit.get("story_id") or "")
        thread = threads.setdefault(story, _thread(story, hit.get("story_title"), {}))
        _comment({**hit, "id": hit.get("objectID"), "text": hit["comment_text"]}, thread)
    for thread in threads.values():
        yield page(blob, thread, RULE, only=len(threads) == 1)


def _thread(identity: Any, title: Any, item: dict[str, Any]) -> Thread:
    return Thread(
        key=str(identity),
        url=f"{_ITEM}{identity}" if str(identity).isdigit() else None,
        title=str(title) if title else None,
        body=_words(item.get("text")).text,
        author=_author(item),
        published=machine_date(item.get("created_at")),
    )


def _children(item: dict[str, Any], thread: Thread) -> None:
    """In the order of the page, without recursion: threads are deeper than Python's stack."""
    stack = [(child, None) for child in reversed(item["children"])]
    while stack:
        child, parent = stack.pop()
        if not isinstance(child, dict):
            continue
        identity = _comment({**child, "parent_id": parent}, thread)
        below = child.get("children")
        stack += [(c, identity) for c in reversed(below)] if isinstance(below, list) else []


def _comment(data: dict[str, Any], thread: Thread) -> Any:
    """Take a comment and give its id."""
    identity = str(data.get("id"))
    if not data.get("text") or data.get("text") == "[deleted]":
        thread.left_out["deleted"] += 1
        return identity
    words = _words(data.get("text"))
    points = data.get("points")
    thread.add(
        Found(
            text=words.text,
            quote=words.quote,
            id=identity,
            parent=str(data["parent_id"]) if data.get("parent_id") else None,
            author=_author(data),
            date=machine_date(data.get("created_at")),
            score=points if isinstance(points, int) else None,
        )
    )
    return identity


def _author(data: dict[str, Any]) -> str | None:
    author = data.get("author")
    return author if isinstance(author, str) and author else None


def _words(markup: Any) -> Prose:
    """Readers there quote as in mails, with ``>``."""
    return split_quoted_lines(prose(markup).text) if isinstance(markup, str) else Prose("")
