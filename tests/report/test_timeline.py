"""Stance over time: of all comments, and of each group that has enough of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sentiment.report import charts
from sentiment.report.groups import ReportOptions
from sentiment.report.page import to_html
from sentiment.report.plain import as_dict
from sentiment.report.result import Report
from tests.report.builders import folded, human, model, page

DAYS = [datetime(2018, 5, 1), datetime(2018, 5, 2), datetime(2018, 5, 3)]


def two_outlets(**options: object) -> Report:
    """One outlet that turns from for to against within three days, one with too few comments for a line."""
    stances = [human("favor"), human("favor"), human("against")]
    turning = replace(page("p", 30, dates=DAYS), published=date(2018, 5, 2))
    return folded(
        (turning, stances * 10),
        (page("q", 19, outlet="b.example", dates=DAYS), [model(0.1, 0.7, 0.1, 0.1)] * 19),
        options=ReportOptions(**options),  # type: ignore[arg-type]
    )


def test_each_group_with_enough_comments_has_a_line() -> None:
    """Its own comments only, with intervals where there are labels and the article on its day; small groups have none."""
    report = two_outlets()
    assert {(one.outlet, one.language) for one in report.group_periods} == {("a.example", "en")}
    first, second, third = report.group_periods
    assert [one.comments for one in (first, second, third)] == [10, 10, 10]
    assert [one.net.share for one in (first, second, third)] == [1.0, 1.0, -1.0]
    assert [one.articles for one in (first, second, third)] == [0, 1, 0]
    assert all(one.net.low is not None and one.shares["favor"].high is not None for one in report.group_periods)
    assert [one.comments for one in report.periods] == [17, 16, 16]


def test_groups_over_time_are_in_the_file_and_on_the_page() -> None:
    """JSON lists every period of every group; the page draws a line under the group's name, with words for it."""
    report = two_outlets()
    rows = as_dict(report)["time_by_group"]
    assert [(row["outlet"], row["language"], row["start"], row["comments"]) for row in rows] == [
        ("a.example", "en", f"2018-05-0{day}", 10) for day in (1, 2, 3)
    ]
    assert rows[0]["favor"]["low"] is not None
    text = to_html(report)
    assert "a.example en, net stance by day" in text
    assert "b.example en, net stance by day" not in text


def test_lines_of_groups_can_be_left_out() -> None:
    """A table on a screen shows none, so none are kept; the line of all stays the same."""
    report = two_outlets(by_time=False)
    assert report.group_periods == ()
    assert report.periods == two_outlets().periods


@pytest.mark.parametrize(("step", "count"), [("day", 3), ("week", 1), ("month", 1)])
def test_steps(step: str, count: int) -> None:
    """The step that is asked for is taken; a group whose comments fall into one period has no course."""
    report = two_outlets(step=step)
    assert len(report.periods) == count
    assert len(report.group_periods) == (3 if count == 3 else 0)


def test_days_become_months_without_losing_a_comment() -> None:
    """Over two years it is months, whatever order the comments come in, and every comment is in one."""
    dates = [datetime(2017, 1, 31) + timedelta(days=7 * i % 701) for i in range(200)]
    for order in (dates, sorted(dates), sorted(dates, reverse=True)):
        report = folded((page("p", 200, dates=order), [human("favor")] * 200))
        assert {one.step for one in report.periods} == {"month"}
        assert {one.start.day for one in report.periods} == {1}
        assert sum(one.comments for one in report.periods) == sum(one.comments for one in report.group_periods) == 200
        wanted = {date(day.year, day.month, 1) for day in dates}
        assert {one.start for one in report.periods} == wanted


def test_a_thin_group_takes_a_longer_step() -> None:
    """Where all have days, a group of a comment a day has weeks, unless days are asked for."""
    month = [datetime(2018, 5, 1) + timedelta(days=i) for i in range(28)]
    thin, thick = page("p", 28, dates=month), page("q", 28 * 25, outlet="b.example", dates=month)
    pages = (thin, [human("favor")] * 28), (thick, [human("favor")] * len(thick.comments))
    report = folded(*pages)
    assert {(one.outlet, one.step) for one in report.group_periods} == {("a.example", "week"), ("b.example", "day")}
    assert {one.step for one in folded(*pages, options=ReportOptions(step="day")).group_periods} == {"day"}


def test_one_group_has_no_second_line() -> None:
    """Grouped by outlet alone, a line per outlet; a chart of a single period is no chart."""
    report = two_outlets(by=("outlet",))
    assert {(one.outlet, one.language) for one in report.group_periods} == {("a.example", None)}
    assert charts.over_time(report.periods[:1]) is None
