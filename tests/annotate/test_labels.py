"""Labels on disk."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sentiment.annotate.labels import Journal, load, write_csv
from sentiment.annotate.session import Session, stance_of_key
from sentiment.annotate.terminal import Screen
from sentiment.errors import AnnotationError
from sentiment.records import Comment, Label, Page, StanceName

START = datetime(2026, 1, 1, tzinfo=UTC)


def label(comment: str, stance: StanceName, minutes: int = 0, text: str = "words") -> Label:
    """A label by ann, so many minutes after the start."""
    return Label(comment, stance, "ann", START + timedelta(minutes=minutes), "1", "p", "en", text)


def page() -> Page:
    """A page with three comments, the second an answer that quotes."""
    comments = (
        Comment("c1", "p", 1, "Bring them here!", language="en"),
        Comment("c2", "p", 2, "No way.", parent_id="c1", depth=1, quote="here", language="en"),
        Comment("c3", "p", 3, "lol", language="en"),
    )
    return Page(id="p", source="p", body="The article.", comments=comments, title="Phones to come")


def session(folder: Path, *, relabel: bool = False) -> Session:
    """A session of ann's over the page."""
    return Session(folder, [page()], annotator="ann", codebook="1", relabel=relabel)


def run(folder: Path, keys: str, *, relabel: bool = False) -> str:
    """What the terminal shows while these keys are pressed."""
    from rich.console import Console

    out = io.StringIO()
    waiting = iter(keys)
    one = session(folder, relabel=relabel)
    console = Console(file=out, width=80, force_terminal=False)
    Screen(
        one,
        question="Do they want it?",
        codebook="the codebook",
        console=console,
        read_key=lambda: next(waiting, ""),
        read_line=lambda _: "a note",
    ).run()
    one.close()
    return out.getvalue()


def test_later_decisions_win(tmp_path: Path) -> None:
    """The last event on a comment stands, over labels.csv too."""
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        write_csv([label("c1", "against"), label("c2", "neutral")], file)
    journal = Journal(tmp_path)
    journal.label(label("c1", "favor", 1))
    journal.close()
    assert {name: found.stance for name, found in load(tmp_path).current.items()} == {"c1": "favor", "c2": "neutral"}


def test_undo_brings_the_older_label_back(tmp_path: Path) -> None:
    """Taking a decision back is an event as well; the history keeps all three."""
    journal = Journal(tmp_path)
    journal.label(label("c1", "favor", 1))
    journal.label(label("c1", "against", 2))
    journal.undo("c1", "ann", START + timedelta(minutes=3))
    journal.close()
    assert load(tmp_path).current["c1"].stance == "favor"
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == 3


def test_a_torn_last_line_costs_nothing_else(tmp_path: Path) -> None:
    """A line cut off by a dying machine is reported, and the next event starts on a line of its own."""
    journal = Journal(tmp_path)
    journal.label(label("c1", "favor"))
    journal.close()
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "label", "comment_id": "c2", "sta')
    journal = Journal(tmp_path)
    journal.label(label("c3", "neutral"))
    journal.close()
    found = load(tmp_path)
    assert set(found.current) == {"c1", "c3"}
    assert len(found.problems) == 1
    assert "line 2" in found.problems[0]


def test_export_is_sorted_stable_and_reads_back(tmp_path: Path) -> None:
    """The same labels give the same bytes in any order, and come back with every field."""
    one = label("c2", "favor", text='=SUM(1)\n"quoted", 👍')
    two = Label("c1", "against", "bob", START, "2", "p", "it", "no", ("irony", "unsure"), "+1 note")
    texts = []
    for labels in ([one, two], [two, one]):
        out = io.StringIO()
        write_csv(labels, out)
        texts.append(out.getvalue())
    assert texts[0] == texts[1]
    (tmp_path / "labels.csv").write_text(texts[0], newline="")
    assert load(tmp_path).current == {"c1": two, "c2": one}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("comment_id,stance\nc1,favour\n", "favour.*favor, against, neutral, unrelated"),
        ("comment,label\nc1,favor\n", "no column comment_id, stance; it has comment, label"),
        ("comment_id,stance,at\nc1,favor,yesterday\n", "yesterday.*ISO 8601"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, content: str, message: str) -> None:
    """What is wrong with labels.csv is said in words."""
    (tmp_path / "labels.csv").write_text(content)
    with pytest.raises(AnnotationError, match=message):
        load(tmp_path)


def test_one_key_per_decision(tmp_path: Path) -> None:
    """1, 4 and q: two labels are on the disk, the third comment is still open."""
    run(tmp_path, "14q")
    assert {name: found.stance for name, found in load(tmp_path).current.items()} == {"c1": "favor", "c2": "unrelated"}
    assert [task.comment.id for task in session(tmp_path).tasks] == ["c3"]


def test_the_screen_shows_what_is_needed_and_no_model(tmp_path: Path) -> None:
    """Title, parent, quote, question and words; neither a probability nor a share."""
    shown = run(tmp_path, "1q")
    for needed in ("Phones to come", "answers: Bring them here!", "> here", "Do they want it?", "No way."):
        assert needed in shown
    assert "%" not in shown


def test_undo_flag_note_and_skip_in_the_terminal(tmp_path: Path) -> None:
    """f3 flags irony, n writes a note, u takes back, s1 passes over with its reason."""
    run(tmp_path, "1uf3n2s1q")
    found = load(tmp_path)
    assert found.current["c1"].stance == "against"
    assert found.current["c1"].flags == ("irony",)
    assert found.current["c1"].note == "a note"
    assert found.skipped == {"c2": "cannot decide"}


def test_russian_layout_and_french_digits(tmp_path: Path) -> None:
    """The letters of a Russian keyboard and the number row of a French one work as they are."""
    run(tmp_path, "1г" + "éй")
    assert load(tmp_path).current["c1"].stance == "against"
    assert [stance_of_key(key) for key in "&é\"'"] == ["favor", "against", "neutral", "unrelated"]


def test_relabel_shows_labelled_comments_again(tmp_path: Path) -> None:
    """With relabel, a decision replaces the one that stood."""
    run(tmp_path, "111")
    assert session(tmp_path).task is None
    assert "now: favor (ann)" in run(tmp_path, "2q", relabel=True)
    assert load(tmp_path).current["c1"].stance == "against"


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sentiment.annotate.labels import Journal
from sentiment.records import Label
journal = Journal(Path(sys.argv[1]))
for i in range(100_000):
    journal.label(Label(f"c{i}", "favor", "ann", datetime.now(UTC), "1", text="words " * 20))
    print(i, flush=True)
"""


def test_kill_loses_no_acknowledged_label(tmp_path: Path) -> None:
    """After kill -9 at several moments every label that was acknowledged is there."""
    for round_ in range(4):
        folder = tmp_path / str(round_)
        writer = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-c", WRITER, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(0.03 * (round_ + 1))
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read().split("\n")
        writer.stdout.close()
        writer.wait()
        acknowledged = max([acknowledged, *(int(line) for line in rest[:-1] if line)])
        there = load(folder).current
        assert {f"c{i}" for i in range(acknowledged + 1)} <= set(there)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is an error in one line."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(AnnotationError, match="cannot write"):
        Journal(tmp_path / "taken")


def test_events_are_json_lines_with_annotator_and_time(tmp_path: Path) -> None:
    """Every event says who decided, when, by which codebook, on which words."""
    run(tmp_path, "3q")
    (event,) = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert (event["kind"], event["stance"], event["annotator"], event["codebook"]) == ("label", "neutral", "ann", "1")
    assert event["text"] == "Bring them here!"
    assert datetime.fromisoformat(event["at"]).tzinfo is not None
