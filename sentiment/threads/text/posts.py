"""Find the posts of a plain-text thread: lines that open a post, the header around them, the words below.

A post opens with an *anchor*: a numbered name (``3. ann``), a name with a verb of saying (``ann says:``), or a short line
with a date. The anchors of one kind give a segmentation; what stands at the same distance from most anchors and is short is
their header; the best segmentation wins. Nothing here knows a site by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sentiment.threads.dates import find_date, guess_order
from sentiment.threads.markers import fold, pattern, phrases
from sentiment.threads.text.lines import Line

HEADER_REACH = 6
"""Lines before and after an anchor that may belong to its header (user panels of forums have up to six)."""
HEADER_SHARE = 0.6
"""A header line stands at its distance from at least this share of the anchors; lower lets first body lines in."""
LONGEST_HEADER = 14
"""Words of the longest line that can open a post."""

_SOME_DAY = datetime(2020, 6, 15, 12)  # only to see that "2 hours ago" is a date at all
_NUMBERED = re.compile(
    r"^(?:[#№]\s*|nr?\.\s*)?(?P<number>\d{1,5})\s*[.):]\s+(?P<author>\S.*)$|^#(?P<alone>\d{1,5})$", re.I
)
_SIGNATURE = re.compile(r"^(?:[_\-=*~]{3,}|--)$")
_NAME_EDGES = " \t,;:|·•-–—»«()[]<>\"'“”„/"


@dataclass(eq=False)
class Post:
    """One post as found: its header lines, the lines of its words, and what the header says."""

    anchor: int
    header: list[Line] = field(default_factory=list)
    words: list[Line] = field(default_factory=list)
    chrome: list[Line] = field(default_factory=list)
    """Buttons, ranks, a signature: taken from around the words."""
    author: str | None = None
    date: datetime | None = None
    number: int | None = None


@dataclass
class Thread:
    """The posts of a document and how sure it is that they are posts."""

    posts: list[Post]
    rule: str
    confidence: float
    heading: Line | None = None
    score: float = 0.0


@dataclass(frozen=True)
class Anchor:
    """A line that may open a post: its index among the shown lines, and what it says of the post."""

    index: int
    number: int | None = None
    author: str | None = None


def find_thread(lines: Sequence[Line], reference: datetime | None) -> Thread | None:
    """The best segmentation of the shown lines into posts, or None where there is no thread."""
    heading = _last_heading(lines)
    found = []
    for rule, anchors in _anchor_kinds(lines):
        thread = _segment(lines, anchors, rule, reference)
        if thread and _after_heading(thread, heading, lines) and _credible(thread):
            found.append(thread)
    return max(found, key=lambda thread: thread.score, default=None)


def _last_heading(lines: Sequence[Line]) -> int | None:
    """Index of the last line that opens a list of comments."""
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].is_marker("heading") or (lines[index].words <= 20 and _counted_heading(lines[index])):
            return index
    return None


def _counted_heading(line: Line) -> bool:
    """``5 thoughts on “A title”``: a counted heading with the title behind it."""
    found = pattern("heading").match(line.folded)
    return found is not None and ("#" in found.group() or " on" in found.group()) and line.words > 2


def _anchor_kinds(lines: Sequence[Line]) -> Iterable[tuple[str, list[Anchor]]]:
    yield "numbered posts", _numbered(lines)
    yield "names with a verb of saying", _bylines(lines)
    for kind, anchors in _dated(lines).items():
        yield f"dated headers ({kind})", anchors


def _numbered(lines: Sequence[Line]) -> list[Anchor]:
    """Lines ``N. name`` or ``#N`` whose numbers go up (or down) by one."""
    anchors: list[Anchor] = []
    for index, line in enumerate(lines):
        if line.words > 8 or not (found := _NUMBERED.match(line.text)):
            continue
        number = int(found["number"] or found["alone"])
        author = found["author"]
        if author and not is_name(author):
            continue
        anchors.append(Anchor(index, number, author))
    return _longest_run(anchors)


def _longest_run(anchors: list[Anchor]) -> list[Anchor]:
    """The longest chain in which each number follows the one before it, by +1 or by -1."""
    best: list[Anchor] = []
    for step in (1, -1):
        chains: dict[int, list[Anchor]] = {}
        for anchor in anchors:
            number = anchor.number or 0
            chain = [*chains.pop(number - step, []), anchor]
            if len(chain) > len(chains.get(number, ())):
                chains[number] = chain
        best = max([best, *chains.values()], key=len)
    return best


def _bylines(lines: Sequence[Line]) -> list[Anchor]:
    anchors = []
    verbs = pattern("byline")
    for index, line in enumerate(lines):
        if line.words > LONGEST_HEADER or not line.folded:
            continue
        found = verbs.search(line.folded)
        if not found or not found.start():
            continue
        name = line.text[: found.start()].strip(_NAME_EDGES)
        rest = line.folded[found.end() :].strip()
        opens = not rest or bool(find_date(line.text, reference=_SOME_DAY))
        if is_name(name) and opens and (line.text.endswith(":") or rest):
            anchors.append(Anchor(index, author=name))
    return anchors


def _dated(lines: Sequence[Line]) -> dict[str, list[Anchor]]:
    """Short lines with a date, apart by where in the line the date stands."""
    kinds: dict[str, list[Anchor]] = {}
    for index, line in enumerate(lines):
        if line.words > LONGEST_HEADER or len(line.text) > 140 or line.is_marker("heading"):
            continue
        if _profile_line(line) or not has_date(line):
            continue
        kinds.setdefault(_date_shape(line), []).append(Anchor(index))
    return kinds


def _date_shape(line: Line) -> str:
    before = re.split(r"\d", line.folded.replace("#", "0"), maxsplit=1)[0].split()
    lead = fold(before[0]) if before else ""
    if lead in phrases("profile") or lead in {
        "posted",
        "by",
        "von",
        "от",
        "di",
        "par",
        "on",
        "am",
        "re",
        "geschrieben",
        "verfasst",
    }:
        return lead
    return "bare" if len(before) <= 1 else "after a name"


def has_date(line: Line) -> bool:
    """Whether a date stands on the line, be it a relative one."""
    return find_date(line.text, reference=_SOME_DAY) is not None


def _profile_line(line: Line) -> bool:
    """``Posts: 74; Member since: Apr 02, 2018``: about the person, not about the post."""
    return line.starts_marker("profile") and (":" in line.text or "#" in line.folded or has_date(line))


def is_name(text: str) -> bool:
    """Whether a text could be a person's display name."""
    text = text.strip()
    if not 0 < len(text) <= 40 or len(text.split()) > 4 or text[-1] in "!?;:":
        return False
    if not any(sign.isalnum() for sign in text) or re.fullmatch(r"[\d\s.,:/-]+", text):
        return False
    folded = fold(text)
    return not any(
        folded in phrases(kind) for kind in ("control", "sort", "form_line", "heading", "empty", "page", "footer")
    )


def _segment(lines: Sequence[Line], anchors: list[Anchor], rule: str, reference: datetime | None) -> Thread | None:
    if not anchors:
        return None
    places = [anchor.index for anchor in anchors]
    before = _reach(lines, places, -1)
    starts = [place - before for place in places]
    after = _reach(lines, places, +1)
    chrome = _chrome(lines, starts[0])
    posts = []
    for anchor, start, end in zip(anchors, starts, [*starts[1:], len(lines)], strict=True):
        head_end = min(anchor.index + after + 1, end)
        post = Post(
            anchor.index,
            list(lines[start:head_end]),
            list(lines[head_end:end]),
            author=anchor.author,
            number=anchor.number,
        )
        _trim(post, chrome)
        posts.append(post)
    _read_authors(posts, lines, before, after)
    _read_dates(posts, reference)
    return Thread(posts, rule, 0.0)


def _reach(lines: Sequence[Line], places: list[int], step: int) -> int:
    """How many lines on one side of the anchors belong to the header, by alignment."""
    reach = 0
    folded = Counter(line.folded for line in lines)
    for distance in range(1, HEADER_REACH + 1):
        good = 0
        for i, place in enumerate(places):
            at = place + step * distance
            limit = (places[i - 1] if i else -1) if step < 0 else (places[i + 1] if i + 1 < len(places) else len(lines))
            if (at <= limit if step < 0 else at >= limit) or not 0 <= at < len(lines):
                continue
            good += _headerish(lines[at], folded, step, len(places))
        if good < HEADER_SHARE * len(places) or not good:
            break
        reach = distance
    return reach


def _headerish(line: Line, folded: Counter[str], step: int, posts: int) -> bool:
    if line.words > LONGEST_HEADER or line.is_marker("heading"):
        return False
    if _profile_line(line) or has_date(line) or line.is_marker("control", "edited"):
        return True
    repeated = folded[line.folded] >= max(3, posts // 3)
    if step > 0:  # behind the anchor a short line is more often the first of the words
        return repeated
    return repeated or (is_name(line.text) and not line.ends_sentence)


def _chrome(lines: Sequence[Line], start: int) -> frozenset[str]:
    """Folded short lines that come again and again inside the thread: buttons, ranks, labels."""
    counts = Counter(line.folded for line in lines[start:] if line.words <= 6)
    posts = max(3, len(lines[start:]) // 60)
    return frozenset(text for text, count in counts.items() if count >= posts and text)


def _trim(post: Post, chrome: frozenset[str]) -> None:
    """Take buttons, ranks and signatures from both ends of the words."""
    words = post.words
    for index, line in enumerate(words):
        if index and _SIGNATURE.match(line.text):
            post.chrome += words[index:]
            del words[index:]
            break

    def dropped(line: Line) -> bool:
        return (
            _profile_line(line)
            or line.is_marker("control", "sort")
            or (line.folded in chrome and line.words <= 3 and not line.ends_sentence)
            or (line.starts_marker("edited") and (has_date(line) or line.words <= 8))
            or not re.search(r"[^\W_]|[^\x00-\x7f]", line.text)
        )

    while words and dropped(words[0]):
        post.header.append(words.pop(0))
    while words and dropped(words[-1]):
        post.chrome.append(words.pop())


def _read_authors(posts: list[Post], lines: Sequence[Line], before: int, after: int) -> None:
    """Fill in authors from the header slot whose values look most like different people's names."""
    if any(post.author for post in posts):
        return
    slots: dict[int, list[str | None]] = {}
    for offset in range(-before, after + 1):
        if offset == 0:
            slots[0] = [_name_beside_date(lines[post.anchor]) for post in posts]
            continue
        slots[offset] = [_name_at(lines, post.anchor + offset) for post in posts]
    best = max(slots, key=lambda offset: (_name_score(slots[offset]), -abs(offset)), default=None)
    if best is not None and _name_score(slots[best]) > 0.3:
        for post, name in zip(posts, slots[best], strict=True):
            post.author = name


def _name_at(lines: Sequence[Line], index: int) -> str | None:
    if not 0 <= index < len(lines):
        return None
    text = lines[index].text.strip(_NAME_EDGES)
    return text if is_name(text) and not has_date(lines[index]) and not _profile_line(lines[index]) else None


def _name_score(names: list[str | None]) -> float:
    known = [name for name in names if name]
    if not known:
        return 0.0
    filled, distinct = len(known) / len(names), len(set(known)) / len(known)
    return filled * (0.3 + 0.7 * min(1.0, distinct * 2)) if len(names) > 1 else filled


_DATE_WORDS = re.compile(
    r"\d|\b(?:a|p)\.?m\b|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|today|yesterday|ago)",
    re.I,
)


def _name_beside_date(line: Line) -> str | None:
    """The person on a line such as ``by ann on 3 May 2018`` or ``ann · 3 h``."""
    for part in re.split(r"\s[|·•–—»-]\s|,\s|\s{2,}|\bon\b|\bam\b|\bat\b|\bil\b|\ble\b", line.text):
        words = [word for word in part.split() if not _DATE_WORDS.match(word)]
        while words and fold(words[0]) in _LEADS:
            words.pop(0)
        name = " ".join(words).strip(_NAME_EDGES)
        if is_name(name) and fold(name) not in _LEADS and fold(name) not in phrases("byline"):
            return name
    return None


_LEADS = frozenset(
    [
        "by",
        "posted",
        "posted by",
        "from",
        "written",
        "von",
        "geschrieben",
        "verfasst",
        "di",
        "da",
        "par",
        "por",
        "de",
        "от",
        "автор",
        "re",
        "reply",
        "on",
        "am",
        "at",
    ]
)


def _read_dates(posts: list[Post], reference: datetime | None) -> None:
    texts = [line.text for post in posts for line in post.header if not _profile_line(line)]
    order = guess_order(texts)
    for post in posts:
        for line in post.header:
            if _profile_line(line):
                continue
            post.date = find_date(line.text, reference=reference, order=order)
            if post.date:
                break


def _after_heading(thread: Thread, heading: int | None, lines: Sequence[Line]) -> bool:
    """Drop posts before the heading of the comments, where most stand behind it."""
    if heading is None:
        return True
    behind = [post for post in thread.posts if post.anchor > heading]
    if behind and len(behind) >= 0.5 * len(thread.posts):
        for post in behind:
            post.header = [line for line in post.header if line.number > lines[heading].number]
        thread.posts, thread.heading = behind, lines[heading]
    return True


def _credible(thread: Thread) -> bool:
    """Whether the segmentation is a thread, and not a list of teasers, of steps or of dates. Sets its score."""
    posts = thread.posts
    full = [post for post in posts if post.words]
    if not full or len(full) < 0.5 * len(posts):
        return False
    authors = [post.author for post in posts if post.author]
    sizes = [sum(line.words for line in post.words) for post in full]
    signs = _thread_signs(posts)
    named = len(authors) / len(posts)
    if thread.heading is None:
        if len(posts) < 2 or (signs < 0.3 and not thread.rule.startswith("names")):
            return False
        if named < 0.5:
            return False
    elif named < 0.3 and not any(post.date for post in posts):
        return False
    if len(posts) == 1 and thread.heading is None:
        return False
    thread.confidence = min(0.95, 0.4 + 0.2 * (thread.heading is not None) + 0.2 * min(1.0, signs) + 0.2 * named)
    spread = min(1.0, median(sizes) / 8)
    thread.score = len(full) * (0.4 + named) * (0.5 + 0.5 * spread) * (1.0 + 0.5 * min(1.0, signs))
    return True


def _thread_signs(posts: list[Post]) -> float:
    """Share of posts with something that only posts have: a profile line, a reply button, a number in sequence."""

    def sign(post: Post) -> bool:
        return any(_profile_line(line) or line.is_marker("control") for line in [*post.header, *post.chrome]) or (
            post.number is not None and post.date is not None
        )

    return sum(map(sign, posts)) / len(posts)
