"""Shares and their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.report.shares import Cluster, effective_size, net, share, t_quantile, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe (1998), Stat. Med. 17:857, table I, score method without continuity correction
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_published_values(hits: int, n: int, low: float, high: float) -> None:
    """Wilson's interval equals the published one to four digits."""
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_one_thread_is_wilson_and_never_empty(counts: tuple[int, int]) -> None:
    """The interval holds the share, lies in [0, 1], and has a width even at 0 % and 100 %."""
    hits, n = counts
    found = share([Cluster(n, hits)])
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= found.high <= 1
    assert found.high > found.low


def test_threads_that_agree_within_widen_the_interval() -> None:
    """Ten threads that are each of one mind tell less than a hundred independent comments."""
    split = share([Cluster(10, 5)] * 10)
    alike = share([Cluster(10, 10 * (i % 2)) for i in range(10)])
    assert split.share == alike.share == 0.5
    assert alike.high - alike.low > 2 * (split.high - split.low)  # type: ignore[operator]


def test_two_threads_say_little() -> None:
    """With one degree of freedom the interval is close to knowing nothing."""
    found = share([Cluster(7, 6), Cluster(15, 5)])
    assert found.low < 0.1  # type: ignore[operator]
    assert found.high > 0.9  # type: ignore[operator]


def test_no_comments_have_no_share() -> None:
    """Nothing is estimated from nothing."""
    assert share([]).share is None
    assert net([], []).share is None


def test_net_is_the_difference_and_symmetric() -> None:
    """Swapping favor and against mirrors estimate and interval."""
    favor, against = [Cluster(40, 22)], [Cluster(40, 9)]
    one, other = net(favor, against), net(against, favor)
    assert one.share == pytest.approx((22 - 9) / 40)
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))  # type: ignore[operator]


def test_net_of_one_mind_still_has_a_width() -> None:
    """All in favor is not certainty."""
    found = net([Cluster(7, 7)], [Cluster(7, 0)])
    assert found.share == 1
    assert found.low < 0.9  # type: ignore[operator]


@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 100])
def test_t_quantile_is_that_of_tables(degrees: int) -> None:
    """The printed tables of Student's t."""
    table = {1: 12.706, 2: 4.303, 3: 3.182, 10: 2.228, 100: 1.984}
    assert t_quantile(degrees) == pytest.approx(table[degrees], abs=5e-4)


def test_effective_size_is_never_more_than_the_comments() -> None:
    """A lucky even spread over threads does not count for more comments than there are."""
    assert effective_size([Cluster(10, 5)] * 50) <= 500
    assert math.isclose(effective_size([Cluster(10, 5)]), 10)


@pytest.mark.parametrize("threads", [8, 30])
def test_coverage_over_threads_with_a_common_mood(threads: int) -> None:
    """Within-thread correlation 0.1, 25 comments a thread: the 95 % interval covers 93 % or more of 600 simulated truths."""
    generator = np.random.default_rng(20261122)
    truth, correlation, size = 0.3, 0.1, 25
    a, b = truth * (1 / correlation - 1), (1 - truth) * (1 / correlation - 1)
    covered = 0
    for _ in range(600):
        moods = generator.beta(a, b, threads)
        found = share([Cluster(size, float(hits)) for hits in generator.binomial(size, moods)])
        covered += found.low <= truth <= found.high  # type: ignore[operator]
    assert covered / 600 >= 0.93
