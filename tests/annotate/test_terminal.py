"""The terminal annotator."""

import io
from collections.abc import Callable, Iterator

from rich.console import Console

from sentiment.annotate.draws import DrawOptions, given, make
from sentiment.annotate.session import Explain, Session, stance_of_key
from sentiment.annotate.store import Store
from sentiment.annotate.terminal import Keyboard, Screen, printable, walk
from sentiment.records import Page, Stance, Why

Pages = Callable[..., Page]


def run(
    store: Store,
    keys: str,
    *,
    relabel: bool = False,
    settle: float = 0.0,
    ticks: Iterator[float] | None = None,
    explain: Explain = lambda _task, _shown: None,
) -> str:
    """What the terminal shows while these keys are pressed."""
    out = io.StringIO()
    waiting = iter(keys)
    session = Session(store, "ann", codebook="1", origin="terminal", explain=explain)
    clock = (lambda: next(ticks)) if ticks else (lambda: 0.0)
    Screen(
        session,
        question=lambda language: f"Do they want it, in {language}?",
        codebook="the codebook",
        console=Console(file=out, width=80, force_terminal=False),
        keyboard=Keyboard(key=lambda: next(waiting, ""), line=lambda _: "a note", settle=settle, clock=clock),
        total=session.queue.left(),
        again=walk(session, session.queue.draws()) if relabel else None,
    ).run()
    session.queue.release()
    return out.getvalue()


def filled(store: Store, page: Pages) -> Store:
    """A store in which three comments of one page wait, in page order."""
    store.add_pages([page()])
    given(store, ["p"], "1")
    return store


def stances(store: Store) -> dict[str, str]:
    """What ann's labels say now."""
    return {row["item"]: row["stance"] for row in store.rows("SELECT * FROM label_current WHERE annotator = 'ann'")}


def test_one_key_per_decision(sqlite_store: Store, page: Pages) -> None:
    """1, 4 and q: two labels are on the disk, the third comment is still open."""
    run(filled(sqlite_store, page), "14q")
    assert stances(sqlite_store) == {"p1": "favor", "p2": "unrelated"}
    assert Session(sqlite_store, "ann", codebook="1", origin="x").queue.left() == 1


def test_the_screen_shows_what_is_needed_and_no_model(sqlite_store: Store, page: Pages) -> None:
    """Title, parent, quote, question and words; neither a probability nor a share."""
    shown = run(filled(sqlite_store, page), "1q")
    for needed in ("Phones to come", "answers: Bring them here!", "> here", "Do they want it, in en?", "No way."):
        assert needed in shown
    assert "%" not in shown


def test_undo_flag_note_context_and_skip(sqlite_store: Store, page: Pages) -> None:
    """f3 flags irony, n writes a note, u takes back, c shows the article, s1 passes over with its reason."""
    shown = run(filled(sqlite_store, page), "1uf3nc2s1q")
    (label,) = sqlite_store.rows("SELECT * FROM label_current")
    assert (label["stance"], label["flags"], label["note"]) == ("against", "irony", "a note")
    assert "The article." in shown
    assert shown.count("· 1 of 3") == 2  # what was taken back is not counted
    kinds = [(event.kind, event.reason, event.context) for event in sqlite_store.events()]
    assert kinds == [
        ("label", "", "title"),
        ("undo", "", ""),
        ("label", "", "title article"),
        ("skip", "cannot decide", "title parent quote"),
    ]


def test_russian_layout_and_french_digits(sqlite_store: Store, page: Pages) -> None:
    """The letters of a Russian keyboard and the number row of a French one work as they are."""
    run(filled(sqlite_store, page), "1г" + "éй")
    assert stances(sqlite_store) == {"p1": "against"}
    assert [stance_of_key(key) for key in "&é\"'"] == ["favor", "against", "neutral", "unrelated"]


def test_relabel_shows_labelled_comments_again(sqlite_store: Store, page: Pages) -> None:
    """With relabel, a decision replaces the one that stood, as an event of its own kind."""
    run(filled(sqlite_store, page), "111")
    assert "now: favor (you)" in run(sqlite_store, "2q", relabel=True)
    assert stances(sqlite_store)["p1"] == "against"
    assert [event.kind for event in sqlite_store.events(item="p1")] == ["label", "relabel"]


def test_blind_first(sqlite_store: Store, page: Pages) -> None:
    """On an estimate the model is never shown; on training comments after the answer only, to keep or to change."""
    sqlite_store.add_pages([page()])
    sqlite_store.add_predictions((f"p{i}", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1")) for i in (1, 2, 3))
    make(sqlite_store, DrawOptions(purpose="estimate", n=3))
    assert "model says" not in run(sqlite_store, "111")
    sqlite_store.add_pages([page("q")])
    sqlite_store.add_predictions((f"q{i}", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1")) for i in (1, 2, 3))
    make(sqlite_store, DrawOptions(purpose="train", n=3))
    shown = run(sqlite_store, "1x" + "122" + "2")
    assert shown.count("the model says against, 80%") == 3
    assert shown.index("favor  (saved)") < shown.index("the model says")
    trained = [event for event in sqlite_store.events() if event.item.startswith("q")]
    assert [(event.kind, event.stance, event.suggestion_timing) for event in trained] == [
        ("label", "favor", "after"),
        ("label", "favor", "after"),
        ("relabel", "against", "before"),
        ("label", "against", "after"),
    ]
    assert trained[2].reason == "the model saw what I missed"


def test_the_words_that_carried_another_view(sqlite_store: Store, page: Pages) -> None:
    """Where the model differs, the comment follows with what speaks for its view in brackets; where it agrees, nothing."""
    sqlite_store.add_pages([page()])
    sqlite_store.add_predictions((f"p{i}", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1")) for i in (1, 2, 3))
    make(sqlite_store, DrawOptions(purpose="train", n=3))
    found = Why((("No ", 0.0), ("spyware\x1b[2J", 1.0), (" here", -0.5)), ("refusal",))
    shown = run(sqlite_store, "1x2q", explain=lambda _task, _shown: found)
    assert shown.count("No [spyware�[2J] here") == 1
    assert "speaks for against; it also heard: refusal" in " ".join(shown.split())


def test_a_key_held_down_labels_nothing_unseen(sqlite_store: Store, page: Pages) -> None:
    """A key within 150 ms of a new comment was meant for the one before."""
    times = iter([0.0, 1.0, 1.0, 2.0, 2.1, 2.2, 9.9, 10.0])
    run(filled(sqlite_store, page), "111", settle=0.15, ticks=times)
    assert len(stances(sqlite_store)) == 2


def test_a_comment_cannot_steer_the_terminal() -> None:
    """Escape sequences in a comment are shown as a sign, not obeyed; other scripts and joined emoji stay."""
    assert printable("a\x1b[2Jb\x9b1m") == "a�[2Jb�1m"
    assert printable("Привет 👩‍👧 שלום\n") == "Привет 👩‍👧 שלום\n"


def test_every_event_says_who_when_and_by_which_codebook(sqlite_store: Store, page: Pages) -> None:
    """Annotator, time with its zone, codebook, draw, words and origin travel with each decision."""
    run(filled(sqlite_store, page), "3q")
    (event,) = sqlite_store.events()
    assert (event.annotator, event.codebook, event.origin, event.stance) == ("ann", "1", "terminal", "neutral")
    assert event.at.endswith("+00:00")
    assert event.draw
    assert len(event.text_sha256) == 64
    assert event.ms is not None
