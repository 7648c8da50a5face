"""Dates of posts in the forms and languages in which pages write them."""

from datetime import datetime, timezone

import pytest

from sentiment.threads.dates import date_in_url, find_date, guess_order, parse_date

NOW = datetime(2020, 5, 1, 12)


@pytest.mark.parametrize(
    "text",
    [
        "5 March 2018 10:02",
        "Mon, 5th March 2018 at 10:02 am",
        "5. März 2018 um 10:02 Uhr",
        "lunedì 5 marzo 2018 alle ore 10:02",
        "5 марта 2018 г. в 10:02",
        "5 de marzo de 2018 a las 10:02",
        "5 mars 2018 à 10h02",
        "5 marca 2018 o 10:02",
        "5 de março de 2018 às 10:02",
        "5 maart 2018 om 10:02 uur",
        "5 Mart 2018, 10:02",
    ],
)
def test_worded_dates_are_read_in_each_language(text):
    """The same minute is read from its wording in each language."""
    assert parse_date(text) == datetime(2018, 3, 5, 10, 2)


@pytest.mark.parametrize(
    "text", ["2 hours ago", "2h", "vor 2 Stunden", "2 ore fa", "2 часа назад", "hace 2 horas", "il y a 2 heures"]
)
def test_relative_dates_need_a_reference(text):
    """A relative date is counted from the reference, and is no date without one."""
    assert parse_date(text, reference=NOW) == datetime(2020, 5, 1, 10)
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["Member since: Apr 02, 2018", "$1,234.50", "1.2.3", "+49 30 123456", "1.", "24/7", "5/5"]
)
def test_what_only_looks_like_a_date_is_none(text):
    """Prices, versions, phone numbers and profile lines are not dates."""
    assert parse_date(text, reference=NOW) is None


def test_a_date_is_found_in_a_byline():
    """The date of a post is found between name and button, not the one of a profile."""
    assert find_date("by ann on 3 May 2018 at 10:02 | Reply") == datetime(2018, 5, 3, 10, 2)
    assert find_date("Member since: Apr 02, 2018") is None


def test_order_and_zone():
    """Values above 12 decide the order of a page; a stated zone is kept."""
    assert guess_order(["3/4/2018", "3/14/2018"]) == "MDY"
    assert parse_date("2018-03-05T10:02:11Z") == datetime(2018, 3, 5, 10, 2, 11, tzinfo=timezone.utc)
    assert date_in_url("https://a.example/2018/03/id106323") is None
