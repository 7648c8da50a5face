"""A page of each system, in its markup and with words of our own, is read as its author wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sentiment.assemble import assemble
from sentiment.records import Comment, Document, Page
from sentiment.threads.html import read_html

GOLDEN = Path(__file__).parent / "golden"
PAGES = sorted(path.stem for path in GOLDEN.glob("*.html"))
SAVED = datetime(2023, 3, 4, 12, 0)


def read(name: str) -> tuple[Page, dict[str, Any]]:
    """The page as it is parsed, and what it should be."""
    document = Document(source=name, content=(GOLDEN / f"{name}.html").read_text(encoding="utf-8"), saved=SAVED)
    return assemble(read_html(document), document), json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_article_of_a_golden_page(name: str) -> None:
    """Title, body, author, day, outlet and address of the article are those of the page."""
    page, wanted = read(name)
    assert page.body == wanted["body"]
    assert page.title == wanted["title"]
    assert page.author == wanted["author"]
    assert page.outlet == "quay-courier.example"
    assert page.url == wanted["url"]
    assert str(page.published) == wanted["published"]
    if "declared" in wanted:
        assert page.evidence.declared_comments == wanted["declared"]


@pytest.mark.parametrize("name", PAGES)
def test_comments_of_a_golden_page(name: str) -> None:
    """Every comment has its author, own words, date, parent and score, and nothing else became one."""
    page, wanted = read(name)
    assert page.evidence.rule == wanted["rule"]
    places = {comment.id: place for place, comment in enumerate(page.comments)}
    assert [
        facts_of(comment, places, want) for comment, want in zip(page.comments, wanted["comments"], strict=False)
    ] == wanted["comments"]
    assert len(page.comments) == len(wanted["comments"])


def facts_of(comment: Comment, places: dict[str, int], want: dict[str, Any]) -> dict[str, Any]:
    """Of a comment what the golden file speaks of, in its form."""
    facts: dict[str, Any] = {"author": comment.author, "text": comment.text}
    facts["parent"] = None if comment.parent_id is None else places[comment.parent_id]
    if "date" in want:
        facts["date"] = _instant(comment.date, has_zone="+" in want["date"])
    if "day" in want:
        facts["day"] = comment.date and str(comment.date.date())
    if "score" in want:
        facts["score"] = comment.score
    if "quote_has" in want:
        facts["quote_has"] = want["quote_has"] if want["quote_has"] in comment.quote else comment.quote
    return facts


def _instant(value: datetime | None, *, has_zone: bool) -> str | None:
    if value is None:
        return None
    if not has_zone:
        return value.replace(tzinfo=None, second=0).isoformat()
    return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
