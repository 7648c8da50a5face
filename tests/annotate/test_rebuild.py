"""The store made again from its files: versions of the codebook, accounts, draws of which only labels.csv is left."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentiment.annotate import files
from sentiment.annotate.codebook import adopt, current_text, current_version, publish
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.labels import load, write_csv
from sentiment.annotate.merging import merge
from sentiment.annotate.rebuild import rebuild
from sentiment.annotate.session import Session
from sentiment.annotate.standing import training_rows
from sentiment.annotate.store import Store
from sentiment.annotate.web.accounts import add_account, any_account, log_in, role_of
from sentiment.errors import AnnotationError
from sentiment.records import Page

Pages = Callable[..., Page]
FIRST = "---\nversion: 1\n---\n## favor\n\nA wish.\n\n## against\n\nA refusal.\n"
SECOND = FIRST.replace("version: 1", "version: 2").replace("A wish.", "A wish, or praise.")
TABLES = {
    "codebook": "SELECT version, sha256, markdown, kind, touches, at FROM codebook ORDER BY version",
    "annotator": "SELECT handle, role, languages, at FROM annotator ORDER BY handle",
    "draw": "SELECT number, purpose, sampler, codebook FROM draw ORDER BY number",
}


def led(folder: Path, page: Pages) -> Store:
    """A store with two versions of the codebook, a label that the second sends back, and two accounts."""
    store = files.open_store(folder)
    adopt(store, FIRST, "1")
    store.add_pages([page()])
    session = Session(store, "ann", codebook="1", origin="test")
    session.decide(session.task("p1"), "favor")
    publish(store, SECOND, version="2", kind="semantic")
    add_account(store, "lea", "battery staple", "lead")
    add_account(store, "ivo", "correct horse", "annotator", "it de")
    files.export(store, folder)
    return store


def test_versions_and_accounts_come_back(tmp_path: Path, page: Pages) -> None:
    """A database made from the files alone has every version of the codebook and every account; no file holds a password."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    before = {name: store.rows(query) for name, query in TABLES.items()}
    store.close()
    (folder / "annotations.db").unlink()
    rebuild(folder)
    again = files.open_store(folder)
    assert {name: again.rows(query) for name, query in TABLES.items()} == before
    assert (current_version(again, "?"), current_text(again)) == ("2", SECOND)
    written = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if ".db" not in path.name)
    assert "scrypt" not in written
    assert "battery" not in written
    assert not any_account(again)
    add_account(again, "lea", "another one")
    assert role_of(again, "lea") == "lead"
    again.close()


def test_on_the_same_machine_passwords_stay(tmp_path: Path, page: Pages) -> None:
    """A rebuild takes the passwords over from the database that it puts aside."""
    folder = tmp_path / "xiaomi-us"
    led(folder, page).close()
    rebuild(folder)
    again = files.open_store(folder)
    assert log_in(again, "lea", "battery staple")
    again.close()


def test_a_file_grants_nobody_rights(tmp_path: Path, page: Pages) -> None:
    """An account that is there keeps its role and password, whatever a file from elsewhere says; a new one cannot log in."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    lines = [
        {"handle": "ivo", "role": "lead", "languages": "", "at": "2099-01-01T00:00:00+00:00"},
        {"handle": "eve", "role": "lead", "languages": "", "at": "2099-01-01T00:00:00+00:00", "secret": "scrypt$a$b"},
    ]
    (tmp_path / "annotators.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    merge(store, tmp_path)
    assert role_of(store, "ivo") == "annotator"
    assert log_in(store, "ivo", "correct horse")
    assert store.rows("SELECT secret FROM annotator WHERE handle = 'eve'")[0]["secret"] is None
    assert log_in(store, "eve", "anything") is None
    store.close()


def test_a_database_that_knows_more_is_not_replaced(tmp_path: Path, page: Pages) -> None:
    """Decisions that no file has yet stop the rebuild; after an export it goes through."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    store.record(Event(kind="label", item="p2", annotator="ann", stance="against"))
    store.close()
    with pytest.raises(AnnotationError, match=r"holds 1 events that are in no file.*annotate export"):
        rebuild(folder)
    store = files.open_store(folder)
    files.export(store, folder)
    store.close()
    kept, count = rebuild(folder)
    assert kept is not None
    assert count == 2


def test_a_database_in_use_is_not_moved_away(tmp_path: Path, page: Pages) -> None:
    """While another program writes into it, the database stays where it is."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM event").fetchall()
        with pytest.raises(AnnotationError, match="another program has"):
            rebuild(folder)
    store.close()
    assert [path.name for path in folder.glob("annotations*.db*")] == ["annotations.db"]


def test_a_damaged_database_is_put_aside(tmp_path: Path, page: Pages) -> None:
    """A database that cannot be read any more is replaced by what the files say, and kept."""
    folder = tmp_path / "xiaomi-us"
    led(folder, page).close()
    (folder / "annotations.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    kept, count = rebuild(folder)
    assert kept is not None
    assert kept.read_bytes().endswith(b"\xff" * 5000)
    assert count == 1


def test_a_store_on_a_server_is_not_rebuilt_as_a_file(tmp_path: Path, page: Pages) -> None:
    """Where the folder names a server, the message says how to fill an empty database there."""
    folder = tmp_path / "xiaomi-us"
    led(folder, page).close()
    (folder / "database.url").write_text("postgresql://server/labels\n")
    with pytest.raises(AnnotationError, match="init --db URL"):
        rebuild(folder)


def test_two_texts_of_one_version_are_told(tmp_path: Path, page: Pages) -> None:
    """Two people who both published a version 2 are told so; neither text is written over unseen."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    other = tmp_path / "b" / "xiaomi-us"
    two = files.open_store(other)
    adopt(two, FIRST, "1")
    publish(two, SECOND.replace("praise", "hope"), version="2", kind="minor")
    files.export(two, other)
    assert "version 2 of the codebook has other words here" in merge(store, other).problems[0]
    assert current_text(store) == SECOND
    shutil.copy(other / "codebooks.jsonl", folder)
    with pytest.raises(AnnotationError, match=r"other words here.*codebooks\.jsonl"):
        files.export(store, folder)
    (folder / "codebooks.jsonl").write_text('{"version": "3"}\n', encoding="utf-8")
    with pytest.raises(AnnotationError, match="line 1: 'sha256' must be a text, found None"):
        merge(store, folder)
    changed = (other / "codebooks.jsonl").read_text(encoding="utf-8").replace("A refusal", "Any refusal")
    (folder / "codebooks.jsonl").write_text(changed, encoding="utf-8")
    with pytest.raises(AnnotationError, match="was changed in the file"):
        merge(store, folder)
    store.close()
    two.close()


def test_an_older_labels_csv_does_not_bring_back_what_was_undone(tmp_path: Path, page: Pages) -> None:
    """A label that was taken back after the last export stays taken back when that export is imported again."""
    folder = tmp_path / "xiaomi-us"
    store = led(folder, page)
    Session(store, "ann", codebook="2", origin="test").undo()
    done = merge(store, folder)
    assert (done.events, done.labels, done.older) == (0, 0, 1)
    assert not store.rows("SELECT * FROM label_current")
    store.close()


def test_an_export_keeps_words_that_only_a_file_knows(tmp_path: Path, page: Pages) -> None:
    """Labels and draws that git brought are taken in with the words of their comments before the files are written anew."""
    folder = tmp_path / "1" / "xiaomi-us"
    store = led(folder, page)
    other = tmp_path / "2" / "xiaomi-us"
    two = files.open_store(other)
    two.add_pages([page("q", ("Only over there.", "And this."))])
    make(two, DrawOptions(purpose="estimate", n=2, seed=1))
    session = Session(two, "bob", codebook="1", origin="test")
    session.decide(session.next()[0], "favor")
    files.export(two, other)
    for name in ("events.jsonl", "draws.jsonl", "items.jsonl"):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write((other / name).read_text(encoding="utf-8"))
    files.export(store, folder)
    assert "Only over there." in (folder / "items.jsonl").read_text(encoding="utf-8")
    assert {row["purpose"] for row in store.rows("SELECT purpose FROM draw")} == {"", "estimate"}
    store.close()
    two.close()


def test_labels_alone_keep_what_they_were_drawn_for(tmp_path: Path) -> None:
    """From labels.csv alone an audit label still never trains, and a probability is still there for the report."""
    folder = tmp_path / "xiaomi-us"
    folder.mkdir()
    at = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    base = {"page_id": "p", "language": "en", "stance": "favor", "annotator": "ann", "at": at, "codebook": "1"}
    base |= {"kind": "label"}
    rows = [
        base | {"comment_id": "c1", "text": "One.", "purpose": "estimate", "inclusion": 0.25, "stratum": "o en"},
        base | {"comment_id": "c2", "text": "Two.", "purpose": "audit", "inclusion": 0.5, "stratum": "o en"},
        base | {"comment_id": "c3", "text": "Three."},
    ]
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        write_csv(rows, file)
    alone = load(folder)
    store = files.open_store(folder)
    assert {row["id"] for row in training_rows(store, audit=True)} == {"c2"}
    assert {row["id"] for row in training_rows(store, audit=False)} == {"c1", "c3"}
    assert load(folder) == alone
    files.export(store, folder)
    store.close()
    rebuild(folder)
    assert load(folder) == alone


def test_an_unknown_purpose_is_named(tmp_path: Path) -> None:
    """A purpose that does not exist is said in words: a slip there would let an audit train."""
    (tmp_path / "labels.csv").write_text("comment_id,stance,purpose\nc1,favor,audti\n")
    with pytest.raises(AnnotationError, match="unknown purpose 'audti'"):
        load(tmp_path)
