"""Files of other programs: out, in again, and in as those programs write them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentiment.annotate import interchange
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import Page

Pages = Callable[..., Page]
NASTY = (
    "👩‍👩‍👧 ok",
    "שלום\r\nעולם",
    '=SUM(1)\n"quoted", \'',
    "x" * 100_000,
    "plain\rold mac",
    "<script>alert(1)</script>",
)
META = {"id": 7, "data": "d", "text": "t", "label": ["favor"], "deep": {"x": [1, None]}}


def views(store: Store) -> dict[str, list[str]]:
    """What stands, as text, without what only this machine numbers."""
    queries = {
        "labels": "SELECT id, item, annotator, stance, flags, note, codebook, draw, at FROM label_current ORDER BY item, annotator",
        "gold": "SELECT * FROM gold ORDER BY item",
        "items": """SELECT id, text, language, quote, meta, page_id, position FROM item i
                    WHERE EXISTS (SELECT 1 FROM event e WHERE e.item = i.id) ORDER BY id""",
    }
    return {name: [str(dict(row)) for row in store.rows(query)] for name, query in queries.items()}


def worked(store: Store, page: Pages) -> None:
    """Two annotators who agree, differ, flag and note; an adjudicator; a comment with an inconvenient meta."""
    store.add_pages([page("p", NASTY)])
    make(store, DrawOptions(purpose="estimate", n=6, overlap=1.0, seed=1))
    for name, stances in (("ann", "favor against neutral"), ("bob müller", "favor neutral neutral")):
        session = Session(store, name, codebook="1", origin="test")
        for i in range(6):
            (task,) = session.next()
            flags = ["irony", "unsure"] if i == 1 else []
            session.decide(task, stances.split()[i % 3], flags=flags, note="=1\r\nnote" if i == 2 else "", ms=1500)
    (differs, *_) = store.rows(
        "SELECT item FROM label_current GROUP BY item HAVING MIN(stance) <> MAX(stance) ORDER BY item"
    )
    store.record(Event(kind="adjudicate", item=differs["item"], annotator="lea", stance="neutral", reason="mixed"))


@pytest.mark.parametrize("form", sorted(interchange.FORMATS))
def test_every_export_imports_to_the_same_views(tmp_path: Path, page: Pages, form: str) -> None:
    """Labels, annotators, times, draws, flags, notes, decisions and odd text: all are back; a second time nothing is new."""
    one = Store(f"sqlite:///{tmp_path / '1.db'}", "xiaomi-us")
    worked(one, page)
    count = interchange.write(one, tmp_path / "out", form)
    assert count == 6
    two = Store(f"sqlite:///{tmp_path / '2.db'}", "xiaomi-us")
    taken = interchange.read(two, tmp_path / "out", form, annotator="nobody")
    assert not taken.problems
    assert views(two) == views(one)
    assert interchange.read(two, tmp_path / "out", form, annotator="nobody").events == 0
    interchange.write(two, tmp_path / "again", form)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "out").read_bytes()
    one.close()
    two.close()


FOREIGN: dict[str, Any] = {
    "labelstudio": [
        {
            "id": 12,
            "data": {"text": "Bring it", "id": 7, "label": "x", "data": {"a": 1}},
            "annotations": [
                {
                    "id": 1,
                    "completed_by": {"id": 3, "email": "ann@example.org"},
                    "result": [
                        {"from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": ["favor"]}}
                    ],
                    "was_cancelled": False,
                    "created_at": "2026-01-01T10:00:00.000000Z",
                    "lead_time": 4.2,
                    "last_action": "submitted",
                },
                {"id": 2, "completed_by": 4, "result": [], "was_cancelled": True, "created_at": "2026-01-01T10:00:00Z"},
            ],
            "predictions": [],
        }
    ],
    "doccano": {"id": 1, "text": "Bring it", "label": ["favor"], "Comments": [], "outlet": "x", "data": "y"},
    "prodigy": {
        "text": "Bring it",
        "meta": {"id": 7, "label": "x"},
        "options": [{"id": "favor", "text": "favor"}],
        "accept": ["favor"],
        "answer": "accept",
        "_input_hash": 123,
        "_task_hash": 456,
        "_view_id": "choice",
        "_session_id": "set-anna",
        "_annotator_id": "set-anna",
        "_timestamp": 1_767_261_600,
    },
    "argilla": {
        "id": "r1",
        "fields": {"text": "Bring it"},
        "metadata": {"id": 7, "text": "t"},
        "suggestions": {"stance": {"value": "against", "score": 0.7, "agent": "m"}},
        "responses": {"stance": [{"value": "favor", "user_id": "u-1", "status": "submitted"}]},
        "vectors": {},
        "status": "completed",
        "_server_id": None,
    },
}


@pytest.mark.parametrize("form", sorted(FOREIGN))
def test_what_the_others_write_is_read(tmp_path: Path, sqlite_store: Store, form: str) -> None:
    """A file as that program itself makes it gives the label, with its annotator and time where it says them."""
    record = FOREIGN[form]
    (tmp_path / "in").write_text(json.dumps(record) + "\n", encoding="utf-8")
    taken = interchange.read(sqlite_store, tmp_path / "in", form, annotator="file")
    assert (taken.comments, taken.problems) == (1, [])
    (label,) = sqlite_store.rows("SELECT l.*, i.text, i.meta FROM label_current l JOIN item i ON i.id = l.item")
    assert (label["text"], label["stance"]) == ("Bring it", "favor")
    who = {"labelstudio": "ann@example.org", "doccano": "file", "prodigy": "set-anna", "argilla": "u-1"}
    assert label["annotator"] == who[form]
    if form in ("labelstudio", "prodigy"):
        assert label["at"].startswith("2026-01-01T10:00")
    assert json.loads(label["meta"])
    interchange.write(sqlite_store, tmp_path / "out", form)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}", "xiaomi-us")
    interchange.read(other, tmp_path / "out", form, annotator="x")
    assert views(other) == {**views(sqlite_store), "items": views(other)["items"]}
    assert json.loads(other.rows("SELECT meta FROM item")[0]["meta"]) == json.loads(label["meta"])
    other.close()


@pytest.mark.parametrize("form", sorted(interchange.FORMATS))
def test_meta_under_inconvenient_names_survives(tmp_path: Path, page: Pages, sqlite_store: Store, form: str) -> None:
    """Keys named id, data, text and label neither overwrite the comment nor get lost."""
    from sqlalchemy import text

    from sentiment.annotate.database import writing

    sqlite_store.add_pages([page()])
    with writing(sqlite_store.engine) as connection:
        connection.execute(text("UPDATE item SET meta = :m WHERE id = 'p1'"), {"m": json.dumps(META)})
    sqlite_store.record(Event(kind="label", item="p1", annotator="ann", stance="favor"))
    interchange.write(sqlite_store, tmp_path / "out", form)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}", "xiaomi-us")
    interchange.read(other, tmp_path / "out", form, annotator="x")
    (row,) = other.rows("SELECT id, text, meta FROM item")
    assert (row["id"], row["text"], json.loads(row["meta"])) == ("p1", "Bring them here!", META)
    other.close()


def test_a_plain_table_needs_only_text_and_label(tmp_path: Path, sqlite_store: Store) -> None:
    """Two columns are enough; formulas are only guarded, the other columns come back."""
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["text", "label", "colour"], ["Bring it", "Favor", "red"], ["'=1+1", "against", "blue"]]
        )
    taken = interchange.read(sqlite_store, tmp_path / "in.csv", "csv", annotator="ann")
    assert (taken.comments, taken.events) == (2, 2)
    rows = sqlite_store.rows("SELECT text, meta FROM item ORDER BY text")
    assert [(row["text"], row["meta"]) for row in rows] == [
        ("=1+1", '{"colour": "blue"}'),
        ("Bring it", '{"colour": "red"}'),
    ]


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ("csv", b"text,label\nx,favour\n", "row 2: unknown label 'favour'; it must be one of favor"),
        ("csv", b"words,label\nx,favor\n", "no column text; it has words, label"),
        ("doccano", b'{"text": "x", "label": ["positive"]}\n', "line 1: unknown label 'positive'"),
        ("doccano", b'{"text": "x"\n', "line 1: not JSON"),
        ("prodigy", b'["x"]\n', "line 1: expected an object"),
        ("labelstudio", b'{"tasks": []}', "expected a list of tasks"),
        ("labelstudio", b'[{"text": "x", "stance": "favor"}]', "no data.text"),
        ("argilla", b'[{"fields": {"body": "x"}}]', "no field 'text'; it has body"),
        ("csv", "text,label\nGröße,favor\n".encode("cp1252"), "not UTF-8"),
    ],
)
def test_a_file_that_is_wrong_is_named(
    tmp_path: Path, sqlite_store: Store, form: str, content: bytes, message: str
) -> None:
    """The place, what was found there, and what would be right; nothing of it is taken."""
    (tmp_path / "in").write_bytes(content)
    with pytest.raises(AnnotationError, match=message):
        interchange.read(sqlite_store, tmp_path / "in", form, annotator="x")
    assert not list(sqlite_store.events())


def test_labels_on_other_words_do_not_count(tmp_path: Path, sqlite_store: Store, page: Pages) -> None:
    """A file whose comment has other words than ours is reported; our words stay."""
    sqlite_store.add_pages([page()])
    line = {"text": "Other words", "label": ["favor"], "sentiment": json.dumps({"id": "p1"})}
    (tmp_path / "in").write_text(json.dumps(line), encoding="utf-8")
    taken = interchange.read(sqlite_store, tmp_path / "in", "doccano", annotator="x")
    assert "other words" in taken.problems[0]
    assert not sqlite_store.rows("SELECT * FROM label_current")
    assert sqlite_store.rows("SELECT text FROM item WHERE id = 'p1'")[0]["text"] == "Bring them here!"


def test_training_tables_keep_audit_apart(tmp_path: Path, sqlite_store: Store, page: Pages) -> None:
    """The table to train with has the columns that train asks for, and no comment of an audit."""
    sqlite_store.add_pages([page()])
    make(sqlite_store, DrawOptions(purpose="audit", n=1, seed=1))
    session = Session(sqlite_store, "ann", codebook="1", origin="x")
    (task,) = session.next()
    session.decide(task, "favor")
    other = next(f"p{i}" for i in (1, 2, 3) if f"p{i}" != task.item)
    session.decide(session.task(other), "against")
    for name, item in ((True, task.item), (False, other)):
        assert interchange.write_training(sqlite_store, tmp_path / "t.csv", audit=name) == 1
        (row,) = csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines())
        assert (row["id"], row["page"], row["title"]) == (item, "p", "Phones to come")
