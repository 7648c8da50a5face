"""Tables of comments (CSV, TSV, Parquet, rows of JSON), one row each: grouped into pages by what the rows say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, Item
from sentiment.sources.columns import Columns, choose, delimiter, first_line
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.own_export import pages as own_pages
from sentiment.sources.own_export import restore
from sentiment.sources.prose import Prose, prose, tidy
from sentiment.sources.webpage import web_address

RULE = "table"

Row = dict[str, object]

_HTML = re.compile(r"<(?:br|p|a|b|i|em|blockquote|div|span)\b[^<>]*/?>|&(?:quot|amp|lt|gt|nbsp|#\d{2,5});", re.I)
_KIND = re.compile(r"^t[1-6]_")  # Reddit's prefixes: a comment is t1_, what it answers may be a post, t3_
_OF_A_COMMENT = frozenset(("lc", "comment_id", "reply_comment_id", "showcomment"))
_ADDRESSES = {
    "videoid": (re.compile(r"[\w-]{11}"), "https://www.youtube.com/watch?v={}"),
    "linkid": (re.compile(r"t3_\w+"), "https://www.reddit.com/comments/{}"),
}
_NOT_TEXT = frozenset(("[deleted]", "[removed]"))


def read_csv(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """Comments in a CSV or TSV file."""
    text = blob.text(options.max_bytes)
    before = csv.field_size_limit(max(len(text), 131_072))  # a comment may be longer than the usual limit
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(first_line(text)))
        names = [name.strip() for name in next(reader, [])]
        columns = choose(names, options)
        rows: list[Row] = [dict(zip(names, cells, strict=False)) for cells in reader if any(cells)]
    except csv.Error as error:
        raise InputError(f"not a readable table ({error})") from error
    finally:
        csv.field_size_limit(before)
    if columns.ours:
        rows = [{name: restore(str(cell)) for name, cell in row.items()} for row in rows]
    yield from pages(blob, rows, columns)


def read_rows(blob: Blob, rows: Iterable[Row], options: ReadOptions) -> Iterator[Item]:
    """Comments in objects of JSON."""
    flat = [_flat(row) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    yield from pages(blob, flat, choose(names, options))


def pages(blob: Blob, rows: list[Row], columns: Columns) -> Iterator[Item]:
    """A page for each article, video or post that the rows name; one for all where they name none."""
    if columns.ours:
        yield from own_pages(blob, rows)
        return
    address_is_of_comments = _one_each(rows, columns)
    threads: dict[str, Thread] = {}
    for row in rows:
        url = None if address_is_of_comments else _page_address(columns.text(row, "url"))
        title, outlet = columns.text(row, "title"), columns.text(row, "outlet")
        key = columns.text(row, "page") or url or title or outlet or blob.name
        thread = threads.setdefault(key, Thread(key, url=web_address(url) or _known_address(columns, key)))
        thread.title = thread.title or title or None
        thread.outlet = thread.outlet or outlet or None
        thread.body = thread.body or tidy(columns.text(row, "body"))
        _add(thread, row, columns)
    for thread in threads.values():
        _parents(thread)
        yield page(blob, thread, RULE, only=len(threads) == 1)
    if not threads:
        raise InputError("a table without rows")


def _add(thread: Thread, row: Row, columns: Columns) -> None:
    words = _words(columns.text(row, "text"))
    if words.text in _NOT_TEXT:
        thread.left_out["deleted"] += 1
        return
    date = columns.get(row, "date")
    thread.add(
        Found(
            text=words.text,
            quote=words.quote or columns.text(row, "quote"),
            id=_KIND.sub("", columns.text(row, "id")) or None,
            parent=_KIND.sub("", columns.text(row, "parent")) or None,
            author=columns.text(row, "author") or None,
            author_url=web_address(columns.text(row, "author_url")),
            date=machine_date(date),
            score=_whole(columns.text(row, "score")),
        )
    )


def _words(text: str) -> Prose:
    return prose(text, newlines=True) if _HTML.search(text) else Prose(tidy(text))


def _parents(thread: Thread) -> None:
    """What answers the page itself has no parent; YouTube's ids name what is answered in front of a dot."""
    ids = {comment.id for comment in thread.comments}
    for comment in thread.comments:
        if comment.parent in ("0", "-1", thread.key, _KIND.sub("", thread.key)):
            comment.parent = None
        elif comment.parent is None and comment.id and (before := comment.id.rpartition(".")[0]) in ids:
            comment.parent = before


def _one_each(rows: list[Row], columns: Columns) -> bool:
    """Whether addresses are those of single comments: no two rows share one, and nothing says that they are pages'."""
    name = columns.by_role.get("url", "").lower()
    if len(rows) < 3 or not ("page" in columns.by_role or name in ("link", "permalink")):
        return False
    urls = [_page_address(columns.text(row, "url")) for row in rows]
    return len(set(urls)) == len(urls)


def _known_address(columns: Columns, key: str) -> str | None:
    """The address of a video or a post whose id the rows give."""
    column = columns.by_role.get("page", "").lower().replace("_", "")
    known = _ADDRESSES.get(column)
    return known[1].format(_KIND.sub("", key)) if known and known[0].fullmatch(key) else None


def _page_address(url: str) -> str:
    """The address without what points to a comment on the page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _OF_A_COMMENT]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _whole(text: str) -> int | None:
    return (
        int(text)
        if re.fullmatch(r"-?\d{1,12}", text)
        else int(float(text))
        if re.fullmatch(r"\d{1,9}\.0", text)
        else None
    )


def _flat(row: Row, prefix: str = "", depth: int = 0) -> Row:
    """Objects in objects become columns with dots in their names."""
    flat: Row = {}
    for name, value in row.items():
        if isinstance(value, dict) and depth < 5:
            flat |= _flat(value, f"{prefix}{name}.", depth + 1)
        elif not isinstance(value, list | dict):
            flat[prefix + name] = value
    return flat
