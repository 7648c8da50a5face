"""Plain-text threads in the forms in which people save them; each golden text has its own words."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from sentiment.assemble import assemble
from sentiment.records import Document, Page
from sentiment.threads.text import read_text

GOLDEN = Path(__file__).parent / "golden_text"
FORMS = sorted(path.stem for path in GOLDEN.glob("*.txt"))
SAVED = datetime(2018, 3, 7, 12)


def read(form: str) -> tuple[Page, dict]:
    """A golden text as the reader sees it, and what it should see."""
    document = Document(form, (GOLDEN / f"{form}.txt").read_text(encoding="utf-8"), saved=SAVED)
    expected = json.loads((GOLDEN / f"{form}.json").read_text(encoding="utf-8"))
    return assemble(read_text(document), document), expected


@pytest.mark.parametrize("form", FORMS)
def test_comments(form: str) -> None:
    """Every comment is found once, with its author, where the author's page is, and its own words."""
    page, expected = read(form)
    assert [c.author for c in page.comments] == [c["author"] for c in expected["comments"]]
    for comment, wanted in zip(page.comments, expected["comments"], strict=True):
        if "text" in wanted:
            assert comment.text == wanted["text"]
        assert wanted.get("text_has", "") in comment.text
        assert comment.quote == wanted.get("quote", comment.quote)
        assert comment.author_url == wanted.get("author_url", comment.author_url)


@pytest.mark.parametrize("form", FORMS)
def test_dates(form: str) -> None:
    """Every date that a comment bears is read."""
    page, expected = read(form)
    for comment, wanted in zip(page.comments, expected["comments"], strict=True):
        if "date" in wanted:
            assert comment.date is not None
            assert comment.date.replace(tzinfo=None) == datetime.fromisoformat(wanted["date"])


@pytest.mark.parametrize("form", FORMS)
def test_parents(form: str) -> None:
    """Who answers whom, by indent, by name, by number, by title or by the header's words."""
    page, expected = read(form)
    place = {comment.id: index for index, comment in enumerate(page.comments)}
    for comment, wanted in zip(page.comments, expected["comments"], strict=True):
        if "parent" in wanted:
            assert place.get(comment.parent_id or "") == wanted["parent"]


@pytest.mark.parametrize("form", FORMS)
def test_article(form: str) -> None:
    """Title and body are the article's, from its first words to its last."""
    page, expected = read(form)
    first, last = expected["body"]
    assert page.body.startswith(first)
    assert page.body.endswith(last)
    if "title" in expected:
        assert page.title == expected["title"]
    if "author" in expected:
        assert page.author == expected["author"]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_uncertain_is_said(form: str) -> None:
    """A guessed boundary has a confidence below 0.5, a declared count is kept, left-out comments are noted."""
    page, expected = read(form)
    if page.comments:
        assert (page.evidence.confidence < 0.5) == expected.get("guessed", False)
    if expected.get("declared"):
        assert page.evidence.declared_comments == expected["declared"]
    assert len(page.evidence.notes) >= expected.get("notes", 0)
