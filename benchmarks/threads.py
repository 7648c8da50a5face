"""How well threads are read on a public benchmark file, as one line of JSON.

    python -m benchmarks.threads FILE.jsonl.xz [--peer trafilatura] [--form page|lines|markdown]

FILE holds one page per line, of one of two kinds. *Forum threads*: ``url``, ``html`` and ``posts`` (each ``text``,
``author``, ``date``). *News pages and blogs*: ``url``, ``bytes_as_latin1``, and snippets of text that stand in
``comments``, in the ``body``, and in neither (``not_body``). The files themselves are not part of this project.

A post counts as found when the words of one comment (or of the body, for the opening post) agree with it at an F1 of
at least 0.9, one to one. Public posts often contain what they quote, this project keeps quotes apart: ``f1`` takes
text and quote together, ``f1_own_words`` the text alone.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from benchmarks.flatten import clip, flatten

AGREEMENT = 0.9
_WORD = re.compile(r"\w+")
_FULL_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b")


@dataclass
class Item:
    """A comment or an opening post, as a reader of pages returns it."""

    text: str
    quote: str = ""
    author: str | None = None
    link: str | None = None
    when: date | None = None


@dataclass
class Reading:
    """A page as it was read."""

    body: Item = field(default_factory=lambda: Item(""))
    comments: list[Item] = field(default_factory=list)


FORMS: dict[str, Callable[[str], str] | None] = {"page": None, "lines": flatten, "markdown": clip}
"""What a page is turned into before it is read: nothing, the lines that a person would copy, or what a web clipper saves."""

Reader = Callable[[str | bytes, str], Reading]


def own(content: str | bytes, url: str) -> Reading:
    """This project's reading of a page."""
    import sentiment

    page = sentiment.parse(content, url=url)
    comments = [
        Item(c.text, c.quote, c.author, c.author_url, c.date.date() if c.date is not None else None)
        for c in page.comments
    ]
    return Reading(Item(page.body, "", page.author, None, page.published), comments)


def trafilatura(content: str | bytes, url: str) -> Reading:
    """The peer's reading: a body, and comments as lines of one text."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(content, url=url, include_comments=True)
    if found is None:
        return Reading()
    return Reading(Item(found.text or ""), [Item(line) for line in (found.comments or "").split("\n") if line.strip()])


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The pages of a benchmark file."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def score_forums(pages: Iterable[dict[str, Any]], reader: Reader) -> dict[str, Any]:
    """Precision, recall and F1 of posts, and the share of found posts with the right author and day."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for page in pages:
        start = time.perf_counter()
        reading = reader(page["content"], page["url"])
        seconds += time.perf_counter() - start
        counts["pages"] += 1
        counts["gold"] += len(page["posts"])
        for name, with_quotes in (("whole", True), ("own", False)):
            pairs = _matched(page["posts"], reading, with_quotes=with_quotes)
            counts[f"{name} matched"] += len(pairs)
            counts[f"{name} found"] += len(reading.comments) + any(item is reading.body for _, item in pairs)
            if with_quotes:
                _judge_fields(pairs, page["url"], counts)
    return {
        "pages": counts["pages"],
        "posts": counts["gold"],
        "f1": _f1(counts["whole matched"], counts["whole found"], counts["gold"]),
        "f1_own_words": _f1(counts["own matched"], counts["own found"], counts["gold"]),
        "author": _share(counts["author"], counts["whole matched"]),
        "date": _share(counts["day"], counts["dated"]),
        "pages_per_s": round(counts["pages"] / max(seconds, 1e-9), 1),
    }


def score_comments(pages: Iterable[dict[str, Any]], reader: Reader) -> dict[str, Any]:
    """Where snippets of known kind ended up, and pages without comments from which comments came."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for page in pages:
        start = time.perf_counter()
        reading = reader(page["content"], page["url"])
        seconds += time.perf_counter() - start
        body, comments = _flat(reading.body.text), [_flat(item.text) for item in reading.comments]
        wanted, inside, outside = ([_flat(s) for s in page[kind]] for kind in ("comments", "body", "not_body"))
        counts["pages"] += 1
        counts["comment snippets"] += len(wanted)
        counts["recalled"] += sum(any(snippet in comment for comment in comments) for snippet in wanted)
        counts["leaked"] += sum(snippet in body for snippet in wanted)
        counts["body snippets"] += len(inside)
        counts["in body"] += sum(snippet in body for snippet in inside)
        counts["noise snippets"] += len(outside)
        counts["noise"] += sum(any(snippet in text for text in (body, *comments)) for snippet in outside)
        counts["without"] += not wanted
        counts["false"] += not wanted and bool(comments)
    return {
        "pages": counts["pages"],
        "pages_without_comments": counts["without"],
        "recall": _share(counts["recalled"], counts["comment snippets"]),
        "leak": _share(counts["leaked"], counts["comment snippets"]),
        "body": _share(counts["in body"], counts["body snippets"]),
        "noise": _share(counts["noise"], counts["noise snippets"]),
        "false_pages": counts["false"],
        "pages_per_s": round(counts["pages"] / max(seconds, 1e-9), 1),
    }


def in_form(pages: Iterable[dict[str, Any]], form: str) -> Iterator[dict[str, Any]]:
    """The pages as they are given to the reader; making the form is no part of the reader's time."""
    make = FORMS[form]
    for page in pages:
        if "posts" in page:
            yield {**page, "content": make(page["html"]) if make else page["html"]}
            continue
        content: bytes = page["bytes_as_latin1"].encode("latin-1")
        yield {**page, "content": make(_decoded(content)) if make else content}


def _decoded(content: bytes) -> str:
    from sentiment.sources.decode import decode

    return decode(content).text


def _matched(posts: list[dict[str, Any]], reading: Reading, *, with_quotes: bool) -> list[tuple[dict[str, Any], Item]]:
    """Gold posts and the items that agree with them best, one to one."""
    items = [*reading.comments, reading.body]
    bags = [_bag(f"{item.quote} {item.text}" if with_quotes else item.text) for item in items]
    agreements = []
    for i, post in enumerate(posts):
        gold = _bag(post["text"])
        for j, bag in enumerate(bags):
            common = sum((gold & bag).values())
            agreement = 2 * common / (gold.total() + bag.total()) if common else 0.0
            if agreement >= AGREEMENT:
                agreements.append((agreement, i, j))
    pairs, used_posts, used_items = [], set(), set()
    for _, i, j in sorted(agreements, reverse=True):
        if i not in used_posts and j not in used_items:
            used_posts.add(i)
            used_items.add(j)
            pairs.append((posts[i], items[j]))
    return pairs


def _judge_fields(pairs: list[tuple[dict[str, Any], Item]], page_url: str, counts: Counter[str]) -> None:
    for post, item in pairs:
        counts["author"] += _same_author(post["author"], item, page_url)
        days = _days(post["date"])
        if days:
            counts["dated"] += 1
            counts["day"] += item.when is not None and any(abs((day - item.when).days) <= 1 for day in days)


def _same_author(gold: str, item: Item, page_url: str) -> bool:
    """The name or the profile link agrees; a link may also contain the name."""
    name = (item.author or "").strip()
    if name.casefold() == gold.strip().casefold():
        return True
    if item.link and urljoin(page_url, item.link) == urljoin(page_url, gold):
        return True
    plain = _plain(name)
    return "/" in gold and len(plain) > 2 and plain in _plain(gold)


def _days(gold: str) -> set[date]:
    """The days that a full date can mean, day and month in either order; empty without the date parser."""
    if not _FULL_DATE.search(gold):
        return set()
    try:
        dateparser: Any = import_module("dateparser")
    except ImportError:
        return set()
    found: list[datetime | None] = [dateparser.parse(gold, settings={"DATE_ORDER": order}) for order in ("DMY", "MDY")]
    return {value.date() for value in found if value is not None}


def _bag(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _f1(matched: int, found: int, gold: int) -> float:
    return round(2 * matched / max(found + gold, 1), 3)


def _share(part: int, whole: int) -> float:
    return round(part / max(whole, 1), 3)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; the result goes to standard output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--peer", choices=["trafilatura"], help="measure the peer instead of this project")
    parser.add_argument("--form", choices=list(FORMS), default="page", help="what the pages are turned into before")
    options = parser.parse_args(arguments)
    reader = trafilatura if options.peer else own
    pages = list(rows(options.file))
    if not pages:
        parser.error(f"{options.file} holds no pages")
    score = score_forums if "posts" in pages[0] else score_comments
    scores = score(in_form(pages, options.form), reader)
    sys.stdout.write(json.dumps({"reader": options.peer or "sentiment", "form": options.form, **scores}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
