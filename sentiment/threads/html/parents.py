"""Whom a comment answers: from nesting, from ids and links, from depths, else from the name it addresses."""

from __future__ import annotations

import re

from sentiment.threads.html.record import Found
from sentiment.threads.html.tree import Tree

_NUMBER = re.compile(r"(\d+)(?!.*\d)")
_REPLIES_CLASS = re.compile(
    r"(?:^|[\s_-])(?:children|indented|replies|reply-list|responses|answers|subcomments?|nested|"
    r"thread-children|comment-replies)(?:$|[\s_-])",
    re.I,
)
_MOST_NAMES = 500
"""Authors among whom a quoted one is looked for; a page with more is no forum page, and the search is quadratic."""

_ADDRESSED = re.compile(r"^@\s?([\w.\-]+(?: [\w.\-]+)?)")


def parents(tree: Tree, found: list[Found]) -> list[int | None]:
    """For every record the position of the one that it answers, or None."""
    result = _by_nesting(tree, found)
    _by_number(found, result)
    if not any(parent is not None for parent in result):
        _by_depth(found, result)
    _by_container(tree, found, result)
    _by_quote(found, result)
    if not any(parent is not None for parent in result):
        _by_name(found, result)
    return result


def _by_nesting(tree: Tree, found: list[Found]) -> list[int | None]:
    result: list[int | None] = []
    stack: list[int] = []
    for index, one in enumerate(found):
        root = one.record.root
        while stack and tree.end[found[stack[-1]].record.root] <= root:
            stack.pop()
        result.append(stack[-1] if stack else None)
        stack.append(index)
    return result


def _by_number(found: list[Found], result: list[int | None]) -> None:
    positions = {one.number: index for index, one in enumerate(found) if one.number}
    for index, one in enumerate(found):
        if result[index] is None and one.parent_number:
            parent = positions.get(one.parent_number)
            if parent is None and (number := _NUMBER.search(one.parent_number)):
                parent = positions.get(number.group(1))
            if parent is not None and parent != index:
                result[index] = parent


def _by_depth(found: list[Found], result: list[int | None]) -> None:
    if sum(one.depth is not None for one in found) * 2 < len(found):
        return
    stack: list[tuple[int, int]] = []
    for index, one in enumerate(found):
        depth = one.depth or 0
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if stack:
            result[index] = stack[-1][1]
        stack.append((depth, index))


def _by_container(tree: Tree, found: list[Found], result: list[int | None]) -> None:
    """Answers that stand in a list of their own behind the record they answer (``div.indented``)."""
    roots = {one.record.root: index for index, one in enumerate(found)}
    known: dict[int, int | None] = {}
    for index, one in enumerate(found):
        if result[index] is not None:
            continue
        for box in tree.ancestors(one.record.root)[:3]:
            if box in roots:
                break
            if _REPLIES_CLASS.search(tree.get(box, "class")):
                if box not in known:
                    known[box] = _before(tree, box, roots)
                parent = known[box]
                if parent is not None and parent < index:
                    result[index] = parent
                break


def _before(tree: Tree, box: int, roots: dict[int, int]) -> int | None:
    """The last record that stands before a box under the same parent."""
    best = None
    for child in tree.children(tree.parent[box]):
        if child >= box:
            break
        if child in roots:
            best = roots[child]
        else:
            inner = next((node for node in range(child + 1, min(tree.end[child], child + 8)) if node in roots), None)
            best = roots[inner] if inner is not None else best
    return best


def _by_quote(found: list[Found], result: list[int | None]) -> None:
    """A record answers the last one by the author whom it quotes first ("ann wrote: ...")."""
    last: dict[str, int] = {}
    for index, one in enumerate(found):
        if result[index] is None and one.quote and last:
            head = one.quote.partition("\n")[0][:160].casefold()
            named = [name for name in last if name in head] if len(last) <= _MOST_NAMES else []
            if named:
                result[index] = last[max(named, key=len)]
        if len(one.author) > 1:
            last[one.author.casefold()] = index


def _by_name(found: list[Found], result: list[int | None]) -> None:
    """``@ann ...`` answers what ann wrote last."""
    last: dict[str, int] = {}
    for index, one in enumerate(found):
        addressed = _ADDRESSED.match(one.text)
        if addressed:
            name = addressed.group(1).casefold()
            result[index] = last.get(name, last.get(name.split(" ")[0]))
        if one.author:
            last[one.author.casefold()] = index
            last.setdefault(one.author.casefold().split(" ")[0], index)
