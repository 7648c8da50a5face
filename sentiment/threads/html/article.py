"""The article of a page: the part with the most running text, without what stands around and inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html.tree import BLOCKS, Tree

_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|submenu|sidebar|side-?bar|footer|foot|breadcrumbs?|crumbs?|share\w*|sharing|sharedaddy|social\w*|"
    r"related\w*|relat|yarpp|recommend\w*|recirc\w*|newsletter\w*|subscri\w*|cookie\w*|consent|gdpr|advert\w*|ads?|adbox|adsense|sponsor\w*|promo\w*|teaser\w*|banner\w*|"
    r"widgets?|tags?|tagcloud|taglist|categories|cats|byline|author-?(?:box|bio|info|card|meta)|about-?author|bio|pagination|pager|paging|popup|modal|overlay|lightbox|"
    r"comments?|commentlist|comment-?area|respond|replies|disqus_thread|reactions|meta|postmeta|entry-?meta|post-?meta|post-?info|entry-?footer|post-?footer|entry-?utility|"
    r"copyright|disclaimer|legal|imprint|toolbar|tools|buttons?|print|rating|ratings|votes?|login|search\w*|skip\w*|hidden|visually-hidden|screen-reader\w*|sr-only|"
    r"prev-?next|next-?prev|nav-?links|post-?nav\w*|most-?read|popular|trending|more-?(?:stories|news|articles|posts)|outbrain|taboola|paywall|login-?box|infobox-?nav|toc|jp-relatedposts|wp-?caption-?meta|noprint|feedback|topbar|masthead|site-?header|page-?header|hdr|ticker|carousel|slider|gallery-?nav|kommentare?|dateline|date|timestamp|credits?)(?:$|[\s_-])",
    re.I,
)
_WITHIN = re.compile(
    r"(?:^|[\s_-])(?:article-?body|articlebody|entry-?content|post-?content|article-?content|story-?body|article-?text|post-?body|entry-?body|news-?text|text-?content|main-?content|content-?body|article__body|article__content|body-?text|story-?content|post-?entry|single-?content|blog-?post-?content|field-name-body|field--name-body|artikel\w*|td-post-content|rich-?text)(?:$|[\s_-])",
    re.I,
)
_BAD_TAGS = frozenset("nav footer form aside button dialog noscript menu".split())
_SENTENCE_END = re.compile(r"[.!?…:»”\"“)]\s*$")
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

GOOD_LENGTH = 60
"""Characters from which a block with few links counts as running text."""

SHORT_COST = 0.6
"""What a character of other text in a container costs against one of running text."""

MOST_BOILERPLATE = 60
"""Dropped blocks that are kept for the explanation of a page."""


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


@lru_cache(maxsize=20_000)
def _around(classes: str) -> bool:
    return bool(_AROUND.search(classes)) and not _WITHIN.search(classes)


def furniture(tree: Tree, excluded: list[tuple[int, int]]) -> list[int]:
    """The outermost nodes that are the page's furniture by tag, class, id or role, or that are excluded."""
    barred = dict(excluded)
    found: list[int] = []
    total = max(tree.chars[-1], 1)
    at, size = 0, len(tree)
    while at < size:
        if at in barred:
            found.append(at)
            at = max(barred[at], at + 1)
            continue
        tag = tree.tag[at]
        if tag and _is_around(tree, at, tag, total):
            inside = [start for start in barred if at < start < tree.end[at]] if tree.end[at] - at > 50 else []
            if not inside:
                found.append(at)
                at = tree.end[at]
                continue
        at += 1
    return found


def _is_around(tree: Tree, node: int, tag: str, total: int) -> bool:
    if tag in ("html", "body", "main", "p", "a", "span", "b", "i", "em", "strong", "br", "img"):
        return False
    share = tree.size(node) / total
    if tag == "head":
        return True
    if tag in _BAD_TAGS:
        return share < 0.5
    attrs = tree.attrs[node]
    if attrs.get("role") in ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu"):
        return share < 0.5
    if attrs.get("aria-hidden") == "true" and tag in ("div", "ul", "section"):
        return share < 0.5
    if tag in ("article",) or share > 0.4:
        return False
    named = f"{attrs.get('class') or ''} {attrs.get('id') or ''}"
    return len(named) > 1 and _around(named)


def read_article(tree: Tree, excluded: list[tuple[int, int]], title: str = "") -> Article:
    """The article's body.

    Args:
        tree: The page.
        excluded: Spans that are known to be something else (the comments), as (start, end).
        title: The article's title, which is not repeated in the body.
    """
    dropped = furniture(tree, excluded)
    blocks = _blocks(tree, dropped, excluded)
    node = _best(tree, blocks)
    article = Article(node=node)
    if node < 0:
        return article
    ends = dict(excluded)
    kept = _kept(tree, [block for block in blocks if node <= block.first < tree.end[node]], title)
    article.body = _render(tree, kept, dropped, ends)
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
        return False
    if block.chars >= GOOD_LENGTH:
        return block.linked * 3 < block.chars or block.chars > 200
    return tree.tag[block.node] == "p" and block.chars >= 30 and block.linked == 0


def _best(tree: Tree, blocks: list[_Block]) -> int:
    """The element with the most running text, less what other text it holds."""
    gain: dict[int, float] = {}
    good: dict[int, int] = {}
    for block in blocks:
        value = float(block.chars) if block.good else -SHORT_COST * block.chars - 10 * (block.linked * 2 > block.chars)
        node = block.node
        while node >= 0:
            gain[node] = gain.get(node, 0.0) + value
            if block.good:
                good[node] = good.get(node, 0) + block.chars
            node = tree.parent[node]
    best, best_score = -1, 0.0
    for node, chars in good.items():
        if chars < 40:
            continue
        score = gain[node] * _hint(tree, node)
        if score > best_score or (score == best_score and node > best):
            best, best_score = node, score
    return best


def _hint(tree: Tree, node: int) -> float:
    tag = tree.tag[node]
    if tree.get(node, "itemprop") == "articleBody":
        return 1.5
    if _WITHIN.search(f"{tree.get(node, 'class')} {tree.get(node, 'id')}"):
        return 1.35
    if tag == "article":
        return 1.25
    return 1.1 if tag == "main" else 1.0


def _kept(tree: Tree, blocks: list[_Block], title: str) -> list[_Block]:
    """Those blocks of the container that belong to the text: no lists of links, no trailing scraps."""
    kept: list[_Block] = []
    heading = markers.fold(title)
    for block in blocks:
        tag = tree.tag[block.node]
        if block.linked * 2 > block.chars and not (tag in _HEADINGS or tag == "p" and block.chars > 120):
            continue
        if block.chars < 120:
            line = tree.line(block.node)
            if tag in _HEADINGS and heading and markers.fold(line) == heading:
                continue
            if _is_scrap(line):
                continue
        kept.append(block)
    while kept and not kept[-1].good and tree.tag[kept[-1].node] not in ("li", "td", "p", "dd", "blockquote", "pre"):
        kept.pop()
    return kept


def _is_scrap(line: str) -> bool:
    folded = markers.fold(line)
    if not folded or len(line) < 2:
        return True
    return any(folded in markers.phrases(kind) for kind in ("page", "footer", "control", "heading", "form", "form_line", "empty", "sort"))


def _render(tree: Tree, kept: list[_Block], dropped: list[int], ends: dict[int, int]) -> str:
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
            line = tree.line(node)
            if line:
                found.append(line[:200])
        if len(found) >= MOST_BOILERPLATE:
            break
    return found
