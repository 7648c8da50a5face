"""What could be a person's display name, alone on a line or beside a date."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from sentiment.threads.dates import find_date, parse_date
from sentiment.threads.markers import fold, phrases
from sentiment.threads.text.lines import Line
from sentiment.threads.text.words import opening, words

SOME_DAY = datetime(2020, 6, 15, 12)
"""Only to see that "2 hours ago" is a date at all."""
NAME_EDGES = " \t\xa0*◦▪‣,;:|·•-–—»«()[]<>\"'“”„/…↑"
PARTS = re.compile(r"\s{2,}|\s*[|·•»«↑→]\s*|\s[–—-]\s|\t|\xa0+|,\s")
"""What parts a name from the rest of its line: two blanks (two elements side by side), dots, dashes."""

_COUNT = re.compile(r"\d[\d.,km]*\s+[^\W\d]+", re.I)
_NO_NAME = re.compile(
    r"(?:^|\s)#\s?\d|\b(?:nr|no|№)\.?\s?\d|\d[./:-]\d+[./:-]?\d*|https?:|www\.|\.(?:com|net|org|de|it|ru|fr|es|co\.uk)$",
    re.I,
)
"""Numbers of posts, dates, clock times, addresses."""
_IN_BRACKETS = re.compile(r"\s+[(\[].*$")
_DIGITS = re.compile(r"[\d\s.,:/+%()-]+")


def is_number(text: str) -> bool:
    """Counts and scores: nothing but digits and their signs."""
    return bool(_DIGITS.fullmatch(text))


def is_name(text: str) -> bool:
    """Whether a text could be a person's display name."""
    text = text.strip()
    if not 1 < len(text) <= 40 or "&" in text or len(text.split()) > 4 or text[-1] in "!?;:,…":
        return False
    if not any(sign.isalnum() for sign in text) or is_number(text) or ": " in text or text.endswith(":"):
        return False
    if _NO_NAME.search(text) or _COUNT.fullmatch(text):
        return False
    if text.endswith(".") and not text[-2:-1].isupper() and len(text.split()) > 1 and not abbreviated(text):
        return False
    return not _is_furniture(fold(text))


def abbreviated(text: str) -> bool:
    """``John Doe Jr.``: a full stop behind a short last word, all words with capitals."""
    *others, last = text.split() or [""]
    return (
        text.endswith(".")
        and len(last) <= 4
        and len(others) > 1
        and all(piece[0].isupper() for piece in (*others, last))
    )


@cache
def _furniture() -> frozenset[str]:
    kinds = (
        "control",
        "sort",
        "form_line",
        "heading",
        "empty",
        "page",
        "footer",
        "profile",
        "edited",
        "lead",
        "rank",
        "closing",
        "deleted",
    )
    return frozenset().union(*(words(kind) for kind in kinds))


def _is_furniture(folded: str) -> bool:
    return folded in _furniture() or folded in phrases("byline") or folded.startswith(("re:", "http", "www."))


def clean_name(text: str) -> str | None:
    """A name without what stands around it: "by", a rank, counts behind two blanks."""
    part = next((part for part in PARTS.split(text.strip()) if part.strip(NAME_EDGES)), "").strip(NAME_EDGES)
    while (found := opening("lead").match(part.casefold())) and found.end() < len(part) and part[found.end()] in " :":
        part = part[found.end() :].strip(NAME_EDGES)
    part = _IN_BRACKETS.sub("", part).strip(NAME_EDGES) or part
    pieces = part.split()
    for length in (3, 2, 1):
        tail = fold(" ".join(pieces[-length:]))
        if len(pieces) > length and (tail in words("rank") or tail in words("byline")):
            part = " ".join(pieces[:-length])
            break
    return part if is_name(part) and fold(part) not in words("rank") else None


_APART = re.compile(r"#\d+|[«»]|(?<=\s)/(?=\s)")
_GLUED = re.compile(r"(?<=[^\W\d_]{2})(?=\d{1,2}\.? [^\W\d_]{3,}\.? (?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d)")
_DATE_WORDS = re.compile(
    r"\d|\b(?:a|p)\.?m\b|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|today|yesterday|ago)\b",
    re.I,
)


def loosened(text: str) -> str:
    """A header with blanks where two elements were glued (``ann10 May 2018``), without numbers of posts and slashes."""
    return _GLUED.sub(" ", _APART.sub(" ", text))


def name_beside_date(line: Line) -> str | None:
    """The person on a line such as ``by ann on 3 May 2018``, ``#12 by ann`` or ``ann · 3 h``."""
    text = loosened(line.text)
    found = opening("lead").match(fold(text))
    if found and fold(text).startswith(("re:", "aw:")):
        return None
    for part in PARTS.split(text):
        name = _strip_leads(part)
        if not name:
            continue
        # "ann on 3 May 2018", "ann at 10:02", "ann 3 May": the name ends where the date, or a word before it, begins
        pieces = name.split()
        for length in range(1, min(5, len(pieces)) + 1):
            if _name_ends(pieces, length):
                candidate = " ".join(pieces[:length]).strip(NAME_EDGES)
                candidate = clean_name(candidate) or candidate
                if is_name(candidate) and not parse_date(candidate, reference=SOME_DAY) and not _calendar(candidate):
                    return candidate
                break
    return None


def _name_ends(pieces: list[str], length: int) -> bool:
    """Whether a date, or a word before it, begins behind so many words."""
    if length == len(pieces) or fold(pieces[length]) in words("lead") | words("byline"):
        return True
    rest = " ".join(pieces[length:])
    if parse_date(rest.strip(NAME_EDGES), reference=SOME_DAY):
        return True
    shorter = " ".join(pieces[length + 1 :])
    return bool(find_date(rest, reference=SOME_DAY)) and not find_date(shorter or "-", reference=SOME_DAY)


def _calendar(text: str) -> bool:
    """Words of a date that are no date yet: ``Sunday``, ``10:02 am``."""
    return all(_DATE_WORDS.match(piece) or fold(piece) in words("lead") for piece in text.split())


def _strip_leads(part: str) -> str:
    part = part.strip(NAME_EDGES)
    while (
        part
        and (found := opening("lead").match(part.casefold()))
        and (found.end() == len(part) or not part[found.end()].isalnum())
    ):
        part = part[found.end() :].strip(NAME_EDGES)
    return part
