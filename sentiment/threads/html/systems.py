"""The known comment systems: the table ``systems.toml``, and which of them wrote a page."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sentiment.shipped import shipped
from sentiment.threads.html.names import names
from sentiment.threads.html.select import Selector, compile_selector, find_all
from sentiment.threads.html.tree import Tree

_LISTS = names("items not author link date text drop quote score id parent depth head place")
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class System:
    """One row of the table: how a system writes its records."""

    key: str
    name: str
    kind: str
    order: int
    span: bool
    loose: bool
    lists: dict[str, tuple[Selector, ...]]

    def __getitem__(self, field_name: str) -> tuple[Selector, ...]:
        return self.lists.get(field_name, ())

    def on(self, tree: Tree) -> System:
        """The row with those places alone that this page has at all: each is looked at in every record."""
        lists = {
            name: selectors if name in ("items", "not") else tuple(one for one in selectors if one.may_find(tree))
            for name, selectors in self.lists.items()
        }
        return replace(self, lists=lists)


@dataclass(slots=True)
class Record:
    """One reader's contribution: where it is in the tree."""

    root: int
    spans: list[tuple[int, int]]
    """The root's span, and those of following siblings that belong to it."""
    own: list[int] = field(default_factory=list)
    """Its nodes in document order without those of the records inside it."""
    keys: list[str] = field(default_factory=list)
    """For each of them its place in the record, as :func:`~sentiment.threads.html.learn.keys_of` names it."""


@dataclass(slots=True)
class Group:
    """The records that one system, or one repeated shape, has on a page."""

    records: list[Record]
    system: System | None = None
    heads: int = 0
    """How many of the first records are opening posts written differently from the answers."""
    foreign: list[int] = field(default_factory=list)
    """Nodes that look like records and are no reader's words."""
    support: dict[str, float] = field(default_factory=dict)
    """Share of the records whose author, date and text stand in the learned places."""


@cache
def table() -> tuple[System, ...]:
    """All systems in the order in which they are asked.

    Raises:
        ValueError: If a row has an unknown key or a selector that is not understood.
    """
    data = tomllib.loads(shipped(__package__, "systems.toml").decode())
    return tuple(sorted((_row(key, row) for key, row in data.items()), key=lambda system: system.order))


def _row(key: str, row: dict[str, Any]) -> System:
    unknown = set(row) - {*_LISTS, "name", "kind", "order", "span", "loose"}
    if unknown or row.get("kind") not in ("comments", "forum"):
        raise ValueError(f"system {key}: unknown {', '.join(sorted(unknown)) or 'kind'}")
    lists = {name: tuple(compile_selector(text) for text in row[name]) for name in sorted(_LISTS) if name in row}
    return System(
        key, row["name"], row["kind"], row.get("order", 5), row.get("span", False), row.get("loose", False), lists
    )


def detect(tree: Tree) -> list[Group]:
    """The records of all known systems on a page, the most trusted system first, none twice."""
    groups: list[Group] = []
    taken: list[tuple[int, int]] = []
    likely = _likely(tree)
    for rank in sorted({system.order for system, _ in likely}):
        found = [group for system, items in likely if system.order == rank and (group := _find(tree, system, items))]
        found.sort(key=lambda group: -_worth(tree, group))
        for group in found:
            free = [r for r in group.records if not any(a < r.spans[0][1] and r.root < b for a, b in taken)]
            if not free or (len(free) < len(group.records) and groups):
                continue
            groups.append(group)
            taken.append((min(r.root for r in group.records), max(r.spans[-1][1] for r in group.records)))
    return groups


Place = tuple[int, Selector]
"""A system's place in the table, and a selector of its records."""


@cache
def _triggers() -> tuple[dict[str, list[Place]], dict[str, list[Place]], list[tuple[str, Place]]]:
    """What must be on a page for a system's records to be: class token, attribute (or tag), beginning of an id."""
    tokens: dict[str, list[Place]] = {}
    others: dict[str, list[Place]] = {}
    prefixes: list[tuple[str, Place]] = []
    for number, system in enumerate(table()):
        for selector in system["items"]:
            last, place = selector.steps[-1], (number, selector)
            if last.classes:
                tokens.setdefault(last.classes[0], []).append(place)
            elif last.shape or last.prefix:
                prefixes.append((last.prefix or last.shape, place))
            elif last.attributes or last.numbered:
                others.setdefault(last.attributes[0][0] if last.attributes else last.numbered[0][0], []).append(place)
            else:
                others.setdefault(last.tag, []).append(place)
    return tokens, others, prefixes


def _likely(tree: Tree) -> list[tuple[System, list[Selector]]]:
    """The systems of which something is on the page, in the order in which they are asked, and what to look for."""
    tokens, others, prefixes = _triggers()
    found = [place for token in tree.class_names.keys() & tokens.keys() for place in tokens[token]]
    present = (tree.attribute_names | tree.by_tag.keys()) & others.keys()
    found += [place for name in present for place in others[name]]
    shapes = "\n" + "\n".join(tree.by_id_shape)  # one text: a search in it for each prefix, not one for each id
    found += [place for prefix, place in prefixes if f"\n{prefix}" in shapes]
    likely: dict[int, list[Selector]] = {}
    for number, selector in found:
        likely.setdefault(number, []).append(selector)
    return [(table()[number], likely[number]) for number in sorted(likely)]


def _find(tree: Tree, system: System, items: list[Selector]) -> Group | None:
    nodes = sorted({node for selector in items for node in selector.find(tree)})
    if not nodes:
        return None
    system = system.on(tree)
    foreign = [node for node in nodes if any(s.steps[-1].matches(tree, node) for s in system["not"])]
    nodes = [node for node in _once_each(tree, nodes) if node not in foreign] if foreign else _once_each(tree, nodes)
    heads = [node for node in _heads(tree, system) if node not in nodes][:1]
    if not nodes:
        return None
    if system.span:
        records = [Record(node, _run(tree, node, set(nodes))) for node in nodes]
    else:
        records = [Record(node, [(node, tree.end[node])]) for node in heads + nodes]
    if not system.loose and 2 * sum(_has_text(tree, system, record) for record in records) < len(records):
        return None
    return Group(records, system, len(heads), foreign)


def _has_text(tree: Tree, system: System, record: Record) -> bool:
    start, stop = record.root, record.spans[-1][1]
    return any(selector.find(tree, start, stop, root=record.root) for selector in system["text"])


def _heads(tree: Tree, system: System) -> list[int]:
    return sorted({node for selector in system["head"] for node in selector.find(tree)})


def number_of(tree: Tree, node: int) -> str:
    """The first number in a node's id attribute or the like, as text; empty if there is none."""
    for name in ("id", "data-content", "data-comment-id", "data-id", "data-post-id", "data-pid", "name"):
        found = _NUMBER.search(tree.get(node, name))
        if found:
            return found.group(1)
    return ""


def _once_each(tree: Tree, nodes: list[int]) -> list[int]:
    """Without the inner of two nodes that are the same record (``li#li-comment-5 > div#comment-5``)."""
    kept: list[int] = []
    stack: list[int] = []
    for node in nodes:
        while stack and tree.end[stack[-1]] <= node:
            stack.pop()
        if stack and _same_record(tree, stack[-1], node):
            continue
        stack.append(node)
        kept.append(node)
    return kept


def _same_record(tree: Tree, outer: int, inner: int) -> bool:
    numbers = number_of(tree, outer), number_of(tree, inner)
    if all(numbers):
        return numbers[0] == numbers[1]
    alike = tree.tag[outer] == tree.tag[inner] and tree.classes(outer)[:1] == tree.classes(inner)[:1]
    return not alike and tree.sign(outer) != tree.sign(inner)


def _run(tree: Tree, node: int, starts: set[int]) -> list[tuple[int, int]]:
    """The span of a node and of its siblings up to the next record."""
    spans = [(node, tree.end[node])]
    at, stop = tree.end[node], tree.end[tree.parent[node]]
    while at < stop and at not in starts:
        spans.append((at, tree.end[at]))
        at = tree.end[at]
    return spans


def _worth(tree: Tree, group: Group) -> int:
    """Characters in the places where the system writes its texts: what decides between two that match."""
    system = group.system
    if system is None:
        return 0
    total = 0
    for record in group.records:
        start, stop = record.root, record.spans[-1][1]
        for selector in system["text"]:
            found = selector.find(tree, start, stop, root=record.root)
            if found:
                total += tree.size(found[0])
                break
    return total


_FORMS = (
    "#respond",
    ".comment-respond",
    "#commentform",
    ".comment-form",
    ".wpd-form",
    ".wpd-form-wrapper",
    ".wc-form",
    ".wpd_main_comm_form",
    ".wpd-secondary-form-wrapper",
    "#comment-form",
    "form.comment-form",
    ".no-comments",
    ".nocomments",
    ".wpd-comment-info-bar",
    "#comment-editor",
    ".comment-reply-form",
)


def waiting(tree: Tree) -> list[str]:
    """The names of the systems that load comments into this page by script and have not."""
    return [system.name for system in table() if any(selector.find(tree) for selector in system["place"])]


def forms(tree: Tree, groups: list[Group]) -> list[int]:
    """The forms of a page that hold no record."""
    roots = sorted(record.root for group in groups for record in group.records)
    return [node for node in find_all(tree, _FORMS) if not tree.within(roots, node, tree.end[node])]
