"""The store: what is decided is kept, whatever happens."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sentiment.annotate import database, migrate, ulid
from sentiment.annotate.database import filesystem_of, writing
from sentiment.annotate.events import Event
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Page, Stance

Pages = Callable[..., Page]


def event(item: str = "p1", who: str = "ann", stance: str | None = "favor", **more: str) -> Event:
    """A decision."""
    return replace(Event(kind="label", item=item, annotator=who, stance=stance), **more)  # type: ignore[arg-type]


def current(store: Store) -> dict[tuple[str, str], str]:
    """(comment, annotator) -> stance."""
    return {(row["item"], row["annotator"]): row["stance"] for row in store.rows("SELECT * FROM label_current")}


def gold(store: Store) -> dict[str, tuple[str, str]]:
    """Comment -> stance and how it was settled."""
    return {row["item"]: (row["stance"], row["source"]) for row in store.rows("SELECT * FROM gold")}


def test_later_decisions_win_and_undo_brings_the_older_back(store: Store, page: Pages) -> None:
    """The last answer that was not taken back stands; the history keeps all of it."""
    store.add_pages([page()])
    store.record(event())
    second = store.record(event(stance="against", kind="relabel")).event
    assert current(store) == {("p1", "ann"): "against"}
    store.record(event(stance=None, kind="undo", supersedes=second.id))
    assert current(store) == {("p1", "ann"): "favor"}
    assert [found.kind for found in store.events()] == ["label", "relabel", "undo"]


def test_a_skip_takes_the_label_away(store: Store, page: Pages) -> None:
    """Who passes a comment over has no label on it."""
    store.add_pages([page()])
    store.record(event())
    store.record(event(stance=None, kind="skip", reason="language"))
    assert current(store) == {}


def test_flags_and_notes_added_later_stand(store: Store, page: Pages) -> None:
    """A flag or a note that is added to a label belongs to it; the last one counts."""
    store.add_pages([page()])
    label = store.record(event(flags="irony", note="first")).event
    for flags in ("unsure", "unsure implicit"):
        store.record(event(stance=None, kind="flag", supersedes=label.id, flags=flags))
    store.record(event(stance=None, kind="note", supersedes=label.id, note="second"))
    (row,) = store.rows("SELECT flags, note, stance FROM label_current")
    assert dict(row) == {"flags": "unsure implicit", "note": "second", "stance": "favor"}


def test_gold_is_adjudicated_else_agreed(store: Store, page: Pages) -> None:
    """Two who agree settle it, two who differ do not, and an adjudicator decides."""
    store.add_pages([page()])
    for item, stances in {"p1": ("favor", "favor"), "p2": ("favor", "against"), "p3": ("neutral",)}.items():
        for who, stance in zip(("ann", "bob"), stances, strict=False):
            store.record(event(item, who, stance))
    assert gold(store) == {"p1": ("favor", "agreed"), "p3": ("neutral", "single")}
    store.record(event("p2", "lea", "against", kind="adjudicate", reason="missed irony"))
    assert gold(store)["p2"] == ("against", "adjudicated")
    assert ("p2", "lea") not in current(store)


def test_a_comment_labelled_again_under_a_new_codebook_reopens_its_adjudication(store: Store, page: Pages) -> None:
    """An old decision between annotators does not outlive the rule it stood on."""
    store.add_pages([page()])
    store.record(event("p1", "ann", "favor", codebook="1"))
    store.record(event("p1", "lea", "against", kind="adjudicate", reason="slip", codebook="1"))
    store.record(event("p1", "ann", "neutral", codebook="2"))
    assert gold(store) == {"p1": ("neutral", "single")}


def test_the_first_blind_answer_counts_for_agreement(store: Store, page: Pages) -> None:
    """A slip taken back at once does not count; a change after the model was seen does not either."""
    store.add_pages([page()])
    slip = store.record(event(draw="D")).event
    store.record(event(stance=None, kind="undo", supersedes=slip.id))
    answer = store.record(event(stance="against", draw="D", suggestion_timing="after")).event
    store.record(event(stance=None, kind="undo", supersedes=answer.id, suggestion_timing="before"))
    store.record(event(stance="neutral", draw="D", suggestion_timing="before"))
    assert [row["stance"] for row in store.rows("SELECT stance FROM label_first")] == ["against"]
    assert current(store) == {("p1", "ann"): "neutral"}


@pytest.mark.parametrize("statement", ["UPDATE event SET stance = 'against'", "DELETE FROM event"])
def test_events_cannot_be_changed(store: Store, page: Pages, statement: str) -> None:
    """The database itself refuses to change or delete what was decided."""
    store.add_pages([page()])
    store.record(event())
    with pytest.raises(AnnotationError, match="never changed or deleted"), writing(store.engine) as connection:
        connection.execute(text(statement))
    assert current(store) == {("p1", "ann"): "favor"}


def test_a_replacing_insert_is_refused_too(sqlite_store: Store, page: Pages) -> None:
    """SQLite's INSERT OR REPLACE deletes behind the back of ordinary triggers; not here."""
    sqlite_store.add_pages([page()])
    sqlite_store.record(event())
    statement = "INSERT OR REPLACE INTO event SELECT * FROM event"
    with pytest.raises(AnnotationError, match="never changed"), writing(sqlite_store.engine) as connection:
        connection.execute(text(statement))


def test_the_same_client_twice_is_one_event(store: Store, page: Pages) -> None:
    """A browser that repeats a decision because it heard no answer does not decide twice."""
    store.add_pages([page()])
    mark = ulid.new()
    assert store.record(event(client=mark)).fresh
    assert not store.record(event(client=mark)).fresh
    assert len(list(store.events())) == 1
    with pytest.raises(AnnotationError, match="on another comment"):
        store.record(event("p2", client=mark))


def test_text_that_changed_is_noticed(store: Store, page: Pages) -> None:
    """A label on other words than the comment has now does not count, and is not lost either."""
    store.add_pages([page()])
    store.record(event())
    assert store.add_pages([page(texts=("Quite other words", "No way.", "lol"))]) == (0, 1)
    assert current(store) == {}
    assert len(list(store.events())) == 1
    assert store.add_pages([page()]) == (0, 1)
    assert current(store) == {("p1", "ann"): "favor"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"stance": "favour"}, "favour.*favor, against, neutral, unrelated"),
        ({"item": "nowhere"}, "no comment nowhere"),
        ({"flags": "irony wild"}, "unknown flag 'wild'"),
        ({"at": "2026-01-01T00:00:00"}, "no time zone"),
        ({"kind": "adjudicate"}, "needs a reason"),
        ({"kind": "guess"}, "unknown kind"),
    ],
)
def test_what_means_nothing_is_refused(sqlite_store: Store, page: Pages, wrong: dict[str, str], message: str) -> None:
    """The store says what was wrong and what would be right, and keeps nothing of it."""
    sqlite_store.add_pages([page()])
    with pytest.raises(AnnotationError, match=message):
        sqlite_store.record(event(**wrong))  # type: ignore[arg-type]
    assert not list(sqlite_store.events())


def test_odd_signs_come_back(store: Store, page: Pages) -> None:
    """Emoji, right-to-left text, CRLF and 100 kB stay; NUL and half a surrogate pair become a visible sign."""
    texts = ("👩‍👩‍👧 ok", "שלום\r\nعالم", "x" * 100_000, "a\x00b", "a\ud800b")
    store.add_pages([page(texts=texts)])
    found = [row["text"] for row in store.rows("SELECT text FROM item ORDER BY position")]
    assert found[:3] == list(texts[:3])
    assert found[3:] == ["a\ufffdb", "a?b"]


def test_what_a_model_says_is_kept(store: Store, page: Pages) -> None:
    """The same model's later word replaces its earlier one; another model's stands beside it."""
    store.add_pages([page()])
    for model, chances in (("m1", (1.0, 0.0, 0.0, 0.0)), ("m2", (0.0, 1.0, 0.0, 0.0)), ("m1", (0.0, 0.0, 1.0, 0.0))):
        store.add_predictions([("p1", Stance("favor", chances, model=model)), ("p2", Stance(None))])
    rows = store.rows("SELECT model, p_favor, p_neutral FROM prediction ORDER BY model")
    assert [tuple(row.values()) for row in rows] == [("m1", 0.0, 1.0), ("m2", 0.0, 0.0)]


@given(st.lists(st.tuples(st.sampled_from("abu"), st.sampled_from(["favor", "against", "skip"])), max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_replays_to_what_stands(tmp_path: Path, page: Pages, steps: list[tuple[str, str]]) -> None:
    """Whatever is decided and taken back in whatever order, the view says what a plain replay says."""
    place = tmp_path / ulid.new()
    store = Store(f"sqlite:///{place}.db", "xiaomi-us")
    store.add_pages([page()])
    stacks: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}
    last = "a"
    for who, what in steps:
        if who == "u":
            if stacks[last]:
                store.record(event(who=last, stance=None, kind="undo", supersedes=stacks[last].pop()[0]))
            continue
        last = who
        skip = what == "skip"
        saved = store.record(event(who=who, stance=None if skip else what, kind="skip" if skip else "label"))
        stacks[who].append((saved.event.id, what))
    replayed = {("p1", who): stack[-1][1] for who, stack in stacks.items() if stack and stack[-1][1] != "skip"}
    assert current(store) == replayed
    store.close()


def test_a_clock_that_jumps_back_changes_no_order(
    sqlite_store: Store, page: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later decision stays the later one when the clock is set back a year."""
    sqlite_store.add_pages([page()])
    sqlite_store.record(event())
    monkeypatch.setattr(ulid.time, "time_ns", lambda: 1_000_000_000 * 10**9)
    sqlite_store.record(event(stance="against"))
    assert current(sqlite_store) == {("p1", "ann"): "against"}


def test_identifiers_sort_by_time_and_never_go_back() -> None:
    """26 signs; a later time sorts later, and with a clock that stands still each is still greater than the last."""
    assert ulid.new(milliseconds=1) < ulid.new(milliseconds=2)
    last = ""
    for _ in range(2000):
        made = ulid.new(last, milliseconds=5)
        assert made > last
        assert ulid.valid(made)
        last = made
    assert ulid.derived(5, b"x") == ulid.derived(5, b"x") != ulid.derived(5, b"y")


@pytest.mark.usefixtures("store")
def test_another_target_is_refused(url: str) -> None:
    """A store of one target is not opened for another."""
    with pytest.raises(AnnotationError, match="holds labels for xiaomi-us, not for wind-farm"):
        Store(url, "wind-farm")


def test_a_newer_store_is_refused(url: str, store: Store) -> None:
    """A store made by a newer version is left alone, and the message says what to do."""
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE store_info SET value = '99' WHERE key = 'schema'"))
    with pytest.raises(AnnotationError, match=r"newer version.*pip install --upgrade"):
        Store(url, "xiaomi-us")


def test_an_older_store_is_brought_up_to_date(
    url: str, store: Store, page: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new step runs once on a store that lacks it, and what was there stays."""
    store.add_pages([page()])
    store.record(event())
    step = lambda connection: connection.execute(text("CREATE TABLE added (x INTEGER)"))  # noqa: E731
    monkeypatch.setattr(migrate, "STEPS", [*migrate.STEPS, step])
    for _ in range(2):
        again = Store(url, "xiaomi-us")
        assert current(again) == {("p1", "ann"): "favor"}
        assert again.rows("SELECT COUNT(*) AS n FROM added")[0]["n"] == 0
        again.close()


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    """A database with other tables is not touched."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(AnnotationError, match=r"something else \(tables recipes"):
        Store(f"sqlite:///{path}", "xiaomi-us")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Any other file gives one clear sentence."""
    (tmp_path / "x.db").write_text("not a database at all, " * 100)
    with pytest.raises(AnnotationError, match="this is not a database"):
        Store(f"sqlite:///{tmp_path / 'x.db'}", "xiaomi-us")


def test_a_locked_database_is_named(store: Store, url: str, page: Pages) -> None:
    """Another program that keeps the lock is named after the wait; afterwards the decision goes through."""
    store.add_pages([page()])
    other = Store(url, "xiaomi-us", busy_seconds=0.1)
    with writing(store.engine) as connection:
        if store.engine.dialect.name == "postgresql":  # there a transaction that only reads locks nobody out
            connection.execute(text("LOCK TABLE event"))
        with pytest.raises(AnnotationError, match="locked"):
            other.record(event())
    other.record(event())
    other.close()
    assert current(store) == {("p1", "ann"): "favor"}


def test_a_server_that_was_started_again_costs_no_decision(postgres_url: str, page: Pages) -> None:
    """Connections that the server has cut are replaced before they are used."""
    store = Store(f"{postgres_url}&application_name=cut", "xiaomi-us")
    store.add_pages([page()])
    other = Store(postgres_url, "xiaomi-us")
    assert other.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'")
    other.close()
    store.record(event())
    assert current(store) == {("p1", "ann"): "favor"}
    store.close()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cannot execute INSERT in a read-only transaction", "takes no changes"),
        ("attempt to write a readonly database", "the disk or the file is read-only"),
        ("could not extend file: No space left on device", "the disk is full"),
        ("canceling statement due to lock timeout", "kept it locked"),
        ("server closed the connection unexpectedly", "gone away"),
        ("database disk image is malformed", "annotate rebuild"),
        ("something\nnobody has thought of", "something"),
    ],
)
def test_what_a_driver_says_is_put_into_words(said: str, meant: str) -> None:
    """What happened and what to do; an unknown message is passed on by its first line."""
    assert meant in database.meaning(said)
    assert "\n" not in database.meaning(said)


def test_a_full_disk_loses_nothing_acknowledged(sqlite_store: Store, page: Pages) -> None:
    """When the disk is full the next decision is refused aloud, and every one before it stands."""
    sqlite_store.add_pages([page()])
    with sqlite_store.engine.connect() as connection:
        pages_ = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages_ + 2}")
    saved = 0
    with pytest.raises(AnnotationError, match="disk is full"):  # noqa: PT012 - which of them fails is the disk's to say
        for _ in range(1000):
            sqlite_store.record(event(note="words " * 200))
            saved += 1
    assert saved > 0
    assert len(list(sqlite_store.events())) == saved


def test_a_read_only_store_is_named(sqlite_store: Store, page: Pages) -> None:
    """What cannot be written says so."""
    sqlite_store.add_pages([page()])
    with sqlite_store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    with pytest.raises(AnnotationError, match="read-only"):
        sqlite_store.record(event())


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """A database in a folder that is not there gives one clear sentence."""
    with pytest.raises(AnnotationError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path / 'no' / 'x.db'}", "xiaomi-us")


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense", "postgresql://127.0.0.1:1/x"])
def test_an_address_that_leads_nowhere_is_named(address: str) -> None:
    """A database of another make, no address at all, and a server that does not answer."""
    with pytest.raises(AnnotationError, match=r"not supported|not an address|no database server"):
        Store(address, "xiaomi-us")


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is not opened where its locks do not hold; the innermost mount decides."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/net\\040disk nfs4 rw 0 0\n")
    assert filesystem_of(tmp_path / "net disk" / "a.db", mounts) == "nfs4"
    assert filesystem_of(tmp_path / "a.db", mounts) == "ext4"
    assert filesystem_of(tmp_path, tmp_path / "none") == ""
    monkeypatch.setattr(database, "filesystem_of", lambda _: "nfs4")
    with pytest.raises(AnnotationError, match=r"network file system.*PostgreSQL"):
        Store(f"sqlite:///{tmp_path / 'a.db'}", "xiaomi-us")
