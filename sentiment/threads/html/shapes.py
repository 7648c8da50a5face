"""Elements that look alike: candidates for records, scored by the words, dates and persons that they hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from sentiment.threads import markers
from sentiment.threads.html import signs
from sentiment.threads.html.names import names
from sentiment.threads.html.systems import Record
from sentiment.threads.html.tree import Tree, class_shape, class_tokens

_DIGITS = re.compile(r"[0-9]+")
MOST_RECORDS = 60_000
LEAST_COVERED = 0.6
"""Share of a shape's records that must hold a date, a person and words."""
COMMENT_NAME = re.compile(
    r"comment|kommentar|commenti|comentario|coment[aá]rio|reactie|reactions|repl(?:y|ies)|respons|answer|"
    r"leserbrief|yorum|feedback",
)
"""For names in lower case, as :data:`~sentiment.threads.html.signs.AUTHOR_HREF`."""
_RECORD_TAGS = names("div li article section tr td table dl dd dt p blockquote tbody form span ol ul")


@dataclass(slots=True)
class Counts:
    """Prefix sums over the page: how many dates, persons and controls stand before each node."""

    dates: list[int] = field(default_factory=lambda: [0])
    persons: list[int] = field(default_factory=lambda: [0])
    controls: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class Candidate:
    """Elements that look alike, as records."""

    key: str
    records: list[Record]
    score: float
    share: float
    """Of the page's text outside links, what the records hold."""
    held: float
    """Share of the records that seem to hold a date and a person."""


def count_signs(tree: Tree) -> Counts:
    """Count the dates, persons and controls of a page, in front of every node."""
    facts = Counts()
    dates = persons = controls = 0
    control = markers.phrases("control")
    chars, ends = tree.chars, tree.end
    for node, tag in enumerate(tree.tag):
        if tag:
            size = chars[ends[node]] - chars[node]
            if tag == "time" or (
                tag in ("abbr", "span", "a", "meta") and "title" in tree.attrs[node] and signs.date_values(tree, node)
            ):
                dates += size == 0 or ends[node] - node > 1
            if 0 < size <= signs.AUTHOR_LONGEST and signs.is_person(tree, node):  # the size here: spares most calls
                persons += 1
        else:
            text = tree.text[node]
            if len(text) <= 90 and signs.is_date(text):
                dates += 1
            elif len(text) <= 24 and signs.folded(text) in control:
                controls += 1
        facts.dates.append(dates)
        facts.persons.append(persons)
        facts.controls.append(controls)
    return facts


def candidates(tree: Tree, facts: Counts) -> Iterator[Candidate]:
    """All shapes of a page whose elements hold dates and words, with their scores."""
    for key, nodes in _shapes(tree).items():
        alone = len(nodes) == 1 and COMMENT_NAME.search(key.lower())
        if not alone and not 2 <= len(nodes) <= MOST_RECORDS:
            continue
        if "@" in key:
            nodes = [node for node in nodes if _is_full(tree, facts, node)]
            if len(nodes) < 2:
                continue
        score, held = _score(tree, facts, [[(node, tree.end[node])] for node in nodes], nodes)
        if score > 0:
            spans = [[(node, tree.end[node])] for node in nodes]
            yield Candidate(
                key,
                [Record(node, span) for node, span in zip(nodes, spans, strict=True)],
                score,
                _share(tree, spans),
                held,
            )
        if len(nodes) >= 2:
            yield from _runs(tree, facts, key, nodes)


def _is_full(tree: Tree, facts: Counts, node: int) -> bool:
    """Whether an element without a name of its own holds a date and a person."""
    end = tree.end[node]
    return facts.dates[end] > facts.dates[node] and facts.persons[end] > facts.persons[node]


def _shapes(tree: Tree) -> dict[str, list[int]]:
    """Elements that look alike: by class, by a token of it, by a numbered id, by their place among siblings."""
    found: dict[str, list[int]] = defaultdict(list)
    chars, ends = tree.chars, tree.end
    for node, tag in enumerate(tree.tag):
        if tag not in _RECORD_TAGS or chars[ends[node]] - chars[node] < 8:
            continue
        attrs = tree.attrs[node]
        classes = attrs.get("class") or ""
        if classes:
            for key in _class_keys(tag, classes):
                found[key].append(node)
        identity = attrs.get("id") or ""
        if identity and identity[-1:].isdigit():
            found[f"{tag}#{_DIGITS.sub('N', identity)}"].append(node)
        if not classes or tag in ("tr", "table"):
            found[f"{tag}@{tree.parent[node]}"].append(node)
    return found


@lru_cache(maxsize=20_000)
def _class_keys(tag: str, classes: str) -> tuple[str, ...]:
    """The shapes to which an element belongs by its class."""
    shape = class_shape(classes)
    tokens = class_tokens(shape)
    return (f"{tag}.{shape}",) * bool(shape) + tuple(f"{tag}.{token}*" for token in tokens if len(tokens) > 1)


def _runs(tree: Tree, facts: Counts, key: str, nodes: list[int]) -> Iterator[Candidate]:
    """Records that go on over the siblings behind (or before) the element that repeats."""
    parent = tree.parent[nodes[0]]
    if parent < 0 or any(tree.parent[node] != parent for node in nodes[:20]):
        return
    nodes = [node for node in nodes if tree.parent[node] == parent]
    if all(tree.end[node] == following for node, following in pairwise(nodes)) or len(nodes) < 2:
        return
    starts = set(nodes)
    following = [_following(tree, node, starts, tree.end[parent]) for node in nodes]
    for mark, spans in (("...", following), ("... before", _preceding(tree, nodes, parent))):
        roots = [span[0][0] for span in spans]
        score, held = _score(tree, facts, spans, roots)
        score *= 0.97
        if score > 0:
            yield Candidate(
                f"{key} {mark}", [Record(span[0][0], span) for span in spans], score, _share(tree, spans), held
            )


def _share(tree: Tree, spans: list[list[tuple[int, int]]]) -> float:
    """Share of the page's text outside links that stands in some records, nested ones counted once."""
    total = tree.chars[-1] - tree.linked[-1]
    held = done = 0
    for span in spans:
        start, stop = max(span[0][0], done), span[-1][1]
        if stop > start:
            held += (tree.chars[stop] - tree.chars[start]) - (tree.linked[stop] - tree.linked[start])
            done = stop
    return held / total if total else 0.0


def _preceding(tree: Tree, nodes: list[int], parent: int) -> list[list[tuple[int, int]]]:
    """Records that end with the element that repeats; the first is as long as the second."""
    siblings = tree.children(parent)
    places = [siblings.index(node) if index < 2 else -1 for index, node in enumerate(nodes)]
    at = max(0, places[0] - (places[1] - places[0]) + 1)
    spans = []
    ends = set(nodes)
    span: list[tuple[int, int]] = []
    for sibling in siblings[at:]:
        span.append((sibling, tree.end[sibling]))
        if sibling in ends:
            spans.append(span)
            span = []
    return spans


def _following(tree: Tree, node: int, starts: set[int], stop: int) -> list[tuple[int, int]]:
    spans = [(node, tree.end[node])]
    at = tree.end[node]
    while at < stop and at not in starts:
        spans.append((at, tree.end[at]))
        at = tree.end[at]
    return spans


def _score(tree: Tree, facts: Counts, spans: list[list[tuple[int, int]]], nodes: list[int]) -> tuple[float, float]:
    """Words of the records, weighed by how many hold one date and one person; and how many hold both at most."""
    n = len(nodes)
    if not n:
        return 0.0, 0.0
    if not _may_count(facts, spans):
        return 0.0, 0.0
    inner = _inner(nodes, spans)
    letters = dated = peopled = crowded = controlled = filled = 0
    for span, nested in zip(spans, inner, strict=True):
        holes = [(node, tree.end[node]) for node in nested]
        place = span[0][0], span[-1][1], holes
        dates, persons = _count(facts.dates, *place), _count(facts.persons, *place)
        own = _count(tree.chars, *place) - _count(tree.linked, *place)
        letters += min(own, 6_000)
        filled += own >= 8
        dated += dates > 0
        peopled += persons > 0
        crowded += dates > 6 or persons > 12
        controlled += _count(facts.controls, *place) > 0
    dateless = n >= 2 and controlled >= 0.8 * n and peopled >= 0.8 * n
    if (dated < LEAST_COVERED * n and not dateless) or filled < 0.5 * n:
        return 0.0, 0.0
    score = (
        letters
        * max(dated / n, 0.5 * dateless) ** 2
        * (filled / n)
        * (0.3 + peopled / n)
        * (1 + 0.3 * controlled / n)
        * (1 - 0.8 * crowded / n)
    )
    return score, min(dated, peopled) / n


def _may_count(facts: Counts, spans: list[list[tuple[int, int]]]) -> bool:
    """Whether enough records hold a date or a control at all, nested ones counted in: four in five shapes end here."""
    n = len(spans)
    dates, controls = facts.dates, facts.controls
    ends = [(span[0][0], span[-1][1]) for span in spans]
    if sum(dates[stop] > dates[start] for start, stop in ends) >= LEAST_COVERED * n:
        return True
    return n >= 2 and sum(controls[stop] > controls[start] for start, stop in ends) >= 0.8 * n


def _count(sums: list[int], start: int, stop: int, holes: list[tuple[int, int]]) -> int:
    """What prefix sums count from one place to another, without some spans in between."""
    total = sums[stop] - sums[start]
    for first, last in holes:
        total -= sums[last] - sums[first]
    return total


def _inner(nodes: list[int], spans: list[list[tuple[int, int]]]) -> list[list[int]]:
    """For every record the outermost records inside it."""
    inner: list[list[int]] = [[] for _ in nodes]
    stack: list[int] = []
    for index, node in enumerate(nodes):
        while stack and spans[stack[-1]][-1][1] <= node:
            stack.pop()
        if stack:
            inner[stack[-1]].append(node)
        stack.append(index)
    return inner
