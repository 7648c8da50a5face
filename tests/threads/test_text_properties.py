"""Properties of the plain-text reader that hold for any input."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.assemble import assemble
from sentiment.records import Document
from sentiment.threads.text import read_lines
from sentiment.threads.text.lines import Role, split

PIECES = st.sampled_from(
    [
        "Comments", "Commenti", "3 Kommentare", "Комментарии", "0 comments", "Leave a Reply", "HINTERLASSEN SIE EINE ANTWORT",
        "1. ann", "2. bob", "#3", "4. dee", "Posts: 3; Member since: May 01, 2018", "Reply", "Like", "12 May 2018 at 10:02",
        "vor 2 Stunden", "ann says:", "bob wrote on 3 May 2018:", "> quoted words of somebody else", "Latest Stories",
        "© 2018 The Paper", "This is a sentence of the article that goes on for rather more than twenty words, so that it is prose "
        "and nothing else.", "Nice.", "lol", "Right on.", "", "  ", "\t", "-----", "@ann no.", "By Ann Smith", "Ann Smith", "example.com",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(st.one_of(PIECES, st.text(max_size=60)), max_size=40).map("\n".join)


def shape(text: str) -> str:
    """A text without any blanks: what is compared when lines are joined anew."""
    return "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_no_line_is_lost_or_doubled(content: str) -> None:
    """Every line of the input is title, body, header, comment, quote or counted as boilerplate, exactly once."""
    lines = split(content)
    draft = read_lines(lines, Document("x", content))
    by_role = {role: [line.text for line in lines if line.role is role] for role in Role}
    assert sum(len(found) for found in by_role.values()) == len(lines)
    assert all(not text for text in by_role[Role.BLANK])
    assert draft.boilerplate == by_role[Role.BOILERPLATE]
    assert shape(draft.body) == shape("".join(by_role[Role.BODY]))
    assert Counter(shape("".join(c.text for c in draft.comments))) == Counter(shape("".join(by_role[Role.COMMENT])))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_a_page(content: str) -> None:
    """The reader never raises, and positions count up from 1."""
    document = Document("x", content)
    page = assemble(read_lines(split(content), document), document)
    assert [comment.position for comment in page.comments] == list(range(1, len(page.comments) + 1))
    assert all(comment.text.strip() for comment in page.comments)
    assert len({comment.id for comment in page.comments}) == len(page.comments)


@given(DOCUMENTS)
def test_same_text_same_ids(content: str) -> None:
    """Reading a page twice gives the same page, ids included."""
    document = Document("x", content)
    assert assemble(read_lines(split(content), document), document) == assemble(
        read_lines(split(content), document), document
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newline_signs_do_not_matter(newline: str) -> None:
    """Pages saved on Windows or an old Mac read alike."""
    text = "A title\n\nComments\nFirst one.\nSecond one.".replace("\n", newline)
    draft = read_lines(split(text), Document("x", text))
    assert [comment.text for comment in draft.comments] == ["First one.", "Second one."]
