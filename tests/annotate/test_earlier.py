"""Draws after draws: together they are one sample, with probabilities that weigh it right."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.earlier import PREDICTED
from sentiment.annotate.sampling import calibrated, inclusion, line
from sentiment.annotate.session import Session
from sentiment.annotate.standing import rows
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Comment, Page, Stance

Pages = Callable[..., Iterator[Page]]


def label_all(store: Store, stance_of: Callable[[str], str] = lambda _: "favor", limit: int = 10_000) -> None:
    """Label what waits, up to a limit."""
    session = Session(store, "ann", codebook="1", origin="test")
    for _ in range(limit):
        if not (tasks := session.next()):
            return
        session.decide(tasks[0], stance_of(tasks[0].item))


def inclusions(store: Store) -> dict[str, float]:
    """The probability that each label carries."""
    return {row["comment_id"]: row["inclusion"] for row in rows(store)}


def test_a_further_draw_takes_none_again_and_carries_all(store: Store, pages: Pages) -> None:
    """Two draws of 20 of 80 are one of 40: nobody is asked twice, and every label counts for two comments."""
    store.add_pages(pages(8))
    first = make(store, DrawOptions(purpose="estimate", n=20, seed=1))
    label_all(store)
    assert set(inclusions(store).values()) == {0.25}
    second = make(store, DrawOptions(purpose="estimate", n=20, seed=2))
    assert (sum(second.strata.values()), second.kept, second.waiting) == (20, 20, 0)
    label_all(store)
    found = inclusions(store)
    assert len(found) == 40
    assert list(found.values()) == pytest.approx([0.5] * 40)
    kept = store.rows("SELECT inclusion FROM draw_item WHERE draw_id = :d", d=first.id)
    assert {row["inclusion"] for row in kept} == {0.25}


def test_what_waits_in_an_earlier_draw_is_not_drawn_again(sqlite_store: Store, pages: Pages) -> None:
    """A plan of 12 asks for 4 more where 8 still wait, and for none where the plan is reached; then it says so."""
    sqlite_store.add_pages(pages(2))
    make(sqlite_store, DrawOptions(purpose="estimate", n=8, by=(), seed=1))
    plan = {f"o{i}.example {language} unread": 6 for i, language in enumerate(("en", "it"))}
    by = ("outlet", "language", PREDICTED)
    done = make(sqlite_store, DrawOptions(purpose="estimate", n=1, by=by, plan=plan, seed=2))
    assert (sum(done.strata.values()), done.kept, done.waiting) == (4, 8, 8)
    with pytest.raises(AnnotationError, match="12 comments of earlier draws wait"):
        make(sqlite_store, DrawOptions(purpose="estimate", n=1, by=by, plan=plan, seed=3))


def test_a_plan_leaves_no_stratum_without_a_chance(sqlite_store: Store, pages: Pages) -> None:
    """A stratum of which the plan wants nothing gets two comments, or it would be missing from the shares."""
    sqlite_store.add_pages(pages(2))
    plan = {"o0.example en unread": 5}
    options = DrawOptions(purpose="estimate", n=1, by=("outlet", "language", PREDICTED), plan=plan, seed=2)
    assert make(sqlite_store, options).strata == {"o0.example en unread": 5, "o1.example it unread": 2}


def test_only_and_scope(sqlite_store: Store, pages: Pages) -> None:
    """A draw can be held to some comments; what they are is part of the stratum, and other draws do not mix with it."""
    sqlite_store.add_pages(pages(2))
    ids = sorted(row["id"] for row in sqlite_store.rows("SELECT id FROM item"))
    make(sqlite_store, DrawOptions(purpose="estimate", n=4, by=(), seed=1))
    some = DrawOptions(purpose="estimate", n=5, by=(), only=frozenset(ids[:10]), scope="reason price", seed=1)
    done = make(sqlite_store, some)
    assert (done.frame, done.kept) == (10, 0)
    drawn = sqlite_store.rows("SELECT item_id, stratum, inclusion FROM draw_item WHERE draw_id = :d", d=done.id)
    assert {row["item_id"] for row in drawn} <= set(ids[:10])
    assert {(row["stratum"].strip(), row["inclusion"]) for row in drawn} == {("[only reason price]", 0.5)}


def test_the_line_gives_the_probabilities_back() -> None:
    """Uniform, by score, and with some that are sure: the line and the ceiling of one say what the draw did."""
    random = np.random.default_rng(1)
    for scores in (np.ones(30), random.random(30), np.append(random.random(29), 50.0)):
        chances = inclusion(scores, 9)
        a, b = line(scores, chances)
        assert np.clip(a + b * scores, 0, 1) == pytest.approx(chances, abs=1e-9)


def test_calibrated_probabilities_are_those_of_a_simple_sample() -> None:
    """Seven of twenty in the sample, each as likely as the others: seven in twenty, whatever was expected."""
    sample = np.arange(20) < 7
    assert calibrated(np.full(20, 0.2), sample) == pytest.approx(np.full(20, 0.35))
    assert calibrated(np.full(20, 0.2), np.zeros(20, dtype=bool)) == pytest.approx(np.full(20, 0.2))


@pytest.mark.parametrize("sampler", ["random", "uncertainty"])
def test_weighted_by_them_two_draws_with_pages_in_between_are_right(sampler: str, tmp_path: Path) -> None:
    """Pages come in after the first draw, the second goes by a plan: over 40 rounds the weighted share is the true one.

    Counted plainly it is not.
    """
    random = np.random.default_rng(5)
    truth: dict[str, str] = {}
    made = []
    for number in range(8):
        comments = []
        for i in range(15):
            name = f"p{number}-{i}"
            truth[name] = "favor" if random.random() < (0.15 if number < 4 else 0.75) else "against"
            comments.append(Comment(name, f"p{number}", i + 1, "words", language="en"))
        made.append(Page(f"p{number}", f"p{number}", "", tuple(comments), outlet="a.example", language="en"))
    said = {
        name: Stance("favor" if q > 0.5 else "against", (q, 0.9 - q, 0.05, 0.05), model="m")
        for name, stance in truth.items()
        for q in [float(np.clip((0.65 if stance == "favor" else 0.3) + random.normal(0, 0.15), 0.05, 0.85))]
    }
    true = Counter(truth.values())["favor"] / len(truth)
    weighted, plain = [], []
    for seed in range(40):
        store = Store(f"sqlite:///{tmp_path / f'{sampler}-{seed}.db'}", "t")
        store.add_pages(made[:5])
        store.add_predictions((name, stance) for name, stance in said.items() if int(name[1]) < 5)
        make(store, DrawOptions(purpose="estimate", n=12, sampler=sampler, seed=seed))  # type: ignore[arg-type]
        store.add_pages(made[5:])
        store.add_predictions((name, stance) for name, stance in said.items() if int(name[1]) >= 5)
        label_all(store, truth.__getitem__)
        plan = {"a.example en favor": 24, "a.example en against": 8}
        by = ("outlet", "language", PREDICTED)
        make(store, DrawOptions(purpose="estimate", n=1, by=by, plan=plan, seed=seed))
        label_all(store, truth.__getitem__)
        found = inclusions(store)
        for chances, where in ((found, weighted), (dict.fromkeys(found, 1.0), plain)):
            whole = sum(1 / chance for chance in chances.values())
            where.append(sum(1 / chance for name, chance in chances.items() if truth[name] == "favor") / whole)
        store.close()
    error = 3 * np.std(weighted) / np.sqrt(40)
    assert abs(np.mean(weighted) - true) < error + 0.005
    assert error < 0.03
    assert abs(np.mean(plain) - true) > 2 * error
