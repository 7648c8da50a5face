"""The stages joined: documents in, pages with languages and stances out, one by one.

Only this module and the command line see several stages. Everything here is a generator over a stream of documents:
nothing holds all pages at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment.errors import InputError
from sentiment.records import STANCES, UNKNOWN_LANGUAGE, Comment, Document, Label, Page, Skipped, Stance

if TYPE_CHECKING:
    from sentiment.report.filters import Filters
    from sentiment.report.groups import Report, ReportOptions
    from sentiment.report.result import PopulationName
    from sentiment.sources import ReadOptions
    from sentiment.stance.tag import Item, StanceBackend
    from sentiment.stance.target import Target

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
) -> Iterator[Tagged | Skipped]:
    """Pages with the stance of every comment; a human's label wins over the model's.

    Args:
        paths: what to read, as for :func:`read`.
        target: what the stance is toward: the name of a target, or the path of its file.
        annotations: folder with one folder of labels per target.
        model: a model file other than the target's own.
        options: how to read.
        reasons: whether the words and cues behind each decision are wanted.
    """
    tagger = Tagger(target=target, annotations=annotations, model=model)
    for item in read(paths, options=options):
        if isinstance(item, Skipped):
            yield item
        else:
            yield tagger.tag([item], reasons=reasons)[0]


class Tagger:
    """What tagging takes, loaded once: the model and people's labels.

    Args:
        target: what the stance is toward: the name of a target, or the path of its file.
        annotations: folder with one folder of labels per target.
        model: a model file other than the target's own.
    """

    def __init__(self, *, target: str, annotations: Path, model: Path | None) -> None:
        from sentiment.annotate.labels import load
        from sentiment.stance.tag import load_backend
        from sentiment.stance.target import load_target

        chosen = load_target(target)
        self.labels: dict[str, Label] = load(annotations / chosen.slug).current
        self.backend: StanceBackend = load_backend(chosen, model)
        self._learned = frozenset(getattr(getattr(self.backend, "model", None), "meta", {}).get("trained_ids", ()))

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
        # a part of the random sample
        drawn = None if comment.id in self._learned else label.inclusion
        return replace(stance, name=label.stance, source="human", annotator=label.annotator, inclusion=drawn)


def report(
    paths: Paths | str | os.PathLike[str],
    *,
    target: str = DEFAULT_TARGET,
    by: Sequence[str] = ("outlet", "language"),
    annotations: Path = DEFAULT_ANNOTATIONS,
    model: Path | None = None,
    options: ReadOptions | None = None,
    population: PopulationName = "such",
    filters: Filters | None = None,
) -> Report:
    """Stance per group and in total, over everything that can be read from the paths.

    Args:
        paths: what to read, as for :func:`read`.
        target: what the stance is toward: the name of a target, or the path of its file.
        by: what to group by: ``outlet``, ``language``, or both.
        annotations: folder with one folder of labels per target.
        model: a model file other than the target's own.
        options: how to read.
        population: ``such``: the comments are a sample of such comments; ``these``: the share among exactly these.
        filters: which comments count; None takes all.
    """
    tagged = analyse(paths, target=target, annotations=annotations, model=model, options=options)
    asked = report_options(target, by=by, population=population, model=model)
    if filters is not None:
        tagged = select(tagged, filters, target=target)
    return fold(tagged, target=target, options=asked, annotations=annotations)


def report_options(
    target: str,
    *,
    by: Sequence[str] = ("outlet", "language"),
    population: PopulationName = "such",
    model: Path | None = None,
    split: date | None = None,
    step: str = "auto",
    show: Callable[[str], str] = str,
    evidence: bool = True,
) -> ReportOptions:
    """What a report on a target is asked for: with the target's reasons and the model's training prevalence.

    ``evidence`` says whether reasons and typical comments are wanted; they cost a second look at every comment.
    """
    from sentiment.report.groups import ReportOptions
    from sentiment.stance.tag import load_backend
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    meta = getattr(getattr(load_backend(chosen, model), "model", None), "meta", {})
    shares = dict(zip(meta.get("labels", ()), meta.get("prior", ()), strict=False))
    return ReportOptions(
        by=tuple(by),
        population=population,
        split=split,
        step=step,
        prior=tuple(shares[name] for name in STANCES) if set(STANCES) <= shares.keys() else None,
        themes=themes_of(chosen) if chosen.reasons and evidence else None,
        titles=chosen.titles,
        today=date.today(),
        show=show,
    )


def themes_of(target: Target) -> Callable[[str, str], dict[str, bool]]:
    """A function that finds the target's reasons in a text: name -> whether a negator reaches every mention."""
    from sentiment.stance.features import Analysers
    from sentiment.stance.tokens import prepare

    prefix = "reason "  # keeps them apart from the words of a language, which are found by the same pass
    analysers = Analysers({"cues": {prefix + name: words for name, words in target.reasons.items()}})

    def find(text: str, language: str) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for _, name, denied in analysers.said(prepare(text, language=language)):
            if name.startswith(prefix):
                name = name.removeprefix(prefix)
                found[name] = found.get(name, True) and denied
        return found

    return find


def select(tagged: Iterable[Tagged | Skipped], filters: Filters, *, target: str) -> Iterator[Tagged | Skipped]:
    """Only the comments that pass the filters, on their pages; a page whose outlet is not asked for falls away."""
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    unknown = [name for name in filters.reasons if name not in chosen.reasons]
    if unknown:
        raise InputError(f"no reason {', '.join(unknown)}; {chosen.slug} has {', '.join(chosen.reasons) or 'none'}")
    keep = filters.keeper(themes_of(chosen) if filters.reasons else None)
    for item in tagged:
        if isinstance(item, Skipped):
            yield item
        elif (left := keep(item.page, item.stances)) is not None:
            yield Tagged(*left)


def fold(
    tagged: Iterable[Tagged | Skipped],
    *,
    target: str,
    by: Sequence[str] = ("outlet", "language"),
    options: ReportOptions | None = None,
    annotations: Path = DEFAULT_ANNOTATIONS,
    command: str = "",
) -> Report:
    """The report over a stream of tagged pages.

    Args:
        tagged: pages with stances, as :func:`analyse` gives them.
        target: what the stance is toward.
        by: what to group by, where no options are given.
        options: what is asked; None asks for the groups alone.
        annotations: folder with one folder of labels per target, for the codebook's hash.
        command: what was typed, for the report's last lines.
    """
    from sentiment.report.groups import ReportOptions, Tally, finish
    from sentiment.report.provenance import provenance
    from sentiment.stance.target import load_target

    tally = Tally(options=options or ReportOptions(by=tuple(by)))
    skipped = []
    model = None
    for item in tagged:
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        tally.add(item.page, item.stances)
        model = model or next((stance.model for stance in item.stances if stance.model), None)
    chosen = load_target(target)
    made_with = provenance(
        model=model, codebook=chosen.codebook_version, file=annotations / chosen.slug / "codebook.md", command=command
    )
    return finish(
        tally,
        target=chosen.slug,
        statement=chosen.name,
        model=model,
        skipped=skipped,
        provenance=made_with,
        notes=_unused_labels(annotations / chosen.slug, sum(cell.human for cell in tally.cells.values())),
    )


def _unused_labels(folder: Path, used: int) -> Iterator[str]:
    from sentiment.annotate.labels import load

    left = len(load(folder).current) - used
    if left > 0:
        yield f"{left} labels in {folder} are of comments that are not counted here."


def classify(
    texts: Sequence[str],
    *,
    language: str | Sequence[str] | None = None,
    target: str = DEFAULT_TARGET,
    model: Path | None = None,
    reasons: bool = False,
) -> list[Stance]:
    """The stance of texts that stand alone.

    Args:
        texts: the comments.
        language: one language for all, or one per text; None finds it out.
        target: what the stance is toward.
        model: a model file other than the target's own.
        reasons: whether the words and cues behind each decision are wanted.
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
    return load_backend(load_target(target), model).classify(items, reasons=reasons)


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
