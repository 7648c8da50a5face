"""The table of known systems, and the small languages it is written in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentiment.records import Document
from sentiment.threads.html import read_html, systems, words
from sentiment.threads.html.select import compile_selector
from sentiment.threads.html.tree import grow

GOLDEN = Path(__file__).parent / "golden"


def test_every_system_has_a_golden_page() -> None:
    """A row in the table comes with a page that only it explains."""
    rules = {json.loads(path.read_text(encoding="utf-8"))["rule"] for path in GOLDEN.glob("*.json")}
    assert {system.name for system in systems.table()} <= rules


def test_a_row_with_an_unknown_key_is_refused() -> None:
    """A slip in the table is found when it is read, not when a page is missed."""
    with pytest.raises(ValueError, match="itmes"):
        systems._row("new", {"name": "New", "kind": "forum", "itmes": ["li"]})


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("li", ["1", "2", "5"]),
        ("li.a", ["1", "5"]),
        (".a.b", ["5"]),
        ("#x7", ["1"]),
        ("[id=xN]", ["1", "2"]),
        ("[id^=x]", ["1", "2", "5"]),
        ("[data-k$=ne]", ["2"]),
        ("[rel~=two]", ["5"]),
        ("ul .a", ["1", "5"]),
        ("ol li", []),
        ("li, p", ValueError),
        ("li:first-child", ValueError),
    ],
)
def test_selectors(selector: str, found: list[str] | type[ValueError]) -> None:
    """The small CSS finds what CSS finds, and refuses what it does not know."""
    tree = grow('<ul><li n=1 class=a id=x7>1<li n=2 id=x12 data-k=one>2<li n=5 class="b a" id=x rel="one two">3</ul>')
    if isinstance(found, list):
        assert [tree.get(node, "n") for node in compile_selector(selector).find(tree)] == found
    else:
        with pytest.raises(found):
            compile_selector(selector)


@pytest.mark.parametrize(
    ("tag", "classes", "kind"),
    [
        ("blockquote", "", "quote"),
        ("blockquote", "messageText SelectQuoteContainer ugc", ""),
        ("blockquote", "postcontent restore", ""),
        ("div", "bbcode_quote", "quote"),
        ("div", "quotebox", "quote"),
        ("span", "quote-icon", ""),
        ("div", "signature", "added"),
        ("p", "postedit", "added"),
        ("button", "", "added"),
        ("div", "comment-body", ""),
    ],
)
def test_what_is_not_a_readers_own(tag: str, classes: str, kind: str) -> None:
    """Quotes and additions of the page are told from a reader's words by tag and class."""
    assert words.kind_of(classes, tag) == kind


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Well said.\nReply", "Well said."),
        ("Reply\nWell said.", "Well said."),
        ("Gut gesagt.\nZuletzt bearbeitet: 3. Mai 2018, 10:02", "Gut gesagt."),
        ("Gut gesagt.\n[Beitrag von ann am 3. Mai 2018, 22:03 bearbeitet]", "Gut gesagt."),
        ("Well said.\n(bought it in 2004)", None),
        ("I edited nothing in 2018, and it shows in every line that I wrote since then.", None),
        ("Reply to nobody.", None),
    ],
)
def test_lines_that_the_page_adds(text: str, own: str | None) -> None:
    """Buttons and edit notes go from the edges of a text, sentences that only look like them stay."""
    assert words.tidy(text) == (own or text)


def test_a_quote_in_the_frame_of_a_quote_is_told_once() -> None:
    """Where the frame, the box in it and the words all have names of quotes, the quote holds the words once."""
    frame = (
        '<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container">'
        '<div class="bbcode_postedby">Originally Posted by <strong>ann</strong></div>'
        '<div class="message">The ferry leaves at nine.</div></div></div></div>'
    )
    posts = "".join(
        f'<li class="postcontainer" id="post_{n}"><span class="date">0{n}-05-2018, 10:02</span>'
        f'<a class="username"><strong>reader {n}</strong></a>'
        f'<blockquote class="postcontent">{frame if n == 2 else ""}Then I will come at {n}.</blockquote></li>'
        for n in (1, 2, 3)
    )
    draft = read_html(Document(source="x", content=f"<h1>T</h1><ol>{posts}</ol>"))
    assert [(one.text, one.quote) for one in draft.comments] == [
        ("Then I will come at 2.", "Originally Posted by ann\nThe ferry leaves at nine."),
        ("Then I will come at 3.", ""),
    ]


def test_line_breaks_and_emoji_survive() -> None:
    """Paragraphs and breaks are lines, an emoji that is a picture is its sign."""
    tree = grow('<div><p>one<br>two</p><p>three <img class="emoji" alt="🙂" src="x.svg"> <b>fo</b>ur</p></div>')
    assert tree.words(tree.by_tag["div"][0]) == "one\ntwo\nthree 🙂 four"


def test_page_cut_short_by_script_is_declared() -> None:
    """A page that states more comments than the file holds says so."""
    draft = read_html(
        Document(
            source="x", content="<h1>T</h1><p>Some text of the article, long enough to be one.</p><h3>149 Comments</h3>"
        )
    )
    assert draft.declared_comments == 149
    assert draft.notes == ["page declares 149 comments, 0 in the file"]


def test_comments_that_a_script_would_load_are_named() -> None:
    """A page that only keeps the place for comments says which system would have filled it."""
    draft = read_html(Document(source="x", content='<h1>T</h1><p>An article.</p><div id="disqus_thread"></div>'))
    assert draft.notes == ["Disqus loads comments by script: none in the file"]


def test_deleted_comments_are_counted_and_their_answers_kept() -> None:
    """A comment that was taken out is no comment; what answered it hangs on what it answered."""
    content = (GOLDEN / "wordpress.html").read_text(encoding="utf-8")
    content = content.replace(
        "<p>Fair for whom? Read the two-year clause first.</p>", "<p>This comment has been removed.</p>"
    )
    draft = read_html(Document(source="x", content=content))
    assert [one.author for one in draft.comments] == ["Mira Tal", "Jun K."]
    assert "deleted comments left out: 1" in draft.notes


def test_records_under_a_named_article_are_its_comments() -> None:
    """Without any name of a discussion, an article before the records makes them comments and no forum thread."""
    rows = "".join(
        f'<div class="c"><a class="nick" href="/user/{i}">{name}</a> <i>1{i}.05.2024 10:00</i><div>{text}</div></div>'
        for i, (name, text) in enumerate(
            [
                ("ann", "Too dear for me, and too far from the station."),
                ("bo", "I like it here, the light is good and so is the bread."),
                ("cy", "No parking, again, and nobody is surprised by that."),
            ]
        )
    )
    article = (
        "<article><h1>T</h1><p>The harbour town has opened its new market hall after four years of work.</p></article>"
    )
    draft = read_html(Document(source="x", content=f"<html><body>{article}<section>{rows}</section></body></html>"))
    assert draft.body.startswith("The harbour town")
    assert [one.author for one in draft.comments] == ["ann", "bo", "cy"]


@pytest.mark.parametrize(
    ("language", "texts", "days"),
    [
        ("en", ["03-04-2021", "03-05-2021"], ["2021-03-04", "2021-03-05"]),
        ("en", ["03-04-2021", "13-05-2021"], ["2021-04-03", "2021-05-13"]),
        ("en-US", ["03-04-2021"], ["2021-03-04"]),
        ("de", ["03.04.2021"], ["2021-04-03"]),
    ],
)
def test_day_and_month_are_told_apart(language: str, texts: list[str], days: list[str]) -> None:
    """Posts of a thread stand close together; where nothing tells, the page's language decides."""
    posts = "".join(
        f'<div class="post" id="post_{i}"><span class="largetext">reader{i}</span>'
        f'<span class="post_date">{text}, 10:0{i}</span>'
        f'<div class="post_body">Post number {i} has words of its own.</div></div>'
        for i, text in enumerate([texts[0], *texts])
    )
    draft = read_html(Document(source="x", content=f'<html lang="{language}"><body><h1>T</h1>{posts}</body></html>'))
    assert [str(one.date and one.date.date()) for one in draft.comments] == days


def test_comments_without_dates_are_found_by_name_and_buttons() -> None:
    """Where a page shows no dates, records that are named comments and carry buttons are still comments."""
    rows = "".join(
        f'<div class="commento"><b class="autore">{name}</b><p>{text}</p><a>Rispondi</a> <a>Segnala</a></div>'
        for name, text in [("Luca", "Bello, ma troppo caro per me."), ("Anna", "Prezzi onesti, io ci vado volentieri.")]
    )
    paragraph = "<p>Il nuovo mercato ha aperto lunedì dopo quattro anni di lavori, con molti banchi ancora vuoti.</p>"
    article = f"<article><h1>T</h1>{paragraph * 6}</article>"
    draft = read_html(
        Document(source="x", content=f'<html lang="it">{article}<section class="commenti">{rows}</section>')
    )
    assert [(one.author, one.date) for one in draft.comments] == [("Luca", None), ("Anna", None)]
