"""Versions of the codebook."""

from collections.abc import Callable
from datetime import datetime, tzinfo

import pytest

from sentiment.annotate import codebook
from sentiment.annotate.codebook import adopt, current_version, diff, publish, touched, version_of
from sentiment.annotate.draws import given
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Page

FIRST = (
    "---\nversion: 1\n---\n# Codebook\n\n## favor\n\nA wish.\n\n## against\n\nA refusal.\n\nTick `irony` for irony.\n"
)
SECOND = FIRST.replace("version: 1", "version: 2").replace("A refusal.", "A refusal, or mockery.")


def labelled(store: Store, page: Callable[..., Page]) -> None:
    """Three comments: favor, against by two people, neutral with irony."""
    adopt(store, FIRST, "1")
    store.add_pages([page()])
    given(store, ["p"], "1")
    for who, labels in {"ann": ("favor", "against", "neutral"), "bob": ("", "against", "")}.items():
        session = Session(store, who, codebook="1", origin="test")
        for i, stance in enumerate(labels, 1):
            if stance:
                session.decide(session.task(f"p{i}"), stance, flags=["irony"] if i == 3 else [])


def test_a_change_names_what_it_touches(sqlite_store: Store) -> None:
    """A line belongs to the stances it names and to those of the heading above it."""
    adopt(sqlite_store, FIRST, "1")
    assert touched(sqlite_store, SECOND) == ("against",)
    assert touched(sqlite_store, FIRST.replace("for irony", "for mockery")) == ("against", "irony")
    assert touched(sqlite_store, FIRST.replace("# Codebook\n", "# The codebook\n")) == ()
    assert [line for line in diff(sqlite_store, SECOND) if line.startswith(("+A", "-A"))] == [
        "-A refusal.",
        "+A refusal, or mockery.",
    ]


def test_a_semantic_change_asks_again_for_what_it_touches(store: Store, page: Callable[..., Page]) -> None:
    """Only labels of the changed rule come back, each to as many annotators as before, and before everything else."""
    labelled(store, page)
    done = publish(store, SECOND, version="2", kind="semantic")
    assert (done.touches, done.requeued) == (("against",), 1)
    assert current_version(store, "?") == "2"
    for who in ("ann", "bob"):
        session = Session(store, who, codebook="2", origin="test")
        (task,) = session.next()
        assert task.item == "p2"
        session.decide(task, "neutral")
    rows = {
        (row["item"], row["annotator"]): (row["stance"], row["codebook"])
        for row in store.rows("SELECT * FROM label_current")
    }
    assert rows["p2", "ann"] == rows["p2", "bob"] == ("neutral", "2")
    assert rows["p1", "ann"] == ("favor", "1")


def test_a_minor_change_asks_nobody(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """A better example is a new version and no more work; flags can be named by hand."""
    labelled(sqlite_store, page)
    assert publish(sqlite_store, SECOND, version="2", kind="minor").draw is None
    third = SECOND.replace("version: 2", "version: 3")
    assert publish(sqlite_store, third, version="3", kind="semantic", touches=("irony",)).requeued == 1


@pytest.mark.parametrize(
    ("text", "version", "touches", "message"),
    [
        (FIRST, "2", None, "word for word version 1"),
        (SECOND, "1", None, "published already"),
        (FIRST.replace("# Codebook\n", "# The codebook\n"), "2", None, "--touches"),
        (SECOND, "2", ("sarcasm",), "no stance and no flag"),
    ],
)
def test_a_version_that_makes_no_sense_is_refused(
    sqlite_store: Store, text: str, version: str, touches: tuple[str, ...] | None, message: str
) -> None:
    """What is wrong, and what to do."""
    adopt(sqlite_store, FIRST, "1")
    with pytest.raises(AnnotationError, match=message):
        publish(sqlite_store, text, version=version, kind="semantic", touches=touches)
    assert current_version(sqlite_store, "?") == "1"


def test_a_clock_set_back_does_not_bring_an_old_version_back(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published last holds, whatever the clock says."""
    adopt(sqlite_store, FIRST, "1")

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(codebook, "datetime", Earlier)
    publish(sqlite_store, SECOND, version="2", kind="minor")
    assert current_version(sqlite_store, "?") == "2"


def test_the_version_stands_in_the_head() -> None:
    """The number is read from the head only."""
    assert version_of(FIRST) == "1"
    assert version_of("version: 3\n") is None
