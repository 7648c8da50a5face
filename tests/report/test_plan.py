"""How many labels a group still needs, and of which comments."""

import math

import pytest

from sentiment.report.plan import needed
from tests.report.builders import folded, model, page, sampled


def test_without_labels_the_worst_case_is_planned_for() -> None:
    """A large group without labels needs 97 for ten points and 385 for five, as for a share of one half."""
    (group,) = folded((page("p", 100_000), [model(0.4, 0.3, 0.2, 0.1)] * 100_000)).groups
    assert group.plan is not None
    assert group.plan.for_10 == pytest.approx(96, abs=1)
    assert group.plan.for_5 == pytest.approx(383, abs=2)
    assert sum(group.plan.next.values()) == group.plan.for_10


def test_small_groups_need_no_more_labels_than_they_have_comments() -> None:
    """The finite population counts: 60 comments are never asked for 96 labels."""
    (group,) = folded((page("p", 60), [model(0.4, 0.3, 0.2, 0.1)] * 60)).groups
    assert group.plan is not None
    assert 20 <= group.plan.for_10 < 60  # type: ignore[operator]


def test_variance_between_threads_is_out_of_reach_of_labels() -> None:
    """Where the threads alone leave more than ten points, no number of labels is enough."""
    assert needed(0.10, 50, 0.2, 0.01, 10_000) is None
    assert needed(0.10, 50, 0.2, 0.0, 10_000) == math.ceil(0.2 / ((0.1 / 1.959964) ** 2 + 0.2 / 10_000)) - 50


def test_the_next_labels_come_from_where_the_model_doubts() -> None:
    """Neyman: of two strata of a size, the one with doubtful comments gets more, the sure one few."""
    stances = [model(0.97, 0.01, 0.01, 0.01)] * 500 + [model(0.3, 0.4, 0.2, 0.1)] * 500
    (group,) = folded((page("p", 1000), stances)).groups
    assert group.plan is not None
    assert group.plan.next["against"] > 2 * group.plan.next["favor"]


def test_labels_that_suffice_are_enough() -> None:
    """A group that has reached ten points is asked for none."""
    (group,) = folded(*sampled("a.example", (0.4, 0.3, 0.1, 0.2), threads=60)).groups
    assert group.plan is not None
    assert group.plan.for_10 == 0
