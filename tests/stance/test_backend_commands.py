"""The backends as a user runs them: report, export and classify against a local server, and what is refused."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from sentiment.cli.backend_options import BackendChoice, BackendName
from sentiment.stance.backends.plan import Plan

from .llm_server import FakeServer, comments, honest, running, slow, status
from .pages import page as saved

ROOT = Path(__file__).parents[2]
COMMENTS = [
    "yes, let them come, I will buy one",
    "no way, keep that out of this country",
    "che bello, finalmente arrivano anche qui da noi",
    "que bueno, los espero desde hace mucho tiempo en mi ciudad",
]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A language model's server."""
    with running() as made:
        yield made


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A saved page with four comments, the last one in Spanish."""
    file = tmp_path / "page.html"
    file.write_text(saved(COMMENTS), encoding="utf-8")
    return file


def command(*arguments: str | Path) -> list[str]:
    """The application's command line."""
    return [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    """No key and no proxy of whoever runs the tests; a cache folder of its own."""
    clean = {name: value for name, value in os.environ.items() if "OPENAI" not in name and "proxy" not in name.lower()}
    return clean | {"XDG_CACHE_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}


def run(*arguments: str | Path, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the application as its own process, in a folder without labels."""
    return subprocess.run(  # noqa: S603
        command(*arguments), cwd=cwd, capture_output=True, text=True, input=text, check=False, env=environment(cwd)
    )


def llm(server: FakeServer, *more: str) -> list[str]:
    """The options that name the server."""
    return ["--backend", "llm", "--backend-model", "tiny", "--base-url", server.url, *more]


def test_report_by_a_language_model(server: FakeServer, page: Path, tmp_path: Path) -> None:
    """The report's shares are the model's labels without an interval; the plan is said before."""
    done = run("report", page, "--format", "json", *llm(server, "--yes", "--price", "1,2"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["model"].startswith("llm:tiny@")
    assert (data["total"]["comments"], data["total"]["human"], data["total"]["favor"]["n"]) == (4, 0, 1)
    assert data["total"]["favor"]["low"] is None
    assert "4 comments, 0 of them answered before; requests: 1, to tiny at http" in done.stderr
    assert {one["title"] for one in comments(server.bodies[0])} == {"Xiaomi comes"}
    assert [one["language"] for one in comments(server.bodies[0])] == ["en", "en", "it", "es"]


def test_evaluate_a_language_model(server: FakeServer, tmp_path: Path) -> None:
    """A server is measured on a labelled table as any model is, after a yes; a dry run sends nothing."""
    table = tmp_path / "t.csv"
    labels = ["favor", "against", "favor", "favor"]
    lines = [f'"{text}",{label}' for text, label in zip(COMMENTS, labels, strict=True)]
    table.write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    dry = run("evaluate", table, *llm(server, "--dry-run"), cwd=tmp_path)
    assert (dry.returncode, dry.stdout, server.bodies) == (0, "", [])
    done = run("evaluate", table, "--format", "json", *llm(server, "--yes"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["how"].startswith("model llm:tiny@")
    assert (found["all"]["n"], set(found["languages"])) == (4, {"en", "it", "es"})
    assert "commonest label" in found["baselines"]


def test_nothing_is_sent_without_a_yes(server: FakeServer, page: Path, tmp_path: Path) -> None:
    """--dry-run ends after the plan; without --yes and without a terminal it is an error; nothing was sent."""
    dry = run("report", page, *llm(server, "--dry-run"), cwd=tmp_path)
    assert (dry.returncode, dry.stdout) == (0, "")
    assert "4 comments" in dry.stderr
    refused = run("export", page, "--output", tmp_path / "x.csv", *llm(server), cwd=tmp_path)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert server.bodies == []
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("said", [True, False])
def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch, said: bool) -> None:
    """At a terminal the question is put, and no is no; where all is answered already, nothing is asked."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: said)
    choice = BackendChoice(name=BackendName.llm)
    choice.confirm(lambda: Plan("m", "u", comments=3, cached=3))
    if said:
        choice.confirm(lambda: Plan("m", "u", comments=3, requests=1))
    else:
        with pytest.raises(typer.Exit):
            choice.confirm(lambda: Plan("m", "u", comments=3, requests=1))


def test_export_counts_what_has_no_stance(server: FakeServer, page: Path, tmp_path: Path) -> None:
    """An unusable answer is an empty cell with its reason; the model stands in each row; the count is said."""

    def wrong(_: FakeServer, body: dict[str, Any]) -> Any:
        done = honest(body)
        return (done[0], done[1], done[2].replace(b"favor", b"delighted"))

    server.always = wrong
    done = run("export", page, "--output", tmp_path / "x.csv", *llm(server, "--yes"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["stance"] for row in rows] == ["", "against", "unrelated", "unrelated"]
    assert {row["model"].partition("@")[0] for row in rows} == {"llm:tiny"}
    assert [row["label_source"] for row in rows] == ["", "model", "model", "model"]
    assert "delighted" in rows[0]["reasons"]
    assert {(row["p_favor"], row["confidence"]) for row in rows} == {("", "")}
    assert "1 no stance in the answer" in done.stderr


def test_a_language_without_a_model(page: Path, tmp_path: Path) -> None:
    """The linear model leaves Spanish untagged, says so, and names the ways out."""
    done = run("export", page, "--output", tmp_path / "x.jsonl", cwd=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (rows[3]["language"], rows[3]["stance"], rows[3]["reasons"]) == ("es", None, "no model for es")
    assert "1 no model for es" in done.stderr
    assert "--backend nli or llm" in done.stderr
    table = run("report", page, cwd=tmp_path)
    assert "1 no model for es" in table.stdout
    assert "sentiment annotate" in table.stdout


@pytest.mark.parametrize("name", ["x.csv", "-"])
def test_classify_a_table(server: FakeServer, tmp_path: Path, name: str) -> None:
    """Rows of a file or of standard input get stance, reason and model, with parent and title as context."""
    table = "text,above,head,stance\nyes,who,T,old\nno,,T,old\n,,T,old\n"
    (tmp_path / "x.csv").write_text(table, encoding="utf-8")
    options = ["--parent", "above", "--title", "head", "--reasons", *llm(server, "--yes")]
    done = run("classify", name, *options, cwd=tmp_path, text=table)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [row["stance"] for row in rows] == ["favor", "against", ""]
    assert [row["reasons"] for row in rows] == ["as it says", "as it says", "no words"]
    assert {row["model"].partition("@")[0] for row in rows} == {"llm:tiny"}
    assert comments(server.bodies[0])[0]["in_reply_to"] == "who"
    assert "1 no words" in done.stderr


def test_a_run_that_was_killed_goes_on(server: FakeServer, tmp_path: Path) -> None:
    """After a kill in the middle the same command asks only what is open, and writes the whole table."""
    (tmp_path / "x.csv").write_text("text\n" + "".join(f"yes {n}\n" for n in range(40)), encoding="utf-8")
    server.always = slow(0.05)
    options = ["classify", "x.csv", "--output", "out.csv", *llm(server, "--yes", "--batch", "1", "--concurrency", "1")]
    with subprocess.Popen(command(*options), cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.DEVNULL) as one:  # noqa: S603
        while len(server.bodies) < 5 and one.poll() is None:
            time.sleep(0.01)
        one.send_signal(signal.SIGKILL)
    asked = [comments(body)[0]["comment"] for body in server.bodies]
    assert 5 <= len(asked) < 40
    assert not (tmp_path / "out.csv").exists()
    done = run(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    again = [comments(body)[0]["comment"] for body in server.bodies[len(asked) :]]
    assert set(asked) & set(again) <= {asked[-1]}
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("favor,,,,") == 40


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--backend", "llm", "--yes"], "--backend-model"),
        (["--backend", "nli"], "--backend-model"),
        (["--yes"], "--yes is for --backend llm"),
        (["--backend", "nli", "--base-url", "http://x"], "--base-url is for --backend llm"),
        (["--backend-model", "m"], "--backend-model is for --backend nli or llm"),
        (["--backend", "llm", "--backend-model", "m", "--model", "f.npz"], "--model is for --backend linear"),
        (["--backend", "llm", "--backend-model", "m", "--price", "cheap"], "--price 'cheap'"),
        (["--backend", "llm", "--backend-model", "m", "--base-url", "here"], "--base-url 'here'"),
        (["--backend", "llm", "--backend-model", "m", "--codebook", "no.md"], "no.md"),
    ],
)
def test_options_that_do_not_fit(page: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    """An option without its backend, and a value that cannot be, end in one line and exit status 1."""
    done = run("report", page, *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_abstaining_needs_a_confidence(server: FakeServer, tmp_path: Path) -> None:
    """--abstain with a backend that has no confidence is refused before anything is sent."""
    (tmp_path / "x.csv").write_text("text\nyes\n", encoding="utf-8")
    done = run("classify", "x.csv", "--abstain", "0.5", *llm(server, "--yes"), cwd=tmp_path)
    assert (done.returncode, server.bodies) == (1, [])
    assert "--abstain" in done.stderr


def test_a_wrong_key_is_one_line(server: FakeServer, page: Path, tmp_path: Path) -> None:
    """A server that refuses the key ends the command with one line, and no file is written."""
    server.always = status(401, "Incorrect API key provided")
    done = run("export", page, "--output", tmp_path / "x.csv", *llm(server, "--yes"), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("sentiment: ")
    assert "Incorrect API key" in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_the_light_path_stays_light(page: Path, tmp_path: Path) -> None:
    """A report by the linear model loads neither openai nor transformers nor SQLite."""
    code = (
        f"import sys; sys.argv = ['sentiment', 'report', {str(page)!r}]; sys.path.insert(0, {str(ROOT)!r})\n"
        "import sentiment.cli\n"
        "try:\n    sentiment.cli.main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('openai', 'transformers', 'torch', 'sqlite3', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip().endswith("[]")
