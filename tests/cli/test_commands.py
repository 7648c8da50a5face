"""The commands as a user runs them: what they print, and with which exit status they end."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"


def run(*arguments: str | Path, cwd: Path = ROOT, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the application as its own process."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, input=text, check=False)  # noqa: S603


def test_report_of_the_seeds() -> None:
    """Five outlets, 22 comments, all labelled by people, and intervals for both threads."""
    done = run("report", "seeds", "--format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert len(data["groups"]) == 5
    assert (data["total"]["pages"], data["total"]["comments"], data["total"]["human"]) == (5, 22, 22)
    assert data["model"]
    comments = {group["outlet"]: group["comments"] for group in data["groups"]}
    assert comments == {"hdblog.it": 15, "phonearena.com": 7, "xiaomitoday.it": 0, "rambler.ru": 0, "unknown": 0}
    for group in data["groups"]:
        for measure in ("favor", "against", "neutral", "unrelated", "net"):
            assert set(group[measure]) == {"n", "share", "low", "high"}
            assert (group[measure]["low"] is not None) == (group["comments"] > 0)
    assert data["skipped"] == []


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_other_forms_of_the_report(form: str) -> None:
    """Every form names every outlet, and nothing in it is meant for a terminal only."""
    done = run("report", "seeds", "--format", form)
    assert done.returncode == 0, done.stderr
    for outlet in ("hdblog.it", "phonearena.com", "xiaomitoday.it", "rambler.ru", "unknown"):
        assert outlet in done.stdout
    assert "\x1b" not in done.stdout


def test_export_of_the_seeds(tmp_path: Path) -> None:
    """22 rows with every promised column; the words come back."""
    done = run("export", "seeds", "--output", tmp_path / "x.csv")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    promised = (
        "page_id outlet url title page_language comment_id position parent_id author date language text quote stance "
        "p_favor p_against p_neutral p_unrelated confidence reasons label_source annotator model"
    )
    assert list(rows[0]) == promised.split()
    assert {row["label_source"] for row in rows} == {"human"}
    assert all(
        abs(sum(float(row[f"p_{s}"]) for s in ("favor", "against", "neutral", "unrelated")) - 1) < 0.01 for row in rows
    )


def test_parse_as_json() -> None:
    """One page is one object with its comments."""
    done = run("parse", SEEDS / "003_53214adcda68b458.txt", "--format", "json")
    page = json.loads(done.stdout)
    assert page["title"] == "Xiaomi plans to enter the US market in 2019"
    assert [comment["author"] for comment in page["comments"]][::6] == ["vasta", "worldpeace"]


def test_parse_explains() -> None:
    """With --explain the rule and the boilerplate are shown."""
    done = run("parse", SEEDS / "000_d0d6cd3f1e4a1490.txt", "--explain")
    assert "rule: none" in done.stdout
    assert "Inline feedback" in done.stdout


def test_standard_input() -> None:
    """A dash reads one page from standard input."""
    done = run("parse", "-", "--format", "json", text="An article.\n\nComments\nFirst!\nSecond.\n")
    assert [comment["text"] for comment in json.loads(done.stdout)["comments"]] == ["First!", "Second."]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing", None, "missing"),
        ("empty.txt", b"", "empty"),
        ("picture.html", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8, "picture.html"),
    ],
)
def test_input_that_cannot_be_used(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    """A problem of the input is one line on standard error that names it, and never a traceback."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("parse", tmp_path / name)
    said = done.stderr.strip()
    assert message in said
    assert "Traceback" not in said
    assert done.stdout == ""


def test_exit_status_of_bad_paths(tmp_path: Path) -> None:
    """A missing path and a folder without pages end with status 1, a wrong option with 2."""
    assert run("report", tmp_path / "nowhere").returncode == 1
    assert run("report", tmp_path).returncode == 1
    assert run("report", "seeds", "--format", "hologram").returncode == 2
    assert run("export", "seeds").returncode == 2
    assert run("export", "seeds", "--output", tmp_path / "x.xlsx").returncode == 1


def test_skipped_files_are_counted(tmp_path: Path) -> None:
    """What cannot be used stands in the report, beside what can."""
    (tmp_path / "good.txt").write_text("An article.\n\nComments\nFirst!\nSecond.\n")
    (tmp_path / "empty.txt").write_text("")
    data = json.loads(run("report", tmp_path, "--format", "json").stdout)
    assert data["total"]["pages"] == 1
    assert [Path(skipped["source"]).name for skipped in data["skipped"]] == ["empty.txt"]


def test_an_unknown_target_names_those_there_are() -> None:
    """A typo in the target is answered with the list of targets."""
    done = run("report", "seeds", "--target", "xiaomi-uk")
    assert done.returncode == 1
    assert "xiaomi-us" in done.stderr


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp1251", "Комментарии"), ("utf-16", "Commenti"), ("latin-1", "Réponses")]
)
def test_encodings(tmp_path: Path, encoding: str, text: str) -> None:
    """Pages in old encodings are read as they were written."""
    words = {
        "cp1251": "Хороший телефон, давно пора продавать его в Америке, жду с нетерпением.",
        "utf-16": "Perché no? Così la scelta è più ampia.",
        "latin-1": "Très bien, ça fera baisser les prix à l'étranger, enfin une bonne idée.",
    }[encoding]
    article = {
        "cp1251": "Компания объявила о выходе на рынок. ",
        "utf-16": "L'articolo è qui. ",
        "latin-1": "L'entreprise arrive à l'été. ",
    }
    (tmp_path / "page.txt").write_bytes(f"{article[encoding] * 5}\n\n{text}\n{words}\n{words[:40]}\n".encode(encoding))
    page = json.loads(run("parse", tmp_path / "page.txt", "--format", "json").stdout)
    assert page["comments"][0]["text"] == words


def test_annotate_then_report(tmp_path: Path) -> None:
    """Labels given in the terminal are in the next report, and in labels.csv after the export."""
    store = tmp_path / "annotations"
    done = run("annotate", "do", "seeds", "--annotations", store, "--as", "ann", text="1" * 5 + "2" * 3 + "q")
    assert done.returncode == 0, done.stderr
    assert "8 decided, 14 left" in done.stdout
    data = json.loads(run("report", "seeds", "--annotations", store, "--format", "json").stdout)
    assert data["total"]["human"] == 8
    assert run("annotate", "export", "--annotations", store).returncode == 0
    assert len((store / "xiaomi-us" / "labels.csv").read_text(encoding="utf-8").splitlines()) == 9
    again = run("annotate", "do", "seeds", "--annotations", store, "--as", "ann", text="q")
    assert "0 decided, 14 left" in again.stdout


def test_help_is_light() -> None:
    """Showing the help loads neither pandas nor scikit-learn nor numpy."""
    code = (
        "import sys; sys.argv = ['sentiment', '--help']\n"
        "import sentiment.cli\n"
        "try:\n    sentiment.cli.main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('pandas', 'sklearn', 'numpy', 'scipy', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip().endswith("[]")


def commands() -> list[list[str]]:
    """Every command of the application, found by walking through it."""
    from typer.main import get_command

    from sentiment.cli import app

    def walk(command: object, path: list[str]) -> list[list[str]]:
        inner = getattr(command, "commands", {})
        return [path] + [found for name, child in sorted(inner.items()) for found in walk(child, [*path, name])]

    return walk(get_command(app), [])


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(path: list[str]) -> None:
    """The help of every command ends with something to type; a group's help lists its commands."""
    done = run(*path, "--help")
    assert done.returncode == 0
    assert "Example:" in done.stdout or "Commands" in done.stdout


def test_columns_of_a_table_are_named_by_options(tmp_path: Path) -> None:
    """A table with columns of unknown names is read as the options say, in parse, in export and in parts."""
    table = tmp_path / "dump.csv"
    table.write_text(
        "no,wer,wann,was,worauf,blatt\n1,anna,2018-03-05,Finally they come here!,,a.example\n"
        "2,bob,2018-03-06,No thanks at all.,1,a.example\n",
        encoding="utf-8",
    )
    named = ["--text", "was", "--author", "wer", "--date", "wann", "--parent", "worauf", "--id", "no"]
    named += ["--outlet-column", "blatt"]
    assert "name it: --text COLUMN" in run("parse", table).stderr
    page = json.loads(run("parse", table, *named, "--format", "json").stdout)
    assert page["outlet"] == "a.example"
    assert [comment["author"] for comment in page["comments"]] == ["anna", "bob"]
    assert page["comments"][1]["parent_id"] == page["comments"][0]["id"]
    for output in ("out.csv", "parts/"):
        done = run("export", table, *named, "--output", output, cwd=tmp_path)
        assert "2 comments" in done.stderr, done.stderr
