"""From a text to a row of tokens, and the forms that rows of tokens take when they are dates.

Each token is one character of a *signature*: "Mon, 5 March 2018 at 10:02" is ``w1M4T`` (fillers such as "at" vanish).
A few patterns over signatures then say what is a date, whatever its language. The words are data (``dates.json``).

Signs: a number by its count of digits (``1`` to ``4``), ``D`` a numeric date, ``C`` one that could be a clock
(10.02.11), ``T`` a clock with colons, ``O`` an offset from UTC, ``Y`` a year after an apostrophe, ``. / - |``
themselves, ``?`` anything else. A word's sign stands for the set of its roles (``ROLES``; {M} in a form is any sign
with the role M), so that "mar", March or in Italian Tuesday, needs no decision before the form is known.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from sentiment.shipped import shipped

ENGLISH = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
ROLES = {
    "month": "M",
    "weekday": "w",
    "hour": "h",
    "unit": "U",
    "before": "b",
    "after": "g",
    "ago": "a",
    "day": "d",
    "half": "p",
    "zone": "z",
    "clock": "q",
}
_END = r"(?![12]?[4Y])"  # "3 May 03, 2020" is a count and a date, not a day in 2003
_DATE = (
    r"(?P<date>[DC]\.?{U}?"
    r"|[12]\.?[-/]?{M}[.-]?/?(?:[4Y]{U}?|2)?"
    + _END
    + r"|{M}[.-]?[12][./-]?(?:[4Y]{U}?|2)?"
    + _END
    + r"|4[./-]?{M}[./-]?[12]\.?)"
)
_HOUR = r"(?:T|[12]\.2|[12]{h}(?:[12]{U}?(?:[12]{U})?)?|[12]{q}2?|[12](?={p}))"
_ZONE = r"(?P<zone>O{z}?|{z}O?)?"
_TIME = r"(?P<time>{p}?{h}?" + _HOUR + r"{q}?{h}?{p}?)" + _ZONE
_LAST_TIME = _TIME.replace("(?:T|", "(?:[TC]|")  # 10.02.11 is a clock only after a date
FORMS = (
    r"{w}?\|?{U}?" + _DATE + r"(?:{w}?\|?" + _LAST_TIME + "|{w})?",
    _TIME + r"\|?{w}?" + _DATE,
    r"{w}?(?P<date>{M}[12])(?P<time>T)(?P<zone>{z}|O)?(?P<year>4)",
    r"(?P<day>{d})(?:\|?" + _TIME + ")?",
    _TIME + r"\|?(?P<day>{d})",
    r"(?P<weekday>{w})" + _TIME,
    r"(?P<ago>{b}(?:[123]?{hU}){{1,3}}{g}?|(?:[123]?{hU}){{1,3}}{g}|[123]{a})",
    r"(?P<date>[12][./][12]\.?)\|?(?P<time>T)",
)
_TOKENS = r"""
    (?P<clock>(?<![\d:.])\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?![\d:]))
  | (?P<numeric>(?<![\d.,/-])(?P<a>\d{1,4})(?P<sep>[./-])[ ]?(?P<b>\d{1,2})(?P=sep)[ ]?(?P<c>\d{1,4})(?!\d|[./-]\d))
  | (?P<offset>(?:utc|gmt)[ ]?[+-]\d{1,2}(?::?\d\d)?(?!\d)(?:[a-z ]{3,40}[ ]time\b)?
      | (?:(?<=:\d\d)|(?<=[\dm][ ])|(?<=\.\d{3})|(?<=\.\d{6}))[+-]\d\d:?\d\d(?![\d./-])
      | (?<=:\d\d)[+-]\d\d(?![\d./-]))
  | (?P<ordinal>\#[ ]?\d+(?![\d./:-]))
  | (?P<number>\d+)(?:(?:st|nd|rd|th|er|re|e|o|º|°|a|ª|ος|η|-?го|-?ого|-?е|-?й|-?[áéí]n)(?![^\W_]))?
  | (?P<short>'\d\d(?!\d))
  | (?P<word>%s|[apμπ]\.[ ]?[mμ]\b\.?|[^\W\d_]+)
  | (?P<break>[|\n•·]\s*)
  | (?P<skip>,(?!\d{3}(?!\d))|[\s:;']|(?<=[^\W\d_])\.|(?<=\s)-|-(?=\s)|(?<=\s)/(?=\s)|\.(?=\s|$))
  | (?P<sign>[./-])
  | (?P<other>.)
"""
_SIGNS = str.maketrans(
    dict.fromkeys('()[]«»„“”"@', " ")
    | dict.fromkeys("–—−", "-")
    | dict.fromkeys("\u200e\u200f\u202a\u202c\u0307")
    | {"’": "'", "ı": "i"}
)
_CJK_DATE = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
_CLOCK_NEXT = re.compile(r" ?\d{1,2}:\d")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Words:
    """The table, ready for look-up: a word's meanings by role, its sign, and the patterns that hold words."""

    meanings: dict[str, dict[str, Any]]
    signs: dict[str, str]
    token: re.Pattern[str]
    whole: tuple[re.Pattern[str], ...]
    inside: tuple[re.Pattern[str], ...]
    without_digits: frozenset[str]


@dataclass
class Tokens:
    """A text as its signature, with the value and the place of each sign."""

    signature: str = ""
    values: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fillers: int = 0


def fold(text: str) -> str:
    """Lower case, compatibility forms and typographic signs made plain, Turkish ı as i, 2018年3月5日 as 2018-3-5."""
    if text.isascii():
        return text.lower().translate(_SIGNS)
    return _CJK_DATE.sub(_plain_date, unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS))


def _plain_date(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    if not 1 <= int(month) <= 12:
        return found.group()
    return f"{year}-{month}-{day} " if year else f" {list(ENGLISH)[int(month) - 1]} {day} "


def may_be_date(text: str) -> bool:
    """Whether a text has a digit or a word that dates without digits have: the cheap test before all others."""
    return _DIGIT.search(text) is not None or not words().without_digits.isdisjoint(_RUN.findall(fold(text)))


@lru_cache(maxsize=2_000)
def tokenise(folded: str, *, strict: bool = False) -> Tokens:
    """Turn a folded text into tokens; a strict reader stops, with nothing, at the first thing that is in no date.

    The same text is asked for again as a whole, for what is in it, and for another order of day and month.
    """
    table, out = words(), Tokens()
    signs: list[str] = []
    for found in table.token.finditer(folded):
        kind = found.lastgroup
        if kind == "skip":
            continue
        sign, value = _token(found, signs, table)
        if sign == "?" and strict:
            return Tokens()
        if not sign:
            out.fillers += 1
            continue
        signs.append(sign)
        out.values.append(value)
        out.starts.append(found.start())
        out.ends.append(found.end())
    out.signature = "".join(signs)
    return out


def _token(found: re.Match[str], before: list[str], table: Words) -> tuple[str, Any]:
    """A token's sign ("" for a filler) and value."""
    kind, text = found.lastgroup, found.group()
    if kind == "word":
        return _word(found, before, table)
    if kind == "number":
        size = len(found["number"])
        return ("?", None) if size > 4 else (str(size), int(found["number"]))
    if kind == "numeric":
        parts = found.group("a", "sep", "b", "c")
        return "C" if parts[1] == "." and len(parts[2]) == len(parts[3]) == 2 else "D", parts
    if kind == "break":
        return "|", None
    return {"clock": "T", "offset": "O", "short": "Y", "sign": text}.get(kind or "", "?"), text


def _word(found: re.Match[str], before: list[str], table: Words) -> tuple[str, Any]:
    text = found.group()
    if "." in text:  # a. m.
        text = text.replace(".", "").replace(" ", "")
    meaning = table.meanings.get(text)
    if meaning is None:
        return "?", None
    if "number" in meaning:
        return "1", meaning["number"]
    if "filler" in meaning and "half" in meaning and not _beside_clock(found, before):
        return "", None  # German "am 3. Mai", not "10:02 am"
    if "filler" in meaning and text.isascii() and text != "t" and _DIGIT.match(found.string, found.end()):
        return "?", None  # v1.10.18 is a version, 2018-03-05t10:02 is a date
    return table.signs.get(text, "?"), meaning


def _beside_clock(found: re.Match[str], before: list[str]) -> bool:
    return bool(before and before[-1] in "12TC") or _CLOCK_NEXT.match(found.string, found.end()) is not None


@cache
def words() -> Words:
    """The table of ``dates.json``, read once."""
    raw = json.loads(shipped("sentiment.threads", "dates.json"))
    meanings: dict[str, dict[str, Any]] = {}
    for role, listed in raw["words"].items():
        for word, value in listed.items():
            meanings.setdefault(word, {})[role] = value
    for role, listed in raw["by_language"].items():
        for word, others in listed.items():
            meanings[word][f"{role} by language"] = others
    signs, names = _signs(meanings)
    forms = [form.format(**names) for form in FORMS]
    return Words(
        meanings=meanings,
        signs=signs,
        token=re.compile(_TOKENS % _odd_words(signs), re.VERBOSE | re.DOTALL),
        whole=tuple(re.compile(form) for form in forms),
        inside=tuple(re.compile(rf"(?<![./-]){form}(?![/-])") for form in forms),
        without_digits=frozenset(
            run
            for word, roles in meanings.items()
            if roles.keys() & {"day", "before", "after", "now"}
            for run in _RUN.findall(word)
        ),
    )


def _signs(meanings: dict[str, dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Each word's sign, one for each set of roles ("" for a filler), and for each role the class of its signs."""
    signs: dict[str, str] = {}
    sets: dict[frozenset[str], str] = {}
    for word, roles in meanings.items():
        kinds = {ROLES[role] for role in roles if role in ROLES}
        if roles.get("unit") == "hour":
            kinds = kinds - {"U"} | {"h"}
        if "filler" in roles and kinds <= {"w"}:  # what day of the week it is adds nothing
            signs[word] = ""
        elif kinds:
            signs[word] = sets.setdefault(frozenset(kinds), chr(0x100 + len(sets)))
    classes = {role: "".join(sign for kinds, sign in sets.items() if role in kinds) for role in ROLES.values()}
    classes["hU"] = classes["h"] + classes["U"]
    return signs, {role: f"[{members}]" for role, members in classes.items()}


def _odd_words(signs: dict[str, str]) -> str:
    """An alternation, longest first, of words that are no plain run of letters or are written without spaces."""
    listed = sorted(signs, key=lambda word: (-len(word), word))
    odd = [re.escape(word) + r"(?!\w)" for word in listed if word < "\u2e80" and not _RUN.fullmatch(word)]
    return "|".join(odd + [re.escape(word) for word in listed if word > "\u2e80"])
