"""The shown lines of a page with what the miner asks of each: its keys, whether a date stands on it, whether it is short.

A *key* is what two lines of the same furniture have in common: ``Posts: 24`` and ``Posts: 3`` share ``posts: #``, ``Find all
posts by ann`` and ``... by bob`` share their first two words. Keys are counted, never compared pairwise, so that the miner
stays linear in the number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache

from sentiment.threads.dates import find_date, parse_date
from sentiment.threads.markers import fold, pattern, phrases
from sentiment.threads.text.lines import Line
from sentiment.threads.text.names import (
    NAME_EDGES,
    PARTS,
    SOME_DAY,
    abbreviated,
    clean_name,
    loosened,
    name_beside_date,
)
from sentiment.threads.text.replies import answered
from sentiment.threads.text.words import has, opens, words

LONGEST_HEADER = 14
"""Words of the longest line that can stand in a header; the longest seen was a name, a rank, two counts and a title."""
LONGEST_LABELLED = 24
"""Words of the longest line that a label may open: what a user panel says about a person can be half a sentence."""
LONGEST_MENTION = 300
"""Signs of a line among which names are looked for that it addresses."""
LONGEST_KEY = 8
"""Words of the longest line that can be the same furniture beside every post."""

_LABEL = re.compile(r"([^\W\d][^:]{1,40}):(?=\s|$)")
_TITLE = re.compile(r"(?:re|aw|sv|odp|antw|ответ)\s?:", re.I)
"""``Re: A title``: the subject line of a post."""
_MENTION = re.compile(
    r"@(?P<at>[\w.+-]{2,30})|(?:^|[.!?:]\s|quote from:?|by)\s*(?P<who>[\w.+ -]{2,30}?)\s+(?:said|wrote|schrieb|a écrit|ha scritto|escribió|says|hat geschrieben|пишет|написал)\b",
    re.I,
)
_LEAD = re.compile(r"[\W_]*([^\W\d_]+)")
_HAS_WORD = re.compile(r"[^\W_]|[^\x00-\x7f]")


class View:
    """Shown lines by index, each looked at once and only when asked for."""

    def __init__(self, lines: Sequence[Line], reference: datetime | None = None) -> None:
        self.lines = lines
        self.reference = reference or SOME_DAY
        self._keys: list[tuple[str, ...] | None] = [None] * len(lines)
        self._dates: list[str | None] = [None] * len(lines)
        self._names: dict[int, str | None] = {}
        self._beside: dict[int, str | None] = {}
        self._profiles: dict[int, bool] = {}
        self._buttons: dict[int, bool] = {}
        self._quoting: dict[int, bool] = {}
        self._standing: dict[int, bool] = {}
        self._mentions: dict[int, tuple[str, ...]] = {}
        self._values: dict[tuple[int, str], datetime | None] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def short(self, index: int) -> bool:
        """Whether a line has at most six words and does not end as a sentence."""
        line = self.lines[index]
        if line.words > 6:
            return False
        return not line.words or not line.text.endswith((".", "!", "?", ",", "…")) or abbreviated(line.text)

    def keys(self, index: int) -> tuple[str, ...]:
        """What the line may share with others of its kind, the whole line first; empty for running text."""
        found = self._keys[index]
        if found is None:
            found = self._keys[index] = self._find_keys(index)
        return found

    def _find_keys(self, index: int) -> tuple[str, ...]:
        line = self.lines[index]
        if line.words > LONGEST_HEADER or len(line.text) > 160:
            label = _LABEL.match(line.text) if line.words <= LONGEST_LABELLED and not line.ends_sentence else None
            return (f"label {fold(label[1])}",) if label else ()
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
            self._values[key] = find_date(loosened(self.lines[index].text), reference=reference, order=order)
        return self._values[key]

    def name(self, index: int) -> str | None:
        """The name that a header line is, or None."""
        if not 0 <= index < len(self.lines):
            return None
        if index not in self._names:
            self._names[index] = self._find_name(index)
        return self._names[index]

    def beside_date(self, index: int) -> str | None:
        """The person named on a line with a date, or None."""
        if index not in self._beside:
            self._beside[index] = name_beside_date(self.lines[index])
        return self._beside[index]

    def mentions(self, index: int) -> tuple[str, ...]:
        """The names that a line addresses or quotes, folded."""
        if index not in self._mentions:
            found = _MENTION.finditer(self.lines[index].text[:LONGEST_MENTION])
            self._mentions[index] = tuple(fold(one["at"] or one["who"]) for one in found)
        return self._mentions[index]

    def profile(self, index: int) -> bool:
        """As :func:`has_profile`, asked once."""
        if index not in self._profiles:
            self._profiles[index] = has_profile(self.lines[index])
        return self._profiles[index]

    def button(self, index: int) -> bool:
        """As :func:`is_button`, asked once."""
        if index not in self._buttons:
            self._buttons[index] = is_button(self.lines[index])
        return self._buttons[index]

    def quoting(self, index: int) -> bool:
        """Whether a line opens a quote or is one, asked once."""
        if index not in self._quoting:
            line = self.lines[index]
            self._quoting[index] = line.text.startswith(">") or quote_attribution(line)
        return self._quoting[index]

    def standing(self, index: int) -> bool:
        """Whether a line is part of a header or a foot by its own words: a panel, a button, a rank, whom it answers."""
        if index not in self._standing:
            line = self.lines[index]
            self._standing[index] = (
                self.profile(index)
                or self.button(index)
                or line.is_marker("sort")
                or (line.words <= 6 and answered([line]) is not None)
                or line.folded in words("rank")
            )
        return self._standing[index]

    def _find_name(self, index: int) -> str | None:
        line = self.lines[index]
        if line.words > LONGEST_HEADER or line.folded in words("rank") or empty_of_words(line) or self.button(index):
            return None
        if line.prose:
            return None  # "Thanks, that is good news for us all."
        if self.date_kind(index) in ("whole", "start", "numbered"):
            return None
        if is_title(line):
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
        if not any(map(str.isdigit, line.text)):  # "ann · yesterday"
            parts = PARTS.split(line.text)
            return (
                "name" if len(parts) > 1 and any(parse_date(part, reference=self.reference) for part in parts) else ""
            )
        if not find_date(loosened(line.text), reference=self.reference):
            return ""
        if line.text.startswith("#") or line.text[0].isdigit():
            return "numbered" if line.text[0] == "#" else "start"
        lead = _LEAD.match(line.text)
        word = lead[1].casefold() if lead else ""
        if word in leads():
            return word
        pieces = line.text.split()
        opening_date = any(parse_date(" ".join(pieces[:length]), reference=self.reference) for length in (2, 3, 4, 5))
        return "start" if opening_date else "name"


@cache
def leads() -> frozenset[str]:
    """Words that stand before an author or a date in a header."""
    return frozenset(word for word in words("lead") | words("byline") if " " not in word)


def is_title(line: Line) -> bool:
    """``Re: A title``: the subject line of an answer."""
    return _TITLE.match(line.text) is not None


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
    return line.is_marker("control") or is_reply(line) or _all_buttons(line)


def _all_buttons(line: Line) -> bool:
    """``Like Reply``, ``Mi piace · Rispondi · 2 h``: nothing but buttons, counts and times."""
    parts = [part for part in re.split(r"\s*[|·•/]\s*|\s{2,}", line.text) if part.strip()]
    if line.words > 8 or not line.folded:
        return False
    if len(parts) == 1:
        parts = line.text.split()
    known = words("control") | words("reply")
    buttons = sum(fold(part) in known for part in parts)
    return buttons > 0 and all(fold(part) in known or part[:1].isdigit() for part in parts)


def is_reply(line: Line) -> bool:
    """A button that only posts have: to answer, to quote, to report."""
    if line.words > 6 or not line.folded:
        return False
    return line.folded in words("reply") or (
        opens("reply", line.folded) and not line.text.endswith((".", "!", "?", ","))
    )


def has_profile(line: Line) -> bool:
    """Whether a line, or one of its parts, is about the person: ``ann   Member Posts: 6``."""
    return is_profile(line) or counts_posts(line)


def counts_posts(line: Line) -> bool:
    """Whether a number stands beside a fact about a person, as in ``Posts: 6`` or ``6 posts``."""
    return line.words <= LONGEST_HEADER and _counts(line.folded)


@lru_cache(maxsize=10_000)
def _counts(folded: str) -> bool:
    """Of a short line, which is asked for by each of the readings that are tried."""
    return _counted().search(folded) is not None


@cache
def _counted() -> re.Pattern[str]:
    every = "|".join(sorted(map(re.escape, words("profile")), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:(?:{every}): ?#|# ?(?:{every}))(?!\w)")


def empty_of_words(line: Line) -> bool:
    """A rule, a row of stars: signs without a letter or a digit."""
    return not _HAS_WORD.search(line.text)


def quote_attribution(line: Line) -> bool:
    """``ann said:``, ``Quote from: ann on ...``, ``Originally posted by ann``: what opens a quote inside a post."""
    if line.words > 12 or not line.folded:
        return False
    return opens("quote", line.folded) or (line.text.rstrip(" ↑»").endswith(":") and bool(_says().search(line.folded)))


@cache
def _says() -> re.Pattern[str]:
    return re.compile(pattern("byline").pattern + r"$")
