"""The article of a plain-text page: its title, body, author and outlet, and what is only furniture around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sentiment.records import FoundDate
from sentiment.threads.dates import find_date, parse_date
from sentiment.threads.text.lines import Line, Role
from sentiment.threads.text.names import SOME_DAY, clean_name
from sentiment.threads.text.region import COPYRIGHT, DOMAIN, is_furniture, main_region, weight
from sentiment.threads.text.view import LONGEST_HEADER, counts_posts
from sentiment.threads.text.words import opens

TITLE_OVERLAP = 0.4
"""Share of a title's longer words that come again in the body. Promotion lines of the pages looked at had under 0.2."""
TITLE_TOP = 4
"""With so few lines above the first paragraph of a file the first of them is the title, whatever its words."""
TITLE_REACH = 12
"""Lines before the first paragraph among which the title is looked for."""

_TOKEN = re.compile(r"[^\W\d_]{4,}")
_REPRINTS = re.compile(r"https?://(?:www\.)?(?:parsintl|djreprints|reprints|wrightsmedia)\.com/([\w-]{3,})", re.I)
_BYLINE = re.compile(
    r"^(?:by|von|di|da|par|por|autor(?:e|in)?|author|автор|текст|door|yazan)\s*:?\s+(?P<name>[^\W\d_].{2,40})$", re.I
)
_NAME = re.compile(r"^[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){1,3}$")


@dataclass
class Article:
    """What the lines before the comments say."""

    title: str | None = None
    body: list[Line] = field(default_factory=list)
    author: str | None = None
    outlet: str | None = None
    dates: list[FoundDate] = field(default_factory=list)


def read_article(lines: Sequence[Line], whole: Sequence[Line]) -> Article:
    """Read the article from the shown lines before the comments, and set those lines' roles.

    Args:
        lines: shown lines up to the first comment, its heading or a comment form.
        whole: all shown lines of the page; its foot may name the outlet.
    """
    article = Article(outlet=_outlet(whole))
    region = main_region(lines)
    if region is None:
        return article
    first, last = region
    first = min(_read_head(article, lines, first), last)
    first = _below_panel(article, lines, first, last)
    while first < last and _dateline(lines[first]):
        first = first + 1
    last = _last_of_body(lines, first, last, article)
    repeated = Counter(line.folded for line in whole if line.words <= 6)
    for index in range(first, last + 1):
        line = lines[index]
        if is_furniture(line) or _caption(lines, index, article.title):
            continue
        if line.words <= 3 and repeated[line.folded] > 1 and not line.ends_sentence:
            continue
        line.role = Role.BODY
        article.body.append(line)
    return article


def _read_head(article: Article, lines: Sequence[Line], first: int) -> int:
    """Title, byline and date above the first paragraph; gives the index at which the body starts."""
    head = list(lines[max(0, first - TITLE_REACH) : first])
    vocabulary = _tokens(" ".join(line.text for line in lines[first : first + 40]))
    titles = [line for line in head if could_be_title(line)]
    scored = [(_overlap(line, vocabulary), line) for line in titles]
    good = [(score, line) for score, line in scored if score >= TITLE_OVERLAP]
    title = max(
        good, key=lambda pair: (round(pair[0], 1), min(pair[1].words, 6), -pair[1].number), default=(0.0, None)
    )[1]
    if 0 < first <= TITLE_TOP and titles:  # nothing but the title can stand there
        title = titles[0]
    if title is None and first <= 2 and lines[first].words < 30 and _first_line_is_title(lines, first):
        title, first = lines[first], first + 1
        while first < len(lines) and not lines[first].prose:
            first += 1
    if title is not None:
        article.title, title.role = title.text.lstrip("# "), Role.TITLE
        for line in head:
            if line.folded == title.folded:
                line.role = Role.TITLE
    for line in head:
        if line.role is Role.TITLE:
            continue
        if found := _whole_date(line):
            line.role = Role.HEADER
            where = "first line" if line is lines[0] else "dateline"
            article.dates.append(FoundDate(where, found))
        elif byline := _BYLINE.match(line.text):
            line.role = Role.HEADER
            article.author = byline["name"].strip()
    return first


def _first_line_is_title(lines: Sequence[Line], first: int) -> bool:
    """A long heading that ends without a full stop, before longer paragraphs."""
    line = lines[first]
    return (
        not line.text.endswith(".") and line.words < 25 and any(after.prose for after in lines[first + 1 : first + 6])
    )


def could_be_title(line: Line) -> bool:
    """Whether a line may be a heading: some words, no date, no byline, no furniture."""
    least = 1 if line.raw.startswith("# ") else 2  # a heading of the first level in Markdown
    return (
        least <= line.words <= 30
        and not is_furniture(line)
        and _whole_date(line) is None
        and not _BYLINE.match(line.text)
    )


def _tokens(text: str) -> set[str]:
    return {token.casefold()[:6] for token in _TOKEN.findall(text)}


def _overlap(line: Line, vocabulary: set[str]) -> float:
    own = _tokens(line.text)
    return len(own & vocabulary) / len(own) if own else 0.0


def _below_panel(article: Article, lines: Sequence[Line], first: int, last: int) -> int:
    """Where the words begin below a user panel (``ann  Posts: 6``) in the upper half: a forum's opening post."""
    half = sum(max(0, weight(line)) for line in lines[first : last + 1]) / 2
    above = 0
    for index in range(first, last):
        above += max(0, weight(lines[index]))
        if above > half:
            break
        if counts_posts(lines[index]):
            article.author = clean_name(lines[index].text) or article.author
            first = index + 1
    while (
        first < last and find_date(lines[first].text[:100], reference=SOME_DAY) and lines[first].words <= LONGEST_HEADER
    ):
        first += 1
    return first


def _dateline(line: Line) -> bool:
    """``Posted by ann on Monday ...``: who published the article and when, though it may end as a sentence does."""
    return line.words <= 20 and opens("lead", line.folded) and find_date(line.text) is not None


def _whole_date(line: Line) -> date | None:
    if line.words > 12:
        return None
    found = parse_date(line.text) or (find_date(line.text) if line.words <= 8 else None)
    return found.date() if found else None


def _last_of_body(lines: Sequence[Line], first: int, last: int, article: Article) -> int:
    """Index of the body's last line: before the author's biography, and with the source named below the last paragraph."""
    for index in range(first + 1, last + 1):
        if name := _biography(lines, index):
            article.author = article.author or name
            last = index - 1
            break
    while last > first and weight(lines[last]) < 0:
        last -= 1
    while last + 1 < len(lines) and _closes_body(lines[last + 1]):
        last += 1
    return last


def _biography(lines: Sequence[Line], index: int) -> str | None:
    """The name over an author's biography: a person's name that stands there twice, with a paragraph behind it."""
    line = lines[index]
    if not _NAME.match(line.text) or line.words > 4 or not line.text[0].isupper():
        return None
    twin = index + 1 < len(lines) and lines[index + 1].folded == line.folded
    if twin and not any(other.words >= 40 for other in lines[index + 4 :]):
        return line.text
    return None


def _closes_body(line: Line) -> bool:
    """``source: Reuters`` and the like: short, but still the article's own words."""
    return (
        bool(re.match(r"(?:source|via|quelle|fonte|источник|fuente)s?\s*:?\s+\S", line.text, re.I)) and line.words <= 12
    ) or (line.ends_sentence and line.words >= 3 and not is_furniture(line))


def _caption(lines: Sequence[Line], index: int, title: str | None) -> bool:
    """A picture's caption: glued to a credit line below it, or nothing but words of the title."""
    line = lines[index]
    if line.prose or line.ends_sentence:
        return False
    below = lines[index + 1] if index + 1 < len(lines) else None
    if (
        below is not None
        and below.number == line.number + 1
        and below.text.startswith(("©", "Photo:", "Foto:", "Фото:"))
    ):
        return True
    return bool(title) and line.words >= 3 and _tokens(line.text) <= _tokens(title or "") and line.text != title


def _outlet(lines: Sequence[Line]) -> str | None:
    """What the page's own text names as its outlet: a bare domain, a reprint address, a copyright line; else None."""
    edges = [*lines[:10], *lines[-40:]] if len(lines) > 50 else list(lines)
    domains = [found[1].casefold() for line in edges if line.words <= 5 and (found := DOMAIN.match(line.text))]
    if domains:
        return domains[0]
    for line in reversed(edges):
        if found := _REPRINTS.search(line.text[:2000]):
            return found[1].casefold()
    for line in reversed(lines):
        if line.words <= 10 and (found := COPYRIGHT.match(line.text)):
            return found["name"].strip()
    return None
