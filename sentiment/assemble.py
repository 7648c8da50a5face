"""Found pieces become a Page: stable ids, depths, the outlet, the accounting of what was left out.

Every reader of pages (HTML, plain text, exports) fills a :class:`Draft` and calls :func:`assemble`, so that
identity and threading mean the same wherever a page came from.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sentiment.records import UNKNOWN_OUTLET, Comment, Document, Evidence, FoundDate, Page
from sentiment.suffixes import registrable

_TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|yclid|mc_[ce]id|igshid|ref_src|cmpid|wt_mc)$", re.I)


@dataclass(slots=True)
class DraftComment:
    """A comment as a parser found it. ``parent`` is the index of another draft in the same list."""

    text: str
    author: str | None = None
    author_url: str | None = None
    date: datetime | None = None
    parent: int | None = None
    quote: str = ""
    score: int | None = None


@dataclass(slots=True)
class Draft:
    """A page as a parser found it. ``dates`` in order of trust: the first is taken as the article's date."""

    body: str = ""
    comments: list[DraftComment] = field(default_factory=list)
    title: str | None = None
    author: str | None = None
    outlet: str | None = None
    url: str | None = None
    dates: list[FoundDate] = field(default_factory=list)
    rule: str = "none"
    confidence: float = 1.0
    declared_comments: int | None = None
    boilerplate: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def assemble(draft: Draft, document: Document) -> Page:
    """Give a draft its identity: a Page whose ids are the same on every run and every machine."""
    url = document.url or draft.url
    page_id = _digest(canonical_url(url) if url else document.content, size=8)
    return Page(
        id=page_id,
        source=document.source,
        url=url,
        outlet=document.outlet or outlet_of(url) or draft.outlet or UNKNOWN_OUTLET,
        title=" ".join(draft.title.split()) if draft.title else None,
        author=draft.author or None,
        published=_first_date(draft.dates),
        body=draft.body,
        comments=tuple(_comments(draft.comments, page_id)),
        evidence=Evidence(
            rule=draft.rule,
            confidence=draft.confidence,
            declared_comments=draft.declared_comments,
            published_from=draft.dates[0].where if draft.dates else None,
            dates=tuple(draft.dates),
            boilerplate=tuple(draft.boilerplate),
            notes=(*document.notes, *draft.notes),
        ),
    )


def canonical_url(url: str) -> str:
    """The address without scheme, ``www.``, fragment, tracking parameters and trailing slash."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # "http://[broken"
        return url.strip()
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    host = parts.netloc.lower().removeprefix("www.")
    return urlunsplit(("", host, parts.path.rstrip("/"), query, "")).removeprefix("//")


def outlet_of(url: str | None) -> str | None:
    """The registrable domain of an address (``news.rambler.ru`` gives ``rambler.ru``), or None."""
    if not url:
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    if not host or "." not in host:
        return None
    return _registrable(host)


@lru_cache(maxsize=10_000)
def _registrable(host: str) -> str:
    return registrable(host) or host.removeprefix("www.")


def _comments(drafts: list[DraftComment], page_id: str) -> list[Comment]:
    ids, seen = [], Counter[str]()
    for draft in drafts:
        key = f"{page_id}\x1f{draft.author or ''}\x1f{draft.text}"
        ids.append(_digest(f"{key}\x1f{seen[key]}", size=10))
        seen[key] += 1
    parents = [draft.parent for draft in drafts]
    depths = _depths(parents)
    return [
        Comment(
            id=ids[i],
            page_id=page_id,
            position=i + 1,
            parent_id=None if (parent := parents[i]) is None else ids[parent],
            depth=depths[i],
            author=draft.author or None,
            author_url=draft.author_url or None,
            date=draft.date,
            text=draft.text,
            quote=draft.quote,
            score=draft.score,
        )
        for i, draft in enumerate(drafts)
    ]


def _depths(parents: list[int | None]) -> list[int]:
    """Distance of every comment from the article. A parent that closes a circle is set to None."""
    depths: dict[int, int] = {}
    for start in range(len(parents)):
        chain: dict[int, None] = {}
        at: int | None = start
        while at is not None and at not in depths and at not in chain:
            chain[at] = None
            at = parents[at]
        if at in chain:
            parents[next(reversed(chain))] = None
        depth = -1 if at is None or at in chain else depths[at]
        for child in reversed(chain):
            depth += 1
            depths[child] = depth
    return [depths[i] for i in range(len(parents))]


def _first_date(dates: list[FoundDate]) -> date | None:
    return dates[0].value if dates else None


def _digest(text: str, *, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
