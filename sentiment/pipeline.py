"""The stages joined: documents in, pages with languages and stances out, one by one.

With ``reporting`` and the command line the only place that sees several stages. Everything here is a generator over a
stream of documents: nothing holds all pages at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment.errors import InputError
from sentiment.records import UNKNOWN_LANGUAGE, Comment, Document, Label, Page, Skipped, Stance

if TYPE_CHECKING:
    from sentiment.sources import ReadOptions
    from sentiment.stance.backends import BackendOptions
    from sentiment.stance.backends.plan import Plan
    from sentiment.stance.tag import Item, StanceBackend

Paths = Iterable[str | os.PathLike[str]]

DEFAULT_TARGET = "xiaomi-us"
DEFAULT_ANNOTATIONS = Path("annotations")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A page with the stance of each of its comments, in page order."""

    page: Page
    stances: tuple[Stance, ...]


def parse(content: bytes | str, *, url: str | None = None, media_type: str | None = None) -> Page:
    """Separate one saved page's article from its reader comments.

    Args:
        content: the page as it was saved: HTML or plain text, bytes in any encoding or text.
        url: the address it was saved from; names the outlet and often the date.
        media_type: ``text/html`` or ``text/plain``, where known; else it is seen from the content.

    Raises:
        InputError: the bytes are not text.
    """
    if isinstance(content, bytes):
        from sentiment.sources.decode import decode

        content = decode(content).text
    return _page(Document(source=url or "-", content=content, url=url, media_type=media_type))


def read(paths: Paths | str | os.PathLike[str], *, options: ReadOptions | None = None) -> Iterator[Page | Skipped]:
    """Pages from files, folders, globs, archives and exports; what cannot be used comes as ``Skipped``.

    Raises:
        InputError: a path does not exist, or there is nothing to read in it.
    """
    from sentiment import sources
    from sentiment.language import with_languages

    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    for item in sources.read(paths, options=options or sources.ReadOptions()):
        if isinstance(item, Document):
            try:
                yield _page(item)
            except InputError as error:
                yield Skipped(item.source, str(error))
        elif isinstance(item, Page):
            yield with_languages(item)
        else:
            yield item


def analyse(
    paths: Paths | str | os.PathLike[str],
    *,
    target: str = DEFAULT_TARGET,
    annotations: Path = DEFAULT_ANNOTATIONS,
    model: Path | None = None,
    options: ReadOptions | None = None,
    reasons: bool = False,
    backend: BackendOptions | None = None,
    labels: Mapping[str, Label] | None = None,
) -> Iterator[Tagged | Skipped]:
    """Pages with the stance of every comment; a human's label wins over the model's.

    Args:
        paths: what to read, as for :func:`read`.
        target: what the stance is toward: the name of a target, or the path of its file.
        annotations: folder with one folder of labels per target.
        model: a model file other than the target's own.
        options: how to read.
        reasons: whether the words and cues behind each decision are wanted.
        backend: what tags the comments, if not the linear model.
        labels: people's labels by comment; None takes those in the folder.
    """
    tagger = Tagger(target=target, annotations=annotations, model=model, backend=backend, labels=labels)
    for batch in _gathered(read(paths, options=options), tagger.backend.at_once):
        tagged = iter(tagger.tag([page for page in batch if isinstance(page, Page)], reasons=reasons))
        yield from (item if isinstance(item, Skipped) else next(tagged) for item in batch)


def _gathered(items: Iterable[Page | Skipped], at_once: int) -> Iterator[list[Page | Skipped]]:
    """Pages in order, as many together as it takes for so many comments, or for many pages that have few."""
    batch: list[Page | Skipped] = []
    comments = 0
    for item in items:
        batch.append(item)
        comments += len(item.comments) if isinstance(item, Page) else 0
        if comments >= at_once or len(batch) >= at_once:
            yield batch
            batch, comments = [], 0
    if batch:
        yield batch


def plan(
    paths: Paths | str | os.PathLike[str],
    *,
    backend: BackendOptions,
    target: str = DEFAULT_TARGET,
    options: ReadOptions | None = None,
) -> Plan:
    """What :func:`analyse` would send to a language model's server. Sends nothing.

    Args:
        paths: what to read, as for :func:`read`.
        backend: a backend that sends requests: ``llm``.
        target: what the stance is toward.
        options: how to read.
    """
    from sentiment.stance.backends.llm import load
    from sentiment.stance.backends.plan import Plan
    from sentiment.stance.target import load_target

    tagger, whole = load(load_target(target), backend), Plan()
    for batch in _gathered(read(paths, options=options), tagger.at_once):
        whole += tagger.plan([item for page in batch if isinstance(page, Page) for item in _items(page)])
    return whole


class Tagger:
    """What tagging takes, loaded once: the model and people's labels.

    Args:
        target: what the stance is toward: the name of a target, or the path of its file.
        annotations: folder with one folder of labels per target.
        model: a model file other than the target's own.
        backend: what tags the comments, if not the linear model.
        labels: people's labels by comment; None takes those in the folder.
    """

    def __init__(
        self,
        *,
        target: str,
        annotations: Path,
        model: Path | None,
        backend: BackendOptions | None = None,
        labels: Mapping[str, Label] | None = None,
    ) -> None:
        from sentiment.annotate.labels import load
        from sentiment.stance.target import load_target

        chosen = load_target(target)
        self.labels = load(annotations / chosen.slug).current if labels is None else labels
        self.backend: StanceBackend = _backend(target, model, backend)
        self._learned = frozenset(_meta(self.backend).get("trained_ids", ()))

    def tag(self, pages: Sequence[Page], *, reasons: bool = False) -> list[Tagged]:
        """The pages with the stances of their comments, all of which go to the model together."""
        items = [item for page in pages for item in _items(page)]
        said = iter(self.backend.classify(items, reasons=reasons) if items else ())
        return [
            Tagged(page, tuple(self._with_label(comment, next(said)) for comment in page.comments)) for page in pages
        ]

    def _with_label(self, comment: Comment, stance: Stance) -> Stance:
        label = self.labels.get(comment.id)
        if label is None:
            return stance
        # a model's error on what it learned from says nothing about its error elsewhere: such a label is known, not
        # a part of the random sample; nor is one of a draw that was held to some comments by a filter
        apart = comment.id in self._learned or label.purpose == "train" or label.scope
        drawn = None if apart else label.inclusion
        return replace(stance, name=label.stance, source="human", annotator=label.annotator, inclusion=drawn)


def classify(
    texts: Sequence[str],
    *,
    language: str | Sequence[str] | None = None,
    target: str = DEFAULT_TARGET,
    model: Path | None = None,
    reasons: bool = False,
    backend: BackendOptions | None = None,
) -> list[Stance]:
    """The stance of texts that stand alone.

    Args:
        texts: the comments.
        language: one language for all, or one per text; None finds it out.
        target: what the stance is toward.
        model: a model file other than the target's own.
        reasons: whether the words and cues behind each decision are wanted.
        backend: what tags the comments, if not the linear model.
    """
    from sentiment.language.batch import identify_all
    from sentiment.stance.tag import Item, load_backend
    from sentiment.stance.target import load_target

    if language is None:
        languages: Sequence[str] = identify_all(texts)
    elif isinstance(language, str):
        languages = [language] * len(texts)
    else:
        languages = language
    items = [Item(text=text, language=code) for text, code in zip(texts, languages, strict=True)]
    return load_backend(load_target(target), model, backend).classify(items, reasons=reasons)


def training(target: str, model: Path | None = None) -> Mapping[str, Any]:
    """What the linear model's file says about its training: labels, their prevalence, the ids it learned from."""
    return _meta(_backend(target, model))


def _meta(backend: StanceBackend) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(getattr(backend, "model", None), "meta", {})
    return found


def _backend(target: str, model: Path | None, options: BackendOptions | None = None) -> StanceBackend:
    """The backend; a linear one is loaded once for a report that both asks it for its training and lets it tag."""
    if options is not None:
        from sentiment.stance.tag import load_backend
        from sentiment.stance.target import load_target

        return load_backend(load_target(target), model, options)
    files = [path for path in (Path(target), model) if path is not None and path.is_file()]
    return _load_once(target, model, tuple(path.stat().st_mtime_ns for path in files))


@lru_cache(maxsize=1)
def _load_once(target: str, model: Path | None, _changed: tuple[int, ...]) -> StanceBackend:
    from sentiment.stance.tag import load_backend
    from sentiment.stance.target import load_target

    return load_backend(load_target(target), model)


def _page(document: Document) -> Page:
    from sentiment import threads
    from sentiment.language import with_languages

    return with_languages(threads.parse(document))


def _items(page: Page) -> Iterator[Item]:
    """The comments of a page with what is needed to understand them."""
    from sentiment.stance.tag import Item

    by_id: dict[str, Comment] = {comment.id: comment for comment in page.comments}
    for comment in page.comments:
        parent = by_id.get(comment.parent_id or "")
        language = page.language if comment.language == UNKNOWN_LANGUAGE else comment.language
        yield Item(comment.text, language, parent.text if parent else "", page.title or "", comment.quote)
