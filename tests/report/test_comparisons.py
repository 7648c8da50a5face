"""What is called different, and what is not."""

from datetime import date, datetime

import pytest

from sentiment.report.compare import holm
from sentiment.report.groups import ReportOptions
from tests.report.builders import folded, human, page, sampled


def test_holm_is_that_of_the_textbook() -> None:
    """Holm's own procedure on four p values, in the order given."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_weighted_holm() -> None:
    """A value of half the weight needs half the p; what is rejected leaves its weight to the others."""
    assert holm([0.02, 0.02], [1.0, 1.0]) == holm([0.02, 0.02])
    assert holm([0.02, 0.012], [0.5, 0.125]) == pytest.approx([0.025, 0.025])
    assert holm([0.0, 0.03], [0.5, 0.5]) == pytest.approx([0.0, 0.03])


def test_outlets_that_differ_are_called_different() -> None:
    """One for, one against: a sentence with difference, interval and p."""
    report = folded(*sampled("a.example", (0.6, 0.1, 0.1, 0.2)), *sampled("b.example", (0.1, 0.6, 0.1, 0.2), seed=2))
    one, *shares = report.comparisons
    assert (one.kind, one.within, one.first, one.second) == ("outlets", "en", "a.example", "b.example")
    assert one.different
    assert one.p is not None
    assert one.p < 0.001
    assert "more in favour" in one.sentence
    assert one.measure == "net"
    assert [share.measure for share in shares] == ["favor", "against", "neutral", "unrelated"]


def test_every_share_is_compared() -> None:
    """Net alike, shares apart: more on both sides here, more about something else there; said in a sentence each."""
    report = folded(
        *sampled("a.example", (0.45, 0.45, 0.05, 0.05)), *sampled("b.example", (0.1, 0.1, 0.05, 0.75), seed=2)
    )
    found = {one.measure: one for one in report.comparisons}
    assert not found["net"].different
    assert found["favor"].different
    assert found["favor"].low is not None
    assert 0 < found["favor"].low < found["favor"].difference < found["favor"].high  # type: ignore[operator]
    assert not found["neutral"].different
    shares = [group.shares["unrelated"].share for group in report.groups]
    assert found["unrelated"].difference == pytest.approx(shares[0] - shares[1])  # type: ignore[operator]
    assert found["unrelated"].sentence.startswith(
        "Comments on a.example are less often about something else than those on b.example in en: "
    )
    assert found["neutral"].sentence.startswith("No difference can be shown in how often comments are neutral between")


def test_a_stance_that_one_side_never_takes_is_no_proof() -> None:
    """Nobody neutral among 20 there, two here: no difference, although the share of zero has no spread of its own."""
    stances = [human("favor")] * 10 + [human("against")] * 10
    pages = [(page(f"a{i}", 20), stances) for i in range(3)]
    pages += [(page(f"b{i}", 20, outlet="b.example"), [*stances[:-1], human("neutral")]) for i in range(2)]
    found = {one.measure: one for one in folded(*pages).comparisons}
    assert found["neutral"].p is not None
    assert found["neutral"].p > 0.05


def test_outlets_that_are_alike_are_not() -> None:
    """The same readers twice: no difference can be shown."""
    report = folded(*sampled("a.example", (0.4, 0.3, 0.1, 0.2)), *sampled("b.example", (0.4, 0.3, 0.1, 0.2), seed=2))
    one = report.comparisons[0]
    assert not any(other.different for other in report.comparisons)
    assert one.sentence.startswith("No difference can be shown")


def test_random_halves_are_seldom_called_different() -> None:
    """Two random halves of threads that are all alike, 300 times: under 5 % are called different."""
    import numpy as np

    random = np.random.default_rng(7)
    called = 0
    for _ in range(300):
        pages = []
        for thread in range(16):
            mood = random.dirichlet(np.array([0.3, 0.3, 0.1, 0.3]) * 19)
            named = random.choice(4, size=15, p=mood)
            outlet = "a.example" if thread % 2 else "b.example"
            stances = [human(("favor", "against", "neutral", "unrelated")[i]) for i in named]
            pages.append((page(str(thread), 15, outlet=outlet), stances))
        called += any(one.different for one in folded(*pages).comparisons)
    assert called / 300 < 0.05


def test_groups_without_intervals_are_shown_not_compared() -> None:
    """A group without random labels and one of a single thread are named with the reason."""
    report = folded(
        *sampled("a.example", (0.4, 0.3, 0.1, 0.2)),
        *sampled("b.example", (0.4, 0.3, 0.1, 0.2), inclusion=0.0),
        *sampled("c.example", (0.4, 0.3, 0.1, 0.2), threads=1, per_thread=200),
    )
    assert report.comparisons == ()
    (note,) = [note for note in report.notes if note.startswith("Shown, not compared")]
    assert "b.example en (under 20 random labels)" in note
    assert "c.example en (one thread)" in note


def test_all_the_same_stance() -> None:
    """Everybody in favour on both sides: no difference, and an interval that does not claim to know it exactly."""
    pages = [
        (page(f"{o}{i}", 20, outlet=o), [human("favor")] * 20) for i in range(3) for o in ("a.example", "b.example")
    ]
    for one in folded(*pages).comparisons:
        assert (one.difference, one.different) == (0.0, False)
        assert one.high is not None
        assert 0.01 < one.high < 0.2


def test_languages_are_compared() -> None:
    """Languages are compared over all outlets."""
    report = folded(
        *sampled("a.example", (0.7, 0.1, 0.1, 0.1)),
        *sampled("b.example", (0.1, 0.7, 0.1, 0.1), language="it", seed=2),
    )
    (one,) = [one for one in report.comparisons if (one.kind, one.measure) == ("languages", "net")]
    assert {one.first, one.second} == {"en", "it"}
    assert one.different


def test_before_and_after_a_day() -> None:
    """Comments of the same threads before and after a day are compared, the earlier first."""
    dates = [datetime(2018, 5, 1), datetime(2018, 7, 1)]
    pages = [(page(f"p{i}", 20, dates=dates), [human("favor"), human("against")] * 10) for i in range(5)]
    report = folded(*pages, options=ReportOptions(split=date(2018, 6, 1)))
    (one,) = [one for one in report.comparisons if (one.kind, one.measure) == ("dates", "net")]
    assert (one.first, one.second) == ("before 2018-06-01", "from 2018-06-01")
    assert one.difference == pytest.approx(2)
    assert one.different
