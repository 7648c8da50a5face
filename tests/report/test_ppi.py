"""Prediction-powered shares: against an oracle, against each other, and by simulation."""

import warnings

import numpy as np
import pytest

from sentiment.report.estimate import intervals
from sentiment.report.interval import net_interval, share_interval
from sentiment.report.ppi import Population, Sample, fit
from sentiment.report.shares import wilson


def example(seed: int = 1, *, comments: int = 2000, labels: int = 150, threads: int = 40, skill: float = 1.5):  # type: ignore[no-untyped-def]
    """True stances, predictions, threads, and labels drawn with unequal probabilities."""
    random = np.random.default_rng(seed)
    stances = random.choice(4, size=comments, p=(0.3, 0.3, 0.1, 0.3))
    scores = random.normal(size=(comments, 4)) + np.array([0.5, -0.4, 0.0, 0.0])
    scores[np.arange(comments), stances] += skill
    predicted = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    thread = random.integers(0, threads, comments)
    inclusion = np.clip(labels * (0.3 + 1 - predicted.max(axis=1)) / (0.3 + 1 - predicted.max(axis=1)).sum(), 0, 1)
    picked = np.flatnonzero(random.random(comments) < inclusion)
    return np.eye(4)[stances], predicted, thread, inclusion, picked


def population(predicted: np.ndarray, thread: np.ndarray) -> Population:
    """The sums per thread."""
    count = int(thread.max()) + 1
    sums = np.zeros((count, 4))
    np.add.at(sums, thread, predicted)
    return Population(np.bincount(thread, minlength=count).astype(float), np.zeros((count, 4)), sums)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_estimate_is_that_of_ppi_python(power: float, weighted: bool) -> None:
    """With the same power and weights the shares equal those of the reference implementation to 1e-6."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ppi_py = pytest.importorskip("ppi_py")
    truth, predicted, thread, inclusion, picked = example()
    chances = inclusion[picked] if weighted else np.full(len(picked), len(picked) / len(truth))
    ours = fit(
        population(predicted, thread), Sample(truth[picked], predicted[picked], chances, thread[picked]), power=power
    )
    weights = (1 / chances) / (1 / chances).mean()
    theirs = ppi_py.ppi_mean_pointestimate(truth[picked], predicted[picked], predicted, lam=power, w=weights)
    assert ours.values[:4] == pytest.approx(theirs, abs=1e-6)


def test_the_power_is_that_of_ppi_python_where_few_are_labelled() -> None:
    """For equal weights and labels that are few among many, the tuned power is the reference's per stance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ppi_py = pytest.importorskip("ppi_py")
    truth, predicted, thread, _, _ = example(comments=100_000, skill=0.6)
    picked = np.arange(0, 100_000, 50)
    chances = np.full(len(picked), 0.02)
    ours = fit(population(predicted, thread), Sample(truth[picked], predicted[picked], chances, thread[picked]))
    for stance in range(4):
        y, f = truth[picked, stance], predicted[picked, stance]
        theirs = ppi_py.ppi_mean_pointestimate(y, f, predicted[:, stance], lam=None)
        assert ours.values[stance] == pytest.approx(float(np.squeeze(theirs)), abs=2e-3)


def test_shares_add_up_and_net_is_their_difference() -> None:
    """Whatever the power of each stance, four shares make one and net is favor minus against."""
    truth, predicted, thread, inclusion, picked = example(seed=4, skill=0.7)
    found = fit(
        population(predicted, thread), Sample(truth[picked], predicted[picked], inclusion[picked], thread[picked])
    )
    assert len(set(np.round(found.power, 6))) > 1
    assert found.values[:4].sum() == pytest.approx(1)
    assert found.values[4] == pytest.approx(found.values[0] - found.values[1])
    assert np.abs(found.parts.sum(axis=0)).max() < 1e-9


def test_a_census_is_exact() -> None:
    """All comments drawn: the share is the count and no variance is left from labelling."""
    truth, predicted, thread, _, _ = example(comments=200)
    found = fit(population(predicted, thread), Sample(truth, predicted, np.ones(200), thread))
    assert found.values[:4] == pytest.approx(truth.mean(axis=0))
    assert found.label_variance == pytest.approx(0)
    assert intervals(found, these=True, size=200, threads=40).bounds[0] == pytest.approx((truth[:, 0].mean(),) * 2)


def test_a_model_that_knows_nothing_is_left_out() -> None:
    """Power zero for every stance: the weighted labels alone."""
    truth, predicted, thread, inclusion, picked = example(seed=8, skill=0.0)
    found = fit(
        population(predicted, thread), Sample(truth[picked], predicted[picked], inclusion[picked], thread[picked])
    )
    alone = np.average(truth[picked], axis=0, weights=1 / inclusion[picked])
    assert not found.power.any()
    assert found.values[:4] == pytest.approx(alone)


def test_labels_that_are_missing_at_random_do_not_shift_the_share() -> None:
    """Half the draw labelled gives the same estimate as a draw of half the size."""
    truth, predicted, thread, inclusion, picked = example(seed=3)
    half = picked[::2]
    some = [
        fit(population(predicted, thread), Sample(truth[half], predicted[half], inclusion[half] * scale, thread[half]))
        for scale in (1.0, 0.5)
    ]
    assert some[0].values == pytest.approx(some[1].values)


def test_known_comments_count_as_they_are() -> None:
    """Labels that no draw took stand for themselves alone."""
    known = np.array([[10.0, 0, 0, 0]])
    sample = Sample(
        np.eye(4)[[1] * 10 + [2] * 10], np.full((20, 4), 0.25), np.full(20, 0.2), np.zeros(20, dtype=np.intp)
    )
    found = fit(Population(np.array([110.0]), known, np.full((1, 4), 25.0)), sample)
    assert found.values[:4] == pytest.approx([10 / 110, 50 / 110, 50 / 110, 0])


def test_a_stance_without_a_label_still_has_a_width() -> None:
    """No label says *neutral*: its interval starts at zero and does not end there."""
    sample = Sample(
        np.eye(4)[[0] * 15 + [1] * 15], np.full((30, 4), 0.25), np.full(30, 0.01), np.zeros(30, dtype=np.intp)
    )
    found = fit(Population(np.array([3000.0]), np.zeros((1, 4)), np.full((1, 4), 750.0)), sample)
    low, high = intervals(found, these=True, size=3000, threads=1).bounds[2]
    assert low == pytest.approx(0, abs=1e-12)
    assert 0.05 < high < 0.25


@pytest.mark.parametrize(("hits", "n"), [(0, 30), (3, 30), (15, 30), (30, 30)])
def test_interval_of_a_share_is_wilson_at_its_effective_size(hits: int, n: int) -> None:
    """A variance as of n independent comments gives about Wilson's interval for n."""
    p = (hits + 1) / (n + 2)
    assert share_interval(hits / n, p * (1 - p) / n, 1e9) == pytest.approx(wilson(hits, n), abs=2e-3)


def test_no_variance_no_width() -> None:
    """A share known exactly has an interval of one point, net as well."""
    assert share_interval(0.3, 0.0, 10) == (0.3, 0.3)
    assert net_interval(0.1, 0.0, 10) == (0.1, 0.1)


@pytest.mark.parametrize("these", [True, False])
def test_coverage_of_uncertainty_draws(these: bool) -> None:
    """Threads with a mood of their own, 120 labels drawn by uncertainty: 92 % or more of 300 true shares are covered."""
    random = np.random.default_rng(20261122)
    truth, threads, each, covered = np.array([0.25, 0.35, 0.15, 0.25]), 60, 20, np.zeros(5)
    for _ in range(300):
        moods = random.dirichlet(truth * 19, threads)
        stances = np.concatenate([random.choice(4, size=each, p=mood) for mood in moods])
        scores = random.normal(size=(len(stances), 4)) + np.array([0.5, -0.4, 0.1, 0.0])
        scores[np.arange(len(stances)), stances] += 1.6
        f = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        doubt = 0.3 / len(f) + 0.7 * (1 - f.max(axis=1)) / (1 - f.max(axis=1)).sum()
        inclusion = np.minimum(1, 120 * doubt)
        picked = np.flatnonzero(random.random(len(f)) < inclusion)
        thread = np.repeat(np.arange(threads), each)
        sample = Sample(np.eye(4)[stances[picked]], f[picked], inclusion[picked], thread[picked])
        found = intervals(fit(population(f, thread), sample), these=these, size=len(f), threads=threads)
        shares = np.bincount(stances, minlength=4) / len(stances) if these else truth
        for i, true in enumerate([*shares, shares[0] - shares[1]]):
            covered[i] += found.bounds[i][0] <= true <= found.bounds[i][1]
    assert (covered / 300 >= 0.92).all(), covered / 300
