"""Where the records of one shape keep author, date and text: learned from what repeats and what differs between them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.dates import find_date
from sentiment.threads.html import words
from sentiment.threads.html.systems import Record
from sentiment.threads.html.tree import Tree

SAMPLE = 150
"""Records from which a shape is learned; more do not change it."""

REPEATED = 0.4
"""Share of records in which a piece of text must stand to be the page's and not the reader's."""

DATE_ATTRIBUTES = ("datetime", "title", "data-time", "data-timestamp", "data-utime", "data-xutime", "data-date", "content", "data-created", "data-epoch")
_MACHINE = re.compile(r"^\s*(?:\d{4}-\d\d-\d\d|1\d{9}(?:\d{3})?\s*$)")
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|gen|mag|giu|lug|ago|set|ott|dic|mär|mai|okt|dez|fév|fev|avr|juin|juil|aoû|déc|"
    "ene|abr|out|mrt|mei|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara"
)
_DATEISH = re.compile(
    rf"\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\b\d{{1,2}}[:h.]\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?,?[ -](?:de )?(?:{_MONTHS})|"
    rf"\b(?:{_MONTHS})\w*\.?,? \d|\b\d+ ?(?:sec|min|h\b|hr|hour|day|d\b|w\b|week|mo\b|month|y\b|yr|year|stunde|tag|woche|monat|jahr|ora|ore|giorn|settiman|mes|ann|heure|jour|"
    r"semaine|an\b|ans\b|hora|día|dia|semana|año|anos?\b|час|дн|день|дня|мин|нед|мес|год|лет|godz|dni|dzień|tyg|mies|rok|lat|uur|dag|weken|maand|jaar|saat|gün|hafta|ay\b|yıl)"
    r"",
    re.I,
)
_DAY_WORD = re.compile(
    r"\b(?:yesterday|today|gestern|heute|ieri|oggi|hier|aujourd|ayer|hoy|ontem|hoje|вчера|сегодня|wczoraj|dzisiaj|gisteren|vandaag|dün|bugün|just now|an? (?:hour|day|week|month|year|minute) ago)\b", re.I
)
_DIGIT = re.compile(r"\d")
_DATE_CLASS = re.compile(r"date|time|posted|publish|created|stamp|\bago\b|when|datum|fecha|zeit|meta", re.I)
_AUTHOR_CLASS = re.compile(r"author|user|(?:^|[\s_-])name|nick|poster|(?:^|[\s_-])by(?:$|[\s_-])|\bfn\b|member|creator|commenter|person|\bwho\b|autor|auteur|verfasser|benutzer|usuario|utente|pseudo|gebruiker|naam|nutzer|profil|login|vcard", re.I)
_NOT_AUTHOR = re.compile(r"avatar|title|rank|badge|group|posts|count|location|reply|message|stat|info-extra|permalink|number|date|time", re.I)
AUTHOR_HREF = re.compile(r"user|member|profil|author|autor|account|people|person|/u/|/@|~|[?&]u(?:id)?=|mitglied|utente|usuario|membre|uzytkownik|blogger\.com", re.I)
_BODY_CLASS = re.compile(r"content|body|text|message|msg|post|entry|comment|prose|inhalt|nachricht|posting|beitrag", re.I)
_NOT_BODY = re.compile(r"(?:^|[\s_-])(?:sig|signature|foot|footer|profile|user|userinfo|meta|avatar|quote|attach\w*|head|header|author|info|sidebar|links?|tools?|actions?|controls?)", re.I)
_TIME_ONLY = re.compile(r"^\D{0,20}\d{1,2}[:h.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?|uhr|h)?\W*$", re.I)
_SOME_DAY = datetime(2020, 1, 1)  # noqa: DTZ001 - relative dates need a day to be counted from; which one does not matter
_LETTER = re.compile(r"[^\W\d_]")
AUTHOR_LONGEST = 45
_DATE_LONGEST = 90


@dataclass(slots=True)
class Shape:
    """Where records keep their fields, as keys of :func:`key_of`; empty where nothing was found."""

    author: str = ""
    date: tuple[str, str] = ("", "")
    """Key and attribute; an empty attribute means the text."""
    body: str = ""
    chrome: frozenset[str] = frozenset()
    """Texts that stand in many records."""
    meta: frozenset[str] = frozenset()
    """Keys whose text is short in nearly every record: ranks, places, counters."""
    support: dict[str, float] = field(default_factory=dict)
    """Share of the records in which author, date and body were found."""


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """:func:`~sentiment.threads.markers.fold` for the short texts that come again and again."""
    return markers.fold(text)


def key_of(tree: Tree, node: int, root: int) -> str:
    """The place of a node in its record, comparable between records."""
    if node == root:
        return ":root"
    if not tree.tag[node]:
        return f"{key_of(tree, tree.parent[node], root)}#"
    parent = tree.parent[node]
    above = ":root" if parent == root else tree.sign(parent)
    return f"{above}>{tree.sign(node)}"


def learn(tree: Tree, records: list[Record]) -> Shape:
    """The shape of some records whose own nodes are known."""
    sample = records[:SAMPLE]
    chunks = _chunks(tree, sample)
    shape = Shape(chrome=_repeated(chunks, len(sample)), meta=_short_places(chunks, len(sample)))
    shape.date, shape.support["date"] = _learn_date(tree, sample)
    shape.author, shape.support["author"] = _learn_author(tree, sample, shape)
    shape.body, shape.support["body"] = _learn_body(tree, sample, shape)
    return shape


Chunk = tuple[int, str, str]


def _chunks(tree: Tree, records: list[Record]) -> list[list[Chunk]]:
    """Per record: node, key and folded text of every piece of text."""
    found = []
    for record in records:
        row = []
        for node in record.own:
            if not tree.tag[node]:
                text = tree.text[node]
                flat = folded(text) if len(text) < 120 else text
                row.append((node, key_of(tree, node, record.root), flat))
        found.append(row)
    return found


def _repeated(chunks: list[list[Chunk]], n: int) -> frozenset[str]:
    if n < 3:
        return frozenset()
    counts = Counter(text for row in chunks for text in {chunk[2] for chunk in row})
    return frozenset(text for text, count in counts.items() if count >= max(3, REPEATED * n))


def _short_places(chunks: list[list[Chunk]], n: int) -> frozenset[str]:
    """Places with a little text in most records and never much: names, ranks, counters."""
    if n < 3:
        return frozenset()
    lengths: dict[str, list[int]] = defaultdict(list)
    for row in chunks:
        per_key: Counter[str] = Counter()
        for _, key, text in row:
            per_key[key] += len(text)
        for key, length in per_key.items():
            lengths[key].append(length)
    return frozenset(k for k, v in lengths.items() if len(v) >= REPEATED * n and max(v) <= 40 and sum(v) / len(v) < 22)


def _learn_date(tree: Tree, records: list[Record]) -> tuple[tuple[str, str], float]:
    seen: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    many: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], float] = defaultdict(float)
    score: dict[tuple[str, str], float] = defaultdict(float)
    for number, record in enumerate(records):
        for index, node in enumerate(record.own):
            for attribute, value in date_values(tree, node):
                key = (key_of(tree, node, record.root), attribute)
                many[key] += 1
                if number in seen[key]:
                    continue
                seen[key][number] = value
                places[key] += index / len(record.own)
                if is_profile(tree, node, value):
                    score[key] -= 8
                if _MACHINE.match(value):
                    score[key] += 2.5
                if _DATE_CLASS.search(tree.get(node, "class") + " " + tree.get(tree.parent[node], "class")):
                    score[key] += 2
    best, best_score = ("", ""), 0.0
    for key, values in seen.items():
        n = len(values)
        total = 10 * n / len(records) + score[key] / n - 2 * places[key] / n - 1.5 * (many[key] / n - 1)
        if n >= 3 and len(set(values.values())) == 1:
            total -= 4
        if total > best_score:
            total -= _unreadable(list(values.values())[:5])
        if total > best_score:
            best, best_score = key, total
    return best, (len(seen[best]) / len(records) if best[0] else 0.0)


def _unreadable(values: list[str]) -> float:
    """What it costs a place that its values are no dates, or times without a day."""
    cost = 0.0
    for value in values:
        if _TIME_ONLY.match(value):
            cost += 6
        elif find_date(value, reference=_SOME_DAY) is None:
            cost += 8
    return cost / max(len(values), 1)


def date_values(tree: Tree, node: int) -> list[tuple[str, str]]:
    """What may be a date at a node: (attribute, value); an empty attribute means its text."""
    if not tree.tag[node]:
        text = tree.text[node].strip()
        return [("", text)] if 4 < len(text) <= _DATE_LONGEST and is_date(text) else []
    found = []
    attrs = tree.attrs[node]
    for name in DATE_ATTRIBUTES:
        value = attrs.get(name)
        if value and len(value) <= 60 and any(c.isdigit() for c in value) and (_MACHINE.match(value) or (name != "content" and is_date(value))):
            found.append((name, value))
    if 4 < tree.size(node) <= _DATE_LONGEST and 1 < tree.end[node] - node <= 14:
        line = tree.line(node)
        if is_date(line):
            found.append(("", line))
    return found


@lru_cache(maxsize=50_000)
def is_date(value: str) -> bool:
    """Whether a short value looks like a date, for machines or for readers."""
    if _DIGIT.search(value):
        return bool(_DATEISH.search(value) or _MACHINE.match(value))
    return bool(_DAY_WORD.search(value))


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


def _learn_author(tree: Tree, records: list[Record], shape: Shape) -> tuple[str, float]:
    seen: dict[str, dict[int, str]] = defaultdict(dict)
    many: Counter[str] = Counter()
    score: dict[str, float] = defaultdict(float)
    for number, record in enumerate(records):
        for index, node in enumerate(record.own):
            if tree.end[node] - node > 12 or not 0 < tree.size(node) <= AUTHOR_LONGEST or not tree.tag[node]:
                continue
            name = tree.line(node)
            if not _LETTER.search(name) or is_date(name) or _is_furniture(name):
                continue
            key = key_of(tree, node, record.root)
            many[key] += 1
            if number in seen[key]:
                continue
            seen[key][number] = name
            score[key] += _author_hints(tree, node) - 3 * index / len(record.own)
    best, best_score = "", 3.0
    for key, names in seen.items():
        n = len(names)
        if n < REPEATED * len(records):
            continue
        total = 10 * n / len(records) + score[key] / n - min(3.0, 1.5 * (many[key] / n - 1)) + 3 * len(set(names.values())) / n
        if n >= 4 and len(set(names.values())) == 1:
            total -= 3 if score[key] / n > 2 else 10
        if total > best_score:
            best, best_score = key, total
    if not best or best_score < (10 if score[best] / len(seen[best]) > 2 else 11):
        return "", 0.0
    return best, len(seen[best]) / len(records)


def _author_hints(tree: Tree, node: int) -> float:
    attrs = tree.attrs[node]
    own = " ".join(attrs.get(name) or "" for name in ("class", "itemprop", "rel", "id"))
    above = tree.get(tree.parent[node], "class") + " " + tree.get(tree.parent[node], "itemprop")
    total = 0.0
    if _AUTHOR_CLASS.search(own):
        total += 4
    elif _AUTHOR_CLASS.search(above):
        total += 2.5
    if _NOT_AUTHOR.search(own):
        total -= 3
    href = attrs.get("href") or (tree.get(tree.parent[node], "href") if tree.tag[tree.parent[node]] == "a" else "")
    if href:
        total += 3.5 if AUTHOR_HREF.search(href) else -1.0
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
    if href and AUTHOR_HREF.search(href) and not href.startswith("#"):
        return True
    named = attrs.get("class") or attrs.get("itemprop") or attrs.get("rel")
    if named:
        return _names_person(named)
    return tree.tag[node] in ("b", "strong", "cite", "dt")


@lru_cache(maxsize=20_000)
def _names_person(classes: str) -> bool:
    return bool(_AUTHOR_CLASS.search(classes)) and not _NOT_AUTHOR.search(classes)


def _is_furniture(text: str) -> bool:
    flat = folded(text)
    return any(flat in markers.phrases(kind) for kind in ("control", "profile", "sort", "page", "footer", "heading", "form")) or flat in ("#", "")


def _learn_body(tree: Tree, records: list[Record], shape: Shape) -> tuple[str, float]:
    worth: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    hints: dict[str, float] = {}
    for record in records:
        gains = _gains(tree, record, shape)
        outer: dict[str, int] = {}
        got: set[str] = set()
        position = {node: index for index, node in enumerate(record.own)}
        for node in record.own:
            if not tree.tag[node] or tree.tag[node] in ("a", "br", "img", "b", "i", "em", "strong"):
                continue
            key = key_of(tree, node, record.root)
            if node < outer.get(key, -1):
                continue
            outer[key] = tree.end[node]
            start = position[node]
            stop = _after(record.own, tree.end[node], start)
            gain = gains[stop] - gains[start]
            worth[key] += gain
            if gain > 0:
                got.add(key)
            if key not in hints:
                hints[key] = 1.0 if node == record.root else _body_hint(tree, node)
        filled.update(got)
    best, best_score = "", 0.0
    for key, gain in worth.items():
        total = gain * hints[key] * (0.5 + 0.5 * filled[key] / len(records))
        if total > best_score * 1.0001:
            best, best_score = key, total
    return best, (filled[best] / len(records) if best else 0.0)


def _gains(tree: Tree, record: Record, shape: Shape) -> list[int]:
    """Prefix sums over a record's own nodes: characters of content, less twice those of the page's own words."""
    sums = [0]
    quoted = -1
    header = _header_nodes(tree, record, shape)
    named = -1
    for node in record.own:
        gain = 0
        if node in header:
            named = max(named, tree.end[node])
        if node < quoted:
            pass
        elif tree.tag[node]:
            if tree.tag[node] in ("blockquote", "div", "table", "aside") and words.kind_of(tree.get(node, "class"), tree.tag[node]) == "quote":
                quoted = tree.end[node]
        else:
            text = tree.text[node].strip()
            flat = folded(text) if len(text) < 120 else text
            key = key_of(tree, node, record.root)
            if node < named or key in shape.meta or (len(text) < 40 and flat in markers.phrases("control")):
                gain = -2 * len(text) - 4
            else:
                gain = -len(text) if flat in shape.chrome else len(text)
        sums.append(sums[-1] + gain)
    return sums


def _header_nodes(tree: Tree, record: Record, shape: Shape) -> set[int]:
    """The nodes from which a record's author and date would be taken."""
    found: set[int] = set()
    author, date = shape.author, shape.date[0]
    for node in record.own:
        if not author and not date:
            break
        key = key_of(tree, node, record.root)
        if key == author and 0 < tree.size(node) <= AUTHOR_LONGEST:
            found.add(node)
            author = ""
        if key == date and node != record.root and any(name == shape.date[1] for name, _ in date_values(tree, node)):
            found.add(node)
            date = ""
    return found


def _after(own: list[int], end: int, start: int) -> int:
    low, high = start, len(own)
    while low < high:
        middle = (low + high) // 2
        if own[middle] < end:
            low = middle + 1
        else:
            high = middle
    return low


def _body_hint(tree: Tree, node: int) -> float:
    own = tree.get(node, "class") + " " + tree.get(node, "itemprop") + " " + tree.get(node, "id")
    hint = 1.5 if _BODY_CLASS.search(own) else 1.0
    if _NOT_BODY.search(own) and not re.search(r"content|body|text|message", own, re.I):
        hint *= 0.4
    return hint
