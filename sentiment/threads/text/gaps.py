"""Between the words of two posts lies a *gap*: the foot of the one and the header of the other. Here gaps are learned.

Given the places of an anchor (one line per post), a key is *common* if it comes back in many of the stretches between anchors.
Every gap grows outward from its anchor over common lines, over what stands between two of them, and over slots: the line beside
the gap, if nearly all posts with the same neighbour have something short there (a name, a rank). What is not gap is words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from sentiment.threads.markers import phrases
from sentiment.threads.text.lines import Line
from sentiment.threads.text.names import is_name, is_number
from sentiment.threads.text.view import View, empty_of_words, is_label

COMMON = 0.3
"""Share of posts that have a line of furniture: a rank or a button that many lack is still one at three in ten."""
COMMON_PART = 0.5
"""The same for two words at a line's start or end, which the words of posts share more easily."""
PARTS = ("first ", "last ")
"""How the keys begin that are a part of a line."""
SLOT = 0.8
"""Share of gaps beside which something short must stand to be taken in; last lines of words are short in four of ten."""
CROSSED = 3
"""Uncommon lines in a row that may lie inside a gap: a place, a motto, a device."""
NEAR = 14
"""Lines from the anchor within which a header's own lines stand; user panels of forums have up to fourteen."""
ROUNDS = 5
TOUCHING = 0.3
"""Share of gaps that touch the next from which on it is the same gap seen twice; deleted posts are rarer."""
CORE, ALIKE = 0.6, 0.4
"""A key of six gaps in ten is at a gap's core; a gap with less than four tenths of the core is another thing."""
LAST_POST = 400
"""Lines of the last stretch that are looked at for common keys: nothing ends it but the page."""


@dataclass
class Gaps:
    """For each anchor the gap around it, ``starts[i]`` to ``ends[i]`` (exclusive), and where the last words end."""

    places: list[int]
    starts: list[int]
    ends: list[int]
    stop: int
    common: dict[str, int]

    def __len__(self) -> int:
        return len(self.places)

    def words(self, number: int) -> tuple[int, int]:
        """First and last index (exclusive) of the words below one header."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else self.stop
        return self.ends[number], max(end, self.ends[number])


def learn_gaps(view: View, places: Sequence[int], low: int, high: int) -> tuple[Gaps, list[int]]:
    """Grow the gaps around anchors within the lines ``low`` to ``high``.

    Anchors whose gap shares too little with the others are left out, and so are second anchors in one gap.

    Returns:
        The gaps, and which of the places they belong to.
    """
    kept = list(range(len(places)))
    gaps = _Learner(view, places, low, high).learn()
    for choose in (_first_of_gap, _alike):
        chosen = choose(view, gaps)
        if low and chosen[:1] != [0] and choose is _alike:
            chosen.insert(0, 0)  # right behind a heading there are no buttons of a post before
        if 0 < len(chosen) < len(kept):
            kept = [kept[number] for number in chosen]
            gaps = _Learner(view, [places[number] for number in kept], low, high).learn()
    return gaps, kept


def _first_of_gap(view: View, gaps: Gaps) -> list[int]:  # noqa: ARG001 - as _alike
    """Without the anchors that follow another without words between them, where that is the rule and not a deleted post."""
    touching = {number + 1 for number in range(len(gaps) - 1) if gaps.ends[number] >= gaps.starts[number + 1]}
    if len(touching) < TOUCHING * len(gaps):
        return list(range(len(gaps)))
    return [number for number in range(len(gaps)) if number not in touching]


def _alike(view: View, gaps: Gaps) -> list[int]:
    """Only the anchors whose gaps have the keys that most gaps have: no date in a side bar, no button in a menu."""
    own, core = gap_core(view, gaps)
    if len(core) < 2:
        return list(range(len(gaps)))
    return [number for number, keys in enumerate(own) if len(keys & core) >= ALIKE * len(core)]


def gap_core(view: View, gaps: Gaps) -> tuple[list[set[str]], set[str]]:
    """The common keys of each gap, one per line, and those of them that most gaps have."""
    own = []
    for start, end in zip(gaps.starts, gaps.ends, strict=True):
        found: set[str] = set()
        for index in range(start, end):
            common = [key for key in view.keys(index) if key in gaps.common]
            if common:
                found.add(max(common, key=lambda key: gaps.common[key]))
        own.append(found)
    seen = Counter(key for keys in own for key in keys)
    return own, {key for key, count in seen.items() if count >= CORE * len(gaps)}


class _Learner:
    def __init__(self, view: View, places: Sequence[int], low: int, high: int) -> None:
        self.view = view
        self.places = list(places)
        self.low, self.high = low, high
        self.limits = [*self.places[1:], min(high, self.places[-1] + LAST_POST)]
        self.common = self._common()
        self.forward, self.backward = self._sides()
        self.starts = list(self.places)
        self.ends = [place + 1 for place in self.places]

    def _common(self) -> dict[str, int]:
        """Keys and in how many stretches they stand."""
        seen: Counter[str] = Counter()
        for place, limit in zip(self.places, self.limits, strict=True):
            seen.update({key for index in range(place, limit) for key in self.view.keys(index)})
        count = len(self.places)
        return {
            key: number
            for key, number in seen.items()
            if number >= max(2, (COMMON_PART if key.startswith(PARTS) else COMMON) * count)
        }

    def _sides(self) -> tuple[set[str], set[str]]:
        """Common keys that stand at a steady distance behind their own anchor, and those that do before the next one."""
        after: dict[str, list[int]] = defaultdict(list)
        before: dict[str, list[int]] = defaultdict(list)
        for number, (place, limit) in enumerate(zip(self.places, self.limits, strict=True)):
            for index in range(place + 1, min(limit, place + 1 + 4 * NEAR)):
                for key in self.view.keys(index):
                    if key in self.common:
                        after[key].append(index - place)
            if number + 1 == len(self.places):
                continue
            for index in range(max(place + 1, limit - 4 * NEAR), limit):
                for key in self.view.keys(index):
                    if key in self.common:
                        before[key].append(limit - index)
        forward, backward = set(), set()
        for key in {*after, *before}:
            spread_after, near_after = _spread(after.get(key, []))
            spread_before, near_before = _spread(before.get(key, []))
            if spread_after < spread_before and near_after <= NEAR:
                forward.add(key)
            elif spread_before < spread_after and near_before <= NEAR:
                backward.add(key)
        return forward, backward

    def learn(self) -> Gaps:
        for _ in range(ROUNDS):
            for number in range(len(self.places)):
                self._grow_back(number)
                self._grow_on(number)
            if not (self._slot(-1) or self._slot(+1)):
                break
        return Gaps(self.places, self.starts, self.ends, self.high, self.common)

    def _furniture(self, index: int) -> bool:
        """Whether a line beside the gap belongs to it by itself."""
        line = self.view.lines[index]
        if self.view.quoting(index) and not self.view.date_kind(index):
            return False
        if any(key in self.common for key in self.view.keys(index)) and (
            not line.text.endswith((".", "!", "?", ",", "…", ";")) or line.text.endswith("...")
        ):
            return True
        return self.view.standing(index)

    def _says(self, index: int) -> bool:
        """Whether a sentence ends as the headers do, like ``There will be a bus, it says.`` below ``ann says:``."""
        line = self.view.lines[index]
        return line.text.endswith((".", "!", "?")) and line.folded.rpartition(" ")[2] in phrases("byline")

    def _value(self, index: int) -> bool:
        """Whether a line is what a label above it announces: a date, a place, a count."""
        line = self.view.lines[index]
        return (
            index > self.low
            and is_label(self.view.lines[index - 1])
            and line.words <= 10
            and not line.text.endswith((".", "!", "?"))
        )

    def _grow_on(self, number: int) -> None:
        limit = self.starts[number + 1] if number + 1 < len(self.places) else self.high
        end = self.ends[number]
        while end < limit:
            if self._furniture(end) or self._value(end):
                end += 1
                continue
            reached = self._across(end, limit, +1, self.forward)
            if reached is None:
                break
            end = reached
        self.ends[number] = end

    def _grow_back(self, number: int) -> None:
        limit = self.ends[number - 1] if number else self.low
        start = self.starts[number]
        while start > limit:
            if self._furniture(start - 1) or self._value(start - 1):
                start -= 1
                continue
            reached = self._across(start - 1, limit, -1, self.backward)
            if reached is None:
                break
            start = reached + 1
        self.starts[number] = start

    def _across(self, index: int, limit: int, step: int, side: set[str]) -> int | None:
        """Behind a few short uncommon lines, a line that keeps its distance to the anchor: the index behind it."""
        for distance in range(CROSSED + 1):
            at = index + step * distance
            if (at >= limit) if step > 0 else (at < limit):
                return None
            if any(key in side for key in self.view.keys(at)) and not self._says(at):
                return at + step
            if not self.view.short(at) or self.view.quoting(at):
                return None
        return None

    def _slot(self, step: int) -> bool:
        """Take in the line beside the gap where nearly all gaps with the same edge have something short there."""
        groups: dict[str, list[int]] = defaultdict(list)
        for number in range(len(self.places)):
            groups[self._edge(number, step)].append(number)
        fits: Callable[[int], bool] = self.view.short if step < 0 else self._names
        taken = False
        for group in groups.values():
            beside = [(number, self._beside(number, step)) for number in group]
            inside = [(number, at) for number, at in beside if at is not None]
            if len(inside) < max(1, COMMON * len(self.places)) or len(inside) < 0.5 * len(group):
                continue
            good = sum(self._plain(at) and fits(at) for _, at in inside)
            left = sum(self._left(number, step) > 1 for number, _ in inside)
            if good < SLOT * len(inside) or left < SLOT * len(inside):
                continue
            if len(inside) == 1 and not self._names(inside[0][1]):
                continue
            for number, at in inside:
                if self._plain(at) and self.view.short(at) and self._left(number, step) > 1:
                    if step < 0:
                        self.starts[number] -= 1
                    else:
                        self.ends[number] += 1
                    taken = True
        if taken and step > 0 and self.places[0] == self.low and self.ends[0] == self.low + 1:
            first = self._beside(0, step)  # the heading stands where others have the foot of the post before
            if first is not None and self._names(first) and self._left(0, step) > 1:
                self.ends[0] += 1
        return taken

    def _edge(self, number: int, step: int) -> str:
        keys = self.view.keys(self.starts[number] if step < 0 else self.ends[number] - 1)
        return next((key for key in keys if key in self.common), f"slot {self.places[number] - self.starts[number]}")

    def _beside(self, number: int, step: int) -> int | None:
        if step < 0:
            at, limit = self.starts[number] - 1, self.ends[number - 1] if number else self.low
            return at if at >= limit else None
        at, limit = self.ends[number], self.starts[number + 1] if number + 1 < len(self.places) else self.high
        return at if at < limit else None

    def _left(self, number: int, step: int) -> int:
        """Lines of words on that side of the gap."""
        if step < 0:
            return self.starts[number] - self.ends[number - 1] if number else 2
        return (self.starts[number + 1] if number + 1 < len(self.places) else self.high) - self.ends[number]

    def _plain(self, index: int) -> bool:
        line: Line = self.view.lines[index]
        return not line.is_marker("heading", "form", "empty") and not self.view.quoting(index)

    def _names(self, index: int) -> bool:
        text = self.view.lines[index].text
        return is_name(text) or is_number(text) or empty_of_words(self.view.lines[index])


def _spread(distances: list[int]) -> tuple[float, float]:
    """Mean distance from the median, and the median; without values as wide as can be."""
    if not distances:
        return float("inf"), float("inf")
    middle = median(distances)
    return sum(abs(one - middle) for one in distances) / len(distances), middle
