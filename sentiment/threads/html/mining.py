"""Records of unknown systems: shapes that repeat, each with a person, a time and words of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html import learn, words
from sentiment.threads.html.article import Article
from sentiment.threads.html.record import Found, read_records
from sentiment.threads.html.systems import Group, Record
from sentiment.threads.html.tree import Tree, class_shape, class_tokens

ANALYSED = 4
"""Shapes that are looked at closely; the right one was among the best four on all pages that were tried."""

LEAST_COVERED = 0.6
"""Share of a shape's records that must hold a date, a person and words."""

LEAST_SHARE = 0.3
"""Share of a page's text that a thread without any name or button of a discussion must hold; lists of teasers hold less."""

LEAST_WORDS = 12
"""Characters that the mean record must have; lists of names and dates have fewer."""

_HINT = re.compile(
    r"comment|kommentar|commento|comentario|coment[aá]rio|reactie|reaction|r[eé]ponse|respuesta|risposta|antwort|respons|repl(?:y|ies)|answer|discuss|opinion|leserbrief|"
    r"post|posting|beitrag|message|msg|forum|thread|topic|guestbook|feedback|review|yorum|opini",
    re.I,
)
_COMMENT_HINT = re.compile(r"comment|kommentar|commenti|comentario|coment[aá]rio|reactie|reactions|repl(?:y|ies)|respons|answer|leserbrief|yorum|feedback", re.I)
_ASIDE = re.compile(r"(?:^|[\s_-])(?:side-?bar\w*|widget\w*|footer|recent\w*|latest|related\w*|teaser\w*|recommend\w*|popular|trending|nav|menu|newsticker|most-?\w+|similar\w*|ticker)(?:$|[\s_-])", re.I)
_RECORD_TAGS = frozenset("div li article section tr td table dl dd dt p blockquote tbody form span ol ul".split())
_MORE = re.compile(r"read more|weiterlesen|mehr lesen|lire la suite|leggi tutto|continua|leer más|czytaj|читать|lees meer|devamı|…\s*more|continue reading", re.I)


@dataclass(slots=True)
class Mined:
    """The best shape of a page, read."""

    group: Group
    found: list[Found]
    confidence: float
    is_forum: bool


@dataclass(slots=True)
class _Facts:
    """Prefix sums over the page: how many dates, persons and controls stand before each node."""

    dates: list[int] = field(default_factory=lambda: [0])
    persons: list[int] = field(default_factory=lambda: [0])
    controls: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class _Candidate:
    key: str
    records: list[Record]
    score: float
    share: float
    """Of the page's text outside links, what the records hold."""


def mine(tree: Tree, barred: list[int]) -> Mined | None:
    """The records of the page, or None where nothing repeats that looks like a discussion."""
    facts = _count(tree)
    if facts.dates[-1] < 1 or facts.persons[-1] < 1:
        return None
    candidates = sorted(_candidates(tree, facts), key=lambda one: -one.score)[: ANALYSED * 3]
    best: Mined | None = None
    best_worth = 0.0
    seen: set[tuple[int, ...]] = set()
    looked_at = 0
    for candidate in candidates:
        mark = tuple(record.root for record in candidate.records[:50])  # a run and its anchors are one thing
        if mark in seen or looked_at >= ANALYSED:
            continue
        seen.add(mark)
        looked_at += 1
        mined, worth = _judge(tree, candidate, barred)
        if mined is not None and worth > best_worth:
            best, best_worth = mined, worth
    return best


def is_likely(tree: Tree, barred: list[int], article: Article) -> bool:
    """Whether it is worth looking: a page whose text is one article needs a part that is named after comments.

    On 105 pages without a known system this leaves a third to be mined, and none with comments is lost.
    """
    text = tree.chars[-1] - tree.linked[-1]
    if article.chars < 400 or article.chars < 0.35 * text or _dates_in(tree, article.node) >= 2:
        return True
    forms = [(node, tree.end[node]) for node in barred]
    for name in ("class", "id"):
        for node in tree.by_attribute.get(name, ()):
            value = tree.attrs[node][name] or ""
            if not _names_comment(value) or tree.size(node) - tree.link_size(node) < 25 or tree.tag[node] in ("body", "html", "a"):
                continue
            if any(start <= node < stop for start, stop in forms):
                continue
            if tree.size(node) < 0.8 * text and _dates_in(tree, node):
                return True
    return False


@lru_cache(maxsize=20_000)
def _names_comment(classes: str) -> bool:
    return bool(_COMMENT_HINT.search(classes))


def _dates_in(tree: Tree, node: int) -> int:
    found = 0
    for inner in range(node, tree.end[node]):
        if tree.tag[inner] == "time" or (not tree.tag[inner] and len(tree.text[inner]) <= 90 and learn.is_date(tree.text[inner])):
            found += 1
    return found


def _count(tree: Tree) -> _Facts:
    facts = _Facts()
    dates = persons = controls = 0
    control = markers.phrases("control")
    for node, tag in enumerate(tree.tag):
        if tag:
            if tag == "time" or (tag in ("abbr", "span", "a", "meta") and "title" in tree.attrs[node] and learn.date_values(tree, node)):
                dates += tree.size(node) == 0 or tree.end[node] - node > 1
            if learn.is_person(tree, node):
                persons += 1
        else:
            text = tree.text[node]
            if len(text) <= 90 and learn.is_date(text):
                dates += 1
            elif len(text) <= 24 and learn.folded(text) in control:
                controls += 1
        facts.dates.append(dates)
        facts.persons.append(persons)
        facts.controls.append(controls)
    return facts


def _candidates(tree: Tree, facts: _Facts) -> Iterator[_Candidate]:
    for key, nodes in _shapes(tree).items():
        if not 2 <= len(nodes) <= 60_000:
            if len(nodes) != 1 or not _COMMENT_HINT.search(key):
                continue
        if "@" in key:
            nodes = [node for node in nodes if _is_full(tree, facts, node)]
            if len(nodes) < 2:
                continue
        score = _score(tree, facts, [[(node, tree.end[node])] for node in nodes], nodes)
        if score > 0:
            spans = [[(node, tree.end[node])] for node in nodes]
            yield _Candidate(key, [Record(node, span) for node, span in zip(nodes, spans, strict=True)], score, _share(tree, spans))
        if len(nodes) >= 2:
            yield from _runs(tree, facts, key, nodes)


def _is_full(tree: Tree, facts: _Facts, node: int) -> bool:
    """Whether an element without a name of its own holds a date and a person."""
    end = tree.end[node]
    return facts.dates[end] > facts.dates[node] and facts.persons[end] > facts.persons[node]


def _shapes(tree: Tree) -> dict[str, list[int]]:
    """Elements that look alike: by class, by a token of it, by a numbered id, by their place among siblings."""
    found: dict[str, list[int]] = defaultdict(list)
    for node, tag in enumerate(tree.tag):
        if tag not in _RECORD_TAGS or tree.size(node) < 8:
            continue
        attrs = tree.attrs[node]
        classes = attrs.get("class") or ""
        if classes:
            shape = class_shape(classes)
            if shape:
                found[f"{tag}.{shape}"].append(node)
            tokens = class_tokens(shape)
            if len(tokens) > 1:
                for token in tokens:
                    found[f"{tag}.{token}*"].append(node)
        identity = attrs.get("id") or ""
        if identity and identity[-1:].isdigit():
            found[f"{tag}#{re.sub(r'[0-9]+', 'N', identity)}"].append(node)
        if not classes or tag in ("tr", "table"):
            found[f"{tag}@{tree.parent[node]}"].append(node)
    return found


def _runs(tree: Tree, facts: _Facts, key: str, nodes: list[int]) -> Iterator[_Candidate]:
    """Records that go on over the siblings behind (or before) the element that repeats."""
    parent = tree.parent[nodes[0]]
    if parent < 0 or any(tree.parent[node] != parent for node in nodes[:20]):
        return
    nodes = [node for node in nodes if tree.parent[node] == parent]
    if all(tree.end[node] == following for node, following in zip(nodes, nodes[1:], strict=False)) or len(nodes) < 2:
        return
    starts = set(nodes)
    following = [_following(tree, node, starts, tree.end[parent]) for node in nodes]
    for mark, spans in (("...", following), ("... before", _preceding(tree, nodes, parent))):
        roots = [span[0][0] for span in spans]
        score = _score(tree, facts, spans, roots) * 0.97
        if score > 0:
            yield _Candidate(f"{key} {mark}", [Record(span[0][0], span) for span in spans], score, _share(tree, spans))


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


def _score(tree: Tree, facts: _Facts, spans: list[list[tuple[int, int]]], nodes: list[int]) -> float:
    """Words of the records, weighed by how many hold one date and one person."""
    n = len(nodes)
    if not n:
        return 0.0
    inner = _inner(tree, nodes, spans)
    letters = dated = peopled = crowded = controlled = filled = 0
    for span, nested in zip(spans, inner, strict=True):
        start, stop = span[0][0], span[-1][1]

        def count(sums: list[int], start: int = start, stop: int = stop, nested: list[int] = nested) -> int:
            return sums[stop] - sums[start] - sum(sums[tree.end[node]] - sums[node] for node in nested)

        own = count(tree.chars) - count(tree.linked)
        dates, persons = count(facts.dates), count(facts.persons)
        letters += min(own, 6_000)
        filled += own >= 8
        dated += dates > 0
        peopled += persons > 0
        crowded += dates > 6 or persons > 12
        controlled += count(facts.controls) > 0
    if dated < LEAST_COVERED * n or filled < 0.5 * n:
        return 0.0
    return letters * (dated / n) ** 2 * (filled / n) * (0.3 + peopled / n) * (1 + 0.3 * controlled / n) * (1 - 0.8 * crowded / n)


def _inner(tree: Tree, nodes: list[int], spans: list[list[tuple[int, int]]]) -> list[list[int]]:
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


def _judge(tree: Tree, candidate: _Candidate, barred: list[int]) -> tuple[Mined | None, float]:
    """Read a candidate's records and decide whether they are a discussion."""
    plea = _plea(tree, candidate)
    if plea is None:
        return None, 0.0
    records, hinted, comments, controls = plea
    group = Group(records)
    found = [one for one in read_records(tree, group, barred) if one.text or one.quote]
    found = [one for one in found if not words.is_deleted(one.text)]
    n = len(found)
    if not n or n < 0.4 * len(records) or len({one.text for one in found}) < 0.6 * n:
        return None, 0.0
    authored = sum(1 for one in found if one.author) / n
    dated = sum(1 for one in found if one.date) / n
    letters = sum(min(len(one.text), 3_000) for one in found)
    least = LEAST_COVERED if hinted or controls >= 0.5 else 0.9
    if authored < least or min(dated, group.support["date"]) < least or letters / n < LEAST_WORDS:
        return None, 0.0
    worth = letters * authored * dated * (1.2 if hinted else 1.0) * (0.5 if n == 1 else 1.0)
    confidence = 0.5 + 0.15 * hinted + 0.1 * (controls >= 0.5) + 0.1 * (n >= 3) + 0.1 * min(authored, dated)
    return Mined(group, found, round(min(confidence, 0.9), 2), not comments), worth


def _plea(tree: Tree, candidate: _Candidate) -> tuple[list[Record], bool, bool, float] | None:
    """What speaks for a candidate before it is read: its records, named after a discussion, after comments, controls."""
    records = [record for record in candidate.records if not _beside(tree, record.root)]
    n = len(records)
    if not n:
        return None
    hinted, comments = _hints(tree, candidate.key, records[0].root)
    controls = sum(_has_control(tree, record) for record in records[:100]) / min(n, 100)
    if n == 1 and not _is_lone_comment(tree, candidate.key, records[0].root):
        return None
    if n == 2 and not comments and controls < 0.5:
        return None
    if not comments and controls < 0.5 and candidate.share < LEAST_SHARE:
        return None
    if (not hinted and controls < 0.5 and n < 3) or _is_listing(tree, records):
        return None
    return records, hinted, comments, controls


def _beside(tree: Tree, node: int) -> bool:
    """Whether a node stands in a sidebar, a widget or a footer."""
    for above in [node, *tree.ancestors(node)]:
        if tree.tag[above] in ("aside", "footer", "nav") and tree.size(above) * 2 < tree.chars[-1]:
            return True
        if tree.tag[above] in ("body", "html"):
            break
        named = f"{tree.get(above, 'class')} {tree.get(above, 'id')}"
        if len(named) > 1 and _ASIDE.search(named) and tree.size(above) * 2 < tree.chars[-1]:
            return True
    return False


def _hints(tree: Tree, key: str, node: int) -> tuple[bool, bool]:
    """Whether the names around a record speak of a discussion, and whether of comments in particular."""
    names = [key]
    for above in [node, *tree.ancestors(node)[:4]]:
        if tree.tag[above] in ("body", "html"):
            break
        names.append(f"{tree.get(above, 'class')} {tree.get(above, 'id')}")
    joined = " ".join(names)
    return bool(_HINT.search(joined)), bool(_COMMENT_HINT.search(joined))


def _has_control(tree: Tree, record: Record) -> bool:
    control = markers.phrases("control")
    return any(
        not tree.tag[node] and len(tree.text[node]) <= 24 and learn.folded(tree.text[node]) in control
        for start, stop in record.spans
        for node in range(start, stop)
    )


def _is_lone_comment(tree: Tree, key: str, node: int) -> bool:
    """Whether a single record is named a comment and stands in a part or under a heading for comments."""
    if not _COMMENT_HINT.search(key):
        return False
    around = " ".join(f"{tree.get(above, 'class')} {tree.get(above, 'id')}" for above in tree.ancestors(node)[:3] if tree.tag[above] not in ("body", "html"))
    return bool(_COMMENT_HINT.search(around)) or _under_heading(tree, node)


def _under_heading(tree: Tree, node: int) -> bool:
    """Whether one of the last few lines before a node opens a list of comments."""
    lines = 0
    for before in range(node - 1, max(node - 60, 0), -1):
        if not tree.tag[before]:
            if markers.starts_marker("heading", tree.text[before]):
                return True
            lines += 1
            if lines >= 3:
                break
    return False


def _is_listing(tree: Tree, records: list[Record]) -> bool:
    """Whether the records are teasers: each with a heading that leads to another page, or with "read more"."""
    leading = 0
    for record in records[:60]:
        for node in (node for start, stop in record.spans for node in range(start, stop)):
            tag = tree.tag[node]
            if tag in ("h1", "h2", "h3", "h4") and _leads_away(tree, node):
                leading += 1
                break
            if not tag and len(tree.text[node]) < 40 and _MORE.search(tree.text[node]) and tree.linked[node + 1] > tree.linked[node]:
                leading += 1
                break
    return leading >= 0.5 * min(len(records), 60)


def _leads_away(tree: Tree, heading: int) -> bool:
    links = [node for node in range(heading, tree.end[heading]) if tree.tag[node] == "a"]
    if tree.tag[tree.parent[heading]] == "a":
        links.append(tree.parent[heading])
    for link in links:
        href = tree.get(link, "href")
        if href and "#" not in href and not learn.is_person(tree, link):
            return True
    return False
