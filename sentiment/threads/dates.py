"""Reads the dates of posts, in the forms and languages in which pages write them.

A text becomes a row of tokens, each one character of a *signature*: "Mon, 5 March 2018 at 10:02" is ``w 1 M 4 T`` (fillers such as
"at" vanish). A handful of patterns over signatures then says what is a date. The words are data (``dates.json``, from the CLDR).
"""

from __future__ import annotations

import calendar
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from typing import Any

from sentiment.threads.markers import pattern as marker_pattern

FIRST_YEAR, LAST_YEAR = 1990, 2100
_LONGEST = 100  # characters; the longest date text in 22 languages has about 60
_MOST_FILLERS = 6
_SIGNS = str.maketrans(
    dict.fromkeys('()[]|•·«»„“”"@', " ")
    | dict.fromkeys("–—−", "-")
    | dict.fromkeys("\u200e\u200f\u202a\u202c\u0307")
    | {"’": "'", "ı": "i"}
)
_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d|(?:19|20)\d\d[01]\d[0-3]\d(?:$|[ T]\d{4}))", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?", re.ASCII)
_BARE = re.compile(r"(\d{1,3}) ?([^\W\d_]{1,5})\.?")
_CJK_DATE = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号일]?")
_IN_URL = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([/_-])(\d{1,2})\2(\d{1,2})(?=[/_.-]|$)|(\d\d)(\d\d)(?=[/_-]|$))", re.ASCII
)
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])", re.ASCII)


@dataclass(frozen=True)
class _Words:
    """The table, ready for look-up: a word's meanings by role, its character in a signature, and the compiled patterns."""

    meanings: dict[str, dict[str, Any]]
    by_language: dict[str, dict[str, dict[str, Any]]]
    signs: dict[str, str]
    token: re.Pattern[str]
    forms: tuple[re.Pattern[str], ...]
    inside: tuple[re.Pattern[str], ...]
    without_digits: frozenset[str]


@dataclass
class _Tokens:
    """A text as its signature, with the value and the position of each of its characters."""

    signature: str = ""
    values: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fillers: int = 0


@dataclass(frozen=True)
class _Context:
    """What a reading depends on besides the text."""

    reference: datetime | None
    order: str
    languages: tuple[str, ...]


def parse_date(
    text: str, *, reference: datetime | None = None, order: str = "DMY", languages: Sequence[str] = ()
) -> datetime | None:
    """The date that a text is as a whole, or None.

    Args:
        text: ISO 8601, RFC 2822, seconds or milliseconds since 1970, numeric, worded or relative to now.
        reference: When the page was saved. Without it, relative forms and forms without a year are None. "2 hours ago" has the time
            zone of the reference; every other form has the zone that the text states, else none.
        order: "DMY", "MDY" or "YMD" for numeric dates that can be read in several ways.
        languages: Languages that go first where a word means different things.
    """
    text = text.strip()
    if not 2 <= len(text) <= _LONGEST:
        return None
    words = _words()
    if not _has_digit(text) and words.without_digits.isdisjoint(re.findall(r"[^\W\d_]+", fold(text))):
        return None
    context = _Context(reference, order.upper(), tuple(languages))
    try:
        return _sane(_fixed(text, context) or _worded(fold(text), context))
    except (ValueError, OverflowError):
        return None


def find_date(
    text: str, *, reference: datetime | None = None, order: str = "DMY", languages: Sequence[str] = ()
) -> datetime | None:
    """The first date inside a longer text that is not the date of a profile ("Member since") or of an edit."""
    whole = parse_date(text, reference=reference, order=order, languages=languages)
    if whole is not None:
        return whole
    folded = fold(text)
    tokens = _tokens(folded)
    context = _Context(reference, order.upper(), tuple(languages))
    last = 0
    for found in _candidates(tokens.signature):
        start, end = tokens.starts[found.start()], tokens.ends[found.end() - 1]
        try:
            value = _sane(_read(found, tokens, context))
        except (ValueError, OverflowError):
            continue
        if value is not None and not _belongs_elsewhere(folded[max(last, start - 80) : start]):
            return value
        last = end
    return None


def guess_order(texts: Iterable[str]) -> str:
    """The order of numeric dates on a page, from the values that can only be a day or a year; "DMY" if nothing tells."""
    votes: Counter[str] = Counter()
    for text in texts:
        for first, _, second, _ in _NUMERIC.findall(text):
            if int(first) > 31:
                votes["YMD"] += 1
            elif int(first) > 12 >= int(second):
                votes["DMY"] += 1
            elif int(second) > 12 >= int(first):
                votes["MDY"] += 1
    if votes["DMY"] or votes["MDY"]:
        return "MDY" if votes["MDY"] > votes["DMY"] else "DMY"
    return "YMD" if votes["YMD"] else "DMY"


def date_in_url(url: str) -> date | None:
    """The day in an address (/2018/03/05/, /2018-03-05-title, /20180305/), None for a mere month or an id."""
    for found in _IN_URL.finditer(url):
        year, _, month, day, short_month, short_day = found.groups()
        try:
            value = date(int(year), int(month or short_month), int(day or short_day))
        except ValueError:
            continue
        if FIRST_YEAR <= value.year <= LAST_YEAR:
            return value
    return None


def fold(text: str) -> str:
    """Lower case, compatibility forms and typographic signs made plain, Turkish ı as i."""
    if text.isascii():
        return text.casefold().translate(_SIGNS)
    return unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)


# Reading


def _fixed(text: str, context: _Context) -> datetime | None:
    """ISO 8601, Unix time and a unit alone ("2h"), which need no table."""
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), timezone.utc)
    if context.reference is not None and (found := _BARE.fullmatch(text)):
        count, word = found.groups()
        unit = _words().meanings.get(fold(word), {}).get("bare")
        if unit and (len(word) > 1 or word.islower()):  # 2h, but not 3D or 5M
            return _before(context.reference, int(count), unit)
    return None


def _worded(folded: str, context: _Context) -> datetime | None:
    if _words().meanings.get(folded.rstrip(" .!…"), {}).get("now"):
        return context.reference
    tokens = _tokens(folded, strict=True)
    if not tokens.signature or tokens.fillers > _MOST_FILLERS:
        return None
    for form in _words().forms:
        if found := form.fullmatch(tokens.signature):
            return _read(found, tokens, context)
    return None


def _tokens(folded: str, strict: bool = False) -> _Tokens:
    """Turn a folded text into tokens; a strict reader gives up (an empty signature) at the first thing that no date contains."""
    if not folded.isascii():
        folded = _CJK_DATE.sub(_plain_cjk, folded)
    words, out, signs = _words(), _Tokens(), []
    for found in words.token.finditer(folded):
        kind, text = found.lastgroup or "", found.group()
        if kind == "skip":
            continue
        sign, value = _token(kind, text, found, words)
        if sign == "f":
            out.fillers += 1
            continue
        if sign == "?" and strict:
            return _Tokens()
        signs.append(sign)
        out.values.append(value)
        out.starts.append(found.start())
        out.ends.append(found.end())
    out.signature = "".join(signs)
    return out


def _plain_cjk(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    if not 1 <= int(month) <= 12:
        return found.group()
    return f"{year}-{month}-{day} " if year else f" {calendar.month_name[int(month)].lower()} {day} "


def _token(kind: str, text: str, found: re.Match[str], words: _Words) -> tuple[str, Any]:
    if kind == "word":
        text = text.replace(" ", "").replace(".", "") if "." in text else text
        return words.signs.get(text, "?"), words.meanings.get(text)
    if kind == "number":
        digits = found["number"]
        return {1: "1", 2: "2", 3: "3", 4: "4"}.get(len(digits), "?"), int(digits) if len(digits) < 5 else None
    if kind == "numeric":
        return "D", (found["a"], found["sep"], found["b"], found["c"])
    if kind in {"clock", "offset", "short"}:
        return {"clock": "T", "offset": "O", "short": "Y"}[kind], text
    return (text if kind == "sign" else "?"), None


def _read(found: re.Match[str], tokens: _Tokens, context: _Context) -> datetime | None:
    """The date of a match: each named group spans the tokens of one part."""
    parts = {name: range(*found.span(name)) for name, group in found.groupdict().items() if group}
    if "ago" in parts:
        return _ago(parts["ago"], tokens, context)
    clock = _clock(parts["time"], tokens) if "time" in parts else time()
    zone = _zone(parts["zone"], tokens) if "zone" in parts else None
    if "day" in parts:
        offset = tokens.values[parts["day"][0]]["day"]
        base = context.reference.date() + timedelta(days=offset) if context.reference else None
    elif "weekday" in parts:
        base = _last_weekday(tokens.values[parts["weekday"][0]]["weekday"], context)
    else:
        base = _day(parts, tokens, context)
    return datetime.combine(base, clock, zone) if base else None


def _ago(span: range, tokens: _Tokens, context: _Context) -> datetime | None:
    moment, count = context.reference, 1
    for i in span:
        if tokens.signature[i].isdigit():
            count = tokens.values[i]
        elif moment is not None and "unit" in tokens.values[i]:
            moment, count = _before(moment, count, tokens.values[i]["unit"]), 1
    return moment


def _before(moment: datetime, count: int, unit: str) -> datetime:
    months = {"month": 1, "year": 12}.get(unit)
    if months is None:
        return moment - timedelta(**{unit + "s": count})
    year, month = divmod(moment.year * 12 + moment.month - 1 - count * months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _clock(span: range, tokens: _Tokens) -> time:
    numbers: list[int] = []
    half, micro = "", 0
    for i in span:
        value = tokens.values[i]
        if tokens.signature[i] == "T":
            whole, _, fraction = value.replace(",", ".").partition(".")
            numbers = [int(part) for part in whole.split(":")]
            micro = int(fraction[:6].ljust(6, "0"))
        elif isinstance(value, int):
            numbers.append(value)
        elif isinstance(value, dict):
            half = value.get("half", half)
    hour, minute, second = (*numbers, 0, 0)[:3]
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return time(hour, minute, second, micro)


def _zone(span: range, tokens: _Tokens) -> tzinfo:
    value = tokens.values[span[-1]]
    if isinstance(value, dict):
        minutes = int(value["zone"])
    else:
        sign, digits = re.sub(r"[^\d+-]", "", value)[0], re.sub(r"\D", "", value)
        hours, rest = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
        minutes = (int(hours) * 60 + int(rest)) * (-1 if sign == "-" else 1)
    return timezone(timedelta(minutes=minutes)) if minutes else timezone.utc


def _day(parts: dict[str, range], tokens: _Tokens, context: _Context) -> date | None:
    """The calendar day of a numeric or worded date, the year from the reference if it has none."""
    year = month = None
    numbers: list[int] = []
    for i in (*parts["date"], *parts.get("year", ())):
        sign, value = tokens.signature[i], tokens.values[i]
        if sign == "D":
            return _numeric(value, "time" in parts, context.order)
        if sign == "4":
            year = value
        elif sign == "Y":
            year = _century(int(value[1:]))
        elif isinstance(value, int):
            numbers.append(value)
        elif isinstance(value, dict) and "month" in value:
            month = _month(value, context.languages)
    if month is None:  # "27.3. 10:02"
        month = numbers.pop(0 if context.order == "MDY" else 1)
    elif len(numbers) == 2:
        year = _century(numbers[1])
    return date(year, month, numbers[0]) if year else _latest(month, numbers[0], context.reference)


def _month(value: dict[str, Any], languages: tuple[str, ...]) -> int:
    others = value.get("month_in", {})
    return int(next((others[language] for language in languages if language in others), value["month"]))


def _numeric(value: tuple[str, str, str, str], has_clock: bool, order: str) -> date | None:
    a, sep, b, c = value
    first, second, third = int(a), int(b), int(c)
    if len(a) == 4:
        return date(first, second, third) if len(c) <= 2 else None
    if len(a) == 3 or len(c) not in (2, 4):
        return None
    if len(c) == 2:
        if len(a) == len(b) == 1 and sep != "/" and not has_clock:
            return None  # 1.2.10 is a version number
        if first > 31 or (order == "YMD" and len(a) == 2 and second <= 12 and third <= 31):
            return date(_century(first), second, third)
    swap = second > 12 or (order == "MDY" and first <= 12)
    day, month = (second, first) if swap else (first, second)
    return date(third if len(c) == 4 else _century(third), month, day)


def _century(year: int) -> int:
    """Two digits as a year: readers' comments were written from 1990 on, and not long after now."""
    if 50 <= year < 90:
        raise ValueError(f"'{year} is no year of a comment")
    return year + (1900 if year >= 90 else 2000)


def _latest(month: int, day: int, reference: datetime | None) -> date | None:
    """The last such day until the reference (8 years back, for 29 February)."""
    if reference is None:
        return None
    for year in range(reference.year, reference.year - 9, -1):
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= reference.date():
            return date(year, month, day)
    return None


def _last_weekday(weekday: int, context: _Context) -> date | None:
    if context.reference is None:
        return None
    return context.reference.date() - timedelta(days=(context.reference.weekday() - weekday) % 7)


def _sane(value: datetime | None) -> datetime | None:
    return value if value is not None and FIRST_YEAR <= value.year <= LAST_YEAR else None


def _has_digit(text: str) -> bool:
    return re.search(r"\d", text) is not None


def _candidates(signature: str) -> Iterator[re.Match[str]]:
    """Matches inside a long signature from the left, of several at one place the longest."""
    found = [match for form in _words().inside for match in form.finditer(signature)]
    end = 0
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end:
            yield match
            end = match.end()


def _belongs_elsewhere(before: str) -> bool:
    """Whether the words before a date say that it is of a profile (directly before it) or of an edit (at most four words before)."""
    before = before.rpartition("\n")[2]
    for kind, words_between in (("profile", 1), ("edited", 4)):
        for found in marker_pattern(kind).finditer(before):
            if len(re.findall(r"\w+", before[found.end() :])) <= words_between:
                return True
    return False


# The table

_ROLES = "month:M weekday:w hour:h unit:U before:b after:g day:d half:p zone:z clock:q"
_DATE = r"(?P<date>D\.?U?|[12]\.?[-/]?{M}[.-]?[/-]?(?:[4Y]{U}?|2)?|{M}[.-]?[12][./-]?(?:[4Y]{U}?|2)?|4[./-]?{M}[./-]?[12]\.?)"
_TIME = r"(?P<time>{p}?{h}?(?:T|[12]\.2|[12]{h}(?:[12]{U}?(?:[12]{U})?)?|[12]{q}2?|[12](?={p})){q}?{h}?{p}?)(?P<zone>O|{z}O?)?"
_FORMS = (
    r"{w}?[.]?" + _DATE + r"{w}?\.?(?:" + _TIME + ")?",
    _TIME + "{w}?[.]?" + _DATE,
    r"{w}?(?P<date>{M}[12])(?P<time>T)(?P<zone>{z}|O)?(?P<year>4)",
    "(?P<day>{d})(?:" + _TIME + ")?",
    _TIME + "(?P<day>{d})",
    r"(?P<weekday>{w})\.?" + _TIME,
    r"(?P<ago>{b}(?:[123]?[{hU}]){{1,3}}{g}?|(?:[123]?[{hU}]){{1,3}}{g})",
    r"(?P<date>[12][./][12]\.?)(?P<time>T)",
)
_TOKEN = r"""
    (?P<clock>(?<![\d:.])\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?![\d:]))
  | (?P<numeric>(?<![\d.,/-])(?P<a>\d{1,4})(?P<sep>[./-])[ ]?(?P<b>\d{1,2})(?P=sep)[ ]?(?P<c>\d{1,4})(?!\d|[./-]\d))
  | (?P<offset>(?:utc|gmt)[ ]?[+-]\d{1,2}(?::?\d\d)?(?!\d)|(?:(?<=:\d\d)|(?<=:\d\d[ ])|(?<=[\dm][ ]))[+-]\d\d(?::?\d\d)(?![\d./-])|(?<=:\d\d)[+-]\d\d(?![\d./-]))
  | (?P<number>\d+)(?:(?:st|nd|rd|th|er|re|e|o|º|°|a|ª|ος|η|-?го|-?ого|-?е|-?й|-?[áéí]n)(?![^\W_]))?
  | (?P<short>'\d\d(?!\d))
  | (?P<word>%s|[apμπ]\.[ ]?[mμ]\b\.?|[^\W\d_]+)
  | (?P<skip>,(?!\d{3}(?!\d))|[\s:;'’]|(?<=[^\W\d_])\.|(?<=\s)-|-(?=\s)|\.(?=\s|$))
  | (?P<sign>[./-])
  | (?P<other>.)
"""


@cache
def _words() -> _Words:
    raw = json.loads(resources.files("sentiment.threads").joinpath("dates.json").read_text(encoding="utf-8"))
    meanings: dict[str, dict[str, Any]] = {}
    for role, words in raw["words"].items():
        for word, value in words.items():
            meanings.setdefault(word, {})[role] = value
    for role, words in raw["by_language"].items():
        for word, others in words.items():
            meanings[word][role + "_in"] = others
    letters = dict(pair.split(":") for pair in _ROLES.split())
    signs: dict[str, str] = {}
    sets: dict[frozenset[str], str] = {}
    for word, roles in meanings.items():
        kinds = frozenset(letters[role] for role in roles if role in letters)
        if "U" in kinds and roles["unit"] == "hour":
            kinds = kinds - {"U"} | {"h"}
        if "filler" in roles and kinds <= {"w"}:
            signs[word] = "f"
        elif kinds:
            signs[word] = sets.setdefault(kinds, chr(0x100 + len(sets)))
    classes = {letter: "".join(sign for kinds, sign in sets.items() if letter in kinds) for letter in letters.values()}
    names = {letter: f"[{signs}]" for letter, signs in classes.items()} | {"hU": classes["h"] + classes["U"]}
    forms = [form.format(**names) for form in _FORMS]
    odd = sorted((word for word in signs if not re.fullmatch(r"[^\W\d_]+", word)), key=len, reverse=True)
    east = sorted((word for word in signs if word > "\u2e80"), key=len, reverse=True)
    phrases = "|".join(
        [re.escape(word) + r"(?!\w)" for word in odd if word < "\u2e80"] + [re.escape(word) for word in east]
    )
    return _Words(
        meanings=meanings,
        by_language=raw["by_language"],
        signs=signs,
        token=re.compile(_TOKEN % phrases.replace("#", r"\#"), re.VERBOSE | re.DOTALL),
        forms=tuple(map(re.compile, forms)),
        inside=tuple(re.compile(r"(?<![./-])" + form + r"(?![/-])") for form in forms),
        without_digits=_without_digits(meanings),
    )


def _without_digits(meanings: dict[str, dict[str, Any]]) -> frozenset[str]:
    """The words one of which is in every date that has no digit."""
    return frozenset(
        part
        for word, roles in meanings.items()
        if roles.keys() & {"day", "before", "after", "now"}
        for part in re.findall(r"[^\W\d_]+", word)
    )
