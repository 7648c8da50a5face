"""Records of unknown systems: shapes that repeat, each with a person, a time and words of its own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html import signs, words
from sentiment.threads.html.article import Article
from sentiment.threads.html.names import names
from sentiment.threads.html.record import Found, read_records
from sentiment.threads.html.shapes import COMMENT_NAME, LEAST_COVERED, Candidate, candidates, count_signs
from sentiment.threads.html.systems import Group, Record
from sentiment.threads.html.tree import Tree

ANALYSED = 4
"""Shapes that are looked at closely; the right one was among the best four on all pages that were tried."""


NUMBERED_TAGS = names("div li article section tr table")
LEAST_SHARE = 0.3
"""Share of a page's text that a thread without names or buttons of a discussion must hold; teasers hold less."""

HINTED_WORTH = 1.2
"""What a letter is worth in records whose names speak of a discussion, and at most."""

RUN_WORTH = 0.8
"""What a run of siblings is worth against single elements: it may have swallowed adverts between the records."""

LONGEST_COUNTED = 3_000
"""Characters of a record that count for its shape: one long text makes no thread."""

LEAST_WORDS = 12
"""Characters that the mean record must have; lists of names and dates have fewer."""

_HINT = re.compile(
    r"comment|kommentar|commento|comentario|coment[aá]rio|reactie|reaction|r[eé]ponse|respuesta|risposta|"
    r"antwort|respons|repl(?:y|ies)|answer|discuss|opinion|leserbrief|"
    r"post|posting|beitrag|message|msg|forum|thread|topic|guestbook|feedback|review|yorum|opini",
    re.I,
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:side-?bar\w*|widget\w*|footer|recent\w*|latest|related\w*|teaser\w*|recommend\w*|"
    r"popular|trending|nav|menu|newsticker|most-?\w+|similar\w*|ticker)(?:$|[\s_-])",
    re.I,
)
_MORE = re.compile(
    r"read more|weiterlesen|mehr lesen|lire la suite|leggi tutto|continua|leer más|czytaj|читать|lees meer|"
    r"devamı|…\s*more|continue reading",
    re.I,
)


@dataclass(slots=True)
class Mined:
    """The best shape of a page, read."""

    group: Group
    found: list[Found]
    confidence: float
    is_forum: bool


def mine(tree: Tree, barred: list[int]) -> Mined | None:
    """The records of the page, or None where nothing repeats that looks like a discussion."""
    facts = count_signs(tree)
    if facts.persons[-1] < 1 or (facts.dates[-1] < 1 and facts.controls[-1] < 2):
        return None
    likely = sorted(candidates(tree, facts), key=lambda one: -one.score)[: ANALYSED * 8]
    best: Mined | None = None
    best_worth = 0.0
    seen: set[tuple[int, ...]] = set()
    looked_at = 0
    for candidate in likely:
        mark = tuple(record.root for record in candidate.records[:50])  # a run and its anchors are one thing
        plea = None if mark in seen or looked_at >= ANALYSED else _plea(tree, candidate)
        seen.add(mark)
        if plea is None or (best is not None and _is_inside(plea[0], best.group.records)):
            continue
        looked_at += 1
        if best_worth > HINTED_WORTH * _most_letters(tree, plea[0]):
            continue
        mined, worth = _judge(tree, plea, barred)
        if len(candidate.records[0].spans) > 1:
            worth *= RUN_WORTH
        if mined is not None and worth > best_worth:
            best, best_worth = mined, worth
    return best


def _is_inside(records: list[Record], others: list[Record]) -> bool:
    """Whether some records are parts of others, one in each."""
    if len(records) != len(others):
        return False
    return all(a.root < b.root and b.spans[-1][1] <= a.spans[-1][1] for a, b in zip(others, records, strict=True))


def is_likely(tree: Tree, barred: list[int], article: Article) -> bool:
    """Whether it is worth looking: a page whose text is one article needs a part that is named after comments.

    On 105 pages without a known system this leaves a third to be mined, and none with comments is lost.
    """
    text = tree.chars[-1] - tree.linked[-1]
    if article.chars < 400 or article.chars < 0.35 * text or _has_headers(tree, article.node):
        return True
    if any(_is_numbered_run(tree, nodes) for shape, nodes in tree.by_id_shape.items() if "N" in shape):
        return True
    forms = [(node, tree.end[node]) for node in barred]
    for name in ("class", "id"):
        for node in tree.with_attribute(name):
            size = tree.size(node)  # before the name: four in five elements are too small or too large
            if size - tree.link_size(node) < 25 or size >= 0.8 * text or tree.tag[node] in ("body", "html", "a"):
                continue
            if not _names_comment(tree.attrs[node][name] or ""):
                continue
            if any(start <= node < stop for start, stop in forms):
                continue
            if _dates_in(tree, node) or _controls_in(tree, node) >= 2:
                return True
    return False


@lru_cache(maxsize=20_000)
def _names_comment(classes: str) -> bool:
    return bool(COMMENT_NAME.search(classes.lower()))


def _has_headers(tree: Tree, node: int) -> bool:
    """Whether dates stand in like places under a node, and persons at all: what the posts of a thread have."""
    places: Counter[str] = Counter()
    others: list[int] = []
    for inner in range(node, tree.end[node]):
        text = tree.text[inner]
        if tree.tag[inner] == "time" or (text and len(text) <= 70 and signs.is_date(text)):
            places[tree.sign(inner if tree.tag[inner] else tree.parent[inner])] += 1
        elif not text:
            others.append(inner)
    if all(count < 2 for count in places.values()):
        return False  # before persons are looked for: most articles end here
    persons = (inner for inner in others if signs.is_person(tree, inner))
    return next(persons, -1) >= 0 and next(persons, -1) >= 0


def _is_numbered_run(tree: Tree, nodes: list[int]) -> bool:
    """Whether elements with numbered ids, such as posts have, hold words and dates."""
    if len(nodes) < 2 or tree.tag[nodes[0]] not in NUMBERED_TAGS:
        return False
    return all(tree.size(node) - tree.link_size(node) >= 20 and _dates_in(tree, node) for node in (nodes[0], nodes[-1]))


def _controls_in(tree: Tree, node: int) -> int:
    control = markers.phrases("control")
    texts = (tree.text[inner] for inner in range(node, tree.end[node]))
    return sum(1 for text in texts if 0 < len(text) <= 24 and signs.folded(text) in control)


def _dates_in(tree: Tree, node: int) -> int:
    first, stop = node, tree.end[node]
    dated = sum(1 for text in tree.text[first:stop] if 0 < len(text) <= 70 and signs.is_date(text))
    return tree.tag[first:stop].count("time") + dated


_Plea = tuple[list[Record], bool, bool, float]


def _judge(tree: Tree, plea: _Plea, barred: list[int]) -> tuple[Mined | None, float]:
    """Read a candidate's records and decide whether they are a discussion."""
    records, hinted, comments, controls = plea
    group = Group(records)
    found = [one for one in read_records(tree, group, barred) if one.text or one.quote]
    found = [one for one in found if not words.is_deleted(one.text)]
    n = len(found)
    if n < min(2, len(records)) or n < 0.4 * len(records) or len({one.text for one in found}) < 0.6 * n:
        return None, 0.0
    authored = sum(1 for one in found if one.author) / n
    dated = sum(1 for one in found if one.date) / n
    letters = sum(min(len(one.text), LONGEST_COUNTED) for one in found)
    least = LEAST_COVERED if hinted or controls >= 0.5 else 0.9
    if comments and controls >= 0.8 and authored >= 0.9 and n >= 2:
        dated = max(dated, group.support["date"], LEAST_COVERED)  # named comments with buttons: dates may be missing
    elif min(dated, group.support["date"]) < least:
        return None, 0.0
    if authored < least or letters / n < LEAST_WORDS:
        return None, 0.0
    worth = letters * authored * dated * (HINTED_WORTH if hinted else 1.0) * (0.5 if n == 1 else 1.0)
    confidence = 0.5 + 0.15 * hinted + 0.1 * (controls >= 0.5) + 0.1 * (n >= 3) + 0.1 * min(authored, dated)
    return Mined(group, found, round(min(confidence, 0.9), 2), not comments), worth


def _most_letters(tree: Tree, records: list[Record]) -> int:
    """What the texts of some records can be worth at most, before one is read."""
    spans = [(record.root, record.spans[-1][1]) for record in records]
    return sum(min(tree.chars[stop] - tree.chars[start] + 100, LONGEST_COUNTED) for start, stop in spans)


def _plea(tree: Tree, candidate: Candidate) -> _Plea | None:
    """What speaks for a candidate before it is read: records, whether named a discussion or comments, controls."""
    records = [record for record in candidate.records if not _beside(tree, record.root)]
    n = len(records)
    if not n:
        return None
    hinted, comments = _hints(tree, candidate.key, records[0].root)
    controls = sum(_has_control(tree, record) for record in records[:100]) / min(n, 100)
    if n == 1 and (_dates_in(tree, records[0].root) > 2 or not _is_lone_comment(tree, candidate.key, records[0].root)):
        return None
    if n == 2 and not comments and controls < 0.5:
        return None
    if not comments and controls < 0.5 and candidate.share < LEAST_SHARE:
        return None
    if not hinted and controls < 0.5 and candidate.held < 0.8:
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
    return bool(_HINT.search(joined)), bool(COMMENT_NAME.search(joined.lower()))


def _has_control(tree: Tree, record: Record) -> bool:
    control = markers.phrases("control")
    return any(
        not tree.tag[node] and len(tree.text[node]) <= 24 and signs.folded(tree.text[node]) in control
        for start, stop in record.spans
        for node in range(start, stop)
    )


def _is_lone_comment(tree: Tree, key: str, node: int) -> bool:
    """Whether a single record is named a comment and stands in a part or under a heading for comments."""
    if not COMMENT_NAME.search(key.lower()):
        return False
    around = " ".join(
        f"{tree.get(above, 'class')} {tree.get(above, 'id')}"
        for above in tree.ancestors(node)[:3]
        if tree.tag[above] not in ("body", "html")
    )
    return bool(COMMENT_NAME.search(around.lower())) or _under_heading(tree, node)


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
            if (
                not tag
                and len(tree.text[node]) < 40
                and _MORE.search(tree.text[node])
                and tree.linked[node + 1] > tree.linked[node]
            ):
                leading += 1
                break
    return leading >= 0.5 * min(len(records), 60)


def _leads_away(tree: Tree, heading: int) -> bool:
    links = [node for node in range(heading, tree.end[heading]) if tree.tag[node] == "a"]
    if tree.tag[tree.parent[heading]] == "a":
        links.append(tree.parent[heading])
    for link in links:
        href = tree.get(link, "href")
        if href and "#" not in href and not signs.is_person(tree, link):
            return True
    return False
