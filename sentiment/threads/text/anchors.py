"""Lines that may open a post: numbers in sequence, names with a verb of saying, dates, and whatever comes again and again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sentiment.threads.markers import pattern
from sentiment.threads.text.names import NAME_EDGES, is_name, is_number
from sentiment.threads.text.view import LONGEST_HEADER, View, leads, quote_attribution
from sentiment.threads.text.words import words

CANDIDATES = 8
"""Kinds of repeated lines that are tried, the most frequent first; each costs one pass over the lines."""

_NUMBERED = re.compile(
    r"^(?:[#№]\s*|nr?\.\s*)?(?P<number>\d{1,6})\s*[.):]\s+(?P<author>\S.*)$|^#?(?P<alone>\d{1,6})[.:]?$", re.I
)
_DIGIT = re.compile(r"\d")
_HASH = re.compile(r"(?:^|\s)#(?P<number>\d{1,6})(?=\s|$)")


@dataclass(frozen=True)
class Anchor:
    """A line that may open a post: its index among the shown lines, and what it says of the post."""

    index: int
    number: int | None = None
    author: str | None = None


@dataclass(frozen=True)
class Kind:
    """Anchors of one kind, and under which rule they were found."""

    rule: str
    anchors: tuple[Anchor, ...]
    strong: bool = False
    """Whether one alone can open a post: a number, a byline, a date; a line that merely repeats cannot."""

    @property
    def says(self) -> bool:
        """Whether each anchor says who speaks: a number before a name, a verb of saying, "by" before name and date."""
        if self.rule.startswith("dated headers"):
            return self.rule.removeprefix("dated headers (").rstrip(")") in leads()
        return self.strong


def kinds(view: View, low: int, high: int) -> list[Kind]:
    """All kinds of anchors between two lines that are worth a try."""
    found = [Kind("numbered posts", tuple(_numbered(view, low, high)), strong=True)]
    found.append(Kind("names with a verb of saying", tuple(_bylines(view, low, high)), strong=True))
    dated, repeated = _by_key(view, low, high)
    found += [Kind(f"dated headers ({key})", tuple(map(Anchor, places)), strong=True) for key, places in dated]
    found += [Kind(f"repeated lines ({key[:30]})", tuple(map(Anchor, places))) for key, places in repeated]
    unique = {tuple(anchor.index for anchor in kind.anchors): kind for kind in reversed(found) if kind.anchors}
    return list(reversed(unique.values()))


def _by_key(view: View, low: int, high: int) -> tuple[list[tuple[str, list[int]]], list[tuple[str, list[int]]]]:
    """Places of dated lines by how the date stands, and of the most frequent other keys."""
    dated: dict[str, list[int]] = defaultdict(list)
    places: dict[str, list[int]] = defaultdict(list)
    for index in range(low, high):
        line = view.lines[index]
        if (kind := view.date_kind(index)) and line.folded not in words("heading"):
            dated[kind].append(index)
            dated["any"].append(index)
            continue
        if (line.ends_sentence and not line.text.endswith(":")) or quote_attribution(line):
            continue
        for key in view.keys(index):
            places[key].append(index)
    often = [(key, at) for key, at in places.items() if len(at) >= 2 and not is_number(key.replace("#", "1"))]
    often.sort(key=lambda pair: (-len(pair[1]), pair[1][0]))
    chosen: list[tuple[str, list[int]]] = []
    counts: Counter[int] = Counter()
    for key, at in often:
        # of keys that come equally often (name, rank, button of the same header) three are enough
        if counts[len(at)] < 3:
            counts[len(at)] += 1
            chosen.append((key, at))
        if len(chosen) >= CANDIDATES:
            break
    return [(kind, at) for kind, at in dated.items() if kind != "any" or len(dated) > 2], chosen


def _numbered(view: View, low: int, high: int) -> list[Anchor]:
    """Lines ``N. name``, ``#N`` or ``... #N`` whose numbers go up (or down) by one."""
    anchors: list[Anchor] = []
    for index in range(low, high):
        line = view.lines[index]
        if line.words > LONGEST_HEADER or len(line.text) > 160 or not _DIGIT.search(line.text):
            continue
        if found := _NUMBERED.match(line.text):
            author = _speaker(found["author"] or "")
            if author and not (is_name(author) and line.words <= 8):
                continue
            anchors.append(Anchor(index, int(found["number"] or found["alone"]), author or None))
        elif found := _HASH.search(line.text):
            anchors.append(Anchor(index, int(found["number"])))
    run = longest_run(anchors)
    return run if len(run) > 1 or (run and run[0].number == 1 and run[0].author) else []


def _speaker(text: str) -> str:
    """The name in ``ann says:``; nothing for a verb whose name is missing."""
    if not text.endswith(":"):
        return text
    found = pattern("byline").search(text.casefold())
    return text[: found.start()].strip(NAME_EDGES) if found and not text[found.end() :].strip(" :") else text


def longest_run(anchors: Iterable[Anchor]) -> list[Anchor]:
    """The longest chain in which each number follows the one before it, by +1 or by -1."""
    best: list[Anchor] = []
    anchors = list(anchors)
    for step in (1, -1):
        # the chain that ends in a number: its length, and for each anchor the one before it
        ends: dict[int, tuple[int, int]] = {}
        before: list[int | None] = []
        top = (0, -1)
        for place, anchor in enumerate(anchors):
            number = anchor.number or 0
            length, previous = ends.get(number - step, (0, -1))
            before.append(previous if length else None)
            if length + 1 >= ends.get(number, (0, -1))[0]:
                ends[number] = (length + 1, place)
            top = max(top, (length + 1, place), key=lambda pair: pair[0])
        chain: list[Anchor] = []
        at: int | None = top[1] if top[0] else None
        while at is not None:
            chain.append(anchors[at])
            at = before[at]
        best = max(best, chain[::-1], key=len)
    return best


def _bylines(view: View, low: int, high: int) -> list[Anchor]:
    """``ann says:``, ``bob wrote on 3 May 2018:``."""
    anchors = []
    verbs = pattern("byline")
    for index in range(low, high):
        line = view.lines[index]
        if line.words > LONGEST_HEADER or not line.folded:
            continue
        if not (line.text.endswith((":", "...", "…")) or view.date_kind(index)):
            continue
        plain = " ".join(line.text.split())
        found = verbs.search(plain.casefold())
        if not found or not found.start():
            continue
        name = plain[: found.start()].strip(NAME_EDGES)
        rest = plain[found.end() :].strip(" :.…")
        if is_name(name) and (not rest or view.date_kind(index)) and (rest or line.text.endswith((":", "...", "…"))):
            anchors.append(Anchor(index, author=name))
    return anchors
