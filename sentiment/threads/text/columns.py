"""Who wrote each post and when: the column of the learned headers whose values look most like it.

A header is different on every site, but on one page it is the same for every post. So columns are compared, not lines: "the line
above the join date", "the first line of the gap", "what stands beside the date". The column with the most different names, that
other posts mention, holds the authors; the dated column that goes in order holds the dates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sentiment.threads.dates import guess_order
from sentiment.threads.markers import fold
from sentiment.threads.text.absent import fill_names
from sentiment.threads.text.gaps import Gaps
from sentiment.threads.text.lines import Line
from sentiment.threads.text.links import people
from sentiment.threads.text.names import NAME_EDGES, clean_name, is_name
from sentiment.threads.text.view import View, has_profile, is_title, leads
from sentiment.threads.text.words import words

SPARE, NEXT_BEST = 2, 0.7
"""A post that the best column leaves without a name gets it from the second, if that one is nearly as good."""
FEW_VALUES = 0.25
"""Share of different values in a column of buttons at most; in a short thread one person can write most of the posts."""
SIGNED = 2
"""Words of a last line that may be the writer's name below a letter."""
UNKNOWN_LABEL = -0.2
"""What a label that announces no author takes from its column: ``Full name:`` in the forms that posts fill in, ``Mood:``."""
NAMED = 0.5
"""Share of posts that a column must name to be the authors; columns of ranks and places name fewer or repeat themselves."""


@dataclass
class Values:
    """One column: a value per post or None."""

    values: list[str | None]
    bonus: float = 0.0


def read_dates(view: View, gaps: Gaps, reference: datetime | None) -> tuple[list[datetime | None], list[int | None]]:
    """Each post's date and the index of the line it stands on."""
    lines = [_dated(view, start, end) for start, end in _stretches(gaps, view)]
    order = guess_order(view.lines[index].text for found in lines for index in found)
    count = len(gaps)
    best: tuple[float, list[datetime | None], list[int | None]] = (0.0, [None] * count, [None] * count)
    kinds = {view.date_kind(index) for found in lines for index in found}
    for kind in [*sorted(kinds), ""]:
        own = [[index for index in found if not kind or view.date_kind(index) == kind] for found in lines]
        for pick in (0, -1):
            column = [found[pick] if found else None for found in own]
            at = _shifted(column, gaps)
            dates = [None if index is None else view.date(index, reference, order) for index in at]
            score = _date_score(dates, at, view)
            if score > best[0]:
                best = (score, dates, at)
    return best[1], best[2]


def _stretches(gaps: Gaps, view: View) -> list[tuple[int, int]]:
    """All gaps, and behind the last words the foot of the page where its date may stand."""
    foot = (gaps.stop, min(len(view), gaps.stop + 4))
    return [*zip(gaps.starts, gaps.ends, strict=True), foot]


def _dated(view: View, start: int, end: int) -> list[int]:
    return [index for index in range(start, end) if view.date_kind(index)]


def _shifted(column: list[int | None], gaps: Gaps) -> list[int | None]:
    """A column that is empty before the first words and filled behind the last stands below its posts.

    So does one that opens nearly every gap and the foot as well, even if the first gap has it: that one is of a post before.
    A column that ends nearly every gap stands above its posts, whatever the first gap lacks.
    """
    inner = column[1:-1]
    last_line = [at == end - 1 > start for at, start, end in zip(column, gaps.starts, gaps.ends, strict=False) if at]
    if len(last_line) > 1 and sum(last_line) >= 0.7 * len(last_line):
        return column[:-1]
    filled = sum(one is not None for one in inner)
    if column[0] is None and (column[-1] is not None or filled > 0.6 * len(inner)) and len(column) > 2:
        return column[1:]
    opening_line = sum(at == start for at, start in zip(column, gaps.starts, strict=False) if at is not None)
    known = sum(at is not None for at in column[:-1])
    if known > 1 and opening_line >= 0.7 * known and column[-1] is not None and column[-1] - gaps.stop <= 1:
        return column[1:]
    return column[:-1]


def _date_score(dates: Sequence[datetime | None], at: Sequence[int | None], view: View) -> float:
    filled = sum(index is not None for index in at) / len(at)
    if not filled:
        return 0.0
    known = [date.replace(tzinfo=None) for date in dates if date]
    if len(known) < 2:
        return filled
    pairs = list(pairwise(known))
    ordered = max(sum(a <= b for a, b in pairs), sum(a >= b for a, b in pairs)) / len(pairs)
    whole = sum(1 for index in at if index is not None and view.date_kind(index) in ("whole", "start")) / len(at)
    return filled * (0.4 + ordered) + 0.05 * whole


def read_authors(view: View, gaps: Gaps, dated: Sequence[int | None]) -> list[str | None]:
    """Each post's author, from the best column of the headers; what it lacks, from the next best or from beside the header.

    The gaps of posts whose name stood outside them grow by it.
    """
    mentioned = _mentioned(view, gaps)
    own = _own(gaps, dated)
    columns = _columns(view, gaps, own, dated)
    scored = [(score, column) for column in columns if (score := _name_score(column, mentioned, gaps)) > 0]
    scored.sort(key=lambda pair: -pair[0])
    names: list[str | None] = [None] * len(gaps)
    for score, column in scored[:SPARE]:
        if score >= NEXT_BEST * scored[0][0]:
            names = [name or other for name, other in zip(names, column.values, strict=True)]
    fill_names(view, gaps, names, dated, mentioned)
    return names


def _own(gaps: Gaps, dated: Sequence[int | None]) -> list[tuple[int, int]]:
    """Each post's part of its gap: without the foot of the post before, where dates stand below the words."""
    spans = []
    for number, (start, end) in enumerate(zip(gaps.starts, gaps.ends, strict=True)):
        below = dated[number - 1] if number else None
        spans.append((below + 1, end) if below is not None and start <= below < end else (start, end))
    return spans


def _columns(view: View, gaps: Gaps, own: Sequence[tuple[int, int]], dated: Sequence[int | None]) -> Iterator[Values]:
    """All columns of names: beside the date, at the header's edges, beside common keys, and what common lines leave."""
    count = len(gaps)
    yield Values([view.beside_date(at) if at is not None else None for at in dated], 0.25)
    for offset in (-1, 1, -2, 2, -3):
        values = [
            view.name(at + offset)
            if at is not None and (offset < 0 or at + offset < _end_of(gaps, number, at))
            else None
            for number, at in enumerate(dated)
        ]
        yield Values(values, 0.1 if abs(offset) == 1 else 0.0)
    yield Values([next((name for at in range(s, e) if (name := view.name(at))), None) for s, e in own], 0.05)
    for offset in range(1, 4):
        yield Values([view.name(e - offset) if e - offset >= s else None for s, e in own], 0.0)
    by_key: dict[tuple[str, int], list[str | None]] = defaultdict(lambda: [None] * count)
    for number, (start, end) in enumerate(own):
        seen: set[str] = set()
        for index in range(start, end):
            for key in view.keys(index):
                if key in seen or gaps.common.get(key, 0) < NAMED * count:
                    continue
                seen.add(key)
                for offset in (-2, -1, 1):
                    if start <= index + offset < end:
                        by_key[key, offset][number] = view.name(index + offset)
                if key.startswith("label ") or (key.startswith("first ") and key.split()[-1] in leads()):
                    by_key[key, 0][number] = _rest(view.lines[index], key)
    for (key, offset), values in by_key.items():
        if offset == 0 and key.startswith("label ") and key.removeprefix("label ") not in words("lead"):
            yield Values(values, UNKNOWN_LABEL)
        else:
            yield Values(values, 0.1 if offset == 0 else 0.02 if offset == -1 else 0.0)


def _end_of(gaps: Gaps, number: int, at: int) -> int:
    """Index behind the gap in which a line stands; only there a name may be looked for below a date."""
    for gap in (number, number + 1):
        if gap < len(gaps) and gaps.starts[gap] <= at < gaps.ends[gap]:
            return gaps.ends[gap]
    return at + 3


def _rest(line: Line, key: str) -> str | None:
    """What is left of a line without the words it shares with its kind: "Find all posts by ann" gives "ann"."""
    kind, _, shared = key.partition(" ")
    pieces = line.text.split()
    taken = len(shared.split())
    if has_profile(line) or is_title(line):
        return None
    if kind == "label":
        _, _, value = line.text.partition(":")
        return clean_name(value) if value.strip() else None
    text = " ".join(pieces[taken:]).strip(NAME_EDGES)
    return text if text and is_name(text) and fold(text) not in words("rank") else None


def _mentioned(view: View, gaps: Gaps) -> set[str]:
    """Names that the words of the posts address or quote, that sign them, or that headers link to a person, folded."""
    found = {
        fold(label)
        for start, end in zip(gaps.starts, gaps.ends, strict=True)
        for line in view.lines[start:end]
        for label in people(line)
    }
    for number in range(len(gaps)):
        start, end = gaps.words(number)
        if end - start > 1 and (signed := view.lines[end - 1]).words <= SIGNED and is_name(signed.text):
            found.add(fold(signed.text))
        for index in range(start, end):
            if view.date_kind(index) == "name" and (name := view.beside_date(index)):
                found.add(fold(name))
            found.update(view.mentions(index))
    found.discard("")
    return found


def _name_score(column: Values, mentioned: set[str], gaps: Gaps) -> float:
    known = [value for value in column.values if value]
    filled = len(known) / len(column.values)
    if filled < NAMED:
        return 0.0
    counts = Counter(known)
    distinct = len(counts) / len(known)
    if len(known) > 4 and (len(counts) == 1 or counts.most_common(1)[0][1] > 0.9 * len(known)):
        distinct *= 0.3  # the same word beside every post is a rank or a button
    named = sum(fold(name) in mentioned for name in counts) / len(counts)
    simple = sum(len(name.split()) <= 2 for name in known) / len(known)
    everywhere = sum(gaps.common.get(fold(name), 0) >= 0.6 * len(gaps) for name in known)
    button = len(gaps) > 4 and everywhere > 0.5 * len(known) and distinct <= FEW_VALUES
    return (filled * (0.3 + min(0.7, 1.2 * distinct)) + 0.6 * named + 0.15 * simple + column.bonus) * (
        0.3 if button else 1
    )
