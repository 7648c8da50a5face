"""The shown lines of a page with what the miner asks of each: its keys, whether a date stands on it, whether it is short.

A *key* is what two lines of the same furniture have in common: ``Posts: 24`` and ``Posts: 3`` share ``posts: #``, ``Find all
posts by ann`` and ``... by bob`` share their first two words. Keys are counted, never compared pairwise, so that the miner
stays linear in the number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sentiment.threads.dates import find_date, parse_date
from sentiment.threads.markers import fold, pattern, phrases
from sentiment.threads.text.lines import Line
from sentiment.threads.text.words import has, opening, opens, words

SOME_DAY = datetime(2020, 6, 15, 12)
"""Only to see that "2 hours ago" is a date at all."""
LONGEST_HEADER = 14
"""Words of the longest line that can stand in a header; the longest seen was a name, a rank, two counts and a title."""
LONGEST_KEY = 8
"""Words of the longest line that can be the same furniture beside every post."""
NAME_EDGES = " \t\xa0,;:|·•-–—»«()[]<>\"'“”„/…↑"

PARTS = re.compile(r"\s{2,}|\s*[|·•»«↑→]\s*|\s[–—-]\s|\t|\xa0+|,\s")
"""What parts a name from the rest of its line: two blanks (two elements side by side), dots, dashes."""

_LABEL = re.compile(r"([^\W\d][^:]{1,40}):(?=\s|$)")
_TITLE = re.compile(r"(?:re|aw|sv|odp|antw|ответ)\s?:", re.I)
"""``Re: A title``: the subject line of a post."""
_HASH = re.compile(r"#\d+|[«»]")
_COUNT = re.compile(r"\d[\d.,km]*\s+[^\W\d]+", re.I)
_NO_NAME = re.compile(r"(?:^|\s)#\s?\d|\b(?:nr|no|№)\.?\s?\d|\d[./:-]\d+[./:-]?\d*|https?:|www\.|\.(?:com|net|org|de|it|ru|fr|es|co\.uk)$", re.I)
"""Numbers of posts, dates, clock times, addresses."""
_LEAD = re.compile(r"[\W_]*([^\W\d_]+)")
_DIGITS = re.compile(r"[\d\s.,:/+%()-]+")
_HAS_WORD = re.compile(r"[^\W_]|[^\x00-\x7f]")


class View:
    """Shown lines by index, each looked at once and only when asked for."""

    def __init__(self, lines: Sequence[Line], reference: datetime | None = None) -> None:
        self.lines = lines
        self.reference = reference or SOME_DAY
        self._keys: list[tuple[str, ...] | None] = [None] * len(lines)
        self._dates: list[str | None] = [None] * len(lines)
        self._names: dict[int, str | None] = {}
        self._values: dict[tuple[int, str], datetime | None] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def short(self, index: int) -> bool:
        """Whether a line has at most six words and does not end as a sentence."""
        line = self.lines[index]
        return line.words <= 6 and not line.text.endswith((".", "!", "?", ",", "…"))

    def keys(self, index: int) -> tuple[str, ...]:
        """What the line may share with others of its kind, the whole line first; empty for running text."""
        found = self._keys[index]
        if found is None:
            found = self._keys[index] = self._find_keys(index)
        return found

    def _find_keys(self, index: int) -> tuple[str, ...]:
        line = self.lines[index]
        if line.words > LONGEST_HEADER or len(line.text) > 160:
            return ()
        if kind := self.date_kind(index):
            return (f"date {kind}",)
        folded = line.folded
        if not folded:
            return (f"sign {line.text[:8]}",)
        keys = [folded] if line.words <= LONGEST_KEY else []
        if label := _LABEL.match(line.text):
            keys.append(f"label {fold(label[1])}")
        tokens = folded.split()
        if len(tokens) >= 3:
            keys += [f"first {tokens[0]} {tokens[1]}", f"last {tokens[-2]} {tokens[-1]}"]
            if tokens[-1] in phrases("byline"):
                keys.append(f"last {tokens[-1]}")
        elif len(tokens) == 2:
            keys += [f"first {tokens[0]}", f"last {tokens[-1]}"]
        return tuple(keys)

    def date_kind(self, index: int) -> str:
        """How a date stands on the line: ``whole``, ``start``, behind a word (which), ``name``; empty without a date.

        The date of a profile ("Member since", or the value under such a label) is none.
        """
        found = self._dates[index]
        if found is None:
            found = self._dates[index] = self._find_date_kind(index)
        return found

    def date(self, index: int, reference: datetime | None, order: str) -> datetime | None:
        """The date on a line, read once for each order of numeric dates."""
        key = (index, order)
        if key not in self._values:
            self._values[key] = find_date(
                _HASH.sub(" ", self.lines[index].text), reference=reference, order=order
            )
        return self._values[key]

    def name(self, index: int) -> str | None:
        """The name that a header line is, or None."""
        if not 0 <= index < len(self.lines):
            return None
        if index not in self._names:
            self._names[index] = self._find_name(index)
        return self._names[index]

    def _find_name(self, index: int) -> str | None:
        line = self.lines[index]
        if line.words > LONGEST_HEADER or line.folded in words("rank") or empty_of_words(line):
            return None
        if self.date_kind(index) in ("whole", "start", "numbered"):
            return None
        if _TITLE.match(line.text):
            return None
        if opens("answer", line.folded) and len(line.folded.split()) > 2:
            return None
        if has("liked", line.folded) or opens("attached", line.folded):
            return None
        if len(PARTS.split(line.text)) == 1 and (is_profile(line) or (index and is_label(self.lines[index - 1]))):
            return None
        return clean_name(line.text)

    def _find_date_kind(self, index: int) -> str:
        line = self.lines[index]
        if line.words > LONGEST_HEADER or len(line.text) > 160 or line.is_marker("heading", "control"):
            return ""
        if opens("heading", line.folded) or opens("edited", line.folded):
            return ""
        if is_profile(line) or (index and self.lines[index - 1].folded in words("since")):
            return ""
        if parse_date(line.text.strip(NAME_EDGES), reference=self.reference):
            return "whole"
        if not find_date(line.text, reference=self.reference):
            return ""
        if line.text.startswith("#") or line.text[0].isdigit():
            return "numbered" if line.text[0] == "#" else "start"
        lead = _LEAD.match(line.text)
        word = lead[1].casefold() if lead else ""
        if word in leads():
            return word
        first = " ".join(line.text.split()[:3])
        return "start" if find_date(first, reference=self.reference) else "name"


def clean_name(text: str) -> str | None:
    """A name without what stands around it: "by", a rank, counts behind two blanks."""
    part = next((part for part in PARTS.split(text.strip()) if part.strip(NAME_EDGES)), "").strip(NAME_EDGES)
    while (found := opening("lead").match(part.casefold())) and found.end() < len(part) and part[found.end()] in " :":
        part = part[found.end() :].strip(NAME_EDGES)
    pieces = part.split()
    for length in (3, 2, 1):
        tail = fold(" ".join(pieces[-length:]))
        if len(pieces) > length and (tail in words("rank") or tail in words("byline")):
            part = " ".join(pieces[:-length])
            break
    return part if is_name(part) and fold(part) not in words("rank") else None


@cache
def leads() -> frozenset[str]:
    """Words that stand before an author or a date in a header."""
    return frozenset(word for word in words("lead") | words("byline") if " " not in word)


def is_label(line: Line) -> bool:
    """A label on a line of its own whose value stands below: ``Join Date``, ``Beiträge:``."""
    return line.words <= 4 and (line.folded in words("profile"))


def is_profile(line: Line) -> bool:
    """``Posts: 74; Member since: Apr 02, 2018``: about the person, not about the post."""
    if not line.folded or not opens("profile", line.folded):
        return False
    if line.folded in words("profile") or (":" in line.text and line.words <= LONGEST_HEADER):
        return True
    return line.words <= LONGEST_KEY and ("#" in line.folded or find_date(line.text, reference=SOME_DAY) is not None)


def is_button(line: Line) -> bool:
    """A button or link beside a post, alone on its line or with others."""
    return line.is_marker("control") or is_reply(line)


def is_reply(line: Line) -> bool:
    """A button that only posts have: to answer, to quote, to report."""
    if line.words > 6 or not line.folded:
        return False
    return line.folded in words("reply") or (opens("reply", line.folded) and not line.text.endswith((".", "!", "?", ",")))


def has_profile(line: Line) -> bool:
    """Whether a line, or one of its parts, is about the person: ``ann   Member Posts: 6``."""
    if is_profile(line):
        return True
    return line.words <= LONGEST_HEADER and bool(_counted().search(line.folded))


@cache
def _counted() -> re.Pattern[str]:
    every = "|".join(sorted(map(re.escape, words("profile")), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:(?:{every}): ?#|# ?(?:{every}))(?!\w)")


def is_number(text: str) -> bool:
    """Counts and scores: nothing but digits and their signs."""
    return bool(_DIGITS.fullmatch(text))


def empty_of_words(line: Line) -> bool:
    """A rule, a row of stars: signs without a letter or a digit."""
    return not _HAS_WORD.search(line.text)


def is_name(text: str) -> bool:
    """Whether a text could be a person's display name."""
    text = text.strip()
    if not 1 < len(text) <= 40 or "&" in text or len(text.split()) > 4 or text[-1] in "!?;:,…":
        return False
    if not any(sign.isalnum() for sign in text) or is_number(text) or ": " in text or text.endswith(":"):
        return False
    if _NO_NAME.search(text) or _COUNT.fullmatch(text):
        return False
    if text.endswith(".") and not text[-2:-1].isupper() and len(text.split()) > 1:
        return False
    return not _is_furniture(fold(text))


@cache
def _furniture() -> frozenset[str]:
    kinds = ("control", "sort", "form_line", "heading", "empty", "page", "footer", "profile", "edited", "lead", "rank")
    return frozenset().union(*(words(kind) for kind in kinds))


def _is_furniture(folded: str) -> bool:
    return folded in _furniture() or folded in phrases("byline") or folded.startswith(("re:", "http", "www."))


def quote_attribution(line: Line) -> bool:
    """``ann said:``, ``Quote from: ann on ...``, ``Originally posted by ann``: what opens a quote inside a post."""
    if line.words > 12 or not line.folded:
        return False
    return opens("quote", line.folded) or (line.text.rstrip(" ↑»").endswith(":") and bool(_says().search(line.folded)))


@cache
def _says() -> re.Pattern[str]:
    return re.compile(pattern("byline").pattern + r"$")
