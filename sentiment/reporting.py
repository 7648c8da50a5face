"""The report over tagged pages: what is asked, which comments count, and the fold of a stream of pages into one report.

With ``pipeline`` and the command line the only place that sees several stages.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment.errors import InputError
from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET, Paths, Tagged, analyse, training
from sentiment.records import STANCES, Label, Skipped, Stance

if TYPE_CHECKING:
    from sentiment.report.filters import Filters
    from sentiment.report.groups import Report, ReportOptions
    from sentiment.report.result import PopulationName
    from sentiment.sources import ReadOptions
    from sentiment.stance.backends import BackendOptions
    from sentiment.stance.target import Target


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
        tagged = select(tagged, filters, target=target, annotations=annotations, model=model)
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
    margin: float | None = None,
    backend: BackendOptions | None = None,
) -> ReportOptions:
    """What a report on a target is asked for: with the target's reasons and the model's training prevalence.

    ``evidence`` says whether reasons, typical comments and each group's course over time are wanted; they cost a second
    look at every comment.
    """
    from sentiment.report.groups import ReportOptions
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    meta = training(target, model) if backend is None else {}
    shares = dict(zip(meta.get("labels", ()), meta.get("prior", ()), strict=False))
    return ReportOptions(
        by=tuple(by),
        population=population,
        split=split,
        step=step,
        prior=tuple(shares[name] for name in STANCES) if set(STANCES) <= shares.keys() else None,
        themes=themes_of(chosen) if chosen.reasons and evidence else None,
        titles=chosen.titles,
        by_time=evidence,
        margin=margin,
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


def select(
    tagged: Iterable[Tagged | Skipped],
    filters: Filters,
    *,
    target: str,
    annotations: Path = DEFAULT_ANNOTATIONS,
    model: Path | None = None,
    labels: Mapping[str, Label] | None = None,
) -> Iterator[Tagged | Skipped]:
    """Only the comments that pass the filters, on their pages; a page whose outlet is not asked for falls away.

    Labels that were drawn among just these comments are then the random sample, and all others are known.
    """
    from sentiment.stance.target import load_target

    chosen = load_target(target)
    unknown = [name for name in filters.reasons if name not in chosen.reasons]
    if unknown:
        raise InputError(f"no reason {', '.join(unknown)}; {chosen.slug} has {', '.join(chosen.reasons) or 'none'}")
    keep = filters.keeper(themes_of(chosen) if filters.reasons else None)
    drawn: Mapping[str, float | None] = {}
    if filters.scope:
        from sentiment.annotate.labels import load

        known = load(annotations / chosen.slug).current if labels is None else labels
        drawn = _drawn_within(filters.scope, known, training(target, model).get("trained_ids", ()))
    for item in tagged:
        if isinstance(item, Skipped):
            yield item
        elif (left := keep(item.page, item.stances)) is not None:
            page, stances = left
            if drawn:
                pairs = zip(page.comments, stances, strict=True)
                stances = tuple(replace(stance, inclusion=drawn.get(comment.id)) for comment, stance in pairs)
            yield Tagged(page, stances)


def _drawn_within(scope: str, labels: Mapping[str, Label], learned: Iterable[str]) -> dict[str, float | None]:
    apart = set(learned)
    return {
        name: label.inclusion
        for name, label in labels.items()
        if label.scope == scope and label.purpose != "train" and name not in apart
    }


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
    why: Counter[str] = Counter()
    for item in tagged:
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        tally.add(item.page, item.stances)
        model = model or next((stance.model for stance in item.stances if stance.model), None)
        why.update(reasons_of_untagged(item.stances))
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
        notes=[
            *([untagged(why)] if why else []),
            *_unused_labels(annotations / chosen.slug, sum(cell.human for cell in tally.cells.values())),
        ],
    )


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


def _unused_labels(folder: Path, used: int) -> Iterator[str]:
    from sentiment.annotate.labels import load

    left = len(load(folder).current) - used
    if left > 0:
        are = "label in {} is of a comment that is" if left == 1 else "labels in {} are of comments that are"
        yield f"{left} {are.format(folder)} not counted here."
