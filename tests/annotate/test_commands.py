"""The commands in which people label, as they run them."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentiment.cli import app
from sentiment.errors import SentimentError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where the seeds are."""
    monkeypatch.chdir(ROOT)


def run(*arguments: str | Path, folder: Path, text: str = "", code: int = 0) -> str:
    """What a command prints, on either channel, or its one line of error; it must end with that status."""
    command = ["annotate", *map(str, arguments), "--annotations", str(folder)]
    done = CliRunner().invoke(app, command, input=text)
    if isinstance(done.exception, SentimentError):  # the program's one place for errors makes a line and status 1 of it
        assert code == 1, done.exception
        return str(done.exception)
    assert done.exit_code == code, done.output
    return done.output


def test_a_whole_round(tmp_path: Path) -> None:
    """Draw, label as two people, agree, adjudicate, export, rebuild, and let the report use it."""
    place = tmp_path / "xiaomi-us"
    assert "is ready: 0 labels" in run("init", folder=tmp_path)
    drawn = run("draw", "seeds", "--for", "estimate", "--n", "20", "--overlap", "50%", "--seed", "1", folder=tmp_path)
    assert "Draw 1: 20 of 22 comments for estimate, seed 1." in drawn
    assert "20 decided, 0 left" in run("do", "--as", "ann", folder=tmp_path, text="1" * 20)
    assert "10 decided, 0 left" in run("do", "--draw", "1", "--as", "bob", folder=tmp_path, text="1122211111")
    agreed = run("agree", "--by", "label,language", folder=tmp_path)
    assert "10 comments labelled blind by two or more" in agreed
    assert "ann and bob: Cohen's κ" in agreed
    assert "undefined: one label only" in agreed
    decided = run("adjudicate", "--as", "lea", folder=tmp_path, text="21" * 3)
    assert "3 decided, 0 left." in decided
    status = json.loads(run("status", "--json", folder=tmp_path))
    assert (status["labels"], status["adjudicated"], status["undecided"]) == (30, 3, 0)
    assert "labels.csv: 33 lines" in run("export", folder=tmp_path)
    assert "33 events" in run("rebuild", folder=tmp_path)
    again = json.loads(run("status", "--json", folder=tmp_path))
    assert again == status | {"comments": 20}  # the files hold what was drawn or labelled
    for form in ("labelstudio", "doccano", "prodigy", "argilla", "csv"):
        assert "20 comments written" in run("export", "--to", form, "--output", tmp_path / form, folder=tmp_path)
        said = run("import", tmp_path / form, "--from", form, folder=tmp_path)
        assert "0 new events" in said, form
    run("export", "--to", "train", "--output", tmp_path / "train.csv", folder=tmp_path)
    with (tmp_path / "train.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 20
    assert "labels are doubtful" in run("suspects", folder=tmp_path)
    (place / "annotations.db").unlink()
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "report",
        "seeds",
        "--format",
        "json",
        "--annotations",
        str(tmp_path),
    ]
    report = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)  # noqa: S603
    assert report["total"]["human"] == 20


def test_history_undo_and_relabel(tmp_path: Path) -> None:
    """What was decided can be looked up by the start of an id, taken back, and decided again."""
    run("do", "seeds", "--as", "ann", folder=tmp_path, text="12q")
    taken = run("undo", "2", "--as", "ann", folder=tmp_path)
    item = taken.split("taken back: ")[1].split()[0]
    shown = run("history", item[:6], folder=tmp_path)
    assert "label  against" in shown
    assert "undo" in shown
    assert "begins with zzz" in run("history", "zzz", folder=tmp_path, code=1)
    assert "2 decided, 20 left" in run("do", "seeds", "--as", "ann", folder=tmp_path, text="33q")
    assert "1 decided" in run("do", "seeds", "--as", "ann", "--relabel", folder=tmp_path, text="4q")


def test_the_codebook_is_shown_compared_and_published(tmp_path: Path) -> None:
    """A changed rule sends its labels back."""
    place = tmp_path / "xiaomi-us"
    place.mkdir()
    book = place / "codebook.md"
    book.write_text("---\nversion: 1\n---\n## favor\n\nA wish.\n", encoding="utf-8")
    run("init", folder=tmp_path)
    run("do", "seeds", "--as", "ann", folder=tmp_path, text="11q")
    book.write_text("---\nversion: 2\n---\n## favor\n\nA wish, or praise.\n", encoding="utf-8")
    assert "+A wish, or praise." in run("codebook", "diff", folder=tmp_path)
    said = run("codebook", "publish", "--kind", "semantic", folder=tmp_path)
    assert "2 labelled comments (favor) are asked for again: draw 2" in said
    assert "A wish, or praise." in run("codebook", folder=tmp_path)


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    """A message on one line and status 1, for each kind of bad input."""
    for arguments, message in (
        (("draw", "--n", "5"), "no comment to draw"),
        (("draw", "seeds", "--overlap", "much"), "not a share"),
        (("do", "--draw", "9"), "no draw 9"),
        (("export", "--to", "doccano"), "say where to"),
        (("import", str(tmp_path / "none.csv"), "--from", "csv"), "does not exist"),
        (("suspects",), "label some first"),
        (("status", "--db", "mysql://x/y"), "not supported"),
        (("web", "--host", "0.0.0.0"), "accounts are needed"),  # noqa: S104 - that is the case
        (("web", "--port", "1", "--host", "192.0.2.1"), "accounts are needed"),
        (("rebuild",), "neither labels.csv nor events.jsonl"),
    ):
        said = run(*arguments, folder=tmp_path, code=1)
        assert message in said
        assert len(said.splitlines()) == 1


def test_a_report_without_a_database_loads_no_database_library(tmp_path: Path) -> None:
    """SQLAlchemy and the web server stay out of the report of a fresh clone."""
    script = (
        "import sys; from sentiment.annotate.labels import load; from pathlib import Path;"
        f"load(Path({str(ROOT / 'annotations' / 'xiaomi-us')!r}.replace('xiaomi-us', 'none')));"
        "print([name for name in ('sqlalchemy', 'starlette', 'uvicorn', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir())
