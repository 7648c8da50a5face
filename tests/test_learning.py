"""The learning loop: labels train, audit items judge, and the report knows what a model learned from."""

import csv
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sentiment.annotate import files
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.store import Store
from sentiment.cli import app
from sentiment.errors import SentimentError
from sentiment.learning import Learned, compare, learn, model_before, to_lines
from sentiment.pipeline import Tagger
from sentiment.records import STANCES, Comment, Page
from sentiment.stance.metrics import mean_f1
from sentiment.stance.model import Model, load_model
from sentiment.stance.tag import Item, LinearBackend, packaged_model
from sentiment.stance.target import load_target

WORDS = {
    "favor": ["great", "welcome", "finally", "want"],
    "against": ["never", "spyware", "refuse", "fail"],
    "neutral": ["when", "which", "bands", "depends"],
    "unrelated": ["weather", "football", "lol", "hello"],
}
FILLER = ["phone", "it", "is", "and", "Xiaomi", "2018"]


def comments(pages: int, seed: int) -> Iterator[tuple[Page, list[str]]]:
    """Pages of ten comments with the stance of each, told by a third of its words."""
    draw = random.Random(seed)  # noqa: S311 - made-up comments
    for number in range(pages):
        name, made, stances = f"{seed}-{number:03}", [], []
        for i in range(10):
            stance = draw.choice(STANCES)
            words = [draw.choice(WORDS[stance] if draw.random() < 0.35 else FILLER) for _ in range(draw.randint(4, 10))]
            made.append(Comment(f"{name}-{i}", name, i + 1, f"{' '.join(words)} {number} {i}", language="en"))
            stances.append(stance)
        yield Page(name, name, "The article.", tuple(made), outlet="o.example", language="en", title="Phones"), stances


def labelled(folder: Path, *, audit: int = 60, pages: int = 40) -> Store:
    """A store whose comments all have a label; some are drawn to audit, some to estimate."""
    store = files.open_store(folder)
    truth: dict[str, str] = {}
    for page, stances in comments(pages, 1):
        store.add_pages([page])
        truth |= {comment.id: stance for comment, stance in zip(page.comments, stances, strict=True)}
    if audit:
        make(store, DrawOptions(purpose="audit", n=audit, seed=1))
    make(store, DrawOptions(purpose="estimate", n=50, seed=2))
    draws = {
        row["item_id"]: row["draw_id"]
        for row in store.rows("SELECT item_id, draw_id FROM draw_item ORDER BY draw_id DESC")
    }
    for item, stance in truth.items():
        event = Event(kind="label", item=item, annotator="ann", stance=stance, codebook="1", draw=draws.get(item))
        store.record(event)
    return store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a target with a store of 400 labels and a training table of its own."""
    place = tmp_path_factory.mktemp("annotations") / "xiaomi-us"
    store = labelled(place)
    copy = store.rows(
        "SELECT i.text FROM item i JOIN draw_item d ON d.item_id = i.id JOIN draw w ON w.id = d.draw_id "
        "WHERE w.purpose = 'audit' ORDER BY i.id LIMIT 1"
    )[0]["text"]
    with (place / "training.csv").open("w", encoding="utf-8", newline="") as file:
        put = csv.writer(file)
        put.writerow(["id", "batch", "language", "parent_text", "text", "stance"])
        for page, stances in comments(10, 2):
            for comment, stance in zip(page.comments, stances, strict=True):
                put.writerow([f"own-{comment.id}", page.id, "en", "", comment.text, stance])
        put.writerow(["own-copy", "x", "en", "", copy.upper(), "favor"])
    store.close()
    return place


@pytest.fixture(scope="module")
def learned(folder: Path) -> Learned:
    """What one round of training gives."""
    store = files.open_store(folder)
    try:
        target = load_target("xiaomi-us")
        return learn(store, folder, target, before=packaged_model("xiaomi-us"))
    finally:
        store.close()


def audit_items(folder: Path) -> dict[str, str]:
    """Audit item -> its label, straight from the tables."""
    store = files.open_store(folder)
    rows = store.rows(
        "SELECT d.item_id, e.stance FROM draw_item d JOIN draw w ON w.id = d.draw_id JOIN event e ON e.item = d.item_id "
        "WHERE w.purpose = 'audit'"
    )
    store.close()
    return {row["item_id"]: row["stance"] for row in rows}


def test_audit_items_never_train(folder: Path, learned: Learned) -> None:
    """Neither an audit item nor the same words under another id train; everything else does, and the model lists it."""
    held = audit_items(folder)
    ids = set(learned.fitted.model.meta["trained_ids"])
    assert len(held) == 60
    assert not ids & held.keys()
    assert "own-copy" not in ids
    assert learned.left_out == {"the same words as an audit item": 1}
    assert (learned.labels, learned.authored) == ({"en": 340}, 100)
    assert len(ids) == 440


def test_the_figures_are_those_of_the_audit_items(folder: Path, learned: Learned) -> None:
    """Macro-F1 before and after is that of each model on the audit items and nothing else."""
    held = audit_items(folder)
    store = files.open_store(folder)
    words = {row["id"]: row["text"] for row in store.rows("SELECT id, text FROM item")}
    store.close()
    gold = np.array([STANCES.index(stance) for stance in held.values()])
    (row, everything) = learned.compared
    for model, found in ((packaged_model("xiaomi-us"), row.before), (learned.fitted.model, row.after)):
        said = LinearBackend(model).classify([Item(words[item], "en", title="Phones") for item in held])
        codes = np.array([STANCES.index(one.name or "") for one in said])
        assert found == pytest.approx(mean_f1(gold, codes, STANCES))
    assert (row.language, row.n, everything.language, everything.n) == ("en", 60, "all", 60)
    assert row.after_interval is not None
    assert row.after is not None
    assert row.after_interval[0] < row.after < row.after_interval[1]
    assert row.after > (row.before or 0)  # these made-up words are nothing the packaged model knows


def test_comments_with_the_same_words_are_all_listed(tmp_path: Path) -> None:
    """Of two comments that say the same one trains, and the model has learned from both."""
    store = labelled(tmp_path / "xiaomi-us", audit=0, pages=25)
    twins = (
        Comment("twin-1", "t", 1, "Great, finally!", language="en"),
        Comment("twin-2", "t", 2, "great, FINALLY!", language="en"),
    )
    store.add_pages([Page("t", "t", "The article.", twins, outlet="o.example", language="en")])
    for twin in twins:
        store.record(Event(kind="label", item=twin.id, annotator="ann", stance="favor", codebook="1"))
    found = learn(store, tmp_path / "xiaomi-us", load_target("xiaomi-us"), before=None)
    store.close()
    assert {"twin-1", "twin-2"} <= set(found.fitted.model.meta["trained_ids"])
    assert (found.labels, found.authored) == ({"en": 251}, 0)
    assert "before: no model" not in "\n".join(to_lines(found))  # nothing to compare on


def test_what_changed_is_said_in_words(learned: Learned) -> None:
    """The lines name the labels, the audit items, both models and the pages that they share with training."""
    told = "\n".join(to_lines(learned))
    assert "Trained on 340 labelled comments (en 340) and 100 rows of training.csv." in told
    assert "On 60 audit items, which never train" in told
    assert (
        f"before: xiaomi-us-{packaged_model('xiaomi-us').meta['digest'][:8]}; after: {learned.fitted.model.name}"
        in told
    )
    assert f"{learned.shared} of them lie on pages that also trained" in told


def test_the_same_model_changes_nothing(learned: Learned) -> None:
    """Compared with itself a model has a change of exactly nothing, and the lines say that nothing can be told."""
    rows = [
        {"text": f"great {i}", "language": "en", "parent_text": "", "title": "", "quote": "", "page": f"p{i}"}
        | {"stance": STANCES[i % 4]}
        for i in range(20)
    ]
    model = learned.fitted.model
    (row, _) = compare(rows, model, model)
    assert row.change_interval == [0.0, 0.0]
    foreign = [one | {"language": "fr"} for one in rows]
    (row, everything) = compare(foreign, None, model)
    assert (row.before, row.after, row.change_interval, everything.n) == (None, None, None, 0)


def test_an_audit_item_that_the_older_model_learned_from_does_not_judge(folder: Path) -> None:
    """Where the model before was trained on audit items, those are left out of the comparison, and it is said."""
    packaged = packaged_model("xiaomi-us")  # kept for the whole process: a copy is changed
    meta = packaged.meta | {"trained_ids": sorted(audit_items(folder))[:10]}
    old = Model(meta, packaged.arrays, packaged.vocabulary)
    store = files.open_store(folder)
    found = learn(store, folder, load_target("xiaomi-us"), before=old, table=False)
    store.close()
    assert found.audit == 50
    assert found.left_out == {"audit item that the model before has learned from": 10}
    assert (found.authored, len(found.fitted.model.meta["trained_ids"])) == (0, 340)


def test_the_report_takes_no_label_for_a_sample_that_the_model_learned_from(
    folder: Path, learned: Learned, tmp_path: Path
) -> None:
    """With the new model a label drawn to estimate counts as known only; with a model that has not seen it, as a sample."""
    file = tmp_path / "new.npz"
    learned.fitted.model.save(file)
    assert load_model(file).meta["trained_ids"] == learned.fitted.model.meta["trained_ids"]
    (page, _) = next(comments(1, 1))
    audited, learned_ids = set(audit_items(folder)), set(learned.fitted.model.meta["trained_ids"])
    for model, samples in ((file, False), (None, True)):
        tagger = Tagger(target="xiaomi-us", annotations=folder.parent, model=model)
        drawn = {name for name, label in tagger.labels.items() if label.purpose == "estimate"}
        every = [
            found
            for page_, _ in comments(40, 1)
            for found in zip(page_.comments, tagger.tag([page_])[0].stances, strict=True)
        ]
        got = {comment.id for comment, stance in every if stance.source == "human" and stance.inclusion is not None}
        # what was drawn to audit joins the sample of a later draw, and no model has learned from it
        assert bool(got & drawn - audited) is samples
        assert not got & drawn & learned_ids or samples
        assert {comment.id for comment, stance in every if stance.source == "human"} == set(tagger.labels)
    assert page.comments[0].id in tagger.labels


def test_a_model_does_not_judge_the_labels_that_made_it(folder: Path, learned: Learned, tmp_path: Path) -> None:
    """Suspects are looked for among labels that the model has not seen; of the others it says how many there are."""
    learned.fitted.model.save(tmp_path / "m.npz")
    out, err = command("annotate", "suspects", "--model", tmp_path / "m.npz", "--annotations", folder.parent)
    assert "340 labels trained this model" in err
    assert "0 of 0 labels are doubtful" in out


def command(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    """What the command line prints on either channel, or its one line of error."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(done.exception, SentimentError):
        assert code == 1, done.exception
        return "", str(done.exception)
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_one_command(folder: Path, tmp_path: Path) -> None:
    """One command trains, compares and writes the model; run again it compares with the model that it wrote."""
    model = tmp_path / "my.npz"
    options = ("annotate", "train", "--model", model, "--annotations", folder.parent, "--only-labels")
    out, err = command(*options)
    assert "before" in out
    assert f"wrote {model}" in err
    first = load_model(model).name
    out, _ = command(*options, "--json")
    found = json.loads(out)
    assert (found["before"], found["after"]) == (first, first)  # the same labels give the same model
    assert found["languages"]["en"]["n"] == found["audit"]["n"] == 60
    assert model_before(load_target("xiaomi-us"), None, tmp_path / "none").name == packaged_model("xiaomi-us").name  # type: ignore[union-attr]


def test_without_audit_items_it_says_how_to_draw_them(tmp_path: Path) -> None:
    """The model is made all the same; the lines say that nothing judges it and what to do."""
    labelled(tmp_path / "xiaomi-us", audit=0, pages=25).close()
    out, _ = command("annotate", "train", "--model", tmp_path / "m.npz", "--annotations", tmp_path)
    assert "no labelled audit items" in out
    assert "--for audit" in out
    assert load_model(tmp_path / "m.npz").meta["trained_ids"]


@pytest.mark.parametrize(
    ("pages", "model", "table", "message"),
    [
        (0, "m.npz", "", "no label trains yet"),
        (3, "m.npz", "", r"no language has the 200 labels that a model needs \(found: en 30\)"),
        (3, "none/m.npz", "", "is not there"),
        (3, "m.npz", "id,text,language,stance\n1,x,en,pro\n", "unknown label 'pro'"),
        (3, "m.npz", "id,text,language\n1,x,en\n", "no column 'stance'"),
    ],
)
def test_what_cannot_train_is_said(tmp_path: Path, pages: int, model: str, table: str, message: str) -> None:
    """No labels, too few, a place that cannot be written, a table that is wrong: one line, and no file."""
    if pages:
        labelled(tmp_path / "xiaomi-us", audit=0, pages=pages).close()
    if table:
        (tmp_path / "xiaomi-us" / "training.csv").write_text(table)
    _, said = command("annotate", "train", "--model", tmp_path / model, "--annotations", tmp_path, code=1)
    assert re.search(message, said), said
    assert not (tmp_path / model).exists()


def test_train_without_a_table_takes_the_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sentiment train` without FILE is the same; with FILE its ids, where there are any, are in the model too."""
    monkeypatch.chdir(tmp_path)
    labelled(tmp_path / "annotations" / "xiaomi-us", audit=20, pages=25).close()
    out, _ = command("train", "--model", "m.npz")
    assert "On 20 audit items" in out
    assert "options of a table" in command("train", "--model", "m.npz", "--text", "words", code=2)[1]
    rows = [(page.comments[i], stance) for page, stances in comments(5, 3) for i, stance in enumerate(stances)]
    for name, column in (("with.csv", ["comment_id"]), ("without.csv", [])):
        with Path(name).open("w", newline="", encoding="utf-8") as file:
            put = csv.writer(file)
            put.writerow([*column, "text", "label"])
            put.writerows([[comment.id] * len(column) + [comment.text, stance] for comment, stance in rows])
        command("train", name, "--model", "f.npz")
        ids = load_model(Path("f.npz")).meta.get("trained_ids")
        assert ids == (sorted(comment.id for comment, _ in rows) if column else None)
