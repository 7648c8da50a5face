"""What the documentation shows is what the program does."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sentiment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_real_report() -> None:
    """The block under `make report` is, line by line, what the command prints."""
    shown = README.split("sentiment report seeds\n", 1)[1].split("\n```", 1)[0]
    command = [sys.executable, "cli.py", "report", "seeds"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert [line.rstrip() for line in shown.strip().splitlines()] == [
        line.rstrip() for line in printed.strip().splitlines()
    ]


def test_the_readme_python_example_runs() -> None:
    """The Python block runs as it stands."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "worldpeace" in done.stdout


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_named_files_exist(path: str) -> None:
    """A file or folder that a page names in backticks is there."""
    text = (ROOT / path).read_text(encoding="utf-8")
    places = (ROOT, ROOT / "sentiment", ROOT / "sentiment" / "threads")
    for name in re.findall(r"`((?:sentiment|seeds|annotations|docs|benchmarks|tests|threads)/[\w./-]*)`", text):
        assert any((place / name).exists() for place in places), f"{path} names {name}"


def test_every_module_says_its_job() -> None:
    """Every module of the package opens with a docstring."""
    for module in (ROOT / "sentiment").rglob("*.py"):
        assert module.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""')), module


def test_the_example_of_the_package_is_true() -> None:
    """The example in the package's docstring gives what it shows."""
    assert doctest.testmod(sentiment).failed == 0
    assert doctest.testmod(sentiment).attempted > 0
