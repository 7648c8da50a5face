"""Damaged, hostile and huge pages end in a result, in time that grows with their size and not faster."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.assemble import Draft
from sentiment.records import Document
from sentiment.threads.html import read_html
from sentiment.threads.html.soup import LARGEST

PARAGRAPH = "<p>" + "A long walk along the quay ends where the new hall begins, and nobody minds. " * 3 + "</p>"
WORDS = ("tide", "rope", "anchor", "harbour", "gull", "crate", "ferry", "plank", "wharf", "lantern", "barrel")


def read(content: str) -> Draft:
    """A page without anything known about it."""
    return read_html(Document(source="page.html", content=content))


def comment(i: int, *, close: bool = True) -> str:
    """A WordPress comment."""
    text = f"{WORDS[i % 11]} and {WORDS[i % 7]} number {i} say {WORDS[(i // 3) % 11]}"
    return (
        f'<li class="comment depth-1" id="comment-{i}"><cite class="fn">reader {i % 97}</cite>'
        f'<time datetime="2020-01-{i % 28 + 1:02}T10:00:00+00:00">x</time>'
        f'<div class="comment-content"><p>{text}</p></div>' + ("</li>" if close else "")
    )


def page(n: int, *, close: bool = True) -> str:
    """An article with n comments."""
    comments = "".join(comment(i, close=close) for i in range(n))
    article = f"<h1>T</h1><article>{PARAGRAPH * 3}</article>"
    return f'<html><body>{article}<ol class="comment-list">{comments}</ol></body></html>'


HOSTILE = {
    "empty": "",
    "only text": "no tags at all",
    "nul bytes": "<html>\0<body>\0<p>a\0b</p>",
    "nested": "<div>" * 100_000 + "x",
    "nested and closed": "<div>" * 100_000 + "x" + "</div>" * 100_000,
    "unclosed formatting": "".join(f"<font color={i}><p>word {i}" for i in range(20_000)),
    "nested tables": "<table><tr><td>" * 20_000,
    "options": "<option>x" * 100_000,
    "selects": "<select>" * 50_000,
    "less-than signs": "<" * 500_000,
    "unfinished tags": "<a " * 500_000,
    "closing signs": "/>" * 500_000,
    "unfinished attribute": '<div class="' + "x" * 1_000_000,
    "comments": "<!--" * 100_000,
    "one line": "word " * 500_000,
    "lone surrogate": "<p>\ud800 text</p>",
    "deep json": '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    "broken json": '<script type="application/ld+json">{"@type": "NewsArticle", </script>' + PARAGRAPH,
    "wrong json": '<script type="application/ld+json">'
    + json.dumps({"@type": "NewsArticle", "comment": [1, None, {"text": 3}], "author": 5})
    + "</script>",
    "deep state": "<script>window.__APOLLO_STATE__ = " + '{"a":' * 100_000 + "</script>",
    "state in a circle": "<script>window.__APOLLO_STATE__ = "
    + json.dumps(
        {
            f"Post:{n}": {
                "__typename": "Post",
                "inResponseToPostResult": {"__ref": f"Post:{1 - n}"},
                "content": {"bodyModel": {"paragraphs": [3, None, {"__ref": []}, {"text": ["x"]}, {"text": "So."}]}},
                "creator": {"__ref": "User:9"},
                "firstPublishedAt": "soon",
            }
            for n in (0, 1)
        }
    )
    + "</script>",
    "scripts that do not end": "<script>" * 100_000 + PARAGRAPH,
    "comments in scripts": "<script><!-- <script> </script> --> </script>" * 10_000 + PARAGRAPH,
    "scripts in one comment in a script": "<script><!--" * 100_000 + "</script>" + PARAGRAPH,
    "drawings in drawings": "<svg>" * 50_000 + "</svg>" * 50_000 + PARAGRAPH,
    "broken address": '<base href="http://[x"><link rel="canonical" href="http://[broken">'
    + page(2).replace("<cite", '<a href="http://[y">z</a><cite'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_page_is_read_within_seconds(name: str) -> None:
    """No such page raises, and none takes more than a few seconds."""
    start = time.perf_counter()
    draft = read(HOSTILE[name])
    assert isinstance(draft.body, str)
    assert time.perf_counter() - start < 15


def test_what_is_cut_before_the_parser_ends_where_a_browser_ends_it() -> None:
    """Comments, scripts, styles and drawings go with what is in them and nothing else, whatever stands inside."""
    page = (
        f"<!-- <script> --><h1>T</h1><script>var a = '<!-- <p>no</p>';</script>{PARAGRAPH}<!-->"
        f"<style>p > a {{ color: red }}</style><p>After the style stands a sentence of the article itself.</p>"
        f"<svg><title>no</title></svg><SCRIPT>no</SCRIPT><p title='a > b'>The last one is here, and it is the end of it.</p>"
    )
    body = read(page).body
    assert body.startswith("A long walk")
    assert body.endswith("the article itself.\nThe last one is here, and it is the end of it.")
    assert "no<" not in body


@pytest.mark.parametrize("ends", ["</script>", "</SCRIPT >"])
@pytest.mark.parametrize("opens", ["<script type='application/ld+json'>", "<SCRIPT id=x TYPE=application/ld+json>"])
def test_data_is_kept_however_its_script_is_written(opens: str, ends: str) -> None:
    """Case, quotes and order of a script's tags do not matter to the data in it."""
    data = json.dumps({"@type": "NewsArticle", "comment": [{"text": "A fine hall, that.", "author": "ann"}]})
    draft = read(f"<h1>T</h1>{PARAGRAPH}{opens}{data}{ends}")
    assert [(one.author, one.text) for one in draft.comments] == [("ann", "A fine hall, that.")]


def test_page_over_the_limit_is_cut_and_says_so() -> None:
    """Of 200 MB the first part is read, with a note."""
    draft = read(page(50) + "x" * 200_000_000)
    assert len(draft.comments) == 50
    assert any("page cut" in note for note in draft.notes)
    assert LARGEST < 200_000_000


def test_deeper_tags_are_ignored_and_their_text_stays() -> None:
    """What stands below the deepest level is still text, and a note says what was done."""
    draft = read("<div>" * 2_000 + "<b>" * 10_000 + PARAGRAPH)
    assert "quay" in draft.body
    assert any("deeper than" in note for note in draft.notes)


@pytest.mark.parametrize("close", [True, False])
def test_time_is_in_proportion_to_the_number_of_comments(*, close: bool) -> None:
    """Four times the comments take about four times the time (closed, or nested through a missing end tag)."""
    spent = []
    for n in (2_000, 8_000):
        content = page(n, close=close)
        start = time.process_time()
        draft = read(content)
        spent.append(time.process_time() - start)
        assert len(draft.comments) == n
    assert spent[1] < 4 * 3 * spent[0]


def test_a_thread_inside_a_comment_is_text() -> None:
    """A comment that quotes the markup of a whole thread stays one comment."""
    inner = comment(7).replace("<", "&lt;").replace(">", "&gt;")
    draft = read(page(2).replace("number 1", f"number 1 {inner}"))
    assert len(draft.comments) == 2
    assert 'id="comment-7"' in draft.comments[1].text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<li id=comment-1 class=comment>",
                "<p>",
                "<b>",
                "</b>",
                "<table>",
                "<td>",
                "3 May 2020",
                "ann",
                "<a href='/user/ann'>",
                "</a>",
                "<time datetime='x'>",
                "<blockquote>",
                "text here",
                "&amp;",
                "<br/>",
                "\n",
                "<div class=comment id=c1>",
                "<script>",
                "</script>",
            ]
        ),
        max_size=120,
    )
)
def test_any_mix_of_tags_is_read(pieces: list[str]) -> None:
    """Whatever the order of tags and words, there is a result whose parents point backwards into the list."""
    draft = read("".join(pieces))
    for i, one in enumerate(draft.comments):
        assert one.text or one.quote
        assert one.parent is None or (0 <= one.parent < len(draft.comments) and one.parent != i)
