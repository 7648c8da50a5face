"""labels.csv and the history: out of the store, into it again, and merged from two machines."""

import io
import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sentiment.annotate import files
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.labels import load, to_label, write_csv
from sentiment.annotate.merging import merge
from sentiment.annotate.rebuild import rebuild
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Label, Page

Pages = Callable[..., Page]
NASTY = ("👍 ok", "שלום\r\nעולם", '=SUM(1)\n"quoted"', "x" * 100_000, "plain\rold mac")
VIEWS = ("standing", "label_current", "label_first", "adjudicated", "gold", "item_draw")


def views(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Everything that the views say, in a fixed order; without the row numbers, which a rebuild gives anew."""
    found = {}
    for name in VIEWS:
        query = f"SELECT * FROM {name}"  # noqa: S608 - one of our own views
        rows = [{key: value for key, value in row.items() if key != "seq"} for row in store.rows(query)]
        found[name] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    return found


def worked(folder: Path, page: Pages, who: str = "ann") -> Store:
    """A store in which something of everything has happened."""
    store = files.open_store(folder)
    store.add_pages([page("p", NASTY), page("q", tuple(f"words {i}" for i in range(12)), outlet="o2")])
    make(store, DrawOptions(purpose="estimate", n=10, overlap=0.5, seed=3))
    for name, stances in ((who, ["favor", "against"]), ("bob", ["favor", "neutral"])):
        session = Session(store, name, codebook="1", origin="test")
        for i in range(6):
            (task,) = session.next()
            session.decide(task, stances[i % 2], flags=["irony"] if i == 1 else [], note="=1+1" if i == 2 else "")
        session.undo()
        (task,) = session.next()
        session.skip(task, "language")
        session.relabel(session.task(session.history()[-1]["item"]), "unrelated")
    (row, *_) = store.rows("SELECT item FROM label_current ORDER BY item")
    decision = Event(kind="adjudicate", item=row["item"], annotator="lea", stance="favor", reason="missed irony")
    store.record(decision)
    return store


def test_rebuild_gives_the_same_views(tmp_path: Path, page: Pages) -> None:
    """The database made from the files says in every view what the old one said; the old one is kept."""
    folder = tmp_path / "xiaomi-us"
    store = worked(folder, page)
    before = views(store)
    assert all(before[name] for name in VIEWS)
    files.export(store, folder)
    slots = sorted(
        map(str, store.rows("SELECT draw_id, item_id, annotator, event_id FROM slot WHERE event_id IS NOT NULL"))
    )
    store.close()
    kept, count = rebuild(folder)
    assert kept is not None
    assert kept.exists()
    again = files.open_store(folder)
    assert views(again) == before
    assert count == len(list(again.events()))
    assert slots == sorted(
        map(str, again.rows("SELECT draw_id, item_id, annotator, event_id FROM slot WHERE event_id IS NOT NULL"))
    )
    again.close()


def test_files_are_stable(tmp_path: Path, page: Pages) -> None:
    """Export, import and export again give the same bytes, on a machine that has never seen the pages."""
    store = worked(tmp_path / "xiaomi-us", page)
    names = files.export(store, tmp_path / "xiaomi-us")
    other = tmp_path / "b" / "xiaomi-us"
    other.mkdir(parents=True)
    for name in names:
        shutil.copy(tmp_path / "xiaomi-us" / name, other / name)
    clone = files.open_store(other)
    files.export(clone, other)
    for name in names:
        assert (other / name).read_bytes() == (tmp_path / "xiaomi-us" / name).read_bytes(), name
    store.close()
    clone.close()


def test_two_machines_merge_both_ways(tmp_path: Path, page: Pages) -> None:
    """Each takes what the other has; both then say the same, and taking it once more changes nothing."""
    one = worked(tmp_path / "1" / "xiaomi-us", page, "ann")
    two = worked(tmp_path / "2" / "xiaomi-us", page, "eve")
    files.export(one, tmp_path / "1")
    files.export(two, tmp_path / "2")
    assert merge(one, tmp_path / "2").events == len(list(two.events()))
    merge(two, tmp_path / "1")
    assert views(one) == views(two)
    assert merge(one, tmp_path / "2").events == 0
    assert {row["number"] for row in one.rows("SELECT number FROM draw")} == {1, 2}
    one.close()
    two.close()


def test_a_fresh_clone_has_its_labels_without_a_database(tmp_path: Path, page: Pages) -> None:
    """The labels from labels.csv alone are the labels from the database, with how each was drawn."""
    folder = tmp_path / "xiaomi-us"
    store = worked(folder, page)
    files.export(store, folder)
    store.close()
    from_database = load(folder)
    (folder / "annotations.db").rename(folder / "gone")
    assert load(folder) == from_database
    drawn = [label for label in from_database.current.values() if label.purpose == "estimate"]
    assert drawn
    assert all(label.inclusion is not None and 0 < label.inclusion <= 1 and label.stratum for label in drawn)


def test_a_store_is_made_from_labels_alone(tmp_path: Path) -> None:
    """With nothing but labels.csv the store knows the words, the labels and who gave them."""
    folder = tmp_path / "xiaomi-us"
    folder.mkdir()
    label = Label("c1", "favor", "ann", datetime(2026, 1, 1, tzinfo=UTC), "1", "p", "en", "Yes!", ("irony",), "why")
    write(folder, [label])
    store = files.open_store(folder)
    assert load(folder).current == {"c1": label}
    write(folder, [label])
    assert merge(store, folder).labels == 0
    store.close()


def test_an_edited_row_is_taken_and_an_older_one_is_not(tmp_path: Path) -> None:
    """Who corrects labels.csv by hand is heard; a file from last week does not undo what came later."""
    folder = tmp_path / "xiaomi-us"
    folder.mkdir()
    start = datetime(2026, 1, 2, tzinfo=UTC)
    write(folder, [Label("c1", "favor", "ann", start, "1", "p", "en", "Yes!")])
    store = files.open_store(folder)
    write(folder, [Label("c1", "neutral", "ann", start, "1", "p", "en", "Yes!")])
    assert merge(store, folder).labels == 1
    write(folder, [Label("c1", "against", "ann", start - timedelta(days=7), "1", "p", "en", "Yes!")])
    assert merge(store, folder).older == 1
    assert load(folder).current["c1"].stance == "neutral"
    store.close()


def write(folder: Path, labels: list[Label]) -> None:
    """Write labels.csv as a person could have."""
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        write_csv([cells(label) for label in labels], file)


def cells(label: Label) -> dict[str, Any]:
    """A row of labels.csv."""
    fields = {name: getattr(label, name) for name in Label.__dataclass_fields__}
    return fields | {"at": label.at.isoformat(), "flags": " ".join(label.flags), "kind": "label"}


def test_a_torn_last_line_is_reported_and_a_broken_one_refused(tmp_path: Path, page: Pages) -> None:
    """A line cut off at the end costs nothing else; one broken in the middle is named with its number."""
    folder = tmp_path / "xiaomi-us"
    store = worked(folder, page)
    files.export(store, folder)
    store.close()
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    other = tmp_path / "b" / "xiaomi-us"
    other.mkdir(parents=True)
    (other / "events.jsonl").write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    clone = Store(f"sqlite:///{tmp_path / 'b.db'}", "xiaomi-us")
    done = merge(clone, other)
    assert done.events == len(lines) - 1
    assert "cut off" in done.problems[0]
    (other / "events.jsonl").write_bytes(lines[0][:20] + b"\n" + lines[1])
    with pytest.raises(AnnotationError, match="line 1"):
        merge(clone, other)
    clone.close()


def test_an_export_never_drops_what_only_the_file_knows(tmp_path: Path, page: Pages) -> None:
    """Lines that git brought are taken in before events.jsonl is written anew, even on comments that are nowhere else."""
    folder = tmp_path / "xiaomi-us"
    store = worked(folder, page)
    files.export(store, folder)
    line = json.loads((folder / "events.jsonl").read_text(encoding="utf-8").splitlines()[0])
    line |= {"id": "7ZZZZZZZZZ0000000000000000", "item": "gone from every page"}
    with (folder / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    files.export(store, folder)
    assert "gone from every page" in (folder / "events.jsonl").read_text(encoding="utf-8")
    store.close()


def test_an_export_does_not_drop_a_line_that_is_cut_off(tmp_path: Path, page: Pages) -> None:
    """A torn line is said aloud before the file is written anew, and the file is as it was."""
    folder = tmp_path / "xiaomi-us"
    store = worked(folder, page)
    files.export(store, folder)
    torn = (folder / "events.jsonl").read_bytes() + b'{"kind": "label", "it'
    (folder / "events.jsonl").write_bytes(torn)
    with pytest.raises(AnnotationError, match="cut off: restore it"):
        files.export(store, folder)
    assert (folder / "events.jsonl").read_bytes() == torn
    store.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"comment_id,stance\nc1,favour\n", "favour.*favor, against, neutral, unrelated"),
        (b"comment,label\nc1,favor\n", "no column comment_id, stance; it has comment, label"),
        (b"comment_id,stance,at\nc1,favor,yesterday\n", "yesterday.*ISO 8601"),
        (b"comment_id,stance,inclusion\nc1,favor,0\n", "probability above 0"),
        ("comment_id,stance,note\nc1,favor,Größe\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """What is wrong with labels.csv is said in words."""
    (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(AnnotationError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("items.jsonl", {"id": "x"}, "'text' must be a text, found None"),
        ("items.jsonl", {"id": "x", "text": 5}, "'text' must be a text, found 5"),
        ("items.jsonl", {"id": "x", "text": "t", "page": {"id": "p"}}, "'outlet' must be a text, found None"),
        ("draws.jsonl", {"id": "x"}, "'purpose' must be a text, found None"),
        ("draws.jsonl", {"draw": "x", "items": [["c", "s", 0, 1]]}, "comment c: 0 is not a probability above 0"),
        ("draws.jsonl", {"draw": "x", "items": [["c"]]}, "expected comment, stratum, probability and places"),
        ("draws.jsonl", {"draw": "x", "items": []}, "without its head"),
        ("codebooks.jsonl", {"version": 2}, "'version' must be a text, found 2"),
        ("annotators.jsonl", {"handle": "", "role": "", "languages": "", "at": ""}, "an annotator has no name"),
        ("events.jsonl", {"kind": "label", "item": "c", "annotator": "a", "stance": "favour"}, "favor, against"),
        ("events.jsonl", {"kind": "label", "item": "c", "annotator": "a", "stance": 3}, "'stance' of an event must be"),
        ("events.jsonl", {"kind": "label", "item": "c", "annotator": "a", "stance": "favor", "ms": "5"}, "a number"),
        ("events.jsonl", {"kind": "label", "item": "c"}, "lacks 'annotator'"),
        ("events.jsonl", [1], "expected an object, found list"),
        ("events.jsonl", "Größe", "line 1 is not UTF-8 text"),
    ],
)
def test_a_line_that_means_nothing_is_named(tmp_path: Path, name: str, line: Any, message: str) -> None:
    """A line that lacks something or holds something else is named with its file, and nothing of the store is lost."""
    store = Store(f"sqlite:///{tmp_path / 'a.db'}", "xiaomi-us")
    text = line.encode("latin-1") if isinstance(line, str) else json.dumps(line).encode()
    (tmp_path / name).write_bytes(text + b"\n")
    with pytest.raises(AnnotationError, match=message) as raised:
        merge(store, tmp_path)
    assert name in str(raised.value)
    store.close()


def test_who_differs_has_no_label(tmp_path: Path) -> None:
    """In labels.csv too a comment on which annotators differ counts for nobody until it is adjudicated."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [cells(Label("c1", stance, who, at, "1")) for who, stance in (("ann", "favor"), ("bob", "against"))]  # type: ignore[arg-type]
    for expected in ({}, {"c1": "against"}):
        with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(rows, file)
        found = load(tmp_path)
        assert {name: label.stance for name, label in found.current.items()} == expected
        assert found.open == (not expected)
        rows.append(cells(Label("c1", "against", "lea", at, "1")) | {"kind": "adjudicated"})


def test_labels_come_back_from_a_row() -> None:
    """A row holds every field of a label, formulas included."""
    label = Label(
        "c1",
        "favor",
        "bob",
        datetime(2026, 1, 1, tzinfo=UTC),
        "2",
        "p",
        "it",
        "=1\r\nx",
        ("irony",),
        "+1",
        "train",
        0.25,
        "o it",
    )
    out = io.StringIO()
    write_csv([cells(label)], out)
    assert to_label(cells(label), "here") == label
    assert "'=1" in out.getvalue()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is an error in one line."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(AnnotationError, match="cannot make"):
        files.open_store(tmp_path / "taken" / "xiaomi-us")


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    """Output to a pipe goes into the pipe; the atomic rename is for files only."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    with files.whole(pipe) as file:
        file.write("words")
    reader.join(10)
    assert got == ["words"]
    assert pipe.is_fifo()
