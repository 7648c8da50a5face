"""Reasons, typical comments, and stance over time."""

from datetime import date, datetime

import pytest

from sentiment.report.groups import ReportOptions
from sentiment.report.timeline import start
from sentiment.report.typical import nearest
from sentiment.reporting import themes_of
from sentiment.stance.target import load_target
from tests.report.builders import folded, human, page

find = themes_of(load_target("xiaomi-us"))


@pytest.mark.parametrize(
    ("text", "language", "reason", "denied"),
    [
        ("The prices will finally drop", "en", "price", False),
        ("not cheap at all", "en", "price", True),
        ("Not cheap, but what a value", "en", "price", False),
        ("i prezzi sono ottimi", "it", "price", False),
        ("der Preis stimmt", "de", "price", False),
        ("цены упадут", "ru", "price", False),
        ("they copied the iphone", "en", "copying", False),
        ("es gibt keine Spionage", "de", "privacy", True),
    ],
)
def test_reasons_are_found_in_any_form(text: str, language: str, reason: str, denied: bool) -> None:
    """Inflected words are found, and a negator marks the mention as denied."""
    assert find(text, language)[reason] is denied


@pytest.mark.parametrize("text", ["banana republic", "urban", "the husband of"])
def test_reasons_are_whole_words(text: str) -> None:
    """A cue inside another word is none: *ban* is not in *banana*."""
    assert "politics" not in find(text, "en")


def test_reasons_are_counted_per_group_and_stance() -> None:
    """Counts per stance, shares of the group's comments, and all groups together first."""
    texts = ["cheap phones at last", "not cheap", "they copy all of it", "nice weather today"]
    stances = [human("favor"), human("against"), human("against"), human("unrelated")]
    report = folded(
        (page("p", 4, texts=texts), stances), options=ReportOptions(themes=find, titles={"price": "price and value"})
    )
    every = {r.reason: r for r in report.reasons if r.outlet is None}
    assert (every["price"].comments, every["price"].denied, every["price"].share) == (2, 1, 0.5)
    assert every["price"].title == "price and value"
    assert every["price"].by_stance == {"favor": 1, "against": 1, "neutral": 0, "unrelated": 0}
    assert {r.outlet for r in report.reasons} == {None, "a.example"}


def test_typical_is_near_the_centre_not_long() -> None:
    """Of many that say the same and a long one that says all kinds of things, one of the many is shown; copies once."""
    texts = [
        "competition will bring the prices down",
        "more competition brings prices down",
        "competition brings the prices down",
        "competition brings the prices down",
        "my uncle went fishing " + " ".join(f"word{i}" for i in range(80)),
        "ok",
    ]
    (first, _), *rest = nearest(texts, 3)
    assert first in (0, 1, 2, 3)
    assert 4 not in [place for place, _ in rest]
    assert len({texts[place] for place, _ in [(first, 0.0), *rest]}) == len(rest) + 1


def test_typical_comments_do_not_depend_on_the_order() -> None:
    """The same comments in another order give the same evidence."""
    texts = [f"{chr(97 + i % 26) * 3} {chr(97 + i // 26) * 4} speaks of prices and value" for i in range(90)]
    pages = [(page(f"p{i}", 10, texts=texts[10 * i : 10 * i + 10]), [human("favor")] * 10) for i in range(9)]
    options = ReportOptions(themes=find)
    one, other = folded(*pages, options=options), folded(*reversed(pages), options=options)
    assert one.typical == other.typical
    assert len(one.typical) == 3 + 3


def test_periods_fit_the_span() -> None:
    """Days for a month, weeks for a year; the given step wins; every dated comment is in one."""
    days = [datetime(2018, 1, 1), datetime(2018, 1, 20)]
    far = [datetime(2018, 1, 1), datetime(2018, 6, 1)]
    near_report = folded((page("p", 2, dates=days), [human("favor")] * 2))
    assert [p.step for p in near_report.periods] == ["day", "day"]
    assert {p.step for p in folded((page("p", 2, dates=far), [human("favor")] * 2)).periods} == {"week"}
    month = folded((page("p", 2, dates=days), [human("favor")] * 2), options=ReportOptions(step="month"))
    assert [(p.start, p.comments) for p in month.periods] == [(date(2018, 1, 1), 2)]


def test_weeks_start_on_monday() -> None:
    """Sunday belongs to the week that began six days before."""
    assert start(date(2018, 5, 6), "week") == date(2018, 4, 30)
    assert start(date(2018, 5, 6), "month") == date(2018, 5, 1)
