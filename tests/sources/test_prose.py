from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.sources.prose import Prose, prose, split_quoted_lines


@pytest.mark.parametrize(
    ("markup", "text", "quote"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree", ""),
        ("<p>a</p>\n<p>b</p>\nloose", "a\n\nb\n\nloose", ""),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb", ""),
        ("x<br/><br/><br/>y", "x\n\ny", ""),
        ("<blockquote><p>said he</p></blockquote><p>No &amp; no</p>", "No & no", "said he"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "d", "a\n\nb\n\nc"),
        ("<p>hi <img class='emoji' alt='😀' src=x> there <img alt='a photo'></p>", "hi 😀 there", ""),
        ("<script>alert(1)</script><style>p{}</style>ok<iframe>no</iframe>", "ok", ""),
        ("see <a href='x'>the link</a>, <em>really</em>", "see the link, really", ""),
        ("1 < 2 && AT&T <3", "1 < 2 && AT&T <3", ""),
        ("&lt;b&gt; is a tag", "<b> is a tag", ""),
        ("<!-- nothing -->", "", ""),
        ("<div>" * 5000 + "deep", "deep", ""),
    ],
)
def test_words_of_markup(markup: str, text: str, quote: str) -> None:
    """Tags become breaks or nothing, quotes stand apart, what is not text goes."""
    assert prose(markup) == Prose(text, quote)


def test_newlines() -> None:
    """Line ends are breaks only where the source keeps them so, and where no tags make them."""
    assert prose("a <b>x</b>\nb\n\nc", newlines=True).text == "a x\nb\n\nc"
    assert prose("a\nb") == Prose("a b")
    assert prose("<p>a\nb</p>", newlines=True).text == "a b"


def test_quoted_lines() -> None:
    """Lines that begin with > are what is quoted."""
    text = "> he said\n>> she\nNo.\n\n> more\nYes > no"
    assert split_quoted_lines(text) == Prose("No.\n\nYes > no", "he said\nshe\nmore")


@pytest.mark.parametrize("piece", ["<b>x", "<!--", "<a ", "<b> </b>", "<p>", "&", "<blockquote>", "<br>"])
def test_much_of_the_same(piece: str) -> None:
    """A body made to be slow is read in time that is in proportion to its length."""
    prose(piece * 50_000 + "x")


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text gives some words and no exception, and the words behind it stay."""
    prose(text, newlines=True)
    assert prose(f"<p>{text}</p><p>word</p>").text.endswith("word") or "<" in text
