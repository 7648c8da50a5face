"""The furniture of a page: what stands around and between its texts on every page of a site."""

from __future__ import annotations

import re
from functools import lru_cache

from sentiment.threads.html.names import names
from sentiment.threads.html.tree import Tree

_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|submenu|sidebar|side-?bar|footer|breadcrumbs?|crumbs?|"
    r"share\w*|sharing|sharedaddy|social\w*|yarpp|recirc\w*|"
    r"newsletter\w*|cookie\w*|consent|gdpr|dsgvo|advert\w*|adbox|adsense|banner\w*|tagcloud|taglist|byline|"
    r"author-?(?:box|bio|info|card|meta)|about-?author|pagination|pager|paging|"
    r"commentlist|comment-?area|respond|disqus_thread|postmeta|entry-?meta|post-?meta|post-?info|"
    r"entry-?footer|post-?footer|entry-?utility|copyright|disclaimer|imprint|toolbar|"
    r"login|skip-?\w*|screen-reader\w*|prev-?next|next-?prev|nav-?links|post-?nav\w*|most-?read|outbrain|"
    r"taboola|login-?box|jp-relatedposts|noprint|topbar|masthead|"
    r"site-?header|page-?header|ticker|related\w*|relat|recommend\w*|similar\w*|sociable\w*|shariff\w*|"
    r"addtoany\w*|addthis\w*|heateor\w*|postmetadata|vcard|contact\w*|donat\w*|spend\w*|steady-?(?:kasten|"
    r"box)|"
    r"citat(?:ion|e)|right-?col\w*|profile|pdf_link|figcaption|caption\w*|image-?credit|photo-?credit|"
    r"bildunterschrift|bildnachweis|(?:comment|kommentar)(?:s?-?(?:list|modul|area|section|box|content|"
    r"wrap\w*|container|form|count|link)))(?:$|[\s_-])"
    r"|(?:^|[_-])(?:foot|ads?|sponsor\w*|promo|widgets?|tags?|categories|cats|bio|popup|modal|overlay|"
    r"lightbox|comments?|replies|reactions|meta|legal|tools|buttons?|print|ratings?|"
    r"votes?|search|hidden|sr-only|popular|trending|toc|feedback|hdr|carousel|slider|kommentare?|"
    r"figure-?caption|legend|image-?caption|wp-caption-text|dateline|date|timestamp|credits?)$",
)
"""For names in lower case: three times as fast as with re.I."""
_LINKING = re.compile(
    r"(?:^|[\s_-])(?:teaser\w*|more-?(?:stories|news|articles|posts)|subscri\w*|promo\w*|widget\w*|"
    r"read-?(?:more|also|next)|linklist|link-?list|topics?)(?:$|[\s_-])",
    re.I,
)
"""Names of parts that lead to other pages; sites use the same names for a lead, so that the links decide."""
ARTICLE_NAME = re.compile(
    r"(?:^|[\s_-])(?:article-?body|articlebody|entry-?content|post-?content|article-?content|story-?body|"
    r"article-?text|post-?body|entry-?body|news-?text|text-?content|main-?content|content-?body|"
    r"article__body|article__content|body-?text|story-?content|post-?entry|single-?content|"
    r"blog-?post-?content|field-name-body|field--name-body|artikel\w*|td-post-content|rich-?text)(?:$|"
    r"[\s_-])",
    re.I,
)
_ALWAYS = re.compile(
    r"(?:^|[\s_-])(?:cookie\w*|consent|gdpr|dsgvo|onetrust|didomi|usercentrics|cmp|cmpbox)(?:$|[\s_-])", re.I
)
"""Dialogs that can be longer than the article."""
_STATE = re.compile(
    r"^(?:tag|category|cat|type|status|format|author|has|is|js|no|with|without|post_tag|comments?|single|"
    r"page|layout|theme|not|hide|show|col|sm|md|lg|xs|mt|mb|pt|pb|p|m)-",
    re.I,
)
"""Tokens that say what a page or post is like, not what an element is for (``tag-news``, ``comments-open``)."""
_NEVER = names("html body main a span b i em strong br img") | {""}
_BAD_TAGS = names("head nav footer form aside button dialog noscript menu figcaption")


@lru_cache(maxsize=20_000)
def _around(classes: str) -> bool:
    tokens = classes.split()
    if "hentry" in tokens or "post" in tokens:
        return False
    return any(map(_is_around_name, tokens)) and not ARTICLE_NAME.search(classes)


@lru_cache(maxsize=20_000)
def _is_around_name(token: str) -> bool:
    """By the token and not the whole attribute: sites combine the same few tokens in many ways."""
    return bool(_AROUND.search(token.lower())) and not token.endswith("label-hidden") and not _STATE.match(token)


@lru_cache(maxsize=20_000)
def _leads_away(named: str) -> bool:
    return bool(_LINKING.search(named)) and not ARTICLE_NAME.search(named)


def furniture(tree: Tree, excluded: list[tuple[int, int]]) -> list[int]:
    """The outermost nodes that are the page's furniture by tag, class, id or role, or that are excluded."""
    barred = dict(excluded)
    found: list[int] = []
    total = max(tree.chars[-1], 1)
    tags, attributes, ends = tree.tag, tree.attrs, tree.end
    at, size = 0, len(tree)
    while at < size:
        if at in barred:
            found.append(at)
            at = max(barred[at], at + 1)
            continue
        tag = tags[at]
        # two of three nodes end here: texts, marks inside lines, what has no name
        if tag not in _NEVER and (attributes[at] or tag in _BAD_TAGS) and _is_around(tree, at, tag, total):
            inside = [start for start in barred if at < start < ends[at]] if ends[at] - at > 50 else []
            if not inside:
                found.append(at)
                at = ends[at]
                continue
        at += 1
    return found


def _is_around(tree: Tree, node: int, tag: str, total: int) -> bool:
    attrs = tree.attrs[node]
    if tag == "p" and (tree.size(node) > 300 or not (attrs.get("class") or attrs.get("id"))):
        return False
    if tag == "head":
        return True
    share = tree.size(node) / total
    if tag in _BAD_TAGS:
        return share < 0.5
    if attrs.get("role") in ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu"):
        return share < 0.5
    if attrs.get("aria-hidden") == "true" and tag in ("div", "ul", "section"):
        return share < 0.5
    named = f"{attrs.get('class') or ''} {attrs.get('id') or ''}"
    if len(named) < 2 or tag == "article":
        return False
    if share > 0.4:
        return bool(_ALWAYS.search(named))
    return _around(named) or (tree.link_size(node) * 4 >= tree.size(node) and _leads_away(named))
