"""Names that single posts lack: where the others have theirs, or a known name right above what was taken for the header.

A header that differs from the others (a rank of its own, one more line in the user panel) ends a line or two before its name,
which then hangs on the words of the post before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from sentiment.threads.markers import fold
from sentiment.threads.text.gaps import Gaps
from sentiment.threads.text.view import View

STEADY = 0.6
"""Share of the known names that stand at one place of their headers, for the place to be believed."""
BESIDE = 3
"""Lines above the date among which the columns of names reach, in the header or above it."""
KNOWN_ABOVE = 5
"""Lines above a header among which a name is looked for that the thread mentions elsewhere."""


def fill_names(
    view: View, gaps: Gaps, authors: list[str | None], dated: Sequence[int | None], mentioned: Collection[str]
) -> None:
    """Give posts without a name the one that stands where the others' names do, and take its line into their header."""
    for number, author in enumerate(authors):
        if author:
            _take_in(view, gaps, number, author)
    if all(authors):
        return
    known = {fold(author) for author in authors if author} | set(mentioned)
    opening, offset = _places(view, gaps, authors, dated)
    found: dict[int, int] = {}
    for number, author in enumerate(authors):
        if author:
            continue
        index = _beside_date(view, gaps, number, dated[number], offset)
        if index is None:
            index = _above(view, gaps, number, known, opening=opening)
        if index is not None:
            found[number] = index
    often = Counter(view.lines[index].folded for index in found.values())
    for number, index in found.items():
        name = view.name(index)
        if name is None or (often[view.lines[index].folded] > 1 and fold(name) not in known):
            continue  # what opens several odd headers is a rank
        authors[number] = name
        gaps.starts[number] = min(gaps.starts[number], index)
        gaps.ends[number] = max(gaps.ends[number], index + 1)


def _take_in(view: View, gaps: Gaps, number: int, author: str) -> None:
    """Grow a header by the name that was found above it, at the others' distance from the date."""
    start = gaps.starts[number]
    if any(view.name(index) == author for index in range(start, gaps.ends[number])):
        return
    for index in range(start - 1, max(-1, start - 1 - BESIDE), -1):
        if not _spare(gaps, number, index):
            return
        if view.name(index) == author:
            gaps.starts[number] = index
            return


def _places(
    view: View, gaps: Gaps, authors: Sequence[str | None], dated: Sequence[int | None]
) -> tuple[bool, int | None]:
    """Whether names open their headers, and how many lines behind the date they stand, where that is the same for most."""
    opening, offsets = 0, Counter[int]()
    named = 0
    for number, author in enumerate(authors):
        if not author:
            continue
        named += 1
        start, end, at = gaps.starts[number], gaps.ends[number], dated[number]
        place = next((index for index in range(start, end) if view.name(index) == author), None)
        opening += place == start
        if place is not None and at is not None:
            offsets[place - at] += 1
    offset, count = offsets.most_common(1)[0] if offsets else (None, 0)
    return opening >= STEADY * named > 0, offset if count >= STEADY * named else None


def _beside_date(view: View, gaps: Gaps, number: int, at: int | None, offset: int | None) -> int | None:
    """The line as far from the date as the others' names are, if it is in the header or touches it."""
    if at is None or offset is None or not offset:
        return None
    index = at + offset
    first, last = gaps.words(number)
    inside = gaps.starts[number] <= index < gaps.ends[number]
    below = index == first and last - first > 1
    above = index == gaps.starts[number] - 1 and _spare(gaps, number, index)
    return index if (inside or below or above) and _person(view, index) else None


def _above(view: View, gaps: Gaps, number: int, known: Collection[str], *, opening: bool) -> int | None:
    """A known name among the short lines right above a header, or where names open their headers, the one that opens these."""
    start = gaps.starts[number]
    first = start
    while start - first < KNOWN_ABOVE and _spare(gaps, number, first - 1) and view.short(first - 1):
        if view.button(first - 1):
            break
        first -= 1
    people = [index for index in range(first, start) if _person(view, index)]
    for index in people:
        if fold(view.lines[index].text) in known:
            return index
    if not opening or not people:
        return None
    twin = next((a for a, b in pairwise(people) if view.lines[a].text == view.lines[b].text), None)
    if twin is not None:
        return twin
    bounded = first > 0 and view.button(first - 1)
    return people[0] if bounded or people[-1] == people[0] == start - 1 else None


def _spare(gaps: Gaps, number: int, index: int) -> bool:
    """Whether the post before keeps words without the lines from this one on."""
    return index >= 0 and (number == 0 or index > gaps.ends[number - 1])


def _person(view: View, index: int) -> bool:
    return view.short(index) and not view.standing(index) and view.name(index) is not None
