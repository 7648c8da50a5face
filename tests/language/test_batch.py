from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpus import comments
from sentiment.language import batch, identify, with_languages
from sentiment.language.batch import identify_all, with_languages_all
from sentiment.records import UNKNOWN_LANGUAGE, Comment, Page

ODD = [
    "",
    " ",
    "...",
    "123",
    "lol",
    "LOL",
    "ok 👍",
    "\ud800",
    "да",
    "ß",
    "你好",
    "مرحبا",
    "a" * 5000,
    "Ü" * 700,
    "é́" * 50,
    "\U0001d15e" * 300,
    "İ" * 300,
    "你" * 300,
    "a b " * 100,
]


@pytest.fixture(autouse=True)
def _always_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "FEWEST", 1)


def test_many_are_identified_as_one_by_one() -> None:
    """A batch gives the language that each text gets alone, with and without a page's language as the prior."""
    texts = [row["text"] for row in comments(1500)] + ODD
    chance = random.Random(0)  # noqa: S311
    pages = [chance.choice([UNKNOWN_LANGUAGE, "en", "it", "de", "ru", "fr", "xx"]) for _ in texts]
    assert identify_all(texts) == [identify(text) for text in texts]
    assert identify_all(texts, pages) == [identify(text, page) for text, page in zip(texts, pages, strict=True)]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_texts_are_identified_as_one_by_one(texts: list[str]) -> None:
    """Whatever the signs, a batch and one by one agree."""
    assert identify_all(texts) == [identify(text) for text in texts]


def test_pages_get_the_languages_that_each_gets_alone() -> None:
    """Pages and their comments have the same languages, together or alone."""
    rows = list(comments(60))
    pages = [
        Page(
            id=str(n),
            source=str(n),
            body=rows[n]["text"] if n % 3 else "",
            title=rows[n]["text"][:30],
            comments=tuple(Comment(str(i), str(n), i, rows[n + i]["text"]) for i in range(1, 5)),
        )
        for n in range(50)
    ]
    assert with_languages_all(pages) == [with_languages(page) for page in pages]


def test_a_text_of_capitals_or_in_pieces_is_the_same_language() -> None:
    """Capitals, composed or decomposed accents and long words change nothing about the language that is found."""
    text = "Das ist für mich ein großer Fehler, über den keiner spricht"
    assert {identify(one) for one in (text, text.upper(), unicodedata.normalize("NFD", text))} == {"de"}
    assert identify("Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 3) == "de"
