"""Reads the dates of posts, in the forms and languages in which pages write them.

What is a date, in 22 languages, is said in ``_date_tokens.py``; ``_date_reading.py`` makes it a ``datetime``.
Without a date library, for speed: it agrees with dateparser on the dates of forum posts, about a hundred times faster.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache

from sentiment.threads._date_reading import Context, before, read
from sentiment.threads._date_tokens import ENGLISH, Tokens, fold, may_be_date, tokenise, words
from sentiment.threads.markers import phrases

FIRST_YEAR, LAST_YEAR = 1990, 2100
_LONGEST = 100  # characters; the longest forms of the 22 languages have about 60
_MOST_FILLERS = 6  # "el día 5 de marzo de 2018 a las 10:02 h" has four
_ISO = re.compile(r"\d{4}-\d\d-\d\d|(?:19|20)\d\d[01]\d[0-3]\d(?:$|[ T]\d\d:?\d\d)", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?", re.ASCII)  # 2001 to 2033: other numbers of ten digits are telephone numbers
_BARE = re.compile(r"([0-9]{1,3}) ?([^\W\d_]{1,5})\.?")
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d{1,2})(?![\d/-])", re.ASCII)
_IN_URL = re.compile(
    r"(?<![^/_.=-])((?:19|20)\d\d)"
    r"(?:/([01]?\d|[a-z]{3})/([0-3]?\d)(?=[/?#]|\.html?|$)"
    r"|([_-])([01]?\d)\4([0-3]?\d)(?!\d)|([01]\d)([0-3]\d)(?=[/_.?#-]|$))",
    re.ASCII,
)


def parse_date(
    text: str, *, reference: datetime | None = None, order: str = "DMY", languages: Sequence[str] = ()
) -> datetime | None:
    """The date that a text is as a whole, or None; never raises.

    Args:
        text: ISO 8601, RFC 2822, seconds or milliseconds since 1970, numeric, worded, or relative to now.
        reference: When the page was saved. Without it relative forms and forms without a year are None. "2 hours ago"
            keeps the time zone of the reference; every other form has the zone that the text states, or none.
        order: "DMY", "MDY" or "YMD", for numeric dates that can be read in several ways.
        languages: Languages that go first where a word means different things in different ones.
    """
    text = text.strip()
    if not 2 <= len(text) <= _LONGEST or not may_be_date(text):
        return None
    context = Context(reference, order.upper(), tuple(languages))
    try:
        return _sane(_fixed(text, context) or _worded(fold(text), context))
    except (ValueError, OverflowError):
        return None


def find_date(
    text: str, *, reference: datetime | None = None, order: str = "DMY", languages: Sequence[str] = ()
) -> datetime | None:
    """The first date in a longer text, but not of a profile ("Member since") or an edit; arguments as `parse_date`."""
    whole = parse_date(text, reference=reference, order=order, languages=languages)
    if whole is not None or not may_be_date(text):
        return whole
    folded = fold(text)
    tokens = tokenise(folded)
    context = Context(reference, order.upper(), tuple(languages))
    last = 0
    for found in _candidates(tokens.signature):
        start, end = tokens.starts[found.start()], tokens.ends[found.end() - 1]
        try:
            value = _sane(read(found, tokens, context))
        except (ValueError, OverflowError):
            continue
        if value is None or not _stands_out(found, tokens, folded):
            continue
        if not _belongs_elsewhere(folded[max(last, start - 80) : start]):
            return value
        last = end
    return None


def guess_order(texts: Iterable[str]) -> str:
    """The order of a page's numeric dates, by the values that can only be a day or a year; "DMY" if nothing tells."""
    votes: Counter[str] = Counter()
    for text in texts:
        for first, _, second, _ in _NUMERIC.findall(text):
            if int(first) > 31:
                votes["YMD"] += 1
            elif int(first) > 12 >= int(second):
                votes["DMY"] += 1
            elif int(second) > 12 >= int(first):
                votes["MDY"] += 1
    if votes["DMY"] or votes["MDY"]:  # a year in front can be read in any order
        return "MDY" if votes["MDY"] > votes["DMY"] else "DMY"
    return "YMD" if votes["YMD"] else "DMY"


def date_in_url(url: str) -> date | None:
    """The day in an address: /2018/03/05/, /2018/mar/05/, /2018-03-05-title, /20180305/; not a month alone or an id."""
    for found in _IN_URL.finditer(url):
        year, *rest = found.groups()
        month, day = (part for part in (*rest[:2], *rest[3:]) if part)
        try:
            value = date(int(year), ENGLISH.get(month) or int(month), int(day))
        except ValueError:
            continue
        if FIRST_YEAR <= value.year <= LAST_YEAR:
            return value
    return None


def _sane(value: datetime | None) -> datetime | None:
    return value if value is not None and FIRST_YEAR <= value.year <= LAST_YEAR else None


def _fixed(text: str, context: Context) -> datetime | None:
    """ISO 8601, Unix time and a unit alone ("2h"), which are no rows of words."""
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    if context.reference is not None and (found := _BARE.fullmatch(text)):
        count, word = found.groups()
        unit = words().meanings.get(fold(word), {}).get("bare")
        if unit and (len(word) > 1 or word.islower()):  # 2h, but not 3D or 5M
            return before(context.reference, int(count), unit)
    return None


def _worded(folded: str, context: Context) -> datetime | None:
    folded = folded.strip(" |•·-.,:;!…")
    if "now" in words().meanings.get(folded, ()):
        return context.reference
    tokens = tokenise(folded, strict=True)
    if tokens.fillers <= _MOST_FILLERS:
        for form in words().whole:
            if found := form.fullmatch(tokens.signature):
                return read(found, tokens, context)
    return None


def _candidates(signature: str) -> Iterator[re.Match[str]]:
    """Dates inside a long signature from the left; of several at one place, the longest."""
    found = [match for form in words().inside for match in form.finditer(signature)]
    end = 0
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end:
            yield match
            end = match.end()


def _stands_out(found: re.Match[str], tokens: Tokens, folded: str) -> bool:
    """Whether a match has a figure or is set apart: "ann | today | Reply", "an hour ago", not "join us today"."""
    start, end = found.span()
    if re.search(r"[\dTDC]", found.group()):
        return True
    signs = f"|{tokens.signature}|"
    set_off = signs[start] == "|" or (start > 0 and folded[tokens.ends[start - 1] : tokens.starts[start]].strip() != "")
    if "ago" in found.groupdict():
        return set_off or end - start > 2 or "before" in tokens.values[start]
    return set_off and signs[end + 1] == "|"


def _belongs_elsewhere(preceding: str) -> bool:
    """Whether a date is a profile's (label right before) or an edit's (label up to four words before, same line)."""
    line = preceding.rpartition("\n")[2]
    for kind, text, most_between in (("profile", preceding, 0), ("edited", line, 4)):
        for found in _labels(kind).finditer(text):
            between = (word for word in re.findall(r"\w+", text[found.end() :]) if words().signs.get(word) != "")
            if sum(1 for _ in between) <= most_between:
                return True
    return False


@cache
def _labels(kind: str) -> re.Pattern[str]:
    """The marker phrases of a kind, as texts are folded here."""
    listed = sorted({fold(phrase) for phrase in phrases(kind)}, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, listed)) + r")(?!\w)")
