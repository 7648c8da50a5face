"""The report as one HTML file, as tables, and what the command line makes of it."""

import csv
import json
import re
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet
import pytest

import sentiment
from sentiment.report import charts
from sentiment.report.groups import ReportOptions
from sentiment.report.notebook import as_html
from sentiment.report.page import LISTED, to_html
from tests.report.builders import folded, human, model, page, sampled

ROOT = Path(__file__).parents[2]
NASTY = '<script>alert(1)</script> & "quotes" <b>bold</b>'


class Tags(HTMLParser):
    """Collects the tags of a page, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag and what it points to."""
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in ("meta", "link", "br", "img", "input", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


def full():  # type: ignore[no-untyped-def]
    """A report with something in every section."""
    dated = page("d", 30, texts=[NASTY, "cheap phones"], dates=[datetime(2018, 5, d) for d in (1, 2, 3)], outlet=NASTY)
    options = ReportOptions(
        themes=lambda text, _: {"price": False} if "cheap" in text else {}, titles={"price": "price"}
    )
    return folded(
        (dated, [human("favor"), human("against")] * 15),
        *sampled("a.example", (0.6, 0.1, 0.1, 0.2)),
        *sampled("b.example", (0.1, 0.6, 0.1, 0.2), seed=2),
        options=options,
    )


def test_page_is_whole_and_asks_for_nothing() -> None:
    """Every tag is closed, nothing is loaded, no script runs, and the policy forbids it too."""
    tags = Tags(to_html(full()))
    assert tags.open == []
    assert not {"script", "img", "iframe", "object", "b"} & set(tags.seen)
    assert all(link.startswith(("#", "data:,")) for link in tags.links)


def test_markup_in_comments_and_names_stays_text() -> None:
    """What readers and outlets write is shown, not run; in the pictures as well."""
    text = to_html(full())
    assert NASTY not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text


def test_page_has_every_section_and_words_for_every_picture() -> None:
    """Headings in order, and each picture with a text for who cannot see it."""
    text = to_html(full())
    for name in ("shares", "net", "compare", "reasons", "time", "typical", "coverage", "methods"):
        assert f'id="{name}"' in text
    assert len(re.findall(r"<svg ", text)) == len(re.findall(r'<svg role="img" aria-label="[^"]{20,}', text)) == 10
    assert "more in favour than those" in text
    assert "prefers-color-scheme: dark" in text
    assert "@page" in text


def test_pictures_take_their_colours_from_the_page() -> None:
    """No colour is left in the drawings, so that dark and light both fit."""
    for picture in (charts.shares(full()), charts.net(full())):
        assert picture is not None
        assert re.findall(r"#[0-9a-f]{6}\b", picture.wide) == []
        assert "var(--favor)" in picture.wide


@pytest.mark.parametrize(
    "report",
    [folded(), folded((page("p", 0), [])), folded((page("p", 1), [model(0.7, 0.1, 0.1, 0.1)]))],
    ids=["nothing", "no comments", "one comment"],
)
def test_page_of_next_to_nothing(report: sentiment.report) -> None:  # type: ignore[valid-type]
    """Empty reports are whole pages too, with words instead of pictures."""
    assert Tags(to_html(report)).open == []


def test_many_groups_are_cut_with_a_count() -> None:
    """The page lists the largest groups and counts the rest."""
    report = folded(
        *((page(f"p{i}", 1, outlet=f"o{i}.example"), [model(0.4, 0.3, 0.2, 0.1)]) for i in range(LISTED + 7))
    )
    text = to_html(report)
    assert "7 smaller groups" in text
    assert len(text) < 600_000


def test_notebook_shows_a_table() -> None:
    """The object that report() gives shows itself, escaped, and gives pandas frames."""
    report = full()
    text = report._repr_html_()
    assert text == as_html(report)
    assert Tags(text).open == []
    assert NASTY not in text
    frames = report.frames()
    assert list(frames) == ["groups", "comparisons", "reasons", "typical", "time", "time_by_group"]
    assert list(frames["groups"]["outlet"])[-1] == "TOTAL"
    assert len(report.frame()) == 4
    assert {"net_low", "labels", "model_net"} <= set(frames["groups"].columns)


def run(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the application with a home of its own."""
    import os

    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    environment.pop("SENTIMENT_PSEUDONYM_KEY", None)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)  # noqa: S603


def test_parquet_and_html_from_the_command_line(tmp_path: Path) -> None:
    """Both files are written; the page tells how it was made."""
    assert (
        run("report", "seeds", "--format", "parquet", "--output", tmp_path / "r.parquet", home=tmp_path).returncode == 0
    )
    table = pyarrow.parquet.read_table(tmp_path / "r.parquet")
    assert table["outlet"].to_pylist()[-1] == "TOTAL"
    done = run("report", "seeds", "--format", "html", "--output", tmp_path / "r.html", home=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "sentiment report seeds --format html" in text
    assert "sha256" in text


def test_report_stays_light() -> None:
    """A table, JSON or CSV loads neither pandas nor scikit-learn nor matplotlib nor scipy.stats."""
    for form in ("table", "json", "csv"):
        code = (
            f"import sys; sys.argv = ['sentiment', 'report', 'seeds', '--format', '{form}', '--output', '/dev/null']\n"
            "import sentiment.cli\n"
            "try:\n    sentiment.cli.main()\nexcept SystemExit:\n    pass\n"
            "print([m for m in ('pandas', 'sklearn', 'matplotlib', 'scipy.stats', 'jinja2') if m in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        assert done.stdout.strip().endswith("[]"), form


def test_authors_leave_by_pseudonym_only(tmp_path: Path) -> None:
    """Names are in an export only where they are asked for; the pseudonym stays the same and keeps people apart."""

    def authors(name: str, *more: str) -> list[str]:
        done = run("export", "seeds", "--output", tmp_path / name, *more, home=tmp_path / "data")
        assert done.returncode == 0, done.stderr
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            return [row["author"] for row in csv.DictReader(file)]

    names = authors("keep.csv", "--authors", "keep")
    hidden, again = authors("hidden.csv"), authors("again.csv")
    assert any(names)
    assert hidden == again
    assert all(bool(name) == bool(pseudonym) for name, pseudonym in zip(names, hidden, strict=True))
    assert not {name for name in names if name} & set(hidden)
    assert len(set(hidden)) == len(set(names))
    assert set(authors("drop.csv", "--authors", "drop")) == {""}


def test_filters_at_the_command_line(tmp_path: Path) -> None:
    """Report and export take the same filters; a wrong reason names those there are."""
    data = json.loads(run("report", "seeds", "--format", "json", "--language", "it", home=tmp_path).stdout)
    assert data["total"]["comments"] == 15
    done = run("export", "seeds", "--output", "-", "--outlet", "hdblog.it", "--duplicates", "mark", home=tmp_path)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert {row["outlet"] for row in rows} == {"hdblog.it"}
    assert "duplicate_of" in rows[0]
    wrong = run("report", "seeds", "--reason", "moon", home=tmp_path)
    assert wrong.returncode == 1
    assert "price" in wrong.stderr
    late = run("report", "seeds", "--since", "2019-01-01", "--until", "2018-01-01", home=tmp_path)
    assert late.returncode == 1


def test_labels_for_unknown_comments_are_counted(tmp_path: Path) -> None:
    """Labels of comments that are not in the pages change nothing and are told of."""
    folder = tmp_path / "annotations" / "xiaomi-us"
    folder.mkdir(parents=True)
    (folder / "labels.csv").write_text("comment_id,stance\nnobody,favor\n", encoding="utf-8")
    done = run("report", "seeds", "--format", "json", "--annotations", tmp_path / "annotations", home=tmp_path)
    data = json.loads(done.stdout)
    assert data["total"]["human"] == 0
    assert any(note.startswith("1 label in") for note in data["notes"])
