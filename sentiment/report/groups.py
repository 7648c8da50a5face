"""Fold tagged pages into groups (outlet and language by default) and estimate each group's shares.

Pages pass one by one; what is kept per group is a few numbers per thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sentiment.errors import InputError
from sentiment.records import STANCES, Estimate, Page, Skipped, Stance
from sentiment.report.shares import Cluster, net, share

DIMENSIONS = ("outlet", "language")
"""What a report can be grouped by."""

FEW = 20
"""Fewer comments than this are shown but never compared: a 95 % interval is then about 40 points wide."""

HUMAN = "human labels"
MIXED = "model and human labels"
MODEL = "model only"
NOTHING = "no comments"
UNTAGGED = "not tagged"


@dataclass(slots=True)
class Thread:
    """What one page gives to one group: comments and, per stance, labels and the model's probability mass."""

    comments: int = 0
    human: int = 0
    untagged: int = 0
    named: list[int] = field(default_factory=lambda: [0] * len(STANCES))
    mass: list[float] = field(default_factory=lambda: [0.0] * len(STANCES))


@dataclass(frozen=True, slots=True)
class Group:
    """The estimates for one group, or for all pages together."""

    outlet: str | None
    language: str | None
    pages: int
    comments: int
    human: int
    untagged: int
    shares: dict[str, Estimate]
    net: Estimate
    method: str
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """Stance per group and in total, with what was skipped on the way."""

    target: str
    statement: str
    model: str | None
    groups: tuple[Group, ...]
    total: Group
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()


class Tally:
    """Adds up pages. Feed it every page with its stances, then ask for the groups."""

    def __init__(self, by: Sequence[str] = DIMENSIONS) -> None:
        unknown = [name for name in by if name not in DIMENSIONS]
        if unknown:
            raise InputError(f"cannot group by {', '.join(unknown)}; choose from {', '.join(DIMENSIONS)}")
        self._by = tuple(by)
        self._groups: dict[tuple[str | None, str | None], list[Thread]] = {}
        self._all: list[Thread] = []

    def add(self, page: Page, stances: Sequence[Stance]) -> None:
        """Count one page; a page without comments counts too, in the group of its own language."""
        whole = Thread()
        parts: dict[tuple[str | None, str | None], Thread] = {self._key(page, page.language): Thread()}
        for comment, stance in zip(page.comments, stances, strict=True):
            part = parts.setdefault(self._key(page, comment.language), Thread())
            _count(whole, stance)
            _count(part, stance)
        self._all.append(whole)
        for key, part in parts.items():
            self._groups.setdefault(key, []).append(part)

    def groups(self) -> tuple[Group, ...]:
        """One group per outlet and language, largest first."""
        found = [_estimate(outlet, language, threads) for (outlet, language), threads in self._groups.items()]
        return tuple(sorted(found, key=lambda group: (-group.comments, group.outlet or "", group.language or "")))

    def total(self) -> Group:
        """All pages as one group."""
        return _estimate(None, None, self._all)

    def _key(self, page: Page, language: str) -> tuple[str | None, str | None]:
        return page.outlet if "outlet" in self._by else None, language if "language" in self._by else None


def _count(thread: Thread, stance: Stance) -> None:
    thread.comments += 1
    if stance.name is None:
        thread.untagged += 1
        return
    place = STANCES.index(stance.name)
    thread.named[place] += 1
    if stance.source == "human" or stance.probabilities is None:  # a language model gives a verdict, no probabilities
        thread.human += stance.source == "human"
        thread.mass[place] += 1
    else:
        for i, probability in enumerate(stance.probabilities):
            thread.mass[i] += probability


def _estimate(outlet: str | None, language: str | None, threads: Sequence[Thread]) -> Group:
    comments = sum(thread.comments for thread in threads)
    human = sum(thread.human for thread in threads)
    untagged = sum(thread.untagged for thread in threads)
    tagged = comments - untagged
    with_interval = 0 < tagged == human
    clusters = {
        name: [Cluster(t.comments - t.untagged, t.mass[i]) for t in threads if t.comments > t.untagged]
        for i, name in enumerate(STANCES)
    }
    shares: dict[str, Estimate] = {}
    for i, name in enumerate(STANCES):
        found = share(clusters[name])
        counted = sum(thread.named[i] for thread in threads)
        shares[name] = _estimated(found, counted, with_interval)
    balance = net(clusters["favor"], clusters["against"])
    return Group(
        outlet=outlet,
        language=language,
        pages=len(threads),
        comments=comments,
        human=human,
        untagged=untagged,
        shares=shares,
        net=_estimated(balance, tagged, with_interval),
        method=_method(comments, tagged, human),
        note="; ".join(_notes(comments, tagged, human, threads)),
    )


def _estimated(found: Estimate, n: int, with_interval: bool) -> Estimate:
    if with_interval:
        return Estimate(n, found.share, found.low, found.high)
    return Estimate(n, found.share)


def _method(comments: int, tagged: int, human: int) -> str:
    if not comments:
        return NOTHING
    if not tagged:
        return UNTAGGED
    return HUMAN if human == tagged else MIXED if human else MODEL


def _notes(comments: int, tagged: int, human: int, threads: Sequence[Thread]) -> Iterable[str]:
    if not comments:
        yield "no comments in the saved pages" if len(threads) > 1 else "no comments in the saved page"
        return
    if comments > tagged:
        yield f"{comments - tagged} of {comments} comments not tagged"
    if tagged and human < tagged:
        yield "model only, not validated for this outlet: no interval can be given"
    if tagged < FEW:
        yield f"too few to compare ({tagged} of at least {FEW} comments)"
    if tagged and human == tagged and sum(1 for t in threads if t.comments) == 1:
        yield "one thread: the interval is too narrow"


def finish(tally: Tally, *, target: str, statement: str, model: str | None, skipped: Sequence[Skipped]) -> Report:
    """The report over everything that was tallied."""
    groups, total = tally.groups(), tally.total()
    few = [group for group in groups if 0 < group.comments < FEW]
    notes = []
    if few:
        names = ", ".join(" ".join(filter(None, (group.outlet, group.language))) for group in few[:5])
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        notes.append(f"Too few to compare: {names}{more} (under {FEW} comments each).")
    notes.append("Shares are of published comments like these, not of readers or of the public.")
    return Report(target, statement, model, groups, total, tuple(skipped), tuple(notes))
