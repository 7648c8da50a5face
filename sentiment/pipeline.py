"""The stages joined: documents in, pages with languages and stances out, one by one.

Only this module and the command line see several stages. Everything here is a generator over a stream of documents:
nothing holds all pages at once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment.errors import InputError
from sentiment.records import UNKNOWN_LANGUAGE, Comment, Document, Label, Page, Skipped, Stance

if TYPE_CHECKING:
    from sentiment.report.groups import Report
    from sentiment.sources import ReadOptions
    from sentiment.stance.backends import BackendOptions
    from sentiment.stance.backends.plan import Plan
    from sentiment.stance.tag import Item

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
    """
    from sentiment.annotate.labels import load
    from sentiment.stance.tag import load_backend
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    labels = load(annotations / chosen.slug).current
    tagger = load_backend(chosen, model, backend)
    for batch in _gathered(read(paths, options=options), tagger.at_once):
        items = [item for page in batch if isinstance(page, Page) for item in _items(page)]
        stances = iter(tagger.classify(items, reasons=reasons) if items else ())
        for page in batch:
            if isinstance(page, Skipped):
                yield page
            else:
                yield Tagged(page, tuple(_labelled(comment, next(stances), labels) for comment in page.comments))


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


def report(
    paths: Paths | str | os.PathLike[str],
    *,
    target: str = DEFAULT_TARGET,
    by: Sequence[str] = ("outlet", "language"),
    annotations: Path = DEFAULT_ANNOTATIONS,
    model: Path | None = None,
    options: ReadOptions | None = None,
) -> Report:
    """Stance per group and in total, over everything that can be read from the paths."""
    return fold(
        analyse(paths, target=target, annotations=annotations, model=model, options=options), target=target, by=by
    )


def fold(tagged: Iterable[Tagged | Skipped], *, target: str, by: Sequence[str]) -> Report:
    """The report over a stream of tagged pages."""
    from sentiment.report.groups import Tally, finish
    from sentiment.stance.target import load_target

    tally = Tally(by)
    skipped = []
    model = None
    why: Counter[str] = Counter()
    for item in tagged:
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        tally.add(item.page, item.stances)
        model = model or next((stance.model for stance in item.stances if stance.model), None)
        why.update(reasons_of_untagged(item.stances))
    chosen = load_target(target)
    found = finish(tally, target=chosen.slug, statement=chosen.name, model=model, skipped=skipped)
    return replace(found, notes=(untagged(why), *found.notes)) if why else found


def reasons_of_untagged(stances: Iterable[Stance]) -> Iterator[str]:
    """Why comments have no stance, in a few words each: "no model for es", "no answer"."""
    return (stance.reasons[0].partition(":")[0] for stance in stances if not stance.name and stance.reasons)


def untagged(why: Counter[str]) -> str:
    """A sentence on the comments without a stance: how many, for which reasons, and the way out."""
    told = "; ".join(f"{count} {reason}" for reason, count in why.most_common(6))
    more = f"; {sum(why.values()) - sum(count for _, count in why.most_common(6))} others" if len(why) > 6 else ""
    return (
        f"Without a stance: {told}{more}. Label comments with `sentiment annotate`, or tag them with a model that reads "
        "every language: --backend nli or llm."
    )


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
    from sentiment.language import identify
    from sentiment.stance.tag import Item, load_backend
    from sentiment.stance.target import load_target

    if language is None:
        languages: Sequence[str] = [identify(text) for text in texts]
    elif isinstance(language, str):
        languages = [language] * len(texts)
    else:
        languages = language
    items = [Item(text=text, language=code) for text, code in zip(texts, languages, strict=True)]
    return load_backend(load_target(target), model, backend).classify(items, reasons=reasons)


def _page(document: Document) -> Page:
    from sentiment import threads
    from sentiment.language import with_languages

    return with_languages(threads.parse(document))


def _gathered(items: Iterable[Page | Skipped], at_once: int) -> Iterator[list[Page | Skipped]]:
    """Pages in order, as many together as it takes for so many comments; one by one where one comment is enough."""
    batch: list[Page | Skipped] = []
    comments = 0
    for item in items:
        batch.append(item)
        comments += len(item.comments) if isinstance(item, Page) else 0
        if comments >= at_once or at_once == 1:
            yield batch
            batch, comments = [], 0
    if batch:
        yield batch


def _items(page: Page) -> Iterator[Item]:
    from sentiment.stance.tag import Item

    by_id: dict[str, Comment] = {comment.id: comment for comment in page.comments}
    for comment in page.comments:
        parent = by_id.get(comment.parent_id or "")
        language = page.language if comment.language == UNKNOWN_LANGUAGE else comment.language
        yield Item(comment.text, language, parent.text if parent else "", page.title or "", comment.quote)


def _labelled(comment: Comment, stance: Stance, labels: dict[str, Label]) -> Stance:
    """A human's label wins over the model's."""
    label = labels.get(comment.id)
    if label is None:
        return stance
    return replace(stance, name=label.stance, source="human", annotator=label.annotator, inclusion=label.inclusion)
