"""``annotate draw`` with the report's plan and with the report's filters, on real pages and the real model."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.cli import app
from sentiment.errors import AnnotationError

ROOT = Path(__file__).parents[2]
WORDS = {
    "favor": ["I would buy one today", "great phones at a fair price, bring them here", "finally some competition"],
    "against": [
        "keep this junk out of our country",
        "spyware, no thanks, ban them",
        "cheap copies, I will never buy one",
    ],
    "unrelated": ["my cat sleeps a lot", "the weather was better last year", "who won the match yesterday"],
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Two outlets of 160 comments on eight threads each, from two years."""
    chance = np.random.default_rng(3)
    path = tmp_path / "comments.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(["outlet", "url", "date", "id", "text"])
        for i in range(320):
            outlet = "a.example" if i % 2 else "b.example"
            stance = chance.choice(list(WORDS), p=(0.5, 0.2, 0.3) if i % 2 else (0.2, 0.6, 0.2))
            words = f"{chance.choice(WORDS[stance])}, {chance.choice(['honestly', 'folks', 'I think'])} {i}"
            write([outlet, f"https://{outlet}/{i % 16}", f"201{7 + i % 4 // 2}-05-{1 + i % 28:02}", f"c{i}", words])
    return path


def run(*arguments: object) -> Result:
    """Run the application in this process; an error of ours comes through."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(done.exception, AnnotationError):
        raise done.exception
    return done


def label(folder: Path, limit: int = 1000) -> int:
    """Label what waits as its words say."""
    store = Store(f"sqlite:///{folder / 'xiaomi-us' / 'annotations.db'}", "xiaomi-us")
    session = Session(store, "ann", codebook="1", origin="test")
    done = 0
    while done < limit and (tasks := session.next()):
        text = tasks[0].text
        session.decide(tasks[0], next(name for name, all_ in WORDS.items() if text.startswith(tuple(all_))))
        done += 1
    store.close()
    return done


def report(pages: Path, folder: Path, *more: object) -> dict[str, dict[str, object]]:
    """The groups of a report by outlet."""
    arguments = ["report", pages, "--annotations", folder, "--format", "json", "--population", "these", *more]
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]  # on its own: a process reads labels once
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    return {group["outlet"]: group for group in json.loads(done.stdout)["groups"]}


def test_a_draw_takes_the_plan_and_the_next_one_what_is_left(pages: Path, tmp_path: Path) -> None:
    """It draws what the report says is needed, from the kinds it names; a second plan, of a narrower margin, adds to it."""
    folder = tmp_path / "annotations"
    before = report(pages, folder)
    asked = {name: group["labels_needed"] for name, group in before.items()}
    first = run("annotate", "draw", pages, "--plan", 10, "--population", "these", "--seed", 1, "--annotations", folder)
    assert first.exit_code == 0, first.output
    for name, needed in asked.items():
        for kind, count in needed["next"].items():  # type: ignore[index]
            line = f"  {name} en {kind}: "
            (drawn,) = [text for text in first.stdout.splitlines() if text.startswith(line)]
            assert int(drawn.removeprefix(line)) == max(count, 2)
    done = label(folder)
    found = report(pages, folder)
    assert done >= sum(group["labels"] for group in found.values()) >= 0.95 * done  # type: ignore[misc, operator]
    for group in found.values():
        assert group["method"] in ("prediction-powered", "weighted labels alone")
        for stance in ("favor", "against"):
            share = group[stance]
            assert share["high"] - share["low"] < 0.24  # type: ignore[index]
    margin = next(m for m in (4, 3, 2, 1) if _more(pages, folder, m))
    label(folder)
    wider, narrow = found, report(pages, folder)
    assert sum(_width(group) for group in narrow.values()) < sum(_width(group) for group in wider.values())
    with pytest.raises(AnnotationError, match="2 groups there already"):
        run("annotate", "draw", pages, "--plan", margin + 4, "--population", "these", "--annotations", folder)


def _more(pages: Path, folder: Path, margin: int) -> bool:
    try:
        done = run("annotate", "draw", pages, "--plan", margin, "--population", "these", "--annotations", folder)
    except AnnotationError:
        return False
    assert "comments of earlier draws stay part of the sample" in done.stdout
    return True


def _width(group: dict[str, object]) -> float:
    return group["net"]["high"] - group["net"]["low"]  # type: ignore[index, no-any-return]


def test_a_filtered_draw_is_a_sample_of_what_passes(pages: Path, tmp_path: Path) -> None:
    """The filters are those of the report; its labels are a random sample under the same filters, elsewhere just known."""
    folder = tmp_path / "annotations"
    only = ("--since", "2018-01-01", "--outlet", "a.example")
    done = run("annotate", "draw", pages, *only, "--n", 30, "--seed", 1, "--annotations", folder)
    assert done.exit_code == 0, done.output
    assert "30 of 80 comments" in done.stdout
    assert label(folder) == 30
    same, whole = report(pages, folder, *only), report(pages, folder)
    assert same["a.example"]["comments"] == 80
    assert same["a.example"]["labels"] == 30
    assert same["a.example"]["favor"]["low"] is not None  # type: ignore[index]
    assert (whole["a.example"]["human"], whole["a.example"]["labels"]) == (30, 0)
    assert whole["a.example"]["favor"]["low"] is None  # type: ignore[index]


def test_outlets_and_languages_need_no_scope(pages: Path, tmp_path: Path) -> None:
    """A draw from one outlet corrects that outlet in every report; all together get no interval from it."""
    folder = tmp_path / "annotations"
    run("annotate", "draw", pages, "--outlet", "a.example", "--n", 40, "--seed", 1, "--annotations", folder)
    label(folder)
    found = report(pages, folder)
    assert found["a.example"]["net"]["low"] is not None  # type: ignore[index]
    assert found["b.example"]["net"]["low"] is None  # type: ignore[index]


@pytest.mark.parametrize("more", [("--plan", "5"), ("--outlet", "a.example"), ("--reason", "price")])
def test_plans_and_filters_need_pages(more: tuple[str, ...], tmp_path: Path) -> None:
    """Without pages there is no report to plan for: wrong usage, said so."""
    done = run("annotate", "draw", *more, "--annotations", tmp_path)
    assert done.exit_code == 2
    assert "PATH" in done.output


def test_a_plan_is_for_estimates(pages: Path, tmp_path: Path) -> None:
    """What trains a model is not planned by intervals."""
    assert run("annotate", "draw", pages, "--plan", 5, "--for", "train", "--annotations", tmp_path).exit_code == 2


def test_filters_that_nothing_passes(pages: Path, tmp_path: Path) -> None:
    """One line that says so."""
    with pytest.raises(AnnotationError, match="no comment of these pages passes the filters"):
        run("annotate", "draw", pages, "--since", "2030-01-01", "--annotations", tmp_path)
