"""The article of a page: the part with the most running text, without what stands around and inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html.learn import is_date
from sentiment.threads.html.tree import BLOCKS, Tree

_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|submenu|sidebar|side-?bar|footer|breadcrumbs?|crumbs?|share\w*|sharing|sharedaddy|social\w*|yarpp|recirc\w*|"
    r"newsletter\w*|cookie\w*|consent|gdpr|dsgvo|advert\w*|adbox|adsense|banner\w*|tagcloud|taglist|byline|author-?(?:box|bio|info|card|meta)|about-?author|pagination|pager|paging|"
    r"commentlist|comment-?area|respond|disqus_thread|postmeta|entry-?meta|post-?meta|post-?info|entry-?footer|post-?footer|entry-?utility|copyright|disclaimer|imprint|toolbar|"
    r"login|skip-?\w*|screen-reader\w*|prev-?next|next-?prev|nav-?links|post-?nav\w*|most-?read|outbrain|taboola|login-?box|jp-relatedposts|noprint|topbar|masthead|"
    r"site-?header|page-?header|ticker|related\w*|relat|recommend\w*|similar\w*|sociable\w*|shariff\w*|addtoany\w*|addthis\w*|heateor\w*|postmetadata|vcard|contact\w*|donat\w*|spend\w*|steady-?(?:kasten|box)|"
    r"citat(?:ion|e)|right-?col\w*|profile|pdf_link|figcaption|caption\w*|image-?credit|photo-?credit|bildunterschrift|bildnachweis|(?:comment|kommentar)(?:s?-?(?:list|modul|area|section|box|content|wrap\w*|container|form|count|link)))(?:$|[\s_-])"
    r"|(?:^|[_-])(?:foot|ads?|sponsor\w*|promo|widgets?|tags?|categories|cats|bio|popup|modal|overlay|lightbox|comments?|replies|reactions|meta|legal|tools|buttons?|print|ratings?|"
    r"votes?|search|hidden|sr-only|popular|trending|toc|feedback|hdr|carousel|slider|kommentare?|figure-?caption|legend|image-?caption|wp-caption-text|dateline|date|timestamp|credits?)$",
    re.I,
)
_LINKING = re.compile(r"(?:^|[\s_-])(?:teaser\w*|more-?(?:stories|news|articles|posts)|subscri\w*|promo\w*|widget\w*|read-?(?:more|also|next)|linklist|link-?list|topics?)(?:$|[\s_-])", re.I)
"""Names of parts that lead to other pages; sites use the same names for a lead, so that the links decide."""
_WITHIN = re.compile(
    r"(?:^|[\s_-])(?:article-?body|articlebody|entry-?content|post-?content|article-?content|story-?body|article-?text|post-?body|entry-?body|news-?text|text-?content|main-?content|content-?body|article__body|article__content|body-?text|story-?content|post-?entry|single-?content|blog-?post-?content|field-name-body|field--name-body|artikel\w*|td-post-content|rich-?text)(?:$|[\s_-])",
    re.I,
)
_ALWAYS = re.compile(r"(?:^|[\s_-])(?:cookie\w*|consent|gdpr|dsgvo|onetrust|didomi|usercentrics|cmp|cmpbox)(?:$|[\s_-])", re.I)
"""Dialogs that can be longer than the article."""
_STATE = re.compile(r"^(?:tag|category|cat|type|status|format|author|has|is|js|no|with|without|post_tag|comments?|single|page|layout|theme|not|hide|show|col|sm|md|lg|xs|mt|mb|pt|pb|p|m)-", re.I)
"""Tokens that say what a page or post is like, not what an element is for (``tag-news``, ``comments-open``)."""
_CREDIT = re.compile(r"^(?:\(?(?:foto|fotos|bild|bilder|photos?|image|picture|titelbild|beitragsbild|symbolbild|zdjęcie|fot\.|фото|crédit|créditos|crediti|credits?)\)?\s?(?:by|von|credit|:|/|©|-)|©|\(c\)\s)", re.I)
_BAD_TAGS = frozenset("nav footer form aside button dialog noscript menu figcaption".split())
_SENTENCE_END = re.compile(r"[.!?…:»”\"“)]\s*$")
_TEXT_TAGS = frozenset("p li td th dd dt blockquote pre h1 h2 h3 h4 h5 h6".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

GOOD_LENGTH = 60
"""Characters from which a block with few links counts as running text."""

SHORT_COST = 0.5
"""What a character of short text in a container costs against one of running text."""

LINK_COST = 0.25
"""The same for lists of links: they are left out of the body anyway."""

LEAD_BLOCKS = 12
"""Blocks between the page's heading and the container among which a lead is looked for."""

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
    tokens = [token for token in classes.split() if not _STATE.match(token) and not token.endswith("label-hidden")]
    if "hentry" in tokens or "post" in tokens:
        return False
    return any(_AROUND.search(token) for token in tokens) and not _WITHIN.search(classes)


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
    if tag in ("html", "body", "main", "a", "span", "b", "i", "em", "strong", "br", "img"):
        return False
    if tag == "p" and (tree.size(node) > 300 or not (tree.attrs[node].get("class") or tree.attrs[node].get("id"))):
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
    named = f"{attrs.get('class') or ''} {attrs.get('id') or ''}"
    if len(named) < 2 or tag == "article":
        return False
    if share > 0.4:
        return bool(_ALWAYS.search(named))
    return _around(named) or (bool(_LINKING.search(named)) and tree.link_size(node) * 4 >= tree.size(node) and not _WITHIN.search(named))


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
    ends = dict(excluded)
    inside = [block for block in blocks if node <= block.first < tree.end[node]]
    kept = _lead(tree, blocks, node) + _kept(tree, inside, title)
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
        else:
            value = -block.chars * (LINK_COST if block.linked * 2 > block.chars else SHORT_COST)
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
    return _narrowed(tree, best, good) if best >= 0 else _fallback(tree, blocks)


def _narrowed(tree: Tree, best: int, good: dict[int, int]) -> int:
    """The article element in a container that holds the heading and about half of its text: the rest is other articles."""
    headings = tree.by_tag.get("h1", [])
    for node in tree.within(tree.by_tag.get("article", []), best + 1, tree.end[best]):
        if good.get(node, 0) >= 0.45 * good[best] and tree.within(headings, node, tree.end[node]):
            return node
    return best


def _fallback(tree: Tree, blocks: list[_Block]) -> int:
    """Without any running text (a picture with two lines): what is named as the article, if it has words."""
    words: dict[int, int] = {}
    for block in blocks:
        node = block.node
        while node >= 0:
            if tree.get(node, "itemprop") == "articleBody" or _WITHIN.search(f"{tree.get(node, 'class')} {tree.get(node, 'id')}"):
                words[node] = words.get(node, 0) + block.chars - block.linked
            node = tree.parent[node]
    best = max(words, key=lambda node: (words[node], node), default=-1)
    return best if best >= 0 and words[best] >= 20 else -1


def _hint(tree: Tree, node: int) -> float:
    tag = tree.tag[node]
    if tree.get(node, "itemprop") == "articleBody":
        return 1.5
    if _WITHIN.search(f"{tree.get(node, 'class')} {tree.get(node, 'id')}"):
        return 1.35
    if tag == "article":
        return 1.25
    return 1.1 if tag == "main" else 1.0


def _lead(tree: Tree, blocks: list[_Block], node: int) -> list[_Block]:
    """Running text between the page's main heading and the container: where sites put the article's first lines."""
    headings = [h for tag in ("h1",) for h in tree.by_tag.get(tag, ()) if h < node]
    if not headings:
        return []
    between = [block for block in blocks if headings[-1] < block.first < node and not block.node <= headings[-1] < tree.end[block.node]]
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
            if _is_scrap(line) or _is_label(line) or (not block.good and tag not in _TEXT_TAGS and not _SENTENCE_END.search(line)):
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
    first = next((index for index, block in enumerate(result) if block.good or tree.tag[block.node] in ("p", "li", "td", "blockquote")), 0)
    while first > 0 and tree.tag[result[first - 1].node] in _HEADINGS:
        first -= 1
    return result[first:]


def _is_label(line: str) -> bool:
    """Whether a line is a date of publication or names who took a picture."""
    return (len(line) < 70 and is_date(line) and not line.endswith((".", "!", "?"))) or (len(line) < 120 and bool(_CREDIT.match(line)))


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
