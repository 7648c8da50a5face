"""Where the records of one shape keep author, date and text: learned from what repeats and what differs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sentiment.threads import markers
from sentiment.threads.dates import find_date
from sentiment.threads.html import words
from sentiment.threads.html.names import names
from sentiment.threads.html.signs import (
    AUTHOR_LONGEST,
    DATE_CLASS,
    MACHINE,
    author_hints,
    body_hint,
    date_values,
    folded,
    is_date,
    is_furniture,
    is_profile,
)
from sentiment.threads.html.systems import Record
from sentiment.threads.html.tree import Tree

SAMPLE = 24
"""Records from which a shape is learned; more do not change it."""

REPEATED = 0.4
"""Share of records in which a piece of text must stand to be the page's and not the reader's."""

_TIME_ONLY = re.compile(r"^\D{0,20}\d{1,2}[:h.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?|uhr|h)?\W*$", re.I)
_SOME_DAY = datetime(2020, 1, 1)
_LETTER = re.compile(r"[^\W\d_]")


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


def key_of(tree: Tree, node: int, root: int) -> str:
    """The place of a node in its record, comparable between records."""
    if node == root:
        return ":root"
    parent = tree.parent[node]
    if not tree.tag[node]:
        return f"{key_of(tree, parent, root)}#"
    if parent == root:
        return f":root>{tree.sign(node)}"
    key = tree.keys.get(node)  # the same in every record that holds node and parent: asked for eight times on average
    if key is None:
        key = tree.keys[node] = f"{tree.sign(parent)}>{tree.sign(node)}"
    return key


def keys_of(tree: Tree, record: Record) -> list[str]:
    """:func:`key_of` for all own nodes of a record, worked out once."""
    keys = record.keys
    if len(keys) != len(record.own):
        root, tags, parents, known = record.root, tree.tag, tree.parent, tree.keys
        keys = record.keys = []
        for node in record.own:
            above = parents[node]
            if node == root or above == root or above < 0:
                keys.append(key_of(tree, node, root))
            elif tags[node]:
                keys.append(known.get(node) or key_of(tree, node, root))
            elif parents[above] == root:
                keys.append(key_of(tree, above, root) + "#")
            else:
                keys.append((known.get(above) or key_of(tree, above, root)) + "#")
    return keys


def learn(tree: Tree, records: list[Record]) -> Shape:
    """The shape of some records whose own nodes are known."""
    sample = records[:SAMPLE]
    chunks = _chunks(tree, sample)
    shape = Shape(chrome=_repeated(chunks, len(sample)), meta=_short_places(chunks, len(sample)))
    shape.date, shape.support["date"] = _learn_date(tree, sample)
    shape.author, shape.support["author"] = _learn_author(tree, sample)
    shape.body, shape.support["body"] = _learn_body(tree, sample, shape)
    return shape


Chunk = tuple[int, str, str]

_QUOTE_TAGS = names("blockquote div table aside")
_INLINE = names("a br img b i em strong") | {""}


def _chunks(tree: Tree, records: list[Record]) -> list[list[Chunk]]:
    """Per record: node, key and folded text of every piece of text."""
    found = []
    for record in records:
        row = []
        quoted = -1
        for node, key in zip(record.own, keys_of(tree, record), strict=True):
            if node < quoted:
                continue
            tag = tree.tag[node]
            if not tag:
                text = tree.text[node]
                flat = folded(text) if len(text) < 120 else text
                row.append((node, key, flat))
            elif tag in _QUOTE_TAGS and _is_quote(tree, node):
                quoted = tree.end[node]
        found.append(row)
    return found


def _is_quote(tree: Tree, node: int) -> bool:
    tag = tree.tag[node]
    return tag in _QUOTE_TAGS and words.kind_of(tree.get(node, "class"), tag) == "quote"


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
        places_of = keys_of(tree, record)
        for index, node in enumerate(record.own):
            for attribute, value in date_values(tree, node):
                key = (places_of[index], attribute)
                many[key] += 1
                if number in seen[key]:
                    continue
                seen[key][number] = value
                places[key] += index / len(record.own)
                if is_profile(tree, node, value):
                    score[key] -= 8
                if MACHINE.match(value):
                    score[key] += 5
                if DATE_CLASS.search(tree.get(node, "class") + " " + tree.get(tree.parent[node], "class")):
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


def _learn_author(tree: Tree, records: list[Record]) -> tuple[str, float]:
    seen: dict[str, dict[int, str]] = defaultdict(dict)
    many: Counter[str] = Counter()
    score: dict[str, float] = defaultdict(float)
    tags, ends, chars = tree.tag, tree.end, tree.chars
    for number, record in enumerate(records):
        keys = keys_of(tree, record)
        for index, node in enumerate(record.own):
            end = ends[node]
            if not tags[node] or end - node > 12 or not 0 < chars[end] - chars[node] <= AUTHOR_LONGEST:
                continue
            name = tree.line(node)
            if len(name) < 2 or not _LETTER.search(name) or is_date(name) or is_furniture(name):
                continue
            key = keys[index]
            many[key] += 1
            if number in seen[key]:
                continue
            seen[key][number] = folded(name)
            pieces = sum(1 for inner in range(node, tree.end[node]) if not tree.tag[inner])
            score[key] += author_hints(tree, node) - 3 * index / len(record.own) - 1.5 * (pieces - 1)
    best, best_score = "", 3.0
    for key, given in seen.items():
        n = len(given)
        if n < REPEATED * len(records):
            continue
        total = (
            10 * n / len(records)
            + score[key] / n
            - min(3.0, 1.5 * (many[key] / n - 1))
            + 3 * len(set(given.values())) / n
        )
        if n >= 4 and len(set(given.values())) == 1:
            total -= 3 if score[key] / n > 2 else 10
        if total > best_score:
            best, best_score = key, total
    if not best or best_score < (10 if score[best] / len(seen[best]) > 2 else 11):
        return "", 0.0
    return best, len(seen[best]) / len(records)


def _learn_body(tree: Tree, records: list[Record], shape: Shape) -> tuple[str, float]:
    worth: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    hints: dict[str, float] = {}
    for record in records:
        gains = _gains(tree, record, shape)
        outer: dict[str, int] = {}
        got: set[str] = set()
        own = record.own
        whole = len(own) == tree.end[record.root] - record.root
        for start, (node, key) in enumerate(zip(own, keys_of(tree, record), strict=True)):
            if tree.tag[node] in _INLINE or node < outer.get(key, -1):
                continue
            end = outer[key] = tree.end[node]
            stop = start + end - node if whole else bisect_left(own, end, start)
            gain = gains[stop] - gains[start]
            worth[key] += gain
            if gain > 0:
                got.add(key)
            if key not in hints:
                hints[key] = 1.0 if node == record.root else body_hint(tree, node)
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
    control = markers.phrases("control")
    for node, key in zip(record.own, keys_of(tree, record), strict=True):
        gain = 0
        if node in header:
            named = max(named, tree.end[node])
        tag = tree.tag[node]
        if node < quoted:
            pass
        elif tag:
            if tag in _QUOTE_TAGS and _is_quote(tree, node):
                quoted = tree.end[node]
        else:
            text = tree.text[node].strip()
            flat = folded(text) if len(text) < 120 else text
            if node < named or key in shape.meta or (len(text) < 40 and flat in control):
                gain = -2 * len(text) - 4
            else:
                gain = -len(text) if flat in shape.chrome else len(text)
        sums.append(sums[-1] + gain)
    return sums


def _header_nodes(tree: Tree, record: Record, shape: Shape) -> set[int]:
    """The nodes from which a record's author and date would be taken."""
    found: set[int] = set()
    author, date = shape.author, shape.date[0]
    for node, key in zip(record.own, keys_of(tree, record), strict=True):
        if not author and not date:
            break
        if key == author and 0 < tree.size(node) <= AUTHOR_LONGEST:
            found.add(node)
            author = ""
        if key == date and node != record.root and any(name == shape.date[1] for name, _ in date_values(tree, node)):
            found.add(node)
            date = ""
    return found
