"""Pages, comments and stances made for tests."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from sentiment.records import STANCES, Comment, Page, Skipped, Stance
from sentiment.report.groups import Report, ReportOptions, Tally, finish


def page(
    name: str,
    comments: int,
    *,
    outlet: str = "a.example",
    language: str = "en",
    dates: Sequence[datetime] = (),
    texts: Sequence[str] = (),
) -> Page:
    """A page with so many comments in its own language."""
    made = tuple(
        Comment(
            f"{name}-{i}",
            name,
            i + 1,
            texts[i % len(texts)] if texts else f"words {i}",
            language=language,
            date=dates[i % len(dates)] if dates else None,
        )
        for i in range(comments)
    )
    return Page(id=name, source=name, body="", comments=made, outlet=outlet, language=language)


def human(name: str, *, inclusion: float | None = None) -> Stance:
    """A stance that a person gave."""
    return Stance(name, (0.25, 0.25, 0.25, 0.25), source="human", annotator="ann", model="m", inclusion=inclusion)


def model(*probabilities: float) -> Stance:
    """A stance that a model gave."""
    return Stance(STANCES[probabilities.index(max(probabilities))], probabilities, model="m")  # type: ignore[arg-type]


def folded(*pages: tuple[Page, Sequence[Stance]], options: ReportOptions | None = None) -> Report:
    """The report over pages with stances."""
    tally = Tally(options=options)
    for one, stances in pages:
        tally.add(one, stances)
    return finish(tally, target="t", statement="T", model="m", skipped=[Skipped("x.bin", "binary")])


def sampled(
    outlet: str,
    truth: Sequence[float],
    *,
    threads: int = 20,
    per_thread: int = 30,
    inclusion: float = 0.3,
    skill: float = 1.5,
    seed: int = 1,
    language: str = "en",
) -> list[tuple[Page, list[Stance]]]:
    """Threads of an outlet, tagged by a useful but biased model, a part of the comments labelled at random."""
    random = np.random.default_rng(seed)
    made = []
    for thread in range(threads):
        stances = random.choice(4, size=per_thread, p=truth)
        scores = random.normal(size=(per_thread, 4)) + np.array([0.5, -0.4, 0.0, 0.0])
        scores[np.arange(per_thread), stances] += skill
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        tagged = []
        for stance, share in zip(stances, shares, strict=True):
            four = tuple(float(p) for p in share)
            if random.random() < inclusion:
                tagged.append(Stance(STANCES[stance], four, "human", annotator="ann", inclusion=inclusion))  # type: ignore[arg-type]
            else:
                tagged.append(Stance(STANCES[int(share.argmax())], four, model="m"))  # type: ignore[arg-type]
        made.append((page(f"{outlet} {thread}", per_thread, outlet=outlet, language=language), tagged))
    return made
