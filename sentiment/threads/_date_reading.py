"""From the tokens of a recognised form to the moment that they mean."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any

from sentiment.threads._date_tokens import Tokens


@dataclass(frozen=True)
class Context:
    """What a reading depends on besides the text."""

    reference: datetime | None
    order: str
    languages: tuple[str, ...]


def read(found: re.Match[str], tokens: Tokens, context: Context) -> datetime | None:
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


def _ago(span: range, tokens: Tokens, context: Context) -> datetime | None:
    moment = context.reference
    if moment is None:
        return None
    count: int | None = None
    for i in span:
        value = tokens.values[i]
        if isinstance(value, int):
            count = value
        elif "ago" in value:
            moment = before(moment, count or 0, value["ago"])
        elif "unit" in value and (count is not None or i + 1 == span.stop or "unit" not in tokens.values[i + 1]):
            # a unit without a number before another unit is none: English "an" before "hour", French for year
            moment = before(moment, 1 if count is None else count, _meaning(value, "unit", context.languages))
            count = None
    return moment


def before(moment: datetime, count: int, unit: str) -> datetime:
    """So many units before a moment; months and years by the calendar, cut at a month's last day."""
    months = {"month": 1, "year": 12}.get(unit)
    if months is None:
        return moment - timedelta(**{unit + "s": count})
    year, month = divmod(moment.year * 12 + moment.month - 1 - count * months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _day(parts: dict[str, range], tokens: Tokens, context: Context) -> date | None:
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


def _calendar_day(parts: dict[str, range], tokens: Tokens, context: Context) -> date | None:
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
