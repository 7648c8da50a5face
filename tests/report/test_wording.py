"""Findings in words are no stronger than the numbers."""

import pytest

from sentiment.report.groups import ReportOptions
from sentiment.report.wording import plan, signed
from tests.report.builders import folded, human, model, page, sampled


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ((0.6, 0.1, 0.1, 0.2), "more favour it than oppose it"),
        ((0.1, 0.6, 0.1, 0.2), "more oppose it than favour it"),
    ],
)
def test_a_clear_lead_is_said(truth: tuple[float, ...], said: str) -> None:
    """Where the interval of net leaves out zero, the headline says which side leads."""
    assert said in folded(*sampled("a.example", truth)).headline


def test_a_doubtful_lead_is_not_said() -> None:
    """Where the interval holds zero and is wide, the headline says that it cannot be told."""
    stances = [human("favor"), human("favor"), human("against")]
    assert "cannot be told yet" in folded((page("p", 3), stances), (page("q", 3), stances)).headline


def test_evenness_needs_a_narrow_interval() -> None:
    """A net within ten points of zero at both ends is called even."""
    report = folded(*sampled("a.example", (0.3, 0.3, 0.2, 0.2), threads=200))
    assert "about as many favour it as oppose it" in report.headline


def test_the_model_alone_finds_nothing() -> None:
    """Without random labels the headline gives the model's word as that and no more."""
    headline = folded((page("p", 50), [model(0.7, 0.1, 0.1, 0.1)] * 50)).headline
    assert "by the model alone" in headline
    assert "without random labels" in headline


def test_these_comments_are_called_these() -> None:
    """The question that was asked is in the answer."""
    stances = [human("favor")] * 3 + [human("against")]
    assert (
        "among these 4 comments" in folded((page("p", 4), stances), options=ReportOptions(population="these")).headline
    )


def test_plan_in_words() -> None:
    """What is still needed, and where it should come from; nothing for a census."""
    (group,) = folded((page("p", 500), [model(0.7, 0.1, 0.1, 0.1)] * 500)).groups
    assert plan(group).startswith("±10 points: ")
    assert "look like favor" in plan(group)
    (census,) = folded((page("p", 30), [human("favor")] * 30)).groups
    assert plan(census) == ""


@pytest.mark.parametrize(("value", "shown"), [(0.004, "0"), (-0.004, "0"), (-0.2, "−20"), (0.2, "+20")])
def test_points_have_a_sign_unless_they_are_none(value: float, shown: str) -> None:
    """A true minus, and no sign for zero."""
    assert signed(value) == shown
