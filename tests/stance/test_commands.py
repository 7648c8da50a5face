"""The stance commands, as a user runs them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from sentiment.cli import stance_commands
from sentiment.errors import SentimentError
from sentiment.stance.train import Fitted

from .conftest import sentences

app = typer.Typer()
stance_commands.register(app)


def run(*arguments: object, status: int = 0, given: str | None = None) -> Any:
    """Run a command; an error of the package is what the one place in the command line would catch."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def folder(tmp_path: Path, fitted: Fitted, table: pd.DataFrame) -> Path:
    """A table in three forms and a model."""
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_csv(tmp_path / "t.tsv", index=False, sep="\t")
    table.to_json(tmp_path / "t.jsonl", orient="records", lines=True, force_ascii=False)
    fitted.model.save(tmp_path / "m.npz")
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_train_then_classify(tmp_path: Path) -> None:
    """One command trains, another adds its columns; the progress is on standard error."""
    sentences("en", 80).to_csv(tmp_path / "t.csv", index=False)
    done = run("train", tmp_path / "t.csv", "--label", "stance", "--model", tmp_path / "m", "--card", tmp_path / "c.md")
    assert done.stdout == ""
    assert "trained on 80 texts" in done.stderr
    assert (tmp_path / "c.md").read_text(encoding="utf-8").startswith("# Stance model")
    run("classify", tmp_path / "t.csv", "--model", tmp_path / "m", "--output", tmp_path / "o.csv")
    first = rows(tmp_path / "o.csv")[0]
    assert list(first)[-5:] == ["stance", "p_against", "p_favor", "p_neutral", "confidence"]
    assert float(first["confidence"]) == max(float(first[f"p_{name}"]) for name in ("against", "favor", "neutral"))


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_forms(folder: Path, ending: str) -> None:
    """Each form is read, and written when the output's name ends so; nothing else in a row changes."""
    run(
        "classify", folder / f"t.{ending}", "--model", folder / "m.npz", "--output", folder / f"o.{ending}", "--reasons"
    )
    if ending == "jsonl":
        out = [json.loads(line) for line in (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    else:
        out = pd.read_csv(folder / f"o.{ending}", sep="\t" if ending == "tsv" else ",", dtype=str).to_dict("records")
    assert len(out) == 480
    assert out[0]["text"] == rows(folder / "t.csv")[0]["text"]
    assert out[0]["reasons"]


def test_parquet(folder: Path, table: pd.DataFrame) -> None:
    """Parquet is read like the other forms."""
    pytest.importorskip("pyarrow")
    table.to_parquet(folder / "t.parquet")
    done = run("evaluate", folder / "t.parquet", "--label", "stance", "--language", "language",
               "--model", folder / "m.npz", "--format", "json")  # fmt: skip
    assert json.loads(done.stdout)["all"]["n"] == 480


def test_standard_input_and_output(folder: Path) -> None:
    """A dash is standard input, and standard output is the default."""
    text = 'text,language\n"never, ever\nspyware",en\n,en\nhola,es\n'
    done = run("classify", "-", "--model", folder / "m.npz", given=text)
    out = list(csv.DictReader(done.stdout.splitlines(keepends=True)))
    assert [row["stance"] for row in out] == ["against", "", ""]
    assert "1 no model for es" in done.stderr
    assert "label 200 such texts and train, or use --backend" in done.stderr


def test_abstention(folder: Path) -> None:
    """Below the asked confidence the stance stays empty, the probabilities do not."""
    run("classify", folder / "t.csv", "--model", folder / "m.npz", "--output", folder / "o.csv", "--abstain", "0.999")
    assert any(row["stance"] == "" and row["confidence"] for row in rows(folder / "o.csv"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["evaluate", "t.csv", "--text", "body", "--model", "m.npz"],
            "no column 'body' in the table; there are: text, stance",
        ),
        (["classify", "none.csv", "--model", "m.npz"], "not there"),
        (["explain", "hello", "--language", "en", "--model", "none.npz"], "not there"),
        (["evaluate", "bad.csv", "--model", "m.npz"], "line 2 has the byte 0xe9"),
        (["evaluate", "wide.csv", "--model", "m.npz"], "3 cells under 1 columns"),
        (["evaluate", "empty.csv", "--model", "m.npz"], "empty"),
        (["evaluate", "bad.jsonl", "--model", "m.npz"], "line 1 is not JSON"),
        (["train", "t.csv", "--label", "y", "--model", "x.npz"], "no column 'y'"),
        (["train", "t.csv", "--label", "stance", "--target", "nobody", "--model", "x.npz"], "known: xiaomi-us"),
        (["evaluate", "t.csv", "--label", "stance", "--model", "m.npz", "--plot", "x.gif"], "ends in .svg, .png, .pdf"),
        (["evaluate", "t.csv", "--label", "stance", "--model", "m.npz", "--plot", "no/x.svg"], "the folder no is not"),
        (["evaluate", "t.csv", "--label", "stance", "--model", "m.npz", "--learning-curve"], "learning curve"),
        (["evaluate", "t.csv", "--model", "m.npz", "--backend", "nli"], "takes --backend-model"),
        (["evaluate", "t.csv", "--price", "1,2"], "--price is for --backend llm"),
        (["explain", " ", "--model", "m.npz"], "empty"),
        (["explain", "hola", "--language", "es", "--model", "m.npz"], "no model for es"),
    ],
)
def test_bad_input(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str) -> None:
    """Each problem of the input is said in a sentence, and no file is left half-written."""
    monkeypatch.chdir(folder)
    Path("bad.csv").write_bytes(b"text\ncaf\xe9\n")
    Path("wide.csv").write_text("text\na,b,c\n", encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    Path("bad.jsonl").write_text("{nope\n", encoding="utf-8")
    before = sorted(folder.iterdir())
    output = ["--output", "out.csv"] if arguments[0] == "classify" else []
    with pytest.raises(SentimentError, match=words):
        run(*arguments, *output)
    assert sorted(folder.iterdir()) == before


def test_explain(folder: Path) -> None:
    """The decision is shown with what spoke for it."""
    done = run("explain", "never, this is spyware", "--language", "en", "--model", folder / "m.npz")
    assert "> against" in done.stdout
    assert "for against:" in done.stdout


def test_evaluate_as_json(folder: Path) -> None:
    """The figures of a model on a table, as JSON."""
    done = run("evaluate", folder / "t.csv", "--label", "stance", "--language", "language", "--group", "page",
               "--model", folder / "m.npz", "--format", "json")  # fmt: skip
    assert json.loads(done.stdout)["all"]["n"] == 480


def test_evaluate_draws_and_finds_languages_out(folder: Path) -> None:
    """Without a column of languages they are found out, as classify does; the plot is beside the figures."""
    table = pd.read_csv(folder / "t.csv").drop(columns="language")
    table.to_csv(folder / "n.csv", index=False)
    done = run(
        "evaluate", folder / "n.csv", "--label", "stance", "--model", folder / "m.npz", "--plot", folder / "p.svg"
    )
    assert "they were found out" in done.stderr
    assert "no model for" in done.stdout
    assert (folder / "p.svg").read_bytes().startswith(b"<?xml")


def test_targets(tmp_path: Path) -> None:
    """Targets are listed, shown and made."""
    assert run("targets", "list").stdout.startswith("xiaomi-us\t")
    assert "hypocrisy (the other side does it too)" in run("targets", "show", "xiaomi-us").stdout
    run("targets", "new", "wind-farm", "--folder", tmp_path)
    assert "wind-farm" in run("targets", "show", tmp_path / "wind-farm").stdout
