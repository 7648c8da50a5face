"""The responses to a Medium story in the state that its page carries for its scripts (``__APOLLO_STATE__``).

The state is a flat table: ``Post:…``, ``User:…``, ``Paragraph:…``, each named by others as ``{"__ref": "User:…"}``. A
response is a post with ``inResponseToPostResult``.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sentiment.threads.html.soup import STATE
from sentiment.threads.html.structured import Facts, StatedComment

_LARGEST = 8_000_000
_LONGEST_CHAIN = 100

State = dict[str, Any]


def read_state(text: str, facts: Facts) -> None:
    """Add the story's responses, and what is known of the story, to a page's facts; nothing where there are none."""
    state = _load(text)
    posts = {key: one for key, one in state.items() if isinstance(one, dict) and one.get("__typename") == "Post"}
    answered = {key: _name_of(one.get("inResponseToPostResult")) for key, one in posts.items()}
    stories = Counter(_story(key, answered) for key, above in answered.items() if above)
    if not stories:
        return
    story = stories.most_common(1)[0][0]
    found: dict[str, StatedComment] = {}
    for key, above in answered.items():
        if above and _story(key, answered) == story and (words := _words(posts[key], state)):
            found[key] = _comment(posts[key], words, state)
    places = {key: place for place, key in enumerate(found)}
    for key, one in found.items():
        one.parent = places.get(answered[key])
    if found:
        facts.comments, facts.source = list(found.values()), "Medium"
        _add_story(posts.get(story, {}), state, facts)


def _load(text: str) -> State:
    start = text.find("{", text.find(STATE))
    if start < 0 or len(text) > _LARGEST:
        return {}
    try:
        state, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def _story(key: str, answered: dict[str, str]) -> str:
    """The post at the top of a chain of answers."""
    for _ in range(_LONGEST_CHAIN):
        above = answered.get(key)
        if not above:
            return key
        key = above
    return ""


def _name_of(value: Any) -> str:
    """The name of the entry that a reference means; older states write "id" for "__ref"."""
    if not isinstance(value, dict):
        return ""
    name = value.get("__ref") or value.get("id")
    return name if isinstance(name, str) else ""


def _entry(value: Any, state: State) -> dict[str, Any]:
    """What a reference means, or the value itself where it is written out in place."""
    found = state.get(_name_of(value), value)
    return found if isinstance(found, dict) else {}


def _words(post: dict[str, Any], state: State) -> str:
    """The paragraphs of a post, from the fullest of its contents (a preview may stand beside the whole)."""
    texts = [""]
    for name, value in post.items():
        if "ontent" in name and isinstance(value, dict):
            model = _entry(_entry(value, state).get("bodyModel"), state)
            listed = model.get("paragraphs")
            lines = [_entry(one, state).get("text") for one in listed] if isinstance(listed, list) else []
            texts.append("\n".join(" ".join(line.split()) for line in lines if isinstance(line, str) and line.strip()))
    return max(texts, key=len)


def _comment(post: dict[str, Any], words: str, state: State) -> StatedComment:
    creator = _entry(post.get("creator"), state)
    name, handle, claps = creator.get("name"), creator.get("username"), post.get("clapCount")
    return StatedComment(
        words,
        name if isinstance(name, str) else "",
        f"https://medium.com/@{handle}" if isinstance(handle, str) else "",
        _published(post),
        None,
        claps if isinstance(claps, int) else None,
    )


def _published(post: dict[str, Any]) -> str:
    """Milliseconds since 1970, as text."""
    value = post.get("firstPublishedAt")
    return str(int(value)) if isinstance(value, (int, float)) else ""


def _add_story(post: dict[str, Any], state: State, facts: Facts) -> None:
    title, author = post.get("title"), _entry(post.get("creator"), state).get("name")
    count = _entry(post.get("postResponses"), state).get("count")
    facts.headline = facts.headline or (title if isinstance(title, str) else "")
    facts.author = facts.author or (author if isinstance(author, str) else "")
    facts.published = facts.published or _published(post)
    if facts.comment_count is None and isinstance(count, int):
        facts.comment_count = count
