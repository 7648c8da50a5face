"""The article of a page: the part with the most running text, without what stands around and inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TypeVar

from sentiment.threads import markers
from sentiment.threads.html.furniture import ARTICLE_NAME, furniture
from sentiment.threads.html.names import names
from sentiment.threads.html.signs import is_date
from sentiment.threads.html.tree import BLOCKS, Tree

_CREDIT = re.compile(
    r"^(?:\(?(?:foto|fotos|bild|bilder|photos?|image|picture|titelbild|beitragsbild|symbolbild|zdjęcie|"
    r"fot\.|фото|crédit|créditos|crediti|credits?)\)?\s?(?:by|von|credit|:|/|©|-)|©|\(c\)\s)",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?…:»”\"“)]\s*$")
_TEXT_TAGS = names("p li td th dd dt blockquote pre h1 h2 h3 h4 h5 h6")
_HEADINGS = names("h1 h2 h3 h4 h5 h6")

GOOD_LENGTH = 60
"""Characters from which a block with few links counts as running text."""

SHORT_COST = 0.5
"""What a character of short text in a container costs against one of running text."""

LINK_COST = 0.25
"""The same for lists of links: they are left out of the body anyway."""

_SCRAPS = ("page", "footer", "control", "heading", "form", "form_line", "empty", "sort")

LEAD_BLOCKS = 12
"""Blocks between the page's heading and the container among which a lead is looked for."""

MOST_BOILERPLATE = 60
"""Dropped blocks that are kept for the explanation of a page."""


Number = TypeVar("Number", int, float)


@dataclass(slots=True)
class Article:
    """The body, and what was dropped on the way."""

    node: int = -1
    body: str = ""
    chars: int = 0
    boilerplate: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    node: int
    first: int
    chars: int = 0
    linked: int = 0
    good: bool = False


def read_article(tree: Tree, excluded: list[tuple[int, int]], title: str = "", until: int = -1) -> Article:
    """The article's body.

    Args:
        tree: The page.
        excluded: Spans that are known to be something else (the comments), as (start, end).
        title: The article's title, which is not repeated in the body.
        until: Where the comments begin; what follows them is not the article, if enough stands before them.
    """
    dropped = furniture(tree, excluded)
    blocks = _blocks(tree, dropped, excluded)
    before = [block for block in blocks if block.first < until]
    if sum(block.chars for block in before if block.good) >= GOOD_LENGTH:
        blocks = before
    node = _best(tree, blocks)
    article = Article(node=node)
    if node < 0:
        return article
    inside = [block for block in blocks if node <= block.first < tree.end[node]]
    kept = _lead(tree, blocks, node) + _kept(tree, inside, title)
    article.body = _render(tree, kept, dropped)
    article.chars = sum(block.chars for block in kept if block.good)
    article.boilerplate = _dropped_texts(tree, dropped)
    return article


def _blocks(tree: Tree, dropped: list[int], excluded: list[tuple[int, int]]) -> list[_Block]:
    """Runs of text that belong to the same innermost block element, in page order."""
    skip = set(dropped)
    ends = dict(excluded)
    blocks: list[_Block] = []
    current = _Block(-1, -1)
    holder: list[int] = []
    at, size = 0, len(tree)
    while at < size:
        if at in skip:
            at = max(ends.get(at, tree.end[at]), at + 1)
            current = _Block(-1, -1)
            continue
        while holder and tree.end[holder[-1]] <= at:
            holder.pop()
        tag = tree.tag[at]
        if tag:
            if tag in BLOCKS or tag in ("td", "th"):
                holder.append(at)
        else:
            box = holder[-1] if holder else 0
            if current.node != box:
                current = _Block(box, at)
                blocks.append(current)
            current.chars += tree.chars[at + 1] - tree.chars[at]
            current.linked += tree.linked[at + 1] - tree.linked[at]
        at += 1
    for block in blocks:
        block.good = _is_good(tree, block)
    return blocks


def _is_good(tree: Tree, block: _Block) -> bool:
    if block.linked * 2 > block.chars:
        return False
    if tree.tag[block.node] in _HEADINGS:
        return block.chars >= 120 and block.linked * 3 < block.chars
    if block.chars >= GOOD_LENGTH:
        return block.linked * 3 < block.chars or block.chars > 200
    return tree.tag[block.node] == "p" and block.chars >= 30 and block.linked == 0


def _best(tree: Tree, blocks: list[_Block]) -> int:
    """The element with the most running text, less what other text it holds."""
    gain: dict[int, float] = {}
    good: dict[int, int] = {}
    for block in blocks:
        if block.good:
            value = float(block.chars)
            good[block.node] = good.get(block.node, 0) + block.chars
        else:
            value = -block.chars * (LINK_COST if block.linked * 2 > block.chars else SHORT_COST)
        gain[block.node] = gain.get(block.node, 0.0) + value
    _sum_upwards(tree, gain)
    _sum_upwards(tree, good)
    best, best_score = -1, 0.0
    for node, chars in good.items():
        if chars < 40:
            continue
        score = gain[node] * _hint(tree, node)
        if score > best_score or (score == best_score and node > best):
            best, best_score = node, score
    return _narrowed(tree, best, good) if best >= 0 else _fallback(tree, blocks)


def _sum_upwards(tree: Tree, own: dict[int, Number]) -> None:
    """Add to every element what the elements under it have; each is passed on once, from the last to the first."""
    parents = tree.parent
    waiting = [-node for node in own]
    heapify(waiting)
    while waiting:
        node = -heappop(waiting)
        parent = parents[node]
        if parent >= 0:
            if parent not in own:
                own[parent] = type(own[node])(0)
                heappush(waiting, -parent)
            own[parent] += own[node]


def _narrowed(tree: Tree, best: int, good: dict[int, int]) -> int:
    """The article element in a container that holds the heading and about half of its text: the rest is others'."""
    headings = tree.by_tag.get("h1", [])
    for node in tree.within(tree.by_tag.get("article", []), best + 1, tree.end[best]):
        if good.get(node, 0) >= 0.45 * good[best] and tree.within(headings, node, tree.end[node]):
            return node
    return best


def is_named_article(tree: Tree, node: int, before: int) -> bool:
    """Whether a node, or an element around it that ends before another place, is called an article."""
    return any(
        tree.tag[above] == "article" or _is_article_name(tree, above)
        for above in (node, *tree.ancestors(node))
        if tree.end[above] <= before
    )


def _fallback(tree: Tree, blocks: list[_Block]) -> int:
    """Without any running text (a picture with two lines): what is named as the article, if it has words."""
    words: dict[int, int] = {}
    for block in blocks:
        words[block.node] = words.get(block.node, 0) + block.chars - block.linked
    _sum_upwards(tree, words)
    words = {
        node: letters
        for node, letters in words.items()
        if tree.get(node, "itemprop") == "articleBody" or _is_article_name(tree, node)
    }
    best = max(words, key=lambda node: (words[node], node), default=-1)
    return best if best >= 0 and words[best] >= 20 else -1


def _is_article_name(tree: Tree, node: int) -> bool:
    named = f"{tree.get(node, 'class')} {tree.get(node, 'id')}"
    return len(named) > 1 and _names_article(named)


@lru_cache(maxsize=20_000)
def _names_article(named: str) -> bool:
    return ARTICLE_NAME.search(named) is not None


def _hint(tree: Tree, node: int) -> float:
    tag = tree.tag[node]
    if tree.get(node, "itemprop") == "articleBody":
        return 1.5
    if _is_article_name(tree, node):
        return 1.35
    if tag == "article":
        return 1.25
    return 1.1 if tag == "main" else 1.0


def _lead(tree: Tree, blocks: list[_Block], node: int) -> list[_Block]:
    """Running text between the page's main heading and the container: where sites put the article's first lines."""
    headings = [h for tag in ("h1",) for h in tree.by_tag.get(tag, ()) if h < node]
    if not headings:
        return []
    between = [
        block
        for block in blocks
        if headings[-1] < block.first < node and not block.node <= headings[-1] < tree.end[block.node]
    ]
    if len(between) > LEAD_BLOCKS:
        return []
    return [block for block in between if block.chars >= GOOD_LENGTH and block.linked * 4 < block.chars]


def _kept(tree: Tree, blocks: list[_Block], title: str) -> list[_Block]:
    """Those blocks of the container that belong to the text: no lists of links, no trailing scraps."""
    kept: list[_Block] = []
    heading = markers.fold(title)
    for block in blocks:
        tag = tree.tag[block.node]
        if block.linked * 2 > block.chars and not (block.chars > 120 and block.linked * 5 < block.chars * 4):
            continue
        if block.chars < 120:
            line = tree.line(block.node)
            if tag in _HEADINGS and heading and markers.fold(line) == heading:
                continue
            if (
                _is_scrap(line)
                or _is_label(line)
                or (not block.good and tag not in _TEXT_TAGS and not _SENTENCE_END.search(line))
            ):
                continue
        kept.append(block)
    return _with_text(tree, kept)


def _with_text(tree: Tree, kept: list[_Block]) -> list[_Block]:
    """Without headings that no text follows, and without the scraps before the first and after the last text."""
    result: list[_Block] = []
    follows = False
    for block in reversed(kept):
        tag = tree.tag[block.node]
        if tag in _HEADINGS and not block.good:
            if follows:
                result.append(block)
            follows = False
        elif block.good or result:
            follows = follows or block.good or tag in ("li", "td", "p", "dd")
            result.append(block)
    result.reverse()
    first = next(
        (
            index
            for index, block in enumerate(result)
            if block.good or tree.tag[block.node] in ("p", "li", "td", "blockquote")
        ),
        0,
    )
    while first > 0 and tree.tag[result[first - 1].node] in _HEADINGS:
        first -= 1
    return result[first:]


def _is_label(line: str) -> bool:
    """Whether a line is a date of publication or names who took a picture."""
    return (len(line) < 70 and is_date(line) and not line.endswith((".", "!", "?"))) or (
        len(line) < 120 and bool(_CREDIT.match(line))
    )


def _is_scrap(line: str) -> bool:
    if len(line) < 2:
        return True
    flat = markers.fold(line)
    return not flat or flat in markers.phrases(*_SCRAPS)


def _render(tree: Tree, kept: list[_Block], dropped: list[int]) -> str:
    if not kept:
        return ""
    lines: list[str] = []
    skip = set(dropped)
    for block in kept:
        stop = _block_end(tree, block, skip)
        lines.append(tree.render([(block.first, stop)], skip))
    return "\n".join(line for line in lines if line)


def _block_end(tree: Tree, block: _Block, skip: set[int]) -> int:
    """Where a run of text ends: at the next block element inside its element, or at the element's end."""
    at, stop = block.first, tree.end[block.node]
    while at < stop:
        if at in skip or tree.tag[at] in BLOCKS or tree.tag[at] in ("td", "th"):
            return at
        at += 1
    return stop


def _dropped_texts(tree: Tree, dropped: list[int]) -> list[str]:
    found: list[str] = []
    for node in dropped:
        if tree.tag[node] != "head" and 0 < tree.size(node) <= 2_000:
            line = tree.head(node, 200)
            if line:
                found.append(line)
        if len(found) >= MOST_BOILERPLATE:
            break
    return found
