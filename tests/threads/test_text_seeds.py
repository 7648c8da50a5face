"""What the plain-text reader finds in the five seed documents."""

from datetime import date
from pathlib import Path

import pytest

import sentiment
from sentiment.records import Page

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """The seed pages by the number their file begins with."""
    found = [page for page in sentiment.read(SEEDS) if isinstance(page, Page)]
    return {Path(page.source).name[:3]: page for page in found}


def bare(name: str) -> Page:
    """A seed read without its manifest, by its text alone."""
    (path,) = SEEDS.glob(f"{name}*.txt")
    return sentiment.parse(path.read_bytes())


def test_all_five_pages_are_read(pages: dict[str, Page]) -> None:
    """No seed is skipped, and 22 comments stand on them."""
    assert sorted(pages) == ["000", "001", "002", "003", "004"]
    assert {name: len(page.comments) for name, page in pages.items()} == {
        "000": 0,
        "001": 15,
        "002": 0,
        "003": 7,
        "004": 0,
    }


def test_outlets_and_languages_with_the_manifest(pages: dict[str, Page]) -> None:
    """The manifest names outlets; the language is the text's, not the outlet's."""
    assert {name: (page.outlet, page.language) for name, page in pages.items()} == {
        "000": ("xiaomitoday.it", "en"),
        "001": ("hdblog.it", "it"),
        "002": ("unknown", "de"),
        "003": ("phonearena.com", "en"),
        "004": ("rambler.ru", "ru"),
    }


def test_every_comment_has_the_language_of_its_thread(pages: dict[str, Page]) -> None:
    """Short comments lean on their page."""
    assert {comment.language for comment in pages["001"].comments} == {"it"}
    assert {comment.language for comment in pages["003"].comments} == {"en"}


@pytest.mark.parametrize(
    ("name", "outlet"),
    [("000", "xiaomitoday.it"), ("001", "unknown"), ("002", "unknown"), ("003", "phonearena"), ("004", "ТАСС")],
)
def test_outlet_from_the_text_alone(name: str, outlet: str) -> None:
    """Without a manifest the page's own text names the outlet, or nobody does."""
    assert bare(name).outlet == outlet


def test_numbered_thread(pages: dict[str, Page]) -> None:
    """Numbered posts: title, the body's end, authors, and no footer in the last comment."""
    page = pages["003"]
    assert page.title == "Xiaomi plans to enter the US market in 2019"
    assert page.body.startswith("Quickly growing Chinese phone maker")
    assert page.body.endswith("source: Reuters")
    authors = ["vasta", "AfterShock", "Papa_Ji", "ahmadkun", "Sparkxster", "SyCo87", "worldpeace"]
    assert [comment.author for comment in page.comments] == authors
    assert page.comments[1].text == "Right on, need more choices in person."
    assert page.comments[6].text.endswith("Mi A2 (Android One) there.")
    assert [comment.date for comment in page.comments] == [None] * 7, "Member since is not the comment's date"


def test_parents_where_the_words_show_them(pages: dict[str, Page]) -> None:
    """Comment 2 agrees with 1, 4 answers 3, 6 answers 5; the others answer nobody."""
    comments = pages["003"].comments
    place = {comment.id: comment.position for comment in comments}
    assert [place.get(comment.parent_id or "") for comment in comments] == [None, 1, None, 3, None, 5, None]
    assert [comment.depth for comment in comments] == [0, 1, 0, 1, 0, 1, 0]


def test_lines_under_a_heading(pages: dict[str, Page]) -> None:
    """One comment per line after the heading, and the copied passage is a quote."""
    comments = pages["001"].comments
    assert comments[0].text.startswith("Si ma leEco")
    assert comments[-1].text == "Spero non facciano la fine di LeEco..."
    (quoting,) = [comment for comment in comments if comment.quote]
    assert quoting.text.startswith("Come fanno gli Usa")
    assert quoting.quote.startswith("in particolare l'intercettazione dei dati personali")
    assert quoting.quote.endswith("proprio qualche giorno fa.")


def test_two_dates_are_kept_apart(pages: dict[str, Page]) -> None:
    """The address says 2018-03-05, the first line 2018-07-04: the address is taken, both are told."""
    page = pages["001"]
    assert page.published == date(2018, 3, 5)
    assert page.evidence.published_from == "url"
    assert {(found.where, found.value) for found in page.evidence.dates} == {
        ("url", date(2018, 3, 5)),
        ("first line", date(2018, 7, 4)),
    }
    assert any("2018-07-04" in note for note in page.evidence.notes)


def test_without_an_address_the_first_line_dates_the_page() -> None:
    """The same page read without its address falls back on its own first line."""
    assert bare("001").published == date(2018, 7, 4)


@pytest.mark.parametrize(
    ("name", "title", "first", "last"),
    [
        (
            "000",
            'Xiaomi and the American market: "We will be there"',
            "The expansion of Xiaomi",
            "they will soon love them.",
        ),
        ("002", "Xiaomi: Welcome to America!", "Jetzt geht die Xiaomi Expansion los.", "noch nicht zu Ende."),
        ("004", "Xiaomi планирует продавать смартфоны в США и сотрудничать с Microsoft", "Китайский", "разных стран."),
    ],
)
def test_pages_without_comments(pages: dict[str, Page], name: str, title: str, first: str, last: str) -> None:
    """Biography, promotion, form and copyright are neither body nor comment."""
    page = pages[name]
    assert page.title == title
    assert page.body.startswith(first)
    assert page.body.endswith(last)
    assert page.comments == ()
    for furniture in (
        "Nerd, Geek",
        "coupons",
        "Please enter",
        "HINTERLASSEN",
        "© ТАСС",
        "Войти",
        "guest",
        "Logo",
        "DSGVO",
    ):
        assert furniture not in page.body


def test_a_page_that_declares_no_comments(pages: dict[str, Page]) -> None:
    """ "0 Post comments" is kept as the page's own count."""
    assert pages["000"].evidence.declared_comments == 0
