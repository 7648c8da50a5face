"""WXR, the export of WordPress: articles with their comments in one XML file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sentiment.records import Skipped
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import prose
from sentiment.sources.webpage import web_address
from sentiment.sources.xml_export import BreaksOffError, Element, elements, local, text_of

RULE = "wordpress export"

_NEVER = "0000-00-00"
_APPROVED = {"1", "approve", "approved", ""}
_NOT_APPROVED = {"0": "awaiting approval", "hold": "awaiting approval", "spam": "spam"}
_COMMENT = {"", "comment", "review"}


def read_wxr(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """A page for each published article, with its approved comments; pictures and menus are not pages."""
    drafts: Counter[str] = Counter()
    try:
        for item in elements(blob, options, "channel", "item"):
            kind = text_of(item, "post_type") or "post"
            status = text_of(item, "status") or "publish"
            thread = _thread(item)
            if not thread.comments and kind not in ("post", "page"):
                continue
            if status not in ("publish", "inherit"):
                drafts[status] += 1
                continue
            yield page(blob, thread, RULE)
    except BreaksOffError as error:
        yield Skipped(blob.source, str(error))
    for status, count in drafts.items():
        yield Skipped(blob.source, f"{count} articles that are not published ({status})")


def _thread(item: Element) -> Thread:
    identity = text_of(item, "post_id") or text_of(item, "guid") or text_of(item, "title")
    thread = Thread(
        key=identity,
        url=web_address(text_of(item, "link")),
        title=text_of(item, "title") or None,
        body=prose(text_of(item, "encoded"), newlines=True).text,
        author=text_of(item, "creator") or None,
        published=machine_date(_date(item, "post_date_gmt", "post_date") or text_of(item, "pubDate")),
    )
    for child in item:
        if local(child) == "comment":
            _comment(child, thread)
    return thread


def _comment(element: Element, thread: Thread) -> None:
    approved = text_of(element, "comment_approved").lower()
    kind = text_of(element, "comment_type").lower()
    if kind not in _COMMENT:
        thread.left_out[kind] += 1
    elif approved not in _APPROVED:
        thread.left_out[_NOT_APPROVED.get(approved, "deleted")] += 1
    else:
        words = prose(text_of(element, "comment_content"), newlines=True)
        parent = text_of(element, "comment_parent")
        thread.add(
            Found(
                text=words.text,
                quote=words.quote,
                id=text_of(element, "comment_id") or None,
                parent=parent if parent not in ("", "0") else None,
                author=text_of(element, "comment_author") or None,
                author_url=web_address(text_of(element, "comment_author_url")),
                date=machine_date(_date(element, "comment_date_gmt", "comment_date")),
            )
        )


def _date(element: Element, gmt: str, here: str) -> str:
    """The date with its zone where WordPress kept it, else the local one."""
    if (text := text_of(element, gmt)) and not text.startswith(_NEVER):
        return f"{text} UTC"
    text = text_of(element, here)
    return "" if text.startswith(_NEVER) else text
