"""The fields of a record: first where its system writes them, else where the page's records have been learned to."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from sentiment.threads import markers
from sentiment.threads.html import learn, signs, words
from sentiment.threads.html.names import names
from sentiment.threads.html.plain import NAME_LONGEST, clean_name, whole_number
from sentiment.threads.html.select import Selector
from sentiment.threads.html.systems import Group, Record, number_of
from sentiment.threads.html.tree import Tree

_TITLES = names("h3 h4 h5 h6")
_ANSWER = re.compile(r"^(?:re|aw|odp|rép|rv|res|sv|#)\b[:#\s]|^[#\d\s]+$", re.I)
_HEADER_LONGEST = 100
_DEPTH_CLASS = re.compile(r"(?:depth|level|indent|lvl|nesting|child)[-_]?(\d{1,2})$", re.I)
_SIGNATURE_RULE = re.compile(r"^(?:_{6,}|-{10,}|--)$")


@dataclass(slots=True)
class Found:
    """One record's fields as they stand on the page."""

    record: Record
    text: str = ""
    quote: str = ""
    author: str = ""
    author_url: str = ""
    date: str = ""
    score: int | None = None
    number: str = ""
    parent_number: str = ""
    depth: int | None = None
    body: int = -1
    """The node where its words begin."""
    used: list[int] = field(default_factory=list)
    """The nodes from which author and date were taken."""


def own_nodes(tree: Tree, group: Group, barred: list[int]) -> list[int]:
    """Give every record of a group its own nodes; returns where nested records and barred parts begin, in order."""
    starts = {record.root for record in group.records} | set(barred) | set(group.foreign)
    for record in group.records:
        own = []
        for start, stop in record.spans:
            at = start
            while at < stop:
                if at in starts and at != record.root:
                    at = tree.end[at]
                    continue
                own.append(at)
                at += 1
        record.own, record.keys = own, []
    return sorted(starts)


def read_records(tree: Tree, group: Group, barred: list[int]) -> list[Found]:
    """The fields of all records of a group, in document order."""
    starts = own_nodes(tree, group, barred)
    found = [_known(tree, record, group) for record in group.records]
    if not group.system or _lacking(found):
        shape = learn.learn(tree, group.records)
        group.support = shape.support
        for one in found:
            _fill(tree, one, shape)
    else:
        shape = learn.Shape()
    for one in found:
        _own_words(tree, one, group, shape, starts)
        one.author = clean_name(one.author)
    _add_titles(tree, found)
    return found


def _add_titles(tree: Tree, found: list[Found]) -> None:
    """Put a comment's own title before its words, where the page lets readers write one."""
    titles = [_title(tree, one) for one in found]
    given = [title for title in titles if title]
    if len(given) < max(1, len(found) // 2) or len({title.casefold() for title in given}) < 0.8 * len(given):
        return
    for one, title in zip(found, titles, strict=True):
        if title and one.text and not one.text.startswith(title):
            one.text = f"{title}\n{one.text}"


def _title(tree: Tree, one: Found) -> str:
    for node in one.record.own:
        if node >= one.body >= 0:
            break
        if tree.tag[node] in _TITLES and 0 < tree.size(node) <= 120 and node not in one.used:
            line = tree.line(node)
            linked = tree.link_size(node) > 0
            if (
                not linked
                and line not in (one.author, one.date)
                and not _ANSWER.match(line)
                and not signs.is_date(line)
                and one.author not in line
            ):
                return line
    return ""


def _lacking(found: list[Found]) -> bool:
    """Whether a system's own places leave many records without author, date or text."""
    n = len(found)
    return any(sum(1 for one in found if not getattr(one, name)) * 5 > n for name in ("author", "date", "text"))


def _first(tree: Tree, record: Record, selectors: tuple[Selector, ...]) -> tuple[int, str]:
    """The first own node that one of some selectors gives with a value, and the value; (-1, "") for none."""
    start, stop = record.root, record.spans[-1][1]
    for selector in selectors:
        for node in selector.find(tree, start, stop, root=record.root):
            if not _owns(record, node):
                continue
            value = tree.get(node, selector.attribute) if selector.attribute else tree.line(node)
            if value.strip():
                return node, value.strip()
    return -1, ""


def _date(tree: Tree, record: Record, selectors: tuple[Selector, ...]) -> str:
    """The first value of some selectors that looks like a date."""
    start, stop = record.root, record.spans[-1][1]
    for selector in selectors:
        for node in selector.find(tree, start, stop, root=record.root):
            if not _owns(record, node):
                continue
            value = tree.get(node, selector.attribute) if selector.attribute else tree.line(node)
            if 4 < len(value) <= 200 and signs.is_date(value):
                return value.strip()
    return ""


def _owns(record: Record, node: int) -> bool:
    index = bisect_left(record.own, node)
    return index < len(record.own) and record.own[index] == node


def _known(tree: Tree, record: Record, group: Group) -> Found:
    one = Found(record, number=number_of(tree, record.root))
    system = group.system
    if system is None:
        return one
    node, one.author = _first(tree, record, system["author"])
    if len(one.author) > NAME_LONGEST:
        one.author = ""
    link = _first(tree, record, system["link"])[0] if system["link"] else -1
    one.author_url = _address(tree, link if link >= 0 else node, record) if node >= 0 or link >= 0 else ""
    one.date = _date(tree, record, system["date"])
    _, value = _first(tree, record, system["score"])
    one.score = whole_number(value)
    _, value = _first(tree, record, system["id"])
    one.number = value or one.number
    _, value = _first(tree, record, system["parent"])
    one.parent_number = value
    _, value = _first(tree, record, system["depth"])
    one.depth = whole_number(value)
    if one.depth is None:
        one.depth = _depth_of(tree, record)
    node = _text_node(tree, record, system["text"])
    one.text = "?" if node >= 0 else ""
    return one


def _text_node(tree: Tree, record: Record, selectors: tuple[Selector, ...]) -> int:
    """The first own node that a selector gives, even without text (a post that is a picture)."""
    start, stop = record.root, record.spans[-1][1]
    for selector in selectors:
        for node in selector.find(tree, start, stop, root=record.root):
            if _owns(record, node):
                return node
    return -1


def _depth_of(tree: Tree, record: Record) -> int | None:
    for token in tree.classes(record.root):
        found = _DEPTH_CLASS.search(token)
        if found:
            return int(found.group(1))
    return None


def _fill(tree: Tree, one: Found, shape: learn.Shape) -> None:
    """What a system's places left open, from the learned shape."""
    if one.author and one.date:
        return
    date_key, attribute = shape.date
    for node, key in zip(one.record.own, learn.keys_of(tree, one.record), strict=True):
        if key == shape.author and not one.author and tree.tag[node] and 0 < tree.size(node) <= NAME_LONGEST:
            one.author = tree.line(node)
            one.used.append(node)
            one.author_url = one.author_url or _address(tree, node, one.record)
        if key == date_key and not one.date:
            one.date = next((value for name, value in signs.date_values(tree, node) if name == attribute), "")
            if one.date and node != one.record.root and tree.size(node) <= _HEADER_LONGEST:
                one.used.append(node)
        if one.author and one.date:
            return
    if not one.date and date_key:
        one.date = _any_date(tree, one.record)


def _any_date(tree: Tree, record: Record) -> str:
    """The first date in a record that is its own and not its writer's."""
    for node in record.own:
        for _, value in signs.date_values(tree, node):
            if not signs.is_profile(tree, node, value):
                return value
    return ""


def _own_words(tree: Tree, one: Found, group: Group, shape: learn.Shape, starts: list[int]) -> None:
    record, system = one.record, group.system
    roots: list[int] = []
    if system is not None and one.text:
        roots = [_text_node(tree, record, system["text"])]
    elif shape.body:
        roots = _outermost(tree, record, shape.body)
    one.text = ""
    if not roots:
        return
    one.body = roots[0] if roots[0] != record.root else -1
    skip = {node for root in roots for node in tree.within(starts, root + 1, tree.end[root])}
    extra: list[int] = []
    if system is not None:
        for name, kept in (("drop", None), ("quote", extra)):
            for selector in system[name]:
                for root in roots:
                    nodes = selector.find(tree, root + 1, tree.end[root], root=record.root)
                    if kept is None:
                        skip.update(nodes)
                    else:
                        kept.extend(nodes)
    if system is None or any(root == record.root for root in roots) or len(record.spans) > 1:
        skip.update(_chrome(tree, record, shape, one))
    quotes, added = words.parts(tree, roots, skip)
    skip.update(added)
    quotes = _without_inner(tree, sorted({*quotes, *extra}), skip)
    leads = sorted({node for quote in quotes for node in words.lead_of(tree, quote, roots[0])})
    own = words.tidy(tree.render([(root, tree.end[root]) for root in roots], skip | set(quotes) | set(leads)))
    one.text = _without_header(own, one)
    one.quote = "\n".join(text for node in sorted([*leads, *quotes]) if (text := tree.words(node, skip)))


def _without_inner(tree: Tree, nodes: list[int], skip: set[int]) -> list[int]:
    """Some ordered nodes without those that are skipped or stand inside another: a quote is told once."""
    found: list[int] = []
    for node in nodes:
        if node not in skip and (not found or node >= tree.end[found[-1]]):
            found.append(node)
    return found


def _without_header(text: str, one: Found) -> str:
    """Without first lines that only say who wrote when."""
    lines = text.split("\n")
    author = one.author.casefold()
    while len(lines) > 1 and len(lines[0]) <= _HEADER_LONGEST + 40:
        line = lines[0].casefold()
        named = bool(author) and line.startswith(author)
        dated = signs.is_date(lines[0])
        rest = line.removeprefix(author).strip(" ,:-|") if named else line
        byline = named and (dated or len(rest) < 8)
        dateline = lines[0] == one.date or (dated and len(line) <= 40)
        if not (byline or dateline or markers.is_marker("heading", lines[0])):
            break
        lines.pop(0)
    return "\n".join(lines)


def _outermost(tree: Tree, record: Record, key: str) -> list[int]:
    roots: list[int] = []
    for node, place in zip(record.own, learn.keys_of(tree, record), strict=True):
        if place == key and tree.tag[node] and (not roots or node >= tree.end[roots[-1]]):
            roots.append(node)
    return roots


def _chrome(tree: Tree, record: Record, shape: learn.Shape, one: Found) -> set[int]:
    """What stands around the words: author, date, and the page's words before his first and after his last."""
    found = set(one.used)
    author, date = one.author.strip(), one.date.strip()
    dull: list[tuple[int, bool]] = []
    until = -1
    control, byline = markers.phrases("control"), markers.phrases("byline")
    for node, key in zip(record.own, learn.keys_of(tree, record), strict=True):
        if node in found:
            until = tree.end[node]
        if tree.tag[node] or node < until:
            continue
        text = tree.text[node].strip()
        flat = signs.folded(text) if len(text) < 120 else text
        own = text in (author, date) or (len(text) < 40 and (flat in control or flat in byline))
        dull.append((node, own or flat in shape.chrome or key in shape.meta or flat in ("#", "")))
    first = next((index for index, (_, is_dull) in enumerate(dull) if not is_dull), len(dull))
    last = next((index for index in range(len(dull) - 1, -1, -1) if not dull[index][1]), -1)
    found.update(node for index, (node, is_dull) in enumerate(dull) if is_dull and not first < index < last)
    return found


def _address(tree: Tree, node: int, record: Record) -> str:
    """The link of an author: around his name, in it, or beside it."""
    at = node
    while at >= record.root and at >= 0:
        if tree.tag[at] == "a":
            return _usable(tree.get(at, "href"))
        at = tree.parent[at]
    for inner in range(node + 1, tree.end[node]):
        if tree.tag[inner] == "a":
            return _usable(tree.get(inner, "href"))
    return ""


def _usable(href: str) -> str:
    href = href.strip()
    return "" if not href or href.startswith(("#", "javascript:", "mailto:", "data:")) else href
