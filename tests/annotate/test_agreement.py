"""Agreement, adjudication and doubtful labels."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from sentiment.annotate.adjudicating import adjudicate
from sentiment.annotate.adjudication import Desk
from sentiment.annotate.agree import agree, to_lines
from sentiment.annotate.agreement import ac1, alpha, kappa, per_label, with_interval
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.annotate.suspects import suspects
from sentiment.errors import AnnotationError
from sentiment.records import Page, Stance

Pages = Callable[..., Iterator[Page]]


def units(*raters: str) -> list[dict[str, str]]:
    """Comments from one string per annotator, a sign per comment; a dot where there is no label."""
    return [{f"r{who}": sign for who, sign in enumerate(column) if sign != "."} for column in zip(*raters, strict=True)]


KRIPPENDORFF = units("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
"""Section C of Krippendorff (2011): four observers, twelve units, missing values; nominal α = 0.743."""


def test_alpha_of_the_published_examples() -> None:
    """Krippendorff (2011): B, two observers and no missing data, 0.692; C, four observers with missing data, 0.743."""
    assert alpha(units("aabbdcccedda", "babbbccceddd")) == pytest.approx(0.692, abs=5e-4)
    assert alpha(KRIPPENDORFF) == pytest.approx(0.743, abs=5e-4)
    assert alpha(units("0100000000", "1110010010")) == pytest.approx(0.095, abs=5e-4)


def cross(table: list[list[int]], names: str) -> list[dict[str, str]]:
    """Comments from a table of two annotators' counts."""
    return [
        {"one": names[i], "two": names[j]}
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        for _ in range(count)
    ]


def test_kappa_and_ac1_of_the_published_examples() -> None:
    """Cohen's κ of Fleiss (1981, p. 213) is 0.676; Gwet's (2008) table 1 gives AC1 0.94 where κ falls to -0.02."""
    fleiss = cross([[75, 1, 4], [5, 4, 1], [0, 0, 10]], "pno")
    assert kappa(fleiss, "one", "two") == pytest.approx(0.676, abs=5e-4)
    gwet = cross([[118, 5], [2, 0]], "+-")
    assert kappa(gwet, "one", "two") == pytest.approx(-0.0234, abs=5e-4)
    assert ac1(gwet) == pytest.approx(0.9408, abs=5e-4)


def test_alpha_knows_no_order() -> None:
    """Neither the order of comments nor that of annotators nor the names of labels matter."""
    shuffled = [dict(reversed(unit.items())) for unit in reversed(KRIPPENDORFF)]
    assert alpha(shuffled) == pytest.approx(alpha(KRIPPENDORFF))


def test_one_label_only_is_said_in_words() -> None:
    """Where everybody says the same about everything no coefficient exists, and that is not a number."""
    same = units("aaaa", "aaaa")
    for measure in (alpha, ac1):
        found = with_interval(measure, same)
        assert (found.value, found.why) == (None, "undefined: one label only")
    assert with_interval(alpha, units("ab..", "..ab")).why == "undefined: no comment has two labels"
    assert kappa(same, "r0", "r1") is None
    assert alpha(per_label(same, "b")) is None


def test_the_interval_covers_and_narrows() -> None:
    """The interval holds the value, and four times the comments make it about half as wide."""
    rng = np.random.default_rng(1)

    def sample(n: int) -> list[dict[str, str]]:
        truth = rng.choice(list("abcd"), n)
        noisy = [np.where(rng.random(n) < 0.2, rng.choice(list("abcd"), n), truth) for _ in range(2)]
        return [{"x": str(a), "y": str(b)} for a, b in zip(*noisy, strict=True)]

    widths = []
    for n in (100, 400):
        found = with_interval(alpha, sample(n), draws=400)
        assert found.low is not None
        assert found.high is not None
        assert found.value is not None
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)
    assert 0.35 < widths[1] / widths[0] < 0.7


def work(store: Store, who: str, stance_of: Callable[[str], str]) -> None:
    """Label whatever waits."""
    session = Session(store, who, codebook="1", origin="test")
    while tasks := session.next():
        session.decide(tasks[0], stance_of(tasks[0].item))


def test_only_blind_answers_on_random_overlap_count(store: Store, pages: Pages) -> None:
    """Comments that a model chose, comments with one label, and changes after the fact leave agreement as it was."""
    store.add_pages(pages(10))
    make(store, DrawOptions(purpose="estimate", n=40, overlap=0.5, seed=1))
    for who in ("ann", "bob"):
        work(store, who, lambda item: "favor" if item[-1] in "13579" else "against")
    before = agree(store, ("language", "label", "codebook"), draws=50)
    assert before["total"]["alpha"]["value"] == 1.0
    assert before["total"]["alpha"]["n"] == 20
    assert {part["is"] for part in before["groups"] if part["by"] == "language"} == {"en", "it"}
    assert before["pairs"][0]["annotators"] == ["ann", "bob"]
    store.add_predictions(
        (row["id"], Stance("favor", (0.4, 0.3, 0.2, 0.1), model="m")) for row in store.rows("SELECT id FROM item")
    )
    make(store, DrawOptions(purpose="train", n=20, overlap=1.0, sampler="uncertainty", seed=1))
    for who, stance in (("ann", "neutral"), ("bob", "unrelated")):
        work(store, who, lambda _, s=stance: s)  # type: ignore[misc]
    session = Session(store, "ann", codebook="1", origin="test")
    (first, *_) = store.rows("SELECT item, draw FROM label_first WHERE annotator = 'ann' ORDER BY id")
    session.relabel(session.task(first["item"], first["draw"]), "unrelated")
    assert agree(store, ("language", "label", "codebook"), draws=50) == before
    lines = to_lines(before)
    assert "20 comments labelled blind" in lines[0]
    assert "undefined: one label only" in "\n".join(lines)
    json.dumps(before)


def test_agreement_of_nothing(sqlite_store: Store) -> None:
    """Without doubled comments the answer says what to do."""
    assert "--overlap" in to_lines(agree(sqlite_store))[0]
    with pytest.raises(AnnotationError, match="choose from language"):
        agree(sqlite_store, ("author",))


def test_adjudication_hides_names_and_needs_a_reason(store: Store, pages: Pages) -> None:
    """The adjudicator sees letters, the decision stands under the adjudicator's name, the labels stay as they were."""
    store.add_pages(pages(1, 3))
    make(store, DrawOptions(purpose="estimate", n=3, overlap=1.0, seed=1))
    work(store, "ann", lambda _: "favor")
    work(store, "bob", lambda item: "against" if item.endswith("2") else "favor")
    desk = Desk(store, "lea", codebook="1", origin="test")
    session = Session(store, "lea", codebook="1", origin="test")
    said: list[str] = []
    keys = iter("2x" + "q")
    assert adjudicate(desk, session, read_key=lambda: next(keys), say=said.append) == 0
    assert "a reason is needed" in "\n".join(said)
    keys = iter("21")
    assert adjudicate(desk, session, read_key=lambda: next(keys), say=said.append) == 1
    shown = "\n".join(said)
    assert "ann" not in shown
    assert "bob" not in shown
    assert "A: " in shown
    assert desk.waiting() == []
    (event,) = [event for event in store.events() if event.kind == "adjudicate"]
    assert (event.annotator, event.stance, event.reason) == ("lea", "against", "missed irony")
    assert len(store.rows("SELECT * FROM label_current")) == 6
    with pytest.raises(AnnotationError, match="needs a reason"):
        desk.decide(session.task(event.item), "favor", "because")


def test_suspects_find_planted_errors() -> None:
    """Of labels of which one in ten is wrong, most of the first twenty suspects are those."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 400)
    probabilities = rng.dirichlet([0.5] * 4, 400) * 0.4
    probabilities[np.arange(400), truth] += 0.6
    given = truth.copy()
    wrong = rng.choice(400, 40, replace=False)
    given[wrong] = (given[wrong] + 1) % 4
    found = suspects(list(given), probabilities)
    assert sum(one.place in set(wrong) for one in found[:20]) >= 18
    assert [one.margin for one in found] == sorted((one.margin for one in found), reverse=True)
    assert {one.better for one in found[:5]} <= {int(truth[one.place]) for one in found[:5]}
