"""Draws: who is drawn, and with which probability."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from sentiment.annotate.draws import DrawOptions, given, make
from sentiment.annotate.progress import shares
from sentiment.annotate.sampling import allocate, disagreement, inclusion, systematic, uncertainty
from sentiment.annotate.session import Session
from sentiment.annotate.standing import training_rows
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Page, Stance

Pages = Callable[..., Iterator[Page]]


@hypothesis_given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1),
    st.integers(0, 800),
    st.integers(0, 50),
)
def test_quotas_add_up(sizes: dict[str, int], n: int, floor: int) -> None:
    """A draw spreads over its strata to exactly its size, within what each has and above the floor where that fits."""
    got = allocate(sizes, n, floor)
    assert sum(got.values()) == min(n, sum(sizes.values()))
    assert all(0 <= got[name] <= sizes[name] for name in sizes)
    if floor * len(sizes) <= n:
        assert all(got[name] >= min(floor, sizes[name]) for name in sizes)


def test_probabilities_are_never_zero_and_add_up() -> None:
    """Whatever the sampler thinks of a comment, a fifth of the draw is spread evenly; one that is wanted much is sure."""
    scores = np.array([0.0] * 50 + [1.0] * 49 + [1000.0])
    chances = inclusion(scores, 20)
    assert chances.sum() == pytest.approx(20)
    assert chances.min() >= 0.2 * 19 / 100
    assert chances.max() == 1.0


def test_draws_follow_their_probabilities() -> None:
    """Over 4,000 draws each comment is taken as often as its probability says, and never twice in one draw."""
    rng = np.random.default_rng(1)
    chances = inclusion(rng.random(40) ** 3, 8)
    counts = np.zeros(40)
    for _ in range(4000):
        drawn = systematic(chances, rng)
        assert len(set(drawn)) == 8
        counts[drawn] += 1
    error = 4 * np.sqrt(chances * (1 - chances) / 4000)
    assert (np.abs(counts / 4000 - chances) <= error + 1e-9).all()


def test_weighted_by_its_probabilities_a_draw_for_uncertainty_is_unbiased() -> None:
    """The share among what an uncertain model sent is wrong; divided by the probabilities it is right."""
    rng = np.random.default_rng(2)
    truth = rng.random(2000) < 0.15
    scores = np.where(truth, 0.9, 0.2)
    chances = inclusion(scores, 200)
    plain, weighted = [], []
    for _ in range(300):
        drawn = systematic(chances, rng)
        plain.append(truth[drawn].mean())
        weighted.append((truth[drawn] / chances[drawn]).sum() / (1 / chances[drawn]).sum())
    assert abs(np.mean(plain) - truth.mean()) > 0.15
    assert abs(np.mean(weighted) - truth.mean()) < 0.01


def test_scores() -> None:
    """A coin toss is more uncertain than a certainty; models that say the same do not disagree."""
    sure, open_ = [1.0, 0.0, 0.0, 0.0], [0.25] * 4
    assert uncertainty(np.array([sure, open_])) == pytest.approx([0.0, np.log(4)])
    other = [0.0, 1.0, 0.0, 0.0]
    committee = np.array([[sure, open_], [other, open_]])
    assert disagreement(committee) == pytest.approx([np.log(2), 0.0], abs=1e-9)


def test_a_draw_stores_how_it_was_made(store: Store, pages: Pages, tmp_path: Path) -> None:
    """Stratum and probability of each comment, the seed, the frame; the same seed draws the same comments."""
    other = Store(f"sqlite:///{tmp_path / 'other.db'}", "t")
    for one in (store, other):
        one.add_pages(pages(8))
    options = DrawOptions(purpose="estimate", n=20, overlap=0.2, seed=7)
    first, second = make(store, options), make(other, options)
    assert (first.number, second.number) == (1, 1)
    assert first.frame == 80
    assert first.strata == dict.fromkeys(("o0.example en", "o1.example it", "o2.example en", "o3.example it"), 5)
    rows = [
        {row["item_id"]: (row["inclusion"], row["rank"], row["slots"]) for row in found}
        for found in (
            place.rows("SELECT * FROM draw_item WHERE draw_id = :d", d=one.id)
            for place, one in ((store, first), (other, second))
        )
    ]
    other.close()
    assert rows[0] == rows[1]
    assert {chance for chance, _, _ in rows[0].values()} == {0.25}
    assert Counter(slots for _, _, slots in rows[0].values()) == {1: 16, 2: 4}
    (head,) = store.rows("SELECT * FROM draw WHERE number = 1")
    assert (head["seed"], head["frame_size"], head["sampler"]) == (7, 80, "random")


def predicted(store: Store, model: str = "m1", lean: float = 0.9) -> None:
    """A model that is unsure of every fifth comment."""
    ids = [row["id"] for row in store.rows("SELECT id FROM item ORDER BY id")]
    sure = (lean, 1 - lean, 0.0, 0.0)
    store.add_predictions(
        (name, Stance("favor", (0.3, 0.3, 0.2, 0.2) if at % 5 == 0 else sure, model=model))
        for at, name in enumerate(ids)
    )


def test_an_uncertain_draw_prefers_what_the_model_does_not_know(sqlite_store: Store, pages: Pages) -> None:
    """Unsure comments have the higher probability, and the sure ones still a chance."""
    sqlite_store.add_pages(pages(10))
    predicted(sqlite_store)
    make(sqlite_store, DrawOptions(purpose="train", n=30, by=(), sampler="uncertainty", seed=1))
    chances = sorted({round(row["inclusion"], 6) for row in sqlite_store.rows("SELECT inclusion FROM draw_item")})
    assert len(chances) == 2
    assert 0.2 * 30 / 100 < chances[0] < chances[1] <= 1


def test_disagreement_needs_two_models(sqlite_store: Store, pages: Pages) -> None:
    """One model alone cannot disagree; with a second it can."""
    sqlite_store.add_pages(pages(3))
    with pytest.raises(AnnotationError, match="no model has looked"):
        make(sqlite_store, DrawOptions(purpose="train", n=5, sampler="disagreement"))
    predicted(sqlite_store)
    with pytest.raises(AnnotationError, match="one model alone"):
        make(sqlite_store, DrawOptions(purpose="train", n=5, sampler="disagreement"))
    predicted(sqlite_store, "m2", 0.2)
    assert sum(make(sqlite_store, DrawOptions(purpose="train", n=5, sampler="disagreement")).strata.values()) == 5


def label_all(store: Store, who: str = "ann", stance: str = "favor") -> None:
    """Label whatever waits."""
    session = Session(store, who, codebook="1", origin="test")
    while tasks := session.next():
        session.decide(tasks[0], stance)


def test_audit_comments_never_train(sqlite_store: Store, pages: Pages) -> None:
    """An audit takes only what nobody has touched; training never takes what an audit holds, nor exports it."""
    sqlite_store.add_pages(pages(10))
    make(sqlite_store, DrawOptions(purpose="train", n=20, seed=1))
    label_all(sqlite_store)
    make(sqlite_store, DrawOptions(purpose="audit", n=30, seed=2))
    label_all(sqlite_store)
    make(sqlite_store, DrawOptions(purpose="train", n=100, seed=3))
    make(sqlite_store, DrawOptions(purpose="estimate", n=100, seed=4))
    label_all(sqlite_store)
    purposes: dict[str, set[str]] = {}
    for row in sqlite_store.rows("SELECT d.item_id, w.purpose FROM draw_item d JOIN draw w ON w.id = d.draw_id"):
        purposes.setdefault(row["item_id"], set()).add(row["purpose"])
    assert not any({"audit", "train"} <= found for found in purposes.values())
    training = {row["id"] for row in training_rows(sqlite_store, audit=False)}
    audit = {row["id"] for row in training_rows(sqlite_store, audit=True)}
    assert len(audit) == 30
    assert len(training) == 70
    assert not training & audit


def test_training_takes_nothing_that_waits_to_be_estimated(sqlite_store: Store, pages: Pages) -> None:
    """What is drawn to estimate is labelled blind first; a draw for training takes the others."""
    sqlite_store.add_pages(pages(4))
    make(sqlite_store, DrawOptions(purpose="estimate", n=30, seed=1))
    assert make(sqlite_store, DrawOptions(purpose="train", n=40, seed=1)).frame == 10


def test_an_answer_after_the_model_was_seen_is_not_blind(sqlite_store: Store, pages: Pages) -> None:
    """Taken back and given again, an answer says that the model's view was on screen before it, in whatever draw."""
    sqlite_store.add_pages(pages(1, 1))
    sqlite_store.add_predictions([("p0000-1", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1"))])
    make(sqlite_store, DrawOptions(purpose="train", n=1, by=(), seed=1))
    session = Session(sqlite_store, "ann", codebook="1", origin="test")
    session.decide(session.next()[0], "favor")
    session.undo()
    session.decide(session.next()[0], "against")
    make(sqlite_store, DrawOptions(purpose="estimate", n=1, by=(), seed=1))
    session.decide(session.next()[0], "against")
    assert [event.suggestion_timing for event in sqlite_store.events()] == ["after", "before", "before", "before"]
    assert [row["stance"] for row in sqlite_store.rows("SELECT stance FROM label_first")] == ["favor"]


def test_suspects_are_labelled_comments(sqlite_store: Store, pages: Pages) -> None:
    """Only what has a label can be suspect, and what the model doubts most is drawn most."""
    sqlite_store.add_pages(pages(4))
    predicted(sqlite_store)
    with pytest.raises(AnnotationError, match="label some first"):
        make(sqlite_store, DrawOptions(purpose="train", n=5, sampler="suspect"))
    make(sqlite_store, DrawOptions(purpose="train", n=20, seed=1))
    label_all(sqlite_store)
    drawn = make(sqlite_store, DrawOptions(purpose="train", n=5, sampler="suspect"))
    assert drawn.frame == 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (DrawOptions(purpose="estimate", n=5, by=("author",)), "cannot draw by author"),
        (DrawOptions(purpose="train", n=5, uniform=0.1), "must be 20% to 100%"),
        (DrawOptions(purpose="estimate", n=5, overlap=2), "0% to 100%"),
        (DrawOptions(purpose="estimate", n=0), "1 or more"),
        (DrawOptions(purpose="audit", n=5, sampler="suspect"), "--for train"),
        (DrawOptions(purpose="estimate", n=5), "no comment to draw"),
    ],
)
def test_a_draw_that_makes_no_sense_is_refused(sqlite_store: Store, options: DrawOptions, message: str) -> None:
    """What is wrong, and what would be right."""
    with pytest.raises(AnnotationError, match=message):
        make(sqlite_store, options)


def test_pages_given_by_hand_have_no_probability(sqlite_store: Store, pages: Pages) -> None:
    """Comments that somebody chose are labelled in page order and never weighted; the same pages make no second queue."""
    sqlite_store.add_pages(pages(2, 3))
    draws = given(sqlite_store, ["p0001-", "p0000-"], "1")
    assert given(sqlite_store, ["p0000-"], "1") == draws
    session = Session(sqlite_store, "ann", codebook="1", origin="test", draws=draws)
    order = []
    while tasks := session.next():
        order.append(tasks[0].item)
        session.decide(tasks[0], "favor")
    assert order == [f"p000{page}-{i}" for page in (1, 0) for i in (1, 2, 3)]
    assert not sqlite_store.rows("SELECT * FROM item_draw")


def test_shares_so_far_are_weighted_and_say_what_is_still_needed(sqlite_store: Store, pages: Pages) -> None:
    """Shares divide by the probabilities; an interval needs ten pages, and a narrower one asks for more labels."""
    sqlite_store.add_pages(pages(40))
    make(sqlite_store, DrawOptions(purpose="estimate", n=60, by=("language",), floor=40, seed=5))
    assert shares(sqlite_store)["stances"][0] == {
        "stance": "favor",
        "share": None,
        "low": None,
        "high": None,
        "needed": None,
    }
    session = Session(sqlite_store, "ann", codebook="1", origin="test")
    for at in range(60):
        (task,) = session.next()
        session.decide(task, "favor" if task.language == "en" else "against")
        if at == 5:
            assert shares(sqlite_store)["stances"][0]["low"] is None
    favor, against, neutral, _ = shares(sqlite_store)["stances"]
    assert favor["share"] == pytest.approx(0.5, abs=0.01)
    assert favor["low"] < favor["share"] < favor["high"]
    assert favor["share"] + against["share"] == pytest.approx(1)
    assert favor["needed"] > 60
    assert neutral["share"] == 0
