"""JSON-LD files: articles, forum posts and questions of schema.org with their comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import Prose, prose
from sentiment.sources.webpage import web_address

RULE = "json-ld"

_COMMENTS = ("comment", "comments", "suggestedAnswer", "acceptedAnswer")
_COMMENT_TYPES = frozenset(("Comment", "UserComments", "Answer", "CorrectionComment"))
_HOLDERS = ("mainEntity", "hasPart", "itemListElement", "item", "@graph")
_MOST = 1_000_000

Node = dict[str, Any]


def fits(data: Any) -> bool:
    """Whether objects say their type as JSON-LD does."""
    first = data[0] if isinstance(data, list) and data else data
    return isinstance(first, dict) and ("@context" in first or "@graph" in first or "@type" in first)


def pages(blob: Blob, data: Any, options: ReadOptions) -> Iterator[Item]:
    """A page for each object that has comments; objects beside them may be comments that name what they answer."""
    del options
    nodes = list(_nodes(data))
    articles = [node for node in nodes if not _is_comment(node) and (_comments_of(node) or _is_article(node))]
    threads = [_thread(node, i) for i, node in enumerate(articles)]
    loose = [node for node in nodes if _is_comment(node)]
    if loose and not threads:
        threads = [Thread(key=blob.name)]
    for node in loose:
        _take(node, None, _thread_of(node, threads))
    kept = [thread for thread in threads if thread.comments or thread.left_out] or threads[:1]
    if not kept:
        types = sorted({str(node.get("@type")) for node in nodes})[:8]
        raise InputError(f"JSON-LD without an article or comments; types found: {', '.join(types) or 'none'}")
    for thread in kept:
        yield page(blob, thread, RULE, only=len(kept) == 1)


def _nodes(data: Any) -> Iterator[Node]:
    """The objects at the top, in a graph, and in what holds other objects; comments stay in their articles."""
    stack, count = [data], 0
    while stack and count < _MOST:
        node = stack.pop()
        if isinstance(node, list):
            stack += reversed(node)
        elif isinstance(node, dict):
            count += 1
            if "@type" in node:
                yield node
            stack += [node[name] for name in _HOLDERS if name in node]


def _types(node: Node) -> set[str]:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return {str(name).rpartition("/")[2] for name in names}


def _is_comment(node: Node) -> bool:
    return bool(_types(node) & _COMMENT_TYPES)


def _is_article(node: Node) -> bool:
    return any(name.endswith(("Article", "Posting", "Question")) for name in _types(node))


def _comments_of(node: Node) -> list[Node]:
    found: list[Node] = []
    for name in _COMMENTS:
        value = node.get(name)
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    return found


def _thread(node: Node, number: int) -> Thread:
    count = node.get("commentCount", node.get("answerCount"))
    identity = node.get("@id")
    url = next((url for name in ("url", "mainEntityOfPage", "@id") if (url := _address(node.get(name)))), None)
    thread = Thread(
        key=str(identity or url or node.get("headline") or node.get("name") or number),
        url=url,
        title=_text(node, "headline", "name").text or None,
        body=_text(node, "articleBody", "text").text,
        author=_name(node.get("author") or node.get("creator")),
        published=machine_date(node.get("datePublished") or node.get("dateCreated")),
        declared=_whole(count),
    )
    for comment in _comments_of(node):
        _take(comment, None, thread)
    return thread


def _take(node: Node, parent: str | None, thread: Thread) -> None:
    """A comment and those in it, in the order of the page, without recursion."""
    stack = [(node, parent)]
    while stack:
        comment, above = stack.pop()
        identity = str(comment.get("@id") or comment.get("identifier") or comment.get("url") or f"_:{id(comment)}")
        answered = comment.get("parentItem")
        named = answered.get("@id") if isinstance(answered, dict) else answered
        words = _text(comment, "text", "commentText", "description", "name")
        thread.add(
            Found(
                text=words.text,
                quote=words.quote,
                id=identity,
                parent=above or (str(named) if named and str(named) != thread.key else None),
                author=_name(comment.get("author") or comment.get("creator")),
                author_url=_author_address(comment.get("author") or comment.get("creator")),
                date=machine_date(
                    comment.get("dateCreated") or comment.get("datePublished") or comment.get("commentTime")
                ),
                score=_whole(comment.get("upvoteCount")),
            )
        )
        stack += [(below, identity) for below in reversed(_comments_of(comment))]


def _thread_of(node: Node, threads: list[Thread]) -> Thread:
    """The article that a comment beside it names, else the first."""
    for name in ("about", "discusses", "parentItem", "isPartOf"):
        target = node.get(name)
        identity = target.get("@id") if isinstance(target, dict) else target
        for thread in threads:
            if identity and identity in (thread.key, thread.url):
                return thread
    return threads[0]


def _text(node: Node, *names: str) -> Prose:
    return next(
        (prose(value, newlines=True) for name in names if isinstance(value := node.get(name), str) and value), Prose("")
    )


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("alternateName")
    return value.strip() or None if isinstance(value, str) else None


def _author_address(value: Any) -> str | None:
    return web_address(str(value.get("url") or value.get("@id") or "")) if isinstance(value, dict) else None


def _address(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return web_address(value) if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return int(str(value)) if str(value).isdecimal() and len(str(value)) < 12 else None
