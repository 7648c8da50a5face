"""Reads the dates of posts, in the forms and languages in which pages write them.

What is a date, in 22 languages, is said in ``_date_tokens.py``; here it becomes a ``datetime``.
Without a date library, for speed: it agrees with dateparser on the dates of forum posts, about a hundred times faster.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Any

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


@dataclass(frozen=True)
class _Context:
    """What a reading depends on besides the text."""

    reference: datetime | None
    order: str
    languages: tuple[str, ...]


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
    context = _Context(reference, order.upper(), tuple(languages))
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
    context = _Context(reference, order.upper(), tuple(languages))
    last = 0
    for found in _candidates(tokens.signature):
        start, end = tokens.starts[found.start()], tokens.ends[found.end() - 1]
        try:
            value = _sane(_read(found, tokens, context))
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


def _fixed(text: str, context: _Context) -> datetime | None:
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
            return _before(context.reference, int(count), unit)
    return None


def _worded(folded: str, context: _Context) -> datetime | None:
    folded = folded.strip(" |•·-.,:;!…")
    if "now" in words().meanings.get(folded, ()):
        return context.reference
    tokens = tokenise(folded, strict=True)
    if tokens.fillers <= _MOST_FILLERS:
        for form in words().whole:
            if found := form.fullmatch(tokens.signature):
                return _read(found, tokens, context)
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


def _belongs_elsewhere(before: str) -> bool:
    """Whether a date is a profile's (label right before) or an edit's (label up to four words before, same line)."""
    line = before.rpartition("\n")[2]
    for kind, text, most_between in (("profile", before, 0), ("edited", line, 4)):
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


def _read(found: re.Match[str], tokens: Tokens, context: _Context) -> datetime | None:
    """The moment of a matched form: each of its named groups spans the tokens of one part."""
    parts = {name: range(*found.span(name)) for name, group in found.groupdict().items() if group}
    if "ago" in parts:
        return _ago(parts["ago"], tokens, context)
    day = _day(parts, tokens, context)
    if day is None:
        return None
    clock = _clock(parts["time"], tokens) if "time" in parts else time()
    return datetime.combine(day, clock, _zone(parts["zone"], tokens) if "zone" in parts else None)


def _meaning(value: dict[str, Any], role: str, languages: Sequence[str]) -> Any:
    """What a word means in a role, in the first of the languages in which it means something of its own."""
    others = value.get(f"{role} by language", {})
    return next((others[language] for language in languages if language in others), value[role])


def _is_meant(value: dict[str, Any], languages: Sequence[str]) -> bool:
    """Whether a word needs no year or clock beside it: it is no everyday word, or one of another language."""
    return "everyday" not in value or not set(languages).isdisjoint(value["everyday"].split())


def _ago(span: range, tokens: Tokens, context: _Context) -> datetime | None:
    moment = context.reference
    if moment is None:
        return None
    count: int | None = None
    for i in span:
        value = tokens.values[i]
        if isinstance(value, int):
            count = value
        elif "ago" in value:
            moment = _before(moment, count or 0, value["ago"])
        elif "unit" in value and (count is not None or i + 1 == span.stop or "unit" not in tokens.values[i + 1]):
            # a unit without a number before another unit is none: English "an" before "hour", French for year
            moment = _before(moment, 1 if count is None else count, _meaning(value, "unit", context.languages))
            count = None
    return moment


def _before(moment: datetime, count: int, unit: str) -> datetime:
    months = {"month": 1, "year": 12}.get(unit)
    if months is None:
        return moment - timedelta(**{unit + "s": count})
    year, month = divmod(moment.year * 12 + moment.month - 1 - count * months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _day(parts: dict[str, range], tokens: Tokens, context: _Context) -> date | None:
    today = context.reference.date() if context.reference else None
    if "date" in parts:
        return _calendar_day(parts, tokens, context)
    if today is None:
        return None
    if "day" in parts:
        value = tokens.values[parts["day"].start]
        return today + timedelta(days=value["day"]) if "time" in parts or _is_meant(value, context.languages) else None
    weekday = _meaning(tokens.values[parts["weekday"].start], "weekday", context.languages)
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _calendar_day(parts: dict[str, range], tokens: Tokens, context: _Context) -> date | None:
    """The day of a numeric or worded date; the year is the reference's or one before if it is not said."""
    year = month = None
    meant = True
    numbers: list[int] = []
    for i in (*parts["date"], *parts.get("year", ())):
        sign, value = tokens.signature[i], tokens.values[i]
        if sign in "DC":
            return _numeric(value, context.order, has_clock="time" in parts)
        if sign == "4":
            year = value
        elif sign == "Y":
            year = _full_year(int(value[1:]))
        elif isinstance(value, int):
            numbers.append(value)
        elif isinstance(value, dict) and "month" in value:
            month = int(_meaning(value, "month", context.languages))
            meant = _is_meant(value, context.languages)
    if month is None:  # "27.3., 10:02"
        month = numbers.pop(0 if context.order == "MDY" and numbers[0] <= 12 else 1)
    elif len(numbers) == 2:
        year = _full_year(numbers[1])
    if year is None:
        return _latest(month, numbers[0], context.reference) if meant or "time" in parts else None
    return date(year, month, numbers[0])


def _numeric(value: tuple[str, str, str, str], order: str, *, has_clock: bool) -> date | None:
    a, sep, b, c = value
    first, second, third = int(a), int(b), int(c)
    if len(a) == 4:
        return date(first, second, third) if len(c) <= 2 else None
    if order == "YMD" and len(a) == 2 and len(c) <= 2 and second <= 12 and third <= 31:
        return date(_full_year(first), second, third)
    if len(a) == 3 or len(c) not in (2, 4):
        return None
    if len(c) == 2 and len(a) == len(b) == 1 and sep != "/" and not has_clock:
        return None  # 1.2.10 is a version
    if len(c) == 2 and first > 31:
        return date(_full_year(first), second, third)
    year = third if len(c) == 4 else _full_year(third)
    if second > 12 or (order == "MDY" and first <= 12):
        return date(year, first, second)
    return date(year, second, first)


def _full_year(two_digits: int) -> int:
    """90 to 99 are of the last century, the others of this one; none is far in the future."""
    if 50 <= two_digits < 90:
        raise ValueError(f"'{two_digits} is no year in which readers commented")
    return two_digits + (1900 if two_digits >= 90 else 2000)


def _latest(month: int, day: int, reference: datetime | None) -> date | None:
    """The last such day until the reference; a 29 February can be eight years back."""
    if reference is None:
        return None
    for year in range(reference.year, reference.year - 9, -1):
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= reference.date():
            return date(year, month, day)
    return None


def _clock(span: range, tokens: Tokens) -> time:
    numbers: list[int] = []
    half, microsecond = "", 0
    for i in span:
        value = tokens.values[i]
        if tokens.signature[i] == "T":
            whole, _, fraction = value.replace(",", ".").partition(".")
            numbers = [int(part) for part in whole.split(":")]
            microsecond = int(fraction[:6].ljust(6, "0"))
        elif tokens.signature[i] == "C":
            numbers = [int(value[part]) for part in (0, 2, 3)]
        elif isinstance(value, int):
            numbers.append(value)
        elif isinstance(value, dict):
            half = value.get("half", half)
    hour, minute, second = (*numbers, 0, 0)[:3]
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return time(hour, minute, second, microsecond)


def _zone(span: range, tokens: Tokens) -> tzinfo:
    offsets = [tokens.values[i] for i in span if tokens.signature[i] == "O"]
    minutes = _offset(offsets[0]) if offsets else int(tokens.values[span.start]["zone"])
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def _offset(text: str) -> int:
    """Minutes east of UTC, of "+02:00", "-0500", "utc+3"."""
    sign, digits = ("-" if "-" in text else "+"), re.sub(r"\D", "", text)
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 14 or minutes not in (0, 30, 45):
        raise ValueError(f"{text} is no time zone, rather the end of a span of time")
    return (hours * 60 + minutes) * (-1 if sign == "-" else 1)
