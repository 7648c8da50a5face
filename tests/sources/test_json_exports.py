from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sentiment.records import Comment, Document, Page, Skipped
from sentiment.sources import ReadOptions, read
from sentiment.sources.blob import Item


def read_json(folder: Path, data: Any, name: str = "in.json") -> list[Item]:
    """What reading a file with this data gives."""
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return list(read([folder / name]))


def only_page(items: list[Item]) -> Page:
    """The only item, which is a page."""
    (page,) = items
    assert isinstance(page, Page)
    return page


def told(comments: tuple[Comment, ...]) -> list[tuple[str | None, str, int]]:
    """Author, words and depth of comments."""
    return [(comment.author, comment.text, comment.depth) for comment in comments]


def reddit_comment(
    name: str, body: str, *replies: dict[str, Any], parent: str = "t3_abc", **more: Any
) -> dict[str, Any]:
    """A comment as Reddit gives it."""
    below = {"kind": "Listing", "data": {"children": list(replies)}} if replies else ""
    data = {"id": name, "name": f"t1_{name}", "author": f"u{name}", "body": body, "parent_id": parent, "replies": below}
    return {"kind": "t1", "data": {**data, "created_utc": 1520244000.0, "score": 3, **more}}


def reddit(*comments: dict[str, Any]) -> list[dict[str, Any]]:
    """A post with comments as Reddit gives it."""
    post = {
        "id": "abc", "name": "t3_abc", "title": "Phones &amp; more", "selftext": "What do you think?", "author": "op",
        "permalink": "/r/phones/comments/abc/phones/", "created_utc": 1520240000, "num_comments": 9,
    }  # fmt: skip
    return [
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": post}]}},
        {"kind": "Listing", "data": {"children": list(comments)}},
    ]


def test_reddit(tmp_path: Path) -> None:
    """A post of Reddit is a page with its nested comments; those deleted or not loaded are counted."""
    data = reddit(
        reddit_comment("a", "x", reddit_comment("b", "&gt; x\n\nNo, [look](https://x.org)!", parent="t1_a")),
        reddit_comment("c", "[deleted]", reddit_comment("d", "why", parent="t1_c"), author="[deleted]"),
        reddit_comment("e", "[removed]"),
        reddit_comment("f", "y", body_html='&lt;div class="md"&gt;&lt;p&gt;y &amp;amp; z&lt;/p&gt;&lt;/div&gt;'),
        {"kind": "more", "data": {"count": 4, "children": ["g"]}},
    )
    page = only_page(read_json(tmp_path, data))
    assert (page.url, page.outlet) == ("https://www.reddit.com/r/phones/comments/abc/phones/", "reddit.com")
    assert (page.title, page.body, page.author) == ("Phones & more", "What do you think?", "op")
    assert told(page.comments) == [("ua", "x", 0), ("ub", "No, look!", 1), ("ud", "why", 0), ("uf", "y & z", 0)]
    assert page.comments[1].quote == "x"
    assert page.comments[0].date == datetime(2018, 3, 5, 10, tzinfo=UTC)
    assert page.comments[0].score == 3
    assert page.evidence.declared_comments == 9
    assert page.evidence.notes == (
        "9 comments declared, 4 in the file",
        "1 left out: deleted",
        "4 left out: not in the file (more to load)",
        "1 left out: removed",
        "1 answer a comment that is not here",
    )


def test_deep_thread(tmp_path: Path) -> None:
    """A thread far deeper than Python's stack is read."""
    comment: dict[str, Any] = {
        "id": 0,
        "text": "w",
        "author": "a",
        "created_at": "2018-03-05T10:00:00Z",
        "children": [],
    }
    for n in range(1, 300):
        comment = {**comment, "id": n, "children": [comment]}
    page = only_page(read_json(tmp_path, {**comment, "id": 1000, "type": "story", "title": "T"}))
    assert len(page.comments) == 299
    assert page.comments[-1].depth == 298


def test_json_nested_too_deep(tmp_path: Path) -> None:
    """JSON that is only nesting is skipped."""
    (item,) = read_json(tmp_path, '{"a":' * 200_000)
    assert isinstance(item, Skipped)
    assert "nested too deep" in item.reason or "not readable" in item.reason


def test_hacker_news(tmp_path: Path) -> None:
    """An item of Hacker News is a page whose address is the discussion's."""
    child = {"created_at": "2018-03-05T10:00:00.000Z", "type": "comment", "points": None}
    data = {
        "id": 7, "created_at": "2018-03-05T09:00:00.000Z", "type": "story", "author": "op", "title": "Phones",
        "url": "https://www.x.org/phones", "text": None, "children": [
            {**child, "id": 8, "author": "ann", "text": "Fine.<p>&gt; a quote<p>Really", "children": [
                {**child, "id": 9, "author": None, "text": None, "children": [
                    {**child, "id": 10, "author": "bob", "text": "why?", "children": []}]}]},
            {**child, "id": 11, "author": "cy", "text": "It&#x27;s <i>new</i>", "children": []},
        ],
    }  # fmt: skip
    page = only_page(read_json(tmp_path, data))
    assert (page.url, page.outlet) == ("https://news.ycombinator.com/item?id=7", "ycombinator.com")
    assert told(page.comments) == [("ann", "Fine.\n\nReally", 0), ("bob", "why?", 0), ("cy", "It's new", 0)]
    assert page.comments[0].quote == "a quote"
    assert page.evidence.notes == ("1 left out: deleted", "1 answer a comment that is not here")


def test_hacker_news_search(tmp_path: Path) -> None:
    """Hits of a search are grouped by their stories, and answers find what they answer."""
    hit = {"created_at": "2018-03-05T10:00:00Z", "story_id": 7, "story_title": "Phones"}
    data = {
        "hits": [
            {**hit, "objectID": "8", "author": "ann", "comment_text": "<p>One", "parent_id": 7},
            {**hit, "objectID": "9", "author": "bob", "comment_text": "Two", "parent_id": 8},
            {**hit, "objectID": "5", "author": "cy", "comment_text": "Three", "story_id": 4, "parent_id": 4},
        ]
    }
    first, second = read_json(tmp_path, data)
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert told(first.comments) == [("ann", "One", 0), ("bob", "Two", 1)]
    assert second.url == "https://news.ycombinator.com/item?id=4"


def test_json_ld(tmp_path: Path) -> None:
    """An article of JSON-LD is a page with its nested comments."""
    data = {
        "@context": "https://schema.org", "@type": ["NewsArticle", "Article"], "headline": "Telefoni",
        "url": "https://www.x.it/1", "articleBody": "Il corpo.", "datePublished": "2018-03-05T10:00:00+01:00",
        "author": [{"@type": "Person", "name": "Ed"}], "commentCount": 12,
        "comment": [
            {"@type": "Comment", "text": "Bello", "author": {"@type": "Person", "name": "Ann", "url": "https://a.it"},
             "dateCreated": "2018-03-05T11:00:00+01:00", "upvoteCount": "4",
             "comment": {"@type": "Comment", "text": "No", "author": "Bob"}},
            {"@type": "Comment", "text": "Mah", "author": "Cy"},
        ],
    }  # fmt: skip
    page = only_page(read_json(tmp_path, data, "in.jsonld"))
    assert (page.title, page.body, page.author, page.outlet) == ("Telefoni", "Il corpo.", "Ed", "x.it")
    assert told(page.comments) == [("Ann", "Bello", 0), ("Bob", "No", 1), ("Cy", "Mah", 0)]
    assert (page.comments[0].score, page.comments[0].author_url) == (4, "https://a.it")
    assert page.evidence.declared_comments == 12


def test_json_ld_graph(tmp_path: Path) -> None:
    """Comments beside the article in a graph find it, and each other, by their ids."""
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "X"},
            {"@type": "DiscussionForumPosting", "@id": "https://x.org/1", "headline": "T", "text": "Opening"},
            {"@type": "Comment", "@id": "#c1", "text": "One", "about": {"@id": "https://x.org/1"}},
            {"@type": "Comment", "@id": "#c2", "text": "Two", "parentItem": {"@id": "#c1"}},
        ],
    }
    page = only_page(read_json(tmp_path, data))
    assert (page.url, page.body) == ("https://x.org/1", "Opening")
    assert told(page.comments) == [(None, "One", 0), (None, "Two", 1)]


def test_json_of_comments(tmp_path: Path) -> None:
    """A list of comments, also below one name, is a table; objects in it are columns with dots."""
    rows = [{"id": 1, "message": "One", "from": {"name": "Ann"}, "created_time": "2018-03-05T10:00:00+0000"}]
    page = only_page(read_json(tmp_path, {"data": rows, "paging": {"next": "x"}}))
    assert told(page.comments) == [("Ann", "One", 0)]
    assert only_page(read_json(tmp_path, rows)).comments == page.comments


def test_unknown_shape(tmp_path: Path) -> None:
    """JSON of another shape is skipped with what it holds."""
    (item,) = read_json(tmp_path, {"name": "x", "version": 1})
    assert isinstance(item, Skipped)
    assert item.reason.startswith("JSON of an unknown shape (an object with name, version)")
    (item,) = read_json(tmp_path, '{"a": ')
    assert isinstance(item, Skipped)
    assert item.reason.startswith("not readable as JSON")


PAGES = [
    {"url": "https://x.org/1", "html": "<p>Uno</p>", "fetched": "2018-03-05T10:00:00Z"},
    {"url": "https://x.org/2", "html": "<p>Due</p>", "outlet": "X"},
]


@pytest.mark.parametrize("name", ["in.jsonl", "in.json", "in.ndjson", "in"])
def test_lines_of_pages(tmp_path: Path, name: str) -> None:
    """Lines with HTML are documents with their addresses."""
    items = read_json(tmp_path, "\n".join(map(json.dumps, PAGES)), name)
    assert items == [
        Document(
            f"{tmp_path}/{name}::https://x.org/1", "<p>Uno</p>", "https://x.org/1", "text/html",
            saved=datetime(2018, 3, 5, 10, tzinfo=UTC),
        ),
        Document(f"{tmp_path}/{name}::https://x.org/2", "<p>Due</p>", "https://x.org/2", "text/html", "X"),
    ]  # fmt: skip


def test_lines_of_texts(tmp_path: Path) -> None:
    """Lines with a text and an address each are plain texts; with people and parents they are comments."""
    texts = [{"url": f"https://x.org/{n}", "text": f"Title\n\nWords {n}"} for n in range(3)]
    items = read_json(tmp_path, "\n".join(map(json.dumps, texts)), "in.jsonl")
    assert [(i.media_type, i.content[-1]) for i in items if isinstance(i, Document)] == [
        ("text/plain", str(n)) for n in range(3)
    ]
    comments = [{"url": "https://x.org/1", "text": f"w{n}", "author": "a"} for n in range(3)]
    assert len(only_page(read_json(tmp_path, "\n".join(map(json.dumps, comments)), "in.jsonl")).comments) == 3


def test_lines_are_streamed(tmp_path: Path) -> None:
    """Pages of a compressed file come one by one; broken lines are counted at the end."""
    lines = [json.dumps(PAGES[0]), "{broken", "", "[1]", json.dumps(PAGES[1])]
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    items = list(read([tmp_path / "in.jsonl.gz"]))
    assert [type(item) for item in items] == [Document, Document, Skipped]
    assert items[-1] == Skipped(str(tmp_path / "in.jsonl.gz"), "2 lines that are not JSON objects (line 2, 4)")


def test_long_line(tmp_path: Path) -> None:
    """A line over the limit is too large, and what came before it is kept."""
    rows = [*PAGES, *({"url": f"https://x.org/{n}", "html": "<p>" * 10} for n in range(3, 70)), {"html": "x" * 9000}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    items = list(read([tmp_path / "in.jsonl"], options=ReadOptions(max_bytes=5000)))
    assert isinstance(items[0], Document)
    assert isinstance(items[-1], Skipped)
    assert items[-1].reason.startswith("too large")


def test_half_pairs(tmp_path: Path) -> None:
    """Half a surrogate pair, which JSON can hold and no output can, is replaced."""
    page = only_page(read_json(tmp_path, '[{"comment": "a\\ud83d b \\ud83d\\ude00", "author": "\\udc00"}]'))
    assert told(page.comments) == [("\ufffd", "a\ufffd b 😀", 0)]
    (item,) = read_json(tmp_path, '{"url": "https://x.org/1", "html": "<p>\\ud83d</p>"}')
    assert isinstance(item, Document)
    assert item.content == "<p>\ufffd</p>"
