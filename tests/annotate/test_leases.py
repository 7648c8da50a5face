"""Who gets which comment."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from sentiment.annotate.draws import DrawOptions, given, make
from sentiment.annotate.events import Event
from sentiment.annotate.leases import Queue
from sentiment.annotate.session import Session
from sentiment.annotate.store import LEASE_SECONDS, Store
from sentiment.records import Page

Pages = Callable[..., Iterator[Page]]


def test_no_place_is_given_twice(store: Store, pages: Pages) -> None:
    """Eight annotators at once, overlap 100 %: every comment is taken by two people, and never by the same one twice."""
    store.add_pages(pages(6))
    make(store, DrawOptions(purpose="estimate", n=60, overlap=1.0, seed=1))
    taken: list[tuple[str, str]] = []

    def work(name: str) -> None:
        session = Session(store, name, codebook="1", origin="test")
        while tasks := session.next(2):
            for task in tasks:
                session.decide(task, "favor")
                taken.append((task.item, name))

    threads = [threading.Thread(target=work, args=(f"a{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(Counter(item for item, _ in taken).values()) == {2: 60}
    assert len(set(taken)) == 120


def test_a_lease_that_ran_out_goes_to_another_and_the_late_answer_is_kept(store: Store, pages: Pages) -> None:
    """Who comes back after lunch loses nothing, even if the comment has gone to somebody else meanwhile."""
    store.add_pages(pages(1, 1))
    make(store, DrawOptions(purpose="estimate", n=1))
    ann, bob = (Session(store, name, codebook="1", origin="test") for name in ("ann", "bob"))
    (task,) = ann.next()
    assert bob.next() == []
    later = Queue(store, "bob", now=lambda: 4e9 + LEASE_SECONDS)
    assert [claim.item for claim in later.claim()] == [task.item]
    (theirs,) = bob.next()
    assert not bob.decide(theirs, "against").late
    assert ann.decide(task, "favor").late
    assert len(store.rows("SELECT * FROM label_current")) == 2


def test_what_is_held_comes_back_first(store: Store, pages: Pages) -> None:
    """A page that is loaded again shows the same comment; one that is given back goes to the next."""
    store.add_pages(pages(2))
    make(store, DrawOptions(purpose="estimate", n=20))
    ann = Queue(store, "ann")
    first = ann.claim()
    assert ann.claim() == first
    assert ann.claim(3)[0] == first[0]
    assert Queue(store, "bob").claim() != first
    ann.release()
    assert Queue(store, "eve").claim() == first


def test_languages_and_counts(store: Store, pages: Pages) -> None:
    """Who reads Italian only gets Italian only, and the count says how many are left for them."""
    store.add_pages(pages(4))
    make(store, DrawOptions(purpose="estimate", n=40))
    session = Session(store, "ann", codebook="1", origin="test", languages=["it"])
    assert session.queue.left() == 20
    languages = []
    while tasks := session.next():
        languages.append(tasks[0].language)
        session.decide(tasks[0], "neutral")
    assert languages == ["it"] * 20
    assert session.queue.left() == 0


def test_undo_works_across_sessions(store: Store, pages: Pages) -> None:
    """The last decision of yesterday can be taken back today; the comment is shown again and counts once."""
    store.add_pages(pages(1, 3))
    make(store, DrawOptions(purpose="estimate", n=3))
    first = Session(store, "ann", codebook="1", origin="test")
    (task,) = first.next()
    first.decide(task, "favor")
    second = Session(store, "ann", codebook="1", origin="test")
    again = second.undo()
    assert again is not None
    assert again.item == task.item
    second.decide(again, "against")
    assert [row["stance"] for row in store.rows("SELECT stance FROM label_current")] == ["against"]
    assert second.queue.left() == 2
    assert second.undo() is not None
    assert second.undo() is None


@pytest.mark.parametrize("jump", [-365 * 86_400, 86_400])
def test_a_clock_that_jumps_frees_what_was_lent(store: Store, pages: Pages, jump: float) -> None:
    """Set back a year or forward a day, the clock neither keeps a comment from others for ever nor loses an answer."""
    store.add_pages(pages(1, 1))
    given(store, ["p0000-"], "1")
    start = time.time()
    (held,) = Queue(store, "ann", now=lambda: start).claim()
    assert Queue(store, "bob", now=lambda: start + 5).claim() == []
    (again,) = Queue(store, "bob", now=lambda: start + jump).claim()
    assert again == held
    for who in ("bob", "ann"):
        store.record(Event(kind="label", item=held.item, annotator=who, stance="favor", draw=held.draw))
    assert store.rows("SELECT COUNT(*) AS n FROM label_current")[0]["n"] == 2


def test_many_are_counted_up_to_a_bound(store: Store, pages: Pages) -> None:
    """What is left is counted exactly below the bound, doubled comments once, those that one has had not at all."""
    store.add_pages(pages(4))
    make(store, DrawOptions(purpose="estimate", n=40, overlap=0.5, seed=1))
    session = Session(store, "ann", codebook="1", origin="test")
    for _ in range(7):
        session.decide(session.next()[0], "favor")
    assert session.queue.left() == 33
    assert session.queue.left(at_most=10) == 10
