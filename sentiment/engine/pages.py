"""The job of ``report`` and ``export``: documents in, pages with languages and stances out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from sentiment.engine.tasks import PageTask
from sentiment.errors import InputError, SentimentError
from sentiment.pipeline import Tagged, Tagger
from sentiment.records import Document, Evidence, Page, Skipped

_NO_EVIDENCE = Evidence(rule="none", confidence=0.0)


@dataclass(frozen=True, slots=True)
class PageJob:
    """What is done with every page. The model and the labels are loaded once per process."""

    target: str
    annotations: Path
    model: Path | None = None
    reasons: bool = False

    def run(self, task: PageTask) -> list[Tagged | Skipped]:
        """Pages with stances, in order, without their bodies: nobody after this looks at those."""
        found: list[Page | Skipped] = list(_languages(list(_pages(task))))
        tag = _tagger(self.target, self.annotations, self.model).tag
        pages = [item for item in found if isinstance(item, Page)]
        tagged = iter(_safely(lambda some: tag(some, reasons=self.reasons), pages))
        return [_slim(next(tagged)) if isinstance(item, Page) else item for item in found]

    def split(self, task: PageTask) -> list[PageTask]:
        """Two halves; a single file becomes the documents in it."""
        parts: Sequence[object] = task.blobs or task.items
        half = len(parts) // 2
        if half and task.blobs:
            return [replace(task, blobs=task.blobs[:half]), replace(task, blobs=task.blobs[half:])]
        if half:
            return [replace(task, items=task.items[:half]), replace(task, items=task.items[half:])]
        if task.blobs:
            items = tuple(task.read())
            if len(items) > 1:
                return [replace(task, blobs=(), items=items)]
        return [task]

    def lost(self, task: PageTask, reason: str) -> list[Tagged | Skipped]:
        """Everything in it is skipped."""
        return [Skipped(name, reason) for name in task.names()]

    def join(self, results: list[list[Tagged | Skipped]]) -> list[Tagged | Skipped]:
        """One list."""
        return list(chain.from_iterable(results))


@lru_cache(maxsize=2)
def _tagger(target: str, annotations: Path, model: Path | None) -> Tagger:
    return Tagger(target=target, annotations=annotations, model=model)


def _pages(task: PageTask) -> Iterator[Page | Skipped]:
    from sentiment import threads

    for item in task.read():
        if not isinstance(item, Document):
            yield item
            continue
        try:
            yield threads.parse(item)
        except InputError as error:
            yield Skipped(item.source, str(error))
        except Exception as error:  # one page that a parser does not survive must not end the run
            yield _broken(item.source, error)


def _languages(found: list[Page | Skipped]) -> Iterable[Page | Skipped]:
    from sentiment.language.batch import with_languages_all

    known = iter(_safely(with_languages_all, [item for item in found if isinstance(item, Page)]))
    return (next(known) if isinstance(item, Page) else item for item in found)


def _safely(function: Callable[[list[Page]], Sequence[object]], pages: list[Page]) -> list:  # type: ignore[type-arg]
    """The function over all pages, or where it fails over each, so that one page costs only itself."""
    try:
        return list(function(pages))
    except SentimentError:
        raise
    except Exception:
        out: list[object] = []
        for page in pages:
            try:
                out += function([page])
            except Exception as error:
                out.append(_broken(page.source, error))
        return out


def _broken(source: str, error: Exception) -> Skipped:
    said = str(error).splitlines()[0][:120] if str(error) else "no message"
    return Skipped(source, f"could not be processed ({type(error).__name__}: {said})")


def _slim(item: Tagged | Skipped) -> Tagged | Skipped:
    if isinstance(item, Skipped):
        return item
    return replace(item, page=replace(item.page, body="", evidence=_NO_EVIDENCE))
