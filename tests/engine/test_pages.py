from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from engine_jobs import JOB, write_pages

from sentiment import pipeline
from sentiment.engine import Run, pages, tagged, tasks
from sentiment.engine.tasks import page_tasks
from sentiment.pipeline import Tagged
from sentiment.records import Document, Page, Skipped
from sentiment.sources import ReadOptions


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks of three files."""
    monkeypatch.setattr(tasks, "FILES", 3)


def rows(found: list[Tagged | Skipped]) -> list[object]:
    """What has to be equal."""
    return [
        item if isinstance(item, Skipped) else (item.page.id, item.page.language, item.page.comments, item.stances)
        for item in found
    ]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2])
def test_the_engine_says_what_the_pipeline_says(tmp_path: Path, workers: int) -> None:
    """Pages, languages, stances and reasons are those of one page after the other, in the same order."""
    write_pages(tmp_path, 10)
    (tmp_path / "page005.html").write_bytes(b"")
    alone = list(pipeline.analyse([tmp_path], annotations=JOB.annotations, reasons=True))
    found = list(tagged([str(tmp_path)], JOB, Run(workers)))
    assert [(type(item), getattr(item, "page", item).source) for item in found] == [
        (type(item), getattr(item, "page", item).source) for item in alone
    ]
    for ours, theirs in zip(rows(found), rows(alone), strict=True):
        if isinstance(ours, tuple) and isinstance(theirs, tuple):
            assert ours[:3] == theirs[:3]
            for mine, other in zip(ours[3], theirs[3], strict=True):
                assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-12)
                assert replace(mine, probabilities=None) == replace(other, probabilities=None)
        else:
            assert ours == theirs


def test_a_page_that_breaks_the_parser_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error on one page becomes a Skipped with its name; the other pages of the task are there."""
    from sentiment import threads

    write_pages(tmp_path, 4)
    parse = threads.parse

    def sometimes(document: Document) -> Page:
        if document.source.endswith("page002.html"):
            raise ZeroDivisionError("by zero")
        return parse(document)

    monkeypatch.setattr(threads, "parse", sometimes)
    found = list(tagged([str(tmp_path)], JOB, Run(1)))
    assert [type(item) for item in found] == [Tagged, Tagged, Skipped, Tagged]
    assert found[2] == Skipped(str(tmp_path / "page002.html"), "could not be processed (ZeroDivisionError: by zero)")


def test_a_page_that_breaks_the_model_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error while tagging costs the one page only."""
    write_pages(tmp_path, 4)
    tagger = pages._tagger(JOB.target, JOB.annotations, JOB.model)
    tag = tagger.tag

    def sometimes(some: list[Page], *, reasons: bool = False) -> list[Tagged]:
        if any(page.title == "Title 1" for page in some):
            raise ZeroDivisionError
        return tag(some, reasons=reasons)

    monkeypatch.setattr(tagger, "tag", sometimes)
    found = list(tagged([str(tmp_path)], JOB, Run(1)))
    assert [type(item) for item in found] == [Tagged, Skipped, Tagged, Tagged]


@pytest.mark.usefixtures("small")
def test_tasks_depend_on_the_input_alone(tmp_path: Path) -> None:
    """The same folder is cut in the same way again; a changed file changes the key of its own task only."""
    paths = write_pages(tmp_path, 8)
    before = [task.key() for task in page_tasks([str(tmp_path)], ReadOptions())]
    assert before == [task.key() for task in page_tasks([str(tmp_path)], ReadOptions())]
    assert len(before) == 3
    paths[4].write_text(paths[4].read_text(encoding="utf-8") + "more", encoding="utf-8")
    after = [task.key() for task in page_tasks([str(tmp_path)], ReadOptions())]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]


def test_documents_of_a_large_archive_are_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that holds many pages is read here and cut into several tasks."""
    import zipfile

    monkeypatch.setattr(tasks, "LARGE", 100)
    monkeypatch.setattr(tasks, "FILES", 3)
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        for path in write_pages(tmp_path / "in", 7):
            archive.write(path, path.name)
    found = list(page_tasks([str(tmp_path / "pages.zip")], ReadOptions()))
    assert [(len(task.blobs), len(task.items)) for task in found] == [(0, 3), (0, 3), (0, 1)]
    assert [task.number for task in found] == [0, 1, 2]


def test_splitting_a_task_loses_nothing(tmp_path: Path) -> None:
    """The parts of a task, down to single documents, hold what the task held, in order."""
    write_pages(tmp_path, 5)
    (whole,) = page_tasks([str(tmp_path)], ReadOptions())

    def leaves(task: tasks.PageTask) -> list[str]:
        parts = JOB.split(task)
        return task.names() if parts == [task] else [name for part in parts for name in leaves(part)]

    assert leaves(whole) == whole.names()
