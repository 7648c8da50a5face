from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_jobs import JOB, html, rows_of, write_pages

from sentiment.engine import Run, tasks
from sentiment.engine.export import Parts, Total, export_parts
from sentiment.engine.folder import MANIFEST, Folder
from sentiment.engine.run import Chunk
from sentiment.errors import InputError

ROOT = Path(__file__).parents[2]


def run(pages: Path, folder: Path, form: str = "csv", by: tuple[str, ...] = (), workers: int = 1) -> Total:
    """Export into a folder."""
    parts = Parts(folder=folder, form=form, by=by, factor=1)
    return export_parts([str(pages)], JOB, Run(workers), parts, rows_of=rows_of)


def content(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten pages, in tasks of two."""
    monkeypatch.setattr(tasks, "FILES", 2)
    write_pages(tmp_path / "pages", 10)
    return tmp_path / "pages"


def test_a_repeated_run_does_nothing(pages: Path, tmp_path: Path) -> None:
    """Every part is kept, not a byte changes, and the totals are the same."""
    first = run(pages, tmp_path / "out")
    before = content(tmp_path / "out")
    again = run(pages, tmp_path / "out")
    assert (first.made, first.kept, again.made, again.kept) == (5, 0, 0, 5)
    assert (first.pages, first.comments) == (again.pages, again.comments) == (10, 30)
    assert content(tmp_path / "out") == before


KILLED = """
import os, signal
from pathlib import Path
from engine_jobs import JOB, rows_of
from sentiment.engine import Run, tasks
from sentiment.engine.export import Parts, export_parts
tasks.FILES = 2
def watch(chunks):
    for number, chunk in enumerate(chunks):
        if number == 2:
            Path({out!r}, ".part-000002.csv.left").write_text("half a part")
            os.kill(os.getpid(), signal.SIGKILL)
        yield chunk
export_parts([{pages!r}], JOB, Run({workers}), Parts(folder=Path({out!r}), form="csv", factor=1), rows_of=rows_of, watch=watch)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_continues(pages: Path, tmp_path: Path, workers: int) -> None:
    """After a kill the finished parts stay, the rest is made, and the folder is that of an undisturbed run."""
    out = tmp_path / "out"
    code = KILLED.format(pages=str(pages), out=str(out), workers=workers)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=ROOT,
        check=False,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT}/tests/engine"},
    )
    assert done.returncode == -signal.SIGKILL
    assert {name for name in content(out) if name.endswith(".csv")} == {"part-000000.csv", "part-000001.csv"}
    total = run(pages, out)
    assert (total.made, total.kept) == (3, 2)
    run(pages, tmp_path / "undisturbed")
    assert content(out) == content(tmp_path / "undisturbed")


def test_a_line_that_was_cut_off_is_not_believed(pages: Path, tmp_path: Path) -> None:
    """A part whose line in the manifest is torn is made again."""
    out = tmp_path / "out"
    run(pages, out)
    manifest = out / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-20])
    total = run(pages, out)
    assert (total.made, total.kept) == (1, 4)
    assert all(json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines())


def test_changed_input_is_made_again(pages: Path, tmp_path: Path) -> None:
    """A changed file makes its part anew, a removed one takes its part away."""
    out = tmp_path / "out"
    run(pages, out)
    changed = pages / "page004.html"
    changed.write_text(html(4, "en", 4), encoding="utf-8")
    total = run(pages, out)
    assert (total.made, total.kept, total.comments) == (1, 4, 31)
    for name in ("page008.html", "page009.html"):
        (pages / name).unlink()
    total = run(pages, out)
    assert (total.made, total.kept, total.comments) == (0, 4, 25)
    assert not (out / "part-000004.csv").exists()


def test_other_settings_are_refused(pages: Path, tmp_path: Path) -> None:
    """A folder is never filled from two runs that would give different rows."""
    run(pages, tmp_path / "out")
    with pytest.raises(InputError, match=r"other settings.*format"):
        run(pages, tmp_path / "out", form="jsonl")


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    """A folder that holds files of another kind is left alone."""
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="not empty"):
        Folder(tmp_path, {})


def test_parquet_partitions_read_back(pages: Path, tmp_path: Path) -> None:
    """Folders by outlet and language hold every row once, and a reader of partitioned Parquet finds them."""
    import pyarrow.parquet as parquet

    run(pages, tmp_path / "out", form="parquet", by=("outlet", "language"))
    assert {path.name for path in (tmp_path / "out" / "outlet=unknown").iterdir()} == {
        "language=de",
        "language=en",
        "language=it",
        "language=ru",
    }
    table = parquet.read_table(tmp_path / "out", partitioning=None)
    assert table.num_rows == 30
    assert len(set(table.column("comment_id").to_pylist())) == 30


def test_counts_come_from_chunks(pages: Path, tmp_path: Path) -> None:
    """Whoever watches sees every chunk once, in order."""
    seen: list[int] = []

    def watch(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            seen.append(chunk.task.number)
            yield chunk

    parts = Parts(folder=tmp_path / "out", form="csv", factor=1)
    export_parts([str(pages)], JOB, Run(1), parts, rows_of=rows_of, watch=watch)
    assert seen == [0, 1, 2, 3, 4]
