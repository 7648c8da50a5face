"""Which method a group gets, and what is said beside its numbers."""

import json
from datetime import date, datetime

import pytest

from sentiment.errors import InputError
from sentiment.records import STANCES, Stance
from sentiment.report import render
from sentiment.report.groups import ReportOptions
from tests.report.builders import folded, human, model, page, sampled

TRUTH = (0.45, 0.2, 0.1, 0.25)
EVEN = (0.25, 0.25, 0.25, 0.25)


def test_random_labels_correct_the_model() -> None:
    """With random labels the shares have intervals around the truth, and the raw model share stands beside them."""
    (group,) = folded(*sampled("a.example", TRUTH)).groups
    assert group.method == "prediction-powered"
    assert group.labels >= 100
    assert all(0 <= power <= 1 for power in group.power.values())
    for name, true in zip(STANCES, TRUTH, strict=True):
        found = group.shares[name]
        assert found.low is not None
        assert found.high is not None
        assert found.low <= true <= found.high
    assert sum(found.share or 0 for found in group.shares.values()) == pytest.approx(1)
    assert group.raw["favor"] != pytest.approx(group.shares["favor"].share)


def test_a_useless_model_leaves_the_labels_alone() -> None:
    """A model that knows nothing is not used, and the method says so."""
    (group,) = folded(*sampled("a.example", TRUTH, skill=0.0)).groups
    assert group.method == "weighted labels alone"


def test_few_random_labels_give_no_interval() -> None:
    """Under 20 random labels the model's share stands without an interval, and the missing labels are counted."""
    (group,) = folded(*sampled("a.example", TRUTH, threads=2, per_thread=40, inclusion=0.1)).groups
    assert 0 < group.labels < 20
    assert group.shares["favor"].low is None
    assert "not validated for this outlet" in group.note
    assert f"{group.labels} random label" in group.note


def test_labels_that_nobody_drew_at_random_are_no_sample() -> None:
    """Thirty labels picked by hand give no interval for the other comments."""
    stances = [human("favor")] * 30 + [model(0.2, 0.6, 0.1, 0.1)] * 60
    (group,) = folded((page("p", 90), stances)).groups
    assert group.method == "model and human labels"
    assert group.net.low is None


def test_these_comments_are_known_exactly_when_all_are_labelled() -> None:
    """Asked about exactly these comments, a census has intervals of one point."""
    stances = [human("favor")] * 12 + [human("against")] * 12
    (group,) = folded((page("p", 24), stances), options=ReportOptions(population="these")).groups
    assert group.shares["favor"].low == group.shares["favor"].high == 0.5
    assert "exact" in group.note
    assert "too narrow" not in group.note


def test_these_comments_have_narrower_intervals_than_such() -> None:
    """The share among these comments leaves out the doubt about further threads."""
    pages = sampled("a.example", TRUTH, threads=4)
    these, such = (folded(*pages, options=ReportOptions(population=p)).groups[0] for p in ("these", "such"))  # type: ignore[arg-type]
    assert these.net.high - these.net.low < such.net.high - such.net.low  # type: ignore[operator]


def test_one_thread_says_that_its_interval_is_too_narrow() -> None:
    """With a single thread the mood of the thread cannot be told from that of the outlet."""
    (group,) = folded(*sampled("a.example", TRUTH, threads=1, per_thread=200)).groups
    assert group.shares["favor"].low is not None
    assert "one thread: the interval is too narrow" in group.note


def test_draws_that_leave_out_a_group_say_nothing_about_all() -> None:
    """Labels drawn from one outlet alone give that outlet an interval, and the total none."""
    report = folded(*sampled("a.example", TRUTH), *sampled("b.example", TRUTH, inclusion=0.0))
    assert report.groups[0].net.low is not None or report.groups[1].net.low is not None
    assert report.total.net.low is None
    assert "leave out whole groups" in report.total.note


def test_random_labels_in_a_language_without_a_model() -> None:
    """Where no model reads the language, the weighted labels alone stand for all its comments."""
    drawn = Stance("favor", None, "human", annotator="ann", inclusion=0.5)
    other = Stance("against", None, "human", annotator="ann", inclusion=0.5)
    stances = [drawn] * 20 + [other] * 10 + [Stance(None, source="none")] * 30
    (group,) = folded((page("p", 60, language="es"), stances)).groups
    assert group.method == "weighted labels alone"
    assert group.shares["favor"].share == pytest.approx(2 / 3)


def test_cross_checks_stand_in_json() -> None:
    """EMQ and adjusted count are given where they can be computed, and null where not."""
    options = ReportOptions(prior=(0.25, 0.25, 0.25, 0.25))
    data = json.loads(render.to_json(folded(*sampled("a.example", TRUTH), options=options)))
    checks = data["groups"][0]["checks"]
    for name in ("EMQ", "adjusted count"):
        assert sum(checks[name].values()) == pytest.approx(1, abs=1e-3)
    few = json.loads(render.to_json(folded((page("p", 2), [model(0.7, 0.1, 0.1, 0.1)] * 2), options=options)))
    assert few["groups"][0]["checks"] == {"EMQ": None, "adjusted count": None}


def test_a_shift_of_prevalence_is_warned_of() -> None:
    """A model trained on a quarter of each stance, on a group where all oppose: the cross-check disagrees and says so."""
    options = ReportOptions(prior=(0.25, 0.25, 0.25, 0.25))
    report = folded((page("p", 100), [model(0.15, 0.55, 0.15, 0.15)] * 100), options=options)
    assert "EMQ" in report.warnings[0]


# --- input that is poor or odd ---------------------------------------------------------------------------------------


def test_nothing_at_all() -> None:
    """No page: a report with an empty total, in every form."""
    report = folded()
    assert report.total.comments == 0
    assert report.groups == ()
    assert "no reader comments were found" in report.headline
    assert render.to_csv(report).count("\n") == 2
    assert "T" in render.to_markdown(report)


def test_one_comment() -> None:
    """A single comment has a share, and nobody calls it a finding."""
    report = folded((page("p", 1), [model(0.7, 0.1, 0.1, 0.1)]))
    assert report.total.shares["favor"].share == pytest.approx(0.7)
    assert report.total.net.low is None
    assert report.comparisons == ()


def test_one_outlet_is_compared_with_nothing() -> None:
    """One outlet in one language gives no comparison and no error."""
    assert folded(*sampled("a.example", TRUTH)).comparisons == ()


def test_all_the_same_stance() -> None:
    """Everybody in favour: shares of 100 and 0 % whose intervals have a width."""
    stances = [human("favor", inclusion=0.5), model(1.0, 0.0, 0.0, 0.0)] * 5
    (group,) = folded(*((page(f"p{i}", 10), stances) for i in range(10))).groups
    assert group.shares["favor"].share == pytest.approx(1)
    assert 0.5 < group.shares["favor"].low < 1  # type: ignore[operator]
    assert 0 < group.shares["against"].high < 0.5  # type: ignore[operator]


def test_a_model_without_probabilities() -> None:
    """Its stances are counted, and that is said."""
    (group,) = folded(
        (page("p", 4), [Stance("favor", None, model="m")] * 3 + [Stance("against", None, model="m")])
    ).groups
    assert group.shares["favor"].share == 0.75
    assert group.human == 0
    assert "gives no probabilities" in group.note


def test_dates_in_the_future() -> None:
    """A comment dated tomorrow counts in the shares, not in the time line, and is told of."""
    dates = [datetime(2018, 1, 1), datetime(2030, 1, 1)]
    options = ReportOptions(today=date(2026, 1, 1))
    report = folded((page("p", 2, dates=dates), [human("favor"), human("against")]), options=options)
    assert [period.comments for period in report.periods] == [1]
    assert report.total.comments == 2
    assert any("dated in the future" in note for note in report.notes)


def test_ten_thousand_outlets() -> None:
    """The table is cut with a count; the files list all."""
    import io

    from rich.console import Console

    stances = [model(0.4, 0.3, 0.2, 0.1)]
    report = folded(*((page(f"p{i}", 1, outlet=f"o{i}.example"), stances) for i in range(10_000)))
    out = io.StringIO()
    render.print_table(report, Console(file=out, width=160))
    assert "9960 more groups" in out.getvalue()
    assert len(out.getvalue().splitlines()) < 100
    assert render.to_csv(report).count("\n") == 10_002


@pytest.mark.parametrize("options", [{"by": ("moon",)}, {"population": "all"}, {"step": "year"}])
def test_what_cannot_be_asked(options: dict[str, object]) -> None:
    """A wrong dimension, population or step is refused with what can be chosen."""
    with pytest.raises(InputError, match="choose from"):
        ReportOptions(**options)  # type: ignore[arg-type]


def test_emq_finds_a_shifted_prevalence() -> None:
    """Posteriors of a model trained on equal stances, seen where 60 % favour: EMQ gives 60 %, the mean less."""
    import numpy as np

    from sentiment.report.fold import Cell
    from sentiment.report.quantify import emq

    random = np.random.default_rng(5)
    stances = random.choice(4, size=8000, p=(0.6, 0.2, 0.1, 0.1))
    scores = random.normal(size=(8000, 4))
    scores[np.arange(8000), stances] += 1.5
    odds = np.exp(1.5 * scores)  # the likelihood ratio of a unit normal moved by 1.5, so the posteriors are calibrated
    cell = Cell()
    for row in odds / odds.sum(axis=1, keepdims=True):
        cell.add(1, model(*map(float, row)))
    found = emq(cell, EVEN)
    assert found is not None
    assert found["favor"] == pytest.approx(0.6, abs=0.03)
    assert cell.raw[0] / 8000 < 0.55
