"""Signs by which a page shows what is a person, a date, or a text: in classes, addresses and words."""

from __future__ import annotations

import re
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html.tree import Tree
from sentiment.threads.people import AUTHOR_HREF as AUTHOR_HREF

DATE_ATTRIBUTES = (
    "datetime",
    "title",
    "data-time",
    "data-timestamp",
    "data-utime",
    "data-xutime",
    "data-date",
    "content",
    "data-created",
    "data-epoch",
)
_DATE_ATTRIBUTES = frozenset(DATE_ATTRIBUTES)
MACHINE = re.compile(r"^\s*(?:\d{4}-\d\d-\d\d|1\d{9}(?:\d{3})?\s*$)")
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|gen|mag|giu|lug|ago|set|ott|dic|mär|mai|okt|dez|fév|"
    "fev|avr|juin|juil|aoû|déc|"
    "ene|abr|out|mrt|mei|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|янв|фев|мар|апр|мая|май|июн|июл|авг|"
    "сен|окт|ноя|дек|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara"
)
_DATEISH = re.compile(
    rf"\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\b\d{{1,2}}[:h.]\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th|er|º|"
    rf"\.)?,?[ -](?:de )?(?:{_MONTHS})|"
    rf"\b(?:{_MONTHS})\w*\.?,? \d|\b\d+ ?(?:sec|min|h\b|hr|hour|day|d\b|w\b|week|mo\b|month|y\b|yr|year|"
    rf"stunde|tag|woche|monat|jahr|ora|ore|giorn|settiman|mes|ann|heure|jour|"
    r"semaine|an\b|ans\b|hora|día|dia|semana|año|anos?\b|час|дн|день|дня|мин|нед|мес|год|лет|godz|dni|"
    r"dzień|tyg|mies|rok|lat|uur|dag|weken|maand|jaar|saat|gün|hafta|ay\b|yıl)"
)
_DAY_WORD = re.compile(
    r"\b(?:yesterday|today|gestern|heute|ieri|oggi|hier|aujourd|ayer|hoy|ontem|hoje|вчера|сегодня|wczoraj|"
    r"dzisiaj|gisteren|vandaag|dün|bugün|just now|an? (?:hour|day|week|month|year|minute) ago)\b"
)
_DIGIT = re.compile(r"\d")
DATE_CLASS = re.compile(r"date|time|posted|publish|created|stamp|\bago\b|when|datum|fecha|zeit|meta", re.I)
_AUTHOR_CLASS = re.compile(
    r"author|user|(?:^|[\s_-])name|nick|poster|(?:^|[\s_-])by(?:$|[\s_-])|\bfn\b|member|creator|commenter|"
    r"person|\bwho\b|autor|auteur|verfasser|benutzer|usuario|utente|pseudo|gebruiker|naam|nutzer|profil|"
    r"login|vcard"
)
_NOT_AUTHOR = re.compile(
    r"avatar|title|rank|badge|group|posts|count|location|reply|message|stat|info-extra|permalink|number|date|time"
)
_BODY_CLASS = re.compile(
    r"content|body|text|message|msg|post|entry|comment|prose|inhalt|nachricht|posting|beitrag", re.I
)
_NOT_BODY = re.compile(
    r"(?:^|[\s_-])(?:sig|signature|foot|footer|profile|user|userinfo|meta|avatar|quote|attach\w*|head|"
    r"header|author|info|sidebar|links?|tools?|actions?|controls?)",
    re.I,
)
_FURNITURE = ("control", "profile", "sort", "page", "footer", "heading", "form")
AUTHOR_LONGEST = 45
_DATE_LONGEST = 90


folded = markers.fold_short


def date_values(tree: Tree, node: int) -> list[tuple[str, str]]:
    """What may be a date at a node: (attribute, value); an empty attribute means its text."""
    found = tree.dates.get(node)  # asked for some three times, by each shape that holds the node
    if found is None:
        found = tree.dates[node] = _date_values(tree, node)
    return found


def _date_values(tree: Tree, node: int) -> list[tuple[str, str]]:
    if not tree.tag[node]:
        text = tree.text[node].strip()
        return [("", text)] if 4 < len(text) <= _DATE_LONGEST and is_date(text) else []
    found = []
    attrs = tree.attrs[node]
    for name in () if _DATE_ATTRIBUTES.isdisjoint(attrs) else DATE_ATTRIBUTES:
        value = attrs.get(name)
        if (
            value
            and len(value) <= 60
            and any(c.isdigit() for c in value)
            and (MACHINE.match(value) or (name != "content" and is_date(value)))
        ):
            found.append((name, value))
    if 4 < tree.size(node) <= _DATE_LONGEST and 1 < tree.end[node] - node <= 14:
        line = tree.line(node)
        if is_date(line):
            found.append(("", line))
    return found


@lru_cache(maxsize=50_000)
def is_date(value: str) -> bool:
    """Whether a short value looks like a date, for machines or for readers."""
    flat = _lower(value)
    if _DIGIT.search(value):
        return bool(_DATEISH.search(flat) or MACHINE.match(value))
    return bool(_DAY_WORD.search(flat))


def _lower(text: str) -> str:
    """Lower case for the patterns of this module, which are two to four times as fast without re.I."""
    lower = text.lower()
    return lower if lower.isascii() else lower.replace("i\u0307", "i")  # Turkish "İ" is one letter for re.I


def is_profile(tree: Tree, node: int, value: str) -> bool:
    """Whether a date is when its writer joined or when the text was changed: by the words right before it."""
    own = tree.line(node) if tree.tag[node] else tree.text[node].strip()
    own = own or value
    lead = own.partition(value)[0] if value in own else ""
    at = node
    for _ in range(3):
        at = tree.parent[at]
        if at < 0 or tree.size(at) > 160 or tree.tag[at] in ("article", "body"):
            break
        line = tree.line(at)
        if own in line:
            lead = line.partition(own)[0] + lead
    if not lead.strip():
        before = node - 1
        while before > 0 and tree.tag[before] and node - before < 8:
            before -= 1
        lead = tree.text[before] if before > 0 and len(tree.text[before]) < 40 else ""
    flat = folded(lead[-40:])
    return bool(flat) and bool(markers.pattern("profile").search(flat) or markers.pattern("edited").search(flat))


def author_hints(tree: Tree, node: int) -> float:
    """How much the names and the address of an element speak for an author: about -6 to 9."""
    attrs = tree.attrs[node]
    own = _lower(" ".join(attrs.get(name) or "" for name in ("class", "itemprop", "rel", "id")))
    above = _lower(tree.get(tree.parent[node], "class") + " " + tree.get(tree.parent[node], "itemprop"))
    total = 0.0
    if _AUTHOR_CLASS.search(own):
        total += 4
    elif _AUTHOR_CLASS.search(above):
        total += 2.5
    if _NOT_AUTHOR.search(own):
        total -= 3
    href = attrs.get("href") or (tree.get(tree.parent[node], "href") if tree.tag[tree.parent[node]] == "a" else "")
    if href:
        total += 3.5 if AUTHOR_HREF.search(href.lower()) else -1.0
        if href.startswith("#") or "#" in href:
            total -= 3
    if tree.tag[node] in ("strong", "b", "cite", "h4", "h5", "h3", "dt"):
        total += 1.5
    return total


def is_person(tree: Tree, node: int) -> bool:
    """Whether an element names a person, by its class or by where it links."""
    size = tree.size(node)
    if not 0 < size <= AUTHOR_LONGEST or tree.end[node] - node > 12:
        return False
    attrs = tree.attrs[node]
    href = attrs.get("href")
    if href and AUTHOR_HREF.search(href.lower()) and not href.startswith("#"):
        return True
    named = attrs.get("class") or attrs.get("itemprop") or attrs.get("rel")
    if named:
        return _names_person(named)
    return tree.tag[node] in ("b", "strong", "cite", "dt")


@lru_cache(maxsize=20_000)
def _names_person(classes: str) -> bool:
    tokens = classes.split()
    return any(map(_is_author_name, tokens)) and not any(map(_is_other_name, tokens))


@lru_cache(maxsize=20_000)
def _is_author_name(token: str) -> bool:
    """By the token, as sites combine the same few in many ways; the patterns do not reach over a space."""
    return bool(_AUTHOR_CLASS.search(_lower(token)))


@lru_cache(maxsize=20_000)
def _is_other_name(token: str) -> bool:
    return bool(_NOT_AUTHOR.search(_lower(token)))


def is_furniture(text: str) -> bool:
    """Whether a short text is a button, a label or a menu entry."""
    flat = folded(text)
    return flat in ("#", "") or flat in markers.phrases(*_FURNITURE)


def body_hint(tree: Tree, node: int) -> float:
    """A factor for how much the names of an element speak for the text of a record."""
    own = tree.get(node, "class") + " " + tree.get(node, "itemprop") + " " + tree.get(node, "id")
    hint = 1.5 if _BODY_CLASS.search(own) else 1.0
    if _NOT_BODY.search(own) and not re.search(r"content|body|text|message", own, re.I):
        hint *= 0.4
    return hint
