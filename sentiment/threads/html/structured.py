"""What a page says to machines: JSON-LD about the article and its comments, and threads preloaded as JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sentiment.threads.html.names import names
from sentiment.threads.html.soup import STATE
from sentiment.threads.html.tree import Tree, grow

_ARTICLES = names(
    "Article NewsArticle BlogPosting Report ReportageNewsArticle OpinionNewsArticle AnalysisNewsArticle "
    "TechArticle LiveBlogPosting DiscussionForumPosting SocialMediaPosting Question "
    "Recipe Review VideoObject CreativeWork ReviewNewsArticle BackgroundNewsArticle ScholarlyArticle"
)
_THREADS = frozenset(("DiscussionForumPosting", "Question", "SocialMediaPosting"))
_COMMENT_KEYS = ("comment", "comments", "acceptedAnswer", "suggestedAnswer")
_LARGEST = 8_000_000
_MOST = 60_000
_DEEPEST = 60


@dataclass(slots=True)
class StatedComment:
    """A comment as the page's data states it; ``parent`` is a position in the same list."""

    text: str
    author: str = ""
    author_url: str = ""
    date: str = ""
    parent: int | None = None
    score: int | None = None


@dataclass(slots=True)
class Facts:
    """What the page's data states about its article."""

    headline: str = ""
    author: str = ""
    publisher: str = ""
    published: str = ""
    comment_count: int | None = None
    comments: list[StatedComment] = field(default_factory=list)
    opening: StatedComment | None = None
    """The opening post, where the data is that of a forum thread."""
    source: str = ""
    """Where ``comments`` come from: ``JSON-LD`` or the name of a system."""


def read_facts(tree: Tree) -> Facts:
    """Read all data scripts of a page; what is not valid is passed over."""
    facts = Facts()
    for kind, text in tree.scripts:
        if "ld+json" not in kind or len(text) > _LARGEST:
            continue
        data = _load(_unwrapped(text))
        for thing in _things(data, 0):
            _read_thing(thing, facts)
    if not facts.comments:
        _read_preloaded(tree, facts)
        for text in (text for kind, text in tree.scripts if kind == STATE):
            from sentiment.threads.html.medium import read_state  # here, because next to no page has any

            read_state(text, facts)
    return facts


def plain(text: str) -> str:
    """The words of a text that may be HTML."""
    if "<" in text or "&" in text:
        part = grow(f"<div>{text}</div>")
        return part.words(0) if len(part) else html.unescape(text)
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def _unwrapped(text: str) -> str:
    """The JSON inside comments and CDATA marks."""
    starts = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if text.lstrip()[:1] in ("{", "[") or not starts:
        return text.strip().rstrip(";")
    at = min(starts)
    if "CDATA[" in text[: at + 1]:
        at = text.find("CDATA[") + 6
    return text[at : max(text.rfind("}"), text.rfind("]", 0, text.rfind("]]>") if "]]>" in text else None)) + 1]


def _load(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _things(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(data, list):
        for one in data[:200]:
            yield from _things(one, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            if isinstance(data.get(key), (dict, list)):
                yield from _things(data[key], depth + 1)


def _types(thing: dict[str, Any]) -> set[str]:
    kinds = thing.get("@type")
    return {str(kind).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _read_thing(thing: dict[str, Any], facts: Facts) -> None:
    kinds = _types(thing)
    if not kinds & _ARTICLES:
        if "WebSite" in kinds and not facts.publisher:
            facts.publisher = _name(thing)
        return
    facts.headline = facts.headline or _text(thing.get("headline") or thing.get("name"))
    facts.author = facts.author or _name(thing.get("author") or thing.get("creator"))
    facts.publisher = _name(thing.get("publisher")) or facts.publisher
    facts.published = facts.published or _text(thing.get("datePublished") or thing.get("dateCreated"))
    count = thing.get("commentCount", thing.get("answerCount"))
    if count is None:
        count = _interactions(thing.get("interactionStatistic"))
    if facts.comment_count is None and count is not None:
        facts.comment_count = _count(count)
    if not facts.comments:
        for key in _COMMENT_KEYS:
            _collect(thing.get(key), None, facts.comments, 0)
        if facts.comments:
            facts.source = "JSON-LD"
            words = _text(thing.get("text") or thing.get("articleBody"))
            if kinds & _THREADS and words:
                facts.opening = StatedComment(plain(words), facts.author, _link(thing.get("author")), facts.published)


def _interactions(data: Any) -> Any:
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict) and "Comment" in str(one.get("interactionType")):
            return one.get("userInteractionCount")
    return None


def _collect(data: Any, parent: int | None, found: list[StatedComment], depth: int) -> None:
    if depth > _DEEPEST:
        return
    for one in data if isinstance(data, list) else [data]:
        if not isinstance(one, dict) or len(found) >= _MOST:
            continue
        words = plain(_text(one.get("text") or one.get("commentText") or one.get("description")))
        here = parent
        if words:
            here = len(found)
            found.append(
                StatedComment(
                    words,
                    _name(one.get("author") or one.get("creator")),
                    _link(one.get("author") or one.get("creator")),
                    _text(one.get("datePublished") or one.get("dateCreated") or one.get("commentTime")),
                    parent,
                    _count(one.get("upvoteCount")),
                )
            )
        for key in _COMMENT_KEYS:
            _collect(one.get(key), here, found, depth + 1)


def _read_preloaded(tree: Tree, facts: Facts) -> None:
    """Discourse keeps a topic's posts as JSON inside JSON in an attribute."""
    for node in tree.with_attribute("data-preloaded")[:2]:
        outer = _load(tree.get(node, "data-preloaded")[:_LARGEST])
        if not isinstance(outer, dict):
            continue
        for key, value in outer.items():
            if key.startswith("topic_") and isinstance(value, str):
                topic = _load(value)
                if isinstance(topic, dict):
                    _read_topic(topic, facts)


def _read_topic(topic: dict[str, Any], facts: Facts) -> None:
    stream = topic.get("post_stream")
    posts = stream.get("posts") if isinstance(stream, dict) else None
    if not isinstance(posts, list):
        return
    numbers: dict[Any, int] = {}
    for post in posts[:_MOST]:
        if not isinstance(post, dict) or not (words := plain(_without_quotes(_text(post.get("cooked"))))):
            continue
        name = _text(post.get("username"))
        one = StatedComment(words, name, f"/u/{name}" if name else "", _text(post.get("created_at")))
        if facts.opening is None and post.get("post_number", 1) == 1:
            facts.opening = one
            continue
        one.parent = numbers.get(post.get("reply_to_post_number"))
        numbers[post.get("post_number")] = len(facts.comments)
        facts.comments.append(one)
    if facts.opening or facts.comments:
        facts.source = "Discourse"
        facts.headline = facts.headline or _text(topic.get("title"))


def _without_quotes(text: str) -> str:
    return re.sub(r"<aside class=\"quote.*?</aside>", "", text, flags=re.S)


def _name(data: Any) -> str:
    if isinstance(data, list):
        data = data[0] if data else ""
    if isinstance(data, dict):
        data = data.get("name", "")
        if isinstance(data, list):
            data = data[0] if data else ""
    return " ".join(html.unescape(data).split()) if isinstance(data, str) else ""


def _link(data: Any) -> str:
    if isinstance(data, list):
        data = data[0] if data else ""
    url = data.get("url") if isinstance(data, dict) else ""
    return url if isinstance(url, str) else ""


def _text(data: Any) -> str:
    if isinstance(data, list):
        data = data[0] if data else ""
    return html.unescape(data) if isinstance(data, str) and "<" not in data else data if isinstance(data, str) else ""


def _count(data: Any) -> int | None:
    try:
        return int(data)
    except (TypeError, ValueError):
        return None
