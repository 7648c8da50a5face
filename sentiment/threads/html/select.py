"""A small part of CSS selectors over a flat tree: what the table of systems needs.

``tag``, ``.class``, ``#id``, ``[name]``, ``[name=value]`` with ``^=``, ``$=``, ``*=``, ``~=``, and ``.a .b``.
``*`` alone is every element. A selector may end in ``@name``: the value is that attribute, not the text.
``N`` in an ``=`` value stands for digits: ``[id=comment-N]``. ``:root`` is the record itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sentiment.threads.html.tree import Tree

_PART = re.compile(
    r"(?P<tag>[a-zA-Z*][\w-]*|\*)|\.(?P<cls>[\w-]+)|\#(?P<id>[\w-]+)|(?P<root>:root)"
    r"|\[(?P<name>[\w:-]+)(?:(?P<op>[\^$*~]?=)\"?(?P<value>[^\]\"]*)\"?)?\]"
)


@dataclass(frozen=True, eq=False)
class Compound:
    """One step of a selector: what a single element must be. Each text is compiled once: equal is the same."""

    tag: str = ""
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    numbered: tuple[tuple[str, re.Pattern[str]], ...] = ()
    root: bool = False
    shape: str = ""
    """The id with ``N`` for its numbers, where the step asks for one."""
    prefix: str = ""
    """What the id begins with, where the step asks for that."""

    def matches(self, tree: Tree, node: int) -> bool:
        """Whether a node is what this step asks for."""
        if self.root or (self.tag and tree.tag[node] != self.tag) or not tree.tag[node]:
            return False
        if self.classes:
            have = tree.classes(node)
            if any(token not in have for token in self.classes):
                return False
        attrs = tree.attrs[node]
        for name, op, value in self.attributes:
            if name not in attrs or not _compare(attrs[name] or "", op, value):
                return False
        return all(pattern.fullmatch(attrs.get(name) or "") for name, pattern in self.numbered)

    def nodes(self, tree: Tree) -> list[int]:
        """All nodes of a page that are what this step asks for, in document order."""
        found = tree.found.get(self)
        if found is None:
            found = self._candidates(tree)
            if found and not self._exact:
                found = [node for node in found if self.matches(tree, node)]
            tree.found[self] = found
        return found

    @property
    def _exact(self) -> bool:
        """Whether the index gives what is asked for and nothing else."""
        return len(self.classes) + len(self.attributes) + len(self.numbered) + bool(self.tag) == 1 and (
            bool(self.classes or self.tag) or (bool(self.attributes) and not self.attributes[0][1])
        )

    def _candidates(self, tree: Tree) -> list[int]:
        """The nodes among which this step can find any, from the rarest index at hand."""
        if len(self.classes) == 1:
            return tree.with_class(self.classes[0])
        if self.classes:
            return min((tree.with_class(token) for token in self.classes), key=len)
        if self.shape:
            return tree.by_id_shape.get(self.shape, [])
        if self.prefix:
            lists = [nodes for shape, nodes in tree.by_id_shape.items() if shape.startswith(self.prefix)]
            return lists[0] if len(lists) == 1 else sorted(node for nodes in lists for node in nodes)
        if self.numbered:
            return tree.with_attribute(self.numbered[0][0])
        if self.attributes:
            return tree.with_attribute(self.attributes[0][0])
        if self.tag:
            return tree.by_tag.get(self.tag, [])
        return [node for node, tag in enumerate(tree.tag) if tag]


@dataclass(frozen=True, eq=False)
class Selector:
    """A compiled selector: the steps from the outside in, and the attribute that is wanted, if any.

    Each text is compiled once, so that a selector is only equal to itself.
    """

    steps: tuple[Compound, ...]
    attribute: str = ""
    rooted: bool = False
    """Whether a step is ``:root``."""

    def find(self, tree: Tree, start: int = 0, stop: int | None = None, *, root: int = -1) -> list[int]:
        """The matching nodes from ``start`` to ``stop`` in document order; ``root`` is what ``:root`` means."""
        found = self._search(tree, root) if self.rooted else tree.found.get(self)
        if found is None:  # on the whole page at once: it is asked for again in every record
            found = tree.found[self] = self._search(tree, -1)
        if not found or (not start and stop is None):
            return found
        return tree.within(found, start, len(tree) if stop is None else stop)

    def may_find(self, tree: Tree) -> bool:
        """Whether a page has anything that this selector can give."""
        return all(step.root or step.nodes(tree) for step in self.steps) if self.rooted else bool(self.find(tree))

    def _search(self, tree: Tree, root: int) -> list[int]:
        found: list[int] | None = None
        for step in self.steps:
            nodes = ([root] if root >= 0 else []) if step.root else step.nodes(tree)
            found = nodes if found is None else _inside(tree, nodes, found)
            if not found:
                return []
        return found or []


def _inside(tree: Tree, nodes: list[int], outer: list[int]) -> list[int]:
    """Those of some ordered nodes that stand under one of others."""
    found: list[int] = []
    ends = tree.end
    size, at, reach = len(outer), 0, -1
    for node in nodes:
        while at < size and outer[at] < node:
            reach = max(reach, ends[outer[at]])
            at += 1
        if node < reach:
            found.append(node)
    return found


@lru_cache(maxsize=4_000)
def compile_selector(text: str) -> Selector:
    """Compile a selector.

    Raises:
        ValueError: If a part of it is not understood.
    """
    found = re.search(r"@([\w-]+)$", text)
    body, attribute = (text[: found.start()], found.group(1)) if found else (text, "")
    steps = [_compound(step) for step in body.split()] or [Compound(root=True)]
    return Selector(tuple(steps), attribute, any(step.root for step in steps))


def find_all(tree: Tree, selectors: Iterable[str], start: int = 0, stop: int | None = None) -> list[int]:
    """The nodes that match any of some selectors, in document order, each once."""
    found: set[int] = set()
    for text in selectors:
        found.update(compile_selector(text).find(tree, start, stop))
    return sorted(found)


@lru_cache(maxsize=4_000)
def _compound(text: str) -> Compound:
    tag, root = "", False
    classes: list[str] = []
    attributes: list[tuple[str, str, str]] = []
    numbered: list[tuple[str, re.Pattern[str]]] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise ValueError(f"selector {text!r} is not understood at {text[at:]!r}")
        at = part.end()
        if part["root"]:
            root = True
        elif part["tag"]:
            tag = "" if part["tag"] == "*" else part["tag"]
        elif part["cls"]:
            classes.append(part["cls"])
        elif part["id"]:
            attributes.append(("id", "=", part["id"]))
        elif part["op"] == "=" and re.search(r"(?<![A-Za-z])N(?![A-Za-z])|(?<=[a-z])N(?![A-Za-z])", part["value"]):
            numbered.append((part["name"], re.compile(re.escape(part["value"]).replace("N", r"\d+"))))
        else:
            attributes.append((part["name"], part["op"] or "", part["value"] or ""))
    exact = [value for name, op, value in attributes if name == "id" and op == "="]
    exact += [
        re.sub(r"\\(.)", r"\1", pattern.pattern.replace(r"\d+", "N")) for name, pattern in numbered if name == "id"
    ]
    shape = re.sub(r"[0-9]+", "N", exact[0]) if exact else ""
    prefix = next(
        (
            value
            for name, op, value in attributes
            if name == "id" and op == "^=" and not any(c.isdigit() for c in value)
        ),
        "",
    )
    return Compound(tag, tuple(classes), tuple(attributes), tuple(numbered), root, shape, prefix)


def _compare(have: str, op: str, value: str) -> bool:
    if op == "=":
        return have == value
    if op == "^=":
        return have.startswith(value)
    if op == "$=":
        return have.endswith(value)
    if op == "*=":
        return value in have
    if op == "~=":
        return value in have.split()
    return True
