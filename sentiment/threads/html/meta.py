"""What a page says about its article: title, author, dates, outlet, address, number of comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urljoin

from sentiment.records import FoundDate
from sentiment.threads import markers
from sentiment.threads.html.plain import clean_name, whole_number
from sentiment.threads.html.select import find_all
from sentiment.threads.html.structured import Facts
from sentiment.threads.html.tree import Tree
from sentiment.threads.html.when import Clock

_TITLE_SEPARATOR = re.compile(r"\s+(?:[|·•»«–—-]|::)\s+")
_SENTENCE = re.compile(r"\w+ \w+ \w+.*[.!?]$")
_MOST_LOOKED_AT = 20
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_AUTHOR = (
    "[itemprop=author] [itemprop=name]",
    "[itemprop=author]",
    "[rel~=author]",
    "a[rel=author]",
    ".author-name",
    ".byline-name",
    ".byline .author",
    ".entry-author .fn",
    ".post-author .fn",
    ".author .fn",
    ".vcard .fn",
    ".article-author",
    ".byline a",
    ".entry-author",
    ".post-author",
    ".byline",
    ".author",
)
_DATE = (
    "[itemprop=datePublished]",
    "time[pubdate]",
    "time.published",
    "time.entry-date",
    ".entry-date time",
    "time[datetime]",
    "abbr.published",
    ".entry-date",
    ".post-date",
    ".published",
    ".article-date",
    ".date",
)
_META_DATE = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "date",
    "sailthru.date",
    "parsely-pub-date",
    "article.published",
    "publication_date",
    "og:published_time",
    "originalpublicationdate",
    "cxenseparse:recs:publishtime",
)
_META_AUTHOR = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "twitter:creator",
)
_COUNT_CLASS = re.compile(r"comment|thread|repl(?:y|ies)|kommentar|comentario|commento|reacti|disqus")


@dataclass(slots=True)
class Meta:
    """What is known about the article, besides its text."""

    title: str = ""
    author: str = ""
    outlet: str = ""
    url: str = ""
    dates: list[FoundDate] = field(default_factory=list)
    declared: int | None = None
    languages: tuple[str, ...] = ()


def tags(tree: Tree) -> dict[str, str]:
    """The page's meta elements: lower-case name -> the first content."""
    found: dict[str, str] = {}
    for node in tree.by_tag.get("meta", ()):
        attrs = tree.attrs[node]
        name = attrs.get("property") or attrs.get("name") or ""
        content = (attrs.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def read_meta(tree: Tree, facts: Facts, clock: Clock, base: str | None, records: list[tuple[int, int]]) -> Meta:
    """Everything but the text of an article; what stands inside ``records`` belongs to readers."""
    named = tags(tree)
    records = _outermost(records)
    meta = Meta(url=_canonical(tree, named, base), languages=clock.languages)
    meta.title = _title(tree, named, facts, records)
    meta.outlet = facts.publisher or named.get("og:site_name", "") or named.get("application-name", "")
    meta.author = _author(tree, named, facts, records)
    meta.dates = _dates(tree, named, facts, clock, base or meta.url, records)
    meta.declared = _declared(tree, facts)
    return meta


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, in order, without those inside others."""
    found: list[tuple[int, int]] = []
    for start, stop in spans:
        if not found or start >= found[-1][1]:
            found.append((start, stop))
    return found


def _outside(nodes: list[int], records: list[tuple[int, int]]) -> list[int]:
    starts = [start for start, _ in records]
    found = []
    for node in nodes:
        place = bisect_right(starts, node) - 1
        if place < 0 or node >= records[place][1]:
            found.append(node)
            if len(found) >= _MOST_LOOKED_AT:
                break
    return found


def _canonical(tree: Tree, named: dict[str, str], base: str | None) -> str:
    for node in tree.by_tag.get("link", ()):
        if "canonical" in tree.get(node, "rel").lower().split() and (href := tree.get(node, "href").strip()):
            return _join(base, href)
    return _join(base, named["og:url"]) if "og:url" in named else ""


def _join(base: str | None, href: str) -> str:
    try:
        joined = urljoin(base or "", href)
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) else ""


def _title(tree: Tree, named: dict[str, str], facts: Facts, records: list[tuple[int, int]]) -> str:
    headings = [line for node in _outside(tree.by_tag.get("h1", []), records) if (line := tree.line(node))]
    whole = next((line for node in tree.by_tag.get("title", ()) if (line := tree.line(node))), "")
    stated = facts.headline or named.get("og:title", "") or named.get("twitter:title", "")
    for heading in headings:
        if len(heading) > 8 and (heading in whole or heading in stated):
            return heading
    if stated:
        return " ".join(stated.split())
    if whole:
        return max(_TITLE_SEPARATOR.split(whole), key=len).strip()
    return headings[0] if headings else ""


def _author(tree: Tree, named: dict[str, str], facts: Facts, records: list[tuple[int, int]]) -> str:
    for candidate in _named_authors(tree, named, facts, records):
        name = clean_name(candidate)
        if (
            1 < len(name) <= 60
            and not name.startswith(("http", "@", "/"))
            and not name.isdigit()
            and not _SENTENCE.search(name)
            and not markers.is_marker("page", name)
        ):
            return name
    return ""


def _named_authors(tree: Tree, named: dict[str, str], facts: Facts, records: list[tuple[int, int]]) -> Iterator[str]:
    """Where authors are named, the surest places first."""
    yield facts.author
    for name in _META_AUTHOR:
        yield named.get(name, "")
    for selector in _AUTHOR:
        for node in _outside(find_all(tree, [selector]), records)[:1]:
            if tree.size(node) <= 80:
                yield tree.get(node, "content") or tree.line(node)


def _dates(
    tree: Tree, named: dict[str, str], facts: Facts, clock: Clock, url: str, records: list[tuple[int, int]]
) -> list[FoundDate]:
    found: list[FoundDate] = []

    def add(where: str, value: datetime | date | None) -> None:
        if value is not None:
            day = value.date() if isinstance(value, datetime) else value
            if all(day != other.value or where != other.where for other in found):
                found.append(FoundDate(where, day))

    if facts.published:
        add("structured data", clock.read(facts.published))
    for name in _META_DATE:
        if name in named:
            add("metadata", clock.read(named[name]))
    for selector in _DATE:
        for node in _outside(find_all(tree, [selector]), records)[:1]:
            value = (
                tree.get(node, "datetime")
                or tree.get(node, "content")
                or tree.get(node, "title")
                or (tree.line(node) if tree.size(node) <= 120 else "")
            )
            add("time element" if tree.tag[node] == "time" else "byline", clock.find(value) if value else None)
    dated = _URL_DATE.search(url or "")
    if dated:
        with suppress(ValueError):
            add("url", date(int(dated.group(1)), int(dated.group(2)), int(dated.group(3))))
    return found[:8]


def _declared(tree: Tree, facts: Facts) -> int | None:
    """The number of comments that the page states, in its data or over its list of comments."""
    if facts.comment_count is not None:
        return facts.comment_count
    for node in _counting(tree):
        if not any(sign.isdigit() for inner in range(node, tree.end[node]) for sign in tree.text[inner]):
            continue
        line = tree.line(node)
        folded = markers.fold(line)
        opening = markers.pattern("heading").match(folded)
        if opening and "#" in opening.group():
            return whole_number(line)
        if folded in markers.phrases("empty"):
            return 0
    return None


def _counting(tree: Tree) -> list[int]:
    """Short elements that may carry the number: headings, and what is named after comments."""
    headings = (node for tag in ("h1", "h2", "h3", "h4", "h5") for node in tree.by_tag.get(tag, ()))
    found = {node for node in headings if _is_short(tree, node)}
    named = (classes for classes in tree.by_class_text if _is_of_comments(classes))
    found.update(node for classes in named for node in tree.by_class_text[classes][:3] if _is_short(tree, node))
    return sorted(found)


@lru_cache(maxsize=20_000)
def _is_of_comments(classes: str) -> bool:
    return _COUNT_CLASS.search(classes.lower()) is not None


def _is_short(tree: Tree, node: int) -> bool:
    return tree.end[node] - node <= 10 and 0 < tree.size(node) <= 60
